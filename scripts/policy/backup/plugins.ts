// Does the plugin that a Cluster names exist, and is it switched on?
import { barmanPlugin } from '../../chart/model/plugins.ts'
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { nearest } from '../../values/path.ts'
import type { Json, JsonMap, Path } from '../../values/value.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import { listAt, objectOf, plainAt, textAt } from '../subject.ts'
import type { ObjectRule, PolicyRule } from '../subject.ts'

/** Names that people write for the Barman Cloud plugin: its repository's, a part of its own, its API group (plugin-barman-cloud#196). */
export function isMeantForBarman(name: string): boolean {
  if (name === barmanPlugin) return false
  return (
    /^(?:barman|(?:plugin[-.])?barman-?cloud(?:-plugin)?(?:\.cnpg\.io|\.cloudnative-?pg(?:\.(?:io|com|org))?)?)$/i.test(name) ||
    nearest(name, [barmanPlugin]) !== undefined
  )
}

function* pluginNames({ kind, plain }: RenderedObject): Iterable<Path> {
  if (kind === 'Cluster') {
    for (const index of listAt(plain, 'spec', 'plugins').keys()) yield ['spec', 'plugins', index, 'name']
    for (const index of listAt(plain, 'spec', 'externalClusters').keys()) yield ['spec', 'externalClusters', index, 'plugin', 'name']
  }
  if (kind === 'ScheduledBackup' || kind === 'Backup') yield ['spec', 'pluginConfiguration', 'name']
}

export const pluginsOfObjects: readonly ObjectRule[] = [
  {
    id: 'policy/plugin-name',
    severity: 'error',
    configurable: true,
    summary: 'a plugin is named as it registers itself with the operator',
    reads: [
      ['cluster', 'plugins'],
      ['backups', 'scheduledBackups'],
    ],
    *check({ objects }) {
      for (const object of objects)
        for (const path of pluginNames(object)) {
          const name = textAt(object.plain, ...path)
          if (name === undefined || !isMeantForBarman(name)) continue
          yield {
            object,
            message: phrase`${here('name of the plugin')} is ${shown(name)}, but the plugin's name is ${barmanPlugin}`,
            places: [{ path }],
            help: phrase`write ${barmanPlugin}`,
          }
        }
    },
  },
]

const read = ['barmanObjectName', 'serverName']

const mapOf = (value: Json | undefined): JsonMap => (isJsonMap(value) ? value : {})

/** Whether a Cluster archives WAL: by some plugin, or in-tree. */
function archives({ plain }: RenderedObject): boolean {
  const isArchiver = listAt(plain, 'spec', 'plugins').some(
    (plugin) => plainAt(plugin, 'isWALArchiver') === true && plainAt(plugin, 'enabled') !== false,
  )
  return isArchiver || isJsonMap(plainAt(plain, 'spec', 'backup', 'barmanObjectStore'))
}

