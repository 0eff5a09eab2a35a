// Which paths does a git pathspec match, and which does a pattern of `path.Match`?
import { lookup } from '../values/lookup.ts'
import type { Budget } from '../go-template/budget.ts'
import { ParamsError } from './generator-context.ts'
import { anything, exceptSlash, fitsSteps, plainStep } from './wildcards.ts'
import type { Step } from './wildcards.ts'

type Takes = (path: string) => boolean

interface Pathspec {
  readonly takes: Takes
  /** `:!x` matches all files but those */
  readonly excludes: boolean
}

function refuse(): never {
  throw new ParamsError('git refuses a path')
}

/** What `git ls-files -- <pattern>` lists at the root of a repository; throws ParamsError where git refuses the pattern. */
export function pathspec(pattern: string, budget: Budget): Takes {
  const { takes, excludes } = parsePathspec(pattern, budget)
  return excludes ? (path) => !takes(path) : takes
}

const knownMagic = ['top', 'literal', 'icase', 'glob', 'exclude']

/** `parse_element_magic`: `:(glob,icase)…`, `:!…`, `:/…`. */
function parsePathspec(pattern: string, budget: Budget): Pathspec {
  if (pattern === '') return refuse()
  const long = /^:\(([^)]*)\)/.exec(pattern)
  if (long !== null) {
    const words = (long[1] ?? '').split(',').filter((word) => word !== '')
    if (words.some((word) => !knownMagic.includes(word)) || (words.includes('literal') && words.includes('glob'))) return refuse()
    return { takes: plainPathspec(pattern.slice(long[0].length), words, budget), excludes: words.includes('exclude') }
  }
  if (pattern.startsWith(':(')) return refuse()
  if (!pattern.startsWith(':')) return { takes: plainPathspec(pattern, [], budget), excludes: false }
  const [, signs = ''] = /^:([!^/]*)/.exec(pattern) ?? []
  const rest = pattern.slice(1 + signs.length)
  if (/^[^\w\s*?[\\.:]/.test(rest)) return refuse()
  return { takes: plainPathspec(rest.replace(/^:/, ''), [], budget), excludes: /[!^]/.test(signs) }
}

