// Which protections does a change take away from a database that lives?
import { nearestSpot } from '../diagnose.ts'
import type { LocatedFinding, Spot } from '../diagnose.ts'
import type { Guard, Json, MapValue, Path } from '../model.ts'
import { toPlain, valueAt } from '../value.ts'
import { settingSpot } from './places.ts'
import type { State } from './places.ts'
import { clusterOf } from './side.ts'
import type { Side } from './side.ts'

const strength: Readonly<Record<Guard, number>> = { none: 0, confirm: 1, never: 2 }

/** Warnings about a database on both sides: a lower guard, backups that end, a change that no sync picks up. */
export function* keptFindings(then: State, now: State, before: Side, after: Side): Iterable<LocatedFinding> {
  yield* guardFindings(then, now, before, after)
  // a Cluster that is not printed any more has lost more than these, and is told as that
  if (clusterOf(after) === undefined) return
  yield* optionFindings(before, after)
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
    message: `guard of ${name} goes down from ${was} to ${guard}, but it keeps Argo CD from deleting databases`,
    at: settingSpot(now, path),
    related: [{ ...settingSpot(then, path), message: `${was} before this change` }],
    help: `restore \`guard: ${was}\` unless databases shall go`,
    database: after.database.id,
  }
}

const syncOptions: Path = ['metadata', 'annotations', 'argocd.argoproj.io/sync-options']

/** The same guard, but options of the service's own that go. */
function* optionFindings(before: Side, after: Side): Iterable<LocatedFinding> {
  if (before.database.environment.guard !== after.database.environment.guard) return
  const options = (side: Side): Map<string, string> => {
    const text = String(scalarAt(clusterOf(side)?.value, syncOptions) ?? '')
    return new Map(text.split(',').map((option) => option.trim().split('=') as [string, string]))
  }
  const [old, present] = [options(before), options(after)]
  const rank = (value: string | undefined): number => (value === 'false' ? 2 : value === 'confirm' ? 1 : 0)
  for (const name of ['Prune', 'Delete']) {
    if (rank(present.get(name)) >= rank(old.get(name))) continue
    yield {
      rule: 'changes/guard-stays',
      severity: 'warning',
      message: `sync option ${name}=${old.get(name)} is ${present.has(name) ? `now ${name}=${present.get(name)}` : 'gone'}, but it kept Argo CD from deleting the database`,
      at: nearestSpot(after.values, ['cluster', 'annotations', String(syncOptions[2])], 'key') ?? after.fallback,
      help: 'restore it unless the database shall go',
      database: after.database.id,
    }
  }
}

function* backupFindings(before: Side, after: Side): Iterable<LocatedFinding> {
  const spot: Spot = nearestSpot(after.values, ['backups', 'enabled']) ?? after.fallback
  const was = nearestSpot(before.values, ['backups', 'enabled'])
  const related = was === undefined ? [] : [{ ...was, message: 'backups were on before this change' }]
  const finding = { rule: 'changes/backups-stay', severity: 'warning', at: spot, related, database: after.database.id } as const
  if (archives(before) && !archives(after))
    yield {
      ...finding,
      message: `backups of ${after.database.id} are switched off, but the database lives on`,
      help: 'restore `backups.enabled: true`',
    }
  else if (schedules(before) > 0 && schedules(after) === 0)
    yield {
      ...finding,
      message: `scheduled backups of ${after.database.id} all go, but the database lives on`,
      help: 'keep one entry of backups.scheduledBackups that is not suspended',
    }
}

/** WAL archiving: a store in the Cluster, or a plugin that does it. */
function archives(side: Side): boolean {
  const cluster = clusterOf(side)
  if (cluster === undefined) return false
  const plugins = valueAt(cluster.value, ['spec', 'plugins'])
  const byPlugin =
    plugins?.kind === 'list' &&
    plugins.items.some((item) => scalarAt(item, ['isWALArchiver']) === true && scalarAt(item, ['enabled']) !== false)
  return (
    byPlugin ||
    isFilled(cluster.value, ['spec', 'backup', 'barmanObjectStore']) ||
    isFilled(cluster.value, ['spec', 'backup', 'volumeSnapshot'])
  )
}

function isFilled(root: MapValue, path: Path): boolean {
  const value = valueAt(root, path)
  return value?.kind === 'map' && value.entries.size > 0
}

function schedules(side: Side): number {
  return side.objects.filter(({ kind, value }) => kind === 'ScheduledBackup' && scalarAt(value, ['spec', 'suspend']) !== true).length
}

function scalarAt(root: MapValue | Parameters<typeof valueAt>[0], path: Path): Json | undefined {
  const value = valueAt(root, path)
  return value === undefined ? undefined : toPlain(value)
}
