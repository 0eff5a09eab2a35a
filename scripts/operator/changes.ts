// May an existing Cluster be changed like this?
import { here, named, phrase, shown } from '../findings/message.ts'
import type { Finding, Rule } from '../findings/finding.ts'
import type { JsonMap, Path } from '../values/value.ts'
import { compareQuantities, formatQuantity } from '../kubernetes/quantity.ts'
import { isReplica, parametersOf, postgresMajor, storageSize } from './cluster/cluster.ts'
import { refusal, withPlaces } from './finding.ts'
import { booleanAt, itemsAt, jsonAt, listAt, mapAt, numberAt, stringAt } from './subject.ts'
import type { OperatorSubject } from './subject.ts'
import { reached, releases } from './version.ts'

const slots = ['spec', 'replicationSlots'] as const
// in-place upgrades to older versions would need the old collation
const firstUpgradeTarget = 16

interface Change {
  readonly before: JsonMap
  readonly after: JsonMap
  readonly operator: string
}

/** A rule that is silent for a new object. */
function rule(
  about: Omit<Rule<OperatorSubject>, 'check' | 'severity'>,
  judge: (change: Change) => Iterable<Finding>,
): Rule<OperatorSubject> {
  return {
    ...about,
    severity: 'error',
    *check({ object, old, operator }) {
      if (old) yield* judge({ before: old, after: object, operator })
    },
  }
}

/** Where the major version is written, and both versions; undefined if the server skips the comparison. */
function majors({ before, after }: Change): { path: Path; from: number; to: number } | undefined {
  const to = postgresMajor(after)
  const running = mapAt(before, 'status', 'pgDataImageInfo')
  if (to === undefined || !running) return undefined
  const path = mapAt(after, 'spec', 'imageCatalogRef') ? ['spec', 'imageCatalogRef', 'major'] : ['spec', 'imageName']
  return { path, from: numberAt(running, 'majorVersion') ?? 0, to }
}

interface Volume {
  readonly path: Path
  readonly field: Path
  readonly name: string
}

function* shrunk({ path, field, name }: Volume, before: JsonMap | undefined, after: JsonMap | undefined): Iterable<Finding> {
  const [from, to] = [storageSize(before), storageSize(after)]
  if (!from || !to || compareQuantities(from, to) <= 0) return
  const message = phrase`size of ${named(name)} shrinks from ${sizeText(before, formatQuantity(from))} to ${sizeText(after, formatQuantity(to))}, but volumes can only grow`
  const help = phrase`restore the size; for a smaller disk, bootstrap a new cluster from a backup`
  yield { ...refusal(field, message, help), places: [{ path: [...path, stringAt(after, 'size') === '' ? 'pvcTemplate' : 'size'] }] }
}

function sizeText(storage: JsonMap | undefined, canonical: string): string {
  return stringAt(storage, 'size') || canonical
}

function sameParameters(before: JsonMap, after: JsonMap): boolean {
  const [left, right] = [parametersOf(before), parametersOf(after)]
  return left.size === right.size && [...left].every(([name, value]) => right.get(name) === value)
}

function* frozen({ before, after }: Change, name: string): Iterable<Finding> {
  const [from, to] = [numberAt(before, 'spec', name), numberAt(after, 'spec', name)]
  if (from === to) return
  yield refusal(
    ['spec', name],
    phrase`${named(name)} changes from ${from ?? 'unset'} to ${to ?? 'unset'}, but must stay`,
    phrase`restore ${from ?? 'its absence'}`,
  )
}

function wasEnabled(before: JsonMap, member: 'highAvailability' | 'synchronizeReplicas'): boolean {
  return mapAt(before, ...slots, member) !== undefined && (booleanAt(before, ...slots, member, 'enabled') ?? true)
}

function* slotsRemoved({ before, after }: Change, member: 'highAvailability' | 'synchronizeReplicas'): Iterable<Finding> {
  if (!wasEnabled(before, member) || mapAt(after, ...slots, member)) return
  const path = mapAt(after, ...slots) ? [...slots, member] : slots
  yield refusal(
    path,
    phrase`${here(`replicationSlots.${member}`)} is removed, but was enabled and must be disabled first`,
    phrase`set enabled to false in a first change`,
  )
}

