// How does each database differ from the base, and which rules of change does that break?
import { locateFinding, spotOf } from '../diagnose.ts'
import type { LocatedFinding, Spot } from '../diagnose.ts'
import { serviceSpot } from '../generator.ts'
import type { Database, Environment, Json, MapValue, RenderedObject, RuledFinding, Settings } from '../model.ts'
import { formatPath } from '../path.ts'
import { valueAt } from '../value.ts'
import { applicationChanges, identityFindings, isSameCluster } from './application.ts'
import type { FieldChange } from './application.ts'
import type { Base } from './base.ts'
import { differences, shownValue, spotIn } from './difference.ts'
import { clusterEffect, gravest } from './effect.ts'
import type { Effect } from './effect.ts'
import { clusterOf, keptFindings } from './kept.ts'
import { pinFindings } from './pins.ts'
import type { State } from './places.ts'
import { changedSteps, createdSteps, goneSteps, lostSteps, movedSteps, retiredSteps } from './steps.ts'
import { findVanished, vanishedFindings } from './vanished.ts'

/** One database at one commit, as far as its objects. */
export interface Side {
  readonly database: Database
  readonly values: MapValue
  readonly objects: readonly RenderedObject[]
  readonly fallback: Spot
}

export type Result = 'created' | 'changed' | 'untouched' | 'retired' | 'gone'

/** What a merge does to one database. */
export interface DatabaseChange {
  readonly id: string
  readonly result: Result
  readonly application: string
  readonly effect: Effect
  readonly changes: readonly FieldChange[]
  readonly steps: readonly string[]
}

/** A rendered object beside what it was; `judge` yields what the API server and the operator say to the update. */
export type UpdateJudge = (
  object: RenderedObject,
  old: RenderedObject,
  databases: { readonly before: Database; readonly after: Database },
) => readonly RuledFinding[]

/** The comparison of one state of the repository with its base. */
export interface Comparison {
  readonly base: Base
  /** the database at the base, where its files or settings are others now; undefined: new, or the same */
  before(database: Database): Database | undefined
  /** whether the change reaches a database: its files, its settings or its rendered file differ */
  touches(database: Database): boolean
  /** compares both sides; rules of change are findings */
  compare(before: Side, after: Side, judge: UpdateJudge): LocatedFinding[]
  /** what can be said once all databases are known: those that vanished, and pins */
  conclude(): LocatedFinding[]
  /** every database of both sides, sorted by id */
  result(): readonly DatabaseChange[]
}

export function startComparison(base: Base, now: State, databases: readonly Database[]): Comparison {
  const then: State | undefined = base.settings === undefined ? undefined : { settings: base.settings, tree: base.tree }
  const records = new Map<string, DatabaseChange>()
  const footprints = new Map<Database, string>()
  const footprint = (database: Database, settings: Settings): string => {
    const known = footprints.get(database) ?? footprintOf(database, settings)
    footprints.set(database, known)
    return known
  }
  const isSame = (old: Database, database: Database): boolean =>
    then !== undefined && sameLayers(old, database) && footprint(old, then.settings) === footprint(database, now.settings)
  const vanished = findVanished(base.databases.values(), databases)
  return {
    base,
    before: (database) => {
      const old = base.databases.get(database.id)
      return old === undefined || isSame(old, database) ? undefined : old
    },
    touches: (database) => {
      const old = base.databases.get(database.id)
      return old === undefined || !isSame(old, database) || base.differs(database.rendered)
    },
    compare: (before, after, judge) => {
      if (then === undefined) return []
      const { findings, record } = compareSides(then, now, { before, after, judge })
      records.set(after.database.id, record)
      return findings
    },
    conclude: () => {
      if (then === undefined) return []
      const counts = new Map<string, number>()
      for (const { environment } of base.databases.values()) counts.set(environment.name, (counts.get(environment.name) ?? 0) + 1)
      const edited = databases.filter((database) => {
        const old = base.databases.get(database.id)
        return old !== undefined && !sameLayers(old, database)
      })
      return [...vanishedFindings(then, now, vanished, counts), ...pinFindings(then, now, edited)]
    },
    result: () => {
      const renamed = new Map(vanished.renamed.map((rename) => [rename.after.id, rename.before]))
      const list = databases.map((database) => records.get(database.id) ?? unrecorded(database, base, renamed.get(database.id)))
      const left = [...vanished.gone, ...vanished.renamed.map(({ before }) => before)].map((database) => goneRecord(database, base))
      return [...list, ...left].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    },
  }
}

