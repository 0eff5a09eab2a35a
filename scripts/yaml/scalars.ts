// What does a scalar's text mean to Helm's YAML reader (go-yaml v2, YAML 1.1 with its own numbers)?

const named = new Map<string, null | boolean | number>()
for (const text of ['', '~', 'null', 'Null', 'NULL']) named.set(text, null)
for (const text of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) named.set(text, true)
for (const text of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) named.set(text, false)
for (const text of ['.nan', '.NaN', '.NAN']) named.set(text, NaN)
for (const text of ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']) named.set(text, Infinity)
for (const text of ['-.inf', '-.Inf', '-.INF']) named.set(text, -Infinity)

const leading = new Set('yYnNtTfFoO~.0123456789+-')
const yamlFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const dotFloat = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const uint64Max = 2n ** 64n - 1n

/** A resolved scalar; `integer` keeps digits that a 64-bit float would lose (go-yaml keeps int64 and uint64). */
export type Resolved = null | boolean | number | string | bigint

/**
 * Resolves a plain (unquoted, untagged) scalar: null, boolean, number or the text itself.
 * Whole numbers within int64 and uint64 become bigint, so that keys keep all their digits.
 * Timestamps and base-60 numbers stay text. Reproduces `resolve` of go-yaml v2 (resolve.go).
 */
export function resolvePlain(text: string): Resolved {
  if (text === '') return null
  const first = text[0] as string
  if (!leading.has(first)) return text
  const known = named.get(text)
  if (known !== undefined) return known
  if (first === '.') {
    const plain = text.replaceAll('_', '')
    return dotFloat.test(plain) ? finite(Number(plain), text) : text
  }
  if (!(first === '+' || first === '-' || (first >= '0' && first <= '9'))) return text
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  const whole = parseGoInteger(plain)
  if (whole !== undefined) return whole
  return yamlFloat.test(plain) ? finite(Number(plain), text) : text
}

/** The same as Helm sees it after its detour through JSON: numbers are 64-bit floats. */
export function resolveScalar(text: string): null | boolean | number | string {
  const resolved = resolvePlain(text)
  return typeof resolved === 'bigint' ? Number(resolved) : resolved
}

/** A float that overflows is text to Go's ParseFloat. */
function finite(number: number, text: string): number | string {
  return Number.isFinite(number) ? number : text
}

/** `strconv.ParseInt(text, 0, 64)`, then `ParseUint`: signs, `0x`, `0b`, `0o` and leading-zero octal. */
function parseGoInteger(text: string): bigint | undefined {
  const negative = text[0] === '-'
  const digits = negative || text[0] === '+' ? text.slice(1) : text
  const unsigned = parseUnsigned(digits)
  if (unsigned === undefined) return undefined
  const value = negative ? -unsigned : unsigned
  if (value >= int64.min && value <= int64.max) return value
  // ParseUint takes no sign
  return digits === text && value <= uint64Max ? value : undefined
}

function parseUnsigned(digits: string): bigint | undefined {
  if (/^(?:0|[1-9][0-9]*)$/.test(digits)) return BigInt(digits)
  if (/^0[xX][0-9a-fA-F]+$/.test(digits) || /^0[bB][01]+$/.test(digits) || /^0[oO][0-7]+$/.test(digits)) return BigInt(digits.toLowerCase())
  return /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : undefined
}

/**
 * The text that a non-string key gets when YAML is turned into JSON (sigs.k8s.io/yaml): `1.0` → `1`, `yes` → `true`.
 * Undefined: Helm refuses such a key (null, unsigned beyond int64).
 */
export function keyText(key: Resolved): string | undefined {
  if (typeof key === 'string') return key
  if (typeof key === 'boolean') return key ? 'true' : 'false'
  if (typeof key === 'bigint') return key <= int64.max ? key.toString() : undefined
  if (key === null) return undefined
  if (Number.isNaN(key)) return '.nan'
  if (!Number.isFinite(key)) return key > 0 ? '.inf' : '-.inf'
  return formatGoFloat32(key)
}

/** `strconv.FormatFloat(value, 'g', -1, 32)`: shortest digits that survive a 32-bit float. */
function formatGoFloat32(value: number): string {
  const target = Math.fround(value)
  if (target === 0) return Object.is(value, -0) ? '-0' : '0'
  if (!Number.isFinite(target)) return target > 0 ? '.inf' : '-.inf'
  for (let precision = 1; precision <= 17; precision++) {
    const text = target.toExponential(precision - 1)
    if (Math.fround(Number(text)) === target) return formatGoExponent(text)
  }
  return formatGoExponent(target.toExponential())
}

/**
 * A float64 as Go's `%v` prints it (`strconv.FormatFloat(value, 'g', -1, 64)`): shortest digits, exponent form when the
 * decimal exponent is below -4 or above 5, so 1000000 is `1e+06` and 0.00001 is `1e-05`.
 */
export function formatGoFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  return formatGoExponent(value.toExponential())
}

function formatGoExponent(text: string): string {
  const [mantissa = '0', exponentText = '0'] = text.split('e')
  const exponent = Number(exponentText)
  const sign = mantissa.startsWith('-') ? '-' : ''
  const digits = mantissa.replace('-', '').replace('.', '')
  if (exponent < -4 || exponent >= 6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return `${sign}${digits.padEnd(exponent + 1, '0')}`
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

/** The text of a `!!binary` scalar; undefined: it is not base64. */
export function decodeBinary(text: string): string | undefined {
  const compact = text.replaceAll(/[\r\n]/g, '')
  const isBase64 = compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact)
  return isBase64 ? Buffer.from(compact, 'base64').toString('utf8') : undefined
}
