// Where does a scalar end, as go-yaml's scanner reads it (scannerc.go)?
import { ahead, isBlank, isBlankOrEnd, isBreak, isDocumentIndicator, isEnd, refuse, skip, skipLine } from './go-characters.ts'
import type { Scanner } from './go-characters.ts'

/** `yaml_parser_scan_block_scalar`. */
export function scanBlockScalar(scanner: Scanner): void {
  skip(scanner)
  const [header = ''] = /^(?:[-+]\d?|\d[-+]?|)/.exec(scanner.text.slice(scanner.at, scanner.at + 2)) ?? []
  const increment = Number(/\d/.exec(header)?.[0] ?? '-1')
  if (increment === 0) {
    skip(scanner, header.indexOf('0'))
    refuse(scanner, 'found an indentation indicator equal to 0')
  }
  skip(scanner, header.length)
  while (isBlank(ahead(scanner))) skip(scanner)
  if (ahead(scanner) === '#') skipToBreak(scanner)
  if (isBreak(ahead(scanner))) skipLine(scanner)
  else if (!isEnd(ahead(scanner))) refuse(scanner, 'did not find expected comment or line break')
  let indent = increment > 0 ? Math.max(scanner.indent, 0) + increment : 0
  indent = skipIndentation(scanner, indent)
  while (scanner.column === indent && !isEnd(ahead(scanner))) {
    skipToBreak(scanner)
    if (isBreak(ahead(scanner))) skipLine(scanner)
    skipIndentation(scanner, indent)
  }
}

function skipToBreak(scanner: Scanner): void {
  while (!isEnd(ahead(scanner)) && !isBreak(ahead(scanner))) skip(scanner)
}

/** `yaml_parser_scan_block_scalar_breaks`: zero asks for the indentation of the first line that has some. */
function skipIndentation(scanner: Scanner, indent: number): number {
  let widest = 0
  const most = indent === 0 ? Infinity : indent
  for (;;) {
    while (scanner.column < most && ahead(scanner) === ' ') skip(scanner)
    widest = Math.max(widest, scanner.column)
    if (scanner.column < most && ahead(scanner) === '\t') refuse(scanner, 'found a tab character where an indentation space is expected')
    if (!isBreak(ahead(scanner))) break
    skipLine(scanner)
  }
  return indent === 0 ? Math.max(widest, scanner.indent + 1, 1) : indent
}

const lengths: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

/** `yaml_parser_scan_flow_scalar`. */
export function scanQuotedScalar(scanner: Scanner, quote: string): void {
  skip(scanner)
  for (;;) {
    if (isDocumentIndicator(scanner)) refuse(scanner, 'found unexpected document indicator')
    if (isEnd(ahead(scanner))) refuse(scanner, 'found unexpected end of stream')
    while (!isBlankOrEnd(ahead(scanner))) {
      const character = ahead(scanner)
      if (quote === "'" && scanner.text.startsWith("''", scanner.at)) skip(scanner, 2)
      else if (character === quote) break
      else if (quote === '"' && character === '\\') {
        if (isBreak(ahead(scanner, 1))) {
          skip(scanner)
          skipLine(scanner)
          break
        }
        skipEscape(scanner)
      } else skip(scanner)
    }
    if (ahead(scanner) === quote) return skip(scanner)
    while (isBlank(ahead(scanner)) || isBreak(ahead(scanner))) {
      if (isBreak(ahead(scanner))) skipLine(scanner)
      else skip(scanner)
    }
  }
}

function skipEscape(scanner: Scanner): void {
  const character = ahead(scanner, 1)
  const length = lengths.get(character) ?? 0
  if (length === 0 && !/^[0abt\tnvfre "'\\N_LP]/.test(character)) refuse(scanner, 'found unknown escape character')
  skip(scanner, 2)
  const digits = scanner.text.slice(scanner.at, scanner.at + length)
  if (!/^[0-9a-fA-F]*$/.test(digits) || digits.length < length) refuse(scanner, 'did not find expected hexdecimal number')
  const code = length === 0 ? 0 : Number.parseInt(digits, 16)
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) refuse(scanner, 'found invalid Unicode character escape code')
  skip(scanner, length)
}

/** `yaml_parser_scan_plain_scalar`. */
export function scanPlainScalar(scanner: Scanner): void {
  const indent = scanner.indent + 1
  let isNewLine = false
  for (;;) {
    if (isDocumentIndicator(scanner) || ahead(scanner) === '#') break
    while (!isBlankOrEnd(ahead(scanner))) {
      if (ahead(scanner) === ':' && isBlankOrEnd(ahead(scanner, 1))) break
      if (scanner.flow > 0 && /[,?[\]{}]/.test(ahead(scanner))) break
      isNewLine = false
      skip(scanner)
    }
    if (!isBlank(ahead(scanner)) && !isBreak(ahead(scanner))) break
    while (isBlank(ahead(scanner)) || isBreak(ahead(scanner))) {
      if (isBreak(ahead(scanner))) {
        isNewLine = true
        skipLine(scanner)
        continue
      }
      if (isNewLine && scanner.column < indent && ahead(scanner) === '\t')
        refuse(scanner, 'found a tab character that violates indentation')
      skip(scanner)
    }
    if (scanner.flow === 0 && scanner.column < indent) break
  }
  if (isNewLine) scanner.allowed = true
}
