// Which policies are there, and about which objects has each of them something to say?
import { holdsKeys, isNeighbour, isOfNetwork } from '../operator/objects.ts'
import type { RenderedObject } from '../model.ts'
import type { Path } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'
import { amounts } from './capacity/amounts.ts'
import { annotations } from './sync/annotations.ts'
import { certificates } from './secrets/certificates.ts'
import { sharedMemoryVolume } from './capacity/shared-memory-volume.ts'
import { application } from './access/application.ts'
import { ldapOfPoolers } from './access/ldap.ts'
import { leftOff } from './objects/left-off.ts'
import { monitors } from './objects/monitors.ts'
import { programArguments } from './backup/arguments.ts'
import { senders } from './capacity/senders.ts'
import { unreadFields } from './objects/unread-fields.ts'
import { inherited } from './objects/inherited.ts'
import { libraries } from './versions/libraries.ts'
import { sessionDefaults } from './versions/session-defaults.ts'
import { poolerImages } from './versions/pooler-images.ts'
import { providers } from './backup/providers.ts'
import { publications } from './declared/logical-parameters.ts'
import { pullSecrets } from './secrets/pull-secrets.ts'
import { roleReferences } from './objects/role-references.ts'
import { connections } from './access/connections.ts'
import { availability, resources } from './capacity/availability.ts'
import { backup } from './backup/backup.ts'
import { access, accessOfChart } from './access/access.ts'
import { budgets } from './capacity/budgets.ts'
import { deletion } from './sync/deletion.ts'
import { extensions } from './sql/extensions.ts'
import { hba } from './access/hba.ts'
import { images } from './versions/images.ts'
import { locales } from './sql/locales.ts'
import { instrumentation } from './objects/instrumentation.ts'
import { logicalParameters } from './declared/logical-parameters.ts'
import { marks } from './objects/marks.ts'
import { declaredOnce } from './declared/declared-once.ts'
import { snapshots } from './backup/snapshots.ts'
import { restored } from './backup/restored.ts'
import { namedObjects } from './objects/named-objects.ts'
import { naming } from './fleet/naming.ts'
import { pods } from './objects/pods.ts'
import { services } from './objects/services.ts'
import { neighbours } from './objects/neighbours.ts'
import { autoscalers } from './objects/autoscalers.ts'
import { network } from './access/network.ts'
import { barmanOfObjects, plugins, pluginsOfObjects } from './backup/plugins.ts'
import { clientAuthorities, poolers } from './access/poolers.ts'
import { pooledConnections } from './access/pooled-connections.ts'
import { quotas } from './capacity/quotas.ts'
import { recovery, recoveryOfObjects } from './backup/recovery.ts'
import { references } from './objects/references.ts'
import { drains, replicas } from './capacity/replicas.ts'
import { roles } from './access/roles.ts'
import { hibernation } from './objects/hibernation.ts'
import { hugePages } from './capacity/huge-pages.ts'
import { logical } from './declared/logical.ts'
import { timeouts } from './backup/timeouts.ts'
import { sidecars } from './backup/sidecar.ts'
import { slotNames } from './declared/slot-names.ts'
import { databases } from './declared/databases.ts'
import { workMemory } from './capacity/work-memory.ts'
import { nodes } from './capacity/nodes.ts'
import { ownSources } from './backup/own-source.ts'
import { reload } from './secrets/reload.ts'
import { secretData } from './secrets/secret-data.ts'
import { secrets } from './secrets/secrets.ts'
import { sqlOfHolders } from './sql/held-sql.ts'
import { retention, schedules, schedulesOfChart } from './backup/schedules.ts'
import { checksums, store } from './backup/store.ts'
import { support } from './versions/support.ts'
import { placement } from './capacity/placement.ts'
import { unrendered } from './objects/unrendered.ts'
import { makers } from './secrets/makers.ts'
import { waves } from './sync/waves.ts'
import { units } from './capacity/units.ts'
import { harmfulSettings } from './capacity/harmful-settings.ts'
import { lateWarnings } from './capacity/late-warnings.ts'
import { unsuitedSettings } from './capacity/unsuited-settings.ts'
import { reachableLimits } from './capacity/reachable-limits.ts'
import { subscriptionWorkers } from './capacity/subscription-workers.ts'
import { plainAt } from './subject.ts'
import type { ObjectRule, PolicyRule } from './subject.ts'

/** Those that need only objects, and so hold for manifests, too. */
export const objectPolicies: readonly ObjectRule[] = [
  ...amounts,
  ...resources,
  ...support,
  ...replicas,
  ...images,
  ...pluginsOfObjects,
  ...barmanOfObjects,
  ...schedules,
  ...hibernation,
  ...retention,
  ...recoveryOfObjects,
  ...store,
  ...programArguments,
  ...access,
  ...hba,
  ...budgets,
  ...hugePages,
  ...poolers,
  ...pooledConnections,
  ...clientAuthorities,
  ...references,
  ...namedObjects,
  ...pods,
  ...services,
  ...unreadFields,
  ...inherited,
  ...senders,
  ...leftOff,
  ...ldapOfPoolers,
  ...libraries,
  ...sessionDefaults,
  ...poolerImages,
  ...providers,
  ...publications,
  ...roleReferences,
  ...logical,
  ...roles,
  ...extensions,
  ...locales,
  ...secrets,
  ...secretData,
  ...pullSecrets,
  ...makers,
  ...sqlOfHolders,
  ...reload,
  ...network,
  ...waves,
  ...unrendered,
  ...application,
  ...connections,
  ...certificates,
  ...sharedMemoryVolume,
  ...units,
  ...reachableLimits,
  ...harmfulSettings,
  ...unsuitedSettings,
  ...lateWarnings,
  ...subscriptionWorkers,
  ...placement,
  ...marks,
  ...logicalParameters,
  ...slotNames,
  ...workMemory,
  ...timeouts,
  ...sidecars,
  ...databases,
  ...nodes,
  ...ownSources,
  ...restored,
  ...snapshots,
  ...declaredOnce,
  ...annotations,
  ...neighbours,
  ...autoscalers,
  ...monitors,
  ...quotas,
]

