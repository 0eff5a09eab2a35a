// Is a file that the configuration of PostgreSQL names in the pod of its Cluster?
import { posix } from 'node:path'
import { phrase } from '../findings/message.ts'
import { officialImage } from '../operator/official-image.ts'
import { nearest } from '../values/path.ts'
import type { Message } from '../findings/finding.ts'
import type { Json } from '../values/value.ts'
import { isJsonMap, jsonAt } from '../values/value.ts'

/** What is known of the files of a pod. */
export interface PodFiles {
  /** relative to /projected; undefined: nothing is mounted there */
  readonly projected: ReadonlySet<string> | undefined
  /** a Secret or ConfigMap is mounted there with all its keys, whatever they are */
  readonly hasOpenSource: boolean
  /** a patch of the pod, a plugin or what injects volumes by annotations may mount more */
  readonly mayMountMore: boolean
  /** the image is one of the project */
  readonly isOfficial: boolean
}

/** `createPostgresVolumes` and `CreatePostgresVolumeMounts` of CloudNativePG 1.30: `projectedVolumeTemplate` is mounted at /projected. */
export function podFilesOf(cluster: Json): PodFiles {
  const template = jsonAt(cluster, ['spec', 'projectedVolumeTemplate'])
  const image = jsonAt(cluster, ['spec', 'imageName'])
  const annotations = jsonAt(cluster, ['spec', 'inheritedMetadata', 'annotations'])
  const mayMountMore =
    jsonAt(cluster, ['metadata', 'annotations', 'cnpg.io/podPatch']) !== undefined ||
    listIn(jsonAt(cluster, ['spec']), 'plugins').some((plugin) => jsonAt(plugin, ['name']) !== 'barman-cloud.cloudnative-pg.io') ||
    (isJsonMap(annotations) && Object.keys(annotations).some((key) => /inject/i.test(key)))
  const sources = listIn(template, 'sources').filter(isJsonMap)
  const opened = sources.flatMap((source) => [source['secret'], source['configMap']].filter(isJsonMap))
  return {
    projected: isJsonMap(template) ? new Set(sources.flatMap(pathsOf)) : undefined,
    hasOpenSource: opened.some((source) => listIn(source, 'items').length === 0),
    mayMountMore,
    isOfficial: typeof image === 'string' && officialImage(image) !== undefined,
  }
}

/** Every `path` of a source, wherever it is: of its items, or its own. */
function pathsOf(source: Json | undefined): string[] {
  if (Array.isArray(source)) return source.flatMap(pathsOf)
  if (!isJsonMap(source)) return []
  return Object.entries(source).flatMap(([key, value]) =>
    /path$/i.test(key) && typeof value === 'string' ? [posix.normalize(value)] : pathsOf(value),
  )
}

function listIn(of: Json | undefined, name: string): readonly Json[] {
  const list = of === undefined ? undefined : jsonAt(of, [name])
  return Array.isArray(list) ? list : []
}

const data = '/var/lib/postgresql/data'
const pgdata = `${data}/pgdata`
/** What `initdb` and the operator write there, PostgreSQL 13 to 18. */
const written = /^(?:base|global|pg_\w+|PG_VERSION|postgresql(?:\.auto)?\.conf|pg_(?:hba|ident)\.conf|custom\.conf|override\.conf)(?:\/|$)/
/** Folders of the project's images with files, or with what is mounted; /etc/postgresql is for clusters that Debian makes. */
const usedFolder = /^\/(?:bin|controller|dev|etc(?!\/postgresql\/)|extensions|lib\w*|proc|root|run|sbin|sys|tmp|usr|var)(?:\/|$)/

/** Where a file that is not in the pod was looked for; undefined: it is there, or may be. */
export function whereAbsent(file: string, pod: PodFiles): string | undefined {
  const path = posix.normalize(posix.isAbsolute(file) ? file : `${pgdata}/${file}`)
  if (path === '/projected' || path.startsWith('/projected/')) return pod.mayMountMore || isProjected(path, pod) ? undefined : '/projected'
  if (path.startsWith(`${data}/`)) {
    const isThere = path === pgdata || (path.startsWith(`${pgdata}/`) && written.test(path.slice(pgdata.length + 1)))
    return isThere ? undefined : 'the data directory'
  }
  return pod.isOfficial && !pod.mayMountMore && !usedFolder.test(path) ? 'the image' : undefined
}

function isProjected(path: string, { projected, hasOpenSource }: PodFiles): boolean {
  if (projected === undefined) return false
  const name = path.slice('/projected/'.length).replace(/\/$/, '')
  // a key has no slash
  if (name === '' || projected.has(name) || (hasOpenSource && !name.includes('/'))) return true
  return [...projected].some((other) => other.startsWith(`${name}/`))
}

/** What to do about a file that is not there; `instead`: what to write without one. */
export function fileHelp(file: string, instead: string, { projected }: PodFiles): Message {
  const path = posix.normalize(file)
  const meant = nearest(path.startsWith('/projected/') ? path.slice('/projected/'.length) : posix.basename(path), projected ?? [])
  if (meant !== undefined) return phrase`did you mean ${`/projected/${meant}`}?`
  return phrase`${instead}, or mount it by spec.projectedVolumeTemplate and name ${`/projected/${posix.basename(file)}`}`
}
