// Where in SQL are texts, quoted names and comments, and where is a number or a parameter that letters follow?

/** The end of a text, a quoted name or a comment that begins here; undefined: none does. */
export function partEnd(sql: string, at: number): number | undefined {
  const character = sql.charAt(at)
  const isInWord = /[\w$\u0080-\uffff]/.test(sql.charAt(at - 1))
  if (character === '"') return after(sql, '"', at + 1)
  if (character === "'") return textEnd(sql, at)
  if (character === '-' && sql.charAt(at + 1) === '-') return after(sql, '\n', at)
  if (character === '/' && sql.charAt(at + 1) === '*') return commentEnd(sql, at)
  if (character !== '$' || isInWord) return undefined
  // `$$$$` in a command reaches PostgreSQL as `$$` (`kubernetes/expansion`)
  const tag = /^\$(?:\$\$\$|\$|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,62}\$)/.exec(sql.slice(at, at + 66))?.[0]
  return tag === undefined ? undefined : after(sql, tag, at + tag.length)
}

function after(sql: string, wanted: string, from: number): number {
  const found = sql.indexOf(wanted, from)
  return found < 0 ? sql.length : found + wanted.length
}

/** `''` is a quote inside, which reads as the next text; `E'\''` has an escape. */
function textEnd(sql: string, start: number): number {
  const hasEscapes = /(?:^|[^\w$\u0080-\uffff])[Ee]$/.test(sql.slice(Math.max(start - 2, 0), start))
  for (let at = start + 1; at < sql.length; at++) {
    if (sql[at] === "'") {
      if (sql[at + 1] !== "'") return at + 1
      at++
    } else if (hasEscapes && sql[at] === '\\') at++
  }
  return sql.length
}

/** Comments nest. */
function commentEnd(sql: string, start: number): number {
  let depth = 0
  for (let at = start; at < sql.length; at++) {
    const two = sql.slice(at, at + 2)
    if (two === '/*') depth++
    else if (two === '*/') depth--
    else continue
    if (depth === 0) return at + 2
    at++
  }
  return sql.length
}

const word = String.raw`[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*`
const words = new RegExp(word, 'y')
/** A number without its exponent, or a parameter such as `$1`. */
const digits = /\$\d+|\d+(?:\.(?!\.)\d*)?|\.\d+/y
/** What may follow: an exponent with a sign, with or without what it needs, or a word. */
const tail = new RegExp(String.raw`[Ee][-+](?:\d+(?:${word})?)?|${word}`, 'y')
const isExponent = (text: string): boolean => /^[Ee][-+]?\d+$/.test(text)

function matchAt(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(sql)?.[0]
}

/**
 * The first number or parameter that a letter follows at once, such as in `1OR`: PostgreSQL refuses it from 15 on (`integer_junk` and its
 * neighbours in scan.l), while the parser of 15 that is used here was made to take it (libpg_query#177). Linear in the text.
 */
export function junkAfterNumber(sql: string): { readonly message: string; readonly position: number } | undefined {
  for (let at = 0; at < sql.length;) {
    const end = partEnd(sql, at)
    const found = end === undefined ? matchAt(digits, sql, at) : undefined
    const isParameter = found?.startsWith('$') === true
    const after = found === undefined ? '' : (matchAt(isParameter ? words : tail, sql, at + found.length) ?? '')
    if (found !== undefined && after !== '' && (isParameter || !isExponent(after)))
      return {
        message: `trailing junk after ${isParameter ? 'parameter' : 'numeric literal'} at or near "${found}${after}"`,
        position: Array.from(sql.slice(0, at)).length + 1,
      }
    at = end ?? at + ((found === undefined ? matchAt(words, sql, at)?.length : found.length + after.length) ?? 1)
  }
  return undefined
}