function sameLayers(old: Database, database: Database): boolean {
  return (
    old.layers.length === database.layers.length &&
    old.layers.every(({ layer, file }, index) => {
      const now = database.layers[index]
      return (
        now?.layer === layer &&
        (file.blob !== undefined && now.file.blob !== undefined ? file.blob === now.file.blob : file.text === now.file.text)
      )
    })
  )
}

const shared = new WeakMap<Environment, string>()

/** What decides about a database beside its values files; what a whole environment shares is written once. */
function footprintOf(database: Database, settings: Settings): string {
  const { namespace, cluster, application, owner, retired, environment } = database
  const { namespace: _pattern, ...rest } = environment
  const { argocd, repository, ownKeys } = settings
  const common = shared.get(environment) ?? JSON.stringify([rest, argocd, repository, ownKeys])
  shared.set(environment, common)
  return JSON.stringify([namespace, cluster, application, owner, retired]) + common
}

function unrecorded(database: Database, base: Base, renamedFrom: Database | undefined): DatabaseChange {
  const { id, application } = database
  if (base.databases.has(id)) return { id, result: 'untouched', application, effect: 'nothing', changes: [], steps: [] }
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
  readonly judge: UpdateJudge
}

function compareSides(then: State, now: State, { before, after, judge }: Sides): { findings: LocatedFinding[]; record: DatabaseChange } {
  const pair = { before: before.database, after: after.database }
  const findings = [...identityFindings(then, now, pair)]
  const changes = applicationChanges(then, now, pair)
  const { id, application, retired } = after.database
  const isRetiring = retired !== undefined && before.database.retired === undefined
  const steps = isRetiring ? retiredSteps(after.database) : []
  if (!isSameCluster(pair)) {
    const effect: Effect = 're-creation'
    return { findings, record: { id, result: 'changed', application, effect, changes, steps: [...steps, ...movedSteps(before.database)] } }
  }
  const isComparable = before.objects.length > 0 && after.objects.length > 0
  const objects = isComparable ? compareObjects(before, after, judge) : nothingCompared
  findings.push(...objects.findings, ...(isComparable ? keptFindings(then, now, before, after) : []))
  changes.push(...objects.changes)
  const isHookOnly =
    isComparable && objects.touched.length > 0 && objects.touched.every(({ hook }) => hook) && changes.length === objects.changes.length
  if (isHookOnly) findings.push(hookFinding(after, objects))
  const effect = gravest(changes.map((change) => change.effect))
  const strategy = valueAt(clusterOf(after)?.value, ['spec', 'primaryUpdateStrategy'])
  const isSupervised = strategy?.kind === 'scalar' && strategy.value === 'supervised'
  if (changes.length > 0)
    steps.push(
      ...changedSteps(after.database, effect, {
        removed: objects.removed,
        changed: objects.touched,
        isHookOnly,
        isSupervised,
        instances: [instancesOf(before), instancesOf(after)],
      }),
    )
  const result: Result = isRetiring ? 'retired' : changes.length > 0 ? 'changed' : 'untouched'
  return { findings, record: { id, result, application, effect, changes, steps } }
}

function instancesOf(side: Side): number {
  const value = valueAt(clusterOf(side)?.value, ['spec', 'instances'])
  return value?.kind === 'scalar' ? Number(value.value) : 1
}

interface ObjectChanges {
  readonly findings: LocatedFinding[]
  readonly changes: FieldChange[]
  /** objects that are new or differ, as they are now */
  readonly touched: RenderedObject[]
  /** objects that are no more, as they were */
  readonly removed: RenderedObject[]
}

const nothingCompared: ObjectChanges = { findings: [], changes: [], touched: [], removed: [] }

