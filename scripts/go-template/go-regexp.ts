// Is a text a regular expression of Go (RE2 syntax)?

/** Repetitions around repetitions; their product is limited. */
interface Item {
  readonly times: number
  readonly inner: readonly Item[]
}

interface Reader {
  readonly text: string
  at: number
}

const maxTimes = 1000
const posixClasses = new Set('alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' '))
const categoryNames = new Set(
  `Any Assigned Ascii Lc Casedletter Closepunctuation Cntrl Combiningmark Connectorpunctuation Control Currencysymbol
  Dashpunctuation Decimalnumber Digit Enclosingmark Finalpunctuation Format Initialpunctuation Letter Letternumber
  Lineseparator Lowercaseletter Mark Mathsymbol Modifierletter Modifiersymbol Nonspacingmark Number Openpunctuation Other
  Otherletter Othernumber Otherpunctuation Othersymbol Paragraphseparator Privateuse Punct Punctuation Separator
  Spaceseparator Spacingmark Surrogate Symbol Titlecaseletter Unassigned Uppercaseletter`.split(/\s+/),
)
// scripts whose full name has four letters; other four-letter names are aliases that Go does not know
const fourLetterScripts = new Set('Cham Kawi Lisu Modi Newa Thai Toto'.split(' '))

/** Whether `regexp.Compile` takes it: no look-around, no back-references, repetitions up to 1000. */
export function isGoRegularExpression(text: string): boolean {
  const reader: Reader = { text, at: 0 }
  return readAlternatives(reader) !== undefined && reader.at === text.length
}

function readAlternatives(reader: Reader): Item[] | undefined {
  const all: Item[] = []
  let items: Item[] = []
  let afterRepeat = false
  while (reader.at < reader.text.length && reader.text[reader.at] !== ')') {
    if (reader.text[reader.at] === '|') {
      reader.at += 1
      all.push(...items)
      items = []
      afterRepeat = false
      continue
    }
    const repeat = readRepeat(reader)
    if (repeat) {
      const last = items.pop()
      if (!last || afterRepeat || !repeats(repeat, last)) return undefined
      items.push({ times: repeat.times, inner: [last] })
      afterRepeat = true
      continue
    }
    afterRepeat = false
    const read = readItem(reader)
    if (!read) return undefined
    items.push(...read)
  }
  return [...all, ...items]
}

interface Repeat {
  /** upper bound, or the lower one where there is none */
  readonly times: number
  readonly valid: boolean
  readonly counted: boolean
}

function readRepeat(reader: Reader): Repeat | undefined {
  const rest = reader.text.slice(reader.at)
  const found = /^(?:[*+?]|\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\})\??/.exec(rest)
  if (!found) return undefined
  reader.at += found[0].length
  const [, least, comma, most] = found
  if (least === undefined) return { times: 1, valid: true, counted: false }
  const min = Number(least)
  const max = comma === undefined ? min : most === undefined ? -1 : Number(most)
  const valid = min <= maxTimes && max <= maxTimes && (max < 0 || min <= max)
  return { times: max < 0 ? min : max, valid, counted: min >= 2 || max >= 2 }
}

function repeats(repeat: Repeat, last: Item): boolean {
  return repeat.valid && (!repeat.counted || fits({ times: repeat.times, inner: [last] }, maxTimes))
}

function fits(item: Item, limit: number): boolean {
  if (item.times > limit) return false
  const rest = item.times > 0 ? Math.floor(limit / item.times) : limit
  return item.inner.every((inner) => fits(inner, rest))
}

const plain: Item = { times: 1, inner: [] }

/** One item, or none for a flag group; undefined: a mistake. */
function readItem(reader: Reader): Item[] | undefined {
  const character = reader.text[reader.at]
  if (character === '(') return readGroup(reader)
  if (character === '[') return readClass(reader) ? [plain] : undefined
  if (character !== '\\') {
    reader.at += String.fromCodePoint(reader.text.codePointAt(reader.at) ?? 0).length
    return [plain]
  }
  if (reader.text.startsWith('\\Q', reader.at)) return readQuoted(reader)
  if (/[AbBz]/.test(reader.text[reader.at + 1] ?? '')) {
    reader.at += 2
    return [plain]
  }
  return readClassEscape(reader) || readEscape(reader) !== undefined ? [plain] : undefined
}

