// Which environment does an Application as written deploy into: destination, operator, chart?
import { at } from './manifest-parts.ts'
import type { ChartPin, Environment, Settings } from '../model.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'
import { destinationOf } from './values/application-values.ts'
import type { Versions } from './operators/versions.ts'

/** What environments are made of, and those that were made. */
interface Environments {
  readonly settings: Settings
  readonly versions: Versions
  readonly environments: Map<string, Environment>
}

/** One object for all databases with the same pins and auto-sync, since memos hang on it. */
export function environmentOf(
  application: JsonMap,
  { settings, versions, environments }: Environments,
  clusterChart: ChartPin,
): Environment {
  const destination = at(application, 'spec', 'destination')
  const { server, name } = isJsonMap(destination) ? destination : {}
  const where = destinationOf(server, name)
  const autoSync = at(application, 'spec', 'syncPolicy', 'automated') !== undefined
  const key = JSON.stringify([where, clusterChart, autoSync])
  const known = environments.get(key)
  if (known !== undefined) return known
  const operator = versions.operatorAt(where)
  const environment: Environment = {
    name: '',
    destination: typeof server === 'string' && server !== '' ? { server } : { name: printed(name ?? '') },
    namespace: '',
    guard: 'none',
    autoSync,
    operator: {
      version: operator.version,
      namespace: 'cnpg-system',
      chart: operator.chart,
      ...(operator.ownImage && { ownImage: operator.ownImage }),
      ...(operator.isNamed && { isNamed: operator.isNamed }),
      ...(operator.inheritsNone && { inheritsNone: operator.inheritsNone }),
    },
    clusterChart: { ...clusterChart, engine: 'builtin' },
    ...(settings.kubernetes !== undefined && { kubernetes: settings.kubernetes }),
  }
  environments.set(key, environment)
  return environment
}
