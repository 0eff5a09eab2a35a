// Which actions does a Helm template hold, and which of them are meant for Argo CD?
import type { Json } from '../values/value.ts'
import { at } from './manifest-parts.ts'
import { isZero } from '../applicationset/typed.ts'

/** One `{{ … }}` of a template; offsets into it, end behind the braces. */
export interface Action {
  readonly start: number
  readonly end: number
  /** what is between the braces, trim marks removed */
  readonly text: string
  /** its first word: `if`, `range`, `end` */
  readonly word: string
  readonly trimsBefore: boolean
  readonly trimsAfter: boolean
  /** the whole line, line break included, if nothing else is on it */
  readonly line: { readonly start: number; readonly end: number } | undefined
  /** where the line that it begins on ends */
  readonly lineEnd: number
  /** its line is a comment of YAML */
  readonly isComment: boolean
}

/** All actions in their order; one pass, since a pull request may bring a file of one long line. */
export function readActions(source: string): Action[] {
  const actions: Action[] = []
  let isComment = /^[ \t]*#/.test(source.slice(0, 1000))
  let nextLine = source.indexOf('\n') + 1
  for (let at = 0; ;) {
    const start = source.indexOf('{{', at)
    if (start < 0) return actions
    while (nextLine > 0 && nextLine <= start) {
      isComment = /^[ \t]*#/.test(source.slice(nextLine, nextLine + 1000))
      nextLine = source.indexOf('\n', nextLine) + 1
    }
    const close = endOfAction(source, start + 2)
    const end = Math.min(close + 2, source.length)
    const inner = source.slice(start + 2, close)
    const text = inner.replace(/^-\s/, ' ').replace(/\s-$/, ' ').trim()
    actions.push({
      start,
      end,
      text,
      word: /^[a-z]+\b/.exec(text)?.[0] ?? '',
      trimsBefore: /^-\s/.test(inner),
      trimsAfter: /\s-$/.test(inner),
      line: wholeLine(source, start, end),
      lineEnd: nextLine > 0 ? nextLine - 1 : source.length,
      isComment,
    })
    at = end
  }
}

function wholeLine(source: string, start: number, end: number): Action['line'] {
  const isBlank = (at: number): boolean => source[at] === ' ' || source[at] === '\t' || source[at] === '\r'
  let first = start
  while (first > 0 && isBlank(first - 1)) first--
  let last = end
  while (last < source.length && isBlank(last)) last++
  const isWhole = (first === 0 || source[first - 1] === '\n') && (last === source.length || source[last] === '\n')
  return isWhole ? { start: first, end: Math.min(last + 1, source.length) } : undefined
}

/** Where the `}}` of an action is; texts and raw strings may hold braces. */
function endOfAction(source: string, start: number): number {
  let at = start
  while (at < source.length) {
    const character = source[at]
    if (source.startsWith('}}', at)) return at
    if (character === '`' || character === '"') {
      const end = character === '`' ? source.indexOf('`', at + 1) : at + (/^"(?:[^"\\\n]|\\.)*/.exec(source.slice(at))?.[0].length ?? 1)
      if (end < 0) return source.length
      at = end
    }
    at++
  }
  return source.length
}

const openers: ReadonlySet<string> = new Set(['if', 'with', 'range', 'define', 'block'])

/** For each action that opens a block or a branch, the one that ends the block. */
export function endsOfBlocks(actions: readonly Action[]): ReadonlyMap<number, number> {
  const ends = new Map<number, number>()
  const open: number[][] = []
  for (const [index, { word }] of actions.entries()) {
    if (openers.has(word)) open.push([index])
    else if (word === 'else') open.at(-1)?.push(index)
    else if (word === 'end') for (const start of open.pop() ?? []) ends.set(start, index)
  }
  return ends
}

/** What an `if` of a literal, or of a value that is written in apps/values.yaml, comes to; undefined: not known here. */
export function conditionOf({ text, word }: Action, values: Json): boolean | undefined {
  const [, not, literal, path] = /^if\s+(not\s+)?(?:(true|false)|\$?\.Values\.([\w.]+))$/.exec(text) ?? []
  if (word !== 'if' || (literal === undefined && path === undefined)) return undefined
  const value = path === undefined ? literal === 'true' : at(values, ...path.split('.'))
  return value === undefined ? undefined : isZero(value) === (not !== undefined)
}

const roots = ['Values', 'Release', 'Chart', 'Capabilities', 'Files', 'Template', 'Subcharts']
const rooted = new RegExp(`(?:^|[\\s(])\\$?\\.(?:${roots.join('|')})\\b`)
/** `path.basename`, `service`: parameters of sets without goTemplate. */
const parameter = /^[a-z][\w]*(?:\.[\w[\]]+)*$/
const words = new Set(['end', 'else', 'now', 'list', 'dict', 'uuidv4', 'true', 'false', 'nil', 'break', 'continue'])

/**
 * Whether an action outside of raw strings was written for Argo CD: it reads fields that Helm's root does not have, or
 * calls what only Argo CD knows. In a scope (`range`, `with`, `define`) the dot is Helm's own.
 */
export function isForArgo(action: Action, inScope: boolean): boolean {
  const text = action.text.replace(/^(?:if|with|range|else if)\s+/, '')
  const literals = [...text.matchAll(/"((?:[^"\\]|\\[^])*)(?:"|$)|`([^`]*)(?:`|$)/g)].map((match) => match[1] ?? match[2] ?? '')
  const bare = text.replaceAll(/"(?:[^"\\]|\\[^])*(?:"|$)|`[^`]*(?:`|$)/g, '""')
  if (/(?:^|[\s(|])(?:normalize|slugify)\b/.test(bare)) return true
  const isHelms = rooted.test(bare) || /\$[A-Za-z_]/.test(bare) || /\b(?:include|tpl|template|lookup)\b/.test(bare)
  if (inScope || isHelms) return false
  if (parameter.test(bare)) return !words.has(bare) && !openers.has(bare)
  if (/(?:^|[\s(])\$?\.[A-Za-z_]/.test(bare)) return true
  const readsRoot = /\b(?:index|get|hasKey|dig)\b/.test(bare) && /(?:^|[\s(])\$?\.(?=$|[\s)])/.test(bare)
  return readsRoot && literals.length > 0 && !literals.some((literal) => roots.includes(literal))
}
