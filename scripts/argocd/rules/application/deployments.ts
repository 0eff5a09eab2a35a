// Which Clusters does one state of the repository deploy, through hand-written manifests or generated sets?
import { releaseOf } from '../../../chart/release.ts'
import { printed } from '../../../values/printed.ts'
import { namespaceSpot, serviceSpot } from '../../../merge/generator.ts'
import { nearestSpot } from '../../../findings/spot.ts'
import type { Spot } from '../../../findings/spot.ts'
import type { Database, Settings } from '../../../model.ts'
import type { Json, JsonMap, Path } from '../../../values/value.ts'
import { isJsonMap, valueAt } from '../../../values/value.ts'
import { sourcesIn, sourcesOf } from '../../../applicationset/sources.ts'
import { makerOf, spotOfApplication } from './application-once.ts'
import { destinationOf, identityOfSource, officialBelow } from '../../../deployed/values/application-values.ts'
import type { Identity } from '../../../deployed/values/application-values.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { applicationKey, applicationName } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { applicationsMadeBy, at, isDatabaseSource, releasePath, sourcePath } from '../../../deployed/manifest-parts.ts'
import { elementSpot } from '../../../deployed/sets/element-files.ts'
import { folderOf } from '../../../deployed/folders/folders.ts'
import { overrideSpot } from './override-spot.ts'

/** What a person decides about a deployment. */
export type Part = 'application' | 'cluster' | 'release' | 'namespace' | 'destination'

/** One Cluster that an Application deploys. */
export interface Deployment extends Identity {
  /** `namespace/name` of the Application */
  readonly key: string
  readonly application: string
  /** who makes the Application */
  readonly maker: string
  /** absent for a generated database */
  readonly manifest?: Manifest
  /** absent for a hand-written one */
  readonly database?: Database
  /** it is a manifest in a folder of the repository, and no chart makes it */
  readonly isPlain?: true
  /** where an element of the set, or its file, holds what the namespace is made of */
  readonly namespaceInElement?: () => Spot | undefined
  /** what a kustomization puts before or behind the name of a plain one */
  readonly affix?: Spot
  /** no Application here makes it: `application` is the file of its manifest */
  readonly isLoose?: true
  /** its manifests, or its chart, are in a folder of the repository, so that rules of sets and charts don't see it as a database */
  readonly isFolder?: true
  /** the line that decides a part */
  readonly spotOf: (part: Part) => Spot
}

/** What the databases of the settings deploy. */
export function generatedDeployments(databases: Iterable<Database>, settings: Settings): Deployment[] {
  return [...databases].map((database): Deployment => {
    const { application, cluster, namespace, environment } = database
    const { server, name } = environment.destination
    const layout = (key: 'cluster' | 'application'): Spot =>
      (valueAt(settings.origin, ['layout', key]) && nearestSpot(settings.origin, ['layout', key])) ?? serviceSpot(database)
    const destination: Path = ['environments', environment.name, 'destination', server === undefined ? 'name' : 'server']
    return {
      key: `${settings.argocd.namespace}/${application}`,
      application,
      cluster,
      release: releaseOf(database),
      namespace,
      destination: destinationOf(server, name),
      maker: `the generated set of ${environment.name}`,
      database,
      spotOf: (part) =>
        part === 'namespace'
          ? (namespaceSpot(database, settings) ?? serviceSpot(database))
          : part === 'destination'
            ? (nearestSpot(settings.origin, destination) ?? serviceSpot(database))
            : layout(part === 'application' ? part : 'cluster'),
    }
  })
}

/** What hand-written manifests deploy; `settings` of both sides name charts that make databases. */
export function writtenDeployments(manifests: readonly Manifest[], settings: readonly Settings[]): Deployment[] {
  return manifests.flatMap((manifest) =>
    applicationsMadeBy(manifest).flatMap((application) => deploymentsOf(manifest, application, settings)),
  )
}

function deploymentsOf(manifest: Manifest, application: JsonMap, settings: readonly Settings[]): Deployment[] {
  const spec = at(application, 'spec')
  const { sources } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [] }
  const name = applicationName(application)
  const own = { key: applicationKey(manifest, name), application: name, maker: makerOf(manifest), manifest }
  return sources.flatMap((source, nth): Deployment[] => {
    const chart = {
      ...identityOfSource(application, manifest, nth),
      ...own,
      namespaceInElement: () => spotInElement(manifest, application),
      spotOf: (part: Part) => writtenSpot({ manifest, application, nth }, part),
    }
    if (isDatabaseSource(source, settings)) return [chart]
    const folder = folderOf(source, manifest)
    if (folder.kind === 'cluster-chart') return [{ ...chart, isFolder: true }]
    if (folder.kind === 'unread') return []
    const { namespace, destination, namespaceInElement } = chart
    return folder.clusters.map((cluster) => ({
      ...own,
      cluster: cluster.name,
      release: cluster.name,
      namespace: cluster.namespace ?? namespace,
      destination,
      isPlain: true,
      isFolder: true,
      ...(cluster.affix && { affix: cluster.affix }),
      ...(cluster.namespace === undefined && { namespaceInElement }),
      spotOf: (part) => {
        if (part === 'application' || part === 'destination') return chart.spotOf(part)
        // without one of its own it is that of the Application
        return part === 'namespace' ? (cluster.namespaceSpot ?? chart.spotOf(part)) : cluster.spot
      },
    }))
  })
}

