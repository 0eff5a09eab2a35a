// What do the patches of a kustomization make of objects of CloudNativePG?
import { posix } from 'node:path'
import { applyPatch, parsePatch } from '../kubernetes/json-patch.ts'
import type { Operation } from '../kubernetes/json-patch.ts'
import type { RenderedObject } from '../model.ts'
import { printed } from '../values/printed.ts'
import type { Json, JsonMap, MapValue, Origin, SourceFile, Value } from '../values/value.ts'
import { fromPlain, isJsonMap, toPlain, valueAt } from '../values/value.ts'
import { inside, parseInside } from '../yaml/inside.ts'
import { parseYaml } from '../yaml/parse.ts'

/** The files that are here. */
export interface Reader {
  readonly file: (path: string) => SourceFile | undefined
  readonly isFolder: (path: string) => boolean
}

/** One patch: a part of an object, or operations, for the objects that it is meant for. */
interface Patch {
  readonly root: Value
  readonly operations?: readonly Operation[]
  readonly isFor: (object: RenderedObject) => boolean
  /** it selects by what is not looked at here */
  readonly isSelecting: boolean
}

const unread = 'a patch of it is not here, or is no patch'

/** The patches in their order; a text: why they are not known. */
export function patchesOf(root: MapValue, { at, reader }: { readonly at: string; readonly reader: Reader }): Patch[] | string {
  const patches: Patch[] = []
  const add = (documents: readonly Value[] | undefined, target: Value | undefined): boolean => {
    if (documents === undefined) return false
    for (const document of documents) {
      const operations = document.kind === 'list' ? parsePatch(JSON.stringify(toPlain(document))) : undefined
      if (document.kind === 'null') continue
      if (document.kind === 'list' ? operations === undefined || target === undefined : document.kind !== 'map') return false
      patches.push({ root: document, ...(operations && { operations }), ...targetOf(target, document) })
    }
    return true
  }
  const ofFile = (path: string): readonly Value[] | undefined => {
    const file = reader.file(posix.join('/', at, path).slice(1))
    return file === undefined ? undefined : parseYaml(file, 'service').documents
  }
  for (const item of itemsAt(root, 'patchesStrategicMerge')) {
    const text = item.kind === 'scalar' ? printed(item.value) : ''
    if (!add(text.includes('\n') ? inlineIn(item) : ofFile(text), undefined)) return unread
  }
  for (const item of [...itemsAt(root, 'patches'), ...itemsAt(root, 'patchesJson6902')]) {
    const [path, patch, target] = ['path', 'patch', 'target'].map((key) => valueAt(item, [key]))
    const documents = patch === undefined ? ofFile(path?.kind === 'scalar' ? printed(path.value) : '') : inlineIn(patch)
    if (!add(documents, target)) return unread
  }
  return patches
}

function itemsAt(root: MapValue, key: string): readonly Value[] {
  const list = root.entries.get(key)
  return list?.kind === 'list' ? list.items : []
}

function inlineIn(node: Value): readonly Value[] | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return undefined
  const { file, value: span } = node.origin
  const offset = inside(file.text, span, node.value)
  const { documents, problems } = parseInside(node.value, {
    file,
    layer: 'service',
    spotOf: ({ start, end }) => ({
      file,
      span: offset === undefined ? span : { start: offset(start), end: offset(Math.max(end - 1, start)) + 1 },
    }),
  })
  return problems.some(({ fatal }) => fatal) ? undefined : documents
}

/** A target selects by expressions that must match as a whole; without one a patch names its object. */
function targetOf(target: Value | undefined, patch: Value): Pick<Patch, 'isFor' | 'isSelecting'> {
  if (target === undefined) {
    const plain = toPlain(patch)
    const own = (key: string): Json | undefined => (isJsonMap(plain) && isJsonMap(plain['metadata']) ? plain['metadata'][key] : undefined)
    return {
      isSelecting: false,
      isFor: (object) =>
        isJsonMap(plain) &&
        plain['kind'] === object.kind &&
        plain['apiVersion'] === object.plain['apiVersion'] &&
        own('name') === object.name,
    }
  }
  const plain = toPlain(target)
  const wanted = isJsonMap(plain) ? plain : {}
  const fits = (key: string, text: string): boolean => {
    const pattern = printed(wanted[key] ?? '')
    if (pattern === '' || pattern === text) return true
    // other than plain words, alternatives and wildcards are left to kustomize
    const words = /^\(?([\w.|*-]+)\)?$/.exec(pattern)?.[1]?.split('|')
    return words === undefined ? key === 'name' : words.some((word) => matches(word, text))
  }
  return {
    isSelecting:
      wanted['labelSelector'] !== undefined ||
      wanted['annotationSelector'] !== undefined ||
      !/^[\w.|*()-]*$/.test(printed(wanted['name'] ?? '')),
    isFor: ({ kind, name, plain: object }) => {
      const [group = '', version = ''] = printed(object['apiVersion'] ?? '').split('/')
      const metadata = isJsonMap(object['metadata']) ? object['metadata'] : {}
      const isNamed = fits('kind', kind) && fits('name', name) && fits('namespace', printed(metadata['namespace'] ?? ''))
      return isNamed && fits('group', group) && fits('version', version)
    },
  }
}

