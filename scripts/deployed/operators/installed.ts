// Which operator do Applications install, and do the settings say the same?
import { fitting, installedBy } from '../../charts/releases.ts'
import { named, phrase } from '../../findings/message.ts'
import { operatorPinSpot } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import type { ChartPin, Database, Settings } from '../../model.ts'
import { unknownOperator, unknownOperatorHelp } from '../../operator/known.ts'
import { isKnownOperator, knownOperators } from '../../operator/version.ts'
import { printed } from '../../values/printed.ts'
import { destinationOf } from '../values/application-values.ts'
import { releasesOfChart, valueOf } from '../charts/chart-releases.ts'
import type { ChartRelease } from '../charts/chart-releases.ts'
import type { PlainOperators } from './plain-operators.ts'
import type { Manifest } from '../manifests.ts'

interface Installed {
  /** absent: what this release of the chart installs is not known */
  readonly version?: string
  /** operators of the releases that a range takes; one, or none, for a release */
  readonly possible: readonly string[]
  readonly release: ChartRelease
}

/** The operators of all Applications that install its chart, or one with that among its dependencies. */
export function installedOperators(manifests: readonly Manifest[]): Installed[] {
  return releasesOfChart('cloudnative-pg', manifests).map((release): Installed => {
    const image = imageOf(release)
    const possible = image === undefined ? fitting(release.chart.version) : [image]
    const version = possible.at(-1)
    return { ...(version !== undefined && { version }), possible, release }
  })
}

/** The release that an image of one's own is; undefined: the chart's, or one that is no known release. */
function imageOf(release: ChartRelease): string | undefined {
  const [repository, tag] = ['repository', 'tag'].map((key) => printed(valueOf(release, ['image', key]) ?? ''))
  if (repository !== undefined && repository !== '' && !/(?:^|\/)cloudnative-pg$/.test(repository)) return undefined
  const version = /^v?(\d+\.\d+\.\d+)(?:[-@]|$)/.exec(tag ?? '')?.[1]
  return version !== undefined && (isKnownOperator(version) || Object.values(installedBy).includes(version)) ? version : undefined
}

/** What is known of the operators that judge `databases`, each once: which was assumed, and whether the settings name another one. */
export function operatorFindings(
  { manifests, plain }: { readonly manifests: readonly Manifest[]; readonly plain: PlainOperators },
  settings: Settings,
  databases: readonly Database[],
): LocatedFinding[] {
  const installed = installedOperators(manifests)
  const reported = new Set<string>()
  const once = (key: string, finding: LocatedFinding): LocatedFinding[] => {
    if (reported.has(key)) return []
    reported.add(key)
    return [finding]
  }
  const unknown = databases.flatMap(({ environment: { operator }, written }) => {
    if (written === undefined) return []
    const { version, chart } = operator
    const by =
      settings.operator === undefined ? installed.find((one) => chart.version !== '' && isSameChart(one.release.chart, chart)) : undefined
    const assumed = by === undefined ? undefined : assumption(by)
    if (by !== undefined && assumed !== undefined) return once(chart.version, { ...assumed, at: by.release.at })
    const message = unknownOperator(version)
    if (message === undefined) return []
    const spot =
      settings.operator !== undefined && settings.given?.operator === undefined ? operatorPinSpot(settings.origin, '') : undefined
    const note = { rule: 'settings/known-operator', severity: 'info' as const, help: phrase`${unknownOperatorHelp}` }
    return once(version, {
      ...note,
      message: phrase`${message}`,
      at: by?.release.at ?? spot ?? (operator.isNamed ? plain.at : undefined) ?? written.at,
    })
  })
  return [...unknown, ...contradicted(installed, settings)]
}

const isSameChart = (a: ChartPin, b: ChartPin): boolean => a.version === b.version && a.repository === b.repository && a.name === b.name

/** What a range, or a release that is not known, is taken for. */
function assumption({
  release: { chart },
  version,
  possible,
}: Installed): Pick<LocatedFinding, 'rule' | 'severity' | 'message' | 'help'> | undefined {
  if (version !== undefined && possible.length === 1) return undefined
  return {
    rule: 'settings/known-operator',
    severity: 'info',
    message:
      version === undefined
        ? phrase`chart ${named(chart.name)} is ${named(chart.version)}, but which operator that installs is not known: objects are checked as by ${knownOperators.last}, the newest known`
        : phrase`chart ${named(chart.name)} is ${named(chart.version)}, which takes more than one operator: objects are checked as by ${version}, the newest of them that is known`,
    help: phrase`pin a release of the chart, or set operator.version in the settings`,
  }
}

/** `settings/installed-version`: the settings win, and may be out of date. */
function contradicted(installed: readonly Installed[], settings: Settings): LocatedFinding[] {
  if (settings.given?.operator !== undefined) return []
  const pins = settings.manageOperator ? [] : settings.environments
  const wanted =
    settings.operator === undefined
      ? pins.map(({ name, destination: { server, name: cluster }, operator }) => ({
          version: operator.version,
          destination: destinationOf(server, cluster),
          at: operatorPinSpot(settings.origin, name),
        }))
      : [{ version: settings.operator, destination: undefined, at: operatorPinSpot(settings.origin, '') }]
  const reported = new Set<number>()
  return wanted.flatMap(({ version, destination, at: spot }): LocatedFinding[] => {
    const there = installed.filter((one) => destination === undefined || one.release.destination === destination)
    const other = there.find(({ possible }) => possible.length > 0 && !possible.includes(version))
    if (other?.version === undefined || reported.has(spot.span.start)) return []
    reported.add(spot.span.start)
    return [
      {
        rule: 'settings/installed-version',
        severity: 'warning',
        message: phrase`operator.version is ${named(version)}, but ${named(other.version)} is installed, and the two admit objects differently`,
        at: spot,
        related: [{ ...other.release.at, message: phrase`this installs ${named(other.version)}` }],
        help: phrase`set the version that runs`,
      },
    ]
  })
}
