// Where is go-yaml's scanner in a text (yamlh.go, yamlprivateh.go)?

/** Start and end of blocks, which no character stands for, and everything else by its indicator. */
export type TokenType =
  | 'block-sequence'
  | 'block-mapping'
  | 'block-end'
  | 'stream-end'
  | 'directive'
  | '---'
  | '...'
  | 'scalar'
  | '*'
  | '&'
  | '!'
  | Indicator
export type Indicator = '[' | ']' | '{' | '}' | ',' | '-' | '?' | ':'

export interface Token {
  readonly type: TokenType
  /** counted from zero */
  readonly line: number
  /** the name of an anchor or alias */
  readonly name?: string
}

/** The message is go-yaml's, with the line as go-yaml counts it: from one in the scanner, from zero in the parser, and none for zero. */
export class GoSyntaxError extends Error {}

export interface SimpleKey {
  possible: boolean
  required: boolean
  token: number
  at: number
  line: number
  column: number
}

export interface Scanner {
  readonly text: string
  at: number
  line: number
  column: number
  flow: number
  indent: number
  readonly indents: number[]
  /** whether a key may begin here */
  allowed: boolean
  readonly keys: SimpleKey[]
  /** the same by the number of the token that the key begins with */
  readonly byToken: Map<number, SimpleKey>
  readonly tokens: Token[]
  /** tokens that were taken */
  parsed: number
}

export function newScanner(text: string): Scanner {
  const key = { possible: false, required: false, token: 0, at: 0, line: 0, column: 0 }
  const place = { at: 0, line: 0, column: 0 }
  return { text, ...place, flow: 0, indent: -1, indents: [], allowed: true, keys: [key], byToken: new Map(), tokens: [], parsed: 0 }
}

export function refuse({ line }: Scanner, problem: string): never {
  throw new GoSyntaxError(line === 0 ? problem : `line ${line + 1}: ${problem}`)
}

export const isBreak = (character: string): boolean => /^[\n\r\u0085\u2028\u2029]/.test(character)
export const isBlank = (character: string): boolean => character === ' ' || character === '\t'
export const isEnd = (character: string): boolean => character === '' || character === '\0'
export const isBlankOrEnd = (character: string): boolean => isBlank(character) || isEnd(character) || isBreak(character)
export const ahead = ({ text, at }: Scanner, by = 0): string => text.charAt(at + by)

export function skip(scanner: Scanner, count = 1): void {
  scanner.at += count
  scanner.column += count
}

export function skipLine(scanner: Scanner): void {
  scanner.at += scanner.text.startsWith('\r\n', scanner.at) ? 2 : 1
  scanner.column = 0
  scanner.line++
}

/** Whether `---` or `...` stands here at the beginning of a line. */
export function isDocumentIndicator(scanner: Scanner): boolean {
  const three = scanner.text.slice(scanner.at, scanner.at + 3)
  return scanner.column === 0 && (three === '---' || three === '...') && isBlankOrEnd(ahead(scanner, 3))
}
