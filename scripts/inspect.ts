// What is known of one database: its layers, its values, its objects?
import { chartDefaults } from './chart/defaults.ts'
import { renderDatabase, valuesChecks } from './chart/database-objects.ts'
import { chartVersion } from './chart/names.ts'
import { diagnose } from './report/diagnose.ts'
import type { LocatedFinding } from './report/diagnose.ts'
import { discover } from './discover/discover.ts'
import { generateLayer } from './merge/generator.ts'
import { LayerReader } from './merge/layers.ts'
import { coalesce, helmOf, mergeLayers } from './merge/merge.ts'
import type { Database, Diagnostic, MapValue, RenderedObject, Settings, Value } from './model.ts'
import { listed, nearest } from './values/path.ts'
import { loadSettings } from './discover/settings.ts'
import type { Tree } from './repository/tree.ts'
import { isMap } from './values/value.ts'
import { openSettingsTree, openTree, UsageError } from './repository/workspace.ts'
import type { Workspace } from './repository/workspace.ts'

/** The settings of a repository and its databases; `settings` is absent where apps/values.yaml is broken. */
export interface Fleet {
  readonly settings?: Settings
  readonly databases: readonly Database[]
  readonly findings: readonly LocatedFinding[]
}

/** One database, looked at without judging it. */
export interface Inspected {
  readonly database: Database
  readonly settings: Settings
  /** what each layer says, lowest first: the chart's defaults, the files, the generator */
  readonly layers: readonly MapValue[]
  /** the merged layers without the chart's defaults; nulls kept */
  readonly written: MapValue
  /** what the templates see */
  readonly values: MapValue
  readonly objects: readonly RenderedObject[]
  /** what Helm and the chart refuse */
  readonly findings: readonly LocatedFinding[]
}

/** Reads settings and finds the databases. No layer file is parsed. */
export function readFleet(workspace: Workspace): Fleet {
  const loaded = loadSettings(openSettingsTree(workspace, false))
  if (loaded.settings === undefined) return { databases: [], findings: loaded.findings }
  return { settings: loaded.settings, ...findDatabases(loaded.settings, openTree(workspace, loaded.settings.layout, false)) }
}

/** The databases of a tree, which may hold files that are yet to be written. */
export function findDatabases(settings: Settings, tree: Tree): Pick<Fleet, 'databases' | 'findings'> {
  return discover(settings, tree)
}

/** The database of an id; throws UsageError where there is none, or where the name fits several. */
export function chooseDatabase(fleet: Fleet, name: string | undefined): Database {
  const ids = fleet.databases.map((database) => database.id)
  if (name === undefined) throw new UsageError(`no database is named${ids.length === 0 ? '' : `; there are ${listed(ids)}`}`)
  const matches = fleet.databases.filter(({ id }) => id === name || id.startsWith(`${name}/`))
  const [only, ...others] = matches
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined) throw new UsageError(`\`${name}\` is several databases; name one of ${listed(matches.map(({ id }) => id))}`)
  const guess = nearest(name, [...ids, ...new Set(fleet.databases.map(({ service }) => service))])
  throw new UsageError(`there is no database \`${name}\`${guess === undefined ? '' : `; did you mean \`${guess}\`?`}`)
}

/** Merges and renders one database; diagnostics instead where one of its files can't be read. */
export function inspectDatabase(database: Database, settings: Settings): Inspected | { readonly broken: readonly Diagnostic[] } {
  const { roots, findings: read } = new LayerReader(valuesChecks(settings)).layersOf(database)
  if (roots === undefined) return { broken: diagnose(read.filter(({ severity }) => severity === 'error')) }
  const merged = mergeLayers(roots as [MapValue, ...MapValue[]])
  const generated = generateLayer(database, merged, settings)
  const written = mergeLayers([merged, generated.layer])
  const rendered = renderDatabase(database, written, settings)
  const defaults = isModelled(database) ? [chartDefaults()] : []
  const values = defaults.reduce((above, preset) => coalesce(preset, above, helmOf(settings.argocd.version)), written)
  return {
    database,
    settings,
    layers: [...defaults, ...roots, generated.layer],
    written,
    values,
    objects: rendered.objects,
    findings: [...read, ...generated.findings, ...rendered.findings],
  }
}

/** Whether the chart's defaults are known: with another chart only Helm knows them. */
function isModelled({ environment }: Database): boolean {
  return environment.clusterChart.name === 'cluster' && environment.clusterChart.version === chartVersion
}

/** Every leaf of a tree with its path; empty maps and lists are leaves. Keys by code unit. */
export function* leavesOf(
  value: Value,
  path: readonly (string | number)[] = [],
): Iterable<{ readonly path: readonly (string | number)[]; readonly value: Value }> {
  if (isMap(value) && value.entries.size > 0) {
    for (const key of [...value.entries.keys()].sort()) yield* leavesOf(value.entries.get(key) as Value, [...path, key])
  } else if (value.kind === 'list' && value.items.length > 0) {
    for (const [index, item] of value.items.entries()) yield* leavesOf(item, [...path, index])
  } else yield { path, value }
}
