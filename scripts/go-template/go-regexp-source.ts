// How does a Go regular expression read in JavaScript?

interface Flags {
  /** any case */
  readonly i: boolean
  /** `^` and `$` at line breaks */
  readonly m: boolean
  /** `.` takes line breaks */
  readonly s: boolean
  /** quantifiers are lazy */
  readonly U: boolean
}

interface Scan {
  readonly pattern: string
  at: number
}

/** The source for the flag `u` alone: JavaScript has no flags for a part of an expression. `pattern` is one that RE2 takes. */
export function regexpSource(pattern: string): string {
  return alternatives({ pattern, at: 0 }, { i: false, m: false, s: false, U: false })
}

/** Up to the closing parenthesis; flags in the middle count for the rest of the group. */
function alternatives(scan: Scan, given: Flags): string {
  let flags = given
  let out = ''
  let last = ''
  const push = (piece: string): void => {
    out += last
    last = piece
  }
  while (scan.at < scan.pattern.length && scan.pattern[scan.at] !== ')') {
    const rest = scan.pattern.slice(scan.at)
    const setting = /^\(\?([imsU]*)(?:-([imsU]+))?(\)|:)/.exec(rest)
    if (setting !== null) {
      scan.at += setting[0].length
      const changed = changeFlags(flags, setting[1] ?? '', setting[2] ?? '')
      if (setting[3] === ')') flags = changed
      else push(group(scan, '(?:', changed))
      continue
    }
    const opening = /^\((?:\?P?<(\w+)>)?/.exec(rest)
    if (opening !== null) {
      scan.at += opening[0].length
      push(group(scan, opening[1] === undefined ? '(' : `(?<${opening[1]}>`, flags))
      continue
    }
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})(\??)/.exec(rest)
    if (quantifier !== null && last !== '') {
      scan.at += quantifier[0].length
      const lazy = (quantifier[1] === '?') !== flags.U
      last = `(?:${last})`.replace(/^\(\?:(\((?:[^()\\]|\\.)*\))\)$/, '$1') + quantifier[0].replace(/(.)\?$/, '$1') + (lazy ? '?' : '')
      continue
    }
    if (rest.startsWith('|')) {
      scan.at++
      push('|')
      push('')
      continue
    }
    const quoted = /^\\Q([^]*?)(?:\\E|$)/.exec(rest)
    if (quoted !== null) {
      scan.at += quoted[0].length
      for (const character of quoted[1] ?? '') push(literal(character, flags))
      continue
    }
    push(one(scan, flags))
  }
  return out + last
}

function group(scan: Scan, open: string, flags: Flags): string {
  const inner = alternatives(scan, flags)
  scan.at++
  return `${open}${inner})`
}

function changeFlags(flags: Flags, on: string, off: string): Flags {
  const changed: Record<string, boolean> = { ...flags }
  for (const flag of on) changed[flag] = true
  for (const flag of off) changed[flag] = false
  return changed as unknown as Flags
}

/** One character, class or assertion. */
function one(scan: Scan, flags: Flags): string {
  const { pattern } = scan
  const character = String.fromCodePoint(pattern.codePointAt(scan.at) as number)
  if (character === '[') return classSource(scan, flags)
  if (character !== '\\') {
    scan.at += character.length
    if (character === '.') return flags.s ? '[^]' : '[^\\n]'
    if (character === '^') return flags.m ? '(?:(?<=^|\\n))' : '(?:^)'
    if (character === '$') return flags.m ? '(?:(?=\\n|$))' : '(?:$)'
    return literal(character, flags)
  }
  const assertion = ({ A: '(?:^)', z: '(?:$)', b: '(?:\\b)', B: '(?:\\B)' } as Record<string, string>)[pattern[scan.at + 1] ?? '']
  if (assertion !== undefined) {
    scan.at += 2
    return assertion
  }
  const set = escapedSet(scan)
  return set === undefined ? literal(escapedCharacter(scan), flags) : `[${set}]`
}

const code = (character: string): string => `\\u{${(character.codePointAt(0) as number).toString(16)}}`

/** All characters that are one but for their case (`unicode.SimpleFold`). */
function folded(character: string): string[] {
  const others = [character.toLowerCase(), character.toUpperCase()]
  if (/[kK\u212a]/.test(character)) others.push('k', 'K', '\u212a')
  if (/[sS\u017f]/.test(character)) others.push('s', 'S', '\u017f')
  return [...new Set([character, ...others])].filter((other) => [...other].length === 1)
}

function literal(character: string, flags: Flags): string {
  const all = flags.i ? folded(character) : [character]
  return all.length === 1 ? code(character) : `[${all.map(code).join('')}]`
}

