// Are the credentials of the in-tree object store, and the archiving plugins, consistent?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { trimEndOf } from '../../values/trim.ts'
import type { Finding, Message, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { refusal, withPlaces } from '../finding.ts'
import { booleanAt, itemsAt, jsonAt, mapAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'
import { reached, releases } from '../version.ts'

const store = ['spec', 'backup', 'barmanObjectStore'] as const
const providers = ['azureCredentials', 's3Credentials', 'googleCredentials'] as const
type Provider = (typeof providers)[number]

function providersOf(cluster: JsonMap): Provider[] {
  return mapAt(cluster, ...store) ? providers.filter((provider) => mapAt(cluster, ...store, provider)) : []
}

/** The credentials of a provider, if its errors survive: the operator keeps only those of the last provider. */
function judged(cluster: JsonMap, provider: Provider): JsonMap | undefined {
  return providersOf(cluster).at(-1) === provider ? mapAt(cluster, ...store, provider) : undefined
}

function azureMethods(credentials: JsonMap, operator: string): string[] {
  const defaults = reached(operator, releases.february2026) ? ['useDefaultAzureCredentials'] : []
  return ['inheritFromAzureAD', ...defaults, 'storageKey', 'storageSasToken'].filter((name) => isGiven(credentials, name))
}

/** A secret reference that is set, or a switch that is on. */
function isGiven(credentials: JsonMap, name: string): boolean {
  return mapAt(credentials, name) !== undefined || booleanAt(credentials, name) === true
}

function s3Keys(credentials: JsonMap): string[] {
  return ['accessKeyId', 'secretAccessKey'].filter((name) => isGiven(credentials, name))
}

function storeError(provider: Provider, field: string, [message, help]: readonly [Message, Message]): Finding {
  return { ...refusal([...store, provider], message, help), field }
}

const azureField = [...store, 'azureCredentials'].join('.')
const s3Field = [...store, 'awsCredentials'].join('.')
const googleField = 'spec.backupConfiguration.googleCredentials'

/** In the order of `ValidateBackupConfiguration` of the barman-cloud module. */
export const objectStore: readonly Rule<OperatorSubject>[] = [
  {
    id: 'backup/azure-one-method',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    summary: 'Azure credentials without a connection string use exactly one method',
    *check({ object, operator }) {
      const credentials = judged(object, 'azureCredentials')
      if (!credentials || isGiven(credentials, 'connectionString')) return
      const methods = azureMethods(credentials, operator)
      if (methods.length === 1) return
      const message = phrase`azureCredentials has ${named(methods.length)} methods, but must have exactly one`
      const help = methods.length === 0 ? phrase`set inheritFromAzureAD to true` : phrase`keep one of ${methods.join(', ')}`
      yield storeError('azureCredentials', azureField, [message, help])
    },
  },
  {
    id: 'backup/azure-storage-account-set',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    since: releases.february2026,
    summary: 'an Azure key or SAS token comes with the storage account',
    *check({ object }) {
      const credentials = judged(object, 'azureCredentials')
      if (!credentials || isGiven(credentials, 'connectionString') || isGiven(credentials, 'storageAccount')) return
      const secret = ['storageKey', 'storageSasToken'].find((name) => isGiven(credentials, name))
      if (secret === undefined) return
      const message = phrase`${here('azureCredentials.storageAccount')} is not set, but must be, since ${named(secret)} is`
      yield storeError('azureCredentials', azureField, [message, phrase`add storageAccount with the name and key of a secret`])
    },
  },
  {
    id: 'backup/azure-connection-string-alone',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    summary: 'an Azure connection string is not combined with other credentials',
    *check({ object, operator }) {
      const credentials = judged(object, 'azureCredentials')
      if (!credentials || !isGiven(credentials, 'connectionString')) return
      const account = reached(operator, releases.february2026) && isGiven(credentials, 'storageAccount') ? ['storageAccount'] : []
      const others = [...azureMethods(credentials, operator), ...account]
      if (others.length === 0) return
      const message = phrase`azureCredentials has connectionString and ${named(others[0])}, but connectionString must be the only one`
      yield storeError('azureCredentials', azureField, [message, phrase`remove ${others.join(', ')}`])
    },
  },
  {
    id: 'backup/s3-key-pair',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    summary: 'S3 credentials name both keys or none',
    *check({ object }) {
      const credentials = judged(object, 's3Credentials')
      const keys = credentials ? s3Keys(credentials) : []
      if (keys.length !== 1) return
      const other = keys[0] === 'accessKeyId' ? 'secretAccessKey' : 'accessKeyId'
      yield storeError('s3Credentials', s3Field, [
        phrase`s3Credentials has ${named(keys[0])}, but must also have ${named(other)}`,
        phrase`add ${named(other)}`,
      ])
    },
  },
  {
    id: 'backup/s3-credentials-set',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    summary: 'S3 credentials have a source of keys',
    *check({ object }) {
      const credentials = judged(object, 's3Credentials')
      if (!credentials || booleanAt(credentials, 'inheritFromIAMRole') === true || s3Keys(credentials).length > 0) return
      const message = phrase`${here('s3Credentials')} is empty, but must have both keys or inheritFromIAMRole`
      yield storeError('s3Credentials', s3Field, [message, phrase`add accessKeyId and secretAccessKey, or inheritFromIAMRole: true`])
    },
  },
  {
    id: 'backup/s3-one-method',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    summary: 'S3 credentials use either keys or the IAM role',
    *check({ object }) {
      const credentials = judged(object, 's3Credentials')
      if (!credentials || booleanAt(credentials, 'inheritFromIAMRole') !== true) return
      const [key] = s3Keys(credentials)
      if (key === undefined) return
      const message = phrase`s3Credentials has inheritFromIAMRole and ${named(key)}, but must have only one of them`
      yield storeError('s3Credentials', s3Field, [message, phrase`remove the keys, or inheritFromIAMRole`])
    },
  },
  {
    id: 'backup/google-credentials-set',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    summary: 'Google credentials are set outside a Google environment',
    *check({ object }) {
      const credentials = judged(object, 'googleCredentials')
      if (!credentials || booleanAt(credentials, 'gkeEnvironment') === true || isGiven(credentials, 'applicationCredentials')) return
      const message = phrase`googleCredentials has no applicationCredentials, but must have them without gkeEnvironment`
      yield storeError('googleCredentials', googleField, [message, phrase`add applicationCredentials, or gkeEnvironment: true`])
    },
  },
  {
    id: 'backup/google-credentials-absent',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    summary: 'Google credentials are absent in a Google environment',
    *check({ object }) {
      const credentials = judged(object, 'googleCredentials')
      if (!credentials || booleanAt(credentials, 'gkeEnvironment') !== true || !isGiven(credentials, 'applicationCredentials')) return
      const message = phrase`googleCredentials has applicationCredentials, but must not with gkeEnvironment`
      yield storeError('googleCredentials', googleField, [message, phrase`remove one of the two`])
    },
  },
  {
    id: 'backup/one-provider',
    severity: 'error',
    upstream: 'validateBackupConfiguration',
    summary: 'barmanObjectStore has the credentials of exactly one provider',
    *check({ object }) {
      const found = providersOf(object)
      if (!mapAt(object, ...store) || found.length === 1) return
      const message =
        found.length === 0
          ? phrase`barmanObjectStore has no credentials, but must have those of one provider`
          : phrase`barmanObjectStore has ${found.join(' and ')}, but must have one provider`
      const help =
        found.length === 0 ? phrase`add s3Credentials, azureCredentials or googleCredentials` : phrase`keep one of ${found.join(', ')}`
      yield refusal(store, message, help)
    },
  },
  {
    id: 'backup/retention-policy',
    severity: 'error',
    upstream: 'validateRetentionPolicy',
    summary: 'retentionPolicy is a number of days, weeks or months',
    *check({ object }) {
      const path = ['spec', 'backup', 'retentionPolicy']
      const policy = stringAt(object, ...path)
      if (policy === '' || isRetention(policy)) return
      yield refusal(
        path,
        phrase`${here('retentionPolicy')} is ${shown(policy)}, but must be a number with d, w or m`,
        phrase`write it as 30d, 4w or 1m`,
      )
    },
  },
]

function archivers(cluster: JsonMap): number[] {
  const found = itemsAt(cluster, 'spec', 'plugins')
  return found
    .filter(([, item]) => (booleanAt(item, 'enabled') ?? true) && booleanAt(item, 'isWALArchiver') === true)
    .map(([index]) => index)
}

/** In the order of `validatePluginConfiguration`. */
export const plugins: readonly Rule<OperatorSubject>[] = [
  {
    id: 'plugins/archiver-without-in-tree-store',
    severity: 'error',
    upstream: 'validatePluginConfiguration',
    summary: 'an archiving plugin is not combined with barmanObjectStore',
    *check({ object }) {
      const [index] = archivers(object)
      if (index === undefined || jsonAt(object, ...store) === undefined) return
      const message = phrase`${here('isWALArchiver')} is true, but must not be with backup.barmanObjectStore`
      const finding = refusal(['spec', 'plugins', index, 'isWALArchiver'], message, phrase`remove backup.barmanObjectStore`)
      yield { ...withPlaces(finding, { path: store, label: phrase`the in-tree object store`, on: 'key' }), field: 'spec.plugins' }
    },
  },
  {
    id: 'plugins/one-archiver',
    severity: 'error',
    upstream: 'validatePluginConfiguration',
    summary: 'at most one enabled plugin archives WAL',
    *check({ object }) {
      const [first, second, ...more] = archivers(object)
      if (first === undefined || second === undefined) return
      const message = phrase`${more.length + 2} plugins have isWALArchiver, but at most one may`
      const finding = refusal(['spec', 'plugins', second, 'isWALArchiver'], message, phrase`set isWALArchiver on one plugin only`)
      const place = { path: ['spec', 'plugins', first, 'isWALArchiver'], label: phrase`the first one` }
      yield { ...withPlaces(finding, place), field: 'spec.plugins' }
    },
  },
]

/** `[1-9][0-9]*[dwm]$`, which the webhook does not anchor at the start. */
function isRetention(policy: string): boolean {
  const count = policy.slice(0, -1)
  return /[dwm]$/.test(policy) && /[1-9]/.test(count.slice(trimEndOf(count, '0123456789').length))
}
