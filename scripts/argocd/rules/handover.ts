// Does every Cluster of the base live on under its name, whoever deploys it now?
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import { clusterKey, hasName, idOf } from './deployments.ts'
import type { Deployment, Part } from './deployments.ts'
import type { Manifest } from './manifest-files.ts'

/** What became of a deployment of the base that another maker has now, or nobody. */
export interface Handover {
  readonly result: 'handed-over' | 'renamed' | 'recreated' | 'gone' | 'unknown'
  readonly before: Deployment
  readonly after?: Deployment
}

export interface Sides {
  readonly before: readonly Deployment[]
  readonly now: readonly Deployment[]
  /** the manifest that goes on from one of the base under its name or in its place: the rules of sets compare the two */
  readonly successorOf: (manifest: Manifest) => Manifest | undefined
}

/** Pairs each deployment of the base with the one that is in its place now. Those that one maker keeps under their names are left out. */
export function compareDeployments({ before, now, successorOf }: Sides): Handover[] {
  const byApplication = new Map<string, Deployment[]>()
  for (const one of now) if (hasName(one)) byApplication.set(one.key, [...(byApplication.get(one.key) ?? []), one])
  const byCluster = new Map<string, Deployment>()
  for (const one of now) {
    const key = clusterKey(one)
    if (key !== undefined && !byCluster.has(key)) byCluster.set(key, one)
  }
  const fresh = new Set(freshOnes(before, now))
  const lost: Deployment[] = []
  const found = before.flatMap((old): Handover[] => {
    const key = clusterKey(old)
    const made = byApplication.get(old.key) ?? []
    const kept = made.find((one) => isOneMaker(old, one, successorOf))
    const same = made.find((one) => key !== undefined && clusterKey(one) === key)
    const next = kept ?? same ?? made[0]
    if (next !== undefined) {
      if (next === kept) return isRecreated(old, next) ? [{ result: 'recreated', before: old, after: next }] : []
      if (next === same) return [{ result: 'handed-over', before: old, after: next }]
      return [{ result: isRecreated(old, next) ? 'recreated' : 'unknown', before: old, after: next }]
    }
    const other = key === undefined ? undefined : byCluster.get(key)
    if (other !== undefined) return [{ result: 'renamed', before: old, after: other }]
    if (old.manifest !== undefined && hasName(old)) lost.push(old)
    return []
  })
  const successors = new Map<Deployment, Deployment>()
  // whoever replaces a whole manifest by generated sets means them to hold what it held, whatever they are called
  for (const find of [nearest, anyGenerated])
    for (const old of lost) {
      if (successors.has(old) || (find === anyGenerated && (old.manifest === undefined || successorOf(old.manifest) !== undefined)))
        continue
      const after = find(old, fresh)
      if (after === undefined) continue
      successors.set(old, after)
      fresh.delete(after)
    }
  return [
    ...found,
    ...lost.map((old): Handover => {
      const after = successors.get(old)
      return { result: 'gone', before: old, ...(after === undefined ? {} : { after }) }
    }),
  ]
}

function anyGenerated(_old: Deployment, fresh: ReadonlySet<Deployment>): Deployment | undefined {
  return [...fresh].find(({ database }) => database !== undefined)
}

/** The deployments whose Application and Cluster are both new. */
function freshOnes(before: readonly Deployment[], now: readonly Deployment[]): readonly Deployment[] {
  const applications = new Set(before.map(({ key }) => key))
  const clusters = new Set(before.map(clusterKey))
  return now.filter((one) => hasName(one) && !applications.has(one.key) && !clusters.has(clusterKey(one)))
}

function isRecreated(old: Deployment, next: Deployment): boolean {
  if (old.destination !== next.destination && isKnown(old.destination, next.destination)) return true
  if (old.namespace !== next.namespace && isKnown(old.namespace, next.namespace)) return true
  return old.cluster !== undefined && next.cluster !== undefined && old.cluster !== next.cluster && isKnown(old.cluster, next.cluster)
}