const perlSets: Readonly<Record<string, string>> = {
  d: '0-9',
  D: '\\0-\\/:-\\u{10ffff}',
  w: '0-9A-Za-z_',
  W: '\\0-\\/:-@\\[-\\^`\\{-\\u{10ffff}',
  s: '\\t\\n\\f\\r ',
  S: '\\0-\\x08\\x0b\\x0e-\\x1f!-\\u{10ffff}',
}

/** `\d`, `\pL`, `\p{^Greek}` …: members of a class; undefined: no set. */
function escapedSet(scan: Scan): string | undefined {
  const rest = scan.pattern.slice(scan.at)
  const perl = /^\\([dDwWsS])/.exec(rest)
  if (perl !== null) {
    scan.at += 2
    return perlSets[perl[1] as string]
  }
  const unicode = /^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest)
  if (unicode === null) return undefined
  scan.at += unicode[0].length
  const name = unicode[3] ?? unicode[4] ?? ''
  const negated = (unicode[1] === 'P') !== (unicode[2] === '^')
  const property = name === 'Any' || /^[A-Z][a-z]?$/.test(name) ? name : `Script=${name}`
  return `\\${negated ? 'P' : 'p'}{${property}}`
}

const controls: Readonly<Record<string, string>> = { a: '\x07', f: '\f', t: '\t', n: '\n', r: '\r', v: '\v' }

function escapedCharacter(scan: Scan): string {
  const match = /^\\(?:x\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]))/u.exec(scan.pattern.slice(scan.at))
  scan.at += match?.[0].length ?? 1
  if (match === null) return '\\'
  const [, long, short, octal, plain = ''] = match
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
  const hex = long ?? short
  return hex === undefined ? (controls[plain] ?? plain) : String.fromCodePoint(Number.parseInt(hex, 16))
}

const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\0-\\x7f',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
const notPosix: Readonly<Record<string, string>> = {
  alnum: '\\0-\\/:-@\\[-`\\{-\\u{10ffff}',
  alpha: '\\0-@\\[-`\\{-\\u{10ffff}',
  ascii: '\\x80-\\u{10ffff}',
  blank: '\\0-\\x08\\n-\\x1f!-\\u{10ffff}',
  cntrl: ' -~\\x80-\\u{10ffff}',
  digit: '\\0-\\/:-\\u{10ffff}',
  graph: '\\0- \\x7f-\\u{10ffff}',
  lower: '\\0-`\\{-\\u{10ffff}',
  print: '\\0-\\x1f\\x7f-\\u{10ffff}',
  punct: '\\0- 0-9A-Za-z\\x7f-\\u{10ffff}',
  space: '\\0-\\x08\\x0e-\\x1f!-\\u{10ffff}',
  upper: '\\0-@\\[-\\u{10ffff}',
  word: '\\0-\\/:-@\\[-\\^`\\{-\\u{10ffff}',
  xdigit: '\\0-\\/:-@G-`g-\\u{10ffff}',
}

/** A bracket right behind the opening one is a member. */
function classSource(scan: Scan, flags: Flags): string {
  const negated = scan.pattern[scan.at + 1] === '^'
  scan.at += negated ? 2 : 1
  let members = ''
  for (let first = true; first || scan.pattern[scan.at] !== ']'; first = false) {
    const named = /^\[:(\^?)(\w+):\]/.exec(scan.pattern.slice(scan.at))
    const set = named === null ? escapedSet(scan) : (named[1] === '^' ? notPosix : posix)[named[2] as string]
    if (named !== null) scan.at += named[0].length
    if (set !== undefined) {
      members += set
      continue
    }
    const from = member(scan)
    const isRange = scan.pattern[scan.at] === '-' && scan.pattern[scan.at + 1] !== ']'
    if (isRange) scan.at++
    members += rangeSource(from, isRange ? member(scan) : from, flags)
  }
  scan.at++
  return `[${negated ? '^' : ''}${members}]`
}

function member(scan: Scan): string {
  if (scan.pattern[scan.at] === '\\') return escapedCharacter(scan)
  const character = String.fromCodePoint(scan.pattern.codePointAt(scan.at) as number)
  scan.at += character.length
  return character
}

function rangeSource(from: string, to: string, flags: Flags): string {
  const range = from === to ? code(from) : `${code(from)}-${code(to)}`
  if (!flags.i) return range
  const [low, high] = [from.codePointAt(0) as number, Math.min(to.codePointAt(0) as number, 0xffff)]
  let members = range
  for (let at = low; at <= high; at++) members += folded(String.fromCharCode(at)).slice(1).map(code).join('')
  return members
}
