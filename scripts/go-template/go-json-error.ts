// What is encoding/json's error for a text that is not JSON?

const unexpectedEnd = 'unexpected end of JSON input'
const blank = /[ \t\r\n]/

/** Go's `quoteChar`. */
function shown(character: string): string {
  if (character === "'") return `'\\''`
  if (character === '"') return `'"'`
  const escaped = JSON.stringify(character)
    .slice(1, -1)
    .replace(/^\\u00/, '\\x')
  return `'${escaped}'`
}

class Invalid extends Error {}

interface Scan {
  readonly text: string
  at: number
}

function stop(scan: Scan, context: string): never {
  const character = scan.text[scan.at]
  throw new Invalid(character === undefined ? unexpectedEnd : `invalid character ${shown(character)} ${context}`)
}

/** The scanner's message for the first character that does not fit. */
export function jsonError(text: string): string {
  const scan: Scan = { text, at: 0 }
  try {
    skip(scan)
    value(scan)
    skip(scan)
    if (scan.at < text.length) stop(scan, 'after top-level value')
    return 'invalid JSON'
  } catch (error) {
    if (error instanceof Invalid) return error.message
    if (error instanceof RangeError) return 'exceeded max depth'
    throw error
  }
}

function skip(scan: Scan): void {
  while (blank.test(scan.text[scan.at] ?? '')) scan.at++
}

function value(scan: Scan): void {
  const character = scan.text[scan.at]
  if (character === '{') return object(scan)
  if (character === '[') return list(scan)
  if (character === '"') return string(scan)
  if (character === '-' || /\d/.test(character ?? '')) return number(scan)
  for (const word of ['true', 'false', 'null']) if (character === word[0]) return literal(scan, word)
  stop(scan, 'looking for beginning of value')
}

function object(scan: Scan): void {
  scan.at++
  skip(scan)
  if (scan.text[scan.at] === '}') {
    scan.at++
    return
  }
  for (;;) {
    skip(scan)
    if (scan.text[scan.at] !== '"') stop(scan, 'looking for beginning of object key string')
    string(scan)
    skip(scan)
    if (scan.text[scan.at] !== ':') stop(scan, 'after object key')
    scan.at++
    skip(scan)
    value(scan)
    skip(scan)
    const next = scan.text[scan.at]
    if (next !== ',' && next !== '}') stop(scan, 'after object key:value pair')
    scan.at++
    if (next === '}') return
  }
}

function list(scan: Scan): void {
  scan.at++
  skip(scan)
  if (scan.text[scan.at] === ']') {
    scan.at++
    return
  }
  for (;;) {
    skip(scan)
    value(scan)
    skip(scan)
    const next = scan.text[scan.at]
    if (next !== ',' && next !== ']') stop(scan, 'after array element')
    scan.at++
    if (next === ']') return
  }
}

function string(scan: Scan): void {
  for (scan.at++; ; scan.at++) {
    const character = scan.text[scan.at]
    if (character === '"') break
    if (character === undefined || character < ' ') stop(scan, 'in string literal')
    if (character !== '\\') continue
    scan.at++
    const kind = scan.text[scan.at] ?? ''
    if (kind === 'u') {
      for (let digit = 0; digit < 4; digit++) {
        scan.at++
        if (!/[\da-fA-F]/.test(scan.text[scan.at] ?? '')) stop(scan, 'in \\u hexadecimal character escape')
      }
    } else if (!'bfnrt\\/"'.includes(kind) || kind === '') stop(scan, 'in string escape code')
  }
  scan.at++
}

function number(scan: Scan): void {
  const digits = (): void => {
    while (/\d/.test(scan.text[scan.at] ?? '')) scan.at++
  }
  if (scan.text[scan.at] === '-') scan.at++
  if (scan.text[scan.at] === '0') scan.at++
  else if (/\d/.test(scan.text[scan.at] ?? '')) digits()
  else stop(scan, 'in numeric literal')
  if (scan.text[scan.at] === '.') {
    scan.at++
    if (!/\d/.test(scan.text[scan.at] ?? '')) stop(scan, 'after decimal point in numeric literal')
    digits()
  }
  if (/[eE]/.test(scan.text[scan.at] ?? '')) {
    scan.at++
    if (/[-+]/.test(scan.text[scan.at] ?? '')) scan.at++
    if (!/\d/.test(scan.text[scan.at] ?? '')) stop(scan, 'in exponent of numeric literal')
    digits()
  }
}

function literal(scan: Scan, word: string): void {
  for (const expected of word) {
    if (scan.text[scan.at] !== expected) {
      // Go marks the end of a text by a space that it adds
      const got = scan.text[scan.at] ?? ' '
      throw new Invalid(`invalid character ${shown(got)} in literal ${word} (expecting '${expected}')`)
    }
    scan.at++
  }
}
