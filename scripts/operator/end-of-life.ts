// Until when does a version get fixes? The one table of dates; each comes from the page named beside it.
import { lookup } from '../values/lookup.ts'

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

/**
 * The newest minor release of each major that is known here, and the day it came out: the operands of operators 1.28.4, 1.29.2 and 1.30.0,
 * and the release of 14 May 2026 (https://www.postgresql.org/docs/release/).
 */
const newestMinors: { readonly since: string; readonly of: Readonly<Record<number, number>> } = {
  since: '2026-05-14',
  of: { 14: 23, 15: 18, 16: 14, 17: 10, 18: 4 },
}

/** The newest known minor of a major with its day; undefined: not in the table. */
export function newestMinor(major: number): { readonly minor: number; readonly since: string } | undefined {
  const minor = newestMinors.of[major]
  return minor === undefined ? undefined : { minor, since: newestMinors.since }
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
 * Releases of PgBouncer below which a security fix is missing (https://www.pgbouncer.org/changelog.html): 1.25.1 fixed CVE-2025-12819 in
 * December 2025.
 */
export const oldestSafePgBouncer = { version: '1.25.1', since: '2025-12-03' } as const
