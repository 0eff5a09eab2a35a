// What does a change do to the Argo CD Application of a database, and may it?
import { releaseOf } from '../chart/release.ts'
import type { Effect, FieldChange } from '../findings/database-change.ts'
import { named, phrase } from '../findings/message.ts'
import { trimEndOf } from '../values/trim.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { AsWritten, Database } from '../model.ts'
import type { Json } from '../values/value.ts'
import { nameSpot, namespaceSpot, pinSpot, serviceKey, settingSpot } from './places.ts'
import type { State } from './places.ts'

/** A field of the Application, and where a person decides it. */
interface Field {
  readonly path: string
  readonly value: Json
  /** what PostgreSQL sees when it changes */
  readonly effect: Effect
  spot(): Spot
}

function destinationText({ environment }: Database): string {
  return environment.destination.server ?? environment.destination.name ?? ''
}

/** What a database is to Argo CD and to Kubernetes, whatever its files are called. */
export function identityOf(database: Database): string {
  const { application, cluster, namespace } = database
  return JSON.stringify([application, cluster, namespace, destinationKey(database)])
}

const here = 'https://kubernetes.default.svc'

/** What a database is to Kubernetes, whoever deploys it. */
export function clusterIdentity(database: Database): string {
  const { cluster, namespace } = database
  return JSON.stringify([cluster, namespace, destinationKey(database)])
}

/** Equal for destinations that are the same Kubernetes cluster: Argo CD calls its own `in-cluster`. */
function destinationKey({ environment: { destination } }: Database): string {
  const server =
    destination.name === 'in-cluster' ? here : destination.server === undefined ? undefined : trimEndOf(destination.server, '/')
  return server ?? `name ${destination.name}`
}

/** What a person decides in an Application as written. */
function writtenFieldsOf({ environment, namespace, written }: Database & { readonly written: AsWritten }): readonly Field[] {
  const { clusterChart } = environment
  const chart = (path: string, value: Json): Field => ({
    path: `spec.source.${path}`,
    value,
    effect: 'nothing',
    spot: () => written.chartAt,
  })
  return [
    { path: 'spec.destination.namespace', value: namespace, effect: 're-creation', spot: () => written.namespaceAt },
    chart('repoURL', clusterChart.repository),
    chart('chart', clusterChart.name),
    chart('targetRevision', clusterChart.version),
    { path: 'spec.source.helm.releaseName', value: written.release, effect: 'nothing', spot: () => written.at },
    { path: 'spec.syncPolicy.automated', value: environment.autoSync, effect: 'nothing', spot: () => written.at },
  ]
}

function fieldsOf(state: State, database: Database): readonly Field[] {
  const { written } = database
  if (written !== undefined) return writtenFieldsOf({ ...database, written })
  const { settings } = state
  const { environment } = database
  const setting =
    (...path: string[]) =>
    () =>
      settingSpot(state, path)
  const pin =
    (...path: string[]) =>
    () =>
      pinSpot(state, environment.name, path)
  const autoSync = environment.autoSync && database.retired === undefined
  const autoSyncSpot = (): Spot =>
    serviceKey(state, database.service, ['retired', environment.name], 'key') ??
    settingSpot(state, ['environments', environment.name, 'autoSync'])
  return [
    { path: 'metadata.name', value: database.application, effect: 'nothing', spot: () => nameSpot(state, database, 'application') },
    { path: 'metadata.namespace', value: settings.argocd.namespace, effect: 'nothing', spot: setting('argocd', 'namespace') },
    {
      path: 'spec.destination',
      value: destinationText(database),
      effect: 're-creation',
      spot: setting('environments', environment.name, 'destination', environment.destination.server === undefined ? 'name' : 'server'),
    },
    { path: 'spec.destination.namespace', value: database.namespace, effect: 're-creation', spot: () => namespaceSpot(state, database) },
    { path: 'spec.project', value: settings.argocd.project, effect: 'nothing', spot: setting('argocd', 'project') },
    {
      path: 'spec.sources[0].repoURL',
      value: environment.clusterChart.repository,
      effect: 'nothing',
      spot: pin('clusterChart', 'repository'),
    },
    { path: 'spec.sources[0].chart', value: environment.clusterChart.name, effect: 'nothing', spot: pin('clusterChart', 'name') },
    {
      path: 'spec.sources[0].targetRevision',
      value: environment.clusterChart.version,
      effect: 'nothing',
      spot: pin('clusterChart', 'version'),
    },
    {
      path: 'spec.sources[0].helm.releaseName',
      value: releaseOf(database),
      effect: database.release === undefined ? 're-creation' : 'nothing',
      spot: () => nameSpot(state, database, 'cluster'),
    },
    { path: 'spec.sources[1].repoURL', value: settings.repository.url, effect: 'nothing', spot: setting('repository', 'url') },
    {
      path: 'spec.sources[1].targetRevision',
      value: settings.repository.revision,
      effect: 'nothing',
      spot: setting('repository', 'revision'),
    },
    { path: 'spec.syncPolicy.automated.enabled', value: autoSync, effect: 'nothing', spot: autoSyncSpot },
  ]
}

