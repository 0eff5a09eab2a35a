// What does a plan list for databases that another set or Application deploys now, or that none does?
import type { DatabaseChange, FieldChange, Step } from '../findings/database-change.ts'
import type { Handover } from '../argocd/rules/application/deployments.ts'
import type { Database } from '../model.ts'
import type { Base } from './base-state.ts'
import { goneSteps, lastCopy, movedSteps, automatic, todo } from './steps.ts'

/** The records of hand-written databases, and of generated ones that were hand-written or become it; by id. */
export function handedRecords(
  handovers: readonly Handover[],
  base: Pick<Base, 'databases' | 'settings'>,
  databases: readonly Database[],
): Map<string, DatabaseChange> {
  const idsOf = (all: Iterable<Database>): ReadonlyMap<string, string> =>
    new Map([...all].flatMap(({ id, cluster, written }) => (written === undefined ? [] : [[`${written.key} ${cluster}`, id]])))
  const [then, now] = [idsOf(base.databases.values()), idsOf(databases)]
  const idOf = (handover: Handover): string | undefined => {
    const { before: old, after: next } = handover
    const isGone = handover.result === 'gone' || next === undefined
    return (isGone ? undefined : now.get(`${next.key} ${next.cluster ?? ''}`)) ?? then.get(`${old.key} ${old.cluster ?? ''}`)
  }
  const records = new Map<string, DatabaseChange>()
  for (const handover of handovers) {
    const { before, after } = handover
    // the settings have their own records of what they make on both sides
    if (before.database !== undefined && after?.database !== undefined) continue
    const known = before.isPlain === true ? idOf(handover) : undefined
    const record = { ...recordOf(handover), ...(known !== undefined && { id: known }) }
    records.set(record.id, withRetirement(record, handover, base))
  }
  return records
}

/** Ids of generated databases of the base that hand-written manifests deploy now: they are not gone. */
export function handedAway(handovers: readonly Handover[]): ReadonlySet<string> {
  return new Set(
    handovers.flatMap(({ result, before }) => (before.database === undefined || result === 'gone' ? [] : [before.database.id])),
  )
}

/** What a person does about a database that goes because it was retired. */
function withRetirement(
  record: DatabaseChange,
  { before, isRetired, isDeleted }: Handover,
  { databases, settings }: Pick<Base, 'databases' | 'settings'>,
): DatabaseChange {
  if (record.result !== 'gone' || isRetired !== true || settings === undefined) return record
  const old = [...databases.values()].find(({ written, cluster }) => written?.key === before.key && cluster === before.cluster)
  if (old === undefined) return record
  const deleted = automatic(`Argo CD deletes the Application ${before.application}, its Cluster ${old.cluster} and the volumes`)
  return { ...record, steps: isDeleted === true ? [todo(`before the merge: ${lastCopy(old)}`), deleted] : goneSteps(old, settings) }
}

function recordOf({ result, before, after, isDeleted }: Handover): DatabaseChange {
  const { application } = before
  const id =
    (result === 'gone' ? undefined : after?.database?.id) ??
    before.database?.id ??
    (before.isPlain === true ? `${application}/${before.cluster ?? ''}` : application)
  const record = { id, application: result === 'gone' ? application : (after?.application ?? application) }
  if (result === 'created') {
    const steps = [automatic(`${before.maker} makes the Cluster ${before.cluster ?? before.release} in ${before.namespace}, new and empty`)]
    return { ...record, result, effect: 'creation', changes: [], steps }
  }
  if (result === 'swapped') {
    const cluster = before.cluster ?? before.release
    const steps = [todo(`the Application ${application} stays, but nothing in it makes the Cluster ${cluster} now: restore what made it`)]
    return { ...record, result: 'gone', effect: 'nothing', changes: [], steps }
  }
  if (before.isLoose === true) {
    const steps = [
      todo(`nothing here makes the Cluster ${before.cluster ?? ''} any more: bring it back, or make sure that nothing prunes it`),
    ]
    return { ...record, result: 'gone', effect: 'nothing', changes: [], steps }
  }
  if (result === 'gone' || after === undefined) {
    const steps = [
      isDeleted === true
        ? automatic(
            `Argo CD deletes the Application ${application}, its Cluster ${before.cluster ?? before.release} and the volumes: bring it back`,
          )
        : todo(`nothing here wants the Application ${application} any more: bring it back, or see to it and its Cluster by hand`),
    ]
    return { ...record, result: 'gone', effect: 'nothing', changes: [], steps }
  }
  const change = (
    part: FieldChange['path'],
    was: string | undefined,
    is: string | undefined,
    effect: FieldChange['effect'],
  ): FieldChange[] =>
    was === is
      ? []
      : [
          {
            object: `Application/${after.application}`,
            path: part,
            before: was ?? null,
            after: is ?? null,
            effect,
            spot: after.spotOf(
              part === 'metadata.name'
                ? 'application'
                : part === 'namespace'
                  ? 'namespace'
                  : part === 'destination'
                    ? 'destination'
                    : 'cluster',
            ),
          },
        ]
  const isSameSet = before.manifest !== undefined && before.maker.endsWith(`postgres-clusters-${after.database?.environment.name ?? ''}`)
  if (result === 'handed-over' && isSameSet) return { ...record, result: 'untouched', effect: 'nothing', changes: [], steps: [] }
  const changes = [
    ...change('metadata.name', before.application, after.application, 'nothing'),
    ...change('destination', before.destination, after.destination, 're-creation'),
    ...change('namespace', before.namespace, after.namespace, 're-creation'),
    ...change('cluster', before.cluster, after.cluster, 're-creation'),
  ]
  const effect = result === 'recreated' || isDeleted === true ? 're-creation' : 'nothing'
  return {
    ...record,
    result: result === 'unknown' ? 'changed' : result,
    effect,
    changes: result === 'handed-over' || result === 'unknown' ? [] : changes,
    steps: isDeleted === true ? [deletedStep(before)] : stepsOf({ result, before, after }),
  }
}

/** If anything creates it again, the new one is empty. */
function deletedStep({ application, cluster, release }: Handover['before']): Step {
  return automatic(`Argo CD deletes the Application ${application}, its Cluster ${cluster ?? release} and the volumes`)
}

function stepsOf({ result, before, after }: Handover): Step[] {
  const cluster = before.cluster ?? before.release
  if (result === 'recreated') return movedSteps({ cluster, namespace: before.namespace })
  if (result === 'unknown')
    return [automatic(`the name of its Cluster is not known here, so that nothing was compared: look at what is live`)]
  if (result === 'renamed')
    return [todo(`the Application ${before.application} lives on next to the new one, and both own the Cluster ${cluster}`)]
  return [
    automatic(
      `${after?.maker ?? 'another maker'} takes it over from ${before.maker}: the Application, the Cluster ${cluster} and its namespace keep their names`,
    ),
    automatic('what Helm prints was not compared with what it printed before: look at the diff in Argo CD'),
  ]
}
