// How is a path shown to a person, and which known word did they mean?
import type { Path } from './value.ts'

/** `cluster.roles[0].name`; keys with odd characters are quoted: `cluster.annotations["a/b"]`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(step)}]`
  }
  return text
}

/** Compares by code unit, the one order of every output. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Longer words are not misspelt names. */
const longestWord = 100

/**
 * The candidate with the fewest typos (insert, delete, replace, swap): at most two, and fewer than the word is long; ties
 * go by code unit. A word of more than 100 characters has none.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined
  const lower = word.toLowerCase()
  const letters = lettersOf(lower)
  let best: { readonly candidate: string; readonly typos: number } | undefined
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > 2) continue
    const other = readCandidate(candidate)
    // a typo changes at most two letters of the set, and sets compare faster than texts
    if (bitsOf(letters ^ other.letters) > 4) continue
    const typos = editDistance(lower, other.lower)
    if (typos > 2 || typos >= Math.min(word.length, candidate.length) - 1) continue
    if (best === undefined || typos < best.typos || (typos === best.typos && candidate < best.candidate)) best = { candidate, typos }
  }
  return best?.candidate
}

/** All candidates that a misspelt word may have been, in their order. */
export function allNear(word: string, candidates: Iterable<string>): string[] {
  return [...candidates].filter((candidate) => nearest(word, [candidate]) !== undefined)
}

const candidatesRead = new Map<string, { readonly lower: string; readonly letters: number }>()

/** Most candidates are looked up again and again: parameters, keys of the chart, rules. */
function readCandidate(candidate: string): { readonly lower: string; readonly letters: number } {
  const known = candidatesRead.get(candidate)
  if (known !== undefined) return known
  if (candidatesRead.size > 5_000) candidatesRead.clear()
  const lower = candidate.toLowerCase()
  const read = { lower, letters: lettersOf(lower) }
  candidatesRead.set(candidate, read)
  return read
}

/** The characters of a word as a set of 32 bits; several share one. */
function lettersOf(word: string): number {
  let letters = 0
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) & 31)
  return letters
}

function bitsOf(set: number): number {
  let bits = 0
  for (let rest = set; rest !== 0; rest &= rest - 1) bits++
  return bits
}

/** Insertions, deletions, replacements and swaps between two short words; any number above 2 means "more than two". */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = []
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      let distance = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + cost,
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        distance = Math.min(distance, (before[column - 2] as number) + 1)
      current.push(distance)
      least = Math.min(least, distance)
    }
    // a swap looks back one row more, which is never lower by more than one
    if (least > 3) return least
    before = previous
    previous = current
  }
  return previous[b.length] as number
}

/** Characters of a closed set that a message has room for. */
const listLength = 64

/** `a, b and 3 more`: a closed set for a message, sorted, at most eight and as many as there is room for. */
export function listed(words: Iterable<string>): string {
  const sorted = [...words].sort(byCodeUnit)
  let count = Math.min(sorted.length, 8)
  while (count > 2 && sorted.slice(0, count).join(', ').length > listLength) count--
  return count === sorted.length ? sorted.join(', ') : `${sorted.slice(0, count).join(', ')} and ${sorted.length - count} more`
}

/** Words that so many maps have that one of them is no hint at another place. */
export const commonWords: ReadonlySet<string> = new Set(['enabled', 'key', 'name', 'type', 'value'])

/**
 * Where an unknown key may have been meant to be, of all paths that end in it: a level less deep, or inside of the map around it. A
 * word that several unrelated maps have, such as `parameters`, is no evidence.
 */
export function likelyHomes({ key, parent }: { readonly key: string; readonly parent: string }, all: readonly string[]): readonly string[] {
  const isTop = parent === ''
  const where = isTop ? key : `${parent}.${key}`
  const above = all.filter((path) => path.includes('.') && where.startsWith(path.slice(0, path.lastIndexOf('.') + 1)))
  if (above.length === 1) return above
  const near = isTop ? [] : all.filter((path) => path.startsWith(`${parent}.`))
  if (near.length > 1 && commonWords.has(key)) return []
  return near.length > 0 ? near.slice(0, 3) : isTop || all.length === 1 ? all.slice(0, 3) : []
}
