// Which databases do Applications and sets deploy as somebody wrote them, and which of those can't be looked at?
import { append } from '../values/append.ts'
import { once } from '../values/once.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap, layoutPathOf } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'
import type { Database, Settings } from '../model.ts'
import { sourcesIn, sourcesOf } from '../applicationset/sources.ts'
import { holdersNamed, textsIn } from '../operator/objects.ts'
import { byCodeUnit } from '../values/path.ts'
import { folderOf, runsKustomize } from './folders/folders.ts'
import { sharedFolders } from './folders/shared-folders.ts'
import { unknownText } from './sets/unknown-text.ts'
import { applicationName } from './manifests.ts'
import type { Manifest, ManifestFile } from './manifests.ts'
import { at, isUsualRevision } from './manifest-parts.ts'
import { brokenIn, holdersIn, objectsIn } from './folders/folder-objects.ts'
import { plainDatabases } from './folders/plain-clusters.ts'
import { helmPathOf } from './values/value-layers.ts'
import type { SourceOf } from './values/value-layers.ts'
import { brokenChart } from './charts/chart-file.ts'
import { chartOf, folderChart, publishedChart } from './charts/chart-of-source.ts'
import { releaseOf } from './charts/release-databases.ts'
import { argocdSettings } from './operators/argocd-settings.ts'
import { phrase } from '../findings/message.ts'
import { spotOf } from '../findings/spot.ts'
import { inflationsOf } from './kustomize/inflated.ts'
import { clusterlessFindings, lostClusterNames } from './folders/clusterless.ts'
import { baseOf, skip, unknownAddress, writtenBase } from './looking.ts'
import type { Looking } from './looking.ts'
import { withIds } from './ids.ts'
import type { WrittenDatabases } from './state.ts'
import { heldElsewhere } from './folders/held-elsewhere.ts'
import { leaving, leavingLink } from './unreadable.ts'
import { foreignFolders, foreignOfSet, likelyForeign, otherForeign } from './foreign.ts'
import type { Foreign } from './foreign.ts'
import { draftOf, openFolders } from './sets/drafts.ts'
import type { Variant } from './sets/drafts.ts'
import { sayPlugin, wrongReleases } from './charts/release-findings.ts'
import { missingFolder, onePlaceOnce, refusedBuild } from './folders/missing-folders.ts'
import { assumedRevisions } from './revisions.ts'
import { onceEach, refused } from './skipped.ts'
import { mayDeploy, whyUnknown } from './sets/unknown-set.ts'
import type { PlainOperators } from './operators/plain-operators.ts'
import { versionsOf } from './operators/versions.ts'

/** Every database of Applications as written; nothing is passed over: what can't be looked at is in `skipped`, with the reason. */
export function writtenDatabases(
  files: readonly ManifestFile[],
  { settings, charts, operators }: Pick<Looking, 'settings' | 'charts'> & { readonly operators: PlainOperators },
): WrittenDatabases {
  const manifests = files.flatMap(({ manifests }) => manifests)
  const versions = versionsOf(manifests, settings, operators)
  const looking: Looking = {
    settings,
    charts,
    versions,
    environments: new Map(),
    skipped: [],
    unread: [],
    findings: [],
    missing: [],
    clusterless: [],
    drafts: [],
    heldElsewhere: heldElsewhere(manifests),
    isShared: sharedFolders(manifests),
  }
  const { drafts } = looking
  const found: Database[] = []
  const makers = new Set<Manifest>()
  const foreign: Foreign[] = []
  for (const manifest of manifests) {
    if (manifest.isConsumed) continue
    if (manifest.applications === undefined) {
      if (isUnknown(manifest.plain)) continue
      const why = whyUnknown(manifest)
      const draft = why.reason === refused ? undefined : draftOf(manifest, (application) => asSample(manifest, application, looking))
      const folders = why.reason === refused ? [] : openFolders(manifest)
      append(looking.unread, folders)
      const hasClusters = folders.some((folder) =>
        files.some(({ file, clusters }) => clusters !== undefined && layoutPathOf(file).startsWith(folder)),
      )
      if (draft === undefined && !hasClusters && !mayDeploy(manifest, looking)) {
        append(foreign, foreignOfSet(manifest))
        continue
      }
      append(looking.findings, wrongReleases(manifest))
      if (draft !== undefined) drafts.push(draft)
      skip(looking, manifest, { ...why, at: manifest.spotOf(['metadata', 'name']), ...(draft !== undefined && { isDraft: true }) })
      continue
    }
    for (const application of manifest.applications) {
      if (isUnknown(application)) continue
      const own = databasesOf(manifest, application, looking)
      append(foreign, foreignFolders(manifest, application))
      if (own.length > 0) makers.add(manifest)
      append(found, own)
    }
  }
  append(looking.skipped, likelyForeign(foreign))
  const isAllKnown = !settings.generate && looking.skipped.length + drafts.length === 0
  return {
    databases: withIds(found, settings)
      .map((database) => withRetirement(database, settings))
      .sort((a, b) => byCodeUnit(a.id, b.id)),
    drafts,
    skipped: onceEach(looking.skipped),
    unread: looking.unread,
    elsewhere: foreign.map(({ address }) => address),
    findings: [
      ...(found.length + drafts.length > 0 ? otherForeign(foreign) : []),
      ...looking.findings,
      ...onePlaceOnce(looking.missing),
      ...assumedRevisions(makers),
      ...clusterlessFindings(looking.clusterless),
      ...(isAllKnown ? lostClusterNames({ databases: found, clusterless: looking.clusterless, files }) : []),
    ],
  }
}

