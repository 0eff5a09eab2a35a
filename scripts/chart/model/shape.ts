// Which values does chart `cluster` 0.8.1 have, with which types and defaults, and where do they go?
import { becomes, closed, flag, items, list, map, oneOf, open, scalar, text, whole } from './shape-kinds.ts'
import type { ClosedShape, Shape } from './shape-kinds.ts'
import { recovery, replica, storeFields } from './shape-stores.ts'

const spec = (field: string): string => `Cluster.spec.${field}`

const monitoring = closed({
  enabled: flag(false, 'Make a PodMonitor and alert rules.'),
  podMonitor: closed({
    enabled: flag(true),
    relabelings: list(null),
    metricRelabelings: list(null),
    labels: map(null),
  }),
  prometheusRule: closed({
    enabled: flag(true),
    excludeRules: list(null, 'Names of alert rules that are left out.'),
    additionalLabels: map(null),
  }),
  instrumentation: closed({ logicalReplication: flag(true), pgStatStatements: flag(false) }),
  tls: closed({ enabled: flag(false) }),
  disableDefaultQueries: flag(false),
  customQueries: items(
    closed({
      name: scalar('string'),
      query: open(null),
      target_databases: open(null),
      predicate_query: scalar('string'),
      metrics: open(null),
    }),
  ),
  customQueriesSecret: list(spec('monitoring.customQueriesSecret')),
})

const postgresql = closed({
  parameters: map(spec('postgresql.parameters'), 'Settings of postgresql.conf.'),
  synchronous: map(spec('postgresql.synchronous'), 'Synchronous replication.'),
  pg_hba: list(spec('postgresql.pg_hba'), 'Lines of pg_hba.conf.'),
  pg_ident: list(spec('postgresql.pg_ident'), 'Lines of pg_ident.conf.'),
  ldap: map(spec('postgresql.ldap')),
  shared_preload_libraries: list(spec('postgresql.shared_preload_libraries')),
})

const storageFields = (size: string): Record<string, Shape> => ({
  size: text(size, 'Size of the volume, such as 10Gi; it can only grow.'),
  storageClass: text('', 'Empty: the default class of the Kubernetes cluster.'),
})

const cluster = closed({
  instances: becomes(spec('instances'), whole(3, 'Number of PostgreSQL instances; one of them is the primary.')),
  imageName: text('', 'Image of PostgreSQL; empty: made from `type` and `version`.'),
  imageCatalogRef: map(spec('imageCatalogRef')),
  imagePullPolicy: text('IfNotPresent'),
  imagePullSecrets: list(spec('imagePullSecrets')),
  postgresUID: whole(-1),
  postgresGID: whole(-1),
  storage: closed(storageFields('8Gi'), 'Volume of the data.'),
  walStorage: closed({ enabled: flag(false), ...storageFields('1Gi') }, 'A volume of its own for the write-ahead log.'),
  resources: map(spec('resources'), 'CPU and memory of each instance.'),
  priorityClassName: text(''),
  primaryUpdateMethod: becomes(spec('primaryUpdateMethod'), text('switchover', 'How the primary changes in an update.')),
  primaryUpdateStrategy: becomes(spec('primaryUpdateStrategy'), text('unsupervised', 'Whether a person starts the change of the primary.')),
  stopDelay: whole(1800, 'Seconds that an instance gets to stop.'),
  logLevel: becomes(spec('logLevel'), text('info')),
  affinity: {
    kind: 'map',
    into: spec('affinity'),
    preset: { topologyKey: 'topology.kubernetes.io/zone' },
    declared: true,
    hover: 'Where pods may run.',
  },
  certificates: map(spec('certificates')),
  enableSuperuserAccess: flag(true, 'Make the Secret <cluster>-superuser.'),
  superuserSecret: text(''),
  enablePDB: flag(true, 'Make a PodDisruptionBudget.'),
  roles: list(spec('managed.roles'), 'Roles that the operator manages.'),
  services: map(spec('managed.services'), 'Services that the operator manages.'),
  monitoring,
  postgresql,
  initdb: map(spec('bootstrap.initdb'), 'How a new, empty Cluster is set up: database, owner, secret, encoding.'),
  replicationSlots: map(spec('replicationSlots')),
  env: list(spec('env')),
  envFrom: list(spec('envFrom')),
  serviceAccountTemplate: map(spec('serviceAccountTemplate')),
  podSecurityContext: map(spec('podSecurityContext')),
  securityContext: map(spec('securityContext')),
  additionalLabels: map('metadata.labels', 'Labels on every object of the release.'),
  annotations: map('metadata.labels', 'Annotations on the Cluster and some other objects.'),
  console: closed({ enabled: flag(false) }),
  plugins: list(spec('plugins')),
})

