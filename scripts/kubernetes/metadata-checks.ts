// Does the API server accept an object's metadata?
import { phrase, shown } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { isDns1123Label, isDns1123Subdomain } from './dns-name.ts'
import { isLabelValue, isQualifiedName } from './label-selector.ts'
import type { FieldErrorType, Message } from '../findings/finding.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { isGoTime } from './go-time.ts'
import { kubePath, sentence, type Issue } from './issue.ts'
import { isJsonMap } from '../values/value.ts'

export type Scope = 'Namespaced' | 'Cluster'

/** The API server's checks of the metadata of a new object. Reproduces ValidateObjectMetaAccessor. */
export function checkMetadata(object: JsonMap, scope: Scope): Issue[] {
  const metadata = metadataOf(object)
  return [
    ...checkGenerateName(metadata),
    ...checkName(metadata),
    ...checkNamespace(metadata, scope),
    ...checkContent(metadata),
    ...checkFinalizers(metadata),
  ]
}

/** The same after `rest.BeforeCreate` has made a name of `generateName` where none is written. */
export function checkCreated(object: JsonMap, scope: Scope): Issue[] {
  const metadata = metadataOf(object)
  const { name, generateName } = metadata
  const isGenerated = (name === undefined || name === '') && textOf(generateName) !== ''
  return checkMetadata(isGenerated ? { ...object, metadata: { ...metadata, name: 'generated' } } : object, scope)
}

/** What an update must not do to the metadata. Reproduces ValidateObjectMetaAccessorUpdate. */
export function checkMetadataUpdate(object: JsonMap, old: JsonMap): Issue[] {
  const [metadata, before] = [metadataOf(object), metadataOf(old)]
  return [...checkNewFinalizers(metadata, before), ...checkUnchanged(metadata, before), ...checkContent(metadata)]
}

/**
 * The check of the registry's store after all others have passed on an update, which requires less of a name than a custom resource does.
 * Reproduces rest.BeforeUpdate.
 */
export function checkMetadataLast(object: JsonMap, scope: Scope): Issue[] {
  const metadata = metadataOf(object)
  const generateName = textOf(metadata['generateName'])
  const issues = /[/%]/.test(generateName)
    ? [issueAt(['metadata', 'generateName'], phrase`is ${shown(generateName)}, but must have no / and no %`)]
    : []
  if (metadata['name'] === undefined) issues.push(missingName())
  return [...issues, ...checkNamespace(metadata, scope), ...checkFinalizers(metadata)]
}