const isKnown = (...texts: readonly string[]): boolean => texts.every((text) => !text.includes('\ue000'))

/** The new deployment that seems to be meant for an old one: in its namespace, or of a name that one of the two begins with. */
function nearest(old: Deployment, fresh: ReadonlySet<Deployment>): Deployment | undefined {
  const begins = (a: string, b: string): boolean => a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a))
  const score = (one: Deployment): number =>
    (one.namespace === old.namespace && one.destination === old.destination ? 2 : 0) +
    (begins(one.cluster ?? one.release, old.cluster ?? old.release) ? 2 : 0) +
    (begins(one.application, old.application) ? 1 : 0)
  let best: Deployment | undefined
  for (const one of fresh) if (score(one) >= 2 && (best === undefined || score(one) > score(best))) best = one
  return best
}

interface Wording {
  readonly rule: string
  readonly severity: 'error' | 'warning'
  readonly part: Part
  readonly message: string
  readonly help: string
}

/** Whether the settings, or one manifest, make a deployment on both sides. */
function isOneMaker(old: Deployment, next: Deployment, successorOf: Sides['successorOf']): boolean {
  if (old.manifest === undefined || next.manifest === undefined) return old.manifest === next.manifest
  return successorOf(old.manifest) === next.manifest
}

/**
 * The findings about deployments that changed hands; those of one line are told together. What one maker does to its own
 * is told by the rules of its sets or settings, for which `isTold` answers where a manifest renames Applications.
 */
export function handoverFindings(
  handovers: readonly Handover[],
  { successorOf, isTold }: Pick<Sides, 'successorOf'> & { readonly isTold: (old: Deployment) => boolean },
): LocatedFinding[] {
  const takenOver = new Set(handovers.flatMap(({ result, before }) => (result === 'gone' ? [] : [before.manifest])))
  const isTakeOver = handovers.some(
    ({ result, before, after }) => result !== 'gone' && before.manifest !== undefined && after?.database !== undefined,
  )
  const concerns = ({ result, before, after }: Handover): boolean => {
    if (after !== undefined && isOneMaker(before, after, successorOf))
      return result === 'renamed' && before.manifest !== undefined && !isTold(before)
    if (result !== 'gone' || after !== undefined) return true
    return before.manifest !== undefined && successorOf(before.manifest) === undefined && (isTakeOver || takenOver.has(before.manifest))
  }
  const groups = new Map<string, { wording: Wording; at: Spot; related: Spot; all: Handover[] }>()
  for (const handover of handovers.filter(concerns)) {
    const { before, after } = handover
    for (const wording of wordings(handover)) {
      const at = (after ?? before).spotOf(wording.part)
      const key = JSON.stringify([wording.rule, at.file.path, at.span.start, before.maker, after?.maker])
      const group = groups.get(key) ?? { wording, at, related: before.spotOf(wording.part), all: [] }
      group.all.push(handover)
      groups.set(key, group)
    }
  }
  return [...groups.values()].flatMap(({ wording, at, related, all }) => {
    const { rule, severity, message, help } = wording
    const more = all.length === 1 ? '' : ` (and ${all.length - 1} more)`
    const told = { rule, severity, message: `${message.slice(0, 120 - more.length)}${more}`, at, help }
    const isSamePlace = at.file === related.file && at.span.start === related.span.start
    const finding = isSamePlace ? told : { ...told, related: [{ ...related, message: 'before this change' }] }
    const ids = all.flatMap(({ after }) => (after?.database === undefined ? [] : [after.database.id]))
    return ids.length === 0 ? [finding] : ids.map((database) => ({ ...finding, database }))
  })
}

