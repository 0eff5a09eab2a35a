// How does the parser read the tokens of a template, and how does it refuse them?
import { printed } from '../values/printed.ts'
import type { Budget } from './budget.ts'
import { ParseError, lineAt } from './go-error.ts'
import type { Token, TokenKind } from './go-lex.ts'
import type { TemplateTree } from './go-tree.ts'
import { TemplateError } from './go-value.ts'

export interface Reader {
  readonly name: string
  readonly text: string
  readonly tokens: readonly Token[]
  at: number
  /** the furthest token read: Go reports errors there */
  far: number
  /** where the current action began */
  action: Token | undefined
  /** variables in scope, `$` first */
  variables: string[]
  rangeDepth: number
  readonly isFunction: (name: string) => boolean
  readonly budget: Budget
  readonly defined: Map<string, TemplateTree>
}

export function fail(reader: Reader, reason: string): never {
  throw new ParseError(reader.name, lineAt(reader.text, reader.tokens[Math.min(reader.far, reader.tokens.length - 1)]?.at ?? 0), reason)
}

export function peek(reader: Reader): Token {
  if (reader.at > reader.far) reader.far = reader.at
  return reader.tokens[reader.at] ?? (reader.tokens.at(-1) as Token)
}
export function next(reader: Reader): Token {
  const token = peek(reader)
  reader.at++
  return token
}
export function peekWord(reader: Reader): Token {
  while (peek(reader).kind === 'space') reader.at++
  return peek(reader)
}
export function nextWord(reader: Reader): Token {
  const token = peekWord(reader)
  reader.at++
  return token
}
export function expect(reader: Reader, kind: TokenKind, context: string): Token {
  const token = nextWord(reader)
  return token.kind === kind ? token : unexpected(reader, token, context)
}

/** `item.String`. */
export function shown(token: Token): string {
  if (token.kind === 'eof') return 'EOF'
  if (['keyword', 'dot', 'nil'].includes(token.kind)) return `<${token.text}>`
  return token.text.length > 10 ? `${JSON.stringify(token.text.slice(0, 10))}...` : JSON.stringify(token.text)
}

export function unexpected(reader: Reader, token: Token, context: string): never {
  if (token.kind !== 'error') return fail(reader, `unexpected ${shown(token)} in ${context}`)
  const line = lineAt(reader.text, reader.action?.at ?? 0)
  if (reader.action === undefined || line === lineAt(reader.text, token.at)) return fail(reader, token.text)
  const extra = ` in action started at ${reader.name}:${line}`
  return fail(reader, token.text + (token.text.endsWith(' action') ? extra.slice(' in action'.length) : extra))
}

/** Go's wording for an invalid string or number. */
export function checked<T>(reader: Reader, read: () => T): T {
  try {
    return read()
  } catch (error) {
    return error instanceof TemplateError ? fail(reader, error.message) : fail(reader, printed(error))
  }
}
