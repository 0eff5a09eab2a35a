// Which operator and which Argo CD does the repository install, and where does it say so?
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'
import { sourcesOf } from '../applicationset/sources.ts'
import type { ChartPin, Settings } from '../model.ts'
import { officialCharts } from '../charts/pin.ts'
import { installedBy } from '../charts/releases.ts'
import { knownOperators } from '../operator/version.ts'
import { destinationOf } from './application-values.ts'
import type { Manifest } from './manifests.ts'
import { at } from './manifest-parts.ts'

export interface OperatorThere {
  readonly version: string
  readonly chart: ChartPin
  /** an Application installs it, the settings or a flag name it, or it is the newest that is known */
  readonly from: 'application' | 'settings' | 'newest'
}

export interface Versions {
  /** the operator at a destination (`destinationOf`) */
  readonly operatorAt: (destination: string) => OperatorThere
}

const [charts] = officialCharts

/** From the Applications that install the operator's chart; then from the settings; then the newest known. */
export function versionsOf(manifests: readonly Manifest[], settings: Settings): Versions {
  const installed = new Map<string, OperatorThere>()
  for (const manifest of manifests)
    for (const application of manifest.applications ?? []) {
      const found = operatorOf(application)
      if (found === undefined) continue
      const destination = at(application, 'spec', 'destination')
      const { server, name } = isJsonMap(destination) ? destination : {}
      installed.set(destinationOf(server, name), found)
    }
  const others = new Set([...installed.values()].map(({ version }) => version))
  const only = others.size === 1 ? [...installed.values()][0] : undefined
  const own = settings.environments[0]?.operator
  const assumed: OperatorThere =
    own === undefined
      ? {
          version: settings.operator ?? knownOperators.last,
          chart: { repository: charts, name: 'cloudnative-pg', version: '' },
          from: settings.operator === undefined ? 'newest' : 'settings',
        }
      : { version: own.version, chart: own.chart, from: 'settings' }
  return {
    operatorAt: (destination) => (settings.operator === undefined ? (installed.get(destination) ?? only ?? assumed) : assumed),
  }
}

function operatorOf(application: JsonMap): OperatorThere | undefined {
  const spec = at(application, 'spec')
  for (const { chart, repoURL, targetRevision } of isJsonMap(spec) ? sourcesOf(spec).sources : []) {
    const name = printed(chart ?? '')
    if (name !== 'cloudnative-pg' && !name.endsWith('/cloudnative-pg')) continue
    const written = printed(targetRevision ?? '').replace(/^v/, '')
    const version = installedBy[written] ?? newestOf(written)
    if (version !== undefined)
      return { version, chart: { repository: printed(repoURL ?? charts), name, version: written }, from: 'application' }
  }
  return undefined
}

/** For a range such as `0.26.x` or `0.26.*`, what its newest release installs. */
function newestOf(written: string): string | undefined {
  const line = /^[~^]?(\d+\.\d+)(?:\.(?:x|\*|\d+))?$/.exec(written)?.[1]
  const found = Object.keys(installedBy).findLast((chart) => line !== undefined && chart.startsWith(`${line}.`))
  return found === undefined ? undefined : installedBy[found]
}
