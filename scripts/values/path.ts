// How is a path written for a person, and which known word did they mean?
import type { Path } from '../model.ts'

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

/** The candidate with the fewest slips (insert, delete, replace, swap): at most two, and fewer than the word is long; ties go by code unit. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly candidate: string; readonly slips: number } | undefined
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > 2) continue
    const slips = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (slips > 2 || slips >= Math.min(word.length, candidate.length) - 1) continue
    if (best === undefined || slips < best.slips || (slips === best.slips && candidate < best.candidate)) best = { candidate, slips }
  }
  return best?.candidate
}

function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      const previous = rows[row - 1] as number[]
      let distance = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + cost,
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        distance = Math.min(distance, (rows[row - 2]?.[column - 2] as number) + 1)
      current.push(distance)
    }
    rows.push(current)
  }
  return (rows[a.length] as number[])[b.length] as number
}

/** `a, b and 3 more`: a closed set for a message, sorted, at most eight. */
export function listed(words: Iterable<string>): string {
  const sorted = [...words].sort(byCodeUnit)
  return sorted.length <= 8 ? sorted.join(', ') : `${sorted.slice(0, 8).join(', ')} and ${sorted.length - 8} more`
}
