// How does Go read a time, and how does Kubernetes write it?

// the hour may have one digit: time.Parse is more lenient than its layout
const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,]\d+)?(?:Z|([+-])(\d{2}):(\d{2}))$/

interface Instant {
  readonly utc: Date
  readonly hasFraction: boolean
}

function readTime(text: string): Instant | undefined {
  const match = rfc3339.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  const [offsetHour, offsetMinute] = [Number(match[8] ?? 0), Number(match[9] ?? 0)]
  const instant = new Date(0)
  instant.setUTCFullYear(year, month - 1, day)
  instant.setUTCHours(hour, minute, second)
  const isReal = instant.getUTCMonth() === month - 1 && instant.getUTCDate() === day
  if (!isReal || hour > 23 || minute > 59 || second > 59 || offsetHour > 24 || offsetMinute > 60) return undefined
  const shift = (offsetHour * 60 + offsetMinute) * 60_000 * (match[7] === '-' ? -1 : 1)
  return { utc: new Date(instant.getTime() - shift), hasFraction: /[.,]0*[1-9]/.test(text) }
}

/** Whether `time.Parse(time.RFC3339, …)` accepts a text. */
export function isGoTime(text: string): boolean {
  return readTime(text) !== undefined
}

/** Go's zero time, 1 January of the year 1. */
const zeroTime = new Date('0001-01-01T00:00:00Z').getTime()

/**
 * `2029-12-31T22:00:00Z`: UTC, whole seconds; null: the zero time, which counts as unset; undefined: not a time. A year outside
 * 0 to 9999 is written as it comes. Reproduces `Time.UnmarshalJSON` and `MarshalJSON` of apimachinery.
 */
export function canonicalTime(text: string): string | null | undefined {
  const time = readTime(text)
  if (!time) return undefined
  if (time.utc.getTime() === zeroTime && !time.hasFraction) return null
  const year = time.utc.getUTCFullYear()
  const digits = String(Math.abs(year)).padStart(4, '0')
  return time.utc.toISOString().replace(/^[+-]?\d+-(.*)\.\d{3}Z$/, `${year < 0 ? '-' : ''}${digits}-$1Z`)
}