export const barmanOfObjects: readonly ObjectRule[] = [
  {
    // plugin 0.14.0 `NewPlugin`: the parameters of the last one count, `enabled` or not
    id: 'policy/plugin-once',
    severity: 'warning',
    configurable: true,
    summary: 'the Barman plugin is listed once, since it writes to one store',
    reads: [['cluster', 'plugins']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Cluster')) {
        const own = [...listAt(object.plain, 'spec', 'plugins').entries()].filter(([, plugin]) => textAt(plugin, 'name') === barmanPlugin)
        const [first, last] = [own[0]?.[0], own.at(-1)?.[0]]
        if (first === undefined || last === undefined || first === last) continue
        yield {
          object,
          message: phrase`the plugin is listed ${named(own.length)} times, but takes the parameters of the last one only: nothing goes to another store`,
          places: [{ path: ['spec', 'plugins', first, 'name'] }, { path: ['spec', 'plugins', last, 'name'], label: phrase`the last one` }],
          help: phrase`remove all but one; a second copy of the backups is the work of the object store`,
        }
      }
    },
  },
  {
    // plugin 0.14.0 `PluginConfiguration.Validate`: "no reference to barmanObjectName have been included"; no pod is made
    id: 'policy/plugin-has-store',
    severity: 'error',
    configurable: true,
    summary: 'the Barman plugin of a Cluster names an ObjectStore',
    reads: [['cluster', 'plugins']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Cluster')) {
        const everywhere = [
          ...listAt(object.plain, 'spec', 'plugins'),
          ...listAt(object.plain, 'spec', 'externalClusters').map((one) => plainAt(one, 'plugin')),
        ].filter((plugin) => textAt(plugin, 'name') === barmanPlugin)
        if (everywhere.some((plugin) => textAt(plugin, 'parameters', 'barmanObjectName'))) continue
        const index = listAt(object.plain, 'spec', 'plugins').findIndex(
          (plugin) => textAt(plugin, 'name') === barmanPlugin && plainAt(plugin, 'enabled') !== false,
        )
        if (index < 0) continue
        const parameters = ['spec', 'plugins', index, 'parameters']
        // the plugin reads two names, and takes no notice of others
        const other = Object.keys(mapOf(plainAt(object.plain, ...parameters))).find(
          (name) => name !== 'barmanObjectName' && name !== 'serverName',
        )
        yield {
          object,
          message: phrase`plugin is ${barmanPlugin}, but its parameters name no barmanObjectName: no instance is created`,
          places: [
            {
              path: other === undefined ? ['spec', 'plugins', index, 'name'] : [...parameters, other],
              on: other === undefined ? 'value' : 'key',
            },
          ],
          help:
            other === undefined
              ? phrase`add parameters: { barmanObjectName: <name of the ObjectStore> } beside it`
              : phrase`write barmanObjectName instead of ${named(other)}`,
        }
      }
    },
  },
  {
    // plugin 0.14.0 `NewFromCluster`: it reads these two, and takes no notice of others
    id: 'policy/plugin-parameter-known',
    severity: 'warning',
    configurable: true,
    summary: 'the parameters of the Barman plugin are spelt as it reads them',
    reads: [['cluster', 'plugins']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Cluster'))
        for (const path of pluginNames(object)) {
          if (textAt(object.plain, ...path) !== barmanPlugin) continue
          const parameters = [...path.slice(0, -1), 'parameters']
          const written = Object.keys(mapOf(plainAt(object.plain, ...parameters)))
          for (const name of written) {
            const meant = read.includes(name) ? undefined : /^(?:server|cluster(?:Name)?)$/i.test(name) ? 'serverName' : nearest(name, read)
            if (meant === undefined || (meant === 'barmanObjectName' && path[1] === 'plugins' && !written.includes(meant))) continue
            yield {
              object,
              message: phrase`parameter \`${named(name)}\` is not read by the plugin, which knows ${read.join(' and ')}`,
              places: [{ path: [...parameters, name], on: 'key' }],
              help: phrase`write ${meant}`,
            }
          }
        }
    },
  },
  {
    // plugin 0.14.0 `BackupServiceImplementation.Backup` takes the configuration from the Cluster alone (plugin-barman-cloud#611)
    id: 'policy/backup-parameters-read',
    severity: 'warning',
    configurable: true,
    summary: 'a backup by the Barman plugin does not ask for a store of its own, of which the plugin takes no notice',
    reads: [],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const used = listAt(cluster?.plain, 'spec', 'plugins').find((plugin) => textAt(plugin, 'name') === barmanPlugin)
      for (const object of used === undefined ? [] : subject.objects) {
        const path = ['spec', 'pluginConfiguration', 'parameters']
        if (object.kind !== 'ScheduledBackup' && object.kind !== 'Backup') continue
        if (textAt(object.plain, 'spec', 'pluginConfiguration', 'name') !== barmanPlugin) continue
        const asked = Object.entries(mapOf(plainAt(object.plain, ...path)))
        const [name] =
          asked.find(
            ([key, value]) => value !== (plainAt(used, 'parameters', key) ?? (key === 'serverName' ? cluster?.name : undefined)),
          ) ?? []
        if (name === undefined) continue
        yield {
          object,
          message: phrase`${here(name)} is not read here: the plugin takes backups as the Cluster says`,
          places: [{ path: [...path, name] }],
          help: phrase`remove parameters; base backups and WAL go to the one store that spec.plugins of the Cluster names`,
        }
      }
    },
  },
  {
    id: 'policy/plugin-archives',
    severity: 'warning',
    configurable: true,
    summary: 'a Cluster whose base backups are taken by the Barman plugin archives the WAL that they need',
    reads: [['cluster', 'plugins']],
    *check(subject) {
      const object = objectOf(subject, 'Cluster')
      if (object === undefined || archives(object)) return
      const isTaken = subject.objects.some(
        ({ kind, plain }) =>
          kind === 'ScheduledBackup' &&
          plainAt(plain, 'spec', 'suspend') !== true &&
          textAt(plain, 'spec', 'pluginConfiguration', 'name') === barmanPlugin,
      )
      const index = listAt(object.plain, 'spec', 'plugins').findIndex(
        (plugin) => textAt(plugin, 'name') === barmanPlugin && plainAt(plugin, 'enabled') !== false,
      )
      // what the chart switches off is reported (`policy/plugin-enabled`)
      if (!isTaken || index < 0 || isPrintedByChart(object, index, 'isWALArchiver')) return
      const isFalse = plainAt(object.plain, 'spec', 'plugins', index, 'isWALArchiver') === false
      yield {
        object,
        message: phrase`isWALArchiver is ${isFalse ? 'false' : 'not set'}, but no base backup can be restored without the WAL of its time`,
        places: [{ path: ['spec', 'plugins', index, isFalse ? 'isWALArchiver' : 'name'] }],
        help: phrase`set isWALArchiver: true${isFalse ? '' : ' beside the name of the plugin'}`,
      }
    },
  },
]

