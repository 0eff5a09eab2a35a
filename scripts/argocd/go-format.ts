// How does Go's fmt print a value?
import { isGoMap, isInteger, isStruct, sortedKeys, typeOf } from './go-value.ts'
import type { GoValue } from './go-value.ts'

/** `%v` of a float64 (`strconv.FormatFloat` with 'g' and the shortest digits): an exponent appears below 1e-04
 * and from 1e+06 on, so that a million prints as `1e+06` */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 6) return plainDecimal(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function plainDecimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const [mantissa = '', exponent = '0'] = text.split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const shift = Number(exponent)
  const digits = whole + fraction
  const point = whole.length + shift
  const sign = value < 0 ? '-' : ''
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}

/** `%v`: what `{{ . }}` prints, except that nothing prints as `<no value>` there. */
export function formatValue(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(formatValue).join(' ')}]`
  if (isGoMap(value))
    return `map[${sortedKeys(value)
      .map((key) => `${key}:${formatValue(value.get(key))}`)
      .join(' ')}]`
  if (isInteger(value)) return String(value.value)
  if (isStruct(value)) return value.text
  return typeof value === 'number' ? formatFloat(value) : String(value)
}

/** `fmt.Sprint`: blanks only between two operands that are both no texts. */
export function sprint(values: readonly GoValue[]): string {
  let out = ''
  for (const [index, value] of values.entries()) {
    const previous = values[index - 1]
    if (index > 0 && typeof value !== 'string' && typeof previous !== 'string') out += ' '
    out += formatValue(value)
  }
  return out
}

interface Verb {
  readonly flags: string
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly verb: string
}

/** `fmt.Sprintf`, with its `%!d(float64=1)` answers instead of errors. Argument indexes (`%[1]d`) and `*` included. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  const pattern = /%([-+# 0]*)(?:\[(\d+)\])?(\*|\d+)?(?:\.(?:\[(\d+)\])?(\*|\d*))?(?:\[(\d+)\])?([^])?/gu
  let next = 0
  let reordered = false
  const out = format.replace(pattern, (...match: (string | undefined)[]) => {
    const [, flags = '', firstIndex, widthText, , precisionText, index, verb] = match
    if (verb === undefined) return '%!(NOVERB)'
    if (verb === '%') return '%'
    const jump = index ?? (widthText === undefined ? firstIndex : undefined)
    const number = (text: string | undefined): number | undefined => {
      if (text !== '*') return text === undefined ? undefined : Number(text)
      const value = args[next++]
      return isInteger(value) ? Number(value.value) : undefined
    }
    if (widthText === '*' && firstIndex !== undefined) next = Number(firstIndex) - 1
    const width = number(widthText)
    const precision = number(precisionText)
    if (jump !== undefined) {
      reordered = true
      next = Number(jump) - 1
      if (next < 0 || next >= args.length) return `%!${verb}(BADINDEX)`
    }
    if (next >= args.length) return `%!${verb}(MISSING)`
    const minus = width !== undefined && width < 0 ? '-' : ''
    return formatVerb(args[next++], { flags: flags + minus, width: width === undefined ? undefined : Math.abs(width), precision, verb })
  })
  if (reordered || next >= args.length) return out
  const extra = args
    .slice(next)
    .map((value) => (value === null || value === undefined ? '<nil>' : `${typeOf(value)}=${formatValue(value)}`))
  return `${out}%!(EXTRA ${extra.join(', ')})`
}

function formatVerb(value: GoValue, verb: Verb): string {
  if (verb.verb === 'T') return pad(typeOf(value), verb)
  if (verb.verb === 'v' && verb.flags.includes('#')) return pad(goSyntax(value), verb)
  if (value === null || value === undefined) return verb.verb === 'v' ? pad('<nil>', verb) : `%!${verb.verb}(<nil>)`
  if (Array.isArray(value) && !(verb.verb === 'T')) return `[${value.map((item) => formatVerb(item, verb)).join(' ')}]`
  if (isGoMap(value))
    return `map[${sortedKeys(value)
      .map((key) => `${formatVerb(key, verb)}:${formatVerb(value.get(key), verb)}`)
      .join(' ')}]`
  const text = formatOne(value, verb)
  return text ?? `%!${verb.verb}(${typeOf(value)}=${formatValue(value)})`
}

function formatOne(value: Exclude<GoValue, null | undefined>, verb: Verb): string | undefined {
  if (typeof value === 'boolean') return 'vt'.includes(verb.verb) ? pad(String(value), verb) : undefined
  if (typeof value === 'string') return formatText(value, verb)
  if (typeof value === 'number') return formatNumber(value, verb)
  if (isInteger(value)) return formatInteger(value.value, verb)
  return 'vs'.includes(verb.verb) ? pad(formatValue(value), verb) : undefined
}

function formatText(value: string, verb: Verb): string | undefined {
  const text = verb.precision === undefined ? value : [...value].slice(0, verb.precision).join('')
  switch (verb.verb) {
    case 's':
    case 'v':
      return pad(text, verb)
    case 'q':
      return pad(verb.flags.includes('#') && !/[`\p{Cc}]/u.test(text) ? `\`${text}\`` : quoteGo(text), verb)
    case 'x':
      return pad(Buffer.from(text).toString('hex'), verb)
    case 'X':
      return pad(Buffer.from(text).toString('hex').toUpperCase(), verb)
    default:
      return undefined
  }
}

