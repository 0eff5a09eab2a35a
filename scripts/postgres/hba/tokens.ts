// How does PostgreSQL split the lines of pg_hba.conf and pg_ident.conf into fields and tokens?
// Reproduces `tokenize_auth_file`, `next_field_expand` and `next_token` of src/backend/libpq/hba.c, 13 to 18.

/** One member of a field. `quoted`: it begins with a quote, so it is a name and never a keyword. */
export interface Token {
  readonly text: string
  readonly quoted: boolean
  /** `@name`: replaced by the contents of the file of that name, which are not known here */
  readonly file: boolean
}
/** Members that commas separate; `all, all` is one field. */
export type Field = readonly Token[]

/** One logical line that is neither blank nor a comment. */
export interface AuthLine {
  /** 1-based number of the physical line on which it begins */
  readonly number: number
  readonly fields: readonly Field[]
  /** the server can't read the line at all */
  readonly error?: string
}

/** Bytes that a token, and up to PostgreSQL 13 a line, may have. */
const longestToken = 10_239
const longestLine = 8191

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t' || character === '\r'

/** The logical lines of a text. A backslash at the end of a line joins it with the next one from PostgreSQL 14 on. */
export function authLines(text: string, major: number): AuthLine[] {
  const physical = text.split('\n')
  const lines: AuthLine[] = []
  for (let index = 0; index < physical.length;) {
    const number = index + 1
    const parts: string[] = []
    for (let isOpen = true; isOpen && index < physical.length; index++) {
      const part = withoutReturns(physical[index] as string)
      isOpen = major >= 14 && part.endsWith('\\')
      parts.push(isOpen ? part.slice(0, -1) : part)
    }
    const line = splitLine(parts.join(''), number, major)
    if (line.fields.length > 0 || line.error !== undefined) lines.push(line)
  }
  return lines
}

function withoutReturns(line: string): string {
  let end = line.length
  while (end > 0 && line[end - 1] === '\r') end--
  return line.slice(0, end)
}

function splitLine(line: string, number: number, major: number): AuthLine {
  if (major < 14 && Buffer.byteLength(line) > longestLine)
    return { number, fields: [], error: `the line is longer than ${longestLine} bytes` }
  const fields: Field[] = []
  let at = 0
  while (at < line.length) {
    const field: Token[] = []
    for (;;) {
      const read = nextToken(line, at)
      at = read.end
      if (read.token === undefined) break
      if (major < 16 && Buffer.byteLength(read.token.text) > longestToken)
        return { number, fields, error: `a word is longer than ${longestToken} bytes` }
      field.push(read.token)
      if (!read.comma) break
    }
    if (field.length > 0) fields.push(field)
  }
  return { number, fields }
}

/** A quote inside a word also opens and closes a quotation; an unclosed one ends with the line; `#` begins a comment even inside a word. */
function nextToken(line: string, start: number): { token?: Token; end: number; comma: boolean } {
  let at = start
  while (at < line.length && (isBlank(line[at]) || line[at] === ',')) at++
  const characters: string[] = []
  let [inQuote, wasQuote, sawQuote, quoted, comma] = [false, false, false, false, false]
  while (at < line.length && (inQuote || !isBlank(line[at]))) {
    const character = line[at++] as string
    if (character === '#' && !inQuote) {
      at = line.length
      break
    }
    if (character === ',' && !inQuote) {
      comma = true
      break
    }
    if (character !== '"' || wasQuote) characters.push(character)
    // two quotes inside quotes are one
    wasQuote = inQuote && character === '"' && !wasQuote
    if (character !== '"') continue
    inQuote = !inQuote
    sawQuote = true
    if (characters.length === 0) quoted = true
  }
  if (!sawQuote && characters.length === 0) return { end: at, comma }
  const text = characters.join('')
  return { token: { text, quoted, file: !quoted && text.length > 1 && text.startsWith('@') }, end: at, comma }
}