/** The entry of the Barman plugin that the chart switches off because its author did not write `enabled` or `isWALArchiver`. */
export function switchedOffByChart(cluster: RenderedObject | undefined): { readonly index: number; readonly field: string } | undefined {
  for (const [index, plugin] of listAt(cluster?.plain, 'spec', 'plugins').entries()) {
    if (textAt(plugin, 'name') !== barmanPlugin) continue
    const field = ['enabled', 'isWALArchiver'].find((name) => plainAt(plugin, name) === false && isPrintedByChart(cluster, index, name))
    if (field !== undefined) return { index, field }
  }
  return undefined
}

/** Whether the chart wrote a field itself: then its origin is not the field of its author. */
function isPrintedByChart(cluster: RenderedObject | undefined, index: number, field: string): boolean {
  const isThere = plainAt(cluster?.plain, 'spec', 'plugins', index, field) !== undefined
  return isThere && valueAt(cluster?.value, ['spec', 'plugins', index, field])?.origin.path.at(-1) !== field
}

const conditions = { enabled: 'so that the plugin does nothing', isWALArchiver: 'so that no WAL is archived' } as const

export const plugins: readonly PolicyRule[] = [
  {
    id: 'policy/plugin-enabled',
    severity: 'warning',
    configurable: true,
    summary: 'the Barman plugin is switched on where the chart would print that it is off',
    reads: [['cluster', 'plugins']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const off = switchedOffByChart(cluster)
      if (cluster === undefined || off === undefined) return
      // a switch that the chart takes no notice of is reported (`values/has-effect`)
      if (plainAt(cluster.plain, 'spec', 'plugins', off.index, 'isWALArchiver') === true) return
      const why = conditions[off.field as keyof typeof conditions]
      yield {
        object: cluster,
        message: phrase`\`${off.field}\` is not set for the plugin, but then the chart prints ${named(off.field)}: false, ${why}`,
        places: [{ path: ['spec', 'plugins', off.index, 'name'] }],
        help: phrase`write ${off.field === 'enabled' ? 'enabled: true and isWALArchiver: true' : 'isWALArchiver: true'} beside it`,
      }
    },
  },
  {
    id: 'policy/chart-plugin-name',
    severity: 'error',
    configurable: true,
    summary: 'backups and recoveries by a plugin name the one that the chart sets up',
    reads: [
      ['backups', 'pluginConfiguration', 'name'],
      ['recovery', 'pluginConfiguration', 'name'],
    ],
    *check({ values }) {
      for (const section of ['backups', 'recovery']) {
        const [name, method] = [valueAt(values, [section, 'pluginConfiguration', 'name']), valueAt(values, [section, 'method'])]
        const isOn = section === 'backups' ? valueAt(values, ['backups', 'enabled']) : valueAt(values, ['mode'])
        if (isOn?.kind !== 'scalar' || (isOn.value !== true && isOn.value !== 'recovery')) continue
        if (name?.kind !== 'scalar' || method?.kind !== 'scalar' || method.value !== 'plugin') continue
        if (typeof name.value !== 'string' || !isMeantForBarman(name.value)) continue
        yield {
          message: phrase`${here(`${section}.pluginConfiguration.name`)} is ${shown(name.value)}, but the plugin's name is ${barmanPlugin}`,
          places: [{ path: [section, 'pluginConfiguration', 'name'] }],
          help: phrase`write ${barmanPlugin}`,
        }
      }
    },
  },
]

/** The plugins that a Cluster loads. */
export function loadedPlugins(cluster: RenderedObject): string[] {
  return listAt(cluster.plain, 'spec', 'plugins').flatMap((plugin) =>
    plainAt(plugin, 'enabled') === false ? [] : (textAt(plugin, 'name') ?? []),
  )
}
