// What do the databases of a repository hang on: sets, charts, versions, other repositories?
import { withoutPassword } from '../repository/remote.ts'
import { fitting } from '../charts/releases.ts'
import { isModelled } from '../chart/database-objects.ts'
import type { ReadFleet } from '../deployed/fleet.ts'
import { isSameRepository } from '../deployed/manifest-parts.ts'
import type { Skipped } from '../deployed/skipped.ts'
import type { ChartPin, Database, Settings } from '../model.ts'
import type { Spot } from '../findings/spot.ts'
import { byCodeUnit } from '../values/path.ts'

export interface Found {
  /** what makes Applications of databases: sets, or the Application itself */
  readonly makers: readonly { readonly name: string; readonly isSet: boolean; readonly databases: number; readonly at: Spot }[]
  readonly generated: number
  readonly charts: readonly { readonly pin: ChartPin; readonly databases: number; readonly isHere: boolean }[]
  readonly operators: readonly OperatorFound[]
  /** nothing here names the operator or Argo CD, so that the newest known judges */
  readonly unknown: { readonly operator: boolean; readonly argocd: boolean }
  /** addresses of repositories that are read and not at hand, with what reads them */
  readonly missing: readonly { readonly url: string; readonly by: string }[]
  readonly skipped: readonly Skipped[]
}

export interface OperatorFound {
  readonly version: string
  readonly from: 'application' | 'settings' | 'newest'
  /** no release that the chart's version takes is known: the newest known operator judges */
  readonly isAssumed?: true
  /** version of the operator's chart, where an Application installs it */
  readonly chart: string
}

/** Counts what is there; nothing is judged. */
export function look(fleet: ReadFleet, settings: Settings): Found {
  const written = fleet.databases.filter((database) => database.written !== undefined)
  const makers = new Map<string, { name: string; isSet: boolean; databases: number; at: Spot }>()
  const charts = new Map<string, { pin: ChartPin; databases: number; isHere: boolean }>()
  for (const { written: made, application } of written) {
    if (made === undefined) continue
    const name = made.set ?? application
    const key = JSON.stringify([made.at.file.path, made.at.span.start, name])
    const known = makers.get(key) ?? { name, isSet: made.set !== undefined, databases: 0, at: made.at }
    makers.set(key, { ...known, databases: known.databases + 1 })
  }
  for (const database of fleet.databases) {
    const { repository, name, version } = database.environment.clusterChart
    if (name === '') continue
    const key = JSON.stringify([repository, name, version])
    const pin = { repository, name, version }
    const known = charts.get(key) ?? { pin, databases: 0, isHere: isModelled(database) || fleet.charts.find(pin).ok }
    charts.set(key, { ...known, databases: known.databases + 1 })
  }
  const operators = operatorsOf(fleet.databases, settings)
  return {
    makers: [...makers.values()],
    generated: fleet.databases.length - written.length,
    charts: [...charts.values()],
    operators,
    unknown: { operator: operators.some(({ from }) => from === 'newest'), argocd: !settings.origin.entries.has('argocd') },
    missing: missingOf(fleet.skipped),
    skipped: fleet.skipped,
  }
}

function operatorsOf(databases: readonly Database[], settings: Settings): OperatorFound[] {
  const found = new Map<string, OperatorFound>()
  for (const { environment, written } of databases) {
    const { version, chart, isNamed } = environment.operator
    const isSet = settings.operator !== undefined || written === undefined
    const from = isSet ? 'settings' : chart.version === '' && isNamed !== true ? 'newest' : 'application'
    const isAssumed = from === 'application' && isNamed !== true && fitting(chart.version).length === 0
    const one = { version, from, chart: isSet ? '' : chart.version, ...(isAssumed && { isAssumed }) } as const
    found.set(JSON.stringify(one), one)
  }
  return [...found.values()].sort((a, b) => byCodeUnit(a.version, b.version))
}

function missingOf(skipped: readonly Skipped[]): Found['missing'] {
  const missing: { url: string; by: string }[] = []
  for (const { repository, name } of skipped)
    if (repository !== undefined && !missing.some(({ url }) => isSameRepository(url, repository)))
      missing.push({ url: withoutPassword(repository), by: name })
  return missing
}
