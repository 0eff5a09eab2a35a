// How does each database differ from the base, and which rules of change does that break?
import type { Base } from './base-state.ts'
import { gravest } from '../findings/database-change.ts'
import type { DatabaseChange, Effect, Result } from '../findings/database-change.ts'
import { named, phrase, textOf } from '../findings/message.ts'
import { append } from '../values/append.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Environment, RenderedObject, Settings } from '../model.ts'
import { jsonAt } from '../values/value.ts'
import { applicationChanges, identityFindings, isRenamedApplication, isSameCluster, operatorChanges } from './application.ts'
import { unreadableLayer } from './base.ts'
import { asDeployed } from './deployed.ts'
import { handedAway, handedRecords } from './handed.ts'
import type { Handover } from '../argocd/rules/application/deployments.ts'
import { rollingEffect } from './effect.ts'
import { lostClusterFindings } from './lost-clusters.ts'
import { lostProtectionFindings } from './lost-protections.ts'
import { creationOnlyFindings } from './creation-only.ts'
import { compareObjects, noChanges } from './objects.ts'
import type { ObjectChanges } from './objects.ts'
import { pinFindings, togetherFindings } from './pins.ts'
import type { State } from './places.ts'
import { replacedPoolers } from './poolers.ts'
import { policyFindings } from './policies.ts'
import { clusterOf } from './side.ts'
import type { Side } from './side.ts'
import { budgetsOf } from '../postgres/budgets/budgets.ts'
import { changedSteps, createdSteps, goneSteps, lostSteps, movedSteps, retiredSteps, automatic } from './steps.ts'
import { findVanished, vanishedFindings } from './vanished.ts'
import type { Vanished } from './vanished.ts'
import { takenOver, withCompared } from './taken-over.ts'

/** The comparison of one state of the repository with its base. */
export interface Comparison {
  readonly base: Base
  /** the database at the base, if its files or settings have changed; undefined: new, or the same */
  before(database: Database): Database | undefined
  /** a database of the base as it was deployed, where its rendered file is not what its inputs make (absent: they can't be read); see `asDeployed` */
  deployed(old: Database, wanted?: string): Database | undefined
  /** whether the change makes a database, by id; false where nothing was compared */
  isNew(id: string): boolean
  /** whether the change reaches a database: its files, its settings or its rendered file differ */
  touches(database: Database): boolean
  /** nothing of this program was there at the base */
  readonly isFirst: boolean
  /** compares both sides; rules of change are findings */
  compare(before: Side, after: Side): LocatedFinding[]
  /** a database whose values at the base can't be read, or are refused by the chart, for the reasons given */
  leaveOut(after: Database, reasons: readonly LocatedFinding[]): LocatedFinding[]
  /** what can be reported only once all databases are known: those that vanished, and pins */
  conclude(handovers: readonly Handover[]): LocatedFinding[]
  /** every database of both sides, and the hand-written ones to which something happens, sorted by id */
  result(): readonly DatabaseChange[]
}

/** The state being checked, and whether the templates of a database differ there. */
interface Judged extends State {
  readonly hasOtherChart?: (old: Database, database: Database) => boolean
}

