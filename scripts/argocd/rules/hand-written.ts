// What is wrong with the hand-written ApplicationSets and Applications under apps/templates?
import { append } from '../../values/append.ts'
import { printed } from '../../values/printed.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import type { Database, Settings, WrittenStores } from '../../model.ts'
import type { Tree } from '../../repository/tree.ts'
import { lostChildren } from './application/child-namespace.ts'
import { earlyReaders } from './application/early-readers.ts'
import { doubledApplications, doubledClusters } from './application/application-once.ts'
import { renamedApplications } from './changes/application-identity.ts'
import { identitiesOf } from '../../deployed/values/application-values.ts'
import { chartDeployments, generatedDeployments, hasName, writtenDeployments, writtenSwaps } from './application/deployments.ts'
import type { Deployment, Handover } from './application/deployments.ts'
import { compareDeployments, handoverFindings, isOneMaker } from './changes/handover.ts'
import type { Around } from './changes/handover.ts'
import { nothingLoose } from '../../discover/loose.ts'
import type { LooseFiles } from '../../discover/loose.ts'
import { goneCluster, lostClusterFindings, lostClusters, readLoose, twiceClusters } from './loose-manifests.ts'
import { applicationKey, applicationName } from '../../deployed/manifests.ts'
import { deployedFiles } from '../../deployed/manifest-files.ts'
import type { DeployedFiles } from '../../deployed/manifest-files.ts'
import { judgeFile } from './judge-file.ts'
import type { Manifest, ManifestFile, Surroundings } from '../../deployed/manifests.ts'
import { doubledManifests } from './manifest-once.ts'
import { at } from '../../deployed/manifest-parts.ts'
import { isHidden, pairManifests } from './changes/manifest-pairs.ts'
import { lostNamespaces, prunableNamespaces } from './namespaces.ts'
import { projectFindings } from './projects/projects.ts'
import { judgeSetChanges } from './changes/set-changes.ts'
import type { Known } from './changes/set-changes.ts'
import { repeatedClusters } from './application/repeated-clusters.ts'
import { oneArgoCd, otherOwners, sharedClusters } from './application/shared-clusters.ts'
import { findUncompared } from './changes/uncompared.ts'
import { syncWindowFindings } from './projects/sync-windows.ts'
import { unknownSetFindings, unknownSets } from './changes/unknown-sets.ts'
import { writtenStores } from './written-stores.ts'

export interface HandWritten {
  readonly findings: readonly LocatedFinding[]
  /** how many hand-written deployments of the base were compared */
  readonly compared: number
  /** how many of those are still made as they were, under their names */
  readonly kept: number
  /** what could not be compared, in words */
  readonly uncompared: readonly string[]
  /** what became of the databases of the base that have another maker now, or none */
  readonly handovers: readonly Handover[]
  /** the ObjectStores in hand-written manifests */
  readonly stores: WrittenStores
  /** what they deploy, by `namespace/name` */
  readonly deployed: () => {
    readonly applications: ReadonlySet<string>
    readonly clusters: ReadonlySet<string>
    /** names of sets whose Applications can't be known here */
    readonly unknownSets: ReadonlySet<string>
  }
}

/** The state of the repository, and that of the base if there is one. */
export interface HandWrittenState {
  readonly settings: Settings
  readonly databases: readonly Database[]
  readonly tree: Tree
  readonly base?:
    | {
        readonly settings?: Settings
        readonly databases: ReadonlyMap<string, Database>
        readonly tree: Tree
        readonly stagesLoose?: () => boolean
      }
    | undefined
  /** databases of each side that are judged, those of charts in folders among them */
  readonly judged?: { readonly before: readonly Database[]; readonly now: readonly Database[] }
  /** what is elsewhere in the repository, now and at the base */
  readonly loose?: LooseFiles | undefined
  readonly looseBefore?: LooseFiles | undefined
}

const manifestsOf = ({ own, elsewhere }: DeployedFiles): Manifest[] => [...own, ...elsewhere].flatMap(({ manifests }) => manifests)