function metadataOf(object: JsonMap): JsonMap {
  return isJsonMap(object['metadata']) ? object['metadata'] : {}
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** The server names the map or the list; the finding names the entry. */
function issueAt(path: Path, rest: Message, type: FieldErrorType = 'FieldValueInvalid'): Issue {
  return { path, field: kubePath(path.slice(0, 2)), type, keyword: 'metadata', message: sentence(path, rest) }
}

const subdomain = 'must be at most 253 lower case letters, digits, . and -'
const qualified = 'its key must be a qualified name such as example.com/team'

function* checkGenerateName(metadata: JsonMap): Iterable<Issue> {
  const text = textOf(metadata['generateName'])
  // maskTrailingDash replaces the last two bytes, not the dash alone; half of a longer character stays invalid
  const masked = text.replace(/\p{ASCII}-$/u, 'a')
  if (text !== '' && !isDns1123Subdomain(masked)) yield issueAt(['metadata', 'generateName'], phrase`is ${shown(text)}, but ${subdomain}`)
}

function missingName(): Issue {
  return issueAt(['metadata', 'name'], phrase`is not set, but must be`, 'FieldValueRequired')
}

function* checkName({ name }: JsonMap): Iterable<Issue> {
  if (name === undefined) yield missingName()
  else if (!isDns1123Subdomain(textOf(name))) yield issueAt(['metadata', 'name'], phrase`is ${shown(name)}, but ${subdomain}`)
}

function* checkNamespace({ namespace }: JsonMap, scope: Scope): Iterable<Issue> {
  if (scope === 'Cluster' || typeof namespace !== 'string' || isDns1123Label(namespace)) return
  const must = 'must be lower case letters, digits and -, at most 63 characters'
  yield issueAt(['metadata', 'namespace'], phrase`is ${shown(namespace)}, but ${must}`)
}

/** What is checked both for a new object and for an update. */
function checkContent(metadata: JsonMap): Issue[] {
  const { ownerReferences, managedFields } = metadata
  return [
    ...checkLabels(metadata),
    ...checkAnnotations(metadata),
    ...(ownerReferences === undefined ? [] : checkOwners(metadata)),
    ...(managedFields === undefined ? [] : checkManagers(metadata)),
  ]
}

function* checkLabels(metadata: JsonMap): Iterable<Issue> {
  for (const [key, value] of entriesOf(metadata['labels'])) {
    const path = ['metadata', 'labels', key]
    if (!isQualifiedName(key)) yield issueAt(path, phrase`is a label, but ${qualified}`)
    if (typeof value === 'string' && !isLabelValue(value))
      yield issueAt(path, phrase`is ${shown(value)}, but must be at most 63 letters, digits, -, . and _`)
  }
}

/** Bytes of all keys and values together. */
const annotationLimit = 256 * 1024

function* checkAnnotations(metadata: JsonMap): Iterable<Issue> {
  let size = 0
  for (const [key, value] of entriesOf(metadata['annotations'])) {
    size += Buffer.byteLength(key) + Buffer.byteLength(printed(value))
    if (!isQualifiedName(key.toLowerCase())) yield issueAt(['metadata', 'annotations', key], phrase`is an annotation, but ${qualified}`)
  }
  if (size > annotationLimit)
    yield issueAt(['metadata', 'annotations'], phrase`is ${size} bytes in all, but must be at most ${annotationLimit}`, 'FieldValueTooLong')
}

function* checkFinalizers(metadata: JsonMap): Iterable<Issue> {
  const finalizers = itemsOf(metadata['finalizers'])
  for (const [index, name] of finalizers.entries())
    if (!isQualifiedName(textOf(name)))
      yield issueAt(['metadata', 'finalizers', index], phrase`is ${shown(name)}, but must be a qualified name such as example.com/keep`)
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    yield issueAt(['metadata', 'finalizers'], phrase`is both orphan and foregroundDeletion, but must have at most one of them`)
}

/** Reproduces validateOwnerReference; the server leaves the index out. */
function* checkOwners(metadata: JsonMap): Iterable<Issue> {
  const owners = itemsOf(metadata['ownerReferences']).map((owner) => (isJsonMap(owner) ? owner : {}))
  for (const [index, owner] of owners.entries()) {
    const path = ['metadata', 'ownerReferences', index]
    const [group, version] = groupVersionOf(textOf(owner['apiVersion']))
    for (const key of ['apiVersion', 'kind', 'name', 'uid']) {
      if (key === 'apiVersion' ? version !== '' : textOf(owner[key]) !== '') continue
      const is = shown(owner[key])
      const must = key === 'apiVersion' ? 'must have a version' : 'must be set'
      yield { ...issueAt([...path, key], phrase`is ${is}, but ${must}`), field: `metadata.ownerReferences.${key}` }
    }
    if (group === '' && version === 'v1' && owner['kind'] === 'Event')
      yield issueAt(path, phrase`is an Event, but no Event may be an owner`)
  }
  if (owners.filter((owner) => owner['controller'] === true).length > 1)
    yield issueAt(['metadata', 'ownerReferences'], phrase`is a list with several controllers, but must have at most one`)
}

/** Empty where there is none. Reproduces ParseGroupVersion. */
function groupVersionOf(apiVersion: string): readonly [group: string, version: string] {
  const parts = apiVersion.split('/')
  const [first = '', second] = parts
  if (parts.length > 2) return ['', '']
  return second === undefined ? ['', first] : [first, second]
}

/** Bytes. */
const managerLimit = 128
const subresourceLimit = 256
// unicode.IsPrint of Go
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u

/** Reproduces ValidateManagedFields. */
function* checkManagers(metadata: JsonMap): Iterable<Issue> {
  for (const [index, entry] of itemsOf(metadata['managedFields']).entries()) {
    if (!isJsonMap(entry)) continue
    const at = (key: string, rest: Message, type?: FieldErrorType): Issue => {
      const path = ['metadata', 'managedFields', index, key]
      return { ...issueAt(path, rest, type), field: kubePath(path) }
    }
    const [manager, subresource] = [textOf(entry['manager']), textOf(entry['subresource'])]
    const { operation, fieldsType } = entry
    if (operation !== 'Apply' && operation !== 'Update')
      yield at('operation', phrase`is ${operation === undefined ? 'not set' : shown(operation)}, but must be Apply or Update`)
    if (fieldsType !== undefined && fieldsType !== 'FieldsV1') yield at('fieldsType', phrase`is ${shown(fieldsType)}, but must be FieldsV1`)
    if (Buffer.byteLength(manager) > managerLimit)
      yield at('manager', phrase`is ${Buffer.byteLength(manager)} bytes long, but must have at most ${managerLimit}`, 'FieldValueTooLong')
    if (!printable.test(manager)) yield at('manager', phrase`is a text with control characters, but must be printable`)
    if (Buffer.byteLength(subresource) > subresourceLimit)
      yield at('subresource', phrase`is longer than ${subresourceLimit} bytes, but must not be`, 'FieldValueTooLong')
  }
}

function* checkNewFinalizers(metadata: JsonMap, old: JsonMap): Iterable<Issue> {
  if (readableTime(old['deletionTimestamp']) === undefined) return
  const before = new Set(itemsOf(old['finalizers']))
  const added = itemsOf(metadata['finalizers']).findIndex((name) => !before.has(name))
  if (added < 0) return
  const path = ['metadata', 'finalizers', added]
  yield issueAt(path, phrase`is a new finalizer, but must not be added while the object is being deleted`, 'FieldValueForbidden')
}

function* checkUnchanged(metadata: JsonMap, old: JsonMap): Iterable<Issue> {
  for (const key of ['name', 'namespace', 'deletionTimestamp', 'deletionGracePeriodSeconds']) {
    const isTime = key === 'deletionTimestamp'
    const [now, before] = isTime ? [readableTime(metadata[key]), readableTime(old[key])] : [metadata[key], old[key]]
    if (now !== before) yield issueAt(['metadata', key], phrase`is ${shown(now)}, but must stay ${shown(before)}`)
  }
}

/** A time that can't be read again counts as none. */
function readableTime(value: Json | undefined): string | undefined {
  return typeof value === 'string' && isGoTime(value) ? value : undefined
}

function itemsOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

function entriesOf(value: Json | undefined): [string, Json][] {
  return isJsonMap(value) ? Object.entries(value) : []
}
