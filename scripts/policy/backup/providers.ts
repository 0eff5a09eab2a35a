// Does a service that others run do what is asked of it: encrypt what is uploaded, show the passwords of roles?
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { listAt, objectsOf, officialChart, plainAt, textAt } from '../subject.ts'
import type { ObjectRule, ObjectsSubject } from '../subject.ts'
import { isWritten } from './archive.ts'
import { everyStoreOf } from './store.ts'

/** Object stores that refuse `x-amz-server-side-encryption`, since they encrypt with keys of their customers only, or not at all. */
const withoutEncryption: readonly (readonly [host: RegExp, name: string])[] = [
  [/(?:^|\.)your-objectstorage\.com(?::\d+)?$/, 'Hetzner Object Storage'],
  [/(?:^|\.)linodeobjects\.com(?::\d+)?$/, 'Linode Object Storage'],
]

const hostOf = (url: string): string => /^https?:\/\/([^/?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? ''

/** The service of the endpoint, and the parts of the store that ask it to encrypt. */
function refusedIn({ plain }: RenderedObject, store: Path): { readonly service: string; readonly paths: Path[] } | undefined {
  const service = withoutEncryption.find(([host]) => host.test(hostOf(textAt(plain, ...store, 'endpointURL') ?? '')))?.[1]
  const paths = ['wal', 'data'].map((part): Path => [...store, part, 'encryption']).filter((path) => textAt(plain, ...path))
  return service === undefined || paths.length === 0 ? undefined : { service, paths }
}

/** Hosts of managed servers, whose highest user is no superuser. */
const managed: readonly (readonly [host: RegExp, name: string])[] = [
  [/\.rds\.amazonaws\.com(?:\.cn)?$/i, 'Amazon RDS'],
  [/\.postgres\.database\.azure\.com$/i, 'Azure'],
]

const imported = ['spec', 'bootstrap', 'initdb', 'import'] as const

function hostOfSource(cluster: RenderedObject): string {
  const source = textAt(cluster.plain, ...imported, 'source', 'externalCluster') ?? ''
  const external = listAt(cluster.plain, 'spec', 'externalClusters').find((one) => textAt(one, 'name') === source)
  return textAt(external, 'connectionParameters', 'host') ?? ''
}

export const providers: readonly ObjectRule[] = [
  {
    // "An error occurred (InvalidArgument) when calling the PutObject operation" (plugin-barman-cloud#646, ansible-collections/amazon.aws#2775,
    // barman#1071, cnpg#7081): SSE-S3 is not there
    id: 'policy/store-encrypts',
    severity: 'warning',
    configurable: true,
    summary: 'the object store can encrypt what is uploaded, if it is asked to',
    reads: [
      ['backups', 'endpointURL'],
      ['backups', 'wal', 'encryption'],
      ['backups', 'data', 'encryption'],
    ],
    *check(subject: ObjectsSubject) {
      for (const { object, path } of everyStoreOf(subject)) {
        // what is only read was encrypted by somebody else
        if (path.includes('externalClusters')) continue
        if (object.kind === 'ObjectStore' && !isWritten(object.name, subject.objects)) continue
        const { service, paths: [first, second] = [] } = refusedIn(object, path) ?? {}
        if (service === undefined || first === undefined) continue
        const places = [{ path: first }, ...(second === undefined ? [] : [{ path: second, label: phrase`and here` }])] as const
        yield {
          object,
          message: phrase`${here('encryption')} is ${named(textAt(object.plain, ...first))}, but ${service} encrypts with keys of the customer only: each upload is refused`,
          places,
          help:
            officialChart(subject) !== undefined ? phrase`write encryption: "" in backups.wal and backups.data` : phrase`remove encryption`,
        }
      }
    },
  },
  {
    // `cloneRoles` of CloudNativePG 1.27 to 1.30 reads pg_authid, which superusers may (cnpg#6639: "permission denied for table pg_authid")
    id: 'policy/import-may-read-roles',
    severity: 'error',
    configurable: true,
    upstream: 'roleManager.getRoles',
    summary: 'roles are imported from a server whose user may read their passwords',
    reads: [
      ['recovery', 'import', 'roles'],
      ['recovery', 'import', 'source'],
    ],
    *check(subject) {
      for (const cluster of objectsOf(subject, 'Cluster')) {
        const roles = listAt(cluster.plain, ...imported, 'roles')
        if (roles.length === 0 || plainAt(cluster.plain, ...imported, 'type') !== 'monolith') continue
        const host = hostOfSource(cluster)
        const service = managed.find(([pattern]) => pattern.test(host))?.[1]
        if (service === undefined) continue
        yield {
          object: cluster,
          message: phrase`roles are to be imported, but no user of ${service} may read pg_authid: the import fails`,
          places: [{ path: [...imported, 'roles'], on: 'key' }],
          help: phrase`remove roles from the import, and declare them in managed.roles`,
        }
      }
    },
  },
]
