// Which steps does an object take through the API server before the validating webhook?
import { phrase, shown } from '../findings/message.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { decodeObject, type Decoded } from '../kubernetes/decode.ts'
import { defaultCluster } from '../operator/defaults.ts'
import { kubePath, sentence, type Issue } from '../kubernetes/issue.ts'
import { checkListTypes } from '../kubernetes/list-types.ts'
import { type ServedKind } from '../kubernetes/load.ts'
import { checkCreated, checkMetadataLast, checkMetadataUpdate } from '../kubernetes/metadata-checks.ts'
import { reached, releases } from '../operator/version.ts'
import { copyJson, withDefaults } from '../kubernetes/prepare.ts'
import { checkSchema, fitsInteger, fitsUnsigned, isUnsigned } from '../kubernetes/schema.ts'
import { fillZeros, rewriteTyped } from '../kubernetes/typed.ts'
import { isJsonMap, jsonAt } from '../values/value.ts'

/** The kinds whose mutating webhook decodes them before the schema is checked. */
const mutatedKinds = new Set(['Cluster', 'Database', 'Backup', 'ScheduledBackup'])

export function hasMutatingWebhook(kind: ServedKind): boolean {
  return kind.product === 'cloudnative-pg' && mutatedKinds.has(kind.kind)
}

/** What the mutating webhook made of an object, or why it could not read it. */
export interface Mutated {
  readonly object: JsonMap
  /** not empty: the webhook can't decode the object; these are the members to blame */
  readonly undecodable: readonly Issue[]
  /** nothing is missing or null that its schema wants, defaults of the webhook aside */
  readonly isWhole: boolean
}

/** Runs the mutating webhook on a decoded object, CRD defaults included; the argument is not changed. */
export function mutateObject({ kind, object, unreadable }: Decoded, operator: string): Mutated {
  if (!hasMutatingWebhook(kind)) return { object, undecodable: [], isWhole: false }
  const rewritten = copyJson(object)
  const malformed = rewriteTyped(rewritten, kind)
  const refused = asGoTypes(rewritten, kind)
  const isWhole = refused.length === 0
  const undecodable = [...unreadable, ...malformed, ...wrongTypes(rewritten, refused, malformed)]
  if (undecodable.length > 0) return { object, undecodable, isWhole }
  const changed = kind.kind === 'Cluster' && defaultCluster(rewritten, { operator, fixedParameters: 'keep' })
  // since controller-runtime 0.23.3 an object that defaulting does not change is not written back
  if (!changed && reached(operator, releases.march2026)) return { object, undecodable, isWhole }
  fillZeros(rewritten, kind)
  return { object: withDefaults(rewritten, kind.schema), undecodable, isWhole }
}

/** The kinds with only a validating webhook: it can't decode some numbers that the schema accepts. */
export function undecodableLater(object: JsonMap, { kind, unreadable }: Decoded): readonly Issue[] {
  if (kind.product !== 'cloudnative-pg' || kind.kind !== 'Pooler') return []
  return [...unreadable.filter(({ path }) => path[1] !== 'creationTimestamp'), ...wrongTypes(object, asGoTypes(object, kind), [])]
}

function asGoTypes(object: JsonMap, kind: ServedKind): Issue[] {
  return checkSchema(object, kind.schema, { integerRange: true, goTypes: true })
}

/** Values that the Go type refuses: nulls are fine for it, numbers out of range are not. Times of the spec have been read before. */
function wrongTypes(object: JsonMap, issues: readonly Issue[], known: readonly Issue[]): Issue[] {
  if (issues.length === 0) return []
  const seen = new Set(known.map((issue) => kubePath(issue.path)))
  const refused = issues.filter((issue) => {
    const isRead = issue.keyword === 'format' && issue.path[0] === 'spec'
    if (isRead || !['type', 'range', 'format'].includes(issue.keyword) || seen.has(kubePath(issue.path))) return false
    const value = jsonAt(object, issue.path)
    return value !== null && !(isUnsigned(issue.path) && fitsUnsigned(value))
  })
  // the decoder names no field at all, so the finding names the one that it means
  return refused.map((issue) => ({ ...issue, field: kubePath(issue.path) }))
}

/** Everything that schema, metadata, list types and scale say. */
export function schemaIssues(object: JsonMap, old: JsonMap | undefined, kind: ServedKind, operator: string): Issue[] {
  return [
    ...(old ? checkMetadataUpdate(object, old) : checkCreated(object, kind.scope)),
    ...checkSchema(object, kind.schema, { integerRange: reached(operator, releases.december2025) }),
    ...scaleIssues(object, kind),
    ...listIssues(object, old, kind),
  ]
}

/** An update need not have unique keys if the object before did not have them. Reproduces ValidateUpdate of customResourceStrategy. */
function listIssues(object: JsonMap, old: JsonMap | undefined, kind: ServedKind): Issue[] {
  const issues = checkListTypes(object, kind.schema)
  const isOld = issues.length > 0 && old !== undefined && checkListTypes(old, kind.schema).length > 0
  return isOld ? [] : issues
}

/** The checks of the metadata once nothing else is wrong; for a new object they have already run. */
export function lastIssues(object: JsonMap, old: JsonMap | undefined, kind: ServedKind): Issue[] {
  return old ? checkMetadataLast(object, kind.scope) : []
}

/** The scale sub-resource reads its members on its own and names them with a leading dot. Reproduces ValidateScaleSpec and ValidateScaleStatus. */
function* scaleIssues(object: JsonMap, { scale }: ServedKind): Iterable<Issue> {
  const isCount = (value: Json): boolean => typeof value === 'number' && value >= 0 && fitsInteger(value, 'int32')
  const count = 'a whole number from 0 to 2147483647'
  if (!scale) return
  yield* scaleIssue(object, scale.specReplicas, isCount, count)
  yield* scaleIssue(object, scale.statusReplicas, isCount, count)
  if (scale.selector) yield* scaleIssue(object, scale.selector, (value) => typeof value === 'string', 'a string')
}

function* scaleIssue(object: JsonMap, path: readonly string[], isFine: (value: Json) => boolean, must: string): Iterable<Issue> {
  const holder = jsonAt(object, path.slice(0, -1))
  if (holder === undefined || holder === null) return
  const value = isJsonMap(holder) ? holder[path.at(-1) as string] : null
  if (value === undefined || isFine(value)) return
  const message = sentence(path, phrase`is ${shown(value)}, but must be ${must}`)
  yield { path, field: `.${kubePath(path)}`, type: 'FieldValueInvalid', keyword: 'scale', message }
}

/** The object of the server before an update: decoded, defaulted, with the status that the operator wrote. Undefined: it can't be read. */
export function storedObject(input: JsonMap, operator: string): JsonMap | undefined {
  const decoded = decodeObject(input, operator)
  if ('issues' in decoded) return undefined
  const { object } = mutateObject(decoded, operator)
  return replaceStatus(object, decoded.kind, decoded.object['status'])
}

/** The object with another status; the status of a request is never stored. */
export function replaceStatus(object: JsonMap, kind: ServedKind, status: Json | undefined): JsonMap {
  if (!kind.status || (status === undefined && !Object.hasOwn(object, 'status'))) return object
  const { status: _sent, ...rest } = object
  return status === undefined ? rest : { ...rest, status }
}