/** Without a wildcard a path matches itself and everything below it; `*` crosses slashes unless the magic is `glob`. */
function plainPathspec(written: string, magic: readonly string[], budget: Budget): Takes {
  const pattern = cleanPath(written)
  const flags = magic.includes('icase') ? 'iu' : 'u'
  const isLiteral = magic.includes('literal') || !/[*?[\\]/.test(pattern)
  const below = pattern === '' || pattern.endsWith('/') ? '' : '(?:/|$)'
  const literal = new RegExp(`^${escape(pattern)}${below}`, flags)
  if (isLiteral) return (path) => literal.test(path)
  const steps = wildSteps(pattern, { kind: magic.includes('glob') ? 'path' : 'text', flags })
  return (path) => literal.test(path) || (steps !== undefined && fitsSteps(steps, path, budget))
}

/** `normalize_path_copy`: a path stays inside the repository. */
function cleanPath(path: string): string {
  if (path.startsWith('/')) return refuse()
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return refuse()
  }
  return parts.join('/') + (parts.length > 0 && /\/\.?$/.test(path) ? '/' : '')
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** A glob of value files (doublestar): stars stay within one part of the path, two between slashes don't. */
export function globPattern(pattern: string): (path: string) => boolean {
  const steps = wildSteps(pattern, { kind: 'path', flags: 'u' })
  return (path) => steps !== undefined && fitsSteps(steps, path)
}

interface WildStyle {
  readonly kind: 'path' | 'text'
  readonly flags: string
}

/** `wildmatch`; `path`: a star stays within one part, two stars between slashes do not. Undefined: it matches nothing. */
function wildSteps(pattern: string, { kind, flags }: WildStyle): Step[] | undefined {
  const within = kind === 'path' ? exceptSlash : anything
  const plain = (character: string): Step => {
    if (!flags.includes('i')) return plainStep(character)
    const either = new RegExp(`^${escape(character)}$`, flags)
    return { takes: (other) => either.test(other), isMany: false }
  }
  const steps: Step[] = []
  for (let at = 0; at < pattern.length; at++) {
    const character = String.fromCodePoint(pattern.codePointAt(at) as number)
    if (character === '\\') {
      if (++at === pattern.length) return undefined
      steps.push(plain(pattern[at] as string))
    } else if (character === '?') steps.push({ takes: within, isMany: false })
    else if (character === '*') {
      const stars = /^\*+/.exec(pattern.slice(at))?.[0] ?? ''
      const alone = stars.length > 1 && (at === 0 || pattern[at - 1] === '/') && /^(?:$|\/)/.test(pattern.slice(at + stars.length))
      at += stars.length - 1
      if (kind === 'text' || !alone) steps.push({ takes: within, isMany: true })
      else if (pattern[at + 1] === '/') {
        steps.push('folders')
        at++
      } else steps.push({ takes: anything, isMany: true })
    } else if (character === '[') {
      const found = wildClass(pattern.slice(at))
      if (found === undefined) return undefined
      const members = new RegExp(`^${found.source}$`, flags)
      steps.push({ takes: (other) => within(other) && members.test(other), isMany: false })
      at += found.length - 1
    } else {
      steps.push(plain(character))
      at += character.length - 1
    }
  }
  return steps
}

interface ClassSource {
  readonly source: string
  readonly length: number
}

const range = (from: string, to: string): string => {
  const [low, high] = [from.codePointAt(0) as number, to.codePointAt(0) as number]
  return low > high ? '' : `\\u{${low.toString(16)}}-\\u{${high.toString(16)}}`
}

/** `[!a-z]`, `[^a-z]`, `[[:digit:]]`; a bracket right behind the opening one is a member. */
function wildClass(text: string): ClassSource | undefined {
  const match = /^\[([!^]?)(\]?(?:\\[^]|\[:\w+:\]|[^\]\\])*)\]/u.exec(text)
  if (match === null) return undefined
  const members = (match[2] ?? '').replace(
    /\[:(\w+):\]|(\\[^]|[^])-(\\[^]|[^])|(\\[^]|[^])/gu,
    (_, name: string | undefined, from: string | undefined, to: string | undefined, one: string | undefined) => {
      const plain = (item: string): string => (item.length > 1 && item.startsWith('\\') ? item.slice(1) : item)
      if (name !== undefined) return posixClasses[name] ?? ''
      return one === undefined ? range(plain(from ?? ''), plain(to ?? '')) : range(plain(one), plain(one))
    },
  )
  return { source: `[${match[1] === '' ? '' : '^'}${members}]`, length: match[0].length }
}

const posixClasses: Readonly<Record<string, string>> = lookup({
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t-\\r ',
  xdigit: '0-9A-Fa-f',
})

/** `path.Match`: stars stay within one part of the path, `[^a]` alone negates; a bad pattern matches nothing. */
export function directoryPattern(pattern: string, budget: Budget): Takes {
  const steps: Step[] = []
  for (let rest = pattern; rest !== '';) {
    const match = /^(?:\*+|\?|\[(\^?)((?:(?:\\[^]|[^\\\]-])(?:-(?:\\[^]|[^\\\]-]))?)+)\]|\\([^])|([^*?[\\]))/u.exec(rest)
    if (match === null) return () => false
    const [all, not, members, escaped, plain] = match
    if (all.startsWith('*')) steps.push({ takes: exceptSlash, isMany: true })
    else if (all === '?') steps.push({ takes: exceptSlash, isMany: false })
    else if (members === undefined) steps.push(plainStep(escaped ?? plain ?? ''))
    else {
      const one = new RegExp(`^[${not ?? ''}${classMembers(members)}]$`, 'u')
      steps.push({ takes: (character) => one.test(character), isMany: false })
    }
    rest = rest.slice(all.length)
  }
  return (path) => fitsSteps(steps, path, budget)
}

function classMembers(text: string): string {
  return text.replace(/\\?([^])(?:-\\?([^]))?/gu, (_, from: string, to: string | undefined) => range(from, to ?? from))
}
