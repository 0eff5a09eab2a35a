// Does every Cluster of the base live on under its name, whatever deploys it now?
import type { Settings } from '../../../model.ts'
import { phrase } from '../../../findings/message.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import { isSameSpot } from '../../../findings/spot.ts'
import { clusterKey, hasName } from '../application/deployments.ts'
import type { Deployment, Handover, Part, Swap } from '../application/deployments.ts'
import { isChanged, renameWording, wordings } from './handover-wordings.ts'
import type { Wording } from './handover-wordings.ts'
import type { Manifest } from '../../../deployed/manifests.ts'

export interface Sides {
  /** the Applications of hand-written manifests now, by key, whatever they deploy */
  readonly swaps: ReadonlyMap<string, Swap>
  readonly before: readonly Deployment[]
  readonly now: readonly Deployment[]
  /** the manifest that goes on from one of the base under its name or in its place: the rules of sets compare the two */
  readonly successorOf: (manifest: Manifest) => Manifest | undefined
  /** Applications of the base, by key, whose Clusters another one deployed then and deploys now */
  readonly owners: ReadonlyMap<string, string>
}

/** Pairs each deployment of the base with the one that is in its place now. Those that one maker keeps under their names are left out. */
export function compareDeployments({ before, now, swaps, successorOf, owners }: Sides): Handover[] {
  const byApplication = new Map<string, Deployment[]>()
  for (const one of now) if (hasName(one)) byApplication.set(one.key, [...(byApplication.get(one.key) ?? []), one])
  const oldOf = new Map<string, Deployment[]>()
  for (const one of before) oldOf.set(one.key, [...(oldOf.get(one.key) ?? []), one])
  const byCluster = new Map<string, Deployment>()
  for (const one of now) {
    const key = clusterKey(one)
    if (key !== undefined && !byCluster.has(key)) byCluster.set(key, one)
  }
  const created = freshOnes(before, now)
  const fresh = new Set(created)
  const lost: Deployment[] = []
  const found = before.flatMap((old): Handover[] => {
    const key = clusterKey(old)
    // an Application may deploy several: those that the others of the base have are theirs
    const siblings = (oldOf.get(old.key) ?? []).filter((one) => one !== old && one.manifest === old.manifest)
    const others = new Set(siblings.flatMap((one) => clusterKey(one) ?? []).filter((one) => one !== key))
    const made = (byApplication.get(old.key) ?? []).filter((one) => !others.has(clusterKey(one) ?? ''))
    const same = made.find((one) => key !== undefined && clusterKey(one) === key)
    if (same === undefined && owners.has(old.key)) return []
    const kept = [...(same === undefined ? [] : [same]), ...made].find((one) => isOneMaker(old, one, successorOf))
    const next = kept ?? same ?? made[0]
    if (next !== undefined) {
      if (next === kept) return isRecreated(old, next) ? [{ result: 'recreated', before: old, after: next }] : []
      if (next === same) return [{ result: 'handed-over', before: old, after: next }]
      return [{ result: isRecreated(old, next) ? 'recreated' : 'unknown', before: old, after: next }]
    }
    const other = key === undefined ? undefined : byCluster.get(key)
    if (other !== undefined) return [{ result: 'renamed', before: old, after: other }]
    const swap = hasName(old) ? swaps.get(old.key) : undefined
    if (swap !== undefined) return [{ result: 'swapped', before: old, swap }]
    if (old.manifest !== undefined && hasName(old)) lost.push(old)
    return []
  })
  const successors = new Map<Deployment, Deployment>()
  // whoever replaces a whole manifest by generated sets means them to hold what it held, whatever they are called
  const inOneSet = (old: Deployment, some: ReadonlySet<Deployment>): Deployment | undefined =>
    [...some].find((one) => isOneMaker(old, one, successorOf))
  for (const find of [nearest, inOneSet, anyGenerated])
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
    ...created.flatMap((one): Handover[] => (one.database === undefined ? [{ result: 'created', before: one, after: one }] : [])),
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
  if (isChanged(old.destination, next.destination) || isChanged(old.namespace, next.namespace)) return true
  return old.cluster !== undefined && next.cluster !== undefined && isChanged(old.cluster, next.cluster)
}

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

