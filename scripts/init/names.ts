// Which part of texts that belong to databases is the service, and which the name of one of its databases?
export interface Names {
  readonly service: string
  readonly name?: string
}

/** Words that say what a file is, and not whose. */
const plainWords = /^(?:values?|main|clusters?|postgres(?:ql)?|pg|db|databases?|defaults?|base)?$/

/** By what differs between the texts, `/` between levels; `{env}` is the environment. Undefined: they don't show it. */
export function namesIn(texts: readonly string[]): ReadonlyMap<string, Names> | undefined {
  const distinct = [...new Set(texts)]
  const [first, ...others] = distinct.map((text) =>
    text.split('/').map((level) => level.replaceAll(/[-_.]?\{env\}/g, '').replace(/^[-_.]/, '')),
  )
  if (first === undefined) return new Map()
  if (others.length === 0) {
    const level = first.findLast((one) => !plainWords.test(one)) ?? first.findLast((one) => one !== '')
    return level === undefined
      ? undefined
      : new Map([[distinct[0] ?? '', { service: level.replace(/(?<=.)[-_.](?:postgres(?:ql)?|pg|db|database|cluster)$/, '') }]])
  }
  const all = [first, ...others]
  if (others.some((levels) => levels.length !== first.length)) return undefined
  const varying = [...first.keys()].filter((index) => new Set(all.map((levels) => levels[index])).size > 1)
  const [one, two, ...more] = varying.map((index) => withoutCommon(all.map((levels) => levels[index] ?? '')))
  if (one === undefined || more.length > 0) return undefined
  return new Map(distinct.map((text, index) => [text, { service: one[index] ?? '', ...(two !== undefined && { name: two[index] ?? '' }) }]))
}

/** The texts without the words that all of them begin or end with. */
function withoutCommon(texts: readonly string[]): readonly string[] {
  const words = texts.map((text) => text.split(/(?<=[-_.])|(?=[-_.])/))
  const [first = []] = words
  const shortest = Math.min(...words.map((some) => some.length))
  let start = 0
  while (start < shortest && words.every((some) => some[start] === first[start])) start++
  let end = 0
  while (end < shortest - start && words.every((some) => some.at(-1 - end) === first.at(-1 - end))) end++
  const kept = words.map((some) =>
    some
      .slice(start, some.length - end)
      .join('')
      .replaceAll(/^[-_.]+|[-_.]+$/g, ''),
  )
  return kept.some((text) => text === '') ? texts : kept
}
