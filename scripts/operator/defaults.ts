// What does the operator's webhook fill into a Cluster?
import { lookup } from '../values/lookup.ts'
import { parseGoBoolean } from './go-text.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap, setOwn } from '../values/value.ts'
import { archiveMode, readMajor } from './cluster/cluster.ts'
import { fixedParameters } from './cluster/fixed-parameters.ts'
import { readPinger } from './cluster/liveness-pinger.ts'
import { annotationAt, booleanAt, itemsAt, jsonAt, stringAt } from './subject.ts'
import { reached } from './version.ts'

/** What steps 1 to 18 know besides the Cluster. */
export interface DefaultingContext {
  readonly operator: string
  /** `keep` shows fixed parameters to the rules; `drop` is how an old object is read */
  readonly fixedParameters: 'keep' | 'drop'
}

/** PostgreSQL parameters of every Cluster. Reproduces the operator's global default settings. */
export const operatorParameters: Readonly<Record<string, string>> = lookup({
  archive_timeout: '5min',
  dynamic_shared_memory_type: 'posix',
  full_page_writes: 'on',
  log_destination: 'csvlog',
  log_directory: '/controller/log',
  log_filename: 'postgres',
  log_rotation_age: '0',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'false',
  logging_collector: 'on',
  max_parallel_workers: '32',
  max_replication_slots: '32',
  max_worker_processes: '32',
  shared_memory_type: 'mmap',
  shared_preload_libraries: '',
  ssl_max_protocol_version: 'TLSv1.3',
  ssl_min_protocol_version: 'TLSv1.3',
  wal_keep_size: '512MB',
  wal_level: 'logical',
  wal_log_hints: 'on',
  wal_receiver_timeout: '5s',
  wal_sender_timeout: '5s',
})

/** The image of a Cluster that names none, built into each operator release. */
export function defaultImage(operator: string): string {
  const tag = reached(operator, ['1.28.4', '1.29.2', '1.30.0'])
    ? '18.4'
    : reached(operator, ['1.27.4', '1.28.2', '1.29.0'])
      ? '18.3'
      : reached(operator, ['1.27.2', '1.28.0'])
        ? '18.1'
        : '18.0'
  return `ghcr.io/cloudnative-pg/postgresql:${tag}-system-trixie`
}

/** Sets members in place and records whether anything changed, since an unchanged object is not written back. */
interface Filler {
  /** sets a member that is absent, null or Go's zero value */
  fill(target: JsonMap, key: string, value: Json): void
  /** the map at a member, created where it is absent */
  child(target: JsonMap, key: string): JsonMap
  set(target: JsonMap, key: string, value: Json): void
  changed: boolean
}

function createFiller(): Filler {
  const filler: Filler = {
    changed: false,
    fill(target, key, value) {
      const present = target[key] ?? ''
      if (present === '' || present === 0) filler.set(target, key, value)
    },
    child(target, key) {
      const present = target[key]
      if (isJsonMap(present)) return present
      const created: JsonMap = {}
      filler.set(target, key, created)
      return created
    },
    set(target, key, value) {
      if (target[key] === value) return
      setOwn(target, key, value)
      filler.changed = true
    },
  }
  return filler
}

/**
 * Fills in the Cluster's defaults in place, in the operator's order, and says whether anything changed.
 * The object must satisfy the types of its schema. Reproduces `Cluster.Default` and `SetDefaults`.
 */
export function defaultCluster(cluster: JsonMap, context: DefaultingContext): boolean {
  const filler = createFiller()
  // the Go type always has a spec, and an absent one is written by the round trip
  if (!isJsonMap(cluster['spec'])) cluster['spec'] = {}
  const spec = cluster['spec']
  if (!isJsonMap(spec['imageCatalogRef'])) filler.fill(spec, 'imageName', defaultImage(context.operator))
  defaultBootstrap(filler.child(spec, 'bootstrap'), filler)
  if (booleanAt(spec, 'affinity', 'enablePodAntiAffinity') !== false)
    filler.fill(ensureMap(spec, 'affinity'), 'podAntiAffinityType', 'preferred')
  if (isJsonMap(spec['backup'])) filler.fill(spec['backup'], 'target', 'prefer-standby')
  defaultParameters(cluster, spec, context, filler)
  filler.fill(spec, 'logLevel', 'info')
  defaultMonitoring(spec, filler)
  const slots = filler.child(spec, 'replicationSlots')
  if (!isJsonMap(slots['highAvailability'])) filler.set(slots, 'highAvailability', { enabled: true, slotPrefix: '_cnpg_' })
  if (!isJsonMap(slots['synchronizeReplicas'])) filler.set(slots, 'synchronizeReplicas', { enabled: true })
  const owner = applicationOwner(spec) || 'postgres'
  for (const [, tablespace] of itemsAt(spec, 'tablespaces'))
    if (stringAt(tablespace, 'owner', 'name') === '') filler.fill(filler.child(tablespace, 'owner'), 'name', owner)
  const synchronous = jsonAt(spec, 'postgresql', 'synchronous')
  if (isJsonMap(synchronous)) filler.fill(synchronous, 'dataDurability', 'required')
  defaultProbes(cluster, spec, filler)
  defaultFailoverQuorum(cluster, synchronous, context.operator, filler)
  return filler.changed
}

