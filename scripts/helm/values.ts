// Which values does each chart of a tree see?
import type { Chart } from './chart-tree.ts'
import { mergeLayers } from '../values/merge.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { MapValue, Value } from '../values/value.ts'
import { MisfitRefused } from './error.ts'

/** How values come together: `coalesce` drops nulls, `merge` keeps them for a later pass. */
export interface Coalescing {
  readonly helm: HelmGeneration
  readonly keepNulls: boolean
}

const none: readonly Value[] = []
const nowhere = {
  layer: 'chart' as const,
  file: { path: '', text: '', builtin: true as const },
  path: [],
  key: null,
  value: { start: 0, end: 0 },
}

export function emptyMap(): MapValue {
  return { kind: 'map', origin: nowhere, overrides: none, entries: new Map() }
}

export function withEntries(map: MapValue, entries: ReadonlyMap<string, Value>): MapValue {
  return { ...map, entries }
}

/** The higher value over the lower one, which stays available as an override. */
function above<T extends Value>(higher: T, lower: Value): T {
  return { ...higher, overrides: [...higher.overrides, lower] }
}

/** `CoalesceValues`, `MergeValues`: the values of a chart and, below their names, of its subcharts. */
export function coalesceChart(chart: Chart, values: MapValue, how: Coalescing): MapValue {
  return coalesceDependencies(chart, coalesceOwn(chart, values, how), how)
}

/** `coalesceValues`. */
function coalesceOwn(chart: Chart, values: MapValue, how: Coalescing): MapValue {
  const entries = new Map(values.entries)
  for (const [key, preset] of chart.values.entries) {
    const value = entries.get(key)
    if (value === undefined) {
      const added = addedDefault(preset, how)
      if (added !== undefined) entries.set(key, added)
    } else if (value.kind === 'null' && !how.keepNulls) entries.delete(key)
    else if (value.kind === 'map' && preset.kind === 'map') {
      // since Helm 3.17 a subchart's values keep their nulls until the subchart is processed
      const keepNulls = how.keepNulls || (how.helm !== '3.16' && chart.dependencies.some((child) => child.name === key))
      const clean = keepNulls || how.helm !== '4.2' ? preset : (withoutNulls(preset) as MapValue)
      entries.set(key, coalesceTables(value, clean, { ...how, keepNulls }))
    } else entries.set(key, above(value, preset))
  }
  return { ...values, overrides: [...values.overrides, chart.values], entries }
}

function addedDefault(preset: Value, how: Coalescing): Value | undefined {
  return how.keepNulls || how.helm !== '4.2' ? preset : withoutNulls(preset)
}

/** `cleanNilValues`: maps lose their nulls, lists keep them. */
function withoutNulls(value: Value): Value | undefined {
  if (value.kind === 'null') return undefined
  if (value.kind !== 'map' || cleaned.get(value) === value) return value
  const known = cleaned.get(value)
  if (known !== undefined) return known
  let entries: Map<string, Value> | undefined
  for (const [key, entry] of value.entries) {
    const kept = withoutNulls(entry)
    if (kept === entry) continue
    entries ??= new Map(value.entries)
    if (kept === undefined) entries.delete(key)
    else entries.set(key, kept)
  }
  const result = entries === undefined ? value : withEntries(value, entries)
  cleaned.set(value, result)
  return result
}
/** Defaults are the same for all databases of a chart. */
const cleaned = new WeakMap<MapValue, MapValue>()

/** `coalesceTablesFullKey`: `values` win over the presets. */
export function coalesceTables(values: MapValue, presets: MapValue, how: Coalescing): MapValue {
  const isShared = isOfMany(values)
  const known = isShared ? coalesced.get(values) : undefined
  if (known !== undefined && known.presets === presets && known.helm === how.helm && known.keepNulls === how.keepNulls) return known.made
  const made = joinTables(values, presets, how)
  if (isShared) coalesced.set(values, { presets, ...how, made })
  return made
}

/** Whether a map is the same object for many releases: set by the chart or an environment, and by no layer above. */
export function isOfMany({ origin: { layer } }: MapValue): boolean {
  return layer === 'chart' || layer === 'environment'
}

/** The values of an environment are the same map for all of its databases. */
const coalesced = new WeakMap<MapValue, Coalescing & { readonly presets: MapValue; readonly made: MapValue }>()

