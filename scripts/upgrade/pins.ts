// Which pins would change, and what do settings and databases look like with the new ones?
import { printed } from '../values/printed.ts'
import { compareVersions } from '../kubernetes/load.ts'
import { baseName, sourceOf } from '../charts/pin.ts'
import type { ChartPin, Database, Environment, Settings } from '../model.ts'
import { objectWith } from './side.ts'
import { byCodeUnit } from '../values/path.ts'
import { UsageError } from '../repository/workspace.ts'

/** The pins to try; an absent one stays as it is. */
export interface Pins {
  readonly operator?: string
  readonly chart?: string
  readonly argocd?: string
  /** major version of PostgreSQL */
  readonly postgres?: number
}

export type PinName = 'operator' | 'chart' | 'argocd' | 'postgres'

/** One pin, from what the databases have now (several where environments differ) to the new one. */
export interface Move {
  readonly pin: PinName
  /** lowest first; empty: unknown */
  readonly from: readonly string[]
  readonly to: string
}

export interface PinFlags {
  readonly operator?: string | undefined
  readonly chart?: string | undefined
  readonly argocd?: string | undefined
  readonly postgres?: string | undefined
}

/** The pins of a command line; throws UsageError for none, and for anything but an exact version. */
export function readPins(flags: PinFlags): Pins {
  const version = (name: 'operator' | 'chart' | 'argocd'): Record<string, string> => {
    const text = flags[name]
    if (text === undefined) return {}
    const exact = name === 'argocd' ? text.replace(/^v/, '') : text
    if (!/^\d{1,4}\.\d{1,4}\.\d{1,4}$/.test(exact))
      throw new UsageError(
        `--${name} is \`${text}\`, but must be an exact version such as ${{ operator: '1.30.0', chart: '0.8.1', argocd: '3.5.1' }[name]}`,
      )
    return { [name]: exact }
  }
  const { postgres } = flags
  if (postgres !== undefined && !/^[1-9]\d$/.test(postgres))
    throw new UsageError(`--postgres is \`${postgres}\`, but must be a major version such as 18`)
  const pins: Pins = {
    ...version('operator'),
    ...version('chart'),
    ...version('argocd'),
    ...(postgres === undefined ? {} : { postgres: Number(postgres) }),
  }
  if (Object.keys(pins).length === 0) throw new UsageError('nothing to upgrade; give --operator, --chart, --argocd or --postgres')
  return pins
}

/** Whether `--chart` is about a chart: neither manifests without one nor a chart of this repository are in a release of `cluster`. */
export function isReleased({ name, repository }: ChartPin): boolean {
  return baseName({ name }) === 'cluster' && sourceOf(repository).kind !== 'folder'
}

type CanRender = (chart: Environment['clusterChart']) => boolean

/** An environment with the new pins. A chart that nobody can render here is not taken over: then the pinned one stays. */
function environmentWith(environment: Environment, pins: Pins, canRender: CanRender): Environment {
  const { operator, clusterChart } = environment
  const tried = pins.chart === undefined || !isReleased(clusterChart) ? clusterChart : { ...clusterChart, version: pins.chart }
  return {
    ...environment,
    operator: { ...operator, version: pins.operator ?? operator.version },
    clusterChart: canRender(tried) ? tried : clusterChart,
  }
}

/** Settings with the new pins. */
export function settingsWith(settings: Settings, pins: Pins, canRender: CanRender): Settings {
  const environments = settings.environments.map((environment) => environmentWith(environment, pins, canRender))
  return { ...settings, environments, argocd: { ...settings.argocd, version: pins.argocd ?? settings.argocd.version } }
}

/** The same databases with the new pins: in the environments of the settings, or as Applications as written would deploy them. */
export function databasesWith(settings: Settings, pins: Pins, canRender: CanRender): (database: Database) => Database {
  const made = new Map<Environment, Environment>()
  return (database) => {
    const { environment, written } = database
    if (written === undefined) return databaseIn(settings, database)
    const own = made.get(environment) ?? environmentWith(environment, pins, canRender)
    made.set(environment, own)
    if (written.objects === undefined || pins.postgres === undefined) return { ...database, environment: own }
    const { postgres } = pins
    return { ...database, environment: own, written: { ...written, objects: written.objects.map((one) => objectWith(one, postgres)) } }
  }
}

/** The same database in the environments of other settings. */
export function databaseIn(settings: Settings, database: Database): Database {
  const environment = settings.environments.find(({ name }) => name === database.environment.name) ?? database.environment
  return { ...database, environment }
}

/** What moves from which version, in the order of the documented flags. `majors` are the PostgreSQL majors of the databases now. */
export function movesOf(pins: Pins, settings: Settings, databases: readonly Database[], majors: Iterable<number>): readonly Move[] {
  const over = (pick: (environment: Environment) => string): string[] =>
    [...new Set(databases.map(({ environment }) => pick(environment)))].sort(compareVersions)
  const moves: Move[] = []
  if (pins.operator !== undefined) moves.push({ pin: 'operator', from: over(({ operator }) => operator.version), to: pins.operator })
  const charts = databases.flatMap(({ environment: { clusterChart } }) => (isReleased(clusterChart) ? [clusterChart.version] : []))
  if (pins.chart !== undefined) moves.push({ pin: 'chart', from: [...new Set(charts)].sort(compareVersions), to: pins.chart })
  if (pins.argocd !== undefined) moves.push({ pin: 'argocd', from: [settings.argocd.version], to: pins.argocd })
  if (pins.postgres !== undefined)
    moves.push({ pin: 'postgres', from: [...new Set(majors)].map(printed).sort(byCodeUnit), to: printed(pins.postgres) })
  return moves
}

/** Whether any database would go to a lower version. */
export function isDowngrade({ from, to }: Move): boolean {
  return from.some((version) => compareVersions(version, to) > 0)
}
