// Which values have no effect, because of another one, or because the chart drops them?
import { fieldAt, phrase, shown } from '../findings/message.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database } from '../model.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import { listed, nearest } from '../values/path.ts'
import type { Message } from '../findings/finding.ts'
import { isMap, valueAt } from '../values/value.ts'
import { wouldGive } from './consequence.ts'
import { barmanPlugin } from './model/plugins.ts'
import { valuesShape } from './model/shape.ts'
import type { Shape } from './model/shape-kinds.ts'

export interface IdleValue {
  readonly path: Path
  readonly message: Message
  readonly help: Message
  /** what is meant is certainly lost */
  readonly isError?: true
  /** what the templates of a release must read for that */
  readonly needs?: Path
}

type IdleCheck = (values: MapValue, alerts?: () => readonly string[]) => Iterable<IdleValue>

/** Of every release of the chart: those that people wrote are enough to see it. */
const ofAllReleases: readonly IdleCheck[] = [
  // a service that asks for a volume; environments may keep one ready that their services switch on
  function* volumeWithoutItsSwitch(values) {
    const volume = ['cluster', 'walStorage']
    if (isWritten(valueAt(values, [...volume, 'enabled']))) return
    for (const key of ['size', 'storageClass']) {
      const value = valueAt(values, [...volume, key])
      if (!isWritten(value) || value.origin.layer === 'environment' || scalarAt(value, []) === '') continue
      const path = [...volume, key]
      yield {
        path,
        message: phrase`${fieldAt(path)} is set, but enabled is not, so that there is no such volume`,
        help: phrase`set \`enabled: true\` next to it`,
        needs: [...volume, 'enabled'],
      }
      return
    }
  },
  function* catalogWithoutName(values) {
    const path = ['cluster', 'imageCatalogRef']
    const reference = valueAt(values, path)
    if (reference?.kind !== 'map' || (scalarAt(reference, ['name']) ?? '') !== '') return
    const key = [...reference.entries.keys()].find((one) => isWritten(reference.entries.get(one)))
    if (key === undefined) return
    yield {
      path: [...path, key],
      message: phrase`${fieldAt(path)} has no name, so that the chart takes another image`,
      help: phrase`write \`name: …\` next to it`,
      needs: [...path, 'name'],
    }
  },
  function* unknownAlert(values, known = () => alertRules) {
    for (const [index, item] of itemsOf(values, ['cluster', 'monitoring', 'prometheusRule', 'excludeRules'])) {
      const name = scalarAt(item, [])
      const alerts = typeof name === 'string' && isWritten(item) ? known() : []
      if (typeof name !== 'string' || !isWritten(item) || alerts.includes(name)) continue
      const path = ['cluster', 'monitoring', 'prometheusRule', 'excludeRules', index]
      const meant = nearest(name, alerts)
      yield {
        path,
        message: phrase`${fieldAt(path)} is ${shown(name)}, but no alert rule has that name`,
        help: meant === undefined ? phrase`known here: ${listed(alerts)}` : phrase`did you mean ${meant}?`,
        needs: path.slice(0, -1),
      }
    }
  },
  // the operator then takes the name that the chart gives to the source
  function* archiveOfNobody(values) {
    if (scalarAt(values, ['mode']) !== 'recovery' || scalarAt(values, ['recovery', 'method']) !== 'object_store') return
    const path = ['recovery', 'clusterName']
    const name = valueAt(values, path)
    if ((name?.kind === 'scalar' && name.value !== '') || isMisspelt('clusterName', valueAt(values, ['recovery']))) return
    yield {
      path,
      message: phrase`${fieldAt(path)} is not set, but the archive of a server \`objectStoreRecoveryCluster\` is hardly meant`,
      help: phrase`set ${fieldAt(path)}: the name of the Cluster that wrote the backups`,
      needs: path,
    }
  },
]

/** Names of the alert rules of all releases from 0.0.9 to 0.8.1, `prometheus_rules/` in github.com/cloudnative-pg/charts. */
export const alertRules: readonly string[] =
  `CNPGClusterHACritical CNPGClusterHAWarning CNPGClusterHighConnectionsCritical CNPGClusterHighConnectionsWarning CNPGClusterHighReplicationLag
  CNPGClusterInstancesOnSameNode CNPGClusterLogicalReplicationErrors CNPGClusterLogicalReplicationErrorsCritical
  CNPGClusterLogicalReplicationLagging CNPGClusterLogicalReplicationLaggingCritical CNPGClusterLogicalReplicationStopped
  CNPGClusterLogicalReplicationStoppedCritical CNPGClusterLowDiskSpaceCritical CNPGClusterLowDiskSpaceWarning CNPGClusterOffline
  CNPGClusterPhysicalReplicationLagCritical CNPGClusterPhysicalReplicationLagWarning CNPGClusterZoneSpreadWarning
  CNPGInstanceMetricsAbsent`.split(/\s+/)

/** Whether a map has a key that nothing reads and that is nearly this one, which is reported. */
function isMisspelt(key: string, map: Value | undefined): boolean {
  return map?.kind === 'map' && [...map.entries.keys()].some((other) => other !== key && nearest(other, [key]) !== undefined)
}