export function startComparison(base: Base, now: Judged, databases: readonly Database[]): Comparison {
  const then: State | undefined = base.settings === undefined ? undefined : { settings: base.settings, tree: base.tree }
  const records = new Map<string, DatabaseChange>()
  const isSame = (old: Database, database: Database): boolean =>
    then !== undefined &&
    sameLayers(old, database) &&
    sameNames(old, database) &&
    surroundings(old.environment, then.settings) === surroundings(database.environment, now.settings) &&
    now.hasOtherChart?.(old, database) !== true
  let handed: readonly Handover[] = []
  const isGenerated = ({ written }: Database): boolean => written === undefined
  const vanished = findVanished([...base.databases.values()].filter(isGenerated), databases.filter(isGenerated))
  const moved = new Map(vanished.moved.map(({ before, after }) => [after.id, before]))
  const taken = takenOver(base, databases)
  const earlier = ({ id }: Pick<Database, 'id'>): Database | undefined => base.databases.get(id) ?? moved.get(id) ?? taken.get(id)
  const differsAt = (rendered: string): boolean => rendered !== '' && base.differs(rendered)
  const before = (database: Database): Database | undefined => {
    const old = earlier(database)
    return old === undefined || (isSame(old, database) && !differsAt(database.rendered)) ? undefined : old
  }
  let isFetched = false
  return {
    base,
    isFirst: then === undefined && base.findings.length === 0,
    before,
    deployed: (old, wanted) => {
      if (!base.hasGenerated || old.written !== undefined) return undefined
      // one process of git for all of them
      if (!isFetched) base.tree.prefetch?.(databases.flatMap(({ rendered }) => (differsAt(rendered) ? [rendered] : [])))
      isFetched = true
      return asDeployed(old, wanted, base.tree)
    },
    isNew: (id) => then !== undefined && earlier({ id }) === undefined,
    touches: (database) => {
      const old = earlier(database)
      return old === undefined || !isSame(old, database) || differsAt(database.rendered)
    },
    compare: (before, after) => {
      if (then === undefined) return []
      const { findings, record } = compareSides(then, now, { before, after })
      records.set(after.database.id, record)
      return findings
    },
    leaveOut: (after, reasons) => {
      const { id, application } = after
      const steps = [automatic(`its values at ${base.revision} can't be used, so that nothing was compared: look at what is live`)]
      records.set(id, { id, result: 'changed', application, effect: 'nothing', changes: [], steps })
      return reasons.slice(0, 1).map((reason) => unreadableLayer(reason, after))
    },
    conclude: (handovers) => {
      handed = handovers
      if (then === undefined) return [...base.findings]
      const counts = new Map<string, number>()
      for (const { environment } of base.databases.values()) counts.set(environment.name, (counts.get(environment.name) ?? 0) + 1)
      const edited = databases.filter((database) => {
        const old = earlier(database)
        return old !== undefined && !sameLayers(old, database)
      })
      return [
        ...base.findings,
        ...vanishedFindings(then, now, withoutHanded(vanished, handed), counts),
        ...pinFindings(then, now, edited),
        ...togetherFindings(then, now),
      ]
    },
    result: () => {
      const renamed = new Map(withoutHanded(vanished, handed).renamed.map((rename) => [rename.after.id, rename.before]))
      const list = databases.map(
        (database) => records.get(database.id) ?? unrecorded(database, earlier(database), renamed.get(database.id)),
      )
      const away = handedAway(handed)
      const left = [...vanished.gone, ...vanished.renamed.map(({ before }) => before)]
        .filter(({ id }) => !away.has(id))
        .map((database) => goneRecord(database, base))
      const byHand = withCompared(handedRecords(handed, base, databases), records)
      return [...[...list, ...left].filter(({ id }) => !byHand.has(id)), ...byHand.values()].sort((a, b) =>
        a.id < b.id ? -1 : a.id > b.id ? 1 : 0,
      )
    },
  }
}

/** What hand-written manifests deploy now has not vanished. */
function withoutHanded(vanished: Vanished, handovers: readonly Handover[]): Vanished {
  const away = handedAway(handovers)
  return {
    ...vanished,
    gone: vanished.gone.filter(({ id }) => !away.has(id)),
    renamed: vanished.renamed.filter(({ before }) => !away.has(before.id)),
  }
}

function sameLayers(old: Database, database: Database): boolean {
  return (
    old.layers.length === database.layers.length &&
    old.layers.every(({ layer, file, inline }, index) => {
      const now = database.layers[index]
      if (inline !== undefined || now?.inline !== undefined) return now?.layer === layer && inline?.text === now.inline?.text
      return (
        now?.layer === layer &&
        (file.blob !== undefined && now.file.blob !== undefined ? file.blob === now.file.blob : file.text === now.file.text)
      )
    })
  )
}

/** What else decides about a database, besides its values files and its environment. */
function sameNames(old: Database, database: Database): boolean {
  return (
    old.service === database.service &&
    old.namespace === database.namespace &&
    old.cluster === database.cluster &&
    old.release === database.release &&
    old.application === database.application &&
    old.written?.fingerprint === database.written?.fingerprint &&
    old.owner === database.owner &&
    old.retired?.reason === database.retired?.reason &&
    old.retired?.since === database.retired?.since
  )
}

const shared = new WeakMap<Environment, string>()

/** What all databases of an environment share; the pattern of their namespaces has become names. */
function surroundings(environment: Environment, { argocd, repository, ownKeys, labels }: Settings): string {
  const known = shared.get(environment)
  if (known !== undefined) return known
  const { namespace: _pattern, ...rest } = environment
  const text = JSON.stringify([rest, argocd, repository, ownKeys, labels])
  shared.set(environment, text)
  return text
}

