// Can the backup tool open the addresses of a bucket?
import { here, named, phrase } from '../findings/message.ts'
import type { Path } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import { plainAt, textAt } from './subject.ts'
import type { PolicyFinding, PolicyRule, PolicySubject } from './subject.ts'
import { isJsonMap } from '../values/value.ts'

/** Credentials that a store names, and the scheme of the matching paths (barman-cloud's own: `s3://`, `gs://`, a URL for Azure). */
const schemes: readonly { readonly credentials: string; readonly scheme: RegExp; readonly example: string }[] = [
  { credentials: 's3Credentials', scheme: /^s3:\/\/[^/]/, example: 's3://bucket/path' },
  { credentials: 'googleCredentials', scheme: /^gs:\/\/[^/]/, example: 'gs://bucket/path' },
  { credentials: 'azureCredentials', scheme: /^https?:\/\/[^/]/, example: 'https://account.blob.core.windows.net/container' },
]

/** The in-tree store and those of the plugin that a database writes to. */
function storesOf(subject: PolicySubject): { readonly object: RenderedObject; readonly path: Path }[] {
  return subject.objects.flatMap((object) => {
    const path = object.kind === 'Cluster' ? ['spec', 'backup', 'barmanObjectStore'] : ['spec', 'configuration']
    return (object.kind === 'Cluster' || object.kind === 'ObjectStore') && isJsonMap(plainAt(object.plain, ...path))
      ? [{ object, path }]
      : []
  })
}

const reads = [
  ['backups', 'destinationPath'],
  ['backups', 'endpointURL'],
] as const

export const store: readonly PolicyRule[] = [
  {
    id: 'policy/destination-has-scheme',
    severity: 'warning',
    configurable: true,
    summary: 'a destinationPath begins with the scheme of its provider',
    reads: [reads[0]],
    *check(subject): Iterable<PolicyFinding> {
      for (const { object, path } of storesOf(subject)) {
        const place = [...path, 'destinationPath']
        const destination = textAt(object.plain, ...place)
        const known = schemes.find(({ credentials }) => plainAt(object.plain, ...path, credentials) !== undefined)
        if (destination === undefined || known === undefined || known.scheme.test(destination)) continue
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
    *check(subject): Iterable<PolicyFinding> {
      for (const { object, path } of storesOf(subject)) {
        const place = [...path, 'endpointURL']
        const endpoint = textAt(object.plain, ...place)
        if (endpoint === undefined || /^https?:\/\/[^/]/.test(endpoint)) continue
        const message = phrase`${here('endpointURL')} is \`${named(endpoint)}\`, but must be a URL such as https://s3.gra.io.cloud.ovh.net`
        yield { object, message, places: [{ path: place }], help: phrase`write https:// before it` }
      }
    },
  },
]
