// What should someone who changes pins know, about the fleet and about each database?
import { unknownOperator } from '../operator/known.ts'
import type { Database, Environment, Settings } from '../model.ts'
import { listed } from '../values/path.ts'
import { toPlain } from '../values/value.ts'
import { operatorNotes, supportNotes } from './operator-notes.ts'
import { argocdNotes, chartNotes, unreadableNow } from './pin-notes.ts'
import { isReleased } from './pins.ts'
import type { Pins } from './pins.ts'
import { postgresNotes } from './postgres.ts'
import { hasMajor, valueOrDefault } from './side.ts'
import type { Pair } from './side.ts'
import type { Evaluated } from '../chart/evaluated.ts'
import { isSupervised } from './verdict.ts'

interface FleetSubject {
  readonly settings: Settings
  readonly databases: readonly Database[]
  readonly pins: Pins
  readonly majors: readonly number[]
  readonly pairs: readonly Pair[]
  /** whether objects can be had of a chart here */
  readonly canRender: (chart: Environment['clusterChart']) => boolean
}

/** What concerns the fleet as a whole: support, pins that go together, what another version brings. */
export function* fleetNotes({ settings, databases, pins, majors, pairs, canRender }: FleetSubject): Iterable<{ text: string }> {
  if (pins.operator !== undefined) {
    const unknown = unknownOperator(pins.operator)
    if (unknown !== undefined) yield { text: unknown }
    const froms = [...new Set(databases.map(({ environment }) => environment.operator.version))]
    for (const from of froms) for (const text of supportNotes(from, pins.operator)) yield { text }
    if (froms.some((from) => from !== pins.operator))
      yield {
        text: installing(pins.operator, settings, databases),
      }
  }
  const { chart } = pins
  const released = databases.filter(({ environment }) => isReleased(environment.clusterChart))
  if (chart !== undefined && released.length === 0)
    yield { text: 'no database takes a release of chart cluster, so that another one changes nothing' }
  const isDark = chart !== undefined && released.some(({ environment }) => !canRender({ ...environment.clusterChart, version: chart }))
  if (chart !== undefined && isDark) for (const text of chartNotes(chart)) yield { text }
  const dark = pairs.filter(({ before }) => before.objects.length === 0 && !canRender(before.database.environment.clusterChart))
  for (const text of unreadableNow(dark.map(({ before }) => before.database.environment.clusterChart))) yield { text }
  if (pins.argocd !== undefined) for (const text of argocdNotes(settings.argocd.version, pins.argocd)) yield { text }
  if (pins.postgres === undefined) return
  const isHandWritten = pairs.some(({ before }) => Boolean(plainAt(before, 'imageName')))
  for (const text of postgresNotes(majors, pins.postgres, isHandWritten)) yield { text }
}

/** What else has to be changed for another operator. */
function installing(operator: string, settings: Settings, databases: readonly Database[]): string {
  const versions = new Set(databases.map(({ environment }) => environment.operator.chart.version).filter((version) => version !== ''))
  const now = versions.size === 0 ? '' : ` (now ${listed(versions)})`
  return settings.generate
    ? `raise operator.chart.version in apps/values.yaml with operator.version: the chart that installs operator ${operator}${now}`
    : `raise the chart cloudnative-pg where the operator is installed, to the one that installs ${operator}${now}`
}

function plainAt({ merged }: Evaluated, key: string): unknown {
  const value = valueOrDefault(merged, ['cluster', key])
  return value === undefined ? undefined : toPlain(value)
}

/** What the operator's update means for a database. */
export function* databaseNotes(pairs: readonly Pair[], pins: Pins, inPlace: boolean): Iterable<{ text: string; database: string }> {
  for (const { before, after } of pairs) {
    const database = after.database.id
    const [from, to] = [before, after].map((side) => side.database.environment.operator.version) as [string, string]
    for (const text of operatorNotes(before, from, to)) yield { text, database }
    if (!hasMajor(after, pins.postgres))
      yield { text: `which values of its chart choose PostgreSQL is not known, so ${pins.postgres} could not be tried`, database }
    if (pins.operator === undefined || from === to) continue
    if (inPlace)
      yield {
        text: 'the operator replaces its program inside the running pods (in-place updates are on): this restarts nothing',
        database,
      }
    else if (isSupervised(after))
      yield {
        text: 'primaryUpdateStrategy is supervised: standbys roll, the primary waits for `kubectl cnpg promote` or `restart`',
        database,
      }
  }
}
