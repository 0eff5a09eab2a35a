// Which keys of a values file does no template of the chart read?
import { lookup } from '../values/lookup.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import { likelyHomes, nearest } from '../values/path.ts'
import { toleratedPostgresqlKeys } from './model/cluster.ts'
import { valuesShape } from './model/shape.ts'
import type { ClosedShape, Shape } from './model/shape-kinds.ts'

/** A key that does nothing. */
export interface UnknownKey {
  /** path of the key inside the values */
  readonly path: Path
  readonly key: string
  /** the value at the key; its origin has the span of the key */
  readonly value: Value
  /** the nearest key of the same map, at edit distance two or less */
  readonly suggestion?: string
  /** paths of the chart that end in the same key, or that took its place, at most three */
  readonly elsewhere: readonly string[]
}

/** Keys that people know from the CRD or from older charts, and where their values belong now. */
const moved: Readonly<Record<string, string>> = lookup({
  pooler: 'poolers',
  'cluster.bootstrap': 'cluster.initdb',
  'cluster.backup': 'backups',
  'cluster.postgresqlParameters': 'cluster.postgresql.parameters',
  'cluster.managed': 'cluster.roles',
  'cluster.superuser': 'cluster.superuserSecret',
  'cluster.enablePodMonitor': 'cluster.monitoring.enabled',
  'cluster.monitoring.enablePodMonitor': 'cluster.monitoring.enabled',
  'cluster.podAntiAffinity': 'cluster.affinity.additionalPodAntiAffinity',
  'cluster.podAffinity': 'cluster.affinity.additionalPodAffinity',
  backup: 'backups',
  database: 'databases',
  initdb: 'cluster.initdb',
  postgresql: 'cluster.postgresql',
})

/** Nobody reads more; what was meant by the others isn't looked for. */
const mostDescribed = 1_000

/**
 * The keys of one layer that no template reads, in the order of the file: at every level that templates read key by key,
 * also inside list items. `ownKeys` are top-level keys that other tools read. `global` is taken by Helm itself.
 * In `cluster.postgresql` the chart stops at an unknown key; three keys there are tolerated, but dropped.
 */
export function findUnknownKeys(layer: MapValue, ownKeys: readonly string[]): UnknownKey[] {
  const found: UnknownKey[] = []
  searchMap(layer, valuesShape, [], new Set(['global', ...ownKeys]), found)
  return found
}

function searchMap(map: MapValue, shape: ClosedShape, path: Path, accepted: ReadonlySet<string>, found: UnknownKey[]): void {
  for (const [key, value] of map.entries) {
    const child = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined
    const childPath = [...path, key]
    if (child !== undefined) search(value, child, childPath, found)
    else if (!accepted.has(key))
      found.push(found.length < mostDescribed ? describe(value, shape, childPath) : { path: childPath, key, value, elsewhere: [] })
  }
}

const nothingElse: ReadonlySet<string> = new Set()

function search(value: Value, shape: Shape, path: Path, found: UnknownKey[]): void {
  if (shape.kind === 'closed' && value.kind === 'map') searchMap(value, shape, path, nothingElse, found)
  else if (shape.kind === 'items' && value.kind === 'list')
    for (const [index, item] of value.items.entries()) search(item, shape.item, [...path, index], found)
}

function describe(value: Value, shape: ClosedShape, path: Path): UnknownKey {
  const key = String(path.at(-1))
  const where = path.filter((step) => typeof step === 'string').join('.')
  const suggestion = nearest(key, Object.keys(shape.fields))
  const elsewhere = suggestion === undefined ? homesOf(key, where, shape) : []
  return { path, key, value, elsewhere, ...(suggestion === undefined ? {} : { suggestion }) }
}

/** `secretName` next to a map `secret` with a `name`. */
function joinedKey(key: string, where: string, shape: ClosedShape): string | undefined {
  for (const [name, child] of Object.entries(shape.fields)) {
    if (child.kind !== 'closed' || !key.startsWith(name)) continue
    const inner = Object.keys(child.fields).find((field) => `${name}${field}`.toLowerCase() === key.toLowerCase())
    if (inner !== undefined) return [...where.split('.').slice(0, -1), name, inner].join('.')
  }
  return undefined
}

function homesOf(key: string, where: string, shape: ClosedShape): readonly string[] {
  const home = Object.hasOwn(moved, where) ? moved[where] : joinedKey(key, where, shape)
  if (home !== undefined) return [home]
  // a setting of postgresql.conf a level too high; of one level the chart itself complains
  if (/^cluster\.(?:postgresql\.[^.]+|[a-z]+(?:_[a-z\d]+)+)$/.test(where) && !toleratedPostgresqlKeys.includes(key))
    return [`cluster.postgresql.parameters.${key}`]
  return likelyHomes({ key, parent: where.slice(0, Math.max(where.lastIndexOf('.'), 0)) }, pathsByKey().get(key) ?? [])
}

let paths: ReadonlyMap<string, readonly string[]> | undefined

/** Every key of the chart with the paths that end in it, shortest first. */
function pathsByKey(): ReadonlyMap<string, readonly string[]> {
  if (paths !== undefined) return paths
  const all = new Map<string, string[]>()
  collect(valuesShape, '', all)
  for (const list of all.values()) list.sort((a, b) => a.split('.').length - b.split('.').length || (a < b ? -1 : 1))
  paths = all
  return all
}

function collect(shape: Shape, path: string, all: Map<string, string[]>): void {
  if (shape.kind === 'items') return collect(shape.item, `${path}[]`, all)
  if (shape.kind !== 'closed') return
  for (const [key, child] of Object.entries(shape.fields)) {
    const childPath = path === '' ? key : `${path}.${key}`
    const list = all.get(key)
    if (list === undefined) all.set(key, [childPath])
    else list.push(childPath)
    collect(child, childPath, all)
  }
}
