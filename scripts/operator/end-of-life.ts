// Until when does a version get fixes? The one table of dates; each comes from the page named beside it.
import { compareVersions } from '../kubernetes/load.ts'
import { lookup } from '../values/lookup.ts'
import { knownOperators, reached } from './version.ts'

/** Dates of the final minor release, by the versioning policy of postgresql.org (https://www.postgresql.org/support/versioning/). */
const lastDays: Readonly<Record<number, string>> = {
  13: '2025-11-13',
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
}

/** The last day of a major as `YYYY-MM-DD`; undefined: not in the table. */
export function endOfLife(major: number): string | undefined {
  return lastDays[major]
}

interface MinorReleases {
  readonly since: string
  readonly of: Readonly<Record<number, number>>
}

/**
 * Days on which minor releases came out, the newest last (https://www.postgresql.org/docs/release/, and the roadmap at
 * https://www.postgresql.org/developer/roadmap/).
 */
const minorReleases: readonly MinorReleases[] = [
  { since: '2026-02-26', of: { 14: 22, 15: 17, 16: 13, 17: 9, 18: 3 } },
  { since: '2026-05-14', of: { 14: 23, 15: 18, 16: 14, 17: 10, 18: 4 } },
  { since: '2026-08-13', of: { 14: 24, 15: 19, 16: 15, 17: 11, 18: 5 } },
]

/** The newest minor of a major that had been out for so many days on a day, with its own day; undefined: not in the table. */
export function newestMinor(major: number, day: string): { readonly minor: number; readonly since: string } | undefined {
  const release = minorReleases.findLast(({ since }) => since <= day)
  const minor = release?.of[major]
  return release === undefined || minor === undefined ? undefined : { minor, since: release.since }
}

/**
 * Ends of the minors of Kubernetes 1 (data/releases/eol.yaml and schedule.yaml of kubernetes/website, shown at
 * https://kubernetes.io/releases/patch-releases/).
 */
const kubernetesEnds: Readonly<Record<number, string>> = {
  25: '2023-10-28',
  26: '2024-02-28',
  27: '2024-07-16',
  28: '2024-10-22',
  29: '2025-02-28',
  30: '2025-07-15',
  31: '2025-11-11',
  32: '2026-02-28',
  33: '2026-06-28',
  34: '2026-10-27',
  35: '2027-02-28',
  36: '2027-06-28',
  37: '2027-10-28',
}

/** The last day of a minor of Kubernetes 1; undefined: not in the table. */
export function kubernetesEnd(minor: number): string | undefined {
  return kubernetesEnds[minor]
}

/** Ends of the operator's minors: docs/src/supported_releases.md of cloudnative-pg at v1.30.0; `~`: announced as a month only. */
const operatorEnds: Readonly<Record<string, string>> = lookup({
  '1.24': '2025-05-23',
  '1.25': '2025-08-22',
  '1.26': '2025-11-12',
  '1.27': '2026-03-09',
  '1.28': '2026-06-30',
  '1.29': '2026-09-29',
  '1.30': '~2026-12-31',
})

/** The last day on which a minor of the operator is supported; `isPlanned`: only the month is announced. */
export function operatorEnd(version: string): { readonly day: string; readonly isPlanned: boolean } | undefined {
  const text = operatorEnds[version.split('.').slice(0, 2).join('.')]
  return text === undefined ? undefined : { day: text.replace('~', ''), isPlanned: text.startsWith('~') }
}

/**
 * Releases of PgBouncer below which a security fix is missing (https://www.pgbouncer.org/changelog.html): CVE-2025-12819; CVE-2026-6664 to
 * CVE-2026-6668, published on 9 May 2026; CVE-2026-107348 to CVE-2026-107350.
 */
const safePgBouncers = [
  { version: '1.25.1', since: '2025-12-03' },
  { version: '1.25.2', since: '2026-05-09' },
  { version: '1.26.1', since: '2026-10-14' },
] as const

/**
 * The PgBouncer that a release of the operator runs where a Pooler names no image (`DefaultPgbouncerImage`); undefined: not known here.
 * The operator's settings may name another (PGBOUNCER_IMAGE_NAME).
 */
export function presetPgBouncer(operator: string): string | undefined {
  if (!reached(operator, ['1.26.0']) || compareVersions(operator, knownOperators.last) > 0) return undefined
  return reached(operator, ['1.26.3', '1.27.2', '1.28.0']) ? '1.25.1' : '1.24.1'
}

/** The oldest PgBouncer with every security fix that was out on a day; undefined: none is known from before. */
export function oldestSafePgBouncer(day: string): { readonly version: string; readonly since: string } | undefined {
  return safePgBouncers.findLast(({ since }) => since <= day)
}
