// How does Go quote a text?
import { lookup } from '../values/lookup.ts'

const escapes: Readonly<Record<string, string>> = lookup({
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
})

/** `strconv.Quote`. */
export function quoteGo(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`
  return `"${[...text].map((character) => escapes[character] ?? (isPrintable(character) ? character : codeOf(character))).join('')}"`
}

/** `strconv.QuoteToASCII`. */
export function quoteGoAscii(text: string): string {
  const isPlain = (character: string): boolean => character <= '\x7e' && isPrintable(character)
  return `"${[...text].map((character) => escapes[character] ?? (isPlain(character) ? character : codeOf(character))).join('')}"`
}

/** `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII blank. */
function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character)
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
