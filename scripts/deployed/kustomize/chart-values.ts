// Which values does a kustomization give to a chart that it inflates?
import { posix } from 'node:path'
import { spotOf } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import { mergeLayers } from '../../values/merge.ts'
import type { MapValue, Value } from '../../values/value.ts'
import { isMap, valueAt } from '../../values/value.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import { fileReader, unreadable } from '../file-cache.ts'
import type { Manifest } from '../manifests.ts'
import { pathInRepository } from '../repository-path.ts'
import type { Unknown } from '../values/value-layers.ts'
import { toText } from './patches.ts'

export interface ChartValues {
  readonly files?: Value
  readonly inline?: MapValue
  /** why they are not known */
  readonly unknown?: Unknown
  /** where a file is named that holds nothing to merge into */
  readonly empty?: Spot
}

interface Given {
  readonly entry: MapValue
  /** of the kustomization, with a slash at the end */
  readonly folder: string
  /** the chart's own values, where the chart is here */
  readonly defaults: string | undefined
  readonly manifest: Manifest
}

/**
 * `valuesInline` over `valuesFile`, or below it, or in its place; `additionalValuesFiles` above both (`createNewMergedValuesFile`,
 * `AsHelmArgs`). A null takes a key out of what is below it, and the chart's own value comes back; Helm is given one only by files,
 * and by what is in their place.
 */
export function valuesFor({ entry, folder, defaults, manifest }: Given): ChartValues {
  const pathOf = (node: Value): string => posix.join('/', folder, toText(node)).slice(1)
  const inline = valueAt(entry, ['valuesInline'])
  const hasInline = isMap(inline) && inline.entries.size > 0
  const merge = toText(valueAt(entry, ['valuesMerge'])) || 'override'
  const first = valueAt(entry, ['valuesFile'])
  const more = valueAt(entry, ['additionalValuesFiles'])
  const others = more?.kind === 'list' ? more.items : []
  const base = toText(first) === '' || first === undefined || (hasInline && merge === 'replace') ? [] : [first]
  const filesOf = (nodes: readonly Value[]): Value | undefined => {
    const items = nodes.map((node): Value => ({
      kind: 'scalar',
      origin: node.origin,
      overrides: [],
      value: `$values/${pathInRepository(pathOf(node), manifest)}`,
    }))
    return items.length === 0 ? undefined : { kind: 'list', origin: entry.origin, overrides: [], items }
  }
  const empty = hasInline && base.some((node) => isBlank(manifest, pathOf(node))) ? spotOf(first as Value) : undefined
  if (empty !== undefined) return { empty }
  const isSimple = merge === 'replace' || (merge === 'override' && hasInline && !hasNull(inline))
  if (!hasInline || (others.length === 0 && isSimple)) {
    const files = filesOf([...base, ...others])
    return { ...(files && { files }), ...(hasInline && { inline }) }
  }
  // without a file, that of the chart is in its place
  if (merge === 'merge' && base.length === 0 && defaults === undefined)
    return { unknown: { reason: '`valuesMerge: merge` lets values of the chart win, which are not here', at: place(entry, 'valuesMerge') } }
  const readDefaults = merge === 'merge' && base.length === 0 && defaults !== undefined
  const read = readerOf(manifest)
  const readNode = (node: Value): MapValue | Unknown => read(pathOf(node), spotOf(node) ?? place(entry, 'valuesInline'))
  const below = [...base.map(readNode), ...(readDefaults ? [read(defaults, place(entry, 'valuesMerge'))] : [])]
  const above = others.map(readNode)
  const unknown = [...below, ...above].find((one): one is Unknown => 'reason' in one)
  if (unknown !== undefined) return { unknown }
  const [roots, higher] = [below.filter(isMapValue), above.filter(isMapValue)]
  const [lower, upper] = merge === 'merge' ? [[inline], roots] : [roots, merge === 'replace' ? [] : [inline]]
  const merged = upper.reduce<readonly MapValue[]>((all, top) => [...all.map((one) => withoutNulled(one, top)), withoutNulls(top)], lower)
  const [lowest, ...rest] = [...merged, ...(merge === 'replace' ? [inline] : []), ...higher]
  return lowest === undefined ? {} : { inline: mergeLayers([lowest, ...rest]) }
}

/** Whether a file is there that holds no document. */
function isBlank({ tree }: Manifest, path: string): boolean {
  const read = tree.read(path)
  return read?.ok === true && read.text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))
}

const isMapValue = (one: MapValue | Unknown): one is MapValue => 'entries' in one

const place = (entry: MapValue, key: string): Spot => {
  const node = entry.entries.get(key) ?? entry
  return spotOf(node) ?? { file: node.origin.file, span: node.origin.value }
}

/** A file without anything holds no values. */
function readerOf(manifest: Manifest): (path: string, at: Spot) => MapValue | Unknown {
  const fileOf = fileReader(manifest.tree)
  return (path, at) => {
    const file = fileOf(path)
    if (file === undefined) {
      const reason = unreadable(manifest.tree, path)
      return reason === undefined ? { reason: `there is no ${path}`, at, missing: path } : { reason, at }
    }
    const { documents, problems } = parseFirstDocument(file, 'service')
    const [root] = documents
    if (isMap(root)) return root
    const isEmpty = (root === undefined || root.kind === 'null') && problems.length === 0
    const origin = { file, layer: 'service', path: [], key: null, value: { start: 0, end: 0 } } as const
    return isEmpty ? { kind: 'map', origin, overrides: [], entries: new Map() } : { reason: `${path} is no map of values`, at }
  }
}

/** Whether a map has a null anywhere but in lists, which are replaced as they are. */
function hasNull(value: Value): boolean {
  return value.kind === 'null' || (value.kind === 'map' && [...value.entries.values()].some(hasNull))
}

function withoutNulls(map: MapValue): MapValue {
  if (!hasNull(map)) return map
  const entries = [...map.entries].flatMap(([key, node]) =>
    node.kind === 'null' ? [] : [[key, node.kind === 'map' ? withoutNulls(node) : node] as const],
  )
  return { ...map, entries: new Map(entries) }
}

/** What is left below a map whose nulls take keys out. */
function withoutNulled(map: MapValue, above: MapValue): MapValue {
  if (!hasNull(above)) return map
  const entries = [...map.entries].flatMap(([key, node]) => {
    const over = above.entries.get(key)
    if (over?.kind === 'null') return []
    return [[key, node.kind === 'map' && over?.kind === 'map' ? withoutNulled(node, over) : node] as const]
  })
  return { ...map, entries: new Map(entries) }
}
