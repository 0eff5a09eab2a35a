// How does Go's fmt print one value under one verb?
import { lookup } from '../values/lookup.ts'
import { bytesOf, textOfBytes } from './go-bytes.ts'
import { formatFloatAs } from './go-float.ts'
import { quoteGo, quoteGoAscii } from './go-quote.ts'
import { bytesIn, isGoMap, isInteger, isNilList, isStruct, sortedKeys, typeOf } from './go-value.ts'
import type { GoInteger, GoStruct, GoValue } from './go-value.ts'

/** `fmt.fmt`: flags, width and precision of a verb; `sharpV` and `plusV` are `#` and `+` of `%v`. */
export interface Verb {
  readonly verb: string
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly flags: ReadonlySet<string>
  readonly sharpV: boolean
  readonly plusV: boolean
}

/** `%v` without flags. */
export const plainVerb: Verb = { verb: 'v', width: undefined, precision: undefined, flags: new Set(), sharpV: false, plusV: false }

/** `printArg`. */
export function printArg(value: GoValue, verb: Verb): string {
  if (value === undefined || value === null) return 'vT'.includes(verb.verb) ? pad('<nil>', verb) : `%!${verb.verb}(<nil>)`
  if (verb.verb === 'T') return formatText(typeOf(value), verb)
  if (verb.verb === 'p') return isGoMap(value) || Array.isArray(value) ? pad('0xc000010000', verb) : badVerb(value, verb)
  // `%w` is refused before anything is looked at, but only for values that could have methods
  if (verb.verb === 'w' && (isGoMap(value) || Array.isArray(value) || isStruct(value))) return badVerb(value, verb)
  return printValue(value, verb, 0)
}

/** `badVerb`: flags, width and precision still apply to the value. */
function badVerb(value: GoValue, verb: Verb): string {
  return `%!${verb.verb}(${typeOf(value)}=${printValue(value, { ...verb, verb: 'v' }, 0, true)})`
}

function printValue(value: GoValue, verb: Verb, depth: number, erroring = false): string {
  if (value === undefined || value === null) return verb.sharpV ? 'interface {}(nil)' : '<nil>'
  if (typeof value === 'boolean') return 'vt'.includes(verb.verb) ? pad(String(value), verb) : badVerb(value, verb)
  if (typeof value === 'string') return printText(value, verb)
  if (typeof value === 'number') return printFloat(value, verb)
  if (isInteger(value)) {
    const isStringer = value.text !== undefined && !erroring && !verb.sharpV && 'vsxXq'.includes(verb.verb)
    return isStringer ? printText(value.text, verb) : printInteger(value, verb)
  }
  if (isStruct(value)) return printStruct(value, verb, { depth, erroring })
  const bytes = bytesIn(value)
  if (bytes !== undefined && 'sqxX'.includes(verb.verb)) return printText(textOfBytes(Buffer.from(bytes)), verb)
  if (bytes !== undefined && verb === plainVerb) return `[${numbersOf(bytes)}]`
  const inner = (item: GoValue): string => printValue(item, verb, depth + 1)
  const [type, between] = verb.sharpV ? [typeOf(value), ', '] : ['', ' ']
  if (verb.sharpV && isNilList(value)) return `${type}(nil)`
  if (Array.isArray(value)) {
    const items = value.map(inner).join(between)
    return verb.sharpV ? `${type}{${items}}` : `[${items}]`
  }
  const entries = sortedKeys(value).map((key) => `${printText(key, verb)}:${inner(value.get(key))}`)
  return verb.sharpV ? `${type}{${entries.join(between)}}` : `map[${entries.join(between)}]`
}

