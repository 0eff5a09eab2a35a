// What do the replacements of a kustomization need, and which objects may they change?
import { posix } from 'node:path'
import { isJsonMap, jsonAt, toPlain, valueAt } from '../../values/value.ts'
import type { Json, MapValue, Path, Value } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import type { Around } from './patches.ts'
import { toText } from './patches.ts'
import { targetsOf } from './targets.ts'
import type { Made } from './targets.ts'

interface Replacing {
  readonly other: string
  readonly objects: readonly Made[]
  readonly around: Around
}

/** Whether it may change an object of ours: replacements say which kinds they are for. */
export function mayReplace(root: MapValue, { other, objects, around }: Replacing): boolean {
  if (other !== 'replacements') return true
  const written = toPlain(root.entries.get(other) ?? root)
  const all = (Array.isArray(written) ? written : []).flatMap((one): Json[] => {
    const path = isJsonMap(one) ? one['path'] : undefined
    if (typeof path !== 'string') return [one]
    const file = around.reader.file(posix.join('/', around.at, path).slice(1))
    const { documents } = file === undefined ? { documents: [] } : parseYaml(file, 'service')
    return documents.length === 0 ? [null] : documents.flatMap((document) => [toPlain(document)].flat())
  })
  const kinds = new Set(objects.map(({ kind }) => kind))
  return all.some((one) => {
    const targets = isJsonMap(one) ? one['targets'] : undefined
    if (!Array.isArray(targets)) return true
    return targets.some((target) => {
      const kind = jsonAt(target, ['select', 'kind'])
      return typeof kind !== 'string' || kinds.has(kind)
    })
  })
}

const isSet = (node: Value | undefined): boolean => node !== undefined && node.kind !== 'null'

/** `replacement.Filter`: "replacements must specify a source and at least one target", "target must specify resources to select". */
export function refusedReplacement(root: MapValue, { refuse }: Pick<Around, 'refuse'>): string | undefined {
  for (const item of itemsOf(root)) {
    if (item.kind !== 'map' || item.entries.has('path')) continue
    const [source, value, targets] = ['source', 'sourceValue', 'targets'].map((key) => item.entries.get(key))
    if (!isSet(source) && !isSet(value)) return refuse('a replacement of it has no source', item)
    if (isSet(source) && isSet(value)) return refuse('a replacement of it has source beside sourceValue', value)
    if (!isSet(targets)) return refuse('a replacement of it has no targets', item)
    const unselected = targets?.kind === 'list' ? targets.items.find((target) => !isSet(valueAt(target, ['select']))) : undefined
    if (unselected !== undefined) return refuse('a target of a replacement of it has no select', unselected)
  }
  return undefined
}

/**
 * A field that is not there, of an object that the first replacements are for: `copyValueToTarget` makes one only with `create`.
 * What other keys make before, or a path with more than names in it, is not known here.
 */
export function missingField(
  root: MapValue,
  { objects, around }: Pick<Replacing, 'objects' | 'around'>,
): { readonly why: string; readonly keys: readonly string[] } | undefined {
  if (['patches', 'patchesStrategicMerge', 'patchesJson6902', 'transformers', 'configurations'].some((key) => root.entries.has(key)))
    return undefined
  const made = new Set<string>()
  for (const item of itemsOf(root)) {
    if (item.kind !== 'map' || item.entries.has('path')) return undefined
    const targets = item.entries.get('targets')
    for (const target of targets?.kind === 'list' ? targets.items : []) {
      const [select, reject, fields] = ['select', 'reject', 'fieldPaths'].map((key) => valueAt(target, [key]))
      const paths = fields?.kind === 'list' ? fields.items : []
      if (toText(valueAt(target, ['options', 'create'])) === 'true') {
        for (const path of paths) made.add(toText(path))
        continue
      }
      const chosen = select === undefined || isSet(reject) ? undefined : targetsOf(select, select)
      const found = typeof chosen === 'function' ? chosen(objects) : undefined
      if (!(found instanceof Set)) continue
      for (const path of paths) {
        const text = toText(path)
        // a number is an item of a list, and what another one makes may be above or below; metadata is given by other keys, which come first
        if (
          text.startsWith('metadata.') ||
          !/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(text) ||
          [...made].some((one) => one.split('.')[0] === text.split('.')[0] && isAlong(one, text))
        )
          continue
        const lacking = [...found].find(({ value }) => isAbsent(value, text.split('.')))
        if (lacking === undefined) continue
        const why = around.refuse(`a replacement is for ${text}, which ${lacking.kind} ${lacking.name} lacks`, path)
        return { why, keys: ['replacements'] }
      }
    }
  }
  return undefined
}

const isAlong = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one)

/** Whether a map on the way has no such key; what is below a scalar may be a text that is read as YAML. */
function isAbsent(root: Value, path: Path): boolean {
  let node: Value | undefined = root
  for (const step of path) {
    if (node?.kind !== 'map') return false
    node = node.entries.get(String(step))
    if (node === undefined) return true
  }
  return false
}

function itemsOf(root: MapValue): readonly Value[] {
  const list = root.entries.get('replacements')
  return list?.kind === 'list' ? list.items : []
}
