// Does a JSON patch (RFC 6902) parse, and does it apply?
import type { Json, JsonMap } from '../values/value.ts'
import { setOwn } from '../values/value.ts'

export interface Operation {
  readonly op: 'add' | 'replace' | 'move' | 'copy' | 'remove' | 'test'
  readonly path: string
  readonly from?: string
  /** undefined: the member is absent, which only `test` tolerates */
  readonly value?: Json
}

/** A patched document, or how the patch ends: `crash` is a nil pointer dereference in the library; `large` copies more than is looked at. */
export type Patched = { readonly document: Json } | { readonly failure: 'refused' | 'crash' | 'large' }

/** Copies may double what is there with each operation; no real patch comes near. */
const mostCopied = 100_000

const operations = new Set(['add', 'replace', 'move', 'copy', 'remove', 'test'])

/** The operations, an empty list for JSON null; undefined: not a patch. Reproduces `DecodePatch` of json-patch 5.9. */
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

function parseOperation(item: Json): Operation | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined
  const { op, path, from } = item
  if (typeof op !== 'string' || !operations.has(op) || typeof path !== 'string') return undefined
  if ((op === 'add' || op === 'replace') && !Object.hasOwn(item, 'value')) return undefined
  if ((op === 'move' || op === 'copy') && typeof from !== 'string') return undefined
  const value = item['value']
  return { op: op as Operation['op'], path, ...(typeof from === 'string' && { from }), ...(value !== undefined && { value }) }
}

interface Target {
  root: Json
  /** what an empty step at the root reads: the document as it was first decoded, separate from the one that is patched */
  self: Json
  /** how many more nodes may be copied */
  left: number
  readonly release: 4 | 5
}

type Outcome = 'done' | 'refused' | 'crash' | 'large'

/**
 * The document after all operations; the argument is not changed. Reproduces `Patch.Apply` of json-patch 5.9, or of 4.12, which
 * kustomize has: there a member of a map that is missing can be replaced, and is copied as null.
 */
export function applyPatch(document: Json, patch: readonly Operation[], release: 4 | 5 = 5): Patched {
  const target: Target = { root: structuredClone(document), self: structuredClone(document), left: mostCopied, release }
  for (const operation of patch) {
    const outcome = applyOperation(target, operation)
    if (outcome !== 'done') return { failure: outcome }
  }
  return { document: target.root }
}

function applyOperation(target: Target, { op, path, from = '', value = null }: Operation): Outcome {
  switch (op) {
    case 'add':
      return path === '' ? replaceRoot(target, value) : put(target, path, structuredClone(value))
    case 'replace':
      if (path === '') return replaceRoot(target, value)
      return sourceAt(target, path) === undefined ? 'refused' : replaceAt(target, path, structuredClone(value))
    case 'remove':
      return remove(target, path)
    case 'test':
      return test(target, path, value)
    case 'copy': {
      const copied = sourceAt(target, from)
      if (copied === undefined) return 'refused'
      target.left -= sizeOf(copied, target.left)
      return target.left <= 0 ? 'large' : put(target, path, structuredClone(copied))
    }
    case 'move': {
      const moved = from === '' ? undefined : get(target, from)
      if (moved === undefined) return 'refused'
      const outcome = remove(target, from)
      return outcome === 'done' ? put(target, path, moved) : outcome
    }
  }
}

/** How many nodes there are, long texts as several; counting ends beyond the most. */
function sizeOf(root: Json, most: number): number {
  const open: Json[] = [root]
  let size = 0
  for (let node = open.pop(); node !== undefined && size <= most; node = open.pop()) {
    size += typeof node === 'string' ? 1 + node.length / 100 : 1
    if (typeof node !== 'object' || node === null) continue
    for (const [key, member] of Object.entries(node)) {
      size += key.length / 100
      open.push(member)
    }
  }
  return size
}

function replaceRoot(target: Target, value: Json): Outcome {
  if (typeof value !== 'object' || value === null) return 'refused'
  target.root = structuredClone(value)
  target.self = structuredClone(value)
  return 'done'
}