/** What an Application would be that nobody knows to be made: nothing of it is said elsewhere. */
function asSample(manifest: Manifest, application: JsonMap, looking: Looking): Variant {
  const own: Looking = { ...looking, environments: new Map(), skipped: [], findings: [], missing: [], clusterless: [], drafts: [] }
  const databases = databasesOf(manifest, application, own)
  return { databases: own.skipped.length > 0 ? [] : databases, findings: [...own.findings, ...own.missing] }
}

function withRetirement(database: Database, { retired: all }: Settings): Database {
  const retired = Object.hasOwn(all, database.id) ? all[database.id] : undefined
  return retired === undefined ? database : { ...database, retired }
}

/** Whether what decides about a database hangs on values that only a parent has. */
function isUnknown({ metadata = null, spec = null }: JsonMap): boolean {
  return JSON.stringify([metadata, spec]).includes(unknownText)
}

function databasesOf(manifest: Manifest, application: JsonMap, looking: Looking): Database[] {
  const spec = at(application, 'spec')
  const { sources } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [] }
  return [...sources.entries()].flatMap(([nth, source]): Database[] => {
    const of: SourceOf = { manifest, application, nth }
    const before = looking.skipped.length
    const released = releasedBy(of, source, looking)
    if (source['chart'] !== undefined || typeof source['path'] !== 'string') return released ?? []
    const missing = missingFolder(of, source)
    const found = released ?? folderDatabases(of, source, looking)
    const link = found.length > 0 || looking.skipped.length > before ? undefined : leavingLink(of)
    if (link !== undefined) skip(looking, manifest, leaving(of, link))
    else if (released === undefined && missing !== undefined) looking.missing.push(missing)
    return found
  })
}

/** The databases of a source that is a chart; undefined: it is none that is known to make any. */
function releasedBy(of: SourceOf, source: JsonMap, looking: Looking): Database[] | undefined {
  const { manifest, application } = of
  const broken = brokenChart(source, manifest)
  if (broken.length > 0) {
    append(looking.findings, broken)
    return []
  }
  const pin = chartOf(source, looking) ?? folderChart(source, manifest)
  if (pin !== undefined) return releaseOf(of, pin, looking) ?? []
  const published = publishedChart(source, manifest, looking.charts)
  if (published !== undefined && 'reason' in published)
    skip(looking, manifest, {
      application: applicationName(application),
      reason: published.reason,
      at: manifest.spotOf([...helmPathOf(of).slice(0, -1), 'targetRevision']),
    })
  else if (published !== undefined) return releaseOf(of, published, looking) ?? []
  if (/^(?:.*\/)?cluster$/i.test(printed(source['chart'] ?? ''))) skip(looking, manifest, unknownAddress(of))
  return undefined
}

/** The Clusters that a folder holds as plain manifests. */
function folderDatabases(of: SourceOf, source: JsonMap, looking: Looking): Database[] {
  const { manifest, application } = of
  const folder = folderOf(source, manifest)
  const pathAt = manifest.spotOf([...helmPathOf(of).slice(0, -1), 'path'])
  if (folder.kind === 'unread') {
    append(looking.unread, folder.folders)
    const { refused: why, at: place = pathAt, help } = folder
    const isReported = why !== undefined && isUsualRevision(printed(source['targetRevision'] ?? ''), manifest.settings)
    if (isReported) looking.missing.push(refusedBuild(why, place, help))
    skip(looking, manifest, {
      ...(isReported && { isReported }),
      application: applicationName(application),
      reason: `${applicationName(application)} syncs ${folder.what}, which is not run here`,
      at: place,
    })
    return []
  }
  if (folder.kind !== 'manifests') return []
  append(looking.unread, folder.built?.read ?? [])
  append(looking.findings, folder.built?.lost ?? [])
  if (!manifest.settings.generate) append(looking.findings, brokenIn(source, manifest))
  const namespace = printed(at(application, 'spec', 'destination', 'namespace') ?? '')
  const charts = folder.built?.charts ?? []
  const [chart] = charts
  const inflates = chart === undefined || source['plugin'] !== undefined || argocdSettings(manifest.tree).inflatesCharts
  if (inflates === false && chart !== undefined)
    looking.missing.push(
      refusedBuild(
        'helmCharts need kustomize.buildOptions: --enable-helm in argocd-cm',
        spotOf(chart.entry) ?? pathAt,
        phrase`add --enable-helm to kustomize.buildOptions, in data of the ConfigMap argocd-cm`,
      ),
    )
  const inflated = inflationsOf(of, source, charts).flatMap(
    (one) => releasedBy(one, sourcesIn(one.application['spec'])[0] ?? {}, looking) ?? [],
  )
  const base = baseOf(of, looking, { repository: '', name: '', version: '' })
  if (folder.clusters.length === 0) {
    const objects = objectsIn(source, manifest)
    if (objects.length > 0) looking.clusterless.push({ database: { ...base, namespace, cluster: '', layers: [] }, objects, namespace })
    return inflated
  }
  if (runsKustomize(source['plugin'])) sayPlugin(of, source, looking.findings)
  const holders = holdersIn(source, manifest, namespace)
  const plain = plainDatabases(objectsIn(source, manifest), namespace).map(({ cluster, objects, layer, fingerprint, ...own }) => {
    const here = holdersNamed(objects, own.namespace, holders)
    const names = once(() => textsIn(objects))
    const beside = [...here, ...looking.heldElsewhere({ application, namespace: own.namespace, names, beside: here })]
    const written = {
      ...writtenBase(of),
      release: cluster,
      chartAt: pathAt,
      objects,
      holders: beside,
      fingerprint: JSON.stringify([fingerprint, ...beside.map(({ plain }) => plain)]),
      helm: {},
    }
    return { ...base, namespace: own.namespace, cluster, layers: [layer], written }
  })
  return [...plain, ...inflated]
}
