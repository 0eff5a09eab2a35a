// Which Secrets does the chart make from credentials in the values?
import type { Value } from '../../values/value.ts'
import type { Names } from './names.ts'
import { isBarmanEnabled, isBarmanRequired } from './plugins.ts'
import { bare, bareKey, made, mapNode, quoted, raw, unreadable } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { equalsText, field, isTrue, printed, required, stringArgument } from './template.ts'

/** A Secret before its metadata: name and data. `reload`: the operator watches it. */
export interface SecretParts {
  readonly name: Value
  readonly data: Value
  readonly reload: boolean
}

type Provider = 's3' | 'azure' | 'google'

/** `b64enc`: strings only. */
function encoded(value: Value): Value {
  return made(Buffer.from(stringArgument(value)).toString('base64'), value)
}

function dataOf(provider: Provider, values: Value, path: string): Value {
  const fields: Fields = new Map()
  if (provider === 's3') {
    for (const [key, name] of [
      ['ACCESS_KEY_ID', 'accessKey'],
      ['ACCESS_SECRET_KEY', 'secretKey'],
    ] as const) {
      const message = `.Values.${path}.s3.${name} is required, but not specified.`
      fields.set(key, encoded(required(message, field(values, name))))
    }
  } else if (provider === 'azure') {
    fields.set('AZURE_CONNECTION_STRING', encoded(field(values, 'connectionString')))
    fields.set('AZURE_STORAGE_ACCOUNT', encoded(field(values, 'storageAccount')))
    fields.set('AZURE_STORAGE_KEY', encoded(field(values, 'storageKey')))
    fields.set('AZURE_STORAGE_SAS_TOKEN', encoded(field(values, 'storageSasToken')))
  } else fields.set('APPLICATION_CREDENTIALS', encoded(field(values, 'applicationCredentials')))
  return mapNode(fields, values)
}

function nameOr(chart: Chart, own: Value, preset: string): Value {
  return isTrue(own) ? raw(chart, own) : bare(chart, preset, own)
}

/** Credentials of the store that backups are written to; templates/backup-*-creds.yaml. */
export function backupSecret(chart: Chart, names: Names, provider: Provider): SecretParts | null {
  const backups = field(chart.values, 'backups')
  if (!isTrue(field(backups, 'enabled')) || !equalsText(field(backups, 'provider'), provider)) return null
  if (provider === 's3' && isTrue(field(backups, 's3', 'inheritFromIAMRole'))) return null
  if (!isTrue(field(backups, 'secret', 'create'))) return null
  const name = nameOr(chart, field(backups, 'secret', 'name'), `${names.fullnameText}-backup-${provider}-creds`)
  return { name, data: dataOf(provider, field(backups, provider), 'backups'), reload: true }
}

const methodsWithoutStore = ['backup', 'import', 'pg_basebackup']

/** Credentials of the store that recovery reads; templates/recovery-*-creds.yaml. */
export function recoverySecret(chart: Chart, names: Names, provider: Provider): SecretParts | null {
  if (!equalsText(field(chart.values, 'mode'), 'recovery')) return null
  const recovery = field(chart.values, 'recovery')
  const method = field(recovery, 'method')
  if (provider === 's3') {
    if (!equalsText(field(recovery, 'provider'), provider)) return null
    if (methodsWithoutStore.some((name) => equalsText(method, name))) return null
    if (isTrue(field(recovery, 's3', 'inheritFromIAMRole'))) return null
  } else if (!equalsText(method, 'object_store') || !equalsText(field(recovery, 'provider'), provider)) return null
  if (!isTrue(field(recovery, 'secret', 'create'))) return null
  const name = nameOr(chart, field(recovery, 'secret', 'name'), `${names.fullnameText}-recovery-${provider}-creds`)
  return { name, data: dataOf(provider, field(recovery, provider), 'recovery'), reload: false }
}

