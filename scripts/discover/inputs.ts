// Do the files exist that every environment and the operator need?
import { named, phrase } from '../findings/message.ts'
import { firstSpot, nearestSpot, spotOf } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { isGenerated, manifestPaths } from './header.ts'
import { fill, matcher, staticFolder } from './layout.ts'
import { unreadableSpot } from './file-reader.ts'
import type { Database, Settings } from '../model.ts'
import type { SourceFile } from '../values/value.ts'
import { maxValues, parseYaml } from '../yaml/parse.ts'
import type { Tree } from '../repository/tree.ts'
import { shapeFindings, yamlFindings } from '../yaml/findings.ts'

export const environmentDefaults = (environment: string): string => `helm-values/data/postgres-${environment}-defaults.yaml`

/** Environments whose defaults file is missing. */
function missingDefaults(settings: Settings, tree: Tree): LocatedFinding[] {
  return settings.environments
    .filter((environment) => tree.read(environmentDefaults(environment.name)) === undefined)
    .map((environment) => ({
      rule: 'discover/defaults-exist',
      severity: 'error' as const,
      message: phrase`environment \`${named(environment.name)}\` has no ${environmentDefaults(environment.name)}, but its defaults are read from it`,
      at: nearestSpot(settings.origin, ['environments', environment.name], 'key') as Spot,
      help: phrase`create the file (it may be empty)`,
    }))
}

/** Whether the defaults of its environment are among a database's layers; what is deployed as written needs none. */
export function hasDefaults(database: Database): boolean {
  return database.written !== undefined || database.layers.some(({ layer }) => layer === 'environment')
}

/** The values of the operator that the settings install. */
export const operatorValues = 'helm-values/core/cloudnative-pg.yaml'

/** The operator's values, which its generated Application names (if it is generated): there, readable, and YAML. */
function operatorValuesFindings(settings: Settings, tree: Tree): LocatedFinding[] {
  if (!settings.manageOperator) return []
  const read = tree.read(operatorValues)
  if (read === undefined) {
    const at = nearestSpot(settings.origin, ['operator'], 'key') ?? firstSpot(settings.origin, settings.origin.origin.file)
    return [
      {
        rule: 'discover/operator-values',
        severity: 'error',
        message: phrase`${named(operatorValues)} does not exist, but the operator's Application reads it`,
        at,
        help: phrase`create the file (it may be empty), or set operator.manageApplication: false if something else installs the operator`,
      },
    ]
  }
  const file: SourceFile = { path: operatorValues, text: read.ok ? read.text : '' }
  if (!read.ok)
    return [
      {
        rule: 'discover/readable',
        severity: 'error',
        message: phrase`${named(operatorValues)} ${read.message}`,
        at: unreadableSpot(file, read.line),
        ...(read.help === undefined ? {} : { help: phrase`${read.help}` }),
      },
    ]
  const parsed = parseYaml(file, 'environment', maxValues)
  return [...yamlFindings(file, parsed.problems), ...shapeFindings(file, parsed)]
}

/** The files that every environment and the operator need. */
export function inputFindings(settings: Settings, tree: Tree): LocatedFinding[] {
  return [...missingDefaults(settings, tree), ...operatorValuesFindings(settings, tree)]
}

/** Nothing to check is a mistake, never a silent success. */
export function noDatabase(settings: Settings, tree: Tree, { clusters = [], elsewhere }: Beside = {}): LocatedFinding {
  const [cluster, ...others] = clusters
  if (!settings.generate) return cluster === undefined ? nothingDeployed(settings, tree, elsewhere) : nobodysCluster(cluster, others)
  const { origin, layout } = settings
  const example = fill(layout.databases, { service: '<service>', name: '<name>' })
  // the databases may be in another checkout
  const shown = (path: string): string => tree.shown?.(path) ?? path
  const folder = staticFolder(layout.databases)
  const deeper = folder !== '' && tree.paths.some((path) => matcher(`${folder}/${layout.databases}`)(path) !== undefined)
  return {
    rule: 'discover/any-database',
    severity: 'error',
    message: phrase`no file matches ${named(shown(layout.databases))}, but a repository without databases can't be checked`,
    at: nearestSpot(origin, ['layout', 'databases']) ?? { file: origin.origin.file, span: origin.origin.key ?? origin.origin.value },
    help: deeper
      ? phrase`name the folder itself: --databases ${named(shown(`${folder}/${folder}`))}`
      : phrase`create ${named(shown(example))}, or set postgres.layout.databases`,
  }
}

/** A Cluster that is there, and that nothing here deploys. */
export interface NamedSpot {
  readonly name: string
  readonly at: Spot
}

/** What is there all the same. */
interface Beside {
  readonly clusters?: readonly NamedSpot[]
  /** the address of a repository that something is deployed from, and that is not checked out */
  readonly elsewhere?: string | undefined
}

/** The Clusters themselves are the place. */
function nobodysCluster({ name, at }: NamedSpot, others: readonly NamedSpot[]): LocatedFinding {
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return {
    rule: 'discover/any-database',
    severity: 'error',
    message: phrase`no Application and no set here deploys Cluster ${named(name)}${named(more)}, so that nothing was checked`,
    at,
    related: others.slice(0, 8).map((other) => ({ ...other.at, message: phrase`nor ${named(other.name)}` })),
    help: phrase`run it where the Applications of Argo CD are, or judge manifests alone: cnpg-values admit FILE`,
  }
}

/** The folder itself is the place: there is no file to blame. */
function nothingDeployed({ origin }: Settings, tree: Tree, elsewhere: string | undefined): LocatedFinding {
  const { file } = origin.origin
  const { sets } = manifestPaths({})
  const read = tree.read(sets)
  if (file.builtin !== true && read?.ok === true && isGenerated(read.text)) return noLongerGenerated(sets, origin)
  return {
    rule: 'discover/any-database',
    severity: 'error',
    message: phrase`no Application and no set here deploys a database of CloudNativePG, so that nothing was checked`,
    at: file.builtin === true ? { file: { path: tree.shown?.('.') ?? '.', text: '' }, span: nowhere } : firstSpot(origin, file),
    help:
      elsewhere === undefined
        ? phrase`run it in a repository of Argo CD, or name its folder: --root DIR`
        : phrase`give the other repository that is deployed from here: --checkout ${named(elsewhere)}=DIR`,
  }
}

/** Sets that this program wrote deploy the databases; what they were generated from is in no settings any more. */
function noLongerGenerated(path: string, origin: Settings['origin']): LocatedFinding {
  const off = origin.entries.get('generate')
  return {
    rule: 'discover/any-database',
    severity: 'error',
    message: phrase`the sets in ${named(path)} were generated, but these settings generate none, so nothing was checked`,
    at: (off && spotOf(off, 'key')) ?? firstSpot(origin, origin.origin.file),
    help:
      off === undefined
        ? phrase`write the settings that they were generated from (repository, operator, clusterChart and environments), or remove them`
        : phrase`remove \`generate\`, or the files that were generated`,
  }
}

const nowhere = { start: 0, end: 0 }
