// Which tokens does go-yaml find in a text (scannerc.go), and what does it say where it finds none?
import { ahead, isBlank, isBlankOrEnd, isBreak, isDocumentIndicator, isEnd, refuse, skip, skipLine } from './go-characters.ts'
import type { Indicator, Scanner, SimpleKey, Token, TokenType } from './go-characters.ts'
import { scanBlockScalar, scanPlainScalar, scanQuotedScalar } from './go-token-scalars.ts'

/** The next token, which stays. */
export function peek(scanner: Scanner): Token {
  const { tokens } = scanner
  for (;;) {
    if (tokens.length > 0) {
      const head = scanner.byToken.get(scanner.parsed)
      if (head === undefined || !isValid(scanner, head)) return tokens[0] as Token
    }
    fetch(scanner)
  }
}

export function take(scanner: Scanner): void {
  scanner.tokens.shift()
  scanner.parsed++
}

function add(scanner: Scanner, type: TokenType, line = scanner.line): void {
  scanner.tokens.push({ type, line })
}

/** `yaml_simple_key_is_valid`: a key is on one line and not too long. */
function isValid(scanner: Scanner, key: SimpleKey): boolean {
  if (!key.possible) return false
  if (key.line >= scanner.line && key.at + 1024 >= scanner.at) return true
  if (key.required) refuse(scanner, "could not find expected ':'")
  key.possible = false
  return false
}

function removeKey(scanner: Scanner): void {
  const key = scanner.keys.at(-1) as SimpleKey
  if (key.possible && key.required) refuse(scanner, "could not find expected ':'")
  forget(scanner, key)
}

function forget(scanner: Scanner, key: SimpleKey): void {
  key.possible = false
  scanner.byToken.delete(key.token)
}

function saveKey(scanner: Scanner): void {
  if (!scanner.allowed) return
  removeKey(scanner)
  const { at, line, column } = scanner
  const required = scanner.flow === 0 && scanner.indent === column
  const key = { possible: true, required, token: scanner.parsed + scanner.tokens.length, at, line, column }
  scanner.keys[scanner.keys.length - 1] = key
  scanner.byToken.set(key.token, key)
}

/** A block begins further to the right; its token goes before the given one. */
function indentTo(
  scanner: Scanner,
  type: TokenType,
  { column, line, token }: Pick<SimpleKey, 'column' | 'line'> & { token?: number },
): void {
  if (scanner.flow > 0 || scanner.indent >= column) return
  scanner.indents.push(scanner.indent)
  scanner.indent = column
  scanner.tokens.splice(token === undefined ? scanner.tokens.length : token - scanner.parsed, 0, { type, line })
}

function unindentTo(scanner: Scanner, column: number): void {
  if (scanner.flow > 0) return
  while (scanner.indent > column) {
    add(scanner, 'block-end')
    scanner.indent = scanner.indents.pop() ?? -1
  }
}

