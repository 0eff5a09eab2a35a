// Which operators do our own settings install, and what is wrong with their values?
import { operatorValues } from '../../discover/inputs.ts'
import { operatorPinSpot } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { maxValues, parseYaml } from '../../yaml/parse.ts'
import { destinationOf } from '../values/application-values.ts'
import type { ChartRelease } from '../charts/chart-releases.ts'
import type { Surroundings } from '../manifests.ts'
import { operatorSettingFindings } from './settings.ts'

/** Those that our settings install, one in each Kubernetes cluster, all with the values of one file. */
export function generatedOperators({ settings, tree }: Surroundings): ChartRelease[] {
  const read = settings.generate && settings.manageOperator ? tree.read(operatorValues) : undefined
  if (read?.ok !== true) return []
  const { documents, problems } = parseYaml({ path: operatorValues, text: read.text }, 'environment', maxValues)
  const [root] = documents
  const values = root?.kind === 'map' && !problems.some(({ fatal }) => fatal) ? root : undefined
  const pin = operatorPinSpot(settings.origin, '')
  const releases = settings.environments.map(({ destination, operator }): ChartRelease => ({
    chart: operator.chart,
    destination: destinationOf(destination.server, destination.name),
    namespace: operator.namespace,
    values,
    application: { spec: { syncPolicy: { syncOptions: ['ServerSideApply=true'] } } },
    source: {},
    spotOf: () => pin,
    at: pin,
  }))
  // the first environment of a Kubernetes cluster decides
  return releases.filter(({ destination }, index) => releases.findIndex((one) => one.destination === destination) === index)
}

/** What is wrong where no Application of somebody's own installs one. */
export function generatedOperatorFindings(around: Surroundings): LocatedFinding[] {
  return operatorSettingFindings({ operators: generatedOperators(around), plugins: [], databases: around.databases })
}
