// What does a strategic merge patch make of an Application?
import type { Json, JsonMap } from '../model.ts'
import { setOwn } from '../value.ts'
import { TemplateError } from './go-value.ts'
import { isJsonMap, mapEntries } from './typed.ts'

/** Lists of an Application that are merged, with the key that tells their items apart (undefined: texts). */
const mergedLists: Readonly<Record<string, string | undefined>> = {
  'metadata.finalizers': undefined,
  'metadata.ownerReferences': 'uid',
}

/**
 * `strategicpatch.StrategicMergePatch` for the Application type: maps merge, a null deletes, lists replace except
 * `metadata.finalizers` and `metadata.ownerReferences`. Throws TemplateError on a bad directive.
 */
export function applyStrategicPatch(original: JsonMap, patch: JsonMap): JsonMap {
  return patchMap(original, patch, '')
}

function patchMap(original: JsonMap, patch: JsonMap, path: string): JsonMap {
  const directive = patch['$patch']
  if (directive !== undefined) {
    if (directive === 'replace') return withoutDirectives(patch)
    if (directive === 'delete') return {}
    if (directive !== 'merge') throw new TemplateError('unknown patch type')
  }
  const result = retained(original, patch)
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys' || key.startsWith('$setElementOrder/')) continue
    if (key.startsWith('$deleteFromPrimitiveList/')) {
      const name = key.slice(key.indexOf('/') + 1)
      const list = result[name]
      if (!Array.isArray(value)) throw new TemplateError(`${key} is no list`)
      if (Array.isArray(list)) result[name] = list.filter((item) => !value.includes(item))
      continue
    }
    const at = path === '' ? key : `${path}.${key}`
    if (value === null) delete result[key]
    else setOwn(result, key, patchValue(Object.hasOwn(result, key) ? result[key] : undefined, value, at))
  }
  return result
}

function patchValue(present: Json | undefined, value: Json, path: string): Json {
  if (present === undefined || present === null) return added(value)
  if (isJsonMap(present) && isJsonMap(value)) return patchMap(present, value, path)
  if (Array.isArray(present) && Array.isArray(value) && Object.hasOwn(mergedLists, path))
    return mergeLists(present, value, mergedLists[path])
  return Array.isArray(value) || isJsonMap(value) ? withoutDirectivesIn(value) : value
}

/** A value that was not there: nulls and directives inside it mean nothing. */
function added(value: Json): Json {
  if (Array.isArray(value)) return value.map(added)
  if (!isJsonMap(value)) return value
  const kept: JsonMap = {}
  for (const [key, entry] of Object.entries(value)) if (entry !== null && !key.startsWith('$')) setOwn(kept, key, added(entry))
  return kept
}

function withoutDirectives(map: JsonMap): JsonMap {
  const kept: JsonMap = {}
  for (const [key, value] of Object.entries(map)) if (!key.startsWith('$')) setOwn(kept, key, withoutDirectivesIn(value))
  return kept
}
function withoutDirectivesIn(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDirectivesIn)
  return isJsonMap(value) ? withoutDirectives(value) : value
}

/** `$retainKeys`: of the present keys only the listed ones stay. */
function retained(original: JsonMap, patch: JsonMap): JsonMap {
  const keys = patch['$retainKeys']
  if (keys === undefined) return mapEntries(original, (value) => value)
  if (!Array.isArray(keys)) throw new TemplateError('$retainKeys is no list')
  const kept: JsonMap = {}
  for (const [key, value] of Object.entries(original)) if (keys.includes(key)) setOwn(kept, key, value)
  return kept
}

function mergeLists(present: readonly Json[], patch: readonly Json[], mergeKey: string | undefined): Json[] {
  if (mergeKey === undefined) return [...new Set([...present, ...patch])]
  const result = [...present]
  for (const item of patch) {
    if (!isJsonMap(item) || item[mergeKey] === undefined) throw new TemplateError(`an item has no ${mergeKey}`)
    const at = result.findIndex((other) => isJsonMap(other) && other[mergeKey] === item[mergeKey])
    const known = result[at]
    if (at >= 0 && item['$patch'] === 'delete') result.splice(at, 1)
    else if (at >= 0 && isJsonMap(known)) result[at] = patchMap(known, item, '')
    else result.push(added(item))
  }
  return result
}
