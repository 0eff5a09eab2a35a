// Until when does a major version of PostgreSQL get fixes?

/** Dates of the final minor release, by the versioning policy of postgresql.org. */
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