function unrecorded(database: Database, before: Database | undefined, renamedFrom: Database | undefined): DatabaseChange {
  const { id, application } = database
  if (before !== undefined) return { id, result: 'untouched', application, effect: 'nothing', changes: [], steps: [] }
  const steps = [...createdSteps(database), ...(renamedFrom === undefined ? [] : movedSteps(renamedFrom))]
  return { id, result: 'created', application, effect: renamedFrom === undefined ? 'creation' : 're-creation', changes: [], steps }
}

function goneRecord(database: Database, { settings }: Base): DatabaseChange {
  const steps = database.retired === undefined || settings === undefined ? lostSteps(database) : goneSteps(database, settings)
  return { id: database.id, result: 'gone', application: database.application, effect: 'nothing', changes: [], steps }
}

interface Sides {
  readonly before: Side
  readonly after: Side
}

function compareSides(then: State, now: State, { before, after }: Sides): { findings: LocatedFinding[]; record: DatabaseChange } {
  const pair = { before: before.database, after: after.database }
  const findings = [...identityFindings(then, now, pair), ...lostClusterFindings(before, after)]
  const operator = operatorChanges(now, pair, rollingEffect(instancesOf(before)))
  const changes = [...applicationChanges(then, now, pair), ...operator]
  const { id, application, retired } = after.database
  const isRetiring = retired !== undefined && before.database.retired === undefined
  const steps = isRetiring ? retiredSteps(after.database) : []
  if (!isSameCluster(pair)) {
    const effect: Effect = 're-creation'
    return {
      findings,
      record: { id, result: 'recreated', application, effect, changes, steps: [...steps, ...movedSteps(before.database)] },
    }
  }
  const isComparable = before.objects.length > 0
  const objects = isComparable ? compareObjects(before, after) : noChanges()
  const creationOnly = [...creationOnlyFindings(before, after)]
  append(findings, objects.findings, creationOnly, isComparable ? lostProtectionFindings(then, now, before, after) : [])
  if (isComparable) append(findings, policyFindings(before, after, now.settings))
  append(changes, objects.changes)
  const touched = [...objects.changed, ...objects.added]
  // a Cluster that became a hook is another mistake
  const isHookOnly =
    isComparable &&
    touched.length > 0 &&
    touched.every(({ hook, kind }) => hook && kind !== 'Cluster') &&
    changes.length === objects.changes.length
  if (isHookOnly) findings.push(hookFinding(after, touched, objects))
  const gravestEffect = gravest(changes.map((change) => change.effect))
  // a generated set syncs no database that is retired
  const isUnsynced = retired !== undefined && after.database.written === undefined
  const effect = isUnsynced && gravestEffect !== 'refused' ? 'nothing' : gravestEffect
  const isSupervised = jsonAt(clusterOf(after)?.plain, ['spec', 'primaryUpdateStrategy']) === 'supervised'
  const instances = [instancesOf(before), instancesOf(after)] as const
  const connections = [budgetsOf(before.objects)?.connections, budgetsOf(after.objects)?.connections] as const
  const poolers = replacedPoolers(after.objects, objects, operator.length > 0)
  if (changes.length > 0)
    append(steps, changedSteps(after.database, effect, { ...objects, isHookOnly, isSupervised, instances, poolers, connections }))
  // what is read only at creation has no effect, and the plan must show that
  append(
    steps,
    creationOnly.filter(({ rule }) => rule === 'changes/read-at-creation').map(({ message }) => automatic(textOf(message))),
  )
  const reason = objects.refused[0]?.reason
  const isRenamed = isRenamedApplication(then, now, pair)
  const result: Result = isRetiring ? 'retired' : isRenamed ? 'renamed' : changes.length > 0 ? 'changed' : 'untouched'
  return { findings, record: { id, result, application, effect, ...(reason !== undefined && { reason }), changes, steps } }
}

function instancesOf(side: Side): number {
  const value = jsonAt(clusterOf(side)?.plain, ['spec', 'instances'])
  return value === undefined || typeof value === 'object' ? 1 : Number(value)
}

function hookFinding(after: Side, touched: readonly RenderedObject[], { changes }: ObjectChanges): LocatedFinding {
  const [first] = changes
  return {
    rule: 'changes/hook-only',
    severity: 'warning',
    message: phrase`only ${touched.map(({ kind }) => kind).join(', ')} of ${named(after.database.id)} changes, but it is a Helm hook that no auto-sync applies`,
    at: first?.spot ?? after.fallback,
    help: phrase`after the merge run \`argocd app sync ${named(after.database.application)}\``,
    database: after.database.id,
  }
}