function wordings({ result, before, after }: Handover): Wording[] {
  const name = before.application.slice(0, 40)
  const cut = (text: string | undefined): string => (text ?? '').slice(0, 40)
  if (after === undefined)
    return [
      {
        rule: 'changes/take-over-complete',
        severity: 'error',
        part: 'application',
        message: `Application ${name} is left out: nothing deploys its Cluster ${cut(before.cluster ?? before.release)} now`,
        help: 'bring it back beside the others, under the same Application, Cluster and namespace',
      },
    ]
  if (result === 'gone')
    return [
      {
        rule: 'changes/take-over-complete',
        severity: 'error',
        part: 'cluster',
        message: `${idOf(after)} makes Cluster ${cut(after.cluster)}, new and empty, but ${cut(before.cluster ?? before.release)} of ${name} is left out`,
        help: `deploy Cluster ${before.cluster ?? before.release} in ${before.namespace} with Application ${before.application}`,
      },
    ]
  if (result === 'renamed')
    return [
      {
        rule: 'changes/application-name-stays',
        severity: 'error',
        part: 'application',
        message: `Application ${name} becomes ${cut(after.application)}, but both would own Cluster ${cut(before.cluster)}`,
        help: `name the Application ${before.application} again`,
      },
    ]
  if (result === 'unknown')
    return [
      {
        rule: 'changes/set-comparable',
        severity: 'error',
        part: 'cluster',
        message: `Cluster of ${name} can't be compared with what ${before.maker.slice(0, 40)} deployed: its name is not known here`,
        help: `${before.unknown ?? after.unknown ?? 'only the values of the parent tell it'}: set fullnameOverride in the values of the Application, in a change of its own`,
      },
    ]
  if (result === 'handed-over') return ownedWordings(name, before, after)
  return recreatedWordings(name, before, after)
}

/** A generated set keeps what it owns: whoever wants its Applications is refused, or fights over them, until it lets go. */
function ownedWordings(name: string, { database, key }: Deployment, { manifest, maker }: Deployment): Wording[] {
  const set = `postgres-clusters-${database?.environment.name ?? ''}`
  const namespace = key.slice(0, key.indexOf('/'))
  if (database === undefined || manifest === undefined || manifest.key === `${namespace}/${set}`) return []
  const drop = `--type json -p '[{"op":"remove","path":"/metadata/ownerReferences"}]'`
  return [
    {
      rule: 'changes/application-stays',
      severity: 'warning',
      part: 'application',
      message: `Application ${name} is wanted by ${maker.slice(0, 40)}, but ${set} owns it`,
      help: `after the merge: kubectl patch application -n ${namespace} ${name} ${drop}`,
    },
  ]
}

function recreatedWordings(name: string, before: Deployment, after: Deployment): Wording[] {
  const found: Wording[] = []
  const add = (part: 'cluster' | 'namespace' | 'destination', was: string | undefined, is: string | undefined): void => {
    if (was === undefined || is === undefined || was === is || !isKnown(was, is)) return
    const isMove = part === 'destination'
    const isSuffix = part === 'cluster' && was === `${is}-cluster`
    found.push({
      rule: `changes/${part === 'cluster' ? 'cluster-name' : part}-stays`,
      severity: isMove ? 'warning' : 'error',
      part,
      message: `${part} of Application ${name} goes from ${was.slice(0, 40)} to ${is.slice(0, 40)}, but ${isMove ? 'the database stays where it is' : 'that is new and empty'}`,
      help: isMove
        ? 'move the database by hand: dump and restore, or a replica cluster'
        : isSuffix && after.database !== undefined
          ? `the chart appended \`-cluster\` to the release: write it in postgres.layout.cluster, so that the name is ${was}`
          : after.database !== undefined && part === 'cluster'
            ? `set postgres.layout.cluster so that the name is ${was}`
            : `restore ${was}`,
    })
  }
  add('cluster', before.cluster, after.cluster)
  add('namespace', before.namespace, after.namespace)
  add('destination', before.destination, after.destination)
  return found
}
