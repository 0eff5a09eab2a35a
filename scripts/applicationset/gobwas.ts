// Does a text match a pattern of gobwas/glob, which Argo CD uses for folders and projects?
import { append } from '../values/append.ts'
import { anything, exceptSlash, fitsSteps, plainStep } from './wildcards.ts'
import type { Step } from './wildcards.ts'

/** More alternatives, or more characters, are no filter that a person wrote. */
const mostAlternatives = 256
const longestPattern = 2_000

/** gobwas/glob: without a separator a star crosses folders, with a slash as one only two stars do. An invalid pattern matches nothing. */
export function gobwas(pattern: string, separator?: '/'): (path: string) => boolean {
  const alternatives =
    pattern.length > longestPattern
      ? undefined
      : alternativesOf(pattern)?.map((one) => stepsOf(one, separator === undefined ? anything : exceptSlash))
  if (alternatives === undefined || alternatives.includes(undefined)) return () => false
  return (path) => alternatives.some((steps) => steps !== undefined && fitsSteps(steps, path))
}

/** `{a,b}c` as `ac` and `bc`; undefined: a brace is left open. */
function alternativesOf(pattern: string): string[] | undefined {
  let whole = ['']
  const open: { before: string[]; done: string[] }[] = []
  for (const [part] of pattern.matchAll(/\\.|\[[^\]]{0,40}\]|[^]/gsu)) {
    const last = open.at(-1)
    if (part === '{') {
      open.push({ before: whole, done: [] })
      whole = ['']
    } else if (part === ',' && last !== undefined) {
      append(last.done, whole)
      whole = ['']
    } else if (part === '}' && last !== undefined) {
      open.pop()
      const choices = [...last.done, ...whole]
      if (last.before.length * choices.length > mostAlternatives) return undefined
      whole = last.before.flatMap((before) => choices.map((choice) => before + choice))
    } else whole = whole.map((text) => text + part)
  }
  return open.length === 0 ? whole : undefined
}

function stepsOf(pattern: string, single: (character: string) => boolean): Step[] | undefined {
  const steps: Step[] = []
  for (const [part] of pattern.matchAll(/\\.|\[[^\]]{0,40}\]|\*+|[^]/gsu)) {
    if (part === '\\' || part === '[') return undefined
    if (part.startsWith('*')) steps.push({ takes: part === '*' ? single : anything, isMany: true })
    else if (part === '?') steps.push({ takes: single, isMany: false })
    else if (part.startsWith('\\')) steps.push(plainStep(part.slice(1)))
    else if (part.startsWith('[') && part.length > 1) {
      const takes = membersOf(part.slice(1, -1))
      if (takes === undefined) return undefined
      steps.push({ takes, isMany: false })
    } else steps.push(plainStep(part))
  }
  return steps
}

/** `[abc]`, or one range `[a-z]`, and their opposites with `!`. */
function membersOf(body: string): ((character: string) => boolean) | undefined {
  const isNegated = body.startsWith('!')
  const members = [...(isNegated ? body.slice(1) : body)]
  const [low = '', dash, high = ''] = members
  if (members.length === 0) return undefined
  const isRange = members.length === 3 && dash === '-'
  return (character) => (isRange ? character >= low && character <= high : members.includes(character)) !== isNegated
}
