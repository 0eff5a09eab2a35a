// Where does SQL hold a password?
import type { Span } from '../model.ts'

/** `PASSWORD '…'`, `E'…'`, `U&'…'`, `$tag$…$tag$`, `IDENTIFIED BY '…'`, also inside literals, where quotes are doubled. */
export function* sqlPasswords(text: string): Iterable<Span> {
  let last = 0
  for (const match of text.matchAll(/(?<![\w$])(?:password|identified\s{1,20}by)(?![\w$])/gi)) {
    if (match.index < last) continue
    const start = skipSpace(text, match.index + match[0].length)
    const end = literalEnd(text, start)
    if (end === undefined) continue
    last = end
    yield { start, end }
  }
  for (const match of text.matchAll(/\b(?:crypt|quote_literal|set_config|dblink_connect)\s{0,9}\(\s{0,9}(?=')/gi)) {
    if (!/crypt/i.test(match[0])) continue
    const start = match.index + match[0].length
    yield { start, end: quotedEnd(text, start) }
  }
}

/** Behind blanks and comments. */
function skipSpace(text: string, from: number): number {
  let at = from
  for (;;) {
    while (/\s/.test(text.charAt(at))) at++
    if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2)
      at = close < 0 ? text.length : close + 2
    } else if (text.startsWith('--', at)) {
      const close = text.indexOf('\n', at)
      at = close < 0 ? text.length : close + 1
    } else return at
  }
}

/** The end of the literal that begins here; a password put together from several is everything that follows. */
function literalEnd(text: string, start: number): number | undefined {
  const here = text.slice(start, start + 80)
  const tag = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,63})?\$/.exec(here)?.[0]
  if (tag !== undefined) {
    const close = text.indexOf(tag, start + tag.length)
    return close < 0 ? text.length : close + tag.length
  }
  // format('… PASSWORD %L', 'x')
  if (/^'{0,8}%[\dLsI]/.test(here)) return text.length
  const prefix = /^(?:[EeNnBbXx]|[Uu]&)?(?=')/.exec(here)?.[0]
  if (prefix === undefined) return undefined
  const quote = start + prefix.length
  // '… PASSWORD ' || quote_literal('x'): this quote closes the literal around it
  if (/^'+\s*(?:\|\||,|\))/.test(text.slice(quote, quote + 40))) return text.length
  return quotedEnd(text, quote)
}

/**
 * The end of what is quoted here; without a closing quote the end of the text. A literal inside a literal has its quotes
 * doubled, one more level doubles them again: then a longer run of quotes inside is a quote of the text itself.
 */
export function quotedEnd(text: string, start: number): number {
  const quote = text.charAt(start)
  const opening = runLength(text, start, quote)
  const level = opening % 2 === 1 ? 1 : opening
  const next = text.charAt(start + opening)
  // nothing between two quotes
  if (opening === 2 && (next === '' || /[\s,;)}\]&]/.test(next))) return start + 2
  for (let at = start + level; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) {
      const run = runLength(text, at, quote)
      if (Math.floor(run / level) % 2 === 1) return at + level
      at += run - 1
    }
  }
  return text.length
}

function runLength(text: string, start: number, character: string): number {
  let at = start
  while (text[at] === character) at++
  return at - start
}
