// How does Go write and read a duration?
import { lookup } from '../values/lookup.ts'
import { trimEndOf } from '../values/trim.ts'

const units: Readonly<Record<string, bigint>> = lookup({
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
})
export const second = 1_000_000_000n

/** `time.Duration.String`: `1m35s`, `1.5ms`. */
export function formatDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const sign = nanoseconds < 0n ? '-' : ''
  if (size === 0n) return '0s'
  const decimal = (value: bigint, unit: bigint): string => {
    const rest = trimEndOf(String(value % unit).padStart(String(unit).length - 1, '0'), '0')
    return `${value / unit}${rest === '' ? '' : `.${rest}`}`
  }
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 1000n)}µs`
  if (size < second) return `${sign}${decimal(size, 1_000_000n)}ms`
  const [hours, minutes] = [size / (3600n * second), (size / (60n * second)) % 60n]
  const seconds = decimal(size % (60n * second), second)
  return `${sign}${hours > 0n ? `${hours}h` : ''}${hours > 0n || minutes > 0n ? `${minutes}m` : ''}${seconds}s`
}

/** `time.ParseDuration`, in nanoseconds; undefined: not a duration. */
export function parseDuration(text: string): bigint | undefined {
  const body = text.replace(/^[-+]/, '')
  if (body === '0') return 0n
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined
  let total = 0n
  for (const [, number = '', unit = ''] of body.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [written = '', fraction = ''] = number.split('.')
    // 19 digits exceed 63 bits, and after the point are less than a nanosecond
    const [whole, behind] = [written.replace(/^0+/, ''), fraction.slice(0, 19)]
    if (whole.length > 19) return undefined
    const scale = units[unit] ?? 0n
    total += BigInt(whole || '0') * scale + (BigInt(behind || '0') * scale) / 10n ** BigInt(behind.length)
  }
  const isNegative = text.startsWith('-')
  if (total > 2n ** 63n - (isNegative ? 0n : 1n)) return undefined
  return isNegative ? -total : total
}
