// What does another operator do differently with a database, although it accepts the same objects?
import { append } from '../values/append.ts'
import { compareVersions } from '../kubernetes/load.ts'
import { operatorEnd } from '../operator/end-of-life.ts'
import { supportedKubernetes, supportedMajors } from '../operator/support.ts'
import { reached, releases } from '../operator/version.ts'
import type { JsonMap, Json } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'
import type { Evaluated } from '../chart/evaluated.ts'

/** A change of behaviour; `since` lists the first releases that have it, one per minor, lowest first. */
interface Behaviour {
  readonly since: readonly string[]
  readonly note: string
  /** whether it concerns a database; absent: every one */
  readonly concerns?: (side: Evaluated) => boolean
}

const behaviours: readonly Behaviour[] = [
  {
    since: ['1.28.0'],
    note: 'standbys drop a silent connection after 5 s (STANDBY_TCP_USER_TIMEOUT=0 in the operator restores the old behaviour)',
    concerns: (side) => Number(member(cluster(side), 'spec', 'instances') ?? 1) > 1,
  },
  { since: ['1.28.0'], note: 'results of monitoring queries are cached for 30 s (monitoring.metricsQueriesTTL)', concerns: hasQueries },
  {
    since: ['1.28.0'],
    note: 'postgresql.synchronous.failoverQuorum replaces the annotation alpha.cnpg.io/failoverQuorum; an empty one is refused',
    concerns: (side) => member(cluster(side), 'metadata', 'annotations', 'alpha.cnpg.io/failoverQuorum') !== undefined,
  },
  {
    since: releases.march2026,
    note: 'volumes of tablespaces and extensions get the prefixes tbs- and ext- in the pods',
    concerns: (side) =>
      isFilled(member(cluster(side), 'spec', 'tablespaces')) || isFilled(member(cluster(side), 'spec', 'postgresql', 'extensions')),
  },
  {
    since: releases.may2026,
    note: 'metrics are read as cnpg_metrics_exporter with pg_monitor: custom queries on user tables may need GRANTs',
    concerns: hasQueries,
  },
  {
    since: releases.june2026,
    note: 'custom monitoring queries run with search_path pg_catalog, public, pg_temp: qualify names in other schemas',
    concerns: hasQueries,
  },
  {
    since: releases.june2026,
    note: 'passwords of roles are sent SCRAM-encoded (an annotation on the Secret opts out)',
    concerns: (side) => isFilled(member(cluster(side), 'spec', 'managed', 'roles')),
  },
  {
    since: releases.june2026,
    note: 'spec.cluster of Database, Pooler and ScheduledBackup can no longer change',
    concerns: (side) => side.objects.some(({ kind }) => /^(?:Database|Pooler|ScheduledBackup)$/.test(kind)),
  },
  {
    since: releases.minor30,
    note: 'the operator needs create, get, list, update and watch on leases (coordination.k8s.io): extend custom RBAC first, else nothing is promoted',
  },
  {
    since: releases.minor30,
    note: 'poolers get their image through their status: apply the CRDs of 1.30 first (crds.create: true in its chart), else none is deployed',
    concerns: (side) => side.objects.some(({ kind }) => kind === 'Pooler'),
  },
  { since: releases.minor30, note: 'instances created by an operator older than 1.24 must be rolled before the upgrade' },
  {
    since: releases.minor30,
    note: 'the reconciler reads cnpg.io/validation, too: remove it from objects that are correct by now',
    concerns: (side) => side.objects.some(({ plain }) => member(plain, 'metadata', 'annotations', 'cnpg.io/validation') !== undefined),
  },
]

/** `[first, last]` operator whose default PgBouncer and PostgreSQL images are these; from each first release per minor on. */
const pgbouncerImages: readonly { readonly since: readonly string[]; readonly image: string }[] = [
  { since: ['1.27.1'], image: 'ghcr.io/cloudnative-pg/pgbouncer:1.24.1' },
  { since: ['1.27.2', '1.28.0'], image: 'ghcr.io/cloudnative-pg/pgbouncer:1.25.1' },
]

const postgresImages: readonly { readonly since: readonly string[]; readonly image: string }[] = [
  { since: ['1.27.1'], image: 'ghcr.io/cloudnative-pg/postgresql:18.0-system-trixie' },
  { since: ['1.27.2', '1.28.0'], image: 'ghcr.io/cloudnative-pg/postgresql:18.1-system-trixie' },
  { since: ['1.27.4', '1.28.2', '1.29.0'], image: 'ghcr.io/cloudnative-pg/postgresql:18.3-system-trixie' },
  { since: ['1.28.4', '1.29.2', '1.30.0'], image: 'ghcr.io/cloudnative-pg/postgresql:18.4-system-trixie' },
]

