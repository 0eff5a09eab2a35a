// Which Sprig functions use regular expressions, and how does Go's syntax become JavaScript's?
import { takes } from './go-function.ts'
import type { GoFunction, GoFunctions } from './go-function.ts'
import { TemplateError, typedList } from './go-value.ts'
import type { GoValue } from './go-value.ts'

const classes: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

/** RE2 → RegExp. What RE2 lacks (look-around, back-references) is refused, as there. */
export function compile(pattern: string): RegExp {
  if (/\(\?<?[=!]|\\[1-9]|\\k</.test(pattern)) throw new TemplateError('error parsing regexp')
  let source = pattern
  let flags = 'gu'
  const leading = /^\(\?([imsU]+)\)/.exec(source)
  if (leading !== null) {
    flags += [...(leading[1] ?? '')].filter((flag) => 'ims'.includes(flag)).join('')
    source = source.slice(leading[0].length)
  }
  source = source
    .replaceAll('(?P<', '(?<')
    .replace(/\[:(\^?)([a-z]+):\]/g, (_, not: string, name: string) => (not === '' ? (classes[name] ?? fail()) : fail()))
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replace(/\\Q([^]*?)(?:\\E|$)/g, (_, text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
    .replace(/\\p([A-Z])/g, '\\p{$1}')
    .replace(/\\x\{([0-9a-fA-F]+)\}/g, '\\u{$1}')
    .replace(/\\([^a-zA-Z0-9\s^$\\.*+?()[\]{}|/-])/g, '$1')
    .replace(/\\a/g, '\\x07')
  try {
    return new RegExp(source, flags)
  } catch {
    // under the u flag a bare brace or dash escape is an error, in RE2 it is text
    try {
      return new RegExp(source, flags.replace('u', ''))
    } catch {
      return fail()
    }
  }
}

function fail(): never {
  throw new TemplateError('error parsing regexp')
}

/** `Regexp.Expand`: `$1`, `${1}`, `$name`; an unknown group is empty, `$$` a dollar sign. */
function expand(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare: string | undefined, braced: string | undefined) => {
    const name = bare ?? braced
    if (name === undefined) return whole === '$$' ? '$' : ''
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? ''
  })
}

function replaceAll(pattern: string, text: string, replacement: (match: RegExpExecArray) => string): string {
  let out = ''
  let at = 0
  for (const match of text.matchAll(compile(pattern))) {
    out += text.slice(at, match.index) + replacement(match)
    at = match.index + match[0].length
  }
  return out + text.slice(at)
}

function findAll(pattern: string, text: string, count: number): GoValue {
  const found = [...text.matchAll(compile(pattern))].map((match) => match[0])
  return typedList('[]string', count < 0 ? found : found.slice(0, count))
}

function splitBy(pattern: string, text: string, count: number): GoValue {
  if (count === 0) return typedList('[]string', [])
  const parts: string[] = []
  let at = 0
  for (const match of text.matchAll(compile(pattern))) {
    if (count > 0 && parts.length === count - 1) break
    const end = match.index + match[0].length
    if (end === 0) continue
    if (match.index === text.length && match[0] === '') break
    parts.push(text.slice(at, match.index))
    at = end
  }
  parts.push(text.slice(at))
  return typedList('[]string', parts)
}

const both = (name: string, definition: GoFunction): GoFunctions => ({
  [name]: definition,
  [`must${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`]: definition,
})

/** `regexMatch` alone swallows a bad pattern (false); the others panic, which is an error all the same. */
export const regexpFunctions: GoFunctions = {
  regexMatch: takes(['string', 'string'], (pattern, text) => {
    try {
      return compile(pattern).test(text)
    } catch {
      return false
    }
  }),
  mustRegexMatch: takes(['string', 'string'], (pattern, text) => compile(pattern).test(text)),
  ...both('regexFindAll', takes(['string', 'string', 'int'], findAll)),
  ...both(
    'regexFind',
    takes(['string', 'string'], (pattern, text) => compile(pattern).exec(text)?.[0] ?? ''),
  ),
  ...both(
    'regexReplaceAll',
    takes(['string', 'string', 'string'], (pattern, text, template) => replaceAll(pattern, text, (match) => expand(template, match))),
  ),
  ...both(
    'regexReplaceAllLiteral',
    takes(['string', 'string', 'string'], (pattern, text, literal) => replaceAll(pattern, text, () => literal)),
  ),
  ...both('regexSplit', takes(['string', 'string', 'int'], splitBy)),
  regexQuoteMeta: takes(['string'], (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
}
