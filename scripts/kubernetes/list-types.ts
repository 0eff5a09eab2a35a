// Do lists with unique keys or unique items have duplicates?
import { phrase, shown } from '../findings/message.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import type { Message } from '../findings/finding.ts'
import { kubePath, sentence, type Issue } from './issue.ts'
import { memberSchema, type Structural } from './structural.ts'
import { isJsonMap } from '../values/value.ts'

/** Duplicates in lists of type set and map, and items of the latter that are not maps. Reproduces ValidateListSetsAndMaps. */
export function checkListTypes(root: Json, schema: Structural): Issue[] {
  const issues: Issue[] = []
  const path: (string | number)[] = []
  const visit = (value: Json, node: Structural): void => {
    if (Array.isArray(value)) {
      if (node.listType === 'map') checkKeys(value, node, path, issues)
      if (node.listType === 'set') checkItems(value, path, issues)
      if (node.items) for (const [index, item] of value.entries()) step(index, item, node.items)
    } else if (isJsonMap(value)) {
      for (const key of Object.keys(value)) {
        const member = memberSchema(node, key)
        if (member && member !== true) step(key, value[key] as Json, member)
      }
    }
  }
  const step = (key: string | number, value: Json, node: Structural): void => {
    if (!node.hasListTypes || typeof value !== 'object' || value === null) return
    path.push(key)
    visit(value, node)
    path.pop()
  }
  visit(root, schema)
  return issues
}

function checkKeys(items: readonly Json[], node: Structural, at: Path, issues: Issue[]): void {
  const stray = items.findIndex((item) => item !== null && !isJsonMap(item))
  if (stray >= 0) {
    // the server checks this list no further
    const path = [...at, stray]
    const message = sentence(path, phrase`is ${shown(items[stray])}, but must be a map`)
    issues.push({ path, field: kubePath(path), type: 'FieldValueInvalid', keyword: 'type', message })
    return
  }
  const seen = new Map<string, number>()
  for (const [index, entry] of items.entries()) {
    const path = [...at, index]
    // a null has no keys
    const item = isJsonMap(entry) ? entry : {}
    const key = keyOf(item, node.mapKeys)
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    // the server names only the second of each kind
    if (times === 2)
      issues.push(
        duplicate(
          path,
          node.mapKeys.map((name) => phrase`${name} ${item[name] === undefined ? 'absent' : shown(item[name])}`),
        ),
      )
  }
}

/** Two absent keys are equal, an absent one and a null are not. */
function keyOf(item: JsonMap, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => (Object.hasOwn(item, key) ? [item[key] as Json] : [])))
}

function checkItems(items: readonly Json[], at: Path, issues: Issue[]): void {
  const seen = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const text = JSON.stringify(item)
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    if (times === 2) issues.push(duplicate([...at, index], [[shown(item)]]))
  }
}

function duplicate(path: Path, keys: readonly Message[]): Issue {
  const what = keys.flatMap((key, index) => (index === 0 ? key : [', ', ...key]))
  return {
    path,
    field: kubePath(path),
    type: 'FieldValueDuplicate',
    keyword: 'duplicate',
    message: sentence(path, phrase`is a second entry with ${what}, but must be the only one`),
  }
}