/** A value with a String method is a string to the string verbs, and its fields to all others. */
function printStruct(struct: GoStruct, verb: Verb, at: { depth: number; erroring: boolean }): string {
  const isStringer = !at.erroring && !verb.sharpV && 'vsxXq'.includes(verb.verb) && struct.fields === undefined
  if (isStringer) return printText(struct.text, verb)
  if (verb.sharpV && struct.goText !== undefined) return formatText(struct.goText, verb)
  const isPointer = struct.type.startsWith('*')
  if (isPointer && at.depth > 0) return '0xc000010000'
  const named = verb.sharpV || verb.plusV
  const fields = struct.inside.map(([name, value]) => (named ? `${name}:` : '') + printValue(value, verb, at.depth + 1))
  const body = `{${fields.join(verb.sharpV ? ', ' : ' ')}}`
  return `${isPointer ? '&' : ''}${verb.sharpV ? struct.type.replace('*', '') : ''}${body}`
}

function printText(text: string, verb: Verb): string {
  switch (verb.verb) {
    case 'v':
      return verb.sharpV ? formatQuoted(text, verb) : formatText(text, verb)
    case 's':
      return formatText(text, verb)
    case 'q':
      return formatQuoted(text, verb)
    case 'x':
    case 'X':
      return formatBytes(text, verb)
    default:
      return badVerb(text, verb)
  }
}

function truncate(text: string, verb: Verb): string {
  return verb.precision === undefined ? text : [...text].slice(0, verb.precision).join('')
}

function formatText(text: string, verb: Verb): string {
  return pad(truncate(text, verb), verb)
}

