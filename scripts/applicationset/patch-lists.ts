// How does a strategic merge patch merge and sort a list?
import type { Json, JsonMap } from '../values/value.ts'
import { GoPanic, TemplateError } from '../go-template/go-value.ts'
import { isJsonMap } from '../values/value.ts'

function fail(message: string): never {
  throw new TemplateError(message)
}

interface ListRule {
  /** merges two maps with the same key */
  readonly merge: (present: JsonMap, patch: JsonMap) => JsonMap
  /** identifies maps; undefined: strings */
  readonly key: string | undefined
  readonly isDeleteList: boolean
}

/** `mergeSlice`: items of both lists without duplicates, in an order consistent with both lists as far as possible. */
export function mergeList(present: readonly Json[], patch: readonly Json[], rule: ListRule): Json[] {
  if (present.length === 0 && patch.length === 0) return []
  if (itemType(present, patch) !== 'map') {
    if (rule.isDeleteList) return present.filter((item) => !patch.includes(item))
    return sortItems([...new Set([...present, ...patch])], { order: patch, present, patch, key: rule.key })
  }
  const { key } = rule
  if (key === undefined) return fail('cannot merge lists without merge key')
  const [kept, items] = applyDirectives(present, patch, key)
  const merged = [...kept]
  for (const item of items) {
    const at = merged.findIndex((other) => keyOf(other, key) === keyOf(item, key))
    const known = merged[at]
    if (isJsonMap(known) && isJsonMap(item)) merged[at] = rule.merge(known, item)
    else merged.push(item)
  }
  return sortItems(merged, { order: items, present: kept, patch: items, key })
}

function itemType(...lists: readonly (readonly Json[])[]): string {
  if (lists.every((list) => list.length === 0)) return fail('no elements in any of the given slices')
  const types = new Set(
    lists.flat().map((item) => (item === null ? 'null' : Array.isArray(item) ? 'list' : isJsonMap(item) ? 'map' : typeof item)),
  )
  const [type = 'null', ...others] = types
  if (others.length > 0) return fail('list element types are not identical')
  if (type === 'null') throw new GoPanic('invalid memory address or nil pointer dereference')
  return type === 'list' ? fail('lists of lists are not supported') : type
}

function keyOf(item: Json, key: string): Json {
  if (!isJsonMap(item)) return fail('an item is not a map')
  return item[key] ?? fail(`an item has no ${key}`)
}

/** `mergeSliceWithSpecialElements`: items that delete others or replace the whole list. */
function applyDirectives(present: readonly Json[], patch: readonly Json[], key: string): [readonly Json[], readonly Json[]] {
  let kept = present
  let replaces = false
  const items: Json[] = []
  for (const item of patch) {
    const directive = isJsonMap(item) && Object.hasOwn(item, '$patch') ? item['$patch'] : undefined
    if (directive === undefined) items.push(item)
    else if (directive === 'replace') replaces = true
    else if (directive === 'delete') kept = kept.filter((other) => keyOf(other, key) !== keyOf(item, key))
    else fail('merging lists cannot yet be specified in the patch')
  }
  return replaces ? [items, []] : [kept, items]
}

interface Order {
  readonly order: readonly Json[]
  readonly present: readonly Json[]
  readonly patch: readonly Json[]
  readonly key: string | undefined
}

/**
 * `normalizeElementOrder`, `mergeSortedSlice`: items of the order list in its order, the others as they were; one of the
 * others goes first only where the present list has both and has it first.
 */
export function sortItems(items: readonly Json[], given: Order): Json[] {
  const { key, order, present } = given
  if (key === undefined && [...items, ...order].some((item) => typeof item === 'object' && item !== null))
    throw new GoPanic('hash of unhashable type')
  const name = (item: Json): Json => (key === undefined ? item : keyOf(item, key))
  const index = (list: readonly Json[], item: Json): number => list.findIndex((other) => name(other) === name(item))
  const sorted = (list: Json[], by: readonly Json[]): Json[] => list.sort((a, b) => index(by, a) - index(by, b))
  const wanted = sorted(
    items.filter((item) => index(order, item) >= 0),
    order,
  )
  const others = sorted(
    items.filter((item) => index(order, item) < 0),
    present,
  )
  if (itemType(present, given.patch) === 'map' && key === undefined) fail('a list of maps has no merge key')
  const result: Json[] = []
  while (wanted.length > 0 && others.length > 0) {
    const [left, right] = [index(present, others[0] as Json), index(present, wanted[0] as Json)]
    result.push((left >= 0 && right >= 0 && left < right ? others : wanted).shift() as Json)
  }
  return [...result, ...others, ...wanted]
}
