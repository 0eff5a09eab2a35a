// How does Go read and print a duration such as `1h30m`?
import { trimEndOf } from '../values/trim.ts'

export const second = 1_000_000_000n
const units = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', second],
  ['m', 60n * second],
  ['h', 3600n * second],
])
const limit = 2n ** 63n
const part = /([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/y

/**
 * Nanoseconds of a Go duration; undefined: not a duration (no unit, an unknown unit such as `d`, blanks, too long).
 * Reproduces `time.ParseDuration`, including the 64-bit float that it uses for fractions.
 */
export function parseGoDuration(text: string): bigint | undefined {
  const negative = text.startsWith('-')
  const unsigned = negative || text.startsWith('+') ? text.slice(1) : text
  if (unsigned === '0') return 0n
  if (unsigned === '') return undefined
  let total = 0n
  part.lastIndex = 0
  while (part.lastIndex < unsigned.length) {
    const piece = readPart(unsigned)
    if (piece === undefined) return undefined
    total += piece
    if (total > limit) return undefined
  }
  if (negative) return -total
  return total === limit ? undefined : total
}

/** The canonical text, as the API server stores it: `90m` becomes `1h30m0s`. Reproduces `time.Duration.String`. */
export function formatGoDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const rest = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (rest < second) return `${sign}${formatSmall(rest)}`
  const seconds = withFraction(rest % (60n * second), second)
  const minutes = rest / (60n * second)
  if (minutes === 0n) return `${sign}${seconds}s`
  if (minutes < 60n) return `${sign}${minutes}m${seconds}s`
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}s`
}

function readPart(text: string): bigint | undefined {
  const found = part.exec(text)
  if (!found) return undefined
  const [, whole = '', fraction = '', name = ''] = found
  const unit = units.get(name)
  if (unit === undefined || (whole === '' && fraction === '')) return undefined
  const count = BigInt(whole || '0')
  if (count > limit / unit) return undefined
  const value = count * unit + fractionOf(fraction, unit)
  return value > limit ? undefined : value
}

/** Digits past the 64-bit range are dropped, as upstream does. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n
  let scale = 1
  for (const digit of digits) {
    if (value > (limit - 1n) / 10n) break
    const next = value * 10n + BigInt(digit)
    if (next > limit) break
    value = next
    scale *= 10
  }
  if (value === 0n) return 0n
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)))
}

function formatSmall(nanoseconds: bigint): string {
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`
  if (nanoseconds < 1_000_000n) return `${withFraction(nanoseconds, 1_000n)}\u00b5s`
  return `${withFraction(nanoseconds, 1_000_000n)}ms`
}

function withFraction(value: bigint, unit: bigint): string {
  const digits = trimEndOf((value % unit).toString().padStart(unit.toString().length - 1, '0'), '0')
  return digits === '' ? `${value / unit}` : `${value / unit}.${digits}`
}
