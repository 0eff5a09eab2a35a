// What does Argo CD do automatically after a merge, and what has to be done by hand?
import type { Effect, Step } from '../findings/database-change.ts'
import { append } from '../values/append.ts'
import { LayerReader } from '../merge/layers.ts'
import { mergeLayers } from '../values/merge.ts'
import type { Database, RenderedObject, Settings } from '../model.ts'
import type { Connections } from '../postgres/budgets/connections.ts'
import type { MapValue } from '../values/value.ts'
import { valueAt } from '../values/value.ts'

export const todo = (text: string): Step => ({ text, by: 'person' })
export const automatic = (text: string): Step => ({ text, by: 'itself' })

/** A retired database: nothing is deleted yet. */
export function retiredSteps(database: Database): Step[] {
  if (database.written !== undefined)
    return [
      automatic(`nothing happens to ${database.application} and its Cluster: once this is merged, a second pull request may remove it`),
    ]
  return [
    automatic(`Argo CD stops syncing ${database.application}; the Cluster, its volumes and its guards stay`),
    automatic(
      `when the data is no longer needed, remove its files (or ${database.environment.name} from \`environments\`) in a second pull request`,
    ),
  ]
}

/** A database that left the set after it was retired: everything lives on until a person acts. */
export function goneSteps(database: Database, settings: Settings): Step[] {
  const { application, cluster, namespace, written } = database
  const home = written === undefined ? settings.argocd.namespace : (written.key.split('/')[0] ?? '')
  return [
    automatic(`Argo CD keeps the Application ${application} and the Cluster ${cluster}: both live on, unmanaged`),
    todo(lastCopy(database)),
    todo(`delete the Application, which leaves its objects: kubectl delete application ${application} -n ${home}`),
    // other operators have a kind Cluster, too
    todo(`delete the Cluster with its volumes, for good: kubectl delete clusters.postgresql.cnpg.io ${cluster} -n ${namespace}`),
    todo(`delete what is left in ${namespace}: Secrets, then the namespace`),
  ]
}

/** Without an object store a backup fails; then the data is copied out. */
export function lastCopy(database: Database): string {
  const { cluster, namespace, written } = database
  if (written?.objects !== undefined)
    return `take a last backup: kubectl cnpg backup ${cluster} -n ${namespace}, or keep a dump if no backups are set up`
  const { roots } = new LayerReader(() => []).layersOf(database)
  const values = roots === undefined ? undefined : mergeLayers(roots as [MapValue, ...MapValue[]])
  const isScalar = (path: readonly string[], wanted: string | boolean): boolean => {
    const value = valueAt(values, path)
    return value?.kind === 'scalar' && value.value === wanted
  }
  if (!isScalar(['backups', 'enabled'], true))
    return `keep a last copy, since no backups are set up: kubectl exec -n ${namespace} svc/${cluster}-rw -c postgres -- pg_dumpall > ${cluster}.sql, or a snapshot of its volumes`
  const method = isScalar(['backups', 'method'], 'plugin') ? ' --method plugin --plugin-name barman-cloud.cloudnative-pg.io' : ''
  return `take a last backup: kubectl cnpg backup ${cluster} -n ${namespace}${method}`
}

/** A database that was removed without being retired: it lives on, unmanaged. */
export function lostSteps(database: Database): Step[] {
  return [
    todo(
      `Argo CD keeps the Application ${database.application}, which goes on syncing or fails: bring the database back, or retire it first`,
    ),
  ]
}

export function createdSteps(database: Database): Step[] {
  return database.environment.autoSync && database.retired === undefined
    ? [automatic(`Argo CD creates the Application ${database.application} and the Cluster ${database.cluster} in ${database.namespace}`)]
    : [todo(`Argo CD creates the Application ${database.application}; sync it by hand: argocd app sync ${database.application}`)]
}

export function movedSteps(before: Pick<Database, 'cluster' | 'namespace'>): Step[] {
  return [
    todo(
      `the Cluster ${before.cluster} in ${before.namespace} lives on unmanaged next to the new, empty one: copy the data, then delete it by hand`,
    ),
  ]
}

