// Which mistake most likely broke a YAML text?
import { lookup } from '../values/lookup.ts'
import { named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import { lineStart } from '../values/trim.ts'

/** What to report instead of the parser's own words, and where. */
export interface LikelyMistake {
  readonly message: Message
  readonly offset: number
  readonly help: Message
}

/** The most common causes, searched for around the place where the parser stopped; undefined: none of them. */
export function findLikelyMistake(text: string, offset: number): LikelyMistake | undefined {
  return (
    conflict(text) ??
    tab(text, offset) ??
    unclosed(text, offset) ??
    reserved(text, offset) ??
    star(text, offset) ??
    secondColon(text, offset) ??
    noBlank(text, offset) ??
    noColon(text, offset) ??
    deeper(text, offset) ??
    mixed(text, offset) ??
    misaligned(text, offset)
  )
}

/** The lines that git writes, or one that was left of them; none is YAML where it begins a line. */
function conflict(text: string): LikelyMistake | undefined {
  const marker = /^(?:(?:<{7}|\|{7}|>{7})(?: |\r?$)|={7}\r?$)/m.exec(text)
  if (marker === null) return undefined
  const isWhole = /^<{7} /m.test(text) && /^>{7} /m.test(text)
  return {
    message: isWhole ? phrase`a merge conflict is unresolved here` : phrase`a line of a merge conflict is left here`,
    offset: marker.index,
    help: isWhole ? phrase`keep one side, and remove the lines <<<<<<<, ======= and >>>>>>>` : phrase`remove the line`,
  }
}

/** What is further right in a line was hardly typed by hand. */
const longestLine = 2_000
/** The most comment lines between two lines of a block; what is farther away is unrelated to the mistake. */
const farthest = 1_000

function lineAt(text: string, offset: number): { readonly start: number; readonly line: string } {
  const start = lineStart(text, offset)
  const end = text.indexOf('\n', start)
  const line = text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
  return { start, line: line.slice(0, longestLine) }
}

/** The nearest line above with anything on it but a comment. */
function lineAbove(text: string, start: number): { readonly start: number; readonly line: string } | undefined {
  for (let at = start, lines = 0; at > 0 && lines < farthest; lines++) {
    const above = lineAt(text, at - 1)
    if (!/^\s*(?:#.*)?$/.test(above.line)) return above
    at = above.start
  }
  return undefined
}

function tab(text: string, offset: number): LikelyMistake | undefined {
  const { start, line } = lineAt(text, offset)
  const indent = /^[ ]*\t/.exec(line)
  if (indent === null) return undefined
  return {
    message: phrase`indentation holds a tab, but YAML allows spaces only`,
    offset: start + indent[0].length - 1,
    help: phrase`replace the tab with spaces`,
  }
}

const closers: Readonly<Record<string, string>> = lookup({ '{': '}', '[': ']', '"': '"', "'": "'" })

/** A text in quotes has fewer lines. */
const farthestQuote = 100

/** A quote or bracket that opens on the line where the parser stopped, or on one of the few above it; a quote that is not closed takes in many lines. */
function unclosed(text: string, offset: number): LikelyMistake | undefined {
  let at: { readonly start: number; readonly line: string } | undefined = lineAt(text, offset)
  for (let lines = 0; at !== undefined && lines < farthestQuote; lines++) {
    const opener = openerIn(at.line)
    const mark = opener === undefined ? '' : at.line.charAt(opener)
    const isNear = lines < 5 || mark === '"' || mark === "'"
    // it may be closed on a later line, before the mistake
    if (opener !== undefined && isNear && !isClosed(text, at.start + opener, offset))
      return {
        message: phrase`\`${named(mark)}\` is opened here, but never closed`,
        offset: at.start + opener,
        help: phrase`close it with \`${named(closers[mark])}\``,
      }
    at = lineAbove(text, at.start)
  }
  return undefined
}

/** Whether what opens at a place is closed before another one, and not by the first of two quotes in the line of that. */
function isClosed(text: string, opener: number, offset: number): boolean {
  const closer = closers[text.charAt(opener)] as string
  const found = text.indexOf(closer, opener + 1)
  if (found < 0 || found >= offset) return false
  const { start, line } = lineAt(text, offset)
  const isPair = (closer === '"' || closer === "'") && line.split(closer).length % 2 === 1
  return opener > start || found < start || !isPair
}

/** Column of a quote or bracket that a line opens and does not close. */
function openerIn(line: string): number | undefined {
  const open: number[] = []
  let isStart = true
  for (let column = 0; column < line.length; column++) {
    const mark = line.charAt(column)
    const last = open.at(-1)
    if (mark === '#' && (column === 0 || /\s/.test(line.charAt(column - 1)))) break
    if ((mark === '"' || mark === "'") && isStart) {
      const end = closingQuote(line, column)
      if (end < 0) return column
      column = end
      isStart = false
    } else if ((mark === '{' || mark === '[') && (isStart || last !== undefined)) {
      open.push(column)
      isStart = true
    } else if (last !== undefined && mark === closers[line.charAt(last)]) open.pop()
    else if (/[\s,]/.test(mark) || ((mark === ':' || mark === '-') && /\s/.test(line.charAt(column + 1) || ' ')))
      isStart ||= mark !== ' ' && mark !== '\t'
    else isStart = false
  }
  return open[0]
}

function closingQuote(line: string, from: number): number {
  const mark = line.charAt(from)
  for (let column = from + 1; column < line.length; column++) {
    if (mark === '"' && line.charAt(column) === '\\') column++
    else if (line.charAt(column) === mark) {
      if (mark === '"' || line.charAt(column + 1) !== "'") return column
      column++
    }
  }
  return -1
}

/** `a: @x`: characters that no plain value may start with. */
function reserved(text: string, offset: number): LikelyMistake | undefined {
  const { start, line } = lineAt(text, offset)
  const match = /(?:^\s*|[:-]\s+)([@`]|(?<=\s)%)/.exec(line)
  if (match?.[1] === undefined) return undefined
  return {
    message: phrase`a value starts with ${match[1] === '`' ? 'a backtick' : `\`${match[1]}\``}, but YAML reserves that character`,
    offset: start + match.index + match[0].length - 1,
    help: phrase`put quotes around the value`,
  }
}

/** `schedule: * 0 2 * * *`, where `*` begins an alias. */
function star(text: string, offset: number): LikelyMistake | undefined {
  const { start, line } = lineAt(text, offset)
  const match = /(?:^\s*|[:-]\s+)\*(?=\s|\/|,|$)/.exec(line)
  if (match === null) return undefined
  return {
    message: phrase`a value starts with \`*\`, which YAML takes for the beginning of an alias`,
    offset: start + match.index + match[0].length - 1,
    help: phrase`put quotes around the value`,
  }
}

/** `a: b: c` */
function secondColon(text: string, offset: number): LikelyMistake | undefined {
  const { start, line } = lineAt(text, offset)
  const match = /^(\s*(?:- +)*(?!- )[^\s"'#{[][^:#]*:\s+)([^\s"'#{[&*!|>][^#]*?):(?=\s|$)/.exec(line)
  if (match?.[1] === undefined) return undefined
  return {
    message: phrase`a second \`: \` is on the same line`,
    offset: start + match[0].length - 1,
    help: phrase`put quotes around the value, or start a new line`,
  }
}

/** `a:b` above the place where the parser stopped, or there. */
function noBlank(text: string, offset: number): LikelyMistake | undefined {
  const here = lineAt(text, offset)
  for (const at of [here, lineAbove(text, here.start)]) {
    const match = at === undefined ? null : /^(\s*(?:- +)*[A-Za-z][\w.-]*):(?=[^\s/:])/.exec(at.line)
    if (at !== undefined && match?.[1] !== undefined && !/:\s/.test(at.line))
      return {
        message: phrase`there is no space after the colon, so this is text, not a key`,
        offset: at.start + match[1].length,
        help: phrase`write \`key: value\``,
      }
  }
  return undefined
}

/** `a b` beside `c: d` in one block: the colon is missing. */
function noColon(text: string, offset: number): LikelyMistake | undefined {
  const here = lineAt(text, offset)
  const above = lineAbove(text, here.start)
  const beyond = above && lineAbove(text, above.start)
  for (const [at, besides] of [
    [here, [above]],
    [above, [here, beyond]],
  ] as const) {
    const match = /^( *(?:- +)?)([A-Za-z][\w-]*)( +[^\s:#][^:#]*)?$/.exec(at?.line ?? '')
    if (at === undefined || match?.[1] === undefined || match[2] === undefined) continue
    const indent = match[1].length
    const indents = besides.map((line) => /^( *(?:- +)?)[A-Za-z][\w.-]*:(?: |$)/.exec(line?.line ?? '')?.[1]?.length)
    const isHeading = at === above && match[3] === undefined && (indents[0] ?? 0) > indent
    if (!isHeading && !indents.includes(indent)) continue
    return {
      message: phrase`there is no colon after \`${named(match[2])}\`, so this is text, not a key`,
      offset: at.start + indent,
      help: phrase`write \`key: value\``,
    }
  }
  return undefined
}

/** `- a` and `b: 1` in one block. */
function mixed(text: string, offset: number): LikelyMistake | undefined {
  const here = lineAt(text, offset)
  const above = lineAbove(text, here.start)
  const item = /^( *)- /
  const key = /^( *)(?!- )[A-Za-z_"'][^:]*:(?:\s|$)/
  const [first, second] = item.test(above?.line ?? '') ? [item, key] : [key, item]
  const [up, down] = [first.exec(above?.line ?? '')?.[1], second.exec(here.line)?.[1]]
  if (up === undefined || up !== down) return undefined
  const offsetHere = here.start + up.length
  return {
    message: phrase`list items and keys are mixed in one block`,
    offset: offsetHere,
    help: phrase`a block is one or the other: indent one below the other, or remove it`,
  }
}

/** A line indented deeper than the key above it, which already has a value. */
function deeper(text: string, offset: number): LikelyMistake | undefined {
  const here = lineAt(text, offset)
  const above = lineAbove(text, here.start)
  const indent = /^ */.exec(here.line)?.[0].length ?? 0
  const match = /^( *(?:- +)*)([A-Za-z][\w.-]*): +[^\s#|>&]/.exec(above?.line ?? '')
  if (match?.[1] === undefined || indent <= match[1].length || !/^\s*[A-Za-z"'][^:]*:(?:\s|$)/.test(here.line)) return undefined
  return {
    message: phrase`this line is indented as if it belonged to \`${named(match[2])}\`, which already has a value`,
    offset: here.start + indent,
    help: phrase`indent it like \`${named(match[2])}\`, or remove that value`,
  }
}

/** A key that is indented like none of the lines around it. */
function misaligned(text: string, offset: number): LikelyMistake | undefined {
  const key = /^( *)([A-Za-z][\w.-]*):(?: |$)/
  const here = lineAt(text, offset)
  const indent = key.exec(here.line)?.[1]?.length
  let at = lineAbove(text, here.start)
  const above = key.exec(at?.line ?? '')
  if (indent === undefined || above?.[1] === undefined || above[1].length <= indent) return undefined
  // the block that it may have been meant for
  for (let lines = 0; at !== undefined && lines < farthest && /^ */.exec(at.line)?.[0].length !== indent; lines++) {
    if ((/^ */.exec(at.line)?.[0].length ?? 0) < indent)
      return {
        message: phrase`this line is indented like none above it`,
        offset: here.start + indent,
        help: phrase`indent it like \`${named(above[2])}\` if it belongs there`,
      }
    at = lineAbove(text, at.start)
  }
  return undefined
}
