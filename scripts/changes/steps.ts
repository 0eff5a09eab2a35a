// What does Argo CD do by itself after a merge, and what is left to a person?
import type { Database, RenderedObject, Settings } from '../model.ts'
import type { Effect } from './effect.ts'

/** A retired database: nothing goes yet. */
export function retiredSteps(database: Database): string[] {
  return [
    `Argo CD stops syncing ${database.application}; the Cluster, its volumes and its guards stay`,
    `when nobody needs the data any more, remove its files (or ${database.environment.name} from \`environments\`) in a second pull request`,
  ]
}

/** A database that left the set after it was retired: everything lives on until a person acts. */
export function goneSteps(database: Database, settings: Settings): string[] {
  const { application, cluster, namespace } = database
  return [
    `Argo CD keeps the Application ${application} and the Cluster ${cluster}: both live on, unwanted`,
    `take a last backup: kubectl cnpg backup ${cluster} -n ${namespace}`,
    `delete the Application, which leaves its objects: kubectl delete application ${application} -n ${settings.argocd.namespace}`,
    `delete the Cluster with its volumes, for good: kubectl delete clusters.postgresql.cnpg.io ${cluster} -n ${namespace}`,
    `delete what is left in ${namespace}: Secrets, then the namespace`,
  ]
}

/** A database that left without being retired: it lives on, and nobody sees it any more. */
export function lostSteps(database: Database): string[] {
  return [
    `Argo CD keeps the Application ${database.application}, which goes on syncing or fails: bring the database back, or retire it first`,
  ]
}

export function createdSteps(database: Database): string[] {
  return database.environment.autoSync && database.retired === undefined
    ? [`Argo CD creates the Application ${database.application} and the Cluster ${database.cluster} in ${database.namespace}`]
    : [`Argo CD creates the Application ${database.application}; sync it by hand: argocd app sync ${database.application}`]
}

export function movedSteps(before: Database): string[] {
  return [
    `the Cluster ${before.cluster} in ${before.namespace} lives on unmanaged beside the new, empty one: copy the data, then delete it by hand`,
  ]
}

export interface StepFacts {
  readonly removed: readonly RenderedObject[]
  readonly changed: readonly RenderedObject[]
  readonly isHookOnly: boolean
  readonly isSupervised: boolean
  /** of the Cluster, before and after */
  readonly instances: readonly [number, number]
}

/** What follows from changed, added and removed objects. */
export function changedSteps(database: Database, effect: Effect, facts: StepFacts): string[] {
  const { removed, changed, isHookOnly, isSupervised, instances } = facts
  const steps: string[] = []
  if (isHookOnly) steps.push(`only Helm hooks change, so no auto-sync starts: argocd app sync ${database.application}`)
  else if (changed.length + removed.length > 0 && !database.environment.autoSync && database.retired === undefined)
    steps.push(`auto-sync is off: argocd app sync ${database.application}`)
  const [from, to] = instances
  if (to > from) steps.push(`the operator clones ${to - from === 1 ? 'one standby' : `${to - from} standbys`} more`)
  if (to < from) steps.push(`the operator deletes ${from - to === 1 ? 'one instance' : `${from - to} instances`} with its volumes`)
  const lost = removed.find(({ kind }) => kind === 'Cluster')
  if (lost !== undefined) return [...steps, `the Cluster ${lost.name} is not printed any more: it lives on, and no change reaches it`]
  for (const { kind, name, hook } of removed) {
    if (hook) continue
    const resource = kind === 'Database' ? 'databases.postgresql.cnpg.io' : kind.toLowerCase()
    steps.push(`${kind} ${name} keeps running, since prune is off: kubectl delete ${resource} ${name} -n ${database.namespace}`)
  }
  for (const { kind, name } of changed)
    if (kind === 'Pooler') steps.push(`PgBouncer of ${name} is replaced pod by pod; its connections break once`)
  if (isSupervised && (effect === 'restart' || effect === 'rolling update with switchover'))
    steps.push(
      `updates are supervised: when the standbys are done, kubectl cnpg promote ${database.cluster} -n ${database.namespace}, or restart the primary`,
    )
  if (effect === 'major upgrade')
    steps.push('the operator stops all instances, runs pg_upgrade and clones the standbys again: take a backup first')
  return steps
}
