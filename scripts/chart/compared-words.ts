// Which values are meant to be one of the words that the chart's templates compare them with?
import type { Chart } from '../helm/chart-tree.ts'
import { fieldAt, named, phrase } from '../findings/message.ts'
import { spotOf } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { wordsFor } from '../helm/unread.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { MapValue, Path } from '../values/value.ts'
import { listed, nearest } from '../values/path.ts'
import { leavesOf, valueAt } from '../values/value.ts'

const folded = (word: string): string => word.toLowerCase().replaceAll(/[-_. ]/g, '')

/**
 * Texts that differ in case, dashes or underscores only from a word that templates compare them with: the chart takes
 * them for another word, mostly without a message. `values` are those that people wrote.
 */
export function* comparedWords(chart: Chart, values: MapValue, helm: HelmGeneration): Iterable<LocatedFinding> {
  for (const { path, value } of leavesOf(values)) {
    if (value.kind !== 'scalar' || typeof value.value !== 'string' || value.value === '') continue
    const words = wordsFor(chart, helm, path)
    if (words.size === 0 || words.has(value.value)) continue
    const text = value.value
    const meant = [...words].find((word) => folded(word) === folded(text))
    const at = meant === undefined ? undefined : spotOf(value)
    if (meant === undefined || at === undefined) continue
    const all = listed([...words].map((word) => `\`${word}\``))
    const message = phrase`${fieldAt(path)} is \`${named(text)}\`, but the chart compares it with ${named(all)}`
    yield { rule: 'values/known-choice', severity: 'error', message, at, help: phrase`did you mean \`${meant}\`?` }
  }
}

/** A word near to the one at a path that a template stopped at. */
export function suggestedWord(
  chart: Chart,
  { values, path, helm }: { values: MapValue; path: Path; helm: HelmGeneration },
): string | undefined {
  const value = valueAt(values, path)
  if (value?.kind !== 'scalar' || typeof value.value !== 'string') return undefined
  const words = wordsFor(chart, helm, path)
  const text = value.value
  // a truncated word is not a misspelling of another one
  const longer = [...words].find((one) => text.length > 2 && one.startsWith(text))
  const word = words.has(text) ? undefined : (longer ?? nearest(text, words))
  return word === undefined ? undefined : `did you mean \`${word}\`?`
}
