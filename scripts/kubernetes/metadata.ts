// Can the API server read an object's metadata, and how are they stored?
import { phrase, shown } from '../findings/message.ts'
import { append } from '../values/append.ts'
import { printed } from '../values/printed.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import type { Message } from '../findings/finding.ts'
import { isJsonMap, jsonAt, setOwn } from '../values/value.ts'
import { canonicalTime, isGoTime } from './go-time.ts'
import { kubePath, sentence, type Issue } from './issue.ts'
import { pruneObject } from './prepare.ts'
import { checkSchema } from './schema.ts'
import { readStructural, type Structural } from './structural.ts'

const textMap = { type: 'object', additionalProperties: { type: 'string', nullable: true } }
const texts = (...names: string[]): JsonMap => Object.fromEntries(names.map((name) => [name, { type: 'string' }]))

/** ObjectMeta of apimachinery, as needed for decoding. */
const objectMeta: JsonMap = {
  type: 'object',
  properties: {
    ...texts('name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion'),
    generation: { type: 'integer' },
    deletionGracePeriodSeconds: { type: 'integer' },
    ...texts('creationTimestamp', 'deletionTimestamp'),
    labels: textMap,
    annotations: textMap,
    finalizers: { type: 'array', items: { type: 'string' } },
    ownerReferences: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...texts('apiVersion', 'kind', 'name', 'uid'),
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
    },
    managedFields: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...texts('manager', 'operation', 'apiVersion', 'fieldsType', 'subresource', 'time'),
          // raw JSON of any type
          fieldsV1: { 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    },
  },
}
let schema: Structural | undefined

export interface DecodedMetadata {
  /** as the typed ObjectMeta writes them back: without empty members, and without what only the server sets */
  readonly metadata: JsonMap
  readonly unknown: readonly Path[]
  /** not empty: the object can't be decoded at all */
  readonly issues: readonly Issue[]
  /** times that are written back in a form that Go does not read again, so that no webhook decodes the object */
  readonly unreadable: readonly Issue[]
}

/** `meta.labels` of the schema is `metadata.labels` of the object. */
function inMetadata(path: Path): Path {
  return ['metadata', ...path.slice(1)]
}

function moved(message: Message): Message {
  return message.map((part) => (typeof part === 'object' && 'field' in part ? { ...part, field: inMetadata(part.field) } : part))
}

/** Decodes metadata into ObjectMeta and back. Null and absent are empty metadata. */
export function decodeMetadata(value: Json | undefined): DecodedMetadata {
  if (value === null || value === undefined) return { metadata: {}, unknown: [], issues: [], unreadable: [] }
  schema ??= readStructural({ type: 'object', properties: { meta: objectMeta } })
  const unknown: Path[] = []
  const kept = pruneObject({ meta: value }, schema, unknown)
  const issues = checkSchema(kept, schema, { integerRange: true })
    .filter((issue) => jsonAt(kept, issue.path) !== null)
    .map((issue) => {
      const path = inMetadata(issue.path)
      return { ...issue, path, field: kubePath(path), message: moved(issue.message) }
    })
  const sent = isJsonMap(kept['meta']) ? kept['meta'] : {}
  const times = timesOf(sent)
  append(
    issues,
    times.filter(([, text]) => canonicalTime(text) === undefined).map(([path, text]) => timeIssue(path, text)),
  )
  const unreadable = times.filter(([, text]) => !isGoTime(canonicalTime(text) ?? text)).map(([path, text]) => timeIssue(path, text))
  return { metadata: issues.length > 0 ? {} : storedMetadata(sent), unknown: unknown.map(inMetadata), issues, unreadable }
}

/** The times of an object's metadata. */
function timesOf(metadata: JsonMap): [Path, string][] {
  const managers = Array.isArray(metadata['managedFields']) ? metadata['managedFields'] : []
  const times: [Path, Json | undefined][] = [
    [['metadata', 'creationTimestamp'], metadata['creationTimestamp']],
    [['metadata', 'deletionTimestamp'], metadata['deletionTimestamp']],
    ...managers.map((entry, index): [Path, Json | undefined] => [
      ['metadata', 'managedFields', index, 'time'],
      isJsonMap(entry) ? entry['time'] : undefined,
    ]),
  ]
  return times.filter((entry): entry is [Path, string] => typeof entry[1] === 'string')
}

function timeIssue(path: Path, text: string): Issue {
  const message = sentence(path, phrase`is ${shown(text)}, but must be a time such as 2030-01-31T00:00:00Z`)
  return { path, field: kubePath(path), type: 'FieldValueInvalid', keyword: 'time', message }
}

/** Values of these in a request are replaced: on creation by the server's own, on an update by those of the object. */
const serverOwned = new Set(['uid', 'creationTimestamp', 'generation', 'resourceVersion'])

/** Go writes no empty strings, lists and maps; a null label is an empty one. */
function storedMetadata(metadata: JsonMap): JsonMap {
  const kept: JsonMap = {}
  for (const [key, value] of Object.entries(metadata)) {
    if (serverOwned.has(key) || value === null || value === '') continue
    if (typeof value === 'object' && Object.keys(value).length === 0) continue
    setOwn(kept, key, storedMember(key, value))
  }
  return kept
}

function storedMember(key: string, value: Json): Json {
  if (key === 'deletionTimestamp') return canonicalTime(printed(value)) ?? null
  if (key === 'labels' || key === 'annotations') return withoutNulls(value)
  if (!Array.isArray(value)) return value
  // Go has no null items: they are zero values
  if (key === 'finalizers') return value.map((item) => item ?? '')
  const items = value.map((item) => (isJsonMap(item) ? item : {}))
  return key === 'ownerReferences' ? items.map(storedOwner) : items.map(storedManager)
}

/** The type always writes the four strings. */
function storedOwner(owner: JsonMap): JsonMap {
  const kept: JsonMap = { apiVersion: '', kind: '', name: '', uid: '' }
  for (const [key, value] of Object.entries(owner)) if (value !== null) kept[key] = value
  return kept
}

function storedManager(manager: JsonMap): JsonMap {
  const kept: JsonMap = {}
  for (const [key, value] of Object.entries(manager)) {
    if (value === null || value === '') continue
    kept[key] = key === 'time' ? (canonicalTime(printed(value)) ?? null) : value
  }
  return kept
}

function withoutNulls(value: Json): Json {
  if (!isJsonMap(value)) return value
  const kept: JsonMap = {}
  for (const [key, entry] of Object.entries(value)) setOwn(kept, key, entry ?? '')
  return kept
}
