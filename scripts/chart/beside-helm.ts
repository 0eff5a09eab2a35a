// What is known of a database whose chart the helm binary renders, beside what helm prints?
import type { DatabaseObjects } from './evaluated.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Charts } from '../charts/find.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database, RenderedObject, Settings } from '../model.ts'
import { renderWithEngine } from './engine.ts'
import type { Layered } from './engine.ts'
import { runHelm } from './helm-engine.ts'
import { chartSpot } from './pin-spot.ts'

/** Rules that hold whoever renders the chart: they are about its files, not about what is printed. */
const ofFiles: ReadonlySet<string> = new Set(['values/known-keys', 'values/chart-schema', 'values/known-choice'])

/**
 * `engine: helm`: the objects are helm's. Where the chart's files are here, the engine says which values made each of
 * them, which keys nothing reads, and where a refusal of helm is to be mended; where they are not, that is said.
 */
export function renderWithHelm(
  database: Database,
  layered: Layered,
  { settings, root, charts }: { readonly settings: Settings; readonly root: string; readonly charts: Charts },
): DatabaseObjects {
  const found = charts.find(database.environment.clusterChart)
  const own = found.ok ? renderWithEngine(database, layered, { settings, chart: found }) : undefined
  const said = runHelm(database, layered.values, root)
  const findings = own?.findings.filter(({ rule }) => ofFiles.has(rule)) ?? [notHere(database, settings)]
  const known = {
    told: own?.told ?? (() => []),
    get effective() {
      return own?.effective
    },
    get defaults() {
      return own?.defaults
    },
  }
  if (said.ok) return { ...plainly(known), objects: said.objects.map((object) => traced(object, own?.objects)), findings }
  const at = said.blame === 'pin' ? chartSpot(settings, database) : undefined
  // where the engine stops, too, it knows the value
  const place = said.blame === 'values' ? own?.findings.find(({ rule }) => rule.startsWith('chart/'))?.at : undefined
  const { rule, message, help } = said
  // what helm says of values that a schema refuses is told at each of them
  const isTold = said.blame === 'values' && findings.some(({ severity }) => severity === 'error')
  const refusal: LocatedFinding = {
    rule: `chart/${rule}`,
    severity: 'error',
    message: phrase`${named(message)}`,
    at: at ?? place ?? serviceSpot(database),
    help: help === undefined ? undefined : phrase`${help}`,
    database: database.id,
  }
  return { ...plainly(known), objects: [], findings: isTold ? findings : [...findings, refusal] }
}

/** The same with its values looked up now: few databases are rendered so. */
function plainly(
  known: Pick<DatabaseObjects, 'told' | 'effective' | 'defaults'>,
): Pick<DatabaseObjects, 'told' | 'effective' | 'defaults'> {
  return { told: known.told, effective: known.effective, defaults: known.defaults }
}

/** The engine's object where it is the same: its nodes know where they come from. */
function traced(object: RenderedObject, own: readonly RenderedObject[] | undefined): RenderedObject {
  const twin = own?.find(({ kind, name }) => kind === object.kind && name === object.name)
  return twin !== undefined && isDeepStrictEqual(twin.plain, object.plain) ? twin : object
}

function notHere(database: Database, settings: Settings): LocatedFinding {
  const { name, version } = database.environment.clusterChart
  return {
    rule: 'chart/helm-engine',
    severity: 'info',
    message: phrase`chart ${named(name)} ${named(version)} is rendered by helm, but its files are not here: keys that nothing reads are not reported`,
    at: chartSpot(settings, database) ?? serviceSpot(database),
    help: phrase`run \`cnpg-values charts pull\`, or copy the chart into charts/`,
    database: database.id,
  }
}
