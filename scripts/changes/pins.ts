// Are versions and databases changed separately, and are the pins compatible?
import { installedBy } from '../charts/releases.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Environment, Settings } from '../model.ts'
import type { Path } from '../values/value.ts'
import { pinSpot } from './places.ts'
import type { State } from './places.ts'

/** What a chart of the operator installs; undefined: it is not known here. */
const installs = (version: string): string | undefined => installedBy[version]

/** An operator version that its pinned chart does not install: everything would be judged as by another operator. */
export function* chartFindings(settings: Settings): Iterable<LocatedFinding> {
  for (const { name, operator } of settings.environments) {
    const installed = operator.chart.name === 'cloudnative-pg' ? installs(operator.chart.version) : undefined
    if (installed === undefined || installed === operator.version) continue
    yield {
      rule: 'changes/chart-installs-operator',
      severity: 'warning',
      message: phrase`operator is ${named(operator.version)}, but its chart ${named(operator.chart.version)} installs ${named(installed)}`,
      at: pinSpot({ settings }, name, ['operator', 'version']),
      related: [
        { ...pinSpot({ settings }, name, ['operator', 'chart', 'version']), message: phrase`chart ${named(operator.chart.version)}` },
      ],
      help: phrase`raise operator.version and operator.chart.version together`,
    }
  }
}

/** One half of the operator's pin that moves alone: a chart installs one release, so that the other half is wrong then. */
export function* togetherFindings(then: State, now: State): Iterable<LocatedFinding> {
  for (const environment of now.settings.environments) {
    const before = then.settings.environments.find(({ name }) => name === environment.name)
    const { version, chart } = environment.operator
    if (before === undefined || chart.name !== 'cloudnative-pg' || installs(chart.version) !== undefined) continue
    const was = before.operator
    const line = (text: string): string => text.split('.').slice(0, 2).join('.')
    const isChartAlone = version === was.version && line(chart.version) !== line(was.chart.version)
    if (!isChartAlone && (version === was.version || chart.version !== was.chart.version)) continue
    const path = ['operator', ...(isChartAlone ? ['chart'] : []), 'version']
    const [from, to] = isChartAlone ? [was.chart.version, chart.version] : [was.version, version]
    yield {
      rule: 'changes/pins-together',
      severity: 'warning',
      message: isChartAlone
        ? phrase`operator.chart.version goes from ${named(from)} to ${named(to)}, but operator.version stays ${named(version)}`
        : phrase`operator.version goes from ${named(from)} to ${named(to)}, but operator.chart.version stays ${named(chart.version)}`,
      at: pinSpot(now, environment.name, path),
      related: [{ ...pinSpot(then, environment.name, path), message: phrase`${named(from)} before this change` }],
      help: isChartAlone
        ? phrase`set operator.version to the release that this chart installs: objects are checked against it`
        : phrase`pin the chart that installs this release, else it never gets installed`,
    }
  }
}

interface Pin {
  readonly what: string
  readonly path: Path
  of(environment: Environment, settings: Settings): string
}

const pins: readonly Pin[] = [
  { what: 'the operator', path: ['operator', 'version'], of: (environment) => environment.operator.version },
  { what: "the operator's chart", path: ['operator', 'chart', 'version'], of: (environment) => environment.operator.chart.version },
  { what: 'the cluster chart', path: ['clusterChart', 'version'], of: (environment) => environment.clusterChart.version },
  { what: 'Argo CD', path: ['argocd', 'version'], of: (_, settings) => settings.argocd.version },
]

/** A pin that is raised together with values of databases: when something breaks, nobody knows which of them caused it. */
export function* pinFindings(then: State, now: State, edited: readonly Database[]): Iterable<LocatedFinding> {
  for (const environment of now.settings.environments) {
    const before = then.settings.environments.find(({ name }) => name === environment.name)
    const touched = edited.filter((database) => database.environment.name === environment.name)
    if (before === undefined || touched.length === 0) continue
    const raised = pins.find((pin) => pin.of(before, then.settings) !== pin.of(environment, now.settings))
    if (raised === undefined) continue
    const [from, to] = [raised.of(before, then.settings), raised.of(environment, now.settings)]
    for (const database of touched)
      yield {
        rule: 'changes/pins-apart',
        severity: 'warning',
        message: phrase`${raised.what} goes from ${named(from)} to ${named(to)}, but values of databases change at once`,
        at: pinSpot(now, environment.name, raised.path),
        related: [{ ...pinSpot(then, environment.name, raised.path), message: phrase`${named(from)} before this change` }],
        help: phrase`merge the version first, and the values when it runs`,
        database: database.id,
      }
  }
}
