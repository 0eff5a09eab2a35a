// How does the chart describe a bucket: for backups, recovery and the origin of a replica?
import type { Value } from '../../values/value.ts'
import type { Names } from './names.ts'
import { barmanPlugin, isBarmanRequired } from './plugins.ts'
import { bare, bareQuoted, constant, mapNode, mapOrNull, quoted, raw, setRaw, setRawIfTrue } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { equalsText, field, isTrue, printed, required } from './template.ts'

/** Which of the chart's three stores; the Secrets' names hold it. */
export type StorePurpose = 'backup' | 'recovery' | 'origin'

/** Adds the `barmanObjectStore` fields of one store's values; the chart's `cluster.barmanObjectStoreConfig`. */
export function addStore(chart: Chart, names: Names, fields: Fields, store: { values: Value; purpose: StorePurpose }): void {
  const { values } = store
  const endpointURL = field(values, 'endpointURL')
  if (isTrue(endpointURL)) fields.set('endpointURL', quoted(endpointURL))
  const authority = field(values, 'endpointCA')
  if (isTrue(field(authority, 'create')) || isTrue(field(authority, 'name')))
    fields.set('endpointCA', rawPair(chart, authority, ['name', 'key']))
  setRawIfTrue(chart, fields, 'destinationPath', field(values, 'destinationPath'))
  const provider = field(values, 'provider')
  if (equalsText(provider, 's3')) addS3(chart, names, fields, store)
  else if (equalsText(provider, 'azure')) addAzure(chart, names, fields, store)
  else if (equalsText(provider, 'google')) addGoogle(chart, names, fields, store)
}

function rawPair(chart: Chart, from: Value, keys: readonly string[]): Value {
  const fields: Fields = new Map()
  for (const key of keys) setRaw(chart, fields, key, field(from, key))
  return mapNode(fields, from)
}

/** One entry of a Secret, by reference. */
function reference(chart: Chart, secret: { name: string; at: Value }, key: string): Value {
  return mapNode(
    new Map<string, Value>([
      ['name', bare(chart, secret.name, secret.at)],
      ['key', constant(key, secret.at)],
    ]),
    secret.at,
  )
}

function secretOf(names: Names, store: { values: Value; purpose: StorePurpose }, provider: string): { name: string; at: Value } {
  const name = field(store.values, 'secret', 'name')
  return { name: isTrue(name) ? printed(name) : `${names.fullnameText}-${store.purpose}-${provider}-creds`, at: name }
}

function addS3(chart: Chart, names: Names, fields: Fields, store: { values: Value; purpose: StorePurpose }): void {
  const s3 = field(store.values, 's3')
  if (!isTrue(field(store.values, 'endpointURL'))) {
    const region = required('You need to specify S3 region if endpointURL is not specified.', field(s3, 'region'))
    fields.set('endpointURL', bareQuoted(chart, `https://s3.${printed(region)}.amazonaws.com`, region))
  }
  if (!isTrue(field(store.values, 'destinationPath'))) {
    const bucket = required('You need to specify S3 bucket if destinationPath is not specified.', field(s3, 'bucket'))
    fields.set('destinationPath', bareQuoted(chart, `s3://${printed(bucket)}${printed(field(s3, 'path'))}`, bucket))
  }
  const secret = secretOf(names, store, 's3')
  const inherit = field(s3, 'inheritFromIAMRole')
  const credentials: Fields = new Map()
  if (isTrue(inherit)) credentials.set('inheritFromIAMRole', constant(true, inherit))
  else {
    credentials.set('accessKeyId', reference(chart, secret, 'ACCESS_KEY_ID'))
    credentials.set('secretAccessKey', reference(chart, secret, 'ACCESS_SECRET_KEY'))
  }
  fields.set('s3Credentials', mapNode(credentials, s3))
}

