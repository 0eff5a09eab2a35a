// Which tokens does a Go template consist of?
import { trimEndOf } from '../values/trim.ts'
import { TemplateError } from './go-value.ts'

export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'paren-left'
  | 'paren-right'
  | 'char'
  | 'string'
  | 'raw-string'
  | 'character'
  | 'number'
  | 'variable'
  | 'field'
  | 'dot'
  | 'identifier'
  | 'bool'
  | 'nil'
  | 'keyword'
  | 'eof'
export interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const keywords = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'])

/** Cuts a template into tokens; trim markers and comments are already applied. Reproduces `text/template/parse.lex`. */
export function lex(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let trimNext = false
  while (at <= text.length) {
    const open = text.indexOf('{{', at)
    let chunk = open < 0 ? text.slice(at) : text.slice(at, open)
    if (trimNext) chunk = chunk.replace(/^[ \t\r\n]+/, '')
    const trimBefore = open >= 0 && /^\{\{-[ \t\r\n]/.test(text.slice(open, open + 4))
    if (trimBefore) chunk = trimEndOf(chunk, ' \t\r\n')
    if (chunk !== '') tokens.push({ kind: 'text', text: chunk })
    if (open < 0) break
    const start = open + (trimBefore ? 4 : 2)
    const inside = text.startsWith('/*', start) ? skipComment(text, start) : lexAction(text, start, tokens)
    at = inside.end
    trimNext = inside.trim
  }
  tokens.push({ kind: 'eof', text: '' })
  return tokens
}

interface ActionEnd {
  readonly end: number
  readonly trim: boolean
}

function skipComment(text: string, start: number): ActionEnd {
  const close = text.indexOf('*/', start + 2)
  if (close < 0) throw new TemplateError('unclosed comment')
  const end = rightDelimiter(text, close + 2)
  if (end === undefined) throw new TemplateError('comment ends before closing delimiter')
  return end
}

/** `}}` or blank, `-}}` at a position. */
function rightDelimiter(text: string, at: number): ActionEnd | undefined {
  if (text.startsWith('}}', at)) return { end: at + 2, trim: false }
  if (/^[ \t\r\n]-\}\}/.test(text.slice(at, at + 4))) return { end: at + 4, trim: true }
  return undefined
}

const space = /[ \t\r\n]+/y
const word = /[\p{L}_\p{Nd}]+/uy
const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[bB][01_]+|0[oO][0-7_]+|(?:[0-9_]*\.[0-9_]*|[0-9_]+)(?:[eE][+-]?[0-9_]+)?)i?/y
const quoted = /"(?:[^"\\\n]|\\[^\n])*"/y
const character = /'(?:[^'\\\n]|\\[^\n])*'/y

function take(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function lexAction(text: string, start: number, tokens: Token[]): ActionEnd {
  tokens.push({ kind: 'left', text: '{{' })
  let at = start
  let depth = 0
  const add = (kind: TokenKind, value: string): void => {
    tokens.push({ kind, text: value })
    at += value.length
  }
  for (;;) {
    const end = rightDelimiter(text, at)
    if (end !== undefined) {
      if (depth > 0) throw new TemplateError('unclosed left paren')
      tokens.push({ kind: 'right', text: '}}' })
      return end
    }
    if (at >= text.length) throw new TemplateError('unclosed action')
    const blank = take(space, text, at)
    if (blank !== undefined) {
      // the blank of a closing trim marker belongs to the marker
      const keep = text.startsWith('-}}', at + blank.length) ? blank.slice(0, -1) : blank
      add('space', keep)
      continue
    }
    const symbol = text[at] as string
    if (symbol === '(') depth++
    if (symbol === ')' && --depth < 0) throw new TemplateError('unexpected right paren')
    lexToken(text, at, add)
  }
}

function lexToken(text: string, at: number, add: (kind: TokenKind, value: string) => void): void {
  const symbol = text[at] as string
  if (text.startsWith(':=', at)) return add('declare', ':=')
  if (symbol === '=') return add('assign', '=')
  if (symbol === '|') return add('pipe', '|')
  if (symbol === '(') return add('paren-left', '(')
  if (symbol === ')') return add('paren-right', ')')
  if (symbol === '"') return add('string', take(quoted, text, at) ?? fail('unterminated quoted string'))
  if (symbol === "'") return add('character', take(character, text, at) ?? fail('unterminated character constant'))
  if (symbol === '`') {
    const close = text.indexOf('`', at + 1)
    return close < 0 ? fail('unterminated raw quoted string') : add('raw-string', text.slice(at, close + 1))
  }
  if (symbol === '$' || (symbol === '.' && !/[0-9]/.test(text[at + 1] ?? ''))) {
    const name = take(word, text, at + 1) ?? ''
    const kind = symbol === '$' ? 'variable' : name === '' ? 'dot' : 'field'
    if (!atTerminator(text, at + 1 + name.length)) fail(`bad character after ${symbol}${name}`)
    return add(kind, symbol + name)
  }
  if (/[-+0-9.]/.test(symbol)) {
    const digits = take(number, text, at) ?? ''
    if (digits === '' || /^[\p{L}_\p{Nd}]/u.test(text.slice(at + digits.length, at + digits.length + 2)))
      fail(`bad number syntax: ${symbol}`)
    return add('number', digits)
  }
  const name = take(word, text, at)
  if (name === undefined) return /[\x20-\x7e]/.test(symbol) ? add('char', symbol) : fail('unrecognized character in action')
  if (!atTerminator(text, at + name.length)) fail(`bad character after ${name}`)
  if (keywords.has(name)) return add('keyword', name)
  if (name === 'true' || name === 'false') return add('bool', name)
  add(name === 'nil' ? 'nil' : 'identifier', name)
}

/** After a field, variable or word: end, blank, one of `.,|:)(` or the closing delimiter. */
function atTerminator(text: string, at: number): boolean {
  const next = text[at]
  return next === undefined || ' \t\r\n.,|:)('.includes(next) || text.startsWith('}}', at)
}

function fail(message: string): never {
  throw new TemplateError(message)
}
