// How does Go's fmt format values?
import type { Budget } from './budget.ts'
import { isInteger, typeOf } from './go-value.ts'
import type { GoInteger, GoValue } from './go-value.ts'
import { plainVerb, printArg } from './go-print.ts'

/** `%v`: what `{{ . }}` prints, except that an absent value prints as `<no value>` there. */
export function formatValue(value: GoValue, budget: Budget): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object') budget.whole(value)
  return printArg(value, plainVerb)
}

/** `%v` of what costs nothing. */
export function formatScalar(value: boolean | number | GoInteger): string {
  return printArg(value, plainVerb)
}

/** `fmt.Sprint`: spaces only between two operands neither of which is a string. */
export function sprint(values: readonly GoValue[], budget: Budget): string {
  let out = ''
  for (const [index, value] of values.entries()) {
    const previous = values[index - 1]
    if (index > 0 && typeof value !== 'string' && typeof previous !== 'string') out += ' '
    out += formatValue(value, budget)
  }
  return out
}

/** No width or precision is larger. */
const mostPlaces = 1_000_000

interface Scan {
  readonly format: string
  readonly args: readonly GoValue[]
  readonly budget: Budget
  at: number
  next: number
  /** an index names an existing argument */
  isGood: boolean
  /** the last thing read was an index such as `[3]` */
  afterIndex: boolean
  reordered: boolean
}

/** `fmt.Sprintf` (`doPrintf`), with its `%!d(float64=1)` answers instead of errors. */
export function sprintf(format: string, args: readonly GoValue[], budget: Budget): string {
  const scan: Scan = { format, args, budget, at: 0, next: 0, isGood: true, afterIndex: false, reordered: false }
  let out = ''
  while (scan.at < format.length) {
    const percent = format.indexOf('%', scan.at)
    if (percent < 0) {
      out += format.slice(scan.at)
      break
    }
    out += format.slice(scan.at, percent)
    scan.at = percent + 1
    scan.isGood = true
    out += printVerb(scan)
  }
  if (scan.reordered || scan.next >= args.length) return out
  const extra = args
    .slice(scan.next)
    .map((value) => (value === null || value === undefined ? '<nil>' : `${typeOf(value)}=${formatValue(value, budget)}`))
  return `${out}%!(EXTRA ${extra.join(', ')})`
}

function printVerb(scan: Scan): string {
  const { format, args } = scan
  let said = ''
  const flags = new Set<string>()
  while (scan.at < format.length && '#0+- '.includes(format[scan.at] as string)) flags.add(format[scan.at++] as string)
  readIndex(scan)
  const indexed = scan.afterIndex
  const width = readSize(scan)
  // an index is before the verb, after width and precision
  if (indexed && scan.afterIndex && width !== undefined) scan.isGood = false
  if (width === 'bad') said += '%!(BADWIDTH)'
  if (typeof width === 'number' && width < 0) {
    flags.add('-')
    flags.delete('0')
  }
  let precision: number | 'bad' | undefined
  if (scan.at + 1 < format.length && format[scan.at] === '.') {
    scan.at++
    if (scan.afterIndex) scan.isGood = false
    readIndex(scan)
    const isStar = format[scan.at] === '*'
    precision = readSize(scan)
    if (isStar && (precision === 'bad' || (precision ?? 0) < 0)) {
      precision = undefined
      said += '%!(BADPREC)'
    } else precision ??= 0
  }
  if (!scan.afterIndex) readIndex(scan)
  if (scan.at >= format.length) return `${said}%!(NOVERB)`
  const verb = String.fromCodePoint(format.codePointAt(scan.at) as number)
  scan.at += verb.length
  if (verb === '%') return `${said}%`
  if (!scan.isGood) return `${said}%!${verb}(BADINDEX)`
  if (scan.next >= args.length) return `${said}%!${verb}(MISSING)`
  const isV = verb === 'v' || verb === 'w'
  const [sharpV, plusV] = [isV && flags.delete('#'), isV && flags.delete('+')]
  const size = (value: number | 'bad' | undefined): number | undefined => (typeof value === 'number' ? Math.abs(value) : undefined)
  const value = args[scan.next++]
  // width and precision apply to every item of a list, and with `#` each is preceded by its type's name
  const nodes = scan.budget.whole(value)
  scan.budget.characters(nodes * ((size(width) ?? 0) + (size(precision) ?? 0) + (sharpV ? 32 : 1)))
  return said + printArg(value, { verb, width: size(width), precision: size(precision), flags, sharpV, plusV })
}

/** `argNumber`: `[3]` selects the next argument. */
function readIndex(scan: Scan): void {
  scan.afterIndex = false
  if (scan.format[scan.at] !== '[') return
  scan.reordered = true
  const close = scan.format.indexOf(']', scan.at)
  // an index is at least three characters long, and without its end only the bracket is skipped
  if (scan.format.length - scan.at < 3 || close < 0) {
    scan.at++
    scan.isGood = false
    return
  }
  const text = scan.format.slice(scan.at + 1, close)
  const number = /^\d+$/.test(text) && Number(text) <= mostPlaces ? Number(text) : undefined
  scan.at = close + 1
  scan.afterIndex = number !== undefined
  if (number !== undefined && number >= 1 && number <= scan.args.length) scan.next = number - 1
  else scan.isGood = false
}

/** A width or precision: digits, or `*` for the next argument; undefined: none, `bad`: that argument is not an integer. */
function readSize(scan: Scan): number | 'bad' | undefined {
  if (scan.format[scan.at] === '*') {
    scan.at++
    scan.afterIndex = false
    if (scan.next >= scan.args.length) return 'bad'
    const value = scan.args[scan.next++]
    return isInteger(value) && value.value <= BigInt(mostPlaces) && value.value >= -BigInt(mostPlaces) ? Number(value.value) : 'bad'
  }
  const digits = /^\d+/.exec(scan.format.slice(scan.at))?.[0]
  if (digits === undefined) return undefined
  if (Number(digits) > mostPlaces) {
    scan.at = scan.format.length
    return undefined
  }
  scan.at += digits.length
  return Number(digits)
}
