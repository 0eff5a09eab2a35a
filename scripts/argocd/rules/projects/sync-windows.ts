// Can Argo CD read the sync windows of an AppProject?
import { at } from '../../../deployed/manifest-parts.ts'
import type { DeployedObject, ManifestFile } from '../../../deployed/manifests.ts'
import { isOpen } from '../../../deployed/sets/unknown-text.ts'
import { named, phrase } from '../../../findings/message.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import { parseGoDuration } from '../../../go-template/duration.ts'
import { parseSchedule } from '../../../operator/cron.ts'
import type { Path } from '../../../values/value.ts'
import { isJsonMap } from '../../../values/value.ts'

/** `argocd/sync-window`: what `SyncWindows.active` can't read stops every sync of the project; what names nothing holds for nothing. */
export function syncWindowFindings(files: readonly ManifestFile[]): LocatedFinding[] {
  return files.flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'AppProject').flatMap((project) => [...windowsOf(project)]))
}

function* windowsOf({ plain, spotOf }: DeployedObject): Iterable<LocatedFinding> {
  const list = at(plain, 'spec', 'syncWindows')
  for (const [index, window] of (Array.isArray(list) ? list : []).entries()) {
    if (!isJsonMap(window)) continue
    const path: Path = ['spec', 'syncWindows', index]
    const { kind, schedule, duration } = window
    const rule = 'argocd/sync-window'
    if (typeof schedule === 'string' && !isOpen(schedule) && !isSchedule(schedule))
      yield {
        rule,
        severity: 'error',
        message: phrase`schedule is \`${named(schedule)}\`, but must be five fields of cron, or nothing of the project is synced`,
        at: spotOf([...path, 'schedule']),
        help: phrase`write minute, hour, day, month and day of the week, such as 0 22 * * *`,
      }
    if (typeof duration === 'string' && !isOpen(duration) && parseGoDuration(duration) === undefined)
      yield {
        rule,
        severity: 'error',
        message: phrase`duration is ${named(duration)}, but must be one as Go reads it, or nothing of the project is synced`,
        at: spotOf([...path, 'duration']),
        help: phrase`write ${named(inHours(duration))}`,
      }
    if (typeof kind === 'string' && !isOpen(kind) && kind !== 'allow' && kind !== 'deny')
      yield {
        rule,
        severity: 'warning',
        message: phrase`kind is ${named(kind)}, but a window is one that allows or denies, and this one does neither`,
        at: spotOf([...path, 'kind']),
        help: phrase`write allow or deny`,
      }
    if (['applications', 'namespaces', 'clusters'].every((field) => isEmpty(window[field])))
      yield {
        rule,
        severity: 'warning',
        message: phrase`window names no applications, namespaces or clusters, so that it holds for nothing`,
        at: spotOf(path, 'key'),
        help: phrase`add applications: ["*"]`,
      }
  }
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0)

/** `cron.NewParser(Minute | Hour | Dom | Month | Dow)`: five fields and no descriptors. */
function isSchedule(text: string): boolean {
  const bare = text.trim().replace(/^(?:CRON_)?TZ=\S+\s+/, '')
  return bare.split(/\s+/).length === 5 && parseSchedule(`0 ${bare}`) !== undefined
}

function inHours(text: string): string {
  const [, count, unit] = /^(\d{1,4}) *(d|days?|h|hours?|m|min|minutes?)$/i.exec(text.trim()) ?? []
  if (count === undefined || unit === undefined) return '1h'
  return /^d/i.test(unit) ? `${Number(count) * 24}h` : `${count}${unit.charAt(0).toLowerCase()}`
}