/** Reads every template that is not generated, and what is elsewhere, and compares sets and Applications with those of the base. */
export function judgeHandWritten({ settings, databases, judged, tree, base, loose, looseBefore }: HandWrittenState): HandWritten {
  const now = { settings, databases, tree }
  const then = base && { settings: base.settings ?? settings, databases: [...base.databases.values()], tree: base.tree }
  const present = deployedFiles(now, loose ?? nothingLoose)
  // without its settings, the generated sets of the base are all that is known of its databases
  const old = then && deployedFiles(then, looseBefore ?? nothingLoose, base?.settings === undefined)
  const elsewhere = readLoose({ around: now, files: present.elsewhere }, then && old && { around: then, files: old.elsewhere })
  const templates = present.own
  const files = [...templates, ...elsewhere.now]
  const findings = files.flatMap((file) => judgeFile(file))
  const doubled = doubledManifests(files, { settings, databases })
  const single = files.map((file) => ({ ...file, manifests: file.manifests.filter((one) => !doubled.manifests.has(one)) }))
  append(
    findings,
    doubled.findings,
    doubledApplications(single, { settings, databases, parents: manifestsOf(present) }),
    doubledClusters(single, { databases }),
  )
  const deployments = deploymentsOf(files, now, [settings])
  const everywhere = [...deployments, ...inFolders(judged?.now, files, deployments)]
  append(
    findings,
    twiceClusters({ files, deployments }),
    repeatedClusters(everywhere),
    sharedClusters({ files, all: manifestsOf(present), deployments: everywhere }),
    projectFindings(files, now),
    syncWindowFindings(files),
    lostChildren(files, manifestsOf(present), now),
    earlyReaders(manifestsOf(present)),
    prunableNamespaces({ files, all: manifestsOf(present), deployments: everywhere }),
  )
  let sides: Pick<Compared, 'handovers' | 'count' | 'kept' | 'uncompared'> = { handovers: [], count: 0, kept: 0, uncompared: [] }
  if (base !== undefined && then !== undefined) {
    const before = [...(old?.own ?? []), ...elsewhere.before]
    const was = { files: before, deployments: deploymentsOf(before, then, [then.settings]) }
    const allBefore = old === undefined ? [] : manifestsOf(old)
    const known = {
      retired: retiredKeys(judged?.before),
      owners: otherOwners(was.deployments, deployments, allBefore),
      isOneArgoCd: oneArgoCd(allBefore),
    }
    const compared = compareHands({ before, after: files, base, now, judged, ...known })
    const played = judgeSetChanges(before, files, { ...now, ...known, replaced: compared.replaced })
    const isDeleted = ({ before: old }: Handover): boolean => old.manifest !== undefined && played.deleted.has(old.key)
    const lost = lostClusters(was, { files, deployments })
    const handovers = [
      ...compared.handovers.map((one) => (isDeleted(one) ? { ...one, isDeleted: true as const } : one)),
      ...deletedInPlace(was.deployments, { now: deployments, deleted: played.deleted, known: compared.handovers }),
      ...lost.map(goneCluster),
    ]
    sides = { ...compared, handovers }
    append(
      findings,
      played.findings,
      compared.findings(played.deleted),
      lostClusterFindings(lost),
      lostNamespaces(
        { files: before, all: allBefore, deployments: [...was.deployments, ...inFolders(judged?.before, before, was.deployments)] },
        { files, all: manifestsOf(present), deployments },
      ),
    )
  }
  const own = writtenStores(present, loose)
  const stores = old === undefined ? own : { ...own, before: writtenStores(old, looseBefore).stores }
  const { handovers, count: comparedCount, kept } = sides
  const { uncompared } = sides
  return {
    findings,
    handovers,
    compared: comparedCount,
    kept,
    uncompared,
    stores,
    deployed: () => deployedBy(files),
  }
}

/** Databases that a renamed set deletes with their Applications, though it makes Applications of these names again. */
function deletedInPlace(
  before: readonly Deployment[],
  {
    now,
    deleted,
    known,
  }: { readonly now: readonly Deployment[]; readonly deleted: ReadonlySet<string>; readonly known: readonly Handover[] },
): Handover[] {
  const compared = new Set(known.map((one) => one.before.key))
  return before.flatMap((one): Handover[] => {
    if (one.manifest === undefined || !deleted.has(one.key) || compared.has(one.key)) return []
    const after = now.find(({ key, cluster }) => key === one.key && cluster === one.cluster)
    return [{ result: after === undefined ? 'gone' : 'recreated', before: one, ...(after && { after }), isDeleted: true }]
  })
}

/** What hand-written manifests and the settings of one side deploy. */
function deploymentsOf(files: readonly ManifestFile[], around: Surroundings, settings: readonly Settings[]): Deployment[] {
  const manifests = files.flatMap((file) => file.manifests)
  return [...writtenDeployments(manifests, settings), ...generatedDeployments(around.databases, around.settings)]
}

/** Databases of charts in folders, as deployments. */
function inFolders(databases: readonly Database[] | undefined, files: readonly ManifestFile[], known: readonly Deployment[]): Deployment[] {
  const manifests = files.flatMap((file) => file.manifests)
  return chartDeployments(databases ?? [], manifests, known)
}

interface BothSides extends Omit<Known, 'replaced'> {
  readonly before: readonly ManifestFile[]
  readonly after: readonly ManifestFile[]
  readonly base: NonNullable<HandWrittenState['base']>
  readonly now: Surroundings
  readonly judged: HandWrittenState['judged']
}

/** Every Cluster of the base against every Cluster of now, and the sets of which that can't be known. */
interface Compared {
  readonly handovers: readonly Handover[]
  /** keys of the Applications in whose place the same set makes others now */
  readonly replaced: ReadonlySet<string>
  /** without those that are deleted with their databases, which is worse, and reported as such */
  readonly findings: (deleted: ReadonlySet<string>) => readonly LocatedFinding[]
  readonly count: number
  readonly kept: number
  readonly uncompared: readonly string[]
}

