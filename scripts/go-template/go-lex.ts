// Which tokens does a Go template consist of?

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
  | 'error'
  | 'eof'
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** offset in the template's text */
  readonly at: number
}

const keywords = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'])

/**
 * Cuts a template into tokens; trim markers and comments are already applied. Reproduces `text/template/parse.lex`: an error is
 * the last token, and only counts when the parser gets there.
 */
export function lex(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let trimNext = false
  while (at <= text.length) {
    const open = text.indexOf('{{', at)
    let start = at
    let end = open < 0 ? text.length : open
    if (trimNext) while (start < end && isSpace(text.charCodeAt(start))) start++
    const trimBefore = open >= 0 && text[open + 2] === '-' && isSpace(text.charCodeAt(open + 3))
    if (trimBefore) while (end > start && isSpace(text.charCodeAt(end - 1))) end--
    if (end > start) tokens.push({ kind: 'text', text: text.slice(start, end), at: start })
    if (open < 0) break
    const inside = open + (trimBefore ? 4 : 2)
    const done = text.startsWith('/*', inside) ? skipComment(text, inside, tokens) : lexAction(text, { open, start: inside }, tokens)
    if (done === undefined) return tokens
    at = done.end
    trimNext = done.trim
  }
  tokens.push({ kind: 'eof', text: 'EOF', at: text.length })
  return tokens
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13
}

interface ActionEnd {
  readonly end: number
  readonly trim: boolean
}

function skipComment(text: string, start: number, tokens: Token[]): ActionEnd | undefined {
  const close = text.indexOf('*/', start + 2)
  const end = close < 0 ? undefined : rightDelimiter(text, close + 2)
  if (end !== undefined) return end
  tokens.push({ kind: 'error', text: close < 0 ? 'unclosed comment' : 'comment ends before closing delimiter', at: start })
  return undefined
}

/** `}}` or blank, `-}}` at a position. */
function rightDelimiter(text: string, at: number): ActionEnd | undefined {
  if (text.startsWith('}}', at)) return { end: at + 2, trim: false }
  return isSpace(text.charCodeAt(at)) && text.startsWith('-}}', at + 1) ? { end: at + 4, trim: true } : undefined
}

const space = /[ \t\r\n]+/y
const asciiWord = /\w*/y
const word = /[\p{L}_\p{Nd}]+/uy
const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[bB][01_]*(?:\.[01_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y
const quoted = /"(?:[^"\\\n]|\\[^\n])*"/y
const character = /'(?:[^'\\\n]|\\[^\n])*'/y
const alphanumeric = /[\p{L}_\p{Nd}]/uy

function take(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** The classes of Unicode take long to compile, and few templates need them. */
function takeWord(text: string, at: number): string | undefined {
  const known = take(asciiWord, text, at) ?? ''
  if (text.charCodeAt(at + known.length) > 127) return take(word, text, at)
  return known === '' ? undefined : known
}

function lexAction(text: string, from: { open: number; start: number }, tokens: Token[]): ActionEnd | undefined {
  tokens.push({ kind: 'left', text: '{{', at: from.open })
  let at = from.start
  let depth = 0
  for (;;) {
    const end = rightDelimiter(text, at)
    if (end !== undefined && depth === 0) {
      tokens.push({ kind: 'right', text: '}}', at: end.end - 2 })
      return end
    }
    const blank = take(space, text, at)
    let token: Token
    if (end !== undefined) token = { kind: 'error', text: 'unclosed left paren', at }
    else if (at >= text.length) token = { kind: 'error', text: 'unclosed action', at }
    // the blank of a closing trim marker belongs to the marker
    else if (blank !== undefined)
      token = { kind: 'space', text: text.startsWith('-}}', at + blank.length) ? blank.slice(0, -1) : blank, at }
    else {
      token = lexToken(text, at)
      if (token.kind === 'paren-left') depth++
      if (token.kind === 'paren-right' && --depth < 0) token = { kind: 'error', text: 'unexpected right paren', at }
    }
    tokens.push(token)
    if (token.kind === 'error') return undefined
    at += token.text.length
  }
}

function lexToken(text: string, at: number): Token {
  const token = (kind: TokenKind, value: string): Token => ({ kind, text: value, at })
  const symbol = text[at] as string
  switch (symbol) {
    case ':':
      return text[at + 1] === '=' ? token('declare', ':=') : token('error', 'expected :=')
    case '=':
      return token('assign', '=')
    case '|':
      return token('pipe', '|')
    case '(':
      return token('paren-left', '(')
    case ')':
      return token('paren-right', ')')
    case '"': {
      const string = take(quoted, text, at)
      return string === undefined ? token('error', 'unterminated quoted string') : token('string', string)
    }
    case "'": {
      const string = take(character, text, at)
      return string === undefined ? token('error', 'unterminated character constant') : token('character', string)
    }
    case '`': {
      const close = text.indexOf('`', at + 1)
      return close < 0 ? token('error', 'unterminated raw quoted string') : token('raw-string', text.slice(at, close + 1))
    }
    default:
      return lexWord(text, at, symbol)
  }
}

function lexWord(text: string, at: number, symbol: string): Token {
  const token = (kind: TokenKind, value: string): Token => ({ kind, text: value, at })
  if (symbol === '$' || (symbol === '.' && !/[0-9]/.test(text[at + 1] ?? ''))) {
    const name = takeWord(text, at + 1) ?? ''
    const kind = symbol === '$' ? 'variable' : name === '' ? 'dot' : 'field'
    const end = at + 1 + name.length
    return atTerminator(text, end) ? token(kind, symbol + name) : token('error', `bad character ${codeText(text, end)}`)
  }
  if (/[-+0-9.]/.test(symbol)) return lexNumber(text, at)
  const name = takeWord(text, at)
  if (name === undefined) {
    if (/[\x20-\x7e]/.test(symbol)) return token('char', symbol)
    return token('error', `unrecognized character in action: ${codeText(text, at)}`)
  }
  const end = at + name.length
  if (!atTerminator(text, end)) return token('error', `bad character ${codeText(text, end)}`)
  if (keywords.has(name)) return token('keyword', name)
  if (name === 'true' || name === 'false') return token('bool', name)
  return token(name === 'nil' ? 'nil' : 'identifier', name)
}

function lexNumber(text: string, at: number): Token {
  const bad = (end: number): Token => {
    const following = take(alphanumeric, text, end) ?? ''
    return { kind: 'error', text: `bad number syntax: ${JSON.stringify(text.slice(at, end) + following)}`, at }
  }
  let digits = take(number, text, at) ?? ''
  if (takeWord(text, at + digits.length) !== undefined) return bad(at + digits.length)
  if (/[+-]/.test(text[at + digits.length] ?? '')) {
    digits += take(number, text, at + digits.length) ?? ''
    if (!digits.endsWith('i') || takeWord(text, at + digits.length) !== undefined) return bad(at + digits.length)
  }
  return { kind: 'number', text: digits, at }
}

/** `%#U`. */
function codeText(text: string, at: number): string {
  const code = text.codePointAt(at)
  if (code === undefined) return 'U+FFFFFFFFFFFFFFFF'
  const shown = String.fromCodePoint(code)
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}${/[\p{C}\p{Zl}\p{Zp}]/u.test(shown) ? '' : ` '${shown}'`}`
}

/** After a field, variable or word: end, blank, one of `.,|:)(` or the closing delimiter. */
function atTerminator(text: string, at: number): boolean {
  const next = text[at]
  return next === undefined || ' \t\r\n.,|:)('.includes(next) || text.startsWith('}}', at)
}