/** The minor for which the removal of the operator's own backups to object stores is announced. */
const withoutInTreeStore = '1.31.0'

/** What changes for one database between two operators, upwards only. */
export function operatorNotes(side: Evaluated, from: string, to: string): string[] {
  if (compareVersions(from, to) >= 0) return []
  const notes = behaviours
    .filter(({ since, concerns }) => isBetween(since, from, to) && (concerns === undefined || concerns(side)))
    .map(({ note }) => `operator ${to}: ${note}`)
  const stores = side.objects.some(({ plain }) => lostStores(plain, withoutInTreeStore).length > 0)
  if (stores && compareVersions(to, withoutInTreeStore) < 0)
    notes.push(`operator ${to}: backups through the operator itself still work, but their removal is announced for ${withoutInTreeStore}`)
  const pooled = side.objects.some(
    ({ kind, plain }) => kind === 'Pooler' && member(plain, 'spec', 'template', 'spec', 'containers') === undefined,
  )
  if (pooled) append(notes, imageNote('PgBouncer', pgbouncerImages, from, to, 'poolers are rolled'))
  const spec = cluster(side)
  const isPinned = member(spec, 'spec', 'imageName') !== undefined || member(spec, 'spec', 'imageCatalogRef') !== undefined
  if (!isPinned)
    append(
      notes,
      imageNote('PostgreSQL', postgresImages, from, to, 'new databases get it; existing ones keep the image stored in their Cluster'),
    )
  return notes
}

function imageNote(name: string, images: typeof pgbouncerImages, from: string, to: string, effect: string): string[] {
  const [before, after] = [from, to].map((version) => images.findLast(({ since }) => reached(version, since))?.image)
  return before === after || before === undefined || after === undefined
    ? []
    : [`operator ${to}: the default image of ${name} becomes ${after} (was ${before.split(':')[1] ?? before}): ${effect}`]
}

/** Notes about the whole fleet: support, skipped minors. */
export function supportNotes(from: string, to: string): string[] {
  const minor = to.split('.').slice(0, 2).join('.')
  const [kubernetes, postgres] = [supportedKubernetes(to), supportedMajors(to)]
  const notes: string[] = []
  if (kubernetes !== undefined && postgres !== undefined) {
    const end = operatorEnd(to)
    const support = end === undefined ? '' : `; it is supported until ${end.day}${end.isPlanned ? ' as announced' : ''}`
    notes.push(
      `operator ${minor} runs on Kubernetes 1.${kubernetes.first} to 1.${kubernetes.last} with PostgreSQL ${postgres.first} to ${postgres.last}${support}`,
    )
  }
  const minors = [from, to].map((version) => Number(version.split('.')[1]))
  if ((minors[1] ?? 0) - (minors[0] ?? 0) > 1)
    notes.push(`going from ${from} to ${to} skips minors: this usually works, but the operator's documentation advises one minor at a time`)
  return notes
}

/** Paths of what a database stores through the operator's own Barman, if its removal is announced for the new operator. */
export function lostStores(plain: JsonMap, to: string): (readonly (string | number)[])[] {
  if (plain['kind'] !== 'Cluster' || compareVersions(to, withoutInTreeStore) < 0) return []
  const clusters = member(plain, 'spec', 'externalClusters')
  const external = Array.isArray(clusters)
    ? clusters.flatMap((item, index) =>
        member(item, 'barmanObjectStore') === undefined ? [] : [['spec', 'externalClusters', index, 'barmanObjectStore']],
      )
    : []
  return member(plain, 'spec', 'backup', 'barmanObjectStore') === undefined
    ? external
    : [['spec', 'backup', 'barmanObjectStore'], ...external]
}

function isBetween(since: readonly string[], from: string, to: string): boolean {
  return !reached(from, since) && reached(to, since)
}

function hasQueries(side: Evaluated): boolean {
  const monitoring = member(cluster(side), 'spec', 'monitoring')
  return isFilled(member(monitoring, 'customQueriesConfigMap')) || isFilled(member(monitoring, 'customQueriesSecret'))
}

function cluster(side: Evaluated): JsonMap | undefined {
  return side.objects.find(({ kind }) => kind === 'Cluster')?.plain
}

function isFilled(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0
}

function member(root: Json | undefined, ...path: readonly string[]): Json | undefined {
  let node: Json | undefined = root
  for (const step of path) node = isJsonMap(node) ? node[step] : undefined
  return node ?? undefined
}
