// Which names does a comma-separated list hold, as PostgreSQL splits it?

/** A name as the server sees it: lower-cased unless it was quoted. */
export type SplitList = readonly string[] | undefined

const blank = /[ \t\n\r\f]/

/** Undefined: the list is malformed. Reproduces `SplitIdentifierString`: no empty names, blanks around names only. */
export function splitList(text: string): SplitList {
  const names: string[] = []
  let at = skipBlanks(text, 0)
  if (at === text.length) return names
  for (;;) {
    const read = text[at] === '"' ? quotedName(text, at) : plainName(text, at)
    if (read === undefined) return undefined
    names.push(read.name)
    at = skipBlanks(text, read.end)
    if (at === text.length) return names
    if (text[at] !== ',') return undefined
    at = skipBlanks(text, at + 1)
  }
}

function quotedName(text: string, start: number): { name: string; end: number } | undefined {
  const found = /^"((?:[^"]|"")*)"/.exec(text.slice(start))
  return found === null ? undefined : { name: (found[1] as string).replaceAll('""', '"'), end: start + found[0].length }
}

function plainName(text: string, start: number): { name: string; end: number } | undefined {
  let end = start
  while (end < text.length && text[end] !== ',' && !blank.test(text[end] as string)) end++
  return end === start ? undefined : { name: text.slice(start, end).toLowerCase(), end }
}

function skipBlanks(text: string, start: number): number {
  let at = start
  while (at < text.length && blank.test(text[at] as string)) at++
  return at
}
