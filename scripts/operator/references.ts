// Which fields of the operator's objects name other objects: Secrets, ConfigMaps and classes?
import type { Json, Path } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'

/** Fields of the operator and of barman-cloud that select a key of a Secret. */
export const secretSelectors: readonly string[] = [
  'accessKeyId',
  'secretAccessKey',
  'region',
  'sessionToken',
  'connectionString',
  'storageAccount',
  'storageKey',
  'storageSasToken',
  'applicationCredentials',
  'endpointCA',
  'password',
  'sslCert',
  'sslKey',
  'sslRootCert',
  'bindPassword',
  'customQueriesSecret',
  'secretRefs',
  'secretKeyRef',
]
export const configMapSelectors: readonly string[] = ['customQueriesConfigMap', 'configMapRefs', 'configMapKeyRef']

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
