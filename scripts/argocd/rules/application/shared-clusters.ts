// Which Clusters do two hand-written Applications of one Argo CD deploy, wherever in the repository they are?
import { posix } from 'node:path'
import { named, phrase } from '../../../findings/message.ts'
import { isSameSpot } from '../../../findings/spot.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import { grouped, split } from '../../../values/append.ts'
import { once } from '../../../values/once.ts'
import type { JsonMap } from '../../../values/value.ts'
import { isJsonMap } from '../../../values/value.ts'
import { appliedBy } from '../../../deployed/folders/applied-files.ts'
import type { Manifest, ManifestFile } from '../../../deployed/manifests.ts'
import { destinationOf } from '../../../deployed/values/application-values.ts'
import { applicationKey, applicationName } from '../../../deployed/manifests.ts'
import { applicationsMadeBy, at } from '../../../deployed/manifest-parts.ts'
import { clusterKey, hasName } from './deployments.ts'
import type { Deployment } from './deployments.ts'

interface Deployed {
  readonly files: readonly ManifestFile[]
  /** every hand-written manifest, those that deploy no database among them */
  readonly all: readonly Manifest[]
  readonly deployments: readonly Deployment[]
}

/** A finding about two Applications of these names. */
interface Shared extends LocatedFinding {
  readonly one: string
  readonly other: string
}

/**
 * `argocd/cluster-once`: one Cluster that two Applications of different names deploy. A repository may hold those of several
 * Argo CDs, each of which calls its own cluster `in-cluster`: such a Cluster is certainly the same only where one parent deploys
 * both, and likely so where both are in one folder. Two charts of our own are `doubledClusters`.
 */
export function sharedClusters({ files, all, deployments }: Deployed): LocatedFinding[] {
  const loose = new Set(files.flatMap(({ manifests, isLoose }) => (isLoose === true ? manifests : [])))
  const isOneCluster = sharing(all)
  const copied = copiedNames(all)
  const makers = new Map<string, Deployment[]>()
  const [certain, likely]: [Shared[], Shared[]] = [[], []]
  const [generated, written] = split(deployments, ({ manifest }) => manifest === undefined)
  for (const one of [...generated, ...written]) {
    const { manifest } = one
    const key = clusterKey(one)
    if (key === undefined || !hasName(one) || one.cluster?.includes('{{') === true) continue
    const before = makers.get(key) ?? []
    makers.set(key, [...before, one])
    if (manifest === undefined) continue
    const mayBoth = before.filter(
      (other) =>
        other.key !== one.key &&
        (one.isFolder === true ||
          other.isFolder === true ||
          (other.manifest !== undefined && (loose.has(manifest) || loose.has(other.manifest)))),
    )
    const sure = mayBoth.find((other) => isOneCluster(other, one))
    const isCopied = copied.has(one.application)
    const other = sure ?? mayBoth.find((each) => !isCopied && !copied.has(each.application) && isBeside(each, one))
    if (other === undefined) continue
    const [spot, theirs] = [one, other].map((each) => each.spotOf('application')) as [LocatedFinding['at'], LocatedFinding['at']]
    const pair: Shared = {
      rule: 'argocd/cluster-once',
      severity: 'error',
      one: one.application,
      other: other.application,
      message: phrase`Application ${named(one.application)} deploys the Cluster that ${named(other.application)} deploys, too, but one must own it`,
      at: spot,
      related: isSameSpot(spot, theirs) ? [] : [{ ...theirs, message: phrase`${named(other.application)} is made here` }],
      help:
        one.isPlain === true
          ? phrase`remove one of the two, or give its Cluster another name or namespace`
          : phrase`remove one of the two, or give it another releaseName or namespace`,
    }
    ;(sure === undefined ? likely : certain).push(pair)
  }
  return [...certain.map(({ one: _one, other: _other, ...finding }) => finding), ...likelyOnce(likely)]
}

const folderOf = ({ file }: Manifest): string => posix.dirname(file.path)

/** What is likely is said once for a folder, which may hold the Applications of two Argo CDs throughout. */
function likelyOnce(likely: readonly Shared[]): LocatedFinding[] {
  return [...grouped(likely, (pair) => posix.dirname(pair.at.file.path)).values()].flatMap(([first, ...others]): LocatedFinding[] => {
    if (first === undefined) return []
    const more = others.length === 0 ? '' : ` (and ${others.length} more such pairs)`
    const { one, other, ...finding } = first
    return [
      {
        ...finding,
        severity: 'info',
        message: phrase`Application ${named(one)} deploys the Cluster that ${named(other)} deploys, too, unless they are for two Argo CDs${named(more)}`,
      },
    ]
  })
}

