// Which values describe a bucket or a running server to copy from?
import { closed, flag, list, map, scalar, text, whole } from './shape-kinds.ts'
import type { Shape } from './shape-kinds.ts'

const authority = closed(
  {
    create: flag(false, 'Make a Secret from `value`.'),
    name: text('', 'Name of the Secret with the certificate.'),
    key: text('', 'Key in that Secret.'),
    value: text('', 'The certificate, base64-encoded.'),
  },
  'Authority that signed the certificate of the endpoint.',
)

/** The keys that `backups`, `recovery` and `replica.origin.objectStore` share; `provider` is the preset. */
export function storeFields(provider: string): Readonly<Record<string, Shape>> {
  return {
    endpointCA: authority,
    destinationPath: text('', 'Where the archive is, such as s3://bucket/path; empty: made from the settings of the provider.'),
    provider: text(provider, 'One of s3, azure, google.'),
    s3: closed({
      region: text(''),
      bucket: text(''),
      path: text('/'),
      accessKey: text('', 'Would be stored in Git; better refer to a Secret with `secret.create: false` and `secret.name`.'),
      secretKey: text('', 'Would be stored in Git; better refer to a Secret with `secret.create: false` and `secret.name`.'),
      inheritFromIAMRole: flag(false, 'Use the role of the pod instead of keys.'),
    }),
    azure: closed({
      path: text('/'),
      connectionString: text(''),
      storageAccount: text(''),
      storageKey: text(''),
      storageSasToken: text(''),
      containerName: text(''),
      serviceName: text('blob'),
      inheritFromAzureAD: flag(false, 'Use the identity of the pod instead of keys.'),
    }),
    google: closed({
      path: text('/'),
      bucket: text(''),
      gkeEnvironment: flag(false, 'Use the identity of the pod instead of a key file.'),
      applicationCredentials: text(''),
    }),
    secret: closed(
      { create: flag(true, 'Make the Secret from the keys in these values.'), name: text('', 'Name of the Secret with the keys.') },
      'Secret with the credentials of the bucket.',
    ),
  }
}

const certificate = closed({ name: text(''), key: text('') }, 'An entry of a Secret.')

/** A running PostgreSQL server; `database` and the password's key are presets that differ. */
function serverFields(preset: { database: string; passwordKey: string; declaresCreation: boolean }): Readonly<Record<string, Shape>> {
  const creation = closed({ create: flag(false), name: text(''), key: text(preset.passwordKey), value: text('') })
  const reference = closed({
    name: text(''),
    key: text(preset.passwordKey),
    create: scalar('boolean'),
    value: scalar('string'),
  })
  return {
    host: text(''),
    port: whole(5432),
    username: text(''),
    database: text(preset.database),
    sslMode: text('verify-full'),
    passwordSecret: preset.declaresCreation ? creation : reference,
    sslKeySecret: certificate,
    sslCertSecret: certificate,
    sslRootCertSecret: certificate,
  }
}

/** `recovery`: how a new Cluster gets its data from an old one. */
export const recovery = closed(
  {
    method: text('backup', 'One of backup, object_store, plugin, pg_basebackup, import.'),
    pitrTarget: closed({ time: text('', 'Moment to recover to, RFC 3339.') }),
    backupName: text('', 'Name of the Backup, for method backup.'),
    database: text('app'),
    owner: text(''),
    clusterName: text('', 'Name of the old Cluster, as its archive is called.'),
    endpointURL: text(''),
    ...storeFields('s3'),
    pluginConfiguration: map('Cluster.spec.externalClusters[].plugin'),
    instanceSidecarConfiguration: map('ObjectStore.spec.instanceSidecarConfiguration'),
    pgBaseBackup: closed({
      database: text('app'),
      owner: text(''),
      secretName: text(''),
      source: closed(serverFields({ database: 'app', passwordKey: 'password', declaresCreation: true })),
    }),
    import: closed({
      type: text('microservice', 'One of microservice, monolith.'),
      databases: list('Cluster.spec.bootstrap.initdb.import.databases'),
      roles: list('Cluster.spec.bootstrap.initdb.import.roles'),
      postImportApplicationSQL: list('Cluster.spec.bootstrap.initdb.import.postImportApplicationSQL'),
      schemaOnly: flag(false),
      pgDumpExtraOptions: list('Cluster.spec.bootstrap.initdb.import.pgDumpExtraOptions'),
      pgRestoreExtraOptions: list('Cluster.spec.bootstrap.initdb.import.pgRestoreExtraOptions'),
      source: closed(serverFields({ database: '', passwordKey: 'password', declaresCreation: true })),
    }),
  },
  'Where the data of a recovered Cluster comes from, for mode recovery.',
)

/** `replica`: a Cluster that follows another one. */
export const replica = closed(
  {
    self: text(''),
    primary: text(''),
    promotionToken: text(''),
    minApplyDelay: text(''),
    bootstrap: closed({
      source: text('', 'One of pg_basebackup, object_store.'),
      database: text(''),
      owner: text(''),
      secret: text(''),
    }),
    origin: closed({
      objectStore: closed({ clusterName: text(''), endpointURL: scalar('string'), ...storeFields('') }),
      pg_basebackup: closed(serverFields({ database: '', passwordKey: '', declaresCreation: false })),
    }),
  },
  'Which Cluster this one follows, for mode replica.',
)
