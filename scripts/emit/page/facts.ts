// What should be visible at a glance about each database of the fleet?
import { printed } from '../../values/printed.ts'
import { majorOf } from '../../operator/major.ts'
import { locate, spotOf } from '../../findings/spot.ts'
import { parseImageReference, versionOfTag } from '../../operator/image.ts'
import type { Evaluated } from '../../chart/evaluated.ts'
import { budgetsOf } from '../../postgres/budgets/budgets.ts'
import type { Database, RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import type { SourceLocation } from '../../findings/finding.ts'
import { formatPath } from '../../values/path.ts'
import { bytesOf } from '../../kubernetes/bytes.ts'
import { toPlain, valueAt } from '../../values/value.ts'
import { endOfLife } from '../../operator/end-of-life.ts'

/** One figure as written, as a number to sort by, and where it was written; `at` is absent for defaults. */
export interface Figure {
  readonly text: string
  readonly amount: number
  readonly at?: SourceLocation
}

export interface BackupFacts {
  readonly where: Figure
  readonly schedules: readonly Figure[]
  readonly retention?: Figure
}

export interface DatabaseFacts {
  readonly database: Database
  /** absent: its files can't be read, so nothing below is known */
  readonly cluster?: ClusterFacts
}

/** Amounts: bytes, cores, counts. */
export interface ClusterFacts {
  readonly instances: Figure
  readonly postgres: Figure & { readonly major?: number; readonly endOfLife?: string }
  /** of one instance: data, WAL and tablespaces */
  readonly volumes: readonly (Figure & { readonly name: string })[]
  readonly memory?: Figure
  readonly cpu?: Figure
  readonly connections: Figure
  readonly poolers: readonly Figure[]
  /** `2 instances × 1 pair × 20 = 40 of 97`, for each service that poolers use */
  readonly pools: readonly string[]
  readonly backups?: BackupFacts
}

/** Reads the figures from the rendered objects of a database. */
export function factsOf(evaluated: Evaluated): DatabaseFacts {
  const { database, objects } = evaluated
  const cluster = objects.find(({ kind }) => kind === 'Cluster')
  if (cluster === undefined) return { database }
  const read = reader(evaluated)
  const spec = (...path: Path): Figure | undefined => read(cluster, ['spec', ...path])
  const [memory, cpu] = ['memory', 'cpu'].map((name) => quantity(spec('resources', 'requests', name) ?? spec('resources', 'limits', name)))
  const backups = backupsOf(evaluated, cluster)
  return {
    database,
    cluster: {
      instances: spec('instances') ?? { text: '1', amount: 1 },
      postgres: postgresOf(cluster, spec),
      volumes: volumesOf(cluster, spec),
      ...(memory === undefined ? {} : { memory }),
      ...(cpu === undefined ? {} : { cpu }),
      connections: spec('postgresql', 'parameters', 'max_connections') ?? { text: '100', amount: 100 },
      poolers: objects.filter(({ kind }) => kind === 'Pooler').map((pooler) => poolerOf(pooler, read)),
      pools: (budgetsOf(objects)?.connections?.budgets ?? []).map(({ text, available }) => `${text} of ${available}`),
      ...(backups === undefined ? {} : { backups }),
    },
  }
}

type Read = (object: RenderedObject, path: Path) => Figure | undefined

function reader({ merged }: Evaluated): Read {
  return (object, path) => {
    const node = valueAt(object.value, path)
    if (node?.kind !== 'scalar') return undefined
    const own = valueAt(merged, node.origin.path)
    const spot = own === undefined || own.kind === 'null' ? undefined : spotOf(node)
    const text = String(node.value)
    return { text, amount: Number(text), ...(spot === undefined ? {} : { at: locate(spot) }) }
  }
}

function quantity(figure: Figure | undefined): Figure | undefined {
  if (figure === undefined) return undefined
  return { ...figure, amount: bytesOf(figure.text) ?? 0 }
}

type Spec = (...path: Path) => Figure | undefined

function postgresOf(cluster: RenderedObject, spec: Spec): ClusterFacts['postgres'] {
  const image = spec('imageName')
  const major = majorOf(cluster.plain)
  const catalog = spec('imageCatalogRef', 'major')
  const version = image === undefined ? undefined : versionOfTag(parseImageReference(image.text).tag)
  const text =
    image === undefined
      ? (catalog?.text ?? 'not set')
      : (/^[0-9]+(?:\.[0-9]+)*/.exec(parseImageReference(image.text).tag)?.[0] ?? 'unknown')
  const end = major === undefined ? undefined : endOfLife(major)
  const at = (image ?? catalog)?.at
  return {
    text,
    amount: (version?.major ?? major ?? 0) * 1000 + (version?.minor ?? 0),
    ...(major === undefined ? {} : { major }),
    ...(end === undefined ? {} : { endOfLife: end }),
    ...(at === undefined ? {} : { at }),
  }
}

function volumesOf(cluster: RenderedObject, spec: Spec): ClusterFacts['volumes'] {
  const found: (Figure & { name: string })[] = []
  const add = (name: string, ...path: Path): void => {
    const size = quantity(spec(...path, 'size') ?? spec(...path, 'pvcTemplate', 'resources', 'requests', 'storage'))
    if (size !== undefined) found.push({ ...size, name })
  }
  add('data', 'storage')
  add('WAL', 'walStorage')
  const tablespaces = valueAt(cluster.value, ['spec', 'tablespaces'])
  if (tablespaces?.kind === 'list')
    for (const index of tablespaces.items.keys())
      add(spec('tablespaces', index, 'name')?.text ?? formatPath(['tablespaces', index]), 'tablespaces', index, 'storage')
  return found
}

function poolerOf(pooler: RenderedObject, read: Read): Figure {
  const clients = read(pooler, ['spec', 'pgbouncer', 'parameters', 'max_client_conn'])
  const instances = read(pooler, ['spec', 'instances']) ?? { text: '1', amount: 1 }
  const type = read(pooler, ['spec', 'type'])?.text ?? 'rw'
  const at = clients?.at ?? instances.at
  // PgBouncer accepts 100 clients by default
  return {
    text: `${type} ${instances.text} × ${clients?.text ?? '100'}`,
    amount: instances.amount * (clients?.amount ?? 100),
    ...(at === undefined ? {} : { at }),
  }
}

function backupsOf(evaluated: Evaluated, cluster: RenderedObject): BackupFacts | undefined {
  const read = reader(evaluated)
  const store = evaluated.objects.find(({ kind }) => kind === 'ObjectStore')
  const snapshots = valueAt(cluster.value, ['spec', 'backup', 'volumeSnapshot'])
  const own = read(cluster, ['spec', 'backup', 'barmanObjectStore', 'destinationPath'])
  const other = store === undefined ? undefined : read(store, ['spec', 'configuration', 'destinationPath'])
  const plain = snapshots?.kind === 'map' ? { text: 'volume snapshots', amount: 0 } : undefined
  const named = pluginStore(cluster)
  const where = own ?? other ?? named ?? plain
  if (where === undefined) return undefined
  const retention =
    (store === undefined ? undefined : read(store, ['spec', 'retentionPolicy'])) ?? read(cluster, ['spec', 'backup', 'retentionPolicy'])
  const scheduled = evaluated.objects.filter(({ kind }) => kind === 'ScheduledBackup')
  const schedules = scheduled.map((object) => read(object, ['spec', 'schedule'])).filter((figure) => figure !== undefined)
  // a shared access signature would follow the question mark
  const shown = { ...where, text: where.text.split('?', 1)[0] as string, amount: 0 }
  return { where: shown, schedules, ...(retention === undefined ? {} : { retention: { ...retention, amount: days(retention.text) } }) }
}

/** An ObjectStore that is created elsewhere. */
function pluginStore(cluster: RenderedObject): Figure | undefined {
  const plugins = valueAt(cluster.value, ['spec', 'plugins'])
  for (const plugin of plugins?.kind === 'list' ? plugins.items : []) {
    const name = valueAt(plugin, ['parameters', 'barmanObjectName'])
    const archives = valueAt(plugin, ['isWALArchiver'])
    if (name === undefined || (archives !== undefined && toPlain(archives) === false)) continue
    const spot = spotOf(name)
    return { text: `ObjectStore ${printed(toPlain(name))}`, amount: 0, ...(spot === undefined ? {} : { at: locate(spot) }) }
  }
  return undefined
}

/** `7d`, `4w`, `6m` in days. */
function days(text: string): number {
  const parts = /^(\d+)([dwm])$/.exec(text)
  return parts === null ? 0 : Number(parts[1]) * ({ d: 1, w: 7, m: 30 }[parts[2] as 'd' | 'w' | 'm'] ?? 1)
}
