// Can the API server read an object's metadata, and does it take them?
import { isDns1123Label, isDns1123Subdomain } from '../dns-name.ts'
import { isLabelValue, isQualifiedName } from '../label-selector.ts'
import type { FieldErrorType, Json, JsonMap, Path } from '../model.ts'
import { setOwn } from '../value.ts'
import { kubePath, sentence, showValue, type Issue } from './issue.ts'
import { pruneObject } from './prepare.ts'
import { checkSchema } from './schema.ts'
import { isMap, readStructural, type Structural } from './structural.ts'

const textMap = { type: 'object', additionalProperties: { type: 'string', nullable: true } }
const texts = (...names: string[]): JsonMap => Object.fromEntries(names.map((name) => [name, { type: 'string' }]))

/** ObjectMeta of apimachinery, as far as decoding goes. */
const objectMeta: JsonMap = {
  type: 'object',
  properties: {
    ...texts('name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion'),
    generation: { type: 'integer' },
    deletionGracePeriodSeconds: { type: 'integer' },
    creationTimestamp: { type: 'string', format: 'date-time' },
    deletionTimestamp: { type: 'string', format: 'date-time' },
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
          ...texts('manager', 'operation', 'apiVersion', 'fieldsType', 'subresource'),
          time: { type: 'string', format: 'date-time' },
          fieldsV1: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    },
  },
}
let schema: Structural | undefined

export interface DecodedMetadata {
  /** as the typed ObjectMeta writes them back: without empty members */
  readonly metadata: JsonMap
  readonly unknown: readonly Path[]
  /** not empty: the object can't be decoded at all */
  readonly issues: readonly Issue[]
}

/** Decodes metadata into ObjectMeta and back. Null and absent are empty metadata. */
export function decodeMetadata(value: Json | undefined): DecodedMetadata {
  if (value === null || value === undefined) return { metadata: {}, unknown: [], issues: [] }
  schema ??= readStructural({ type: 'object', properties: { meta: objectMeta } })
  const unknown: Path[] = []
  const kept = pruneObject({ meta: value }, schema, unknown)
  const inMetadata = (path: Path): Path => ['metadata', ...path.slice(1)]
  const issues = checkSchema(kept, schema, { integerRange: true })
    .filter((issue) => valueAt(kept, issue.path) !== null)
    .map((issue) => {
      const path = inMetadata(issue.path)
      return { ...issue, path, field: kubePath(path), message: issue.message.replace(/^meta\b/, 'metadata') }
    })
  return { metadata: isMap(kept['meta']) ? withoutEmpty(kept['meta']) : {}, unknown: unknown.map(inMetadata), issues }
}

function valueAt(root: Json, path: Path): Json | undefined {
  let value: Json | undefined = root
  for (const step of path) value = Array.isArray(value) ? value[Number(step)] : isMap(value) ? value[step] : undefined
  return value
}

/** Go writes no empty strings, lists and maps; a null label is an empty one. */
function withoutEmpty(metadata: JsonMap): JsonMap {
  const kept: JsonMap = {}
  for (const [key, value] of Object.entries(metadata)) {
    if (value === null || value === '' || value === 0) continue
    if (typeof value === 'object' && Object.keys(value).length === 0) continue
    setOwn(kept, key, key === 'labels' || key === 'annotations' ? withoutNulls(value) : value)
  }
  return kept
}

function withoutNulls(value: Json): Json {
  if (!isMap(value)) return value
  const kept: JsonMap = {}
  for (const [key, entry] of Object.entries(value)) setOwn(kept, key, entry ?? '')
  return kept
}

type Report = (path: Path, type: FieldErrorType, is: string, must: string, help?: string) => void

/** The API server's checks of metadata, fields as it reports them. Reproduces ValidateObjectMetaAccessor. */
export function checkMetadata(object: JsonMap, scope: 'Namespaced' | 'Cluster', old: JsonMap | undefined): Issue[] {
  const issues: Issue[] = []
  const metadata = isMap(object['metadata']) ? object['metadata'] : {}
  const report: Report = (path, type, is, must, help) => {
    // the server names the map or the list, a person wants the entry
    const field = kubePath(path.slice(0, 2))
    issues.push({
      path,
      field,
      type,
      keyword: 'metadata',
      message: sentence(path, `is ${is}, but ${must}`),
      ...(help !== undefined && { help }),
    })
  }
  checkNames(metadata, scope, report)
  checkLabels(metadata, report)
  checkAnnotations(metadata, report)
  checkFinalizers(metadata, report)
  checkOwners(metadata, report)
  if (old) checkUnchanged(metadata, isMap(old['metadata']) ? old['metadata'] : {}, report)
  return issues
}

