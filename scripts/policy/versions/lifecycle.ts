// Which versions are out of support on a given day, or soon will be?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Rule } from '../../findings/finding.ts'
import { operatorPinSpot } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import type { Settings } from '../../model.ts'
import { levelsOf, severityOf } from '../../report/levels.ts'
import { endOfLife, newestMinor, oldestSafePgBouncer, operatorEnd, presetPgBouncer } from '../../operator/end-of-life.ts'
import { parseImageReference, versionOfTag } from '../../operator/image.ts'
import { majorOf } from '../../operator/major.ts'
import { supportedMajors } from '../../operator/support.ts'
import { knownOperators } from '../../operator/version.ts'
import { compareVersions } from '../../kubernetes/load.ts'
import { imageOf } from './images.ts'
import { listAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectsSubject } from '../subject.ts'

/** Objects on a day, `YYYY-MM-DD` (UTC). Rules never ask the clock. */
export interface DatedSubject extends ObjectsSubject {
  readonly today: string
}

export interface DatedRule extends Rule<DatedSubject> {
  check(subject: DatedSubject): Iterable<ObjectFinding>
}

/** Warned ahead: a major upgrade takes longer to plan than one of the operator. */
const aheadOfMajor = 180
const aheadOfOperator = 60
/** A minor release may wait for so long. */
const patience = 60

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

/** The day that lies so many days before one. */
function daysBefore(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - count * 86_400_000).toISOString().slice(0, 10)
}

/** What is to be said of an end on this day; undefined: nothing yet. */
export function endingOn(day: string, today: string, ahead: number): string | undefined {
  const left = daysBetween(today, day)
  if (left < 0) return `got its last fixes on ${day}`
  return left <= ahead ? `gets its last fixes on ${day}, in ${left} days` : undefined
}

export const lifecycle: readonly DatedRule[] = [
  {
    id: 'policy/postgres-supported',
    severity: 'warning',
    configurable: true,
    upstream: 'https://www.postgresql.org/support/versioning/',
    summary: 'the major version of PostgreSQL gets fixes (with `--today`)',
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const major = majorOf(cluster.plain)
        const end = major === undefined ? undefined : endOfLife(major)
        const said = end === undefined ? undefined : endingOn(end, subject.today, aheadOfMajor)
        if (major === undefined || said === undefined) continue
        const highest = supportedMajors(subject.operator)?.last ?? 18
        yield {
          object: cluster,
          message: phrase`PostgreSQL ${major} ${said}`,
          places: [
            {
              path: textAt(cluster.plain, 'spec', 'imageName') === undefined ? ['spec', 'imageCatalogRef', 'major'] : ['spec', 'imageName'],
            },
          ],
          help: phrase`plan the upgrade to ${major + 1} to ${highest}: \`cnpg-values upgrade --postgres ${highest}\` shows what it changes`,
        }
      }
    },
  },
  {
    id: 'policy/postgres-minor-current',
    severity: 'warning',
    configurable: true,
    upstream: 'https://www.postgresql.org/docs/release/',
    summary: 'a pinned minor release of PostgreSQL is the newest one (with `--today`)',
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const image = imageOf(cluster, subject)
        const tag = image === undefined ? '' : parseImageReference(image.image).tag
        const version = /^\d+\.\d+/.test(tag) ? versionOfTag(tag) : undefined
        const newest = version === undefined ? undefined : newestMinor(version.major, daysBefore(subject.today, patience))
        if (image === undefined || version === undefined || newest === undefined || version.minor >= newest.minor) continue
        yield {
          object: cluster,
          message: phrase`PostgreSQL is ${version.major}.${version.minor}, but ${version.major}.${newest.minor} is out since ${newest.since}`,
          places: [{ path: image.path }],
          help: phrase`use an image of ${version.major}.${newest.minor} or later: the operator replaces the standbys first`,
        }
      }
    },
  },
  {
    id: 'policy/pgbouncer-supported',
    severity: 'warning',
    configurable: true,
    upstream: 'https://www.pgbouncer.org/changelog.html',
    summary: 'the PgBouncer of a Pooler, pinned or not, has the last security fix (with `--today`)',
    *check(subject) {
      const safe = oldestSafePgBouncer(subject.today)
      if (safe === undefined) return
      for (const pooler of subject.objects.filter(({ kind }) => kind === 'Pooler')) {
        const preset = presetPgBouncer(subject.operator)
        const containers = listAt(pooler.plain, 'spec', 'template', 'spec', 'containers')
        const isNamed = containers.some(
          (container) => textAt(container, 'name') === 'pgbouncer' && textAt(container, 'image') !== undefined,
        )
        if (!isNamed && preset !== undefined && compareVersions(preset, safe.version) < 0)
          yield {
            object: pooler,
            message: phrase`${here('the Pooler')} names no image, but PgBouncer ${preset} of the operator lacks the security fixes of ${safe.version}`,
            places: [{ path: ['metadata', 'name'] }],
            help: phrase`name an image of ${safe.version} or later for the container pgbouncer in template.spec.containers`,
          }
        for (const [index, container] of containers.entries()) {
          const image = textAt(container, 'image')
          const version = /^\d+\.\d+\.\d+/.exec(image === undefined ? '' : parseImageReference(image).tag)?.[0]
          if (version === undefined || !/pgbouncer/.test(image ?? '')) continue
          if (compareVersions(version, safe.version) >= 0) continue
          yield {
            object: pooler,
            message: phrase`${here('image')} is PgBouncer ${shown(version)}, but ${safe.version} of ${safe.since} fixes security holes`,
            places: [{ path: ['spec', 'template', 'spec', 'containers', index, 'image'] }],
            help: phrase`use ${safe.version} or later`,
          }
        }
      }
    },
  },
]

/** What is to be said of a release of the operator on a day, and what to do; undefined: nothing. */
function operatorSupport(version: string, today: string): { readonly said: string; readonly help: string } | undefined {
  const end = operatorEnd(version)
  const said = end === undefined ? undefined : endingOn(end.day, today, aheadOfOperator)
  if (end === undefined || said === undefined) return undefined
  const minor = version.split('.').slice(0, 2).join('.')
  const isNewest = knownOperators.last.startsWith(`${minor}.`)
  return {
    said: `CloudNativePG ${minor} ${said}${end.isPlanned ? ' as announced' : ''}`,
    help: isNewest
      ? 'go to the next minor release; a newer cnpg-values knows it'
      : `\`cnpg-values upgrade --operator ${named(knownOperators.last).shown}\` shows what the newest one changes`,
  }
}

/** `policy/operator-supported`: minors of the operator that are out of support on a day, or soon will be. */
export function operatorsOutOfSupport(settings: Settings, today: string): LocatedFinding[] {
  return settings.environments.flatMap((environment) => {
    const support = operatorSupport(environment.operator.version, today)
    const rule = { id: 'policy/operator-supported', severity: 'warning', configurable: true } as const
    const severity = severityOf(rule, levelsOf(settings, { id: `/${environment.name}`, environment }))
    if (support === undefined || severity === undefined) return []
    const at = operatorPinSpot(settings.origin, environment.name)
    return [{ rule: rule.id, severity, message: phrase`${support.said}`, at, help: phrase`${support.help}` }]
  })
}
