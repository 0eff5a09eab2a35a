// Which Sprig functions use regular expressions?
import { isGoRegularExpression } from './go-regexp.ts'
import { takes } from './go-function.ts'
import type { GoFunction, GoFunctions } from './go-function.ts'
import { regexpSource } from './go-regexp-source.ts'
import { TemplateError, nilList, typedList } from './go-value.ts'
import type { GoValue } from './go-value.ts'

const compiled = new Map<string, RegExp>()

/** `regexp.Compile`. */
function compile(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  if (!isGoRegularExpression(pattern)) return fail()
  try {
    const expression = new RegExp(regexpSource(pattern), 'gu')
    if (compiled.size > 1000) compiled.clear()
    compiled.set(pattern, expression)
    return expression
  } catch {
    return fail()
  }
}

function fail(): never {
  throw new TemplateError('error parsing regexp')
}

function matchFrom(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at
  return expression.exec(text)
}

const widthAt = (text: string, at: number): number => (at < text.length ? String.fromCodePoint(text.codePointAt(at) as number).length : 0)

/** `Regexp.allMatches`: no empty match right behind another one. */
function allMatches(pattern: string, text: string, count: number): RegExpExecArray[] {
  const expression = compile(pattern)
  const found: RegExpExecArray[] = []
  let previous = -1
  const most = count < 0 ? Infinity : count
  for (let at = 0; at <= text.length && found.length < most;) {
    const match = matchFrom(expression, text, at)
    if (match === null) break
    const end = match.index + match[0].length
    if (end !== at || match.index !== previous) found.push(match)
    at = end === at ? at + Math.max(widthAt(text, at), 1) : end
    previous = end
  }
  return found
}

/** `Regexp.expand`: `$1`, `${1}`, `$name`; an unknown group is empty, `$$` a dollar sign. */
function expand(template: string, match: RegExpExecArray): string {
  return template.replace(
    /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (whole, bare: string | undefined, braced: string | undefined) => {
      if (whole === '$$') return '$'
      const name = bare ?? braced ?? ''
      return (/^(?:0|[1-9]\d{0,7})$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? ''
    },
  )
}

/** `Regexp.replaceAll`. */
function replaceAll(pattern: string, text: string, replacement: (match: RegExpExecArray) => string): string {
  const expression = compile(pattern)
  let out = ''
  let last = 0
  for (let at = 0; at <= text.length;) {
    const match = matchFrom(expression, text, at)
    if (match === null) break
    const end = match.index + match[0].length
    out += text.slice(last, match.index)
    if (end > last || match.index === 0) out += replacement(match)
    last = end
    at = Math.max(end, at + Math.max(widthAt(text, at), 1))
  }
  return out + text.slice(last)
}

function findAll(pattern: string, text: string, count: number): GoValue {
  const found = allMatches(pattern, text, count).map((match) => match[0])
  return found.length === 0 ? nilList('[]string') : typedList('[]string', found)
}

/** `Regexp.Split`. */
function splitBy(pattern: string, text: string, count: number): GoValue {
  const matches = allMatches(pattern, text, count)
  if (count === 0) return nilList('[]string')
  if (pattern !== '' && text === '') return typedList('[]string', [''])
  const parts: string[] = []
  let [begin, end] = [0, 0]
  for (const match of matches) {
    if (count > 0 && parts.length === count - 1) break
    end = match.index
    if (match.index + match[0].length !== 0) parts.push(text.slice(begin, end))
    begin = match.index + match[0].length
  }
  if (end !== text.length) parts.push(text.slice(begin))
  return parts.length === 0 ? nilList('[]string') : typedList('[]string', parts)
}

const both = (name: string, definition: GoFunction): GoFunctions => ({
  [name]: definition,
  [`must${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`]: definition,
})
const matches = (pattern: string, text: string): boolean => matchFrom(compile(pattern), text, 0) !== null

/** `regexMatch` alone swallows a bad pattern (false); the others panic, which is an error all the same. */
export const regexpFunctions: GoFunctions = {
  regexMatch: takes(['string', 'string'], (pattern, text) => isGoRegularExpression(pattern) && matches(pattern, text)),
  mustRegexMatch: takes(['string', 'string'], matches),
  ...both('regexFindAll', takes(['string', 'string', 'int'], findAll)),
  ...both(
    'regexFind',
    takes(['string', 'string'], (pattern, text) => matchFrom(compile(pattern), text, 0)?.[0] ?? ''),
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
