// How does PgBouncer read a number?

/** Decimal, octal (`010`) or hexadecimal, cut to 32 bits; undefined: refused. Reproduces `cf_set_int` of libusual. */
export function readPgBouncerInteger(text: string): number | undefined {
  const [, sign = '', digits = ''] = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text) ?? []
  if (digits === '') return undefined
  const size = /^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
  const whole = sign === '-' ? -size : size
  // strtol ends at 64 bits, and the assignment keeps the lower 32
  return Number(BigInt.asIntN(32, BigInt(Math.min(Math.max(whole, -(2 ** 62)), 2 ** 62))))
}

/** Seconds, with a fraction, an exponent or in hexadecimal digits; no unit. Reproduces `cf_set_time_usec`. */
export function isPgBouncerTime(text: string): boolean {
  if (/^\+?(?:inf(?:inity)?|nan|0x[0-9a-f]+(?:\.[0-9a-f]*)?(?:p[+-]?\d+)?)$/i.test(text)) return true
  if (!/^\+?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return false
  const value = Number(text)
  const [digits = ''] = text.toLowerCase().split('e')
  // beyond the range of a double the C library reports an error
  return value !== Infinity && !(value === 0 && /[1-9]/.test(digits))
}