/** Databases of charts in folders that `writtenDeployments` knows nothing of; what their Clusters are called is known only to the chart. */
export function chartDeployments(
  databases: readonly Database[],
  manifests: readonly Manifest[],
  known: readonly Deployment[],
): Deployment[] {
  const keys = new Set(known.map(({ key }) => key))
  const makers = new Map(
    manifests.flatMap((manifest) =>
      (manifest.applications ?? []).map((application) => [applicationKey(manifest, applicationName(application)), manifest] as const),
    ),
  )
  const found = new Map<string, Deployment>()
  for (const { written, namespace, application: name, environment } of databases) {
    const manifest = written === undefined ? undefined : makers.get(written.key)
    if (written?.chartFolder === undefined || manifest === undefined || keys.has(written.key)) continue
    const { application, key, release } = written
    const spec = at(application, 'spec')
    const nth = sourcesIn(spec).findIndex(({ path, ref }) => path !== undefined && ref === undefined)
    const { server, name: cluster } = environment.destination
    const source = sourcesIn(spec)[nth]
    const inside = source === undefined ? undefined : officialBelow(source, manifest)
    found.set(key, {
      key,
      application: name,
      maker: makerOf(manifest),
      manifest,
      // of the official chart inside another one it is known as well
      cluster: inside === undefined ? undefined : identityOfSource(application, manifest, nth).cluster,
      release,
      namespace,
      destination: destinationOf(server, cluster),
      isFolder: true,
      spotOf: (part) => writtenSpot({ manifest, application, nth: Math.max(nth, 0) }, part),
    })
  }
  return [...found.values()]
}

interface Source {
  readonly manifest: Manifest
  readonly application: JsonMap
  readonly nth: number
}

function writtenSpot({ manifest, application, nth }: Source, part: Part): Spot {
  const { plain, base } = manifest
  const destination = [...base, 'spec', 'destination']
  if (part === 'application') return spotOfApplication(manifest, application)
  const override = part === 'cluster' || part === 'namespace' ? overrideSpot(manifest, application, nth, part) : undefined
  if (override !== undefined) return override
  const source = [...base, 'spec', ...sourcePath(at(plain, ...base, 'spec'), nth)]
  const release = [...source, 'helm', 'releaseName']
  if (part === 'cluster' || part === 'release')
    return manifest.spotOf(at(plain, ...release) === undefined ? releasePath({ plain, base }) : release)
  if (part === 'namespace') return manifest.spotOf([...destination, 'namespace'])
  return manifest.spotOf([...destination, at(plain, ...destination, 'server') === undefined ? 'name' : 'server'])
}

/** Where what the template of a set makes the namespace of is written. */
function spotInElement(manifest: Manifest, application: JsonMap): Spot | undefined {
  const path = ['spec', 'destination', 'namespace']
  const isOpen = manifest.kind === 'ApplicationSet' && printed(at(manifest.plain, ...manifest.base, ...path) ?? '').includes('{{')
  return isOpen ? elementSpot(manifest, application, printed(at(application, ...path) ?? '')) : undefined
}

/** One text for one Cluster; undefined where a part of it can't be known here. */
export function clusterKey({ cluster, namespace, destination, unknown }: Deployment): string | undefined {
  const key = `${destination} ${namespace}/${cluster ?? ''}`
  const isOpen = key.includes(unknownText) || key.includes('<no value>') || key.includes('{{')
  return cluster === undefined || unknown !== undefined || isOpen ? undefined : key
}

/** How a database is named to people. */
export function idOf({ database, application }: Deployment): string {
  return database?.id ?? application
}

/** Whether an Application has a name that is known, and none that is left over from a template. */
export function hasName({ application }: Deployment): boolean {
  return application !== '' && !application.includes(unknownText) && !application.includes('{{')
}

/** What became of a deployment of the base that another maker has now, or nobody. */
export interface Handover {
  readonly result: 'handed-over' | 'renamed' | 'recreated' | 'gone' | 'swapped' | 'unknown' | 'created'
  readonly before: Deployment
  readonly after?: Deployment
  /** where an Application that stays gets what it deploys instead */
  readonly swap?: Swap
  /** the Application goes, and takes its Cluster along */
  readonly isDeleted?: true
  /** the database was retired at the base, and may go */
  readonly isRetired?: true
}

/** Where an Application gets what it deploys, and what decides that it is no database. */
export interface Swap {
  readonly what: string
  readonly spot: Spot
  /** the chart keeps its name, and comes from another place */
  readonly isSameChart: boolean
}

/** The Applications of manifests by key, each with the source that is where one of a database may have been. */
export function writtenSwaps(manifests: readonly Manifest[]): Map<string, Swap> {
  const swaps = new Map<string, Swap>()
  for (const manifest of manifests) {
    if (manifest.isConsumed) continue
    for (const application of manifest.applications ?? []) {
      const spec = at(application, 'spec')
      const { sources } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [] }
      // a source that only the values of the parent define may be the chart
      if (sources.length === 0 || sources.some((source) => keys.some((key) => isUnknown(source[key])))) continue
      const found = sources.findIndex(({ chart }) => chart !== undefined)
      const nth =
        found < 0
          ? Math.max(
              0,
              sources.findIndex(({ ref }) => ref === undefined),
            )
          : found
      const source = sources[nth] ?? {}
      const key = source['chart'] === undefined ? 'path' : source['chart'] === 'cluster' ? 'repoURL' : 'chart'
      const { plain, base } = manifest
      const path = [...base, 'spec', ...sourcePath(at(plain, ...base, 'spec'), nth)]
      const what = `${key === 'repoURL' ? 'chart at' : key} ${printed(source[key] ?? source['repoURL'] ?? '').slice(0, 40)}`
      swaps.set(applicationKey(manifest, applicationName(application)), {
        what,
        spot: manifest.spotOf([...path, key]),
        isSameChart: key === 'repoURL',
      })
    }
  }
  return swaps
}

const keys = ['chart', 'repoURL', 'path'] as const
const isUnknown = (value: Json | undefined): boolean => typeof value === 'string' && value.includes(unknownText)