/** In the order of `validateClusterChanges`. */
export const clusterChanges: readonly Rule<OperatorSubject>[] = [
  rule(
    { id: 'changes/no-major-downgrade', upstream: 'validateImageChange', summary: "PostgreSQL's major version does not go down" },
    function* (change) {
      const found = majors(change)
      if (!found || found.from <= found.to) return
      const message = phrase`PostgreSQL goes from version ${named(found.from)} to ${named(found.to)}, but must not go down`
      yield refusal(found.path, message, phrase`use an image of PostgreSQL ${named(found.from)}`)
    },
  ),
  rule(
    { id: 'changes/major-upgrade-target', upstream: 'validateImageChange', summary: 'an upgrade in place goes to PostgreSQL 16 or later' },
    function* (change) {
      const found = majors(change)
      if (!found || found.from >= found.to || found.to >= firstUpgradeTarget) return
      const message = phrase`PostgreSQL goes from version ${named(found.from)} to ${named(found.to)}, but an upgrade must go to ${named(firstUpgradeTarget)} or later`
      yield refusal(found.path, message, phrase`upgrade to PostgreSQL ${named(firstUpgradeTarget)} or later`)
    },
  ),
  rule(
    {
      id: 'changes/image-apart-from-parameters',
      upstream: 'validateConfigurationChange',
      summary: 'the image and the parameters are not changed together if updates switch over',
    },
    function* ({ before, after, operator }) {
      if (stringAt(before, 'spec', 'imageName') === stringAt(after, 'spec', 'imageName') || sameParameters(before, after)) return
      const onlySwitchover = reached(operator, releases.december2025)
      if (onlySwitchover && stringAt(after, 'spec', 'primaryUpdateMethod') !== 'switchover') return
      const message = phrase`imageName and postgresql.parameters change together, but must change one after the other`
      const finding = refusal(['spec', 'imageName'], message, phrase`change the image in one commit, the parameters in the next`)
      yield withPlaces(finding, { path: ['spec', 'postgresql', 'parameters'], label: phrase`the parameters also change`, on: 'key' })
    },
  ),
  rule(
    { id: 'changes/storage-grows', upstream: 'validateStorageChange', summary: 'the data volume does not shrink' },
    ({ before, after }) => {
      const path = ['spec', 'storage']
      return shrunk({ path, field: path, name: 'storage' }, mapAt(before, ...path), mapAt(after, ...path))
    },
  ),
  rule(
    { id: 'changes/wal-storage-stays', upstream: 'validateWalStorageChange', summary: 'the WAL volume is not removed' },
    function* ({ before, after }) {
      if (!mapAt(before, 'spec', 'walStorage') || mapAt(after, 'spec', 'walStorage')) return
      yield refusal(
        ['spec', 'walStorage'],
        phrase`${here('walStorage')} is removed, but must stay once it is set`,
        phrase`restore walStorage`,
      )
    },
  ),
  rule(
    { id: 'changes/wal-storage-grows', upstream: 'validateWalStorageChange', summary: 'the WAL volume does not shrink' },
    ({ before, after }) => {
      const path = ['spec', 'walStorage']
      return shrunk({ path, field: path, name: 'walStorage' }, mapAt(before, ...path), mapAt(after, ...path))
    },
  ),
  rule(
    { id: 'changes/tablespaces-stay', upstream: 'validateTablespacesChange', summary: 'the list of tablespaces is not removed' },
    function* ({ before, after }) {
      if (!listAt(before, 'spec', 'tablespaces') || listAt(after, 'spec', 'tablespaces')) return
      yield refusal(
        ['spec', 'tablespaces'],
        phrase`${here('tablespaces')} is removed, but must stay once it is set`,
        phrase`restore tablespaces`,
      )
    },
  ),
  rule(
    { id: 'changes/tablespace-stays', upstream: 'validateTablespacesChange', summary: 'no tablespace is removed or renamed' },
    function* ({ before, after }) {
      if (!listAt(after, 'spec', 'tablespaces')) return
      const names = new Set(itemsAt(after, 'spec', 'tablespaces').map(([, item]) => stringAt(item, 'name')))
      for (const [index, item] of itemsAt(before, 'spec', 'tablespaces')) {
        const name = stringAt(item, 'name')
        if (names.has(name)) continue
        const message = phrase`the tablespace ${shown(name)} is removed, but must stay once it is set`
        const finding = refusal(['spec', 'tablespaces', index], message, phrase`restore it under its old name`)
        yield { ...finding, places: [{ path: ['spec', 'tablespaces'], on: 'key' }] }
      }
    },
  ),
  rule(
    { id: 'changes/tablespace-grows', upstream: 'validateTablespacesChange', summary: 'no tablespace shrinks' },
    function* ({ before, after }) {
      const current = itemsAt(after, 'spec', 'tablespaces')
      for (const [index, item] of itemsAt(before, 'spec', 'tablespaces')) {
        const name = stringAt(item, 'name')
        const found = current.find(([, other]) => stringAt(other, 'name') === name)
        if (!found) continue
        const volume = {
          path: ['spec', 'tablespaces', found[0], 'storage'],
          field: ['spec', 'tablespaces', index],
          name: JSON.stringify(name),
        }
        yield* shrunk(volume, mapAt(item, 'storage'), mapAt(found[1], 'storage'))
      }
    },
  ),
  rule({ id: 'changes/group-id-stays', upstream: 'validateUnixPermissionIdentifierChange', summary: 'postgresGID stays' }, (change) =>
    frozen(change, 'postgresGID'),
  ),
  rule({ id: 'changes/user-id-stays', upstream: 'validateUnixPermissionIdentifierChange', summary: 'postgresUID stays' }, (change) =>
    frozen(change, 'postgresUID'),
  ),
  rule(
    {
      id: 'changes/ha-slots-disabled-before-removal',
      upstream: 'validateReplicationSlotsChange',
      summary: 'enabled high-availability slots are not removed',
    },
    (change) => slotsRemoved(change, 'highAvailability'),
  ),
  rule(
    {
      id: 'changes/slot-prefix-stays',
      upstream: 'validateReplicationSlotsChange',
      summary: 'the prefix of enabled high-availability slots stays',
    },
    function* ({ before, after }) {
      if (!wasEnabled(before, 'highAvailability') || !mapAt(after, ...slots, 'highAvailability')) return
      const path = [...slots, 'highAvailability', 'slotPrefix']
      const [from, to] = [stringAt(before, ...path), stringAt(after, ...path)]
      if (from === to) return
      const message = phrase`slotPrefix changes from ${shown(from)} to ${shown(to)}, but must stay while the slots are enabled`
      yield refusal(path, message, phrase`disable highAvailability in a first change`)
    },
  ),
  rule(
    {
      id: 'changes/sync-replicas-disabled-before-removal',
      upstream: 'validateReplicationSlotsChange',
      since: releases.february2026,
      summary: 'an enabled synchronizeReplicas section is not removed',
    },
    (change) => slotsRemoved(change, 'synchronizeReplicas'),
  ),
  rule(
    { id: 'changes/wal-level-not-lowered', upstream: 'validateWALLevelChange', summary: 'wal_level is not lowered to minimal' },
    function* ({ before, after }) {
      const [from, to] = [parametersOf(before).get('wal_level') ?? '', parametersOf(after).get('wal_level')]
      if (to !== 'minimal' || from === '' || from === 'minimal') return
      const path = ['spec', 'postgresql', 'parameters', 'wal_level']
      yield refusal(
        path,
        phrase`wal_level changes from ${shown(from)} to minimal, but that is for new clusters only`,
        phrase`restore ${named(from)}`,
      )
    },
  ),
  rule(
    {
      id: 'changes/replica-role-settled',
      upstream: 'validateReplicaClusterChange',
      summary: 'the role of a cluster does not change during a switch',
    },
    function* ({ before, after }) {
      const status = mapAt(after, 'status') ?? mapAt(before, 'status')
      if (jsonAt(status, 'switchReplicaClusterStatus', 'inProgress') !== true || isReplica(before) === isReplica(after)) return
      const finding = refusal(
        ['spec', 'replica'],
        phrase`the replica role changes, but a switch is still in progress`,
        phrase`wait until it has finished`,
      )
      yield { ...finding, field: 'spec.replica.enabled', type: 'FieldValueForbidden' }
    },
  ),
]
