// How does a message with long values become one that fits on a line?

const longestMessage = 120
/** A value is still known by so much of it. */
const shortestValue = 40
/** What no sentence of ours needs, whatever its values are. */
const longestSentence = 240

/** A message of `most` characters, if that can be: long words, which are values, give way; what the sentence says stays whole. */
export function fitted(text: string, most = longestMessage): string {
  if (text.length <= most) return text
  const words = text.split(' ')
  let excess = text.length - most
  const longestFirst = [...words.keys()].sort((a, b) => (words[b] as string).length - (words[a] as string).length)
  for (const index of longestFirst) {
    const word = words[index] as string
    if (excess <= 0 || word.length <= shortestValue) break
    const end = /[`"',;:.)\]]{0,3}$/.exec(word)?.[0] ?? ''
    const kept = Math.max(shortestValue, word.length - excess) - end.length - 1
    const short = `${word.slice(0, kept)}…${end}`
    words[index] = short
    excess -= word.length - short.length
  }
  const short = words.join(' ')
  if (short.length <= longestSentence) return short
  const cut = short.slice(0, longestSentence - 1)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), longestSentence / 2)).replace(/[ ,;:(]{1,3}$/, '')}…`
}