/** Of the release that is described here. */
const checks: readonly IdleCheck[] = [
  // the templates print these fields where they are true, and `false` and 0 are not
  function* droppedFalse(values) {
    for (const [index, item] of itemsOf(values, ['databases']))
      for (const [key, dropped] of [
        ['allowConnections', false],
        ['connectionLimit', 0],
      ] as const)
        if (scalarAt(item, [key]) === dropped) {
          const path = ['databases', index, key]
          const is = key === 'allowConnections' ? 'connections stay allowed' : 'connections stay unlimited'
          yield {
            path,
            message: phrase`${fieldAt(path)} is ${String(dropped)}, but the chart drops that: ${is}`,
            help: phrase`change it with SQL, or revoke CONNECT from the roles`,
          }
        }
  },
  // a text that YAML reads as false (`no`) or 0: the templates print it where it is true
  function* droppedText(values) {
    for (const [path, value] of [...droppedTexts(values), initdbOwner(values)])
      // the owner of a database is printed as it is, which the API server then refuses
      if (!(path[0] === 'databases' && path[2] === 'owner') && value?.kind === 'scalar' && isDropped(value) && isWritten(value))
        yield {
          path,
          message: phrase`${fieldAt(path)} is ${String(value.value)}, but the chart drops that, as if it were not set`,
          help: phrase`for that text put single quotes inside double ones: \`"'…'"\`; for none remove the line`,
          isError: true,
        }
  },
  function* switchedOffPlugin(values) {
    const isRequired = scalarAt(values, ['backups', 'enabled']) === true && scalarAt(values, ['backups', 'method']) === 'plugin'
    for (const [index, item] of itemsOf(values, ['cluster', 'plugins'])) {
      const isArchiver = scalarAt(item, ['name']) === barmanPlugin && scalarAt(item, ['isWALArchiver']) === true
      if (!isArchiver || isRequired || (isMap(item) && item.entries.get('enabled')?.kind === 'scalar')) continue
      const path = ['cluster', 'plugins', index, 'isWALArchiver']
      yield {
        path,
        message: phrase`${fieldAt(path)} is true, but the chart prints \`enabled: false\` for this plugin`,
        help: phrase`set \`enabled: true\` next to it`,
      }
    }
  },
]

/** Values that people wrote and that do nothing; `values` are the merged layers over the chart's defaults. */
export function findIdleValues(values: MapValue): IdleValue[] {
  return [...ofAllReleases, ...checks].flatMap((check) => [...check(values)])
}

/** Those that do nothing in any release of the chart. `alerts`: the names of its alert rules. */
export function findCommonIdleValues(values: MapValue, alerts?: () => readonly string[]): IdleValue[] {
  return ofAllReleases.flatMap((check) => [...check(values, alerts)])
}

/**
 * False and 0 where the chart wants a text whose type no schema of it checks; names that are printed into longer ones are never
 * dropped. Every database is asked: a path is made only of what is found.
 */
function droppedTexts(values: MapValue): [Path, Value][] {
  const found: [Path, Value][] = []
  const path: (string | number)[] = []
  const look = (shape: Shape, value: Value): void => {
    if (value.kind === 'scalar') {
      const isText = shape.kind === 'string' && !shape.declared && shape.printedInName !== true
      if (isText && isDropped(value)) found.push([[...path], value])
    } else if (shape.kind === 'items' && value.kind === 'list') {
      for (const [index, item] of value.items.entries()) below(index, shape.item, item)
    } else if (shape.kind === 'closed' && value.kind === 'map') {
      for (const [key, child] of value.entries) if (Object.hasOwn(shape.fields, key)) below(key, shape.fields[key] as Shape, child)
    }
  }
  const below = (step: string | number, shape: Shape, value: Value): void => {
    path.push(step)
    look(shape, value)
    path.pop()
  }
  look(valuesShape, values)
  return found
}

const isDropped = (value: Value | undefined): boolean => value?.kind === 'scalar' && (value.value === false || value.value === 0)

/** `initdb` goes through as it is, but for its owner. */
function initdbOwner(values: MapValue): [Path, Value | undefined] {
  const path = ['cluster', 'initdb', 'owner']
  return [path, valueAt(values, path)]
}

function isWritten(value: Value | undefined): value is Value {
  return value !== undefined && value.kind !== 'null' && value.origin.file.builtin !== true
}

function scalarAt(root: Value, path: Path): string | number | boolean | undefined {
  const value = valueAt(root, path)
  return value?.kind === 'scalar' ? value.value : undefined
}

function itemsOf(root: Value, path: Path): Iterable<[number, Value]> {
  const list = valueAt(root, path)
  return list?.kind === 'list' ? list.items.entries() : []
}

/** Whether an unknown key was meant to be what a value needs to have an effect. */
export function isExplained({ path, needs = path }: Pick<IdleValue, 'path' | 'needs'>, unknownKeys: readonly Path[]): boolean {
  return unknownKeys.some((key) => wouldGive(key, needs))
}

/** The finding for one, where it was written. */
export function idleFinding({ path, message, help, isError }: IdleValue, values: MapValue, database: Database): LocatedFinding {
  const at = nearestSpot(values, path) ?? serviceSpot(database)
  const severity = isError === true ? 'error' : 'warning'
  return { rule: isError === true ? 'values/word-is-text' : 'values/has-effect', severity, message, at, help, database: database.id }
}