/** Those that compare with what may be beside the operator's own objects, such as a Secret, a ConfigMap or a Certificate. */
export const ofHolders: ReadonlySet<string> = new Set(
  [
    ...secrets,
    ...secretData,
    ...pullSecrets,
    ...makers,
    ...sqlOfHolders,
    ...reload,
    ...services,
    ...network,
    ...waves,
    ...certificates,
    ...annotations,
    ...neighbours,
    ...autoscalers,
    ...monitors,
    ...quotas,
    ...sidecars,
  ].map(({ id }) => id),
)

export type Needed = (object: RenderedObject) => boolean

const isKind =
  (...kinds: readonly string[]): Needed =>
  ({ kind }) =>
    kinds.includes(kind)

/** A Cluster with one of these in its `spec`. */
const isClusterWith =
  (...fields: readonly string[]): Needed =>
  ({ kind, plain: { spec } }) =>
    kind === 'Cluster' && isJsonMap(spec) && fields.some((field) => field in spec)

const imported: Path = ['spec', 'bootstrap', 'initdb', 'import']
const hasStore = isClusterWith('backup', 'externalClusters')

/** Objects without one of which areas have nothing to say; many databases have none. */
const needs: readonly (readonly [areas: readonly (readonly Pick<PolicyRule, 'id'>[])[], isNeeded: Needed])[] = [
  [[secrets, secretData, pullSecrets, certificates, reload, sqlOfHolders], ({ plain }) => holdsKeys(plain)],
  [[neighbours, autoscalers, monitors, quotas], ({ plain }) => isNeighbour(plain)],
  [[makers], ({ kind }) => kind === 'SealedSecret' || kind === 'ExternalSecret'],
  [[network], ({ kind }) => isOfNetwork(kind)],
  [[annotations, waves], ({ plain }) => isJsonMap(plainAt(plain, 'metadata', 'annotations'))],
  [[connections], isClusterWith('externalClusters')],
  [[placement], (object) => object.kind === 'Pooler' || isClusterWith('affinity', 'topologySpreadConstraints')(object)],
  [[restored], isClusterWith('bootstrap')],
  [[store, checksums, providers], (object) => object.kind === 'ObjectStore' || hasStore(object)],
  [[programArguments], (object) => object.kind === 'ObjectStore' || hasStore(object) || isJsonMap(plainAt(object.plain, ...imported))],
  [[poolers, pooledConnections, ldapOfPoolers, poolerImages], isKind('Pooler')],
  [[schedules], isKind('ScheduledBackup', 'Backup')],
  [[timeouts], isKind('ScheduledBackup')],
  [[sidecars], isKind('ObjectStore')],
  [[snapshots], isKind('ScheduledBackup')],
  [[subscriptionWorkers], isKind('Subscription')],
  [[logicalParameters, publications], isKind('Publication', 'Subscription')],
  [[slotNames], isKind('Subscription')],
  [[databases], isKind('Database')],
  [[nodes], isClusterWith('affinity')],
  [[ownSources], isClusterWith('externalClusters')],
  [[declaredOnce], isKind('Database', 'DatabaseRole', 'Publication', 'Subscription')],
]
export const neededBy: ReadonlyMap<string, Needed> = new Map(
  needs.flatMap(([areas, isNeeded]) => areas.flat().map(({ id }) => [id, isNeeded] as const)),
)

/** Those about what the official chart makes of its values. */
const ofChart: readonly PolicyRule[] = [...plugins, ...schedulesOfChart, ...recovery, ...accessOfChart, ...instrumentation]

/** Every policy about a single database. */
export const policies: readonly PolicyRule[] = [
  ...ofChart,
  ...availability,
  ...backup,
  ...deletion,
  ...naming,
  ...drains,
  ...checksums,
  ...objectPolicies,
]

/** Those that look at the values of the official chart, which a dependency has below its name. */
export const ofValues: ReadonlySet<string> = new Set([...ofChart, ...availability, ...backup].map(({ id }) => id))

const reads = new Map(policies.map((rule) => [rule.id, rule.reads]))

/** The values that a policy reads. */
export function readsOf(rule: string): readonly Path[] {
  return reads.get(rule) ?? []
}

/** The policies that read a path of the values. */
export function policiesOn(path: Path): readonly PolicyRule[] {
  return policies.filter(({ reads }) => reads.some((read) => read.every((step, index) => step === path[index])))
}

/** The same, but for those about the values of the official chart. */
export const withoutChart: readonly PolicyRule[] = policies.slice(ofChart.length)
