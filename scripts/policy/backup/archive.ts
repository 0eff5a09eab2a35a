// Where does a Cluster write its archive, and where does it read one?
import { barmanPlugin } from '../../chart/model/plugins.ts'
import { trimEndOf } from '../../values/trim.ts'
import type { Json, Path } from '../../values/value.ts'
import type { RenderedObject } from '../../model.ts'
import { listAt, plainAt, textAt } from '../subject.ts'
import { isJsonMap } from '../../values/value.ts'

/** One place in a bucket: what two Clusters must not share. */
export interface Archive {
  /** equal for two archives that are the same place */
  readonly key: string
  /** `s3://bucket/path/server`, for messages */
  readonly shown: string
  /** Barman's name for the server, the last part of the place */
  readonly server: string
  /** the fields that make it this place; the one written in the highest layer is to blame */
  readonly parts: readonly ArchivePart[]
  /** name of the external cluster, where no server is named: it stands for none */
  readonly assumed?: string
  /** name of the ObjectStore that would say where it is, if that is not among the objects */
  readonly store?: string
}

/** Where an object store is: each server has a folder of its own there. */
export interface StorePlace {
  readonly key: string
  /** `s3://bucket/path` */
  readonly shown: string
  /** the folder that it prescribes; empty: none */
  readonly server: string
}

export interface ArchivePart {
  readonly object: RenderedObject
  readonly path: Path
}

export interface StoreReference {
  readonly name: string
  readonly path: Path
  /** used for writing: by a plugin that archives WAL; otherwise a recovery source */
  readonly writes: boolean
  readonly serverName: string
}

/** A Cluster with anything that copies its data away. */
export function hasBackup(cluster: RenderedObject): boolean {
  const backup = plainAt(cluster.plain, 'spec', 'backup')
  if (isJsonMap(plainAt(backup, 'barmanObjectStore')) || isJsonMap(plainAt(backup, 'volumeSnapshot'))) return true
  return listAt(cluster.plain, 'spec', 'plugins').some(
    (plugin) => plainAt(plugin, 'isWALArchiver') === true && plainAt(plugin, 'enabled') !== false,
  )
}

/** The ObjectStores that a Cluster's Barman plugins name; `serverName` defaults to the Cluster or the external cluster. */
export function storeReferences(cluster: RenderedObject): StoreReference[] {
  const found: StoreReference[] = []
  const add = (plugin: Json | undefined, path: Path, given: { writes: boolean; server: string }): void => {
    const name = textAt(plugin, 'parameters', 'barmanObjectName')
    if (textAt(plugin, 'name') !== barmanPlugin || plainAt(plugin, 'enabled') === false || name === undefined) return
    const serverName = textAt(plugin, 'parameters', 'serverName') ?? given.server
    found.push({ name, path: [...path, 'parameters', 'barmanObjectName'], writes: given.writes, serverName })
  }
  for (const [index, plugin] of listAt(cluster.plain, 'spec', 'plugins').entries())
    add(plugin, ['spec', 'plugins', index], { writes: plainAt(plugin, 'isWALArchiver') === true, server: cluster.name })
  for (const [index, external] of listAt(cluster.plain, 'spec', 'externalClusters').entries())
    // NewFromCluster of the plugin: the name of the Cluster that is recovered, not that of the external one
    add(plainAt(external, 'plugin'), ['spec', 'externalClusters', index, 'plugin'], { writes: false, server: cluster.name })
  return found
}

/** `namespace` makes an ObjectStore that is not among `objects` the same store only within its namespace. */
export interface ArchiveContext {
  readonly objects: readonly RenderedObject[]
  readonly namespace: string
}

/** The archives that a Cluster writes: the in-tree object store and the plugins that archive WAL. */
export function writtenArchives(cluster: RenderedObject, context: ArchiveContext): Archive[] {
  const path = ['spec', 'backup', 'barmanObjectStore']
  const inTree = plainAt(cluster.plain, ...path)
  const archives = isJsonMap(inTree) ? [archiveOf(inTree, { parts: partsOf(cluster, path), server: cluster.name })] : []
  return [
    ...archives,
    ...storeReferences(cluster)
      .filter((reference) => reference.writes)
      .map((reference) => referenced(reference, cluster, context)),
  ]
}

/**
 * The archives that a restore wants empty: those that are written, and the store that the last entry of the Barman plugin names,
 * archiver or not, enabled or not (`NewPlugin` of the plugin 0.14.0 looks at the name only; `serverName` counts where it is enabled).
 */
export function checkedArchives(cluster: RenderedObject, context: ArchiveContext): Archive[] {
  const written = writtenArchives(cluster, context)
  const plugins = [...listAt(cluster.plain, 'spec', 'plugins').entries()].filter(([, plugin]) => textAt(plugin, 'name') === barmanPlugin)
  const [index, plugin] = plugins.at(-1) ?? []
  const name = textAt(plugin, 'parameters', 'barmanObjectName')
  if (index === undefined || name === undefined) return written
  const enabled = plugins.filter(([, one]) => plainAt(one, 'enabled') !== false)
  const serverName =
    enabled.map(([, one]) => textAt(one, 'parameters', 'serverName')).findLast((text) => text !== undefined) ?? cluster.name
  const path = ['spec', 'plugins', index, 'parameters', 'barmanObjectName']
  const idle = referenced({ name, path, writes: false, serverName }, cluster, context)
  return written.some(({ key }) => key === idle.key) ? written : [...written, idle]
}

