// What is known about a database rendered by the helm binary, besides what helm prints?
import type { DatabaseObjects } from '../evaluated.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Charts } from '../../charts/find.ts'
import { named, phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { serviceSpot } from '../../merge/generator.ts'
import type { Database, RenderedObject, Settings } from '../../model.ts'
import { renderWithEngine } from '../engine.ts'
import type { Layered } from '../engine.ts'
import { helmChart } from './chart.ts'
import { runHelm } from './engine.ts'
import { chartSpot } from '../pin-spot.ts'

/** Rules that hold whoever renders the chart: they are about its files, not about what is printed. */
const ofFiles: ReadonlySet<string> = new Set(['values/known-keys', 'values/chart-schema', 'values/known-choice'])

/**
 * `engine: helm`: the objects are helm's. Where the chart's files are here, the engine says which values made each of
 * them, which keys nothing reads, and where an error of helm is to be fixed; if they are missing, that is reported.
 */
export function renderWithHelm(
  database: Database,
  layered: Layered,
  { settings, root, charts }: { readonly settings: Settings; readonly root: string; readonly charts: Charts },
): DatabaseObjects {
  const chart = helmChart(database.environment.clusterChart, { root, charts })
  const found = chart.ok ? chart.found : undefined
  const own = found === undefined ? undefined : renderWithEngine(database, layered, { settings, chart: found })
  const rendered = runHelm(database, layered.values, { root, charts })
  const findings = own?.findings.filter(({ rule }) => ofFiles.has(rule)) ?? (chart.ok ? [notHere(database, settings)] : [])
  const known = { reported: own?.reported ?? (() => []), ...(own?.seen && { seen: own.seen }) }
  if (rendered.ok) return { ...known, objects: rendered.objects.map((object) => traced(object, own?.objects)), findings }
  const at = rendered.blame === 'pin' ? chartSpot(settings, database) : undefined
  // where the engine stops, too, it knows the value
  const place = rendered.blame === 'values' ? own?.findings.find(({ rule }) => rule.startsWith('chart/'))?.at : undefined
  const { rule, message, help } = rendered
  // what helm reports about values that a schema refuses is reported at each of them
  const isAlreadyReported = rendered.blame === 'values' && findings.some(({ severity }) => severity === 'error')
  const refusal: LocatedFinding = {
    rule: `chart/${rule}`,
    severity: 'error',
    message: phrase`${named(message)}`,
    at: at ?? place ?? serviceSpot(database),
    help: help === undefined ? undefined : phrase`${help}`,
    database: database.id,
  }
  return { ...known, objects: [], findings: isAlreadyReported ? findings : [...findings, refusal] }
}

/** The engine's object where it is the same: its nodes know where they come from. */
function traced(object: RenderedObject, own: readonly RenderedObject[] | undefined): RenderedObject {
  const match = own?.find(({ kind, name }) => kind === object.kind && name === object.name)
  return match !== undefined && isDeepStrictEqual(match.plain, object.plain) ? match : object
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