const subdomain = 'must be at most 253 lower case letters, digits, . and -'

function checkNames(metadata: JsonMap, scope: string, report: Report): void {
  const { name, generateName, namespace } = metadata
  if (typeof generateName === 'string' && !isDns1123Subdomain(generateName.replace(/-$/, 'a')))
    report(['metadata', 'generateName'], 'FieldValueInvalid', showValue(generateName), subdomain)
  if (name === undefined) report(['metadata', 'name'], 'FieldValueRequired', 'not set', 'must be')
  else if (typeof name === 'string' && !isDns1123Subdomain(name))
    report(['metadata', 'name'], 'FieldValueInvalid', showValue(name), subdomain)
  if (scope === 'Cluster') return
  if (typeof namespace === 'string' && !isDns1123Label(namespace))
    report(
      ['metadata', 'namespace'],
      'FieldValueInvalid',
      showValue(namespace),
      'must be lower case letters, digits and -, at most 63 characters',
    )
}

function checkLabels(metadata: JsonMap, report: Report): void {
  for (const [key, value] of entriesOf(metadata['labels'])) {
    const path = ['metadata', 'labels', key]
    if (!isQualifiedName(key)) report(path, 'FieldValueInvalid', 'a label', 'its key must be a qualified name such as example.com/team')
    if (typeof value === 'string' && !isLabelValue(value))
      report(path, 'FieldValueInvalid', showValue(value), 'must be at most 63 letters, digits, -, . and _')
  }
}

/** Bytes of all keys and values together. */
const annotationLimit = 256 * 1024

function checkAnnotations(metadata: JsonMap, report: Report): void {
  let size = 0
  for (const [key, value] of entriesOf(metadata['annotations'])) {
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value))
    if (!isQualifiedName(key.toLowerCase()))
      report(
        ['metadata', 'annotations', key],
        'FieldValueInvalid',
        'an annotation',
        'its key must be a qualified name such as example.com/team',
      )
  }
  if (size > annotationLimit)
    report(['metadata', 'annotations'], 'FieldValueTooLong', `${size} bytes in all`, `must be at most ${annotationLimit}`)
}

function checkFinalizers(metadata: JsonMap, report: Report): void {
  const finalizers = Array.isArray(metadata['finalizers']) ? metadata['finalizers'] : []
  for (const [index, name] of finalizers.entries())
    if (typeof name === 'string' && !isQualifiedName(name))
      report(['metadata', 'finalizers', index], 'FieldValueInvalid', showValue(name), 'must be a qualified name such as example.com/keep')
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    report(['metadata', 'finalizers'], 'FieldValueInvalid', 'both orphan and foregroundDeletion', 'must have at most one of them')
}

function checkOwners(metadata: JsonMap, report: Report): void {
  const owners = Array.isArray(metadata['ownerReferences']) ? metadata['ownerReferences'].filter(isMap) : []
  for (const owner of owners)
    for (const key of ['apiVersion', 'kind', 'name', 'uid'])
      if ((owner[key] ?? '') === '') report(['metadata', `ownerReferences.${key}`], 'FieldValueInvalid', 'empty', 'must be set')
  if (owners.filter((owner) => owner['controller'] === true).length > 1)
    report(['metadata', 'ownerReferences'], 'FieldValueInvalid', 'a list with several controllers', 'must have at most one')
}

function checkUnchanged(metadata: JsonMap, old: JsonMap, report: Report): void {
  for (const key of ['name', 'namespace'])
    if (metadata[key] !== old[key])
      report(['metadata', key], 'FieldValueInvalid', showValue(metadata[key]), `must stay ${showValue(old[key])}`)
}

function entriesOf(value: Json | undefined): [string, Json][] {
  return isMap(value) ? Object.entries(value) : []
}
