// Which paths does a pattern of `.Files.Glob` match?
import { BudgetExceeded } from '../go-template/budget.ts'
import { compileGoRegexp, programSize } from '../go-template/regexp.ts'

/** No real pattern comes near; each path is compared with the whole of it. */
const longestPattern = 2_000

/** gobwas/glob with `/` as separator, in time linear in the path; a bad pattern matches every path. Throws BudgetExceeded. */
export function globPattern(pattern: string): (path: string) => boolean {
  const source = sourceOf([...pattern])
  if (source === undefined) return () => true
  const expression = `(?s)^(?:${source})$`
  if (programSize(expression) > longestPattern) throw new BudgetExceeded('template needs a pattern that is too long to be computed here')
  const compiled = compileGoRegexp(expression)
  return compiled === undefined ? () => true : (path) => compiled.find(path) !== undefined
}

const escape = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
const inSet = (character: string): string => character.replace(/[\\^\]-]/, '\\$&')

function sourceOf(characters: readonly string[]): string | undefined {
  let source = ''
  let depth = 0
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string
    if (character === '\\') {
      const next = characters[++at]
      if (next === undefined) return undefined
      source += escape(next)
    } else if (character === '*') {
      const isDouble = characters[at + 1] === '*'
      if (isDouble) at++
      source += isDouble ? '.*' : '[^/]*'
    } else if (character === '?') source += '[^/]'
    else if (character === '[') {
      const set = setAt(characters, at + 1)
      if (set === undefined) return undefined
      source += set.source
      at = set.end
    } else if (character === '{') {
      source += '(?:'
      depth++
    } else if (character === '}' && depth > 0) {
      source += ')'
      depth--
    } else if (character === ',' && depth > 0) source += '|'
    else source += escape(character)
  }
  return depth === 0 ? source : undefined
}

/** `[abc]`, `[a-z]` and their opposites with `!`. */
function setAt(characters: readonly string[], start: number): { source: string; end: number } | undefined {
  const end = characters.indexOf(']', start)
  if (end < 0) return undefined
  let body = characters.slice(start, end)
  const negated = body[0] === '!'
  if (negated) body = body.slice(1)
  if (body.length === 0) return undefined
  const isRange = body.length === 3 && body[1] === '-'
  if (isRange && (body[0] as string) > (body[2] as string)) return undefined
  const inner = isRange ? `${inSet(body[0] as string)}-${inSet(body[2] as string)}` : body.map(inSet).join('')
  return { source: `[${negated ? '^' : ''}${inner}]`, end }
}