function readQuoted(reader: Reader): Item[] {
  const start = reader.at + 2
  const end = reader.text.indexOf('\\E', start)
  reader.at = end < 0 ? reader.text.length : end + 2
  return Array.from(reader.text.slice(start, end < 0 ? undefined : end), () => plain)
}

function readGroup(reader: Reader): Item[] | undefined {
  const head = /^\((?:\?(?:P?<([^>]*)>|([imsU]*)(?:-([imsU]+))?([:)])))?/.exec(reader.text.slice(reader.at))
  if (!head) return undefined
  const [whole, name, , , end] = head
  // `(?` that is neither a name nor flags
  if (whole === '(' && reader.text[reader.at + 1] === '?') return undefined
  if (name !== undefined && !/^[A-Za-z0-9_]+$/.test(name)) return undefined
  reader.at += whole.length
  if (end === ')') return []
  const inner = readAlternatives(reader)
  if (!inner || reader.text[reader.at] !== ')') return undefined
  reader.at += 1
  return [{ times: 1, inner }]
}

function readClass(reader: Reader): boolean {
  reader.at += reader.text[reader.at + 1] === '^' ? 2 : 1
  for (let first = true; first || reader.text[reader.at] !== ']'; first = false) {
    if (reader.at >= reader.text.length) return false
    const posix = /^\[:(.*?):\]/s.exec(reader.text.slice(reader.at))
    if (posix) {
      if (!posixClasses.has((posix[1] ?? '').replace(/^\^/, ''))) return false
      reader.at += posix[0].length
      continue
    }
    if (readClassEscape(reader)) continue
    const low = readClassCharacter(reader)
    if (low === undefined) return false
    if (reader.text[reader.at] !== '-' || [undefined, ']'].includes(reader.text[reader.at + 1])) continue
    reader.at += 1
    const high = readClassCharacter(reader)
    if (high === undefined || high < low) return false
  }
  reader.at += 1
  return true
}

function readClassCharacter(reader: Reader): number | undefined {
  if (reader.text[reader.at] === '\\') return readEscape(reader)
  const point = reader.text.codePointAt(reader.at)
  if (point !== undefined) reader.at += String.fromCodePoint(point).length
  return point
}

/** `\d` and its like, or a Unicode class. */
function readClassEscape(reader: Reader): boolean {
  const found = /^\\(?:[dDsSwW]|[pP](?:\{\^?([^}]*)\}|([^{])))/u.exec(reader.text.slice(reader.at))
  if (!found) return false
  const name = found[1] ?? found[2]
  if (name !== undefined && !isUnicodeClass(name)) return false
  reader.at += found[0].length
  return true
}

/** Names as Go's own tables spell them, in any case; blanks, dashes and underscores don't count (Go 1.25 and later). */
function isUnicodeClass(written: string): boolean {
  const letters = written.replace(/[-_ ]/g, '')
  const name = letters.slice(0, 1).toUpperCase() + letters.slice(1).toLowerCase()
  if (categoryNames.has(name)) return true
  if (/^[A-Z][a-z]?$/.test(name) && isProperty(`General_Category=${name}`)) return true
  if (name.length === 4 && !fourLetterScripts.has(name)) return false
  // a script of several words is never found, since its underscore is gone
  return /^[A-Z][a-z]+$/.test(name) && isProperty(`Script=${name}`)
}

function isProperty(property: string): boolean {
  try {
    return new RegExp(`\\p{${property}}`, 'u') instanceof RegExp
  } catch {
    return false
  }
}

const controls = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

/** The code point of an escape; undefined: Go knows no such escape. A lone `\1` would be a back-reference. */
function readEscape(reader: Reader): number | undefined {
  const rest = reader.text.slice(reader.at)
  const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest)
  const hex = /^\\x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/.exec(rest)
  const other = /^\\([\x00-\x7f])/.exec(rest)
  const found = octal ?? hex ?? other
  if (!found) return undefined
  reader.at += found[0].length
  if (octal) return Number.parseInt(octal[1] ?? '', 8)
  if (hex) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? '', 16)
    return point <= 0x10ffff ? point : undefined
  }
  const character = other?.[1] ?? ''
  return controls.get(character) ?? (/[A-Za-z0-9]/.test(character) ? undefined : character.codePointAt(0))
}