function compareHands({ before, after, base, now, judged, retired, owners, isOneArgoCd }: BothSides): Compared {
  const [old, present] = [before, after].map((some) => some.flatMap(({ manifests }) => manifests)) as [Manifest[], Manifest[]]
  const successors = new Map(pairManifests(before, present, isOneArgoCd).map((pair) => [pair.before, pair.after]))
  const successorOf = (manifest: Manifest): Manifest | undefined => successors.get(manifest)
  const settings = [now.settings, ...(base.settings === undefined ? [] : [base.settings])]
  const predecessors = new Map([...successors].flatMap(([manifest, next]) => (next === undefined ? [] : [[next, manifest] as const])))
  const withLive = (manifest: Manifest): Manifest => withLiveApplications(manifest, predecessors.get(manifest))
  const seen = old.filter((manifest) => !isHidden(manifest, after))
  const generated = base.settings === undefined ? [] : generatedDeployments(base.databases.values(), base.settings)
  const then = writtenDeployments(seen, settings)
  const live = present.map(withLive)
  const ofNow = writtenDeployments(live, settings)
  const sides = {
    before: [...generated, ...then, ...chartDeployments(judged?.before ?? [], seen, then)],
    now: [...ofNow, ...chartDeployments(judged?.now ?? [], live, ofNow), ...generatedDeployments(now.databases, now.settings)],
    swaps: writtenSwaps(live),
    successorOf,
    owners,
  }
  const handovers = compareDeployments(sides).map((one) => (retired.has(one.before.key) ? { ...one, isRetired: true as const } : one))
  const isAlreadyReported = ({ manifest, application }: Deployment): boolean => {
    const next = manifest === undefined ? undefined : successorOf(manifest)
    return next !== undefined && (next.kind === 'Application' || renamedApplications(manifest as Manifest, next).has(application))
  }
  const around = { successorOf, isAlreadyReported, retired: now.settings.retired }
  const replaced = new Set(handovers.flatMap((one) => (isReplaced(one, around) ? [one.before.key] : [])))
  const written = sides.before.slice(generated.length)
  const moved = new Set(handovers.map((handover) => handover.before))
  const keysOf = (some: readonly Database[] = []): ReadonlySet<string> => new Set(some.flatMap(({ written: one }) => one?.key ?? []))
  const uncompared = findUncompared(seen, present, { before: keysOf(judged?.before), now: keysOf(judged?.now) })
  return {
    handovers,
    count: written.length,
    kept: written.filter((one) => hasName(one) && !moved.has(one)).length,
    uncompared: [...uncompared.texts, ...unknownSets(present, settings)],
    replaced,
    findings: (deleted) => [
      ...handoverFindings(
        handovers.filter(({ before: one }) => !(replaced.has(one.key) && deleted.has(one.key))),
        around,
      ),
      ...unknownSetFindings(before, after, settings),
      ...uncompared.findings,
    ],
  }
}

/** Whether an element of a set took the place of another one, which is one mistake with the Application that it leaves. */
function isReplaced({ result, before, after }: Handover, { successorOf, isAlreadyReported }: Around): boolean {
  if (result !== 'gone' || after === undefined || before.manifest === undefined) return false
  return isOneMaker(before, after, successorOf) && !isAlreadyReported(before)
}

/** The Applications all of whose databases are retired. */
function retiredKeys(databases: readonly Database[] = []): ReadonlySet<string> {
  const keys = new Map<string, boolean>()
  for (const { written, retired } of databases)
    if (written !== undefined) keys.set(written.key, keys.get(written.key) !== false && retired !== undefined)
  return new Set([...keys].flatMap(([key, isRetired]) => (isRetired ? [key] : [])))
}

/** A set that never updates leaves its Applications as they are, and only their values change. */
function withLiveApplications(manifest: Manifest, before: Manifest | undefined): Manifest {
  const policy = printed(at(manifest.plain, 'spec', 'syncPolicy', 'applicationsSync') ?? '')
  if (before?.key !== manifest.key || (policy !== 'create-only' && policy !== 'create-delete')) return manifest
  const live = new Map((before.applications ?? []).map((application) => [applicationName(application), application]))
  const applications = manifest.applications?.map((application) => live.get(applicationName(application)) ?? application)
  return { ...manifest, applications }
}

function deployedBy(files: readonly ManifestFile[]): ReturnType<HandWritten['deployed']> {
  const applications = new Set<string>()
  const clusters = new Set<string>()
  const unknownSets = new Set<string>()
  for (const manifest of files.flatMap(({ manifests }) => manifests)) {
    if (manifest.applications === undefined) unknownSets.add(applicationName(manifest.plain))
    for (const application of manifest.applications ?? []) {
      applications.add(applicationKey(manifest, applicationName(application)))
      for (const { cluster, release, namespace } of identitiesOf(application, manifest))
        // with values that can't be read here, either name may be it
        for (const name of cluster === undefined ? [release, `${release}-cluster`] : [cluster]) clusters.add(`${namespace}/${name}`)
    }
  }
  return { applications, clusters, unknownSets }
}
