// Which files of a folder does Helm leave out?
import { HelmRefusal } from './error.ts'

interface Pattern {
  readonly negates: boolean
  readonly folderOnly: boolean
  readonly matches: (path: string) => boolean
}

/** `filepath.Match` as a regular expression; undefined: a bad pattern. */
export function pathPattern(pattern: string): RegExp | undefined {
  let source = ''
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string
    if (character === '*') source += '[^/]*'
    else if (character === '?') source += '[^/]'
    else if (character === '[') {
      const set = readSet(characters, at + 1)
      if (set === undefined) return undefined
      source += set.source
      at = set.end
    } else if (character === '\\') {
      const next = characters[++at]
      if (next === undefined) return undefined
      source += escape(next)
    } else source += escape(character)
  }
  return new RegExp(`^${source}$`, 'su')
}

const escape = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')

/** `[^a-z]`; a `]` or `-` can't be literal. */
function readSet(characters: readonly string[], start: number): { source: string; end: number } | undefined {
  let at = start
  const negated = characters[at] === '^'
  if (negated) at++
  const ranges: string[] = []
  const one = (): string | undefined => {
    let character = characters[at]
    if (character === undefined || character === '-' || character === ']') return undefined
    if (character === '\\') character = characters[++at]
    at++
    return character
  }
  for (;;) {
    if (characters[at] === ']' && ranges.length > 0) break
    const from = one()
    if (from === undefined || at >= characters.length) return undefined
    let to: string | undefined = from
    if (characters[at] === '-') {
      at++
      to = one()
      if (to === undefined || at >= characters.length) return undefined
    }
    if (from <= to) ranges.push(`\\u{${from.codePointAt(0)?.toString(16)}}-\\u{${to.codePointAt(0)?.toString(16)}}`)
    else ranges.push('')
  }
  const body = ranges.join('')
  const source = body === '' ? (negated ? '[^/]' : '[]') : negated ? `(?!/)[^${body}]` : `(?!/)[${body}]`
  return { source, end: at }
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** `ignore.Parse` and the rule that Helm adds. */
function readPatterns(text: string): Pattern[] {
  const patterns: Pattern[] = []
  for (const line of [...text.replace(/^\ufeff/, '').split('\n'), 'templates/.?*']) {
    let rule = line.trim()
    if (rule === '' || rule.startsWith('#')) continue
    if (rule.includes('**')) throw new HelmRefusal('chart', 'double-star (**) syntax is not supported')
    if (pathPattern(rule) === undefined) throw new HelmRefusal('chart', 'syntax error in pattern')
    const negates = rule.startsWith('!')
    if (negates) rule = rule.slice(1)
    const folderOnly = rule.endsWith('/')
    if (folderOnly) rule = rule.slice(0, -1)
    const rooted = rule.startsWith('/')
    const compiled = pathPattern(rooted ? rule.slice(1) : rule)
    const whole = rooted || rule.includes('/')
    patterns.push({ negates, folderOnly, matches: (path) => compiled?.test(whole ? path : baseOf(path)) === true })
  }
  return patterns
}

/** `Rules.Ignore`: the first rule that applies; a negated one ignores everything that it does not match. */
function isIgnored(patterns: readonly Pattern[], path: string, isFolder: boolean): boolean {
  for (const { negates, folderOnly, matches } of patterns) {
    if (negates) {
      if ((folderOnly && !isFolder) || !matches(path)) return true
    } else if ((!folderOnly || isFolder) && matches(path)) return true
  }
  return false
}

/** The remaining paths of a chart's folder, in the order in which Helm walks it. */
export function keptPaths(paths: readonly string[], ignoreText: string | undefined): string[] {
  const patterns = readPatterns(ignoreText ?? '')
  const folders = new Map<string, boolean>()
  const isFolderIgnored = (folder: string): boolean => {
    if (folder === '') return false
    let known = folders.get(folder)
    if (known === undefined) {
      known = isFolderIgnored(folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))) || isIgnored(patterns, folder, true)
      folders.set(folder, known)
    }
    return known
  }
  return paths
    .filter((path) => !isFolderIgnored(path.slice(0, Math.max(path.lastIndexOf('/'), 0))) && !isIgnored(patterns, path, false))
    .sort(compareWalk)
}

/** `filepath.Walk`: names of each folder in byte order. */
function compareWalk(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = Buffer.compare(Buffer.from(left[at] as string), Buffer.from(right[at] as string))
    if (order !== 0) return order
  }
  return left.length - right.length
}