function joinTables(values: MapValue, presets: MapValue, how: Coalescing): MapValue {
  const entries = new Map(values.entries)
  if (how.helm === '3.19' && !how.keepNulls) for (const [key, value] of values.entries) if (value.kind === 'null') entries.delete(key)
  for (const [key, preset] of presets.entries) {
    const value = values.entries.get(key)
    if (value === undefined) entries.set(key, preset)
    else if (value.kind === 'null') {
      // a null without a default stays
      if (!how.keepNulls && (how.helm !== '4.2' || preset.kind !== 'null')) entries.delete(key)
    } else if (value.kind === 'map' && preset.kind === 'map') entries.set(key, coalesceTables(value, preset, how))
    else entries.set(key, above(value, preset))
  }
  return { ...values, overrides: [...values.overrides, presets], entries }
}

/** `coalesceDeps`. */
function coalesceDependencies(chart: Chart, values: MapValue, how: Coalescing): MapValue {
  if (chart.dependencies.length === 0) return values
  const entries = new Map(values.entries)
  for (const child of chart.dependencies) {
    const own = entries.get(child.name) ?? emptyMap()
    if (own.kind !== 'map') throw new MisfitRefused(`type mismatch on ${child.name}: ${mismatchText(own)}`, own)
    const made = coalesceChart(child, withGlobals(own, entries.get('global')), how)
    entries.set(child.name, made)
    const shared = entries.get('global')
    if (shared?.kind === 'map') entries.set('global', sharedGlobals(shared, made.entries.get('global')))
  }
  return withEntries(values, entries)
}

/** `%t` of a value that is not a boolean. */
function mismatchText(value: Value): string {
  if (value.kind === 'null') return '%!t(<nil>)'
  if (value.kind === 'list') return '[]'
  if (value.kind === 'map') return 'map[]'
  if (typeof value.value === 'boolean') return String(value.value)
  return typeof value.value === 'number' ? `%!t(float64=${value.value})` : `%!t(string=${value.value})`
}

/** `coalesceGlobals`: the parent's globals win, maps merge. */
function withGlobals(child: MapValue, shared: Value | undefined): MapValue {
  const present = child.entries.get('global')
  if ((present !== undefined && present.kind !== 'map') || (shared !== undefined && shared.kind !== 'map')) return child
  const own = present ?? emptyMap()
  const entries = new Map(own.entries)
  for (const [key, value] of shared?.entries ?? []) {
    const before = entries.get(key)
    if (value.kind === 'map') {
      if (before === undefined) entries.set(key, value)
      else if (before.kind === 'map') entries.set(key, coalesceTables(value, before, { helm: '4.2', keepNulls: true }))
    } else if (before?.kind !== 'map') entries.set(key, value)
  }
  return withEntries(child, new Map([...child.entries, ['global', withEntries(own, entries)]]))
}

/**
 * `copyMap` is shallow: a map below a key of the globals is the same map for a parent and its subchart, so the parent
 * (and each later subchart) sees what the subchart's own values add there.
 */
function sharedGlobals(parent: MapValue, child: Value | undefined): MapValue {
  if (child?.kind !== 'map') return parent
  const entries = new Map<string, Value>()
  for (const [key, table] of parent.entries) {
    const own = child.entries.get(key)
    if (table.kind !== 'map' || own?.kind !== 'map') continue
    const maps = [...table.entries].flatMap(([name, inner]): [string, Value][] => {
      const changed = inner.kind === 'map' ? own.entries.get(name) : undefined
      return changed?.kind === 'map' && changed !== inner ? [[name, changed]] : []
    })
    if (maps.length > 0) entries.set(key, withEntries(table, new Map([...table.entries, ...maps])))
  }
  return entries.size === 0 ? parent : withEntries(parent, new Map([...parent.entries, ...entries]))
}

/** The documents of one file, or the layers, lowest first. */
export function mergeMaps(maps: readonly MapValue[]): MapValue {
  const [first, ...rest] = maps
  return first === undefined ? emptyMap() : mergeLayers([first, ...rest])
}

/** `Values.Table`: the map at a path with dots. */
export function tableAt(values: MapValue, path: string): MapValue | undefined {
  let map: MapValue = values
  for (const part of path.split('.')) {
    const next = map.entries.get(part)
    if (next?.kind !== 'map') return undefined
    map = next
  }
  return map
}

/** `Values.PathValue`: a value at a path with dots that is not a map. */
export function valueAtPath(values: MapValue, path: string): Value | undefined {
  const at = path.lastIndexOf('.')
  const map = at < 0 ? values : tableAt(values, path.slice(0, at))
  const value = map?.entries.get(path.slice(at + 1))
  return value?.kind === 'map' ? undefined : value
}