/** Whether the settings, or one manifest, make a deployment on both sides. */
export function isOneMaker(old: Deployment, next: Deployment, successorOf: Sides['successorOf']): boolean {
  if (old.manifest === undefined || next.manifest === undefined) return old.manifest === next.manifest
  if (old.manifest.kind === next.manifest.kind && old.manifest.key === next.manifest.key) return true
  const successor = successorOf(old.manifest)
  return successor?.kind === next.manifest.kind && successor.key === next.manifest.key && successor.file === next.manifest.file
}

export interface Around extends Pick<Sides, 'successorOf'> {
  readonly isAlreadyReported: (old: Deployment) => boolean
  /** Applications that the settings give up */
  readonly retired: Settings['retired']
}

/**
 * The findings about deployments that changed hands; those of one line are reported together. What the settings do to
 * their own is reported by their rules; for the renames of a set that its own rules report, `isAlreadyReported` answers.
 */
export function handoverFindings(handovers: readonly Handover[], { successorOf, isAlreadyReported, retired }: Around): LocatedFinding[] {
  const takenOver = new Set(handovers.flatMap(({ result, before }) => (result === 'gone' ? [] : [before.manifest])))
  const isTakeOver = handovers.some(
    ({ result, before, after }) => result !== 'gone' && before.manifest !== undefined && after?.database !== undefined,
  )
  const concerns = ({ result, before, after, isRetired }: Handover): boolean => {
    if (result === 'created' || (result === 'gone' && isRetired === true)) return false
    if (after !== undefined && isOneMaker(before, after, successorOf))
      return before.manifest !== undefined && (result === 'recreated' || !isAlreadyReported(before))
    if (result !== 'gone' || after !== undefined || before.isFolder === true) return true
    return before.manifest !== undefined && successorOf(before.manifest) === undefined && (isTakeOver || takenOver.has(before.manifest))
  }
  const groups = new Map<string, { wording: Wording; at: Spot; related: Spot; all: Handover[] }>()
  for (const handover of handovers.filter(concerns)) {
    const { result, before, after, swap } = handover
    const isRename = result === 'gone' && after !== undefined && isOneMaker(before, after, successorOf)
    for (const wording of isRename ? [renameWording(before, after)] : wordings(handover, retired)) {
      const [was, is] = changedSpots(before, after ?? before, wording.part)
      const at = swap?.spot ?? is
      const key = JSON.stringify([wording.rule, wording.severity, at.file.path, at.span.start, before.maker, after?.maker])
      const group = groups.get(key) ?? { wording, at, related: was, all: [] }
      group.all.push(handover)
      groups.set(key, group)
    }
  }
  return [...groups.values()].flatMap(({ wording, at, related, all }) => {
    const { rule, severity, message, help } = wording
    const more = all.length === 1 ? '' : ` (and ${all.length - 1} more)`
    const bare = { rule, severity, message: phrase`${message}${more}`, at, help }
    const isSamePlace = isSameSpot(at, related)
    const finding = isSamePlace ? bare : { ...bare, related: [{ ...related, message: phrase`before this change` }] }
    const ids = all.flatMap(({ after }) => (after?.database === undefined ? [] : [after.database.id]))
    return ids.length === 0 ? [finding] : ids.map((database) => ({ ...finding, database }))
  })
}

/** Where what changed is on both sides: an element's value, or what is put before or behind the name of a plain Cluster. */
function changedSpots(before: Deployment, after: Deployment, part: Part): readonly [Spot, Spot] {
  const spots = [before.spotOf(part), after.spotOf(part)] as const
  if (before === after) return spots
  if (part === 'namespace') {
    const [was, is] = [before.namespaceInElement?.(), after.namespaceInElement?.()]
    return was === undefined || is === undefined || textAt(was) === textAt(is) ? spots : [was, is]
  }
  const isNamedAlike = textAt(spots[0]) === textAt(spots[1])
  if ((part !== 'cluster' && part !== 'release') || !isNamedAlike) return spots
  return [before.affix ?? spots[0], after.affix ?? spots[1]]
}

const textAt = ({ file, span }: Spot): string => file.text.slice(span.start, span.end)
