// What do the operations of a patch make of an object, and where was each part of it written?
import type { Message } from '../../findings/finding.ts'
import { applyPatch } from '../../kubernetes/json-patch.ts'
import type { Operation } from '../../kubernetes/json-patch.ts'
import type { RenderedObject } from '../../model.ts'
import type { Json, JsonMap, MapValue, Path, Span, Value } from '../../values/value.ts'
import { fromPlain, isJsonMap, jsonAt, toPlain, valueAt } from '../../values/value.ts'

/** Notes why kustomize certainly stops, where, and what to write instead; gives back the reason. */
export type Refuse = (why: string, node?: Value, more?: { readonly on?: 'key'; readonly help?: Message }) => string

/** Operations, and the list that they were written as. */
interface Written {
  readonly root: Value
  readonly operations: readonly Operation[]
  /** of `patches`, at which time kustomize keeps annotations of its own in every object */
  readonly isAnnotated: boolean
}

/** The object after all operations, as the json-patch of kustomize does them; a text: why it is not known. */
export function afterOperations(object: RenderedObject, { root, operations, isAnnotated }: Written, refuse: Refuse): MapValue | string {
  const before = isAnnotated ? annotated(object.plain) : object.plain
  const result = applyPatch(before, operations, 4)
  if (!('document' in result)) {
    if (result.failure === 'large') return 'a patch copies too much'
    const why = `a patch does not apply to ${object.kind} ${object.name}`
    return result.failure === 'refused' ? refuse(why, firstRefused(before, root, operations)) : why
  }
  const value = reconciled(
    object.value,
    { plain: before === object.plain ? result.document : bare(result.document), path: [] },
    madeBy(root, operations),
  )
  return value.kind === 'map' ? value : `a patch does not apply to ${object.kind} ${object.name}`
}

/** An object with a map of annotations, the object itself if it has one. */
function annotated(plain: JsonMap): JsonMap {
  const { metadata } = plain
  if (!isJsonMap(metadata) || isJsonMap(metadata['annotations'])) return plain
  return { ...plain, metadata: { ...metadata, annotations: {} } }
}

/** Without that map, if nothing has been added to it. */
function bare(plain: Json): Json {
  const metadata = jsonAt(plain, ['metadata'])
  const annotations = jsonAt(metadata, ['annotations'])
  if (!isJsonMap(plain) || !isJsonMap(metadata) || !isJsonMap(annotations) || Object.keys(annotations).length > 0) return plain
  const { annotations: _empty, ...rest } = metadata
  return { ...plain, metadata: rest }
}

/** Where the first operation is that can't be done after those before it. */
function firstRefused(before: JsonMap, root: Value, operations: readonly Operation[]): Value {
  const index = operations.findIndex((_one, at) => !('document' in applyPatch(before, operations.slice(0, at + 1), 4)))
  return valueAt(root, [index, 'path']) ?? root
}

/** A part of a patched object. */
interface Part {
  readonly plain: Json
  readonly path: Path
}

/** Where a part of the object was written: in the value of the last operation that set it, or what is above it; else at the patch. */
function madeBy(root: Value, operations: readonly Operation[]): (part: Part) => Value {
  const values = operations.flatMap(({ op, path }, index) => {
    const value = root.kind === 'list' ? valueAt(root, [index, 'value']) : undefined
    const steps = path
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    const at = root.kind === 'list' ? (valueAt(root, [index, 'path'])?.origin.value ?? null) : null
    return value === undefined || (op !== 'add' && op !== 'replace') ? [] : [{ value, steps, at }]
  })
  return ({ plain, path }) => {
    const isAt = (step: string, at: number): boolean => (step === '-' ? typeof path[at] === 'number' : String(path[at]) === step)
    const made = values.findLast(({ steps }) => steps.every(isAt))
    if (made === undefined) return fromPlain(plain, root.origin)
    const node = valueAt(made.value, path.slice(made.steps.length))
    const isSame = node !== undefined && JSON.stringify(toPlain(node)) === JSON.stringify(plain)
    // the key of what an operation adds is in its path
    const key = made.steps.length === path.length ? made.at : null
    return isSame ? movedTo(node, path, key) : fromPlain(plain, { ...made.value.origin, path, ...(key && { key }) })
  }
}

/** A node of a patch with the paths that its parts have in the object. */
function movedTo(node: Value, path: Path, key: Span | null = null): Value {
  const origin = { ...node.origin, path, ...(key && { key }) }
  if (node.kind === 'map') {
    const entries = new Map([...node.entries].map(([key, child]) => [key, movedTo(child, [...path, key])]))
    return { ...node, origin, entries }
  }
  if (node.kind === 'list') return { ...node, origin, items: node.items.map((child, index) => movedTo(child, [...path, index])) }
  return { ...node, origin }
}

/** What is as before keeps its place; the rest was written where the patch is. */
function reconciled(value: Value, { plain, path }: Part, made: (part: Part) => Value): Value {
  const { overrides } = value
  const member = (before: Value | undefined, child: Json, step: string | number): Value => {
    const part = { plain: child, path: [...path, step] }
    return before === undefined ? made(part) : reconciled(before, part, made)
  }
  if (value.kind === 'map' && isJsonMap(plain)) {
    const entries = new Map(Object.entries(plain).map(([key, child]) => [key, member(value.entries.get(key), child, key)]))
    return { kind: 'map', origin: value.origin, overrides, entries }
  }
  if (value.kind === 'list' && Array.isArray(plain) && plain.length >= value.items.length)
    return {
      kind: 'list',
      origin: value.origin,
      overrides,
      items: plain.map((child, index) => member(value.items[index], child, index)),
    }
  return JSON.stringify(toPlain(value)) === JSON.stringify(plain) ? value : made({ plain, path })
}