/** A missing member of a map counts as null, a missing item of a list is a mistake. */
function test(target: Target, pointer: string, value: Json): Outcome {
  const found = pointer === '' ? target.root : get(target, pointer)
  if (found === undefined) {
    const place = parentOf(target, pointer)
    return place && !Array.isArray(place.parent) && value === null ? 'done' : 'refused'
  }
  // a null that is present equals only null
  if (found === null || value === null) return found === value ? 'done' : 'refused'
  const equal = compare(found, value)
  return equal === 'equal' ? 'done' : equal === 'crash' ? 'crash' : 'refused'
}

/** The steps of a pointer; undefined: it does not start with a slash. */
function stepsOf(pointer: string): string[] | undefined {
  if (!pointer.includes('/')) return undefined
  // anything before the first slash is ignored
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

interface Place {
  readonly parent: Json[] | JsonMap
  readonly key: string
}

function parentOf({ root, self }: Target, pointer: string): Place | undefined {
  const steps = pointer === '' ? [''] : stepsOf(pointer)
  const key = steps?.pop()
  if (!steps || key === undefined) return undefined
  let node: Json | undefined = root
  for (const step of steps) node = node === undefined ? undefined : step === '' ? (node === root ? self : undefined) : child(node, step)
  return typeof node === 'object' && node !== null ? { parent: node, key } : undefined
}

/** The value at a pointer. An empty last step reads the root itself; below the root it reads nothing, without an error (`partialDoc.get`). */
function get(target: Target, pointer: string): Json | undefined {
  const place = parentOf(target, pointer)
  if (!place) return undefined
  if (place.key === '') return place.parent === target.root ? target.self : null
  return child(place.parent, place.key)
}

/** The same for an operation that need not find anything in a map, by the older release. */
function sourceAt(target: Target, pointer: string): Json | undefined {
  const value = get(target, pointer)
  if (value !== undefined || target.release === 5) return value
  const place = parentOf(target, pointer)
  return place === undefined || Array.isArray(place.parent) ? undefined : null
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

function put(target: Target, pointer: string, value: Json): Outcome {
  const place = parentOf(target, pointer)
  if (!place) return 'refused'
  if (!Array.isArray(place.parent)) {
    setOwn(place.parent, place.key, value)
    return 'done'
  }
  const { parent } = place
  const index = place.key === '-' ? parent.length : indexOf(place.key, parent.length + 1)
  if (index === undefined || index < 0 || index > parent.length) return 'refused'
  parent.splice(index, 0, value)
  return 'done'
}

function replaceAt(target: Target, pointer: string, value: Json): Outcome {
  const place = parentOf(target, pointer)
  if (!place) return 'refused'
  if (!Array.isArray(place.parent)) {
    setOwn(place.parent, place.key, value)
    return 'done'
  }
  const index = indexOf(place.key, place.parent.length)
  if (index === undefined) return 'refused'
  place.parent[index] = value
  return 'done'
}

function remove(target: Target, pointer: string): Outcome {
  const place = parentOf(target, pointer)
  if (!place || child(place.parent, place.key) === undefined) return 'refused'
  if (Array.isArray(place.parent)) place.parent.splice(indexOf(place.key, place.parent.length) ?? 0, 1)
  else delete place.parent[place.key]
  return 'done'
}

/** Reproduces `lazyNode.equal`, which follows the nil that a null in a list is. */
function compare(left: Json, right: Json): 'equal' | 'different' | 'crash' {
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null)
    return left === right ? 'equal' : 'different'
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return 'different'
    for (const [index, item] of left.entries()) {
      const other = right[index] ?? null
      const outcome = item === null || other === null ? 'crash' : compare(item, other)
      if (outcome !== 'equal') return outcome
    }
    return 'equal'
  }
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return 'different'
  for (const key of keys) {
    if (!Object.hasOwn(right, key)) return 'different'
    const outcome = compare(left[key] ?? null, right[key] ?? null)
    if (outcome !== 'equal') return outcome
  }
  return 'equal'
}
