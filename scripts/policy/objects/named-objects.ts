// Can the Secrets, ConfigMaps and classes that an object names exist at all?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import { isDns1123Subdomain, likelyName } from '../../kubernetes/dns-name.ts'
import type { RenderedObject } from '../../model.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { configMapSelectors, secretSelectors } from '../secrets/secrets.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

/** Fields with a map whose `name` is that of a Secret: those of the operator, and those of containers. */
const withSecret = new Set([
  ...secretSelectors,
  'secret',
  'superuserSecret',
  'passwordSecret',
  'secretRef',
  'imagePullSecrets',
  'authQuerySecret',
  'serverTLSSecret',
  'serverCASecret',
  'clientCASecret',
  'clientTLSSecret',
])
const withConfigMap = new Set([...configMapSelectors, 'configMapRef'])

/** Fields that are the name themselves. */
const names: ReadonlyMap<string, string> = new Map([
  ...['serverTLSSecret', 'serverCASecret', 'clientCASecret', 'replicationTLSSecret', 'secretName'].map((key) => [key, 'Secret'] as const),
  ['storageClass', 'StorageClass'],
  ['storageClassName', 'StorageClass'],
  ['priorityClassName', 'PriorityClass'],
  ['serviceAccountName', 'ServiceAccount'],
])

/** Maps whose keys are of their author's choice. */
const free = new Set(['parameters', 'labels', 'annotations', 'matchLabels', 'nodeSelector', 'connectionParameters'])

interface Reference {
  readonly path: Path
  readonly kind: string
  readonly name: string
}

/** The names of other objects below a field, as far as they are wanted; `field`: its name, for items that of their list. */
export function referencesIn(value: Json, path: Path, field: string, isWanted: (name: string) => boolean = () => true): Reference[] {
  const found: Reference[] = []
  collect(value, { path: [...path], field }, { found, isWanted })
  return found
}

interface Wanted {
  readonly found: Reference[]
  readonly isWanted: (name: string) => boolean
}

/** Every object is gone through: `path` is one list. */
function collect(value: Json, place: { readonly path: (string | number)[]; readonly field: string }, wanted: Wanted): void {
  const { path, field } = place
  if (Array.isArray(value))
    for (let index = 0; index < value.length; index++) {
      path.push(index)
      collect(value[index] ?? null, place, wanted)
      path.pop()
    }
  // what need not exist is waited for by nobody
  if (!isJsonMap(value) || value['optional'] === true) return
  for (const key of Object.keys(value)) {
    const member = value[key] ?? null
    const isText = typeof member === 'string'
    if (!isText && (typeof member !== 'object' || free.has(key))) continue
    path.push(key)
    if (!isText) collect(member, { path, field: key }, wanted)
    else {
      const kind = key !== 'name' ? names.get(key) : withSecret.has(field) ? 'Secret' : withConfigMap.has(field) ? 'ConfigMap' : undefined
      if (kind !== undefined && wanted.isWanted(member)) wanted.found.push({ path: [...path], kind, name: member })
    }
    path.pop()
  }
}

function helpFor(name: string, kind: string): Message {
  const likely = likelyName(name)
  if (likely !== undefined) return phrase`did you mean ${named(likely)}?`
  return /[{<$]/.test(name)
    ? phrase`nothing replaces a placeholder here: write the name of the ${kind}`
    : phrase`write the name of the ${kind}, without a namespace or a key`
}

function* impossibleNames(object: RenderedObject): Iterable<ObjectFinding> {
  const isImpossible = (name: string): boolean => name !== '' && !isDns1123Subdomain(name)
  for (const { path, kind, name } of referencesIn(object.plain['spec'] ?? null, ['spec'], 'spec', isImpossible))
    yield {
      object,
      message: phrase`${here(String(path.at(-1)))} is ${shown(name)}, but no ${kind} can have this name`,
      places: [{ path }],
      help: helpFor(name, kind),
    }
}

const ofOperator: ReadonlySet<string> = new Set(['Cluster', 'Pooler'])

export const namedObjects: readonly ObjectRule[] = [
  {
    // Kubernetes, validation.NameIsDNSSubdomain: the CRDs take any text, and the operator waits for an object that nobody can create
    id: 'policy/named-object-possible',
    severity: 'error',
    configurable: true,
    summary: 'a Secret, a ConfigMap or a class that is named is one that Kubernetes would let be created',
    reads: [
      ['cluster', 'storage', 'storageClass'],
      ['cluster', 'walStorage', 'storageClass'],
      ['cluster', 'priorityClassName'],
      ['cluster', 'superuserSecret'],
      ['cluster', 'certificates'],
      ['cluster', 'imagePullSecrets'],
      ['cluster', 'initdb', 'secret'],
      ['cluster', 'roles'],
      ['backups', 'secret'],
    ],
    *check({ objects }) {
      for (const object of objects) if (ofOperator.has(object.kind)) yield* impossibleNames(object)
    },
  },
]