/**
 * Credentials of the store that a replica reads; templates/origin-*-creds.yaml. The chart takes the name, and for azure
 * and google the values too, from `recovery`.
 */
export function originSecret(chart: Chart, names: Names, provider: Provider): SecretParts | null {
  if (!equalsText(field(chart.values, 'mode'), 'replica')) return null
  const store = field(chart.values, 'replica', 'origin', 'objectStore')
  if (!equalsText(field(store, 'provider'), provider)) return null
  if (provider === 's3' && isTrue(field(store, 's3', 'inheritFromIAMRole'))) return null
  if (!isTrue(field(store, 'secret', 'create'))) return null
  const recovery = field(chart.values, 'recovery')
  const name = nameOr(chart, field(recovery, 'secret', 'name'), `${names.fullnameText}-origin-${provider}-creds`)
  const values = provider === 's3' ? field(store, 's3') : field(recovery, provider)
  return { name, data: dataOf(provider, values, 'replica.origin.objectStore'), reload: true }
}

/** The password of the server that a base backup is taken from. */
export function baseBackupPassword(chart: Chart, names: Names): SecretParts | null {
  if (!equalsText(field(chart.values, 'mode'), 'recovery')) return null
  const recovery = field(chart.values, 'recovery')
  if (!equalsText(field(recovery, 'method'), 'pg_basebackup')) return null
  const secret = field(recovery, 'pgBaseBackup', 'source', 'passwordSecret')
  if (!isTrue(field(secret, 'create'))) return null
  const path = 'recovery.pgBaseBackup.source.passwordSecret'
  const name = nameOr(chart, field(secret, 'name'), `${names.fullnameText}-pg-basebackup-password`)
  return { name, data: passwordData(chart, secret, path), reload: false }
}

/** The password of the server that a replica follows. */
export function originPassword(chart: Chart, names: Names): SecretParts | null {
  if (!equalsText(field(chart.values, 'mode'), 'replica')) return null
  const server = field(chart.values, 'replica', 'origin', 'pg_basebackup')
  if (!isTrue(field(server, 'host'))) return null
  const secret = field(server, 'passwordSecret')
  if (!isTrue(field(secret, 'create'))) return null
  const path = 'replica.origin.pg_basebackup.passwordSecret'
  const name = nameOr(chart, field(secret, 'name'), `${names.fullnameText}-origin-pg-basebackup-password`)
  return { name, data: passwordData(chart, secret, path), reload: true }
}

function passwordData(chart: Chart, secret: Value, path: string): Value {
  const message = `.Values.${path}.value required when creating a password secret.`
  const value = encoded(required(message, field(secret, 'value')))
  return entryData(chart, field(secret, 'key'), printed(field(secret, 'key')), value)
}

function entryData(chart: Chart, at: Value, keyText: string, value: Value): Value {
  const key = bareKey(keyText)
  return mapNode(new Map([[key ?? '', key === undefined ? unreadable(chart, at) : value]]), at)
}

/** The authority of the backups' endpoint; templates/ca-bundle.yaml prints it as it is, not encoded. */
export function authoritySecret(chart: Chart, names: Names): SecretParts | null {
  const backups = field(chart.values, 'backups')
  if (!isTrue(field(backups, 'enabled'))) return null
  const isUsed = equalsText(field(backups, 'method'), 'barmanObjectStore') || isBarmanEnabled(chart) || isBarmanRequired(chart)
  if (!isUsed) return null
  const authority = field(backups, 'endpointCA')
  if (!isTrue(field(authority, 'create'))) return null
  const own = field(authority, 'name')
  const name = isTrue(own) ? quoted(own) : made(`${names.fullnameText}-ca-bundle`, own)
  const key = field(authority, 'key')
  const data = entryData(chart, key, isTrue(key) ? printed(key) : 'ca-bundle.crt', raw(chart, field(authority, 'value')))
  return { name, data, reload: true }
}
