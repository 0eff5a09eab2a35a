// How does Go read a number from a text?

const maxInt = 2n ** 63n - 1n

/** `strconv.ParseInt(text, 0, 64)` without its range check: prefixes 0x, 0b, 0o, and a leading 0 is octal. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/.exec(text)
  if (match === null) return undefined
  // a number with more digits than this is out of range in any base
  const digits = (match[2] ?? '')
    .replaceAll('_', '')
    .replace(/^(0[xXbBoO]?)0+/, '$1')
    .slice(0, 80)
  if (/^0[xXbBoO]$/.test(digits)) return 0n
  const octal = /^0[0-7]+$/.test(digits)
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits)
  return match[1] === '-' ? -value : value
}

/** Whether a whole number fits an int64. */
export function isInt64(value: bigint): boolean {
  return value <= maxInt && value >= -maxInt - 1n
}

/** A float64 as int64: what does not fit becomes the smallest int64, as on amd64. */
export function truncateFloat(value: number): bigint {
  if (!Number.isFinite(value)) return -maxInt - 1n
  const whole = BigInt(Math.trunc(value))
  return isInt64(whole) ? whole : -maxInt - 1n
}

/** `strconv.ParseFloat(text, 64)`; undefined: not a number, or too large. */
export function parseFloat64(text: string): number | undefined {
  const named = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(text)
  if (named !== null) return named[2] === undefined ? (named[1] === '' ? Number.NaN : undefined) : named[1] === '-' ? -Infinity : Infinity
  // underscores are allowed between digits, or after the prefix
  if (/_(?![0-9a-f])|(?<![0-9a-fx])_/i.test(text)) return undefined
  const plain = text.replaceAll('_', '')
  const value = /^[+-]?0x/i.test(plain) ? hexFloat(plain) : decimalFloat(plain)
  return value === undefined || !Number.isFinite(value) ? undefined : value
}

function decimalFloat(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

function hexFloat(text: string): number | undefined {
  const match = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?\d+)$/i.exec(text)
  if (match === null || `${match[2] ?? ''}${match[3] ?? ''}` === '') return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const mantissa = Number.parseInt(`${whole}${fraction}`, 16)
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
}
