// Which operator judges what is deployed where?
import type { ChartPin, Settings } from '../../model.ts'
import { officialCharts } from '../../charts/pin.ts'
import { knownOperators } from '../../operator/version.ts'
import { jsonAt, toPlain } from '../../values/value.ts'
import type { ChartRelease } from '../charts/chart-releases.ts'
import { installedOperators } from './installed.ts'
import type { PlainOperators } from './plain-operators.ts'
import type { Manifest } from '../manifests.ts'

export interface OperatorThere {
  readonly version: string
  readonly chart: ChartPin
  /** an Application installs it, the settings or a flag name it, or it is the newest that is known */
  readonly from: 'application' | 'settings' | 'newest'
  /** its settings choose the image of Clusters that name none, or are not here */
  readonly ownImage?: true
  /** manifests without a chart name its release */
  readonly isNamed?: true
  /** no label or annotation of a Cluster itself becomes one of its pods */
  readonly inheritsNone?: true
}

export interface Versions {
  /** the operator at a destination (`destinationOf`) */
  readonly operatorAt: (destination: string) => OperatorThere
}

const [charts] = officialCharts

/** `POSTGRES_IMAGE_NAME` of the operator's `configuration.go`, which the chart hands on from `config.data` or `additionalEnv`. */
function choosesImage({ values }: ChartRelease): boolean {
  return values === undefined || JSON.stringify([toPlain(values)]).includes('"POSTGRES_IMAGE_NAME"')
}

/** Neither `INHERITED_ANNOTATIONS` nor `INHERITED_LABELS` is set, by which marks of the Cluster become those of its pods; both are empty by default. */
function inheritsNothing({ values }: ChartRelease): boolean {
  if (values === undefined || /"INHERITED_(?:ANNOTATIONS|LABELS)"/.test(JSON.stringify([toPlain(values)]))) return false
  // somebody else writes the ConfigMap or the Secret
  const config = jsonAt(toPlain(values), ['config'])
  return jsonAt(config, ['create']) !== false && !jsonAt(config, ['secret']) && !jsonAt(config, ['name'])
}

/** From the Applications that install the operator's chart, the newest known if nobody knows what that installs; then from the settings; then from its manifests; then the newest known. */
export function versionsOf(manifests: readonly Manifest[], settings: Settings, plain: PlainOperators): Versions {
  const installed = new Map<string, OperatorThere>()
  for (const { version, release } of installedOperators(manifests)) {
    const own = (plain.choosesImage || choosesImage(release)) && ({ ownImage: true } as const)
    const none = inheritsNothing(release) && ({ inheritsNone: true } as const)
    installed.set(release.destination, {
      version: version ?? knownOperators.last,
      chart: release.chart,
      from: 'application',
      ...own,
      ...none,
    })
  }
  const others = new Set([...installed.values()].map(({ version }) => version))
  const only = others.size === 1 ? [...installed.values()][0] : undefined
  const own = settings.environments[0]?.operator
  const found = settings.operator === undefined && installed.size === 0 ? plain.version : undefined
  const assumed: OperatorThere =
    own === undefined
      ? {
          version: settings.operator ?? found ?? knownOperators.last,
          chart: { repository: charts, name: 'cloudnative-pg', version: '' },
          from: settings.operator === undefined ? (found === undefined ? 'newest' : 'application') : 'settings',
          ...(found !== undefined && { isNamed: true }),
          ...(plain.choosesImage && { ownImage: true }),
        }
      : { version: own.version, chart: own.chart, from: 'settings' }
  return {
    operatorAt: (destination) => (settings.operator === undefined ? (installed.get(destination) ?? only ?? assumed) : assumed),
  }
}