const scheduledBackups = {
  ...items(
    closed({
      name: text('daily-backup'),
      schedule: text('0 0 0 * * *', 'Six fields: seconds first.'),
      backupOwnerReference: text('self'),
      method: text('barmanObjectStore', 'One of barmanObjectStore, volumeSnapshot, plugin.'),
      pluginConfiguration: map('ScheduledBackup.spec.pluginConfiguration'),
    }),
  ),
  preset: [
    {
      name: 'daily-backup',
      schedule: '0 0 0 * * *',
      backupOwnerReference: 'self',
      method: 'barmanObjectStore',
      pluginConfiguration: {},
    },
  ],
}

const backups = closed(
  {
    enabled: flag(false),
    endpointURL: text('', 'Endpoint of a store that is not the provider’s own.'),
    ...storeFields('s3'),
    wal: closed({ compression: text('gzip'), encryption: text('AES256'), maxParallel: whole(1) }),
    data: closed({ compression: text('gzip'), encryption: text('AES256'), jobs: whole(2) }),
    scheduledBackups,
    retentionPolicy: text('30d', 'How long backups are kept: a number and d, w or m.'),
    method: text('barmanObjectStore', 'One of barmanObjectStore, plugin.'),
    pluginConfiguration: closed({ name: scalar('string') }),
    instanceSidecarConfiguration: map('ObjectStore.spec.instanceSidecarConfiguration'),
  },
  'Continuous archiving and backups to a bucket.',
)

const database = closed({
  name: scalar('string', 'Name of the database in PostgreSQL.'),
  ensure: becomes('Database.spec.ensure', scalar('string')),
  owner: scalar('string', 'Role that owns the database.'),
  template: scalar('string'),
  encoding: scalar('string'),
  databaseReclaimPolicy: becomes(
    'Database.spec.databaseReclaimPolicy',
    scalar('string', 'What happens to the database when this entry goes.'),
  ),
  isTemplate: scalar('boolean'),
  allowConnections: scalar('boolean'),
  connectionLimit: scalar('integer'),
  tablespace: scalar('string'),
  locale: scalar('string'),
  localeProvider: scalar('string'),
  localeCollate: scalar('string'),
  localeCType: scalar('string'),
  icuLocale: scalar('string'),
  icuRules: scalar('string'),
  builtinLocale: scalar('string'),
  collationVersion: { ...scalar('string'), printedInName: true },
  schemas: items(closed({ name: scalar('string'), owner: scalar('string'), ensure: scalar('string') })),
  extensions: items(closed({ name: scalar('string'), version: scalar('string'), schema: scalar('string'), ensure: scalar('string') })),
})

const pooler = closed({
  name: { ...scalar('string', 'The Pooler is called <cluster>-pooler-<name>.'), printedInName: true },
  instances: scalar('integer'),
  type: becomes('Pooler.spec.type', scalar('string', 'Which instances it serves.')),
  poolMode: becomes('Pooler.spec.pgbouncer.poolMode', scalar('string')),
  authQuerySecret: open('Pooler.spec.pgbouncer.authQuerySecret'),
  authQuery: open('Pooler.spec.pgbouncer.authQuery'),
  parameters: open('Pooler.spec.pgbouncer.parameters', 'Settings of PgBouncer; all of them are strings.'),
  pg_hba: open('Pooler.spec.pgbouncer.pg_hba'),
  template: open('Pooler.spec.template'),
  monitoring: closed({
    enabled: scalar('boolean'),
    podMonitor: closed({ enabled: scalar('boolean'), relabelings: open(null), metricRelabelings: open(null) }),
  }),
})

/** The one table that the defaults, Helm's schema check, the known keys and the editor's schema are made of. */
export const valuesShape: ClosedShape = closed({
  nameOverride: text(''),
  fullnameOverride: text(''),
  namespaceOverride: text(''),
  type: text('postgresql', 'One of postgresql, postgis, timescaledb.'),
  version: closed({
    postgresql: text('16', 'Major version or tag of the image, in quotes.'),
    timescaledb: text('2.15'),
    postgis: text('3.4'),
  }),
  mode: oneOf(
    ['standalone', 'recovery', 'replica'],
    text('standalone', 'A new Cluster, one recovered from a backup, or one that follows another.'),
  ),
  recovery,
  replica,
  cluster,
  backups,
  imageCatalog: closed({
    create: flag(true),
    images: items(closed({ image: scalar('string'), major: scalar('integer') })),
  }),
  databases: items(database, 'Databases that the operator manages besides the first one.'),
  poolers: items(pooler, 'PgBouncer in front of the Cluster.'),
})
