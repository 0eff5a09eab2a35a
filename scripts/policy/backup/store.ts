// Can the backup tool open the addresses of a bucket?
import { here, named, phrase } from '../../findings/message.ts'
import { nearest } from '../../values/path.ts'
import { ofLatest } from '../../values/once.ts'
import type { Path } from '../../values/value.ts'
import type { RenderedObject } from '../../model.ts'
import type { Message } from '../../findings/finding.ts'
import { isAwsHost, isWritten } from './archive.ts'
import { listAt, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'
import type { Json } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'

/** Credentials that a store names, and the scheme of the matching paths (barman-cloud's own: `s3://`, `gs://`, a URL for Azure). */
const schemes: readonly { readonly credentials: string; readonly scheme: RegExp; readonly example: string }[] = [
  { credentials: 's3Credentials', scheme: /^s3:\/\/[^/]/, example: 's3://bucket/path' },
  { credentials: 'googleCredentials', scheme: /^gs:\/\/[^/]/, example: 'gs://bucket/path' },
  { credentials: 'azureCredentials', scheme: /^https?:\/\/[^/]/, example: 'https://account.blob.core.windows.net/container' },
]

/** The in-tree store and those of the plugin that a database writes to. */
const storesOf = ofLatest(({ objects }: ObjectsSubject): { readonly object: RenderedObject; readonly path: Path }[] =>
  objects.flatMap((object) => {
    const path = object.kind === 'Cluster' ? ['spec', 'backup', 'barmanObjectStore'] : ['spec', 'configuration']
    return (object.kind === 'Cluster' || object.kind === 'ObjectStore') && isJsonMap(plainAt(object.plain, ...path))
      ? [{ object, path }]
      : []
  }),
)

/** The stores that a database writes to, and the in-tree ones that a Cluster reads. */
export function everyStoreOf(subject: ObjectsSubject): { readonly object: RenderedObject; readonly path: Path }[] {
  const read = subject.objects.flatMap((object) =>
    listAt(object.kind === 'Cluster' ? object.plain : undefined, 'spec', 'externalClusters').flatMap((external, index) =>
      isJsonMap(plainAt(external, 'barmanObjectStore'))
        ? [{ object, path: ['spec', 'externalClusters', index, 'barmanObjectStore'] as Path }]
        : [],
    ),
  )
  return [...storesOf(subject), ...read]
}

/** Where the variables of the program that talks to a store are: in the instances, or in the plugin's sidecar. */
const variablesOf = (kind: string): Path => (kind === 'Cluster' ? ['spec', 'env'] : ['spec', 'instanceSidecarConfiguration', 'env'])
const checksum = 'AWS_REQUEST_CHECKSUM_CALCULATION'

/** Whether another program puts something in: Flux and envsubst `${…}`, templates `{{ … }}`, the Vault plugin of Argo CD `<path:…>`. */
function isFilledIn(text: string): boolean {
  return /\$\{|\{\{|^</.test(text)
}

/** Services whose hosts hold the bucket before the region or the account; elsewhere a host may just be called like a bucket. */
const virtualHosts =
  /\.(?:amazonaws\.com(?:\.cn)?|r2\.cloudflarestorage\.com|(?:cdn\.)?digitaloceanspaces\.com|ovh\.(?:net|us)|backblazeb2\.com|wasabisys\.com|scw\.cloud|storage\.googleapis\.com|linodeobjects\.com|vultrobjects\.com|your-objectstorage\.com|exo\.io|upcloudobjects\.com|aliyuncs\.com|myqcloud\.com|appdomain\.cloud|oraclecloud\.com|idrivee2(?:-\d+)?\.com|contabostorage\.com|ionoscloud\.com|t3\.storage\.dev|fly\.storage\.tigris\.dev|yandexcloud\.net|storageapi\.dev)(?::\d+)?$/

/** Scheme, host and bucket of an S3 store with an endpoint of its own; undefined: any other. */
function endpointOf(store: Json | undefined): { readonly host: string; readonly bucket: string; readonly folder: string } | undefined {
  const [, host, folder = ''] = /^https?:\/\/([^/?#]+)\/?([^/?#]*)/i.exec(textAt(store, 'endpointURL')?.toLowerCase() ?? '') ?? []
  const bucket = /^s3:\/\/([^/]+)/i.exec(textAt(store, 'destinationPath') ?? '')?.[1]?.toLowerCase()
  return host === undefined || bucket === undefined ? undefined : { host, bucket, folder }
}

const reads = [
  ['backups', 'destinationPath'],
  ['backups', 'endpointURL'],
] as const

/** Members of the credentials of all providers, by which a wrong indentation shows. */
const members =
  `accessKeyId applicationCredentials connectionString gkeEnvironment inheritFromAzureAD inheritFromIAMRole secretAccessKey storageAccount
  storageKey storageSasToken useDefaultAzureCredentials`.split(/\s+/)

/** Whether a key that the schema does not know is what is missing: that key is reported. */
function isMisspeltIn(map: Json | undefined, missing: readonly string[]): boolean {
  return isJsonMap(map) && Object.keys(map).some((key) => missing.includes(key) || nearest(key, missing) !== undefined)
}

/**
 * What keeps an ObjectStore, which has no webhook, from being written to; undefined: nothing. Those for S3 are taken before
 * all others. Of the two others, `envSetCloudCredentials` takes Google's, and `appendCloudProviderOptions` the store of Azure.
 */
function lackOf(configuration: Json | undefined): { readonly path: Path; readonly message: Message; readonly help: Message } | undefined {
  const given = schemes.map(({ credentials }) => credentials).filter((name) => isJsonMap(plainAt(configuration, name)))
  const [first, second] = given
  if (first === undefined) {
    const unset = schemes.map(({ credentials }) => credentials).filter((name) => plainAt(configuration, name) === undefined)
    if (isMisspeltIn(configuration, [...members, ...unset])) return undefined
    return {
      path: ['destinationPath'],
      message: phrase`configuration has no credentials: no WAL is archived`,
      help: phrase`add s3Credentials; for a role of the pod: s3Credentials: { inheritFromIAMRole: true }`,
    }
  }
  if (second !== undefined && first !== 's3Credentials')
    return {
      path: [second],
      message: phrase`configuration has ${first} and ${second}, but a store has one provider: no WAL is archived`,
      help: phrase`keep those of destinationPath`,
    }
  const google = plainAt(configuration, 'googleCredentials')
  const isOfGoogle = first === 'googleCredentials' && isJsonMap(google) && google['gkeEnvironment'] !== true
  if (
    isOfGoogle &&
    !isJsonMap(google['applicationCredentials']) &&
    !isMisspeltIn(google, 'gkeEnvironment' in google ? ['applicationCredentials'] : ['gkeEnvironment', 'applicationCredentials'])
  )
    return {
      path: ['googleCredentials'],
      message: phrase`googleCredentials has no applicationCredentials: no WAL is archived`,
      help: phrase`add it, or set gkeEnvironment: true where the pods have a workload identity`,
    }
  const s3 = plainAt(configuration, 's3Credentials')
  if (!isJsonMap(s3) || s3['inheritFromIAMRole'] === true) return undefined
  const missing = ['accessKeyId', 'secretAccessKey'].filter((key) => !isJsonMap(s3[key]))
  return missing.length === 0 || isMisspeltIn(s3, missing)
    ? undefined
    : {
        path: ['s3Credentials'],
        message: phrase`s3Credentials has no ${missing.join(' and no ')}: no WAL is archived`,
        help: phrase`add it, or set inheritFromIAMRole: true`,
      }
}

/** How an address that has no scheme of the web begins; a Service of Kubernetes seldom has TLS. */
function begun(endpoint: string): Message {
  const [, other = '', host = ''] = /^([\w+.-]+:\/+)?([^/:]*)/.exec(endpoint) ?? []
  const scheme = !host.includes('.') || /\.svc(?:\.|$)/.test(host) ? 'http://, or https:// if it has TLS' : 'https://'
  return other === '' ? phrase`write before it ${scheme}` : phrase`begin it with ${scheme}`
}

export const store: readonly ObjectRule[] = [
  {
    // `EnvSetCloudCredentialsAndCertificates`: "no credentials defined", "missing access key ID" (plugin-barman-cloud#474); Google's has no such check and breaks off (cnpg#4142)
    id: 'policy/store-has-credentials',
    severity: 'error',
    configurable: true,
    summary: 'an ObjectStore has the credentials of one provider',
    reads: [['backups']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'ObjectStore')) {
        const configuration = ['spec', 'configuration']
        const lack = isJsonMap(plainAt(object.plain, ...configuration)) ? lackOf(plainAt(object.plain, ...configuration)) : undefined
        if (lack === undefined) continue
        const { path, message, help } = lack
        yield {
          object,
          message,
          help,
          places: [{ path: [...configuration, ...path], on: path[0] === 'destinationPath' ? 'value' : 'key' }],
        }
      }
    },
  },
  {
    id: 'policy/destination-has-scheme',
    severity: 'warning',
    configurable: true,
    summary: 'a destinationPath begins with the scheme of its provider',
    reads: [reads[0]],
    *check(subject) {
      for (const { object, path } of storesOf(subject)) {
        const place = [...path, 'destinationPath']
        const destination = textAt(object.plain, ...place)
        const known = schemes.find(({ credentials }) => plainAt(object.plain, ...path, credentials) !== undefined)
        if (destination === undefined || known === undefined || isFilledIn(destination) || known.scheme.test(destination)) continue
        const message = phrase`${here('destinationPath')} is \`${named(destination)}\`, but must be a path such as ${named(known.example)}`
        yield { object, message, places: [{ path: place }], help: phrase`without it each backup and each WAL file fails` }
      }
    },
  },
  {
    id: 'policy/endpoint-has-scheme',
    severity: 'warning',
    configurable: true,
    summary: 'an endpointURL is a URL',
    reads: [reads[1]],
    *check(subject) {
      for (const { object, path } of storesOf(subject)) {
        const place = [...path, 'endpointURL']
        const endpoint = textAt(object.plain, ...place)
        if (endpoint === undefined || isFilledIn(endpoint) || /^https?:\/\/[^/]/.test(endpoint)) continue
        const message = phrase`${here('endpointURL')} is \`${named(endpoint)}\`, but must be a URL such as https://s3.gra.io.cloud.ovh.net`
        yield {
          object,
          message,
          places: [{ path: place }],
          help: begun(endpoint),
        }
      }
    },
  },
  {
    id: 'policy/bucket-once',
    severity: 'warning',
    configurable: true,
    summary: 'an endpointURL does not name the bucket, which the destinationPath does',
    reads,
    *check(subject) {
      for (const { object, path } of everyStoreOf(subject)) {
        const { host, bucket, folder } = endpointOf(plainAt(object.plain, ...path)) ?? {}
        if (host === undefined || bucket === undefined) continue
        const endpoint = textAt(object.plain, ...path, 'endpointURL') ?? ''
        if (folder === bucket) {
          yield {
            object,
            message: phrase`${here('endpointURL')} ends with the bucket \`${named(bucket)}\`, but destinationPath names it, too: backups are not found`,
            places: [{ path: [...path, 'endpointURL'] }],
            help: phrase`write the endpoint without the bucket: ${named(endpoint.slice(0, endpoint.indexOf('/', endpoint.indexOf('://') + 3)))}`,
          }
          continue
        }
        if (!host.startsWith(`${bucket}.`) || !virtualHosts.test(host)) continue
        yield {
          object,
          message: phrase`${here('endpointURL')} begins with the bucket \`${named(bucket)}\`, but destinationPath names it, too: backups are not found`,
          places: [{ path: [...path, 'endpointURL'] }],
          help: phrase`write the endpoint without the bucket: ${named(endpoint.replace(`${bucket}.`, ''))}`,
        }
      }
    },
  },
]

/** About the stores of an environment, which can be anything in samples. */
export const checksums: readonly ObjectRule[] = [
  {
    id: 'policy/checksums-when-required',
    severity: 'warning',
    configurable: true,
    summary: 'uploads to an S3 store that is not from AWS carry checksums only where it requires them',
    reads: [reads[1], ['cluster', 'env'], ['backups', 'instanceSidecarConfiguration']],
    *check(subject) {
      for (const { object, path } of storesOf(subject)) {
        if (object.kind === 'ObjectStore' && !isWritten(object.name, subject.objects)) continue
        const { host } = endpointOf(plainAt(object.plain, ...path)) ?? {}
        if (host === undefined || isAwsHost(host) || listAt(object.plain, 'spec', 'envFrom').length > 0) continue
        const variables = listAt(object.plain, ...variablesOf(object.kind))
        const index = variables.findIndex((variable) => textAt(variable, 'name') === checksum)
        if (index >= 0) {
          const value = textAt(variables[index], 'value')
          // any other word is boto3's own matter, and one from elsewhere is not known
          if (value?.toLowerCase() !== 'when_supported') continue
          yield {
            object,
            message: phrase`${named(checksum)} is ${value}, but many stores that are not AWS refuse the checksums that boto3 then adds`,
            places: [{ path: [...variablesOf(object.kind), index, 'value'] }],
            help: phrase`write when_required`,
          }
          continue
        }
        const field =
          object.kind === 'Cluster'
            ? typed({ ...subject, objects: [object] }, 'cluster.env', 'spec.env')
            : typed(subject, 'backups.instanceSidecarConfiguration.env', 'spec.instanceSidecarConfiguration.env')
        yield {
          object,
          message: phrase`${here('endpointURL')} is not AWS, but many such stores refuse the checksums that boto3 adds to uploads`,
          places: [{ path: [...path, 'endpointURL'] }],
          help: phrase`add { name: ${checksum}, value: when_required } and the same for AWS_RESPONSE_CHECKSUM_VALIDATION to ${field}`,
        }
      }
    },
  },
]
