// Does a pooler reach servers, under a name of its own, with the certificates that it needs?
import { fieldAt, here, named, phrase, shown } from '../../findings/message.ts'
import { nearest } from '../../values/path.ts'
import type { RenderedObject } from '../../model.ts'
import type { Path } from '../../values/value.ts'
import { instancesIn, listAt, objectOf, objectsOfCluster, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

/** The Poolers before the Cluster of the same values. */
function* poolersOf(subject: ObjectsSubject): Iterable<{ readonly cluster: RenderedObject; readonly pooler: RenderedObject }> {
  const cluster = objectOf(subject, 'Cluster')
  if (cluster === undefined) return
  for (const pooler of objectsOfCluster(subject, cluster, 'Pooler')) yield { cluster, pooler }
}

const parameters = ['spec', 'pgbouncer', 'parameters'] as const
const disabled: Path = ['spec', 'managed', 'services', 'disabledDefaultServices']

/** The Services that the author of a Cluster asks for beside those that each has. */
function additionalServices(cluster: RenderedObject): (string | undefined)[] {
  return listAt(cluster.plain, 'spec', 'managed', 'services', 'additional').map((one) => textAt(one, 'serviceTemplate', 'metadata', 'name'))
}

function* namesOfServices({ objects }: ObjectsSubject): Iterable<ObjectFinding> {
  for (const object of objects) {
    const cluster = object.kind === 'Pooler' ? textAt(object.plain, 'spec', 'cluster', 'name') : undefined
    if (cluster === undefined) continue
    const isAdditional = objects.some(
      (one) => one.kind === 'Cluster' && one.name === cluster && additionalServices(one).includes(object.name),
    )
    if (isAdditional) {
      yield {
        object,
        message: phrase`${here('the Pooler')} is named ${named(object.name)}, but that is the name of a Service of its Cluster: one of them never works`,
        places: [{ path: ['metadata', 'name'] }],
        help: phrase`rename it, such as ${named(cluster)}-pooler, or rename that Service in managed.services.additional`,
      }
      continue
    }
    if (!['rw', 'ro', 'r'].some((service) => object.name === `${cluster}-${service}`)) continue
    yield {
      object,
      message: phrase`${here('the Pooler')} is named ${named(object.name)}, but that is the name of a Service of its Cluster: one of them never works`,
      places: [{ path: ['metadata', 'name'] }],
      help: phrase`rename it, such as ${named(cluster)}-pooler-${named(object.name.slice(cluster.length + 1))}`,
    }
  }
}

function* missingServices(subject: ObjectsSubject): Iterable<ObjectFinding> {
  for (const { cluster, pooler } of poolersOf(subject)) {
    const type = textAt(pooler.plain, 'spec', 'type') ?? 'rw'
    const index = listAt(cluster.plain, ...disabled).indexOf(type)
    // that of the primary can't be disabled, which the operator says itself
    if (index < 0 || type === 'rw') continue
    yield {
      object: pooler,
      message: phrase`${here('type')} is ${named(type)}, but the Service ${named(cluster.name)}-${named(type)} that PgBouncer connects to is disabled`,
      places: [{ path: ['spec', 'type'] }],
      help: phrase`remove ${named(type)} from disabledDefaultServices, or remove the pooler`,
    }
  }
}

function* missingStandbys(subject: ObjectsSubject): Iterable<ObjectFinding> {
  for (const { cluster, pooler } of poolersOf(subject)) {
    const instances = instancesIn(cluster)
    if (textAt(pooler.plain, 'spec', 'type') !== 'ro' || instances !== 1 || listAt(cluster.plain, ...disabled).includes('ro')) continue
    yield {
      object: pooler,
      message: phrase`${here('type')} is ro, but the Cluster has 1 instance and so no standby: nothing answers`,
      places: [{ path: ['spec', 'type'] }],
      help: phrase`set type: r to read from any instance, or instances: 2`,
    }
  }
}

/** Whether the operator signs the pooler's own client certificate. Reproduces `IsAutomatedIntegration` for what 1.27 to 1.30 have in common. */
function isEquipped({ plain }: RenderedObject): boolean {
  return ['authQuery', 'authQuerySecret', 'serverTLSSecret'].every((name) => plainAt(plain, 'spec', 'pgbouncer', name) === undefined)
}

function* authoritiesWithoutKey(subject: ObjectsSubject): Iterable<ObjectFinding> {
  const cluster = objectOf(subject, 'Cluster')
  const secret = textAt(cluster?.plain, 'spec', 'certificates', 'clientCASecret')
  if (cluster === undefined || secret === undefined || secret === '') return
  const own = textAt(cluster.plain, 'spec', 'certificates', 'replicationTLSSecret')
  const poolers = [...poolersOf(subject)].filter(({ pooler }) => isEquipped(pooler))
  const needs = own === undefined || own === '' ? 'standbys' : poolers.length > 0 ? 'poolers' : undefined
  if (needs === undefined) return
  const both = needs === 'standbys' && poolers.length > 0 ? 'standbys and poolers' : needs
  yield {
    object: cluster,
    message: phrase`${here('clientCASecret')} is ${named(secret)}, which must hold ca.key to sign the certificates of ${both}; cert-manager leaves it out`,
    places: [{ path: ['spec', 'certificates', 'clientCASecret'] }],
    help:
      needs === 'standbys'
        ? phrase`add ca.key to the Secret, or set ${fieldAt(['spec', 'certificates', 'replicationTLSSecret'], 'replicationTLSSecret')}${poolers.length > 0 ? " and each pooler's own certificate" : ''}`
        : phrase`add ca.key to the Secret, or give the pooler a certificate of its own`,
  }
}

/** About a Cluster, with poolers or without. */
export const clientAuthorities: readonly ObjectRule[] = [
  {
    // CloudNativePG 1.30 `ensureClientCASecret`: "Validate also ca.key if needed"; `ParseCASecret` signs for poolers as well
    id: 'policy/client-ca-has-key',
    severity: 'warning',
    configurable: true,
    summary: 'the secret of the client authority has a key where the operator signs certificates with it',
    reads: [['cluster', 'certificates'], ['poolers']],
    check: authoritiesWithoutKey,
  },
]

/** Each about a Pooler. */
export const poolers: readonly ObjectRule[] = [
  {
    // CloudNativePG 1.30 `ensureManagedResourcesAreOwned` and the Cluster's `reconcileManagedServices`: whoever is first owns the Service
    id: 'policy/pooler-name-free',
    severity: 'error',
    configurable: true,
    summary: 'a Pooler does not have the name of a Service of its Cluster',
    reads: [['poolers']],
    check: namesOfServices,
  },
  {
    // PgBouncer's configuration: `* = host=<cluster>-<type>` (CloudNativePG 1.30 pkg/management/pgbouncer/config)
    id: 'policy/pooler-service-exists',
    severity: 'error',
    configurable: true,
    summary: 'the Service that a Pooler connects to is not disabled',
    reads: [['poolers'], ['cluster', 'services', 'disabledDefaultServices']],
    check: missingServices,
  },
  {
    id: 'policy/pooler-standby-exists',
    severity: 'warning',
    configurable: true,
    summary: 'a Pooler for standbys has a standby',
    reads: [['poolers'], ['cluster', 'instances']],
    check: missingStandbys,
  },
  {
    // pkg/postgres/configuration.go of CloudNativePG 1.27 to 1.30: `hostssl all cnpg_pooler_pgbouncer all cert`, and the user has no password
    id: 'policy/pooler-uses-tls',
    severity: 'error',
    configurable: true,
    summary: 'a Pooler that logs in by certificate uses TLS',
    reads: [['poolers']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Pooler')) {
        if (!isEquipped(object) || textAt(object.plain, ...parameters, 'server_tls_sslmode') !== 'disable') continue
        yield {
          object,
          message: phrase`${here('server_tls_sslmode')} is disable, but the operator's user logs in by certificate only: nobody gets through`,
          places: [{ path: [...parameters, 'server_tls_sslmode'] }],
          help: phrase`remove it: verify-ca is the default, with certificates of the operator`,
        }
      }
    },
  },
  {
    // PgBouncer, "max_prepared_statements": 0 disables it; the default is 200 since 1.24
    id: 'policy/pooler-prepares',
    severity: 'warning',
    configurable: true,
    summary: 'a Pooler that hands connections on between transactions keeps track of prepared statements',
    reads: [['poolers']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Pooler')) {
        const mode = textAt(object.plain, 'spec', 'pgbouncer', 'poolMode')
        if (mode !== 'transaction' || textAt(object.plain, ...parameters, 'max_prepared_statements')?.trim() !== '0') continue
        yield {
          object,
          message: phrase`${here('max_prepared_statements')} is 0 in transaction mode, where drivers that prepare statements then fail`,
          places: [{ path: [...parameters, 'max_prepared_statements'] }],
          help: phrase`write "200", the default, or set poolMode: session`,
        }
      }
    },
  },
  {
    id: 'policy/pooler-no-trust',
    severity: 'warning',
    configurable: true,
    summary: 'a Pooler lets nobody in without a password',
    reads: [['poolers']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Pooler')) {
        const type = textAt(object.plain, ...parameters, 'auth_type')
        if (type === 'trust' || type === 'any')
          yield {
            object,
            message: phrase`${here('auth_type')} is ${named(type)}, but that lets everybody in as any user, without a password`,
            places: [{ path: [...parameters, 'auth_type'] }],
            help: phrase`remove it: PgBouncer then asks for the passwords of PostgreSQL`,
          }
        for (const [index, line] of listAt(object.plain, 'spec', 'pgbouncer', 'pg_hba').entries()) {
          if (typeof line !== 'string' || type === 'trust' || type === 'any') continue
          const [connection = '', , , ...rest] = line.trim().split(/\s+/)
          if (!connection.startsWith('host') || rest.at(-1) !== 'trust' || /^(?:127\.|::1\b)/.test(rest[0] ?? '')) continue
          yield {
            object,
            message: phrase`line of pg_hba ends with trust, but that lets those in without a password`,
            places: [{ path: ['spec', 'pgbouncer', 'pg_hba', index] }],
            help: phrase`write scram-sha-256`,
          }
        }
      }
    },
  },
  {
    // `Deployment` of CloudNativePG 1.30: `WithContainerImage("pgbouncer", …)`; a container of another name is one more
    id: 'policy/pooler-container-named',
    severity: 'warning',
    configurable: true,
    summary: 'the container of PgBouncer in the template of a Pooler is named pgbouncer',
    reads: [['poolers']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'Pooler')) {
        const containers = listAt(object.plain, 'spec', 'template', 'spec', 'containers')
        if (containers.some((one) => textAt(one, 'name') === 'pgbouncer')) continue
        const index = containers.findIndex(
          (one) => /pgbouncer/i.test(textAt(one, 'image') ?? '') || nearest(textAt(one, 'name') ?? '', ['pgbouncer']) !== undefined,
        )
        const name = textAt(containers[index], 'name')
        if (name === undefined || /exporter/i.test(textAt(containers[index], 'image') ?? '')) continue
        yield {
          object,
          message: phrase`${here('name')} is ${shown(name)}, but must be pgbouncer: the operator adds another container of that name`,
          places: [{ path: ['spec', 'template', 'spec', 'containers', index, 'name'] }],
          help: phrase`write pgbouncer`,
        }
      }
    },
  },
]