export interface StepFacts {
  readonly removed: readonly RenderedObject[]
  /** on both sides, and not the same */
  readonly changed: readonly RenderedObject[]
  readonly added: readonly RenderedObject[]
  /** objects whose update the API server refuses, with the reason */
  readonly refused: readonly { readonly object: RenderedObject; readonly reason: string }[]
  readonly isHookOnly: boolean
  readonly isSupervised: boolean
  /** of the Cluster, before and after */
  readonly instances: readonly [number, number]
  /** of the poolers, before and after; undefined: not known */
  readonly connections: readonly [Connections | undefined, Connections | undefined]
  /** names of the Poolers whose pods are replaced */
  readonly poolers: readonly string[]
}

/** What follows from changed, added and removed objects. */
export function changedSteps(database: Database, effect: Effect, facts: StepFacts): Step[] {
  const { removed, changed, added, refused, isHookOnly } = facts
  const { application } = database
  const some = changed.length + added.length + removed.length > 0
  if (database.retired !== undefined && database.written === undefined)
    return some ? [automatic(`auto-sync of ${application} is off since it is retired: none of this happens before a manual sync`)] : []
  const steps: Step[] = []
  if (isHookOnly) steps.push(todo(`only Helm hooks change, so no auto-sync starts: argocd app sync ${application}`))
  else if (some && !database.environment.autoSync) steps.push(todo(`auto-sync is off: argocd app sync ${application}`))
  for (const { object } of refused)
    steps.push(automatic(`the API server refuses the update of ${object.kind} ${object.name}: it stays as it is, and the sync fails`))
  const lost = removed.find(({ kind }) => kind === 'Cluster')
  if (lost !== undefined)
    return [...steps, automatic(`the Cluster ${lost.name} is not printed any more: it lives on, and no change reaches it`)]
  if (effect !== 'refused') append(steps, instanceSteps(facts.instances))
  for (const { kind, name, hook } of removed) {
    if (hook) continue
    const resource = kind === 'Database' ? 'databases.postgresql.cnpg.io' : kind.toLowerCase()
    steps.push(todo(`${kind} ${name} keeps running, since prune is off: kubectl delete ${resource} ${name} -n ${database.namespace}`))
  }
  for (const name of facts.poolers) steps.push(automatic(`PgBouncer of ${name} is replaced pod by pod; its connections break once`))
  append(steps, connectionSteps(facts.connections))
  return [...steps, ...effectSteps(database, effect, facts)]
}

function instanceSteps([from, to]: readonly [number, number]): Step[] {
  if (to > from) return [automatic(`the operator clones ${to - from === 1 ? 'one standby' : `${to - from} standbys`} more`)]
  const fewer = from - to
  if (fewer > 0)
    return [automatic(`the operator deletes ${fewer === 1 ? 'one instance with its' : `${fewer} instances with their`} volumes`)]
  return []
}

const servers = { rw: 'the primary', ro: 'the standbys', r: 'the instances' } as const

/** What poolers may open where that, or the room for it, changes. */
function connectionSteps([before, after]: StepFacts['connections']): Step[] {
  return (after?.budgets ?? []).flatMap(({ target, needed, available, text }) => {
    const old = before?.budgets.find((budget) => budget.target === target)
    if (old?.needed === needed && old.available === available) return []
    const was = old === undefined ? '' : `, before ${old.needed} of ${old.available}`
    return [automatic(`poolers may open ${text} of ${available} connections to ${servers[target]}${was}`)]
  })
}

function effectSteps({ cluster, namespace }: Database, effect: Effect, { isSupervised }: StepFacts): Step[] {
  if (isSupervised && (effect === 'restart' || effect === 'rolling update with switchover'))
    return [
      todo(`updates are supervised: when the standbys are done, kubectl cnpg promote ${cluster} -n ${namespace}, or restart the primary`),
    ]
  if (effect === 'stop') return [automatic('the operator shuts all instances down, and starts them when the annotation is gone')]
  if (effect === 'major upgrade')
    return [todo('the operator stops all instances, runs pg_upgrade and clones the standbys again: take a backup first')]
  return []
}