function compareObjects(before: Side, after: Side, judge: UpdateJudge): ObjectChanges {
  const key = ({ kind, name }: RenderedObject): string => `${kind}/${name}`
  const old = new Map(before.objects.map((object) => [key(object), object]))
  const found: ObjectChanges = { findings: [], changes: [], touched: [], removed: [] }
  for (const object of after.objects) {
    const was = old.get(key(object))
    old.delete(key(object))
    const changes = was === undefined ? [presence(object, after, 'present')] : fieldChanges(was, object, { before, after })
    if (changes.length === 0) continue
    found.changes.push(...changes)
    found.touched.push(object)
    if (was === undefined) continue
    const subject = { object, values: after.values, fallback: after.fallback, database: after.database }
    for (const finding of judge(object, was, { before: before.database, after: after.database })) {
      const located = locateFinding(finding, subject)
      const earlier = earlierPlace(finding, was, before)
      found.findings.push(earlier === undefined ? located : { ...located, related: [...(located.related ?? []), earlier] })
    }
  }
  for (const object of old.values()) {
    found.removed.push(object)
    found.changes.push(presence(object, before, null))
  }
  return found
}

/** A whole object that comes or goes. */
function presence(object: RenderedObject, side: Side, after: 'present' | null): FieldChange {
  return {
    object: `${object.kind}/${object.name}`,
    path: '',
    before: after === null ? 'present' : null,
    after,
    effect: 'nothing',
    spot: spotIn(side.values, object.value, side.fallback),
  }
}

function fieldChanges(was: RenderedObject, object: RenderedObject, sides: { readonly before: Side; readonly after: Side }): FieldChange[] {
  return [...differences(was.value, object.value)].map(({ path, before, after }) => {
    const parent = path.slice(0, -1)
    const isSecret = object.kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')
    const shown = (value: typeof before, root: MapValue): Json =>
      isSecret && value !== undefined ? '***' : shownValue(value, path, valueAt(root, parent))
    const effect = object.kind === 'Cluster' ? clusterEffect(path, { before: was.value, after: object.value }) : 'nothing'
    return {
      object: `${object.kind}/${object.name}`,
      path: formatPath(path),
      before: shown(before, was.value),
      after: shown(after, object.value),
      effect,
      spot: changeSpot(before, after, sides),
    }
  })
}

/** The line of the new value; where there is none, what removed it, else where the value stood. */
function changeSpot(
  before: MapValue | undefined | Parameters<typeof spotOf>[0],
  after: typeof before,
  sides: { readonly before: Side; readonly after: Side },
): Spot {
  if (after !== undefined) return spotIn(sides.after.values, after, sides.after.fallback)
  if (before === undefined) return sides.after.fallback
  const removed = valueAt(sides.after.values, before.origin.path)
  return (removed === undefined ? undefined : spotOf(removed)) ?? spotIn(sides.before.values, before, sides.before.fallback)
}

/** The same field at the base, for the finding's related place. */
function earlierPlace(finding: RuledFinding, was: RenderedObject, before: Side): (Spot & { message: string }) | undefined {
  const { path } = finding.places[0]
  let end = path.length
  while (end > 1 && valueAt(was.value, path.slice(0, end)) === undefined) end--
  const node = valueAt(was.value, path.slice(0, end))
  if (node === undefined) return undefined
  const shown = shownValue(node, path.slice(0, end))
  const text = shown === null || typeof shown === 'object' ? 'this stood here' : String(shown).slice(0, 60)
  return { ...spotIn(before.values, node, before.fallback), message: `${text} before this change` }
}

function hookFinding(after: Side, { changes, touched }: ObjectChanges): LocatedFinding {
  const [first] = changes
  return {
    rule: 'changes/hook-only',
    severity: 'warning',
    message:
      `only ${touched.map(({ kind }) => kind).join(', ')} of ${after.database.id} changes, but it is a Helm hook that no auto-sync applies`.slice(
        0,
        120,
      ),
    at: first?.spot ?? after.fallback,
    help: `after the merge run \`argocd app sync ${after.database.application}\``,
    database: after.database.id,
  }
}

/** A side of a comparison. */
export function sideOf(database: Database, values: MapValue, objects: readonly RenderedObject[]): Side {
  return { database, values, objects, fallback: serviceSpot(database) }
}
