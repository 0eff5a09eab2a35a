// Would Kubernetes make and mount the volumes that a Cluster describes?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import { nearest } from '../../values/path.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'

/** What is wrong with a field of a Cluster or a Pooler. */
export interface PodMistake {
  readonly path: Path
  readonly on?: 'key'
  readonly message: Message
  readonly help: Message
}

/** What a source of a projected volume can be. */
const sources = ['clusterTrustBundle', 'configMap', 'downwardAPI', 'podCertificate', 'secret', 'serviceAccountToken']

/** Places of paths below `/projected`. Reproduces `validateProjectionSources`. */
export function* projectedMistakes(plain: Json): Iterable<PodMistake> {
  const list = ['spec', 'projectedVolumeTemplate', 'sources']
  const taken = new Set<string>()
  for (const [index, source] of listAt(plain, ...list).entries()) {
    const given = isJsonMap(source) ? sources.filter((kind) => isJsonMap(source[kind])) : []
    const [first, second] = given
    if (second !== undefined)
      yield {
        path: [...list, index, second],
        on: 'key',
        message: phrase`this source has ${first} and ${second}, but each item of sources has one: Kubernetes refuses each pod`,
        help: phrase`make ${second} an item of its own, with a - before it`,
      }
    const places: Path[] = given.flatMap((kind) => {
      const items = [...listAt(source, kind, 'items').keys()].map((item): Path => [...list, index, kind, 'items', item, 'path'])
      return kind === 'serviceAccountToken' || kind === 'clusterTrustBundle' ? [[...list, index, kind, 'path']] : items
    })
    for (const path of places) yield* projectedPath(plain, path, taken)
  }
}

function* projectedPath(plain: Json, path: Path, taken: Set<string>): Iterable<PodMistake> {
  const written = textAt(plain, ...path) ?? ''
  if (written === '') return
  if (written.startsWith('/') || written.split('/').includes('..'))
    yield {
      path,
      message: phrase`${here('path')} is ${shown(written)}, but must be a path below /projected without ..: Kubernetes refuses each pod`,
      help: phrase`write ${named(
        written
          .replace(/^\/+(?:projected\/+)?/, '')
          .split('/')
          .filter((part) => part !== '..')
          .join('/'),
      )}`,
    }
  else if (taken.has(written))
    yield {
      path,
      message: phrase`${here('path')} is ${shown(written)}, but an item before it has that path: Kubernetes refuses each pod`,
      help: phrase`give one of the two another path`,
    }
  taken.add(written)
}

/** What a volume for temporary files lacks. Reproduces `validateEphemeralVolumeSource`. */
export function* temporaryMistakes(plain: Json): Iterable<PodMistake> {
  const path = ['spec', 'ephemeralVolumeSource']
  if (!isJsonMap(plainAt(plain, ...path))) return
  const claim = plainAt(plain, ...path, 'volumeClaimTemplate', 'spec')
  const lacks =
    claim === undefined
      ? 'volumeClaimTemplate'
      : listAt(claim, 'accessModes').length === 0
        ? 'accessModes'
        : plainAt(claim, 'resources', 'requests', 'storage') === undefined
          ? 'resources.requests.storage'
          : undefined
  if (lacks === undefined) return
  yield {
    path,
    on: 'key',
    message: phrase`ephemeralVolumeSource has no ${lacks}, without which Kubernetes refuses each pod`,
    help: phrase`write volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}`,
  }
}

const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const short: ReadonlyMap<string, string> = new Map([
  ['ROX', 'ReadOnlyMany'],
  ['RWO', 'ReadWriteOnce'],
  ['RWOP', 'ReadWriteOncePod'],
  ['RWX', 'ReadWriteMany'],
])

/** Volumes of a field of a Cluster: `storage`, `walStorage` or `tablespaces`. */
export function* claimMistakes(plain: Json, field: string): Iterable<PodMistake> {
  const volumes: readonly Path[] =
    field === 'tablespaces' ? [...listAt(plain, 'spec', field).keys()].map((index) => ['spec', field, index, 'storage']) : [['spec', field]]
  for (const volume of volumes) {
    const claim = [...volume, 'pvcTemplate']
    if (!isJsonMap(plainAt(plain, ...claim))) continue
    const given = listAt(plain, ...claim, 'accessModes')
    for (const [index, mode] of given.entries()) {
      if (typeof mode !== 'string' || modes.includes(mode)) continue
      yield {
        path: [...claim, 'accessModes', index],
        message: phrase`${here('access mode')} is ${shown(mode)}, but must be one of ${modes.join(', ')}: Kubernetes refuses the volume`,
        help: phrase`write ${named(short.get(mode.toUpperCase()) ?? nearest(mode, modes) ?? 'ReadWriteOnce')}`,
      }
    }
    if (given.length > 0 && given.every((mode) => mode === 'ReadOnlyMany'))
      yield {
        path: [...claim, 'accessModes', 0],
        message: phrase`${here('access mode')} is ReadOnlyMany, but PostgreSQL writes to the volume: no instance starts`,
        help: phrase`write ReadWriteOnce`,
      }
    const instances = plainAt(plain, 'spec', 'instances')
    const volumeName = textAt(plain, ...claim, 'volumeName')
    if (volumeName !== undefined && typeof instances === 'number' && instances > 1)
      yield {
        path: [...claim, 'volumeName'],
        message: phrase`${here('volumeName')} is ${shown(volumeName)}, but each of ${instances} instances needs a volume of its own: only one starts`,
        help: phrase`remove it, and let the storage class make the volumes, or choose among those that are there by selector`,
      }
    if (textAt(plain, ...claim, 'volumeMode') === 'Block')
      yield {
        path: [...claim, 'volumeMode'],
        message: phrase`${here('volumeMode')} is Block, but PostgreSQL needs a file system: the volume can't be mounted, and no instance starts`,
        help: phrase`remove it: Filesystem is the default`,
      }
  }
}
