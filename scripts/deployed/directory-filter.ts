// Which files of a plain folder does Argo CD apply?
import { append } from '../values/append.ts'
import type { Json } from '../values/value.ts'
import { anything, fitsSteps, plainStep } from '../applicationset/wildcards.ts'
import type { Step } from '../applicationset/wildcards.ts'
import { at } from './manifest-parts.ts'

/**
 * By a path from the folder: `recurse`, `include` and `exclude` of `source.directory`, as `findManifests` of the repo
 * server reads them. An invalid pattern matches nothing there.
 */
export function directoryFilter(directory: Json | undefined): (path: string) => boolean {
  const pattern = (key: string): ((path: string) => boolean) | undefined => {
    const text = at(directory, key)
    return typeof text === 'string' && text !== '' ? gobwas(text) : undefined
  }
  const [include, exclude] = [pattern('include'), pattern('exclude')]
  const isDeep = at(directory, 'recurse') === true
  return (path) => {
    if (!/\.(?:ya?ml|json|jsonnet)$/.test(path) || (!isDeep && path.includes('/'))) return false
    return exclude?.(path) !== true && include?.(path) !== false
  }
}

/** More alternatives, or more characters, are no filter that a person wrote. */
const mostAlternatives = 256
const longestPattern = 2_000

/** gobwas/glob without a separator: a star crosses folders. */
function gobwas(pattern: string): (path: string) => boolean {
  const alternatives = pattern.length > longestPattern ? undefined : alternativesOf(pattern)?.map(stepsOf)
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

function stepsOf(pattern: string): Step[] | undefined {
  const steps: Step[] = []
  for (const [part] of pattern.matchAll(/\\.|\[[^\]]{0,40}\]|\*+|[^]/gsu)) {
    if (part === '\\' || part === '[') return undefined
    if (part.startsWith('*')) steps.push({ takes: anything, isMany: true })
    else if (part === '?') steps.push({ takes: anything, isMany: false })
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
