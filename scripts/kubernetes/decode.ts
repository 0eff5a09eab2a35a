// What does the API server make of an object that it is sent, before anything is checked?
import { named, phrase, shown } from '../findings/message.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { listed, nearest } from '../values/path.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import { sentence, type Issue } from './issue.ts'
import { knownKinds, loadKind, type ServedKind } from './load.ts'
import { decodeMetadata } from './metadata.ts'
import { pruneObject, wellFormed, withDefaults } from './prepare.ts'

/** An object as it comes out of decoding: known members only, defaults of the CRD filled in. */
export interface Decoded {
  readonly kind: ServedKind
  readonly object: JsonMap
  readonly unknown: readonly Path[]
  /** times in the metadata that no webhook can read */
  readonly unreadable: readonly Issue[]
}

/** The namespace of an object that an update keeps. */
function namespaceOf(object: JsonMap | undefined): string {
  const metadata = object?.['metadata']
  return isJsonMap(metadata) && typeof metadata['namespace'] === 'string' ? metadata['namespace'] : 'default'
}

/** Decodes an object that replaces `old`, if any; issues instead when its kind is not served or its metadata can't be read. */
export function decodeObject(written: JsonMap, operator: string, old?: JsonMap): Decoded | { readonly issues: readonly Issue[] } {
  const input = wellFormed(written)
  const { apiVersion, kind: kindName } = input
  const kind = typeof apiVersion === 'string' && typeof kindName === 'string' ? loadKind(apiVersion, kindName, operator) : undefined
  if (!kind) return { issues: [unknownKind(apiVersion, kindName, operator)] }
  const { metadata, unknown, issues, unreadable } = decodeMetadata(input['metadata'])
  if (issues.length > 0) return { issues }
  const pruned: Path[] = [...unknown]
  const known = pruneObject(input, kind.schema, pruned)
  if (kind.scope === 'Cluster') delete metadata['namespace']
  else metadata['namespace'] ??= namespaceOf(old)
  const object = withDefaults<JsonMap>({ ...known, metadata }, kind.schema)
  // the time of creation is replaced before the webhooks see an update
  const times = unreadable.filter(({ path }) => old === undefined || path[1] !== 'creationTimestamp')
  return { kind, object, unknown: pruned, unreadable: times }
}

function unknownKind(apiVersion: Json | undefined, kind: Json | undefined, operator: string): Issue {
  const field = typeof apiVersion !== 'string' ? 'apiVersion' : 'kind'
  const issue = { path: [field], field, type: 'FieldValueInvalid', keyword: 'kind' } as const
  const known = knownKinds(operator)
  const match = known.find((served) => served.kind === kind)
  if (match !== undefined) {
    const is = apiVersion === undefined ? 'not set' : shown(apiVersion)
    const message = sentence(['apiVersion'], phrase`is ${is}, but ${match.kind} is served as ${named(match.apiVersion)}`)
    return { ...issue, path: ['apiVersion'], message, help: phrase`write apiVersion: ${named(match.apiVersion)}` }
  }
  const value = field === 'kind' ? kind : apiVersion
  const is = value === undefined ? 'not set' : phrase`${shown(value)} of ${named(printed(apiVersion))}`
  const kinds = known.filter((served) => served.apiVersion === apiVersion).map((served) => served.kind)
  const guess = typeof kind === 'string' ? nearest(kind, kinds) : undefined
  const help = guess !== undefined ? phrase`did you mean \`${guess}\`?` : kinds.length > 0 ? phrase`there are ${listed(kinds)}` : undefined
  return {
    ...issue,
    message: sentence([field], phrase`is ${is}, but must be a kind that is served`),
    ...(help === undefined ? {} : { help }),
  }
}
