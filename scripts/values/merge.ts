// What will Helm get from several values files, and which file won?
import type { MapValue, Value } from './value.ts'

/** The Helm generations whose null handling differs: Argo CD up to 2.14, 3.0 to 3.4, and 3.5 on. */
export type HelmGeneration = '3.16' | '3.19' | '4.2'

/**
 * Merges values files, lowest first: maps deep, lists and scalars replaced, null kept and overriding.
 * Reproduces `mergeMaps` of Helm (pkg/cli/values/options.go), which never changed. Each node of the result
 * is the winner's, with the lower layers' nodes in `overrides`. Inputs are not changed.
 */
export function mergeLayers(layers: readonly [MapValue, ...MapValue[]]): MapValue {
  const [lowest, ...higher] = layers
  return higher.reduce(mergeMaps, lowest)
}

function mergeMaps(lower: MapValue, higher: MapValue): MapValue {
  const entries = new Map(lower.entries)
  for (const [key, value] of higher.entries) entries.set(key, over(entries.get(key), value))
  return { kind: 'map', origin: higher.origin, overrides: [lower, ...lower.overrides], entries }
}

/** The higher value overriding the lower one. */
function over(lower: Value | undefined, higher: Value): Value {
  if (lower === undefined) return higher
  if (lower.kind === 'map' && higher.kind === 'map') return mergeMaps(lower, higher)
  return { ...higher, overrides: [lower, ...lower.overrides] }
}

/**
 * Puts merged values over a chart's defaults as Helm coalesces them: the user's value wins, maps are joined, and a null
 * removes a default. What happens to other nulls depends on the generation: Helm 3.16 keeps them, 3.17–3.19 drop nested
 * ones, Helm 4.2 keeps them but drops nulls of the defaults. Reproduces `coalesceValues` and `coalesceTablesFullKey`
 * (pkg/chartutil/coalesce.go; Helm 4: pkg/chart/common/util/coalesce.go) for a chart without dependencies.
 */
export function coalesce(defaults: MapValue, user: MapValue, helm: HelmGeneration): MapValue {
  const entries = new Map(user.entries)
  for (const [key, preset] of defaults.entries) {
    const value = entries.get(key)
    if (value === undefined) addDefault(entries, key, preset, helm)
    else if (value.kind === 'null') entries.delete(key)
    else entries.set(key, value.kind === 'map' && preset.kind === 'map' ? coalesceMaps(preset, value, helm) : above(preset, value))
  }
  return { kind: 'map', origin: user.origin, overrides: [...user.overrides, defaults], entries }
}

/** Results for maps that no merge has touched: those belong to a layer, and so to all of its databases. */
const coalesced = new WeakMap<MapValue, { readonly defaults: MapValue; readonly helm: HelmGeneration; readonly result: MapValue }>()

function coalesceMaps(defaults: MapValue, user: MapValue, helm: HelmGeneration): MapValue {
  if (user.overrides.length > 0) return joinMaps(defaults, user, helm)
  const known = coalesced.get(user)
  if (known?.defaults === defaults && known.helm === helm) return known.result
  const result = joinMaps(defaults, user, helm)
  coalesced.set(user, { defaults, helm, result })
  return result
}

function joinMaps(defaults: MapValue, user: MapValue, helm: HelmGeneration): MapValue {
  const entries = new Map(user.entries)
  if (helm === '3.19') {
    for (const [key, value] of user.entries) if (value.kind === 'null') entries.delete(key)
  }
  for (const [key, preset] of defaults.entries) {
    const value = user.entries.get(key)
    if (value === undefined) addDefault(entries, key, preset, helm)
    else if (value.kind === 'null') {
      if (helm !== '4.2' || preset.kind !== 'null') entries.delete(key)
    } else entries.set(key, value.kind === 'map' && preset.kind === 'map' ? coalesceMaps(preset, value, helm) : above(preset, value))
  }
  return { kind: 'map', origin: user.origin, overrides: [...user.overrides, defaults], entries }
}

function above(preset: Value, value: Value): Value {
  return { ...value, overrides: [...value.overrides, preset] }
}

function addDefault(entries: Map<string, Value>, key: string, preset: Value, helm: HelmGeneration): void {
  const value = helm === '4.2' ? withoutNulls(preset) : preset
  if (value !== undefined) entries.set(key, value)
}

/** Helm 4 cleans nulls out of a default's maps, but not out of its lists. */
export function withoutNulls(value: MapValue): MapValue
export function withoutNulls(value: Value): Value | undefined
export function withoutNulls(value: Value): Value | undefined {
  if (value.kind === 'null') return undefined
  if (value.kind !== 'map' || withoutNull.has(value)) return value
  if (!hasNull(value)) {
    withoutNull.add(value)
    return value
  }
  const entries = new Map<string, Value>()
  for (const [key, entry] of value.entries) {
    const kept = withoutNulls(entry)
    if (kept !== undefined) entries.set(key, kept)
  }
  return { ...value, entries }
}

/** Maps known to hold no null: defaults are the same for all databases. */
const withoutNull = new WeakSet<Value>()

function hasNull(value: Value): boolean {
  if (value.kind === 'null') return true
  if (value.kind !== 'map') return false
  for (const entry of value.entries.values()) if (hasNull(entry)) return true
  return false
}

/** The Helm that an Argo CD version bundles: up to 2.14 Helm 3.16, 3.0 to 3.4 Helm 3.17–3.19, from 3.5 on Helm 4.2. */
export function helmOf(argocd: string): HelmGeneration {
  const [major = 0, minor = 0] = argocd.replace(/^v/, '').split('.').map(Number)
  if (major < 3) return '3.16'
  return major === 3 && minor < 5 ? '3.19' : '4.2'
}