/** The archive that a Cluster is recovered from, or undefined. */
export function readArchive(cluster: RenderedObject, context: ArchiveContext): Archive | undefined {
  const source = textAt(cluster.plain, 'spec', 'bootstrap', 'recovery', 'source')
  if (source === undefined) return undefined
  const index = listAt(cluster.plain, 'spec', 'externalClusters').findIndex((external) => textAt(external, 'name') === source)
  if (index < 0) return undefined
  const path = ['spec', 'externalClusters', index, 'barmanObjectStore']
  const inTree = plainAt(cluster.plain, ...path)
  if (isJsonMap(inTree)) return archiveOf(inTree, { parts: partsOf(cluster, path).reverse(), server: source })
  const reference = storeReferences(cluster).find((found) => found.path[1] === 'externalClusters' && found.path[2] === index)
  if (reference === undefined) return undefined
  const archive = referenced(reference, cluster, context)
  const isNamed = plainAt(cluster.plain, ...reference.path.slice(0, -1), 'serverName') !== undefined
  return isNamed || source === archive.server
    ? archive
    : { ...archive, assumed: source, parts: [{ object: cluster, path: reference.path }, ...archive.parts] }
}

function referenced(reference: StoreReference, cluster: RenderedObject, context: ArchiveContext): Archive {
  const store = context.objects.find((object) => object.kind === 'ObjectStore' && object.name === reference.name)
  const named = [{ object: cluster, path: [...reference.path.slice(0, -1), 'serverName'] }]
  const configuration = plainAt(store?.plain, 'spec', 'configuration')
  if (store !== undefined && isJsonMap(configuration)) {
    const own = partsOf(store, ['spec', 'configuration'])
    // for what is read the reader's own field comes first, for what is written the place
    const parts = reference.writes ? [...own, ...named] : [...named, ...own]
    return archiveOf(configuration, { parts, server: reference.serverName })
  }
  return {
    key: `store ${context.namespace} ${reference.name} ${reference.serverName}`,
    shown: `${reference.name} (${reference.serverName})`,
    server: reference.serverName,
    parts: [{ object: cluster, path: reference.path }, ...named],
    store: reference.name,
  }
}

/** The fields of an object store that make the place. */
function partsOf(object: RenderedObject, path: Path): ArchivePart[] {
  return ['destinationPath', 'serverName'].map((field) => ({ object, path: [...path, field] }))
}

function archiveOf(store: Json, at: { parts: readonly ArchivePart[]; server: string }): Archive {
  return { ...inStore(placeOfStore(store), at.server), parts: at.parts }
}

/** The place of a store by its configuration. */
export function placeOfStore(store: Json | undefined): StorePlace {
  const destination = textAt(store, 'destinationPath') ?? ''
  const key = `${endpointKey(textAt(store, 'endpointURL') ?? '', destination)} ${destinationKey(destination)}`
  return { key, shown: trimEndOf(destination, '/'), server: textAt(store, 'serverName') ?? '' }
}

/** The archive of a server in a store. */
export function inStore(place: StorePlace, name: string): Pick<Archive, 'key' | 'shown' | 'server'> {
  const server = place.server || name
  return { key: `${place.key} ${server}`, shown: `${place.shown}/${server}`, server }
}

/** Barman takes the bucket from the URL, drops slashes before the path, and joins the rest with one (`CloudInterface`, `os.path.join`). */
function destinationKey(destination: string): string {
  const [, scheme = '', bucket = '', path = ''] = /^([a-z0-9+.-]+):\/\/([^/]*)(.*)$/i.exec(destination) ?? []
  if (scheme === '') return trimEndOf(destination, '/')
  return `${scheme.toLowerCase()}://${bucket.toLowerCase()}/${path.replace(/^\/+/, '').replace(/\/$/, '')}`
}

/** Without an endpoint, and with any of its regions, S3 is that of AWS, whose buckets have one name each; a default port says nothing. */
function endpointKey(endpoint: string, destination: string): string {
  const [, scheme = '', host = ''] = /^(https?):\/\/([^/?#]*)/i.exec(endpoint.toLowerCase()) ?? []
  const name = host.replace(scheme === 'https' ? /:443$/ : /:80$/, '')
  const isAws = destination.toLowerCase().startsWith('s3://') && (endpoint === '' || isAwsHost(name))
  return isAws ? 'aws' : host === '' ? trimEndOf(endpoint, '/').toLowerCase() : name
}

/** Whether a host is one of Amazon's own endpoints. */
export function isAwsHost(host: string): boolean {
  return /(?:^|\.)amazonaws\.com(?:\.cn)?(?::\d+)?$/.test(host)
}

/** Whether a plugin of one of the Clusters archives WAL to an ObjectStore. */
export function isWritten(store: string, objects: readonly RenderedObject[]): boolean {
  return objects.some(({ plain, kind }) =>
    listAt(kind === 'Cluster' ? plain : undefined, 'spec', 'plugins').some(
      (plugin) => textAt(plugin, 'parameters', 'barmanObjectName') === store && plainAt(plugin, 'isWALArchiver') === true,
    ),
  )
}

/** The days of a retention policy: `30d`, `4w`, `6m`. */
export function daysOf(policy: string | undefined): number | undefined {
  const [, number, unit = 'd'] = /^([1-9]\d{0,5})([dwm])$/.exec(policy ?? '') ?? []
  return number === undefined ? undefined : Number(number) * ({ d: 1, w: 7, m: 30 }[unit] ?? 1)
}
