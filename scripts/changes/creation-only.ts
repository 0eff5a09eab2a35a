// Which changes to an existing cluster are read, or are safe, only when a cluster is created?
import { fieldAt, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { trimEndOf } from '../values/trim.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import { valueAt } from '../values/value.ts'
import { causeOf } from './cause.ts'
import { differences, isEqual, spotIn } from './difference.ts'
import { archiverOf } from './lost-protections.ts'
import { clusterOf } from './side.ts'
import type { Side } from './side.ts'

export function* creationOnlyFindings(before: Side, after: Side): Iterable<LocatedFinding> {
  const [was, now] = [clusterOf(before)?.value, clusterOf(after)?.value]
  if (was === undefined || now === undefined) return
  yield* archiverFindings(before, after)
  yield* bootstrapFindings(was, now, { before, after })
  yield* storageClassFindings(was, now, { before, after })
}

/** An archive that another cluster has written to is refused when a cluster starts, but mixed silently when it already runs. */
function* archiverFindings(before: Side, after: Side): Iterable<LocatedFinding> {
  const archiver = archiverOf(after)
  if (archiver === undefined || archiverOf(before) !== undefined) return
  const path = ['backups', 'enabled']
  const isSwitched = !isEqual(valueAt(before.values, path), valueAt(after.values, path))
  const at = (isSwitched ? nearestSpot(after.values, path) : undefined) ?? spotIn(after.values, archiver, after.fallback)
  yield {
    rule: 'changes/archive-is-empty',
    severity: 'warning',
    message: phrase`backups are switched on for an existing cluster, but its archive must be empty, or two histories mix`,
    at,
    help: phrase`look into ${placeOf(archiver, after)} first; if it is not empty, choose another destinationPath`,
    database: after.database.id,
  }
}

function placeOf(archiver: Value, { database }: Side): string {
  const text = (name: string): string | undefined => {
    const value = valueAt(archiver, [name])
    return value?.kind === 'scalar' ? printed(value.value) : undefined
  }
  const folder = text('destinationPath')
  return folder === undefined ? 'its place in the bucket' : `${trimEndOf(folder, '/')}/${text('serverName') ?? database.cluster}`
}

interface Sides {
  readonly before: Side
  readonly after: Side
}

/** `initdb` runs once. Its Secret is read later too, and switching to another bootstrap method is how a finished recovery is retired. */
function* bootstrapFindings(was: MapValue, now: MapValue, sides: Sides): Iterable<LocatedFinding> {
  const path = ['spec', 'bootstrap', 'initdb']
  const [left, right] = [valueAt(was, path), valueAt(now, path)]
  if (left?.kind !== 'map' || right?.kind !== 'map') return
  const first = [...differences(left, right)].find((one) => one.path[0] !== 'secret')
  if (first === undefined) return
  yield unread(
    first,
    sides,
    'is read only when the cluster is created',
    'restore it; an existing database is changed by SQL, `databases` or `cluster.roles`',
  )
}

function* storageClassFindings(was: MapValue, now: MapValue, sides: Sides): Iterable<LocatedFinding> {
  for (const { path, before, after } of differences(valueAt(was, ['spec']), valueAt(now, ['spec']))) {
    const isOfClaim = path.at(-1) === 'storageClassName' && path.at(-2) === 'pvcTemplate'
    const volume = path.slice(0, isOfClaim ? -2 : -1)
    if ((path.at(-1) !== 'storageClass' && !isOfClaim) || !isOnBothSides(volume, was, now)) continue
    // `storageClass` beside the template wins
    if (isOfClaim && valueAt(now, ['spec', ...volume, 'storageClass']) !== undefined) continue
    yield unread(
      { before, after },
      sides,
      'is read only when a volume is created',
      'restore it, or replace the instances one by one: a new one gets the new class',
    )
  }
}

function isOnBothSides(path: Path, was: MapValue, now: MapValue): boolean {
  return valueAt(was, ['spec', ...path]) !== undefined && valueAt(now, ['spec', ...path]) !== undefined
}

function unread(
  { before, after }: { readonly before: Value | undefined; readonly after: Value | undefined },
  sides: Sides,
  ...[reason, help]: [string, string]
): LocatedFinding {
  const node = (after ?? before) as Value
  const pair = { before: sides.before.values, after: sides.after.values }
  const cause = after === undefined ? causeOf(node.origin.path, pair) : undefined
  return {
    rule: 'changes/read-at-creation',
    severity: 'warning',
    message: phrase`${fieldAt(node.origin.path)} changes, but ${reason}`,
    at: cause?.at ?? spotIn(sides.after.values, node, sides.after.fallback),
    ...(cause?.unless && { unless: cause.unless }),
    help: phrase`${help}`,
    database: sides.after.database.id,
  }
}