function formatQuoted(text: string, verb: Verb): string {
  const cut = truncate(text, verb)
  // eslint-disable-next-line no-control-regex
  if (
    verb.flags.has('#') &&
    !/[\0-\x08\n-\x1f`\x7f\ufeff\ud800-\udfff]/.test([...cut].filter((character) => character.length === 1).join(''))
  )
    return pad(`\`${cut}\``, verb)
  return pad(verb.flags.has('+') ? quoteGoAscii(cut) : quoteGo(cut), verb)
}

/** `fmtSbx`: two digits for each byte. */
function formatBytes(text: string, verb: Verb): string {
  const bytes = [...bytesOf(text)].slice(0, verb.precision)
  const mark = verb.flags.has('#') ? '0x' : ''
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0'))
  const spaced = verb.flags.has(' ')
  if (digits.length === 0) return pad('', verb)
  const out = spaced ? digits.map((pair) => mark + pair).join(' ') : mark + digits.join('')
  return pad(verb.verb === 'X' ? out.toUpperCase() : out, verb)
}

function printFloat(value: number, verb: Verb): string {
  switch (verb.verb) {
    case 'v':
      return formatFloatVerb(
        value,
        { ...verb, verb: 'g', flags: verb.sharpV ? new Set([...verb.flags].filter((flag) => flag !== '#')) : verb.flags },
        -1,
      )
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      return formatFloatVerb(value, verb, -1)
    case 'f':
    case 'e':
    case 'E':
    case 'F':
      return formatFloatVerb(value, verb, 6)
    default:
      return badVerb(value, verb)
  }
}

/** `fmt.fmtFloat`. */
function formatFloatVerb(value: number, verb: Verb, preset: number): string {
  const precision = verb.precision ?? preset
  const plain = formatFloatAs(value, verb.verb, precision)
  const isNegative = plain.startsWith('-')
  const number = plain.replace(/^[-+]/, '')
  const sign = isNegative ? '-' : verb.flags.has('+') ? '+' : verb.flags.has(' ') ? ' ' : ''
  if (number === 'NaN' || number === 'Inf') {
    const shown = number === 'Inf' && sign === '' ? '+' : sign
    return padBlank(shown + number, verb)
  }
  const body = verb.flags.has('#') && verb.verb !== 'b' ? withPoint(number, verb.verb, precision) : number
  const missing = (verb.width ?? 0) - sign.length - body.length
  if (verb.flags.has('0') && !verb.flags.has('-') && sign !== '' && missing > 0) return sign + '0'.repeat(missing) + body
  return pad(sign + body, verb)
}

/** `#` keeps the point and, for `%g`, the zeros at the end. */
function withPoint(number: string, verb: string, precision: number): string {
  const at = number.search(verb === 'x' || verb === 'X' ? /p/i : /[pe]/i)
  const [digits, tail] = at < 0 ? [number, ''] : [number.slice(0, at), number.slice(at)]
  const wanted = 'gGx'.includes(verb) ? (precision === -1 ? 6 : precision) : 0
  const significant = digits.replace(/[.]/g, '').replace(/^0+/, '').length
  const hasPoint = digits.includes('.')
  const missing = wanted - significant - (!hasPoint && digits === '0' ? 1 : 0)
  return `${digits}${hasPoint ? '' : '.'}${'0'.repeat(Math.max(missing, 0))}${tail}`
}

const bases: Readonly<Record<string, number>> = lookup({ b: 2, o: 8, O: 8, d: 10, v: 10, x: 16, X: 16 })

function printInteger(integer: GoInteger, verb: Verb): string {
  const base = bases[verb.verb]
  const isSigned = !integer.type.startsWith('u')
  if (base !== undefined) {
    if (verb.verb === 'v' && verb.sharpV && !isSigned)
      return formatInteger(integer.value, 16, { ...verb, flags: new Set([...verb.flags, '#']) })
    return formatInteger(integer.value, base, verb)
  }
  const code = BigInt.asUintN(64, integer.value)
  const character = code <= 0x10ffffn && !(code >= 0xd800n && code <= 0xdfffn) ? String.fromCodePoint(Number(code)) : '\ufffd'
  switch (verb.verb) {
    case 'c':
      return pad(character, verb)
    case 'q':
      return pad(quoteCharacter(character, verb.flags.has('+')), verb)
    case 'U': {
      const digits = code
        .toString(16)
        .toUpperCase()
        .padStart(Math.max(4, verb.precision ?? 4), '0')
      const shown = verb.flags.has('#') && code <= 0x10ffffn && quoteGo(character) === `"${character}"` ? ` '${character}'` : ''
      return padBlank(`U+${digits}${shown}`, verb)
    }
    default:
      return badVerb(integer, verb)
  }
}

function quoteCharacter(character: string, ascii: boolean): string {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  return `'${(ascii ? quoteGoAscii(character) : quoteGo(character)).slice(1, -1)}'`
}

/** `fmt.fmtInteger`. */
function formatInteger(value: bigint, base: number, verb: Verb): string {
  const { flags, precision, width } = verb
  if (precision === 0 && value === 0n) return ' '.repeat(width ?? 0)
  const sign = value < 0n ? '-' : flags.has('+') ? '+' : flags.has(' ') ? ' ' : ''
  const zeros = precision ?? (flags.has('0') && !flags.has('-') && width !== undefined ? width - sign.length : 0)
  let digits = (value < 0n ? -value : value).toString(base).padStart(zeros, '0')
  if (flags.has('#')) {
    if (base === 2) digits = `0b${digits}`
    else if (base === 8 && !digits.startsWith('0')) digits = `0${digits}`
    else if (base === 16) digits = `0x${digits}`
  }
  if (verb.verb === 'X') digits = digits.toUpperCase()
  if (verb.verb === 'O') digits = `0o${digits}`
  return padBlank(sign + digits, verb)
}

/** `fmt.pad`: to the left with zeros where the flag says so. */
function pad(text: string, verb: Verb): string {
  const missing = verb.width === undefined ? 0 : verb.width - [...text].length
  if (missing <= 0) return text
  if (verb.flags.has('-')) return text + ' '.repeat(missing)
  return (verb.flags.has('0') ? '0' : ' ').repeat(missing) + text
}

function padBlank(text: string, verb: Verb): string {
  const missing = verb.width === undefined ? 0 : verb.width - [...text].length
  if (missing <= 0) return text
  return verb.flags.has('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text
}

/** Bytes as numbers with blanks between, many times as fast as `join`: a chart may print its files whole. */
function numbersOf(bytes: Uint8Array): string {
  const out = Buffer.alloc(4 * bytes.length)
  let at = 0
  for (const byte of bytes) {
    if (byte > 99) out[at++] = 48 + Math.floor(byte / 100)
    if (byte > 9) out[at++] = 48 + (Math.floor(byte / 10) % 10)
    out[at++] = 48 + (byte % 10)
    out[at++] = 32
  }
  return out.toString('latin1', 0, Math.max(0, at - 1))
}
