// How is a text cut in linear time: at its ends, and at the start of a line?

/**
 * The text without the characters of `ending` at its end. The regular expression for it, `/x+$/`, starts over at each x
 * of a run that something else ends, which is quadratic.
 */
export function trimEndOf(text: string, ending: string): string {
  let end = text.length
  while (end > 0 && ending.includes(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/** The text without the characters of `edge` at both ends. */
export function trimOf(text: string, edge: string): string {
  const kept = trimEndOf(text, edge)
  let start = 0
  while (start < kept.length && edge.includes(kept.charAt(start))) start++
  return kept.slice(start)
}

/** Where the line of an offset begins. (`lastIndexOf` takes -1 for 0, so a text with an empty first line needs care.) */
export function lineStart(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}