/** A map that the Go type has by value: writing it is not a change by itself. */
function ensureMap(target: JsonMap, key: string): JsonMap {
  const present = target[key]
  if (isJsonMap(present)) return present
  const created: JsonMap = {}
  target[key] = created
  return created
}

function defaultBootstrap(bootstrap: JsonMap, filler: Filler): void {
  for (const method of ['recovery', 'pg_basebackup']) {
    const stanza = bootstrap[method]
    if (!isJsonMap(stanza)) continue
    filler.fill(stanza, 'database', 'app')
    filler.fill(stanza, 'owner', stringAt(stanza, 'database'))
    return
  }
  if (!isJsonMap(bootstrap['initdb'])) filler.set(bootstrap, 'initdb', { database: 'app', owner: 'app' })
  const initdb = bootstrap['initdb'] as JsonMap
  if (stringAt(initdb, 'import', 'type') !== 'monolith') filler.fill(initdb, 'database', 'app')
  const database = stringAt(initdb, 'database')
  if (database !== '') filler.fill(initdb, 'owner', database)
  filler.fill(initdb, 'encoding', 'UTF8')
  filler.fill(initdb, 'localeCollate', 'C')
  filler.fill(initdb, 'localeCType', 'C')
}

function defaultParameters(cluster: JsonMap, spec: JsonMap, context: DefaultingContext, filler: Filler): void {
  if (readMajor(cluster) === undefined) return
  const postgresql = ensureMap(spec, 'postgresql')
  const written = isJsonMap(postgresql['parameters']) ? postgresql['parameters'] : {}
  const own = context.fixedParameters === 'drop' ? withoutFixed(written) : written
  const merged: JsonMap = { ...operatorParameters, ...own, archive_mode: archiveMode(cluster) }
  const names = Object.keys(merged)
  if (names.length === Object.keys(written).length && names.every((name) => Object.hasOwn(written, name) && written[name] === merged[name]))
    return
  filler.set(postgresql, 'parameters', merged)
}

function withoutFixed(parameters: JsonMap): JsonMap {
  const kept: JsonMap = {}
  for (const [name, value] of Object.entries(parameters)) if (!fixedParameters.has(name)) setOwn(kept, name, value)
  return kept
}

const defaultQueries = 'cnpg-default-monitoring'

function defaultMonitoring(spec: JsonMap, filler: Filler): void {
  if (booleanAt(spec, 'monitoring', 'disableDefaultQueries') === true) return
  const monitoring = filler.child(spec, 'monitoring')
  const maps = itemsAt(monitoring, 'customQueriesConfigMap')
  if (maps.some(([, item]) => stringAt(item, 'name') === defaultQueries)) return
  filler.set(monitoring, 'customQueriesConfigMap', [{ name: defaultQueries, key: 'queries' }, ...maps.map(([, item]) => item)])
}

function applicationOwner(spec: JsonMap): string {
  return (
    stringAt(spec, 'bootstrap', 'recovery', 'owner') ||
    stringAt(spec, 'bootstrap', 'pg_basebackup', 'owner') ||
    stringAt(spec, 'bootstrap', 'initdb', 'owner')
  )
}

/** Milliseconds. */
const pingerTimeout = 1000

function defaultProbes(cluster: JsonMap, spec: JsonMap, filler: Filler): void {
  const liveness = filler.child(filler.child(spec, 'probes'), 'liveness')
  if (isJsonMap(liveness['isolationCheck'])) return
  // an annotation that can't be read is left to the validating webhook
  const pinger = readPinger(annotationAt(cluster, 'alpha.cnpg.io/livenessPinger') ?? '')
  filler.set(liveness, 'isolationCheck', {
    enabled: pinger?.enabled ?? true,
    requestTimeout: pinger?.requestTimeout || pingerTimeout,
    connectionTimeout: pinger?.connectionTimeout || pingerTimeout,
  })
}

function defaultFailoverQuorum(cluster: JsonMap, synchronous: Json | undefined, operator: string, filler: Filler): void {
  if (!isJsonMap(synchronous) || !reached(operator, ['1.28.0'])) return
  const wanted = parseGoBoolean(annotationAt(cluster, 'alpha.cnpg.io/failoverQuorum') ?? '')
  if (wanted === undefined || (synchronous['failoverQuorum'] ?? false) === wanted) return
  filler.set(synchronous, 'failoverQuorum', wanted)
}
