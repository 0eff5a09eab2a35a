// Does a JSON patch (RFC 6902) parse, and does it apply?
import type { Json, JsonMap } from './model.ts'

export interface Operation {
  readonly op: 'add' | 'replace' | 'move' | 'copy' | 'remove' | 'test'
  readonly path: string
  readonly from?: string
  /** undefined: the member is absent, which only `test` tolerates */
  readonly value?: Json
}

const operations = new Set(['add', 'replace', 'move', 'copy', 'remove', 'test'])

/** The operations, an empty list for JSON null; undefined: no patch. Reproduces `DecodePatch` of json-patch 5.9. */
export function parsePatch(text: string): Operation[] | undefined {
  let document: Json
  try {
    document = JSON.parse(text) as Json
  } catch {
    return undefined
  }
  if (document === null) return []
  if (!Array.isArray(document)) return undefined
  const parsed = document.map(parseOperation)
  return parsed.every((operation) => operation !== undefined) ? parsed : undefined
}

/** The patched document; undefined: an operation fails. Reproduces `Patch.Apply`. */
export function patchApplies(document: Json, patch: readonly Operation[]): Json | undefined {
  let current = structuredClone(document)
  for (const operation of patch) {
    const next = applyOperation(current, operation)
    if (next === undefined) return undefined
    current = next
  }
  return current
}

function parseOperation(item: Json): Operation | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined
  const { op, path, from } = item
  if (typeof op !== 'string' || !operations.has(op) || typeof path !== 'string') return undefined
  if ((op === 'add' || op === 'replace') && !Object.hasOwn(item, 'value')) return undefined
  if ((op === 'move' || op === 'copy') && typeof from !== 'string') return undefined
  const value = item['value']
  return { op: op as Operation['op'], path, ...(typeof from === 'string' && { from }), ...(value !== undefined && { value }) }
}

function applyOperation(document: Json, { op, path, from = '', value }: Operation): Json | undefined {
  switch (op) {
    case 'add':
      return put(document, path, structuredClone(value ?? null))
    case 'replace':
      if (path === '') return value ?? undefined
      return get(document, path) === undefined ? undefined : replaceAt(document, path, structuredClone(value ?? null))
    case 'remove':
      return remove(document, path)
    case 'test':
      return passes(document, path, value ?? null) ? document : undefined
    case 'copy': {
      const found = get(document, from)
      // upstream loses a copy onto the root
      if (found === undefined || path === '') return found === undefined ? undefined : document
      return put(document, path, structuredClone(found))
    }
    case 'move': {
      const found = get(document, from)
      const without = found === undefined ? undefined : remove(document, from)
      return found === undefined || without === undefined ? undefined : put(without, path, found)
    }
  }
}

/** A missing member of a map counts as null, a missing item of a list is a mistake. */
function passes(document: Json, pointer: string, value: Json): boolean {
  const found = get(document, pointer)
  if (found === undefined && Array.isArray(parentOf(document, pointer)?.parent)) return false
  return isEqual(found ?? null, value)
}

/** The steps of a pointer; undefined: it does not start with a slash. */
function stepsOf(pointer: string): string[] | undefined {
  if (!pointer.startsWith('/')) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function get(document: Json, pointer: string): Json | undefined {
  if (pointer === '') return document
  const place = parentOf(document, pointer)
  return place && child(place.parent, place.key)
}

function parentOf(document: Json, pointer: string): { parent: Json[] | JsonMap; key: string } | undefined {
  const steps = stepsOf(pointer)
  const key = steps?.pop()
  if (!steps || key === undefined) return undefined
  let node: Json | undefined = document
  for (const step of steps) node = node === undefined ? undefined : child(node, step)
  return typeof node === 'object' && node !== null ? { parent: node, key } : undefined
}

function child(node: Json, step: string): Json | undefined {
  if (Array.isArray(node)) return node[indexOf(step, node.length) ?? -1]
  return typeof node === 'object' && node !== null && Object.hasOwn(node, step) ? node[step] : undefined
}

/** Negative indexes count from the end, as json-patch allows by default. */
function indexOf(step: string, length: number): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(step)) return undefined
  const index = Number(step)
  return index < 0 ? index + length : index
}

function put(document: Json, pointer: string, value: Json): Json | undefined {
  if (pointer === '') return value
  const place = parentOf(document, pointer)
  if (!place) return undefined
  if (!Array.isArray(place.parent)) {
    place.parent[place.key] = value
    return document
  }
  const { parent } = place
  const index = place.key === '-' ? parent.length : indexOf(place.key, parent.length + 1)
  if (index === undefined || index < 0 || index > parent.length) return undefined
  parent.splice(index, 0, value)
  return document
}

function replaceAt(document: Json, pointer: string, value: Json): Json | undefined {
  const place = parentOf(document, pointer)
  if (!place) return undefined
  if (Array.isArray(place.parent)) place.parent[indexOf(place.key, place.parent.length) ?? -1] = value
  else place.parent[place.key] = value
  return document
}

function remove(document: Json, pointer: string): Json | undefined {
  const place = parentOf(document, pointer)
  if (!place || child(place.parent, place.key) === undefined) return undefined
  if (Array.isArray(place.parent)) place.parent.splice(indexOf(place.key, place.parent.length) ?? 0, 1)
  else delete place.parent[place.key]
  return document
}

function isEqual(left: Json, right: Json): boolean {
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) return left === right
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    return left.every((item, index) => isEqual(item, right[index] ?? null))
  }
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key] ?? null, right[key] ?? null))
}