function formatNumber(value: number, verb: Verb): string | undefined {
  const precision = verb.precision
  const scientific = (digits: number | undefined): string => value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2')
  const text = (): string | undefined => {
    switch (verb.verb) {
      case 'v':
      case 'g':
        return precision === undefined ? formatFloat(value) : formatFloat(Number(value.toPrecision(Math.max(1, precision))))
      case 'G':
        return formatFloat(value).toUpperCase()
      case 'f':
      case 'F':
        return value.toFixed(precision ?? 6)
      case 'e':
        return scientific(precision ?? 6)
      case 'E':
        return scientific(precision ?? 6).toUpperCase()
      default:
        return undefined
    }
  }
  const plain = text()
  return plain === undefined ? undefined : padNumber(plain, verb)
}

function formatInteger(value: bigint, verb: Verb): string | undefined {
  const bases: Record<string, number> = { b: 2, o: 8, O: 8, d: 10, v: 10, x: 16, X: 16 }
  const base = bases[verb.verb]
  if (base !== undefined) {
    const digits = (value < 0n ? -value : value).toString(base).padStart(verb.precision ?? 0, '0')
    const marks: Record<string, string> = { x: '0x', X: '0X', o: '0', b: '0b' }
    const mark = verb.verb === 'O' ? '0o' : verb.flags.includes('#') ? (marks[verb.verb] ?? '') : ''
    return padNumber(`${value < 0n ? '-' : ''}${mark}${verb.verb === 'X' ? digits.toUpperCase() : digits}`, verb)
  }
  const character = (): string => (value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : '\ufffd')
  if (verb.verb === 'c') return pad(character(), verb)
  if (verb.verb === 'q') return pad(`'${quoteGo(character()).slice(1, -1).replace('\\"', '"').replace(/^'$/, "\\'")}'`, verb)
  if (verb.verb === 'U') return pad(`U+${value.toString(16).toUpperCase().padStart(4, '0')}`, verb)
  return undefined
}

function pad(text: string, verb: Verb): string {
  const missing = (verb.width ?? 0) - [...text].length
  if (missing <= 0) return text
  if (verb.flags.includes('-')) return text + ' '.repeat(missing)
  return (verb.flags.includes('0') ? '0' : ' ').repeat(missing) + text
}

function padNumber(text: string, verb: Verb): string {
  const signed = text.startsWith('-')
    ? text
    : verb.flags.includes('+')
      ? `+${text.replace(/^\+/, '')}`
      : verb.flags.includes(' ')
        ? ` ${text}`
        : text
  if (!verb.flags.includes('0') || verb.flags.includes('-')) return pad(signed, { ...verb, flags: verb.flags.replace('0', '') })
  const sign = /^[-+ ]/.exec(signed)?.[0] ?? ''
  return sign + signed.slice(sign.length).padStart((verb.width ?? 0) - sign.length, '0')
}

function goSyntax(value: GoValue): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return quoteGo(value)
  if (Array.isArray(value))
    return `${typeOf(value)}{${value.map((item) => (item === null ? 'interface {}(nil)' : goSyntax(item))).join(', ')}}`
  if (isGoMap(value))
    return `${typeOf(value)}{${sortedKeys(value)
      .map((key) => `${quoteGo(key)}:${value.get(key) === null ? 'interface {}(nil)' : goSyntax(value.get(key))}`)
      .join(', ')}}`
  return formatValue(value)
}

const escapes: Record<string, string> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

/** `strconv.Quote`. */
export function quoteGo(text: string): string {
  const body = [...text].map((character) => {
    const known = escapes[character]
    if (known !== undefined) return known
    if (!/[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u.test(character) || character === ' ') return character
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
  return `"${body.join('')}"`
}