function addAzure(chart: Chart, names: Names, fields: Fields, store: { values: Value; purpose: StorePurpose }): void {
  const azure = field(store.values, 'azure')
  if (!isTrue(field(store.values, 'destinationPath'))) {
    const message = 'You need to specify Azure storageAccount if destinationPath is not specified.'
    const account = required(message, field(azure, 'storageAccount'))
    const host = `${printed(account)}.${printed(field(azure, 'serviceName'))}.core.windows.net`
    const path = `${printed(field(azure, 'containerName'))}${printed(field(azure, 'path'))}`
    fields.set('destinationPath', bareQuoted(chart, `https://${host}/${path}`, account))
  }
  const secret = secretOf(names, store, 'azure')
  const inherit = field(azure, 'inheritFromAzureAD')
  const credentials: Fields = new Map()
  if (isTrue(inherit)) credentials.set('inheritFromAzureAD', constant(true, inherit))
  else if (isTrue(field(azure, 'connectionString')))
    credentials.set('connectionString', reference(chart, secret, 'AZURE_CONNECTION_STRING'))
  else {
    credentials.set('storageAccount', reference(chart, secret, 'AZURE_STORAGE_ACCOUNT'))
    if (isTrue(field(azure, 'storageKey'))) credentials.set('storageKey', reference(chart, secret, 'AZURE_STORAGE_KEY'))
    else credentials.set('storageSasToken', reference(chart, secret, 'AZURE_STORAGE_SAS_TOKEN'))
  }
  fields.set('azureCredentials', mapNode(credentials, azure))
}

function addGoogle(chart: Chart, names: Names, fields: Fields, store: { values: Value; purpose: StorePurpose }): void {
  const google = field(store.values, 'google')
  if (!isTrue(field(store.values, 'destinationPath'))) {
    const message = 'You need to specify Google storage bucket if destinationPath is not specified.'
    const bucket = required(message, field(google, 'bucket'))
    fields.set('destinationPath', bareQuoted(chart, `gs://${printed(bucket)}${printed(field(google, 'path'))}`, bucket))
  }
  const environment = field(google, 'gkeEnvironment')
  const credentials: Fields = new Map([['gkeEnvironment', raw(chart, environment)]])
  if (!isTrue(environment))
    credentials.set('applicationCredentials', reference(chart, secretOf(names, store, 'google'), 'APPLICATION_CREDENTIALS'))
  fields.set('googleCredentials', mapNode(credentials, google))
}

/** Adds `wal` and `data` of `backups`, as both the in-tree backup and the plugin's store hold them. */
export function addWalAndData(chart: Chart, fields: Fields): void {
  for (const [section, workers] of [
    ['wal', 'maxParallel'],
    ['data', 'jobs'],
  ] as const) {
    const values = field(chart.values, 'backups', section)
    const entries: Fields = new Map()
    setRaw(chart, entries, 'compression', field(values, 'compression'))
    setRawIfTrue(chart, entries, 'encryption', field(values, 'encryption'))
    setRaw(chart, entries, workers, field(values, workers))
    fields.set(section, mapNode(entries, values))
  }
}

/** `spec` of the ObjectStore that backups go to, or null; templates/backup-objectstore.yaml. */
export function backupStoreSpec(chart: Chart, names: Names): Value | null {
  if (!isBarmanRequired(chart)) return null
  const backups = field(chart.values, 'backups')
  const configuration: Fields = new Map()
  addWalAndData(chart, configuration)
  addStore(chart, names, configuration, { values: backups, purpose: 'backup' })
  const spec: Fields = new Map()
  setRaw(chart, spec, 'retentionPolicy', field(backups, 'retentionPolicy'))
  spec.set('configuration', mapNode(configuration, backups))
  spec.set('instanceSidecarConfiguration', field(backups, 'instanceSidecarConfiguration'))
  return mapNode(spec, backups)
}

/** `spec` of the ObjectStore that recovery reads, or null; templates/recovery-objectstore.yaml. */
export function recoveryStoreSpec(chart: Chart, names: Names): Value | null {
  const recovery = field(chart.values, 'recovery')
  if (!equalsText(field(chart.values, 'mode'), 'recovery') || !equalsText(field(recovery, 'method'), 'plugin')) return null
  if (!equalsText(field(recovery, 'pluginConfiguration', 'name'), barmanPlugin)) return null
  const configuration: Fields = new Map()
  addStore(chart, names, configuration, { values: recovery, purpose: 'recovery' })
  // of a provider that the chart does not know nothing is printed below the key
  const spec: Fields = new Map([['configuration', mapOrNull(configuration, recovery)]])
  spec.set('instanceSidecarConfiguration', field(recovery, 'instanceSidecarConfiguration'))
  return mapNode(spec, recovery)
}