/** A word in which `.*` stands for anything. */
function matches(word: string, text: string): boolean {
  const [start = '', end] = word.split('.*')
  return end === undefined ? word === text : text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end)
}

/** The objects with all patches; a text: a patch that is not run here is meant for one of them. */
export function applyPatches(objects: readonly RenderedObject[], patches: readonly Patch[]): RenderedObject[] | string {
  let patched = [...objects]
  for (const patch of patches) {
    const next: RenderedObject[] = []
    for (const object of patched) {
      const result = patch.isFor(object) ? onePatch(object, patch) : object
      if (typeof result === 'string') return result
      if (result !== undefined) next.push(result)
    }
    patched = next
  }
  return patched
}

function onePatch(object: RenderedObject, { root, operations, isSelecting }: Patch): RenderedObject | string | undefined {
  if (isSelecting) return `a patch selects ${object.kind} by labels or an expression`
  if (operations !== undefined) {
    const result = applyPatch(object.plain, operations)
    if (!('document' in result))
      return result.failure === 'large' ? 'a patch copies too much' : `a patch does not apply to ${object.kind} ${object.name}`
    const value = reconciled(object.value, result.document, root.origin)
    return value.kind === 'map' ? objectOf(value) : `a patch does not apply to ${object.kind} ${object.name}`
  }
  const directive = root.kind === 'map' ? root.entries.get('$patch') : undefined
  if (directive?.kind === 'scalar' && directive.value === 'delete') return undefined
  if (JSON.stringify(toPlain(root)).includes('"$')) return 'a patch has directives'
  const merged = root.kind === 'map' ? mergedInto(object.value, root, true) : object.value
  return objectOf(merged)
}

/** A strategic merge knows no schema of these kinds: maps are merged, lists and scalars replaced, nulls remove. */
function mergedInto(base: MapValue, patch: MapValue, isRoot = false): MapValue {
  const entries = new Map(base.entries)
  for (const [key, node] of patch.entries) {
    const before = entries.get(key)
    // what names the object stays; a target may be of several
    if (isRoot && (key === 'apiVersion' || key === 'kind')) continue
    if (node.kind === 'null') entries.delete(key)
    else if (node.kind === 'map' && before?.kind === 'map') {
      const own =
        isRoot && key === 'metadata'
          ? { ...node, entries: new Map([...node.entries].filter(([name]) => name !== 'name' && name !== 'namespace')) }
          : node
      entries.set(key, mergedInto(before, own))
    } else entries.set(key, before === undefined ? node : { ...node, overrides: [before] })
  }
  const { kind, origin, overrides } = base
  return { kind, origin, overrides, entries }
}

/** What is as before keeps its place; the rest was written where the patch is. */
function reconciled(value: Value, plain: Json, origin: Origin): Value {
  const { overrides } = value
  if (value.kind === 'map' && isJsonMap(plain))
    return {
      kind: 'map',
      origin: value.origin,
      overrides,
      entries: new Map(
        Object.entries(plain).map(([key, member]) => {
          const before = value.entries.get(key)
          return [key, before === undefined ? fromPlain(member, origin) : reconciled(before, member, origin)]
        }),
      ),
    }
  if (value.kind === 'list' && Array.isArray(plain) && plain.length >= value.items.length)
    return {
      kind: 'list',
      origin: value.origin,
      overrides,
      items: plain.map((item, index) => {
        const before = value.items[index]
        return before === undefined ? fromPlain(item, origin) : reconciled(before, item, origin)
      }),
    }
  return JSON.stringify(toPlain(value)) === JSON.stringify(plain) ? value : fromPlain(plain, origin)
}

/** The text of a scalar; none for anything else. */
export const toText = (node: Value | undefined): string => (node?.kind === 'scalar' ? printed(node.value) : '')

/** The object that a map is. */
export function objectOf(value: MapValue): RenderedObject {
  const plain = toPlain(value) as JsonMap
  const [kind, name] = [valueAt(value, ['kind']), valueAt(value, ['metadata', 'name'])].map(toText) as [string, string]
  return { kind, name, value, plain, hook: false }
}
