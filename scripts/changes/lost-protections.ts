// Which protections does a change remove from an existing database?
import { named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Guard } from '../model.ts'
import type { Json, MapValue, Path, Value } from '../values/value.ts'
import type { Message } from '../findings/finding.ts'
import { jsonAt, toPlain, valueAt } from '../values/value.ts'
import { causeOf } from './cause.ts'
import { settingSpot } from './places.ts'
import type { State } from './places.ts'
import { clusterOf } from './side.ts'
import type { Side } from './side.ts'

const strength: Readonly<Record<Guard, number>> = { none: 0, confirm: 1, never: 2 }

/** Warnings about a database on both sides: a lower guard, backups that end, a change that no sync picks up. */
export function* lostProtectionFindings(then: State, now: State, before: Side, after: Side): Iterable<LocatedFinding> {
  // those of Applications as written are compared where their manifests are
  const isWritten = before.database.written !== undefined || after.database.written !== undefined
  if (!isWritten) yield* guardFindings(then, now, before, after)
  // a Cluster that is not printed any more has lost more than these, and is reported as such
  if (clusterOf(after) === undefined) return
  if (!isWritten) yield* optionFindings(before, after)
  yield* backupFindings(before, after)
}

function* guardFindings(then: State, now: State, before: Side, after: Side): Iterable<LocatedFinding> {
  const { name, guard } = after.database.environment
  const was = before.database.environment.guard
  if (strength[guard] >= strength[was]) return
  const path = ['environments', name, 'guard']
  yield {
    rule: 'changes/guard-stays',
    severity: 'warning',
    message: phrase`guard of ${named(name)} goes down from ${named(was)} to ${named(guard)}, but it keeps Argo CD from deleting databases`,
    at: settingSpot(now, path),
    related: [{ ...settingSpot(then, path), message: phrase`${named(was)} before this change` }],
    help: phrase`restore \`guard: ${named(was)}\` unless the databases are meant to be deleted`,
    database: after.database.id,
  }
}

const syncOptions: Path = ['metadata', 'annotations', 'argocd.argoproj.io/sync-options']

/** The same guard, but the service's own options are removed. With a guard they could only contradict it, which is reported separately. */
function* optionFindings(before: Side, after: Side): Iterable<LocatedFinding> {
  const guards = [before, after].map(({ database }) => database.environment.guard)
  if (guards.some((guard) => guard !== 'none')) return
  const options = (side: Side): Map<string, string> => {
    const text = printed(scalarAt(clusterOf(side)?.value, syncOptions) ?? '')
    return new Map(text.split(',').map((option) => option.trim().split('=') as [string, string]))
  }
  const [old, present] = [options(before), options(after)]
  const rank = (value: string | undefined): number => (value === 'false' ? 2 : value === 'confirm' ? 1 : 0)
  const lowered = ['Prune', 'Delete'].filter((name) => rank(present.get(name)) < rank(old.get(name)))
  if (lowered.length === 0) return
  const names = lowered.map((name) => `${name}=${old.get(name)}`).join(',')
  const now = lowered.flatMap((name) => (present.has(name) ? [`${name}=${present.get(name)}`] : [])).join(',')
  yield {
    rule: 'changes/guard-stays',
    severity: 'warning',
    message: phrase`sync option ${named(names)} is ${now === '' ? 'gone' : `now ${now}`}, but kept Argo CD from deleting the database`,
    ...blame(['cluster', 'annotations', printed(syncOptions[2])], { before, after }, phrase`${named(names)} before this change`),
    help: phrase`restore it unless the database is meant to be deleted`,
    database: after.database.id,
  }
}

function* backupFindings(before: Side, after: Side): Iterable<LocatedFinding> {
  const finding = { rule: 'changes/backups-stay', severity: 'warning', database: after.database.id } as const
  const archiver = archiverOf(before)
  if (archiver !== undefined && archiverOf(after) === undefined)
    yield {
      ...finding,
      message: phrase`backups are switched off, but the database lives on`,
      ...blame(archiver.origin.path, { before, after }, phrase`backups were on before this change`),
      help: phrase`restore \`backups.enabled: true\``,
    }
  else if (schedules(before) > 0 && schedules(after) === 0)
    yield {
      ...finding,
      message: phrase`all scheduled backups are removed, but the database lives on`,
      ...blame(['backups', 'scheduledBackups'], { before, after }, phrase`scheduled before this change`),
      help: phrase`keep one entry of backups.scheduledBackups that is not suspended`,
    }
}

/** The line that removed a value, and the value at the base. */
function blame(path: Path, { before, after }: { readonly before: Side; readonly after: Side }, message: Message): Blame {
  const cause = causeOf(path, { before: before.values, after: after.values })
  const was = cause?.was ?? nearestSpot(before.values, path)
  const related = was === undefined ? [] : [{ ...was, message }]
  return { at: cause?.at ?? after.fallback, related, ...(cause?.unless && { unless: cause.unless }) }
}

type Blame = Pick<LocatedFinding, 'at' | 'related' | 'unless'>

/** What archives WAL: a store in the Cluster, or a plugin that does it. */
export function archiverOf(side: Side): Value | undefined {
  const cluster = clusterOf(side)?.value
  const plugins = valueAt(cluster, ['spec', 'plugins'])
  const byPlugin =
    plugins?.kind === 'list'
      ? plugins.items.find((item) => scalarAt(item, ['isWALArchiver']) === true && scalarAt(item, ['enabled']) !== false)
      : undefined
  return byPlugin ?? filledAt(cluster, ['spec', 'backup', 'barmanObjectStore']) ?? filledAt(cluster, ['spec', 'backup', 'volumeSnapshot'])
}

function filledAt(root: MapValue | undefined, path: Path): Value | undefined {
  const value = valueAt(root, path)
  return value?.kind === 'map' && value.entries.size > 0 ? value : undefined
}

function schedules(side: Side): number {
  return side.objects.filter(({ kind, plain }) => kind === 'ScheduledBackup' && jsonAt(plain, ['spec', 'suspend']) !== true).length
}

function scalarAt(root: MapValue | Parameters<typeof valueAt>[0], path: Path): Json | undefined {
  const value = valueAt(root, path)
  return value === undefined ? undefined : toPlain(value)
}