export interface Pair {
  readonly before: Database
  readonly after: Database
}

/** The fields of the Application that differ. */
export function applicationChanges(then: State, now: State, { before, after }: Pair): FieldChange[] {
  // two makers have other fields in other places; what they deploy is compared
  if ((before.written === undefined) !== (after.written === undefined)) return []
  const old = fieldsOf(then, before)
  return fieldsOf(now, after).flatMap((field, index): FieldChange[] => {
    const was = old[index]?.value ?? null
    const isSame = was === field.value || (field.path === 'spec.destination' && destinationKey(before) === destinationKey(after))
    return isSame
      ? []
      : [
          {
            object: `Application/${after.application}`,
            path: field.path,
            before: was,
            after: field.value,
            effect: field.effect,
            spot: field.spot(),
          },
        ]
  })
}

/** Another operator, which replaces the pods of all its Clusters and Poolers: they run its program. */
export function operatorChanges(now: State, { before, after }: Pair, effect: Effect): FieldChange[] {
  const [from, to] = [before.environment.operator.version, after.environment.operator.version]
  if (from === to) return []
  const spot = after.written?.at ?? pinSpot(now, after.environment.name, ['operator', 'version'])
  return [{ object: 'Application/cloudnative-pg', path: 'operator.version', before: from, after: to, effect, spot }]
}

/** Whether the cluster of the base lives on under the same identity. */
export function isSameCluster({ before, after }: Pair): boolean {
  return before.cluster === after.cluster && before.namespace === after.namespace && destinationKey(before) === destinationKey(after)
}

/** Whether Argo CD would create a second Application next to the one of the base. */
export function isRenamedApplication(then: State, now: State, { before, after }: Pair): boolean {
  if (before.written !== undefined || after.written !== undefined) return before.application !== after.application
  return before.application !== after.application || then.settings.argocd.namespace !== now.settings.argocd.namespace
}

/** What must not change while a database exists, since Argo CD would create a second one next to it. */
export function* identityFindings(then: State, now: State, pair: Pair): Iterable<LocatedFinding> {
  const { before, after } = pair
  // what hand-written manifests deploy is compared as deployments
  if (before.written !== undefined || after.written !== undefined) return
  const place = (spot: Spot, was: Spot, value: string): Pick<LocatedFinding, 'at' | 'related' | 'database'> => ({
    at: spot,
    related: [{ ...was, message: phrase`${named(value)} before this change` }],
    database: after.id,
  })
  if (before.namespace !== after.namespace)
    yield {
      rule: 'changes/namespace-stays',
      severity: 'error',
      message: phrase`namespace of ${named(after.id)} changes from ${named(before.namespace)} to ${named(after.namespace)}, but a new, empty database would start`,
      ...place(namespaceSpot(now, after), namespaceSpot(then, before), before.namespace),
      help: phrase`restore ${named(before.namespace)}; to move, make a new service, copy the data, then retire this one`,
    }
  if (before.cluster !== after.cluster)
    yield {
      rule: 'changes/cluster-name-stays',
      severity: 'error',
      message: phrase`cluster of ${named(after.id)} is renamed from ${named(before.cluster)} to ${named(after.cluster)}, but a new, empty one would start`,
      ...place(nameSpot(now, after, 'cluster'), nameSpot(then, before, 'cluster'), before.cluster),
      help: phrase`restore postgres.layout.cluster, so that the name is ${named(before.cluster)} again`,
    }
  if (before.application !== after.application)
    yield {
      rule: 'changes/application-name-stays',
      severity: 'error',
      message: phrase`Application of ${named(after.id)} is renamed from ${named(before.application)} to ${named(after.application)}, but both would own the Cluster`,
      ...place(nameSpot(now, after, 'application'), nameSpot(then, before, 'application'), before.application),
      help: phrase`restore postgres.layout.application, so that the name is ${named(before.application)} again`,
    }
  const [home, next] = [then.settings.argocd.namespace, now.settings.argocd.namespace]
  if (home !== next)
    yield {
      rule: 'changes/application-name-stays',
      severity: 'error',
      message: phrase`argocd.namespace changes from ${named(home)} to ${named(next)}, but the old Applications stay and own the same Clusters`,
      ...place(settingSpot(now, ['argocd', 'namespace']), settingSpot(then, ['argocd', 'namespace']), home),
      help: phrase`restore ${named(home)}; to move Argo CD, delete its old sets with --cascade=orphan, then its Applications without their resources`,
    }
  if (destinationKey(before) !== destinationKey(after)) {
    const env = after.environment.name
    const spot = (state: State, { environment }: Database): Spot =>
      settingSpot(state, ['environments', env, 'destination', environment.destination.server === undefined ? 'name' : 'server'])
    yield {
      rule: 'changes/destination-stays',
      severity: 'warning',
      message: phrase`destination of ${named(env)} changes to ${destinationText(after)}, but its databases stay where they are`,
      ...place(spot(now, after), spot(then, before), destinationText(before)),
      help: phrase`new, empty databases start at the new destination; add an environment instead, and move the data`,
    }
  }
}
