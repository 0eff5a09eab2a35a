// Can the Secrets, ConfigMaps and classes that an object names exist at all?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import { isDns1123Subdomain, likelyName } from '../../kubernetes/dns-name.ts'
import type { RenderedObject } from '../../model.ts'
import { referencesIn } from '../../operator/references.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

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
