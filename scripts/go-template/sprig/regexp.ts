// Which Sprig functions use regular expressions?
import { BudgetExceeded } from '../budget.ts'
import type { Budget } from '../budget.ts'
import { takes } from '../go-function.ts'
import type { GoFunction, GoFunctions } from '../go-function.ts'
import { TemplateError, nilList, typedList } from '../go-value.ts'
import type { GoValue } from '../go-value.ts'
import { compileGoRegexp, programSize } from '../regexp.ts'
import type { GoMatch, GoRegexp } from '../regexp.ts'

/** A search for a pattern in a text, charged to a budget. */
interface Search {
  readonly text: string
  readonly from: (at: number) => GoMatch | undefined
}

/** `regexp.MustCompile`; throws TemplateError for a pattern that Go refuses. */
function searchFor(pattern: string, text: string, budget: Budget): Search {
  const expression = compileWithin(pattern, budget)
  if (expression === undefined) throw new TemplateError('error parsing regexp')
  const { prefix, size, longest } = expression
  const from = (at: number): GoMatch | undefined => {
    // a long first part is searched for as a text, and the program runs for a bounded while wherever it is
    if (prefix.length > 3 && longest !== undefined) budget.steps((text.length - at) / 8 + occurrences(prefix, text, at) * longest * size)
    // the program may run over all remaining text, however near the match is
    else budget.steps(((text.length - at + 1) * size) / 8)
    return expression.find(text, at)
  }
  return { text, from }
}

function occurrences(part: string, text: string, from: number): number {
  let count = 0
  for (let at = text.indexOf(part, from); at >= 0; at = text.indexOf(part, at + part.length)) count++
  return count
}

function compileWithin(pattern: string, budget: Budget): GoRegexp | undefined {
  if (budget.isFirst(`regexp ${pattern}`)) budget.steps(40 * programSize(pattern))
  try {
    return compileGoRegexp(pattern)
  } catch (error) {
    if (error instanceof RangeError) throw new BudgetExceeded('template needs a regular expression that is too large to be computed here')
    throw error
  }
}

const widthAt = (text: string, at: number): number => (at < text.length ? String.fromCodePoint(text.codePointAt(at) as number).length : 0)

/** `Regexp.allMatches`: no empty match right after another one. */
function allMatches({ text, from }: Search, count: number): GoMatch[] {
  const found: GoMatch[] = []
  let previous = -1
  const most = count < 0 ? Infinity : count
  for (let at = 0; at <= text.length && found.length < most;) {
    const match = from(at)
    if (match === undefined) break
    const { start, end } = match
    if (end !== at || start !== previous) found.push(match)
    at = end === at ? at + Math.max(widthAt(text, at), 1) : end
    previous = end
  }
  return found
}

/** `Regexp.expand`: `$1`, `${1}`, `$name`; an unknown group is empty, `$$` a dollar sign. */
function expand(template: string, match: GoMatch): string {
  return template.replace(
    /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu,
    (whole, bare: string | undefined, braced: string | undefined) => {
      if (whole === '$$') return '$'
      const name = bare ?? braced ?? ''
      return match.group(/^(?:0|[1-9]\d{0,7})$/.test(name) ? Number(name) : name) ?? ''
    },
  )
}

/** `Regexp.replaceAll`. */
function replaceAll({ text, from }: Search, replacement: (match: GoMatch) => string, budget: Budget): string {
  const pieces: string[] = []
  let last = 0
  for (let at = 0; at <= text.length;) {
    const match = from(at)
    if (match === undefined) break
    const { start, end } = match
    pieces.push(text.slice(last, start))
    if (end > last || start === 0) {
      const piece = replacement(match)
      budget.characters(piece.length)
      pieces.push(piece)
    }
    last = end
    at = Math.max(end, at + Math.max(widthAt(text, at), 1))
  }
  pieces.push(text.slice(last))
  return pieces.join('')
}

function findAll(pattern: string, text: string, count: number, budget: Budget): GoValue {
  const found = allMatches(searchFor(pattern, text, budget), count).map((match) => match.group(0) ?? '')
  return found.length === 0 ? nilList('[]string') : typedList('[]string', found)
}

/** `Regexp.Split`. */
function splitBy(pattern: string, text: string, count: number, budget: Budget): GoValue {
  const matches = allMatches(searchFor(pattern, text, budget), count)
  if (count === 0) return nilList('[]string')
  if (pattern !== '' && text === '') return typedList('[]string', [''])
  const parts: string[] = []
  let [begin, end] = [0, 0]
  for (const match of matches) {
    if (count > 0 && parts.length === count - 1) break
    end = match.start
    if (match.end !== 0) parts.push(text.slice(begin, end))
    begin = match.end
  }
  if (end !== text.length) parts.push(text.slice(begin))
  return parts.length === 0 ? nilList('[]string') : typedList('[]string', parts)
}

const both = (name: string, definition: GoFunction): GoFunctions => ({
  [name]: definition,
  [`must${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`]: definition,
})
const matches = (pattern: string, text: string, budget: Budget): boolean => searchFor(pattern, text, budget).from(0) !== undefined

/** `regexMatch` alone swallows a bad pattern (false); the others panic, which is also an error. */
export const regexpFunctions: GoFunctions = {
  regexMatch: takes(
    ['string', 'string'],
    (pattern, text, budget) => compileWithin(pattern, budget) !== undefined && matches(pattern, text, budget),
  ),
  mustRegexMatch: takes(['string', 'string'], matches),
  ...both('regexFindAll', takes(['string', 'string', 'int'], findAll)),
  ...both(
    'regexFind',
    takes(['string', 'string'], (pattern, text, budget) => searchFor(pattern, text, budget).from(0)?.group(0) ?? ''),
  ),
  ...both(
    'regexReplaceAll',
    takes(['string', 'string', 'string'], (pattern, text, template, budget) => {
      const charged = (match: GoMatch): string => {
        budget.read(template)
        return expand(template, match)
      }
      return replaceAll(searchFor(pattern, text, budget), charged, budget)
    }),
  ),
  ...both(
    'regexReplaceAllLiteral',
    takes(['string', 'string', 'string'], (pattern, text, literal, budget) =>
      replaceAll(searchFor(pattern, text, budget), () => literal, budget),
    ),
  ),
  ...both('regexSplit', takes(['string', 'string', 'int'], splitBy)),
  regexQuoteMeta: takes(['string'], (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
}