/** `yaml_parser_fetch_next_token`. */
function fetch(scanner: Scanner): void {
  skipBlanks(scanner)
  unindentTo(scanner, scanner.column)
  const character = ahead(scanner)
  if (isEnd(character)) return fetchEnd(scanner)
  if (scanner.column === 0 && character === '%') return fetchDirective(scanner)
  if (isDocumentIndicator(scanner)) {
    unindentTo(scanner, -1)
    removeKey(scanner)
    scanner.allowed = false
    add(scanner, character === '-' ? '---' : '...')
    return skip(scanner, 3)
  }
  const isAlone = isBlankOrEnd(ahead(scanner, 1))
  if (character === '[' || character === '{') return openFlow(scanner, character)
  if (character === ']' || character === '}') return closeFlow(scanner, character)
  if (character === ',') return fetchIndicator(scanner, character, { allowed: true })
  if (character === '-' && isAlone) return fetchEntry(scanner)
  if (character === '?' && (scanner.flow > 0 || isAlone)) return fetchKey(scanner)
  if (character === ':' && (scanner.flow > 0 || isAlone)) return fetchValue(scanner)
  if (character === '*' || character === '&') return fetchAnchor(scanner, character)
  if (character === '!') return fetchTag(scanner)
  if ((character === '|' || character === '>') && scanner.flow === 0) {
    removeKey(scanner)
    scanner.allowed = true
    add(scanner, 'scalar')
    return scanBlockScalar(scanner)
  }
  const isPlain = !/[\t\-?:,[\]{}#&*!|>'"%@`]/.test(character) || (character === '-' && !isBlank(ahead(scanner, 1)))
  const isQuoted = character === '"' || character === "'"
  if (!isQuoted && !isPlain && !(scanner.flow === 0 && /[?:]/.test(character) && !isAlone))
    refuse(scanner, 'found character that cannot start any token')
  saveKey(scanner)
  scanner.allowed = false
  add(scanner, 'scalar')
  return isQuoted ? scanQuotedScalar(scanner, character) : scanPlainScalar(scanner)
}

/** `yaml_parser_scan_to_next_token`. */
function skipBlanks(scanner: Scanner): void {
  for (;;) {
    if (scanner.column === 0 && ahead(scanner) === '\ufeff') skip(scanner)
    while (ahead(scanner) === ' ' || ((scanner.flow > 0 || !scanner.allowed) && ahead(scanner) === '\t')) skip(scanner)
    if (ahead(scanner) === '#') while (!isEnd(ahead(scanner)) && !isBreak(ahead(scanner))) skip(scanner)
    if (!isBreak(ahead(scanner))) return
    skipLine(scanner)
    if (scanner.flow === 0) scanner.allowed = true
  }
}

function fetchEnd(scanner: Scanner): void {
  if (scanner.column !== 0) {
    scanner.column = 0
    scanner.line++
  }
  unindentTo(scanner, -1)
  removeKey(scanner)
  scanner.allowed = false
  add(scanner, 'stream-end')
}

function fetchDirective(scanner: Scanner): void {
  unindentTo(scanner, -1)
  removeKey(scanner)
  scanner.allowed = false
  add(scanner, 'directive')
  const [line = ''] = /^[^\n\r]*/.exec(scanner.text.slice(scanner.at)) ?? []
  const name = /^%([\w-]*)/.exec(line)?.[1] ?? ''
  if (name === '') refuse(scanner, 'could not find expected directive name')
  skip(scanner, name.length + 1)
  if (!isBlankOrEnd(ahead(scanner))) refuse(scanner, 'found unexpected non-alphabetical character')
  if (name !== 'YAML' && name !== 'TAG') refuse(scanner, 'found unknown directive name')
  skip(scanner, line.length - name.length - 1)
}

function fetchIndicator(scanner: Scanner, type: Indicator, { allowed }: { readonly allowed: boolean }): void {
  removeKey(scanner)
  scanner.allowed = allowed
  add(scanner, type)
  skip(scanner)
}

function openFlow(scanner: Scanner, type: Indicator): void {
  saveKey(scanner)
  scanner.keys.push({ possible: false, required: false, token: 0, at: 0, line: 0, column: 0 })
  scanner.flow++
  scanner.allowed = true
  add(scanner, type)
  skip(scanner)
}

function closeFlow(scanner: Scanner, type: Indicator): void {
  removeKey(scanner)
  if (scanner.flow > 0) {
    scanner.flow--
    scanner.keys.pop()
  }
  scanner.allowed = false
  add(scanner, type)
  skip(scanner)
}

function fetchEntry(scanner: Scanner): void {
  if (scanner.flow === 0) {
    if (!scanner.allowed) refuse(scanner, 'block sequence entries are not allowed in this context')
    indentTo(scanner, 'block-sequence', { column: scanner.column, line: scanner.line })
  }
  fetchIndicator(scanner, '-', { allowed: true })
}

function fetchKey(scanner: Scanner): void {
  if (scanner.flow === 0) {
    if (!scanner.allowed) refuse(scanner, 'mapping keys are not allowed in this context')
    indentTo(scanner, 'block-mapping', { column: scanner.column, line: scanner.line })
  }
  fetchIndicator(scanner, '?', { allowed: scanner.flow === 0 })
}

function fetchValue(scanner: Scanner): void {
  const key = scanner.keys.at(-1) as SimpleKey
  if (isValid(scanner, key)) {
    scanner.tokens.splice(key.token - scanner.parsed, 0, { type: '?', line: key.line })
    indentTo(scanner, 'block-mapping', key)
    forget(scanner, key)
    scanner.allowed = false
  } else {
    if (scanner.flow === 0) {
      if (!scanner.allowed) refuse(scanner, 'mapping values are not allowed in this context')
      indentTo(scanner, 'block-mapping', { column: scanner.column, line: scanner.line })
    }
    scanner.allowed = scanner.flow === 0
  }
  add(scanner, ':')
  skip(scanner)
}

function fetchAnchor(scanner: Scanner, type: '*' | '&'): void {
  saveKey(scanner)
  scanner.allowed = false
  const { line } = scanner
  const name = /^[\w-]*/.exec(scanner.text.slice(scanner.at + 1, scanner.at + 1025))?.[0] ?? ''
  skip(scanner, name.length + 1)
  const next = ahead(scanner)
  if (name === '' || !(isBlankOrEnd(next) || /[?:,\]}%@`]/.test(next)))
    refuse(scanner, 'did not find expected alphabetic or numeric character')
  scanner.tokens.push({ type, line, name })
}

function fetchTag(scanner: Scanner): void {
  saveKey(scanner)
  scanner.allowed = false
  add(scanner, '!')
  const inside = ahead(scanner, 1) === '<' ? /./ : /[\w\-!;/?:@&=+$,.~*'()[\]%]/
  while (!isBlankOrEnd(ahead(scanner)) && inside.test(ahead(scanner))) skip(scanner)
  if (!isBlankOrEnd(ahead(scanner))) refuse(scanner, 'did not find expected whitespace or line break')
}
