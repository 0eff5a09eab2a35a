// Which volumes would the pod of a cluster have, and where would they be mounted?
import type { Json, JsonMap } from '../../values/value.ts'
import { itemsAt, jsonAt, mapAt, stringAt } from '../subject.ts'
import { tablespaceVolumeName } from '../cluster/tablespaces.ts'
import { reached, releases } from '../version.ts'

/** Reproduces `createPostgresVolumes`. */
export function podVolumes(cluster: JsonMap, operator: string): Json[] {
  const pod = `${stringAt(cluster, 'metadata', 'name')}-1`
  const claim = (name: string, claimName: string): JsonMap => ({ name, persistentVolumeClaim: { claimName } })
  const ephemeral = mapAt(cluster, 'spec', 'ephemeralVolumeSource')
  const scratch = ephemeral ? { ephemeral } : { emptyDir: sizeLimit(cluster, 'temporaryData') }
  const volumes: Json[] = [
    claim('pgdata', pod),
    { name: 'scratch-data', ...scratch },
    { name: 'shm', emptyDir: { medium: 'Memory', ...sizeLimit(cluster, 'shm') } },
  ]
  if (mapAt(cluster, 'spec', 'walStorage')) volumes.push(claim('pg-wal', `${pod}-wal`))
  for (const tablespace of tablespaces(cluster)) volumes.push(claim(tablespaceVolumeName(tablespace, operator), `${pod}-tbs-${tablespace}`))
  const projected = mapAt(cluster, 'spec', 'projectedVolumeTemplate')
  if (projected) volumes.push({ name: 'projected', projected })
  for (const extension of extensions(cluster, operator))
    volumes.push({ name: extensionVolumeName(extension, operator), image: mapAt(extension, 'image') ?? {} })
  return volumes
}

/** In a different order from the volumes. Reproduces `CreatePostgresVolumeMounts`. */
export function volumeMounts(cluster: JsonMap, operator: string): Json[] {
  const mount = (name: string, mountPath: string): Json => ({ name, mountPath })
  const mounts = [
    mount('pgdata', '/var/lib/postgresql/data'),
    mount('scratch-data', '/run'),
    mount('scratch-data', '/controller'),
    mount('shm', '/dev/shm'),
  ]
  if (mapAt(cluster, 'spec', 'walStorage')) mounts.push(mount('pg-wal', '/var/lib/postgresql/wal'))
  if (mapAt(cluster, 'spec', 'projectedVolumeTemplate')) mounts.push(mount('projected', '/projected'))
  for (const tablespace of tablespaces(cluster))
    mounts.push(mount(tablespaceVolumeName(tablespace, operator), `/var/lib/postgresql/tablespaces/${tablespace}`))
  for (const extension of extensions(cluster, operator))
    mounts.push(mount(extensionVolumeName(extension, operator), `/extensions/${stringAt(extension, 'name')}`))
  return mounts
}

function sizeLimit(cluster: JsonMap, volume: string): JsonMap {
  const limit = jsonAt(cluster, 'spec', 'ephemeralVolumesSizeLimit', volume)
  return limit === undefined ? {} : { sizeLimit: limit }
}

function tablespaces(cluster: JsonMap): string[] {
  return itemsAt(cluster, 'spec', 'tablespaces')
    .map(([, item]) => stringAt(item, 'name'))
    .sort()
}

/** From 1.29.0 on they come from the status, which a new cluster lacks. */
function extensions(cluster: JsonMap, operator: string): JsonMap[] {
  const items = reached(operator, releases.minor29)
    ? itemsAt(cluster, 'status', 'pgDataImageInfo', 'extensions')
    : itemsAt(cluster, 'spec', 'postgresql', 'extensions')
  return items.map(([, item]) => item)
}

function extensionVolumeName(extension: JsonMap, operator: string): string {
  const name = stringAt(extension, 'name')
  return reached(operator, releases.february2026) ? `ext-${name.replaceAll('_', '-')}` : name
}