/** Whether the files of two manifests are in one folder. */
function isBeside({ manifest: one }: Deployment, { manifest: other }: Deployment): boolean {
  return one !== undefined && other !== undefined && folderOf(one) === folderOf(other)
}

/** Whether two manifests are for one Argo CD, as far as that is certain. Parents are looked for when somebody asks. */
export function oneArgoCd(all: readonly Manifest[]): (one: Manifest, other: Manifest) => boolean {
  const argoCdOf = once(() => argoCds(all))
  return (one, other) => argoCdOf()(one) === argoCdOf()(other)
}

/** Whether two deployments under one `clusterKey` certainly are of one Cluster; `all`: every hand-written manifest of their side. */
export function sharing(all: readonly Manifest[]): (one: Deployment, other: Deployment) => boolean {
  const isOneArgoCd = oneArgoCd(all)
  const copies = once(() => copiedNames(all))
  return (one, other) => {
    // what the settings deploy is held against everything
    if (one.manifest === undefined || other.manifest === undefined) return true
    // what is at an address is one cluster, whichever Argo CD deploys there
    const isAddress = one.destination !== 'in-cluster' && !copies().has(other.application) && !copies().has(one.application)
    return isAddress || isOneArgoCd(one.manifest, other.manifest)
  }
}

/** The names of other Applications that deploy all the Clusters of one on both sides, by the key of that one. */
export function otherOwners(
  before: readonly Deployment[],
  now: readonly Deployment[],
  all: readonly Manifest[],
): ReadonlyMap<string, string> {
  const isOneCluster = sharing(all)
  const left = new Set(now.map((one) => `${one.key} ${clusterKey(one) ?? ''}`))
  const byCluster = grouped(
    before.filter((one) => clusterKey(one) !== undefined),
    (one) => clusterKey(one) ?? '',
  )
  const owners = new Map<string, string>()
  const alone = new Set<string>()
  for (const one of before) {
    const key = clusterKey(one)
    const owner = (byCluster.get(key ?? '') ?? []).find(
      (other) => other.key !== one.key && left.has(`${other.key} ${key}`) && isOneCluster(one, other),
    )
    if (owner === undefined) alone.add(one.key)
    else owners.set(one.key, owner.application)
  }
  return new Map([...owners].filter(([key]) => !alone.has(key)))
}

/** Names of Applications that several files have: folders that are alike belong to an Argo CD each. */
function copiedNames(all: readonly Manifest[]): ReadonlySet<string> {
  const files = new Map<string, Set<string>>()
  for (const manifest of all)
    for (const name of (manifest.applications ?? []).map(applicationName))
      files.set(name, (files.get(name) ?? new Set<string>()).add(nodeOf(manifest)))
  return new Set([...files].flatMap(([name, places]) => (places.size > 1 ? [name] : [])))
}

/** Manifests of one node reach one Argo CD together: those of a file, or of one release of a chart. */
function nodeOf({ file, release }: Manifest): string {
  const [folder = '', template] = file.path.split('/templates/')
  return `${template === undefined ? file.path : folder}\0${release ?? ''}`
}

/** Which Argo CD a manifest is for, as a text: the same where one parent applies both, directly or through others. */
function argoCds(all: readonly Manifest[]): (manifest: Manifest) => string {
  const above = new Map<string, string>()
  const find = (node: string): string => {
    let top = node
    for (let next = above.get(top); next !== undefined; next = above.get(top)) top = next
    // the way there is long only once
    if (top !== node) above.set(node, top)
    return top
  }
  const join = (one: string, other: string): void => {
    const [left, right] = [find(one), find(other)]
    if (left !== right) above.set(left, right)
  }
  for (const parent of all)
    for (const application of applicationsMadeBy(parent)) {
      const { server, name } = destination(application)
      // what a parent applies elsewhere is for the Argo CD there
      const home = destinationOf(server, name)
      const key = applicationKey(parent, applicationName(application))
      const node = home === 'in-cluster' ? nodeOf(parent) : `${nodeOf(parent)}\0${home}`
      const isApplied = appliedBy({ application, key, parent })
      for (const child of all) if (child !== parent && isApplied(child)) join(nodeOf(child), node)
    }
  return (manifest) => find(nodeOf(manifest))
}

function destination(application: JsonMap): JsonMap {
  const found = at(application, 'spec', 'destination')
  return isJsonMap(found) ? found : {}
}
