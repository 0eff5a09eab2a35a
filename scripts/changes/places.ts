// Which places in the inputs decide what a database is called and where it runs?
import { nearestSpot, spotOf } from '../findings/spot.ts'
import type { Spot } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import { fill, serviceFolder } from '../discover/layout.ts'
import type { Database, Settings } from '../model.ts'
import type { Path, SourceFile, Value } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'
import { revisionIn } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { valueAt } from '../values/value.ts'

/** One state of the repository, as the rules of change look at it. */
export interface State {
  readonly settings: Settings
  readonly tree: Tree
}

const roots = new WeakMap<Tree, Map<string, Value | undefined>>()

/** The service's own file, parsed once; undefined where there is none that can be read. */
export function serviceFile(state: State, service: string): Value | undefined {
  const folder = serviceFolder(state.settings.layout.databases)
  if (folder === undefined) return undefined
  const path = `${fill(folder, { service })}/service.yaml`
  const known = roots.get(state.tree) ?? new Map<string, Value | undefined>()
  roots.set(state.tree, known)
  if (known.has(path)) return known.get(path)
  const read = state.tree.read(path)
  const file: SourceFile = {
    path: state.tree.shown?.(path) ?? path,
    text: read?.ok === true ? read.text : '',
    ...revisionIn(state.tree, path),
  }
  const root = read?.ok === true ? parseYaml(file, 'service').documents[0] : undefined
  known.set(path, root)
  return root
}

/** A key of service.yaml, where it is written. */
export function serviceKey(state: State, service: string, path: Path, on: 'key' | 'value'): Spot | undefined {
  const root = serviceFile(state, service)
  const value = root === undefined ? undefined : valueAt(root, path)
  return value === undefined ? undefined : spotOf(value, on)
}

/** A setting of `postgres`, or the nearest key above it; at last `postgres` itself. */
export function settingSpot({ settings }: Pick<State, 'settings'>, path: Path, on: 'key' | 'value' = 'value'): Spot {
  const { origin } = settings
  return nearestSpot(origin, path, on) ?? { file: origin.origin.file, span: origin.origin.key ?? origin.origin.value }
}

/** Whether a setting is written, and not a default. */
export function isSet({ settings }: Pick<State, 'settings'>, path: Path): boolean {
  return valueAt(settings.origin, path) !== undefined
}

/** A setting that an environment may override: its own place, else the shared one. */
export function pinSpot(state: Pick<State, 'settings'>, environment: string, path: Path): Spot {
  const own: Path = ['environments', environment, ...path]
  return isSet(state, own) ? settingSpot(state, own) : settingSpot(state, path)
}

/** Where a database's namespace is decided: service.yaml, else the environment. */
export function namespaceSpot(state: State, database: Database): Spot {
  return (
    serviceKey(state, database.service, ['namespace'], 'value') ??
    settingSpot(state, ['environments', database.environment.name, 'namespace'])
  )
}

/** Where a database's name is decided: a layout that is written, else the file's own place. */
export function nameSpot(state: State, database: Database, key: 'cluster' | 'application'): Spot {
  return isSet(state, ['layout', key]) ? settingSpot(state, ['layout', key]) : serviceSpot(database)
}
