// Which events does a YAML text produce where go-yaml is more tolerant than our parser: inside brackets and quotes?
import { lineStart } from '../values/trim.ts'
import { parseEvents, YAMLException } from 'js-yaml'
import type { Event } from 'js-yaml'

/** Rounds of corrections after which a text counts as broken; each reads it once more. */
const mostRounds = 200
/** Characters that all these rounds together may read. */
const mostRead = 32 * 1024 * 1024

/**
 * js-yaml's events, places as in `text`. YAML 1.2 requires lines inside brackets and quotes to be indented deeper than the block
 * around them, and allows no tab before a token there and no comment directly after a quote or bracket; go-yaml's scanner
 * requires none of that (scannerc.go `yaml_parser_scan_to_next_token`, `yaml_parser_scan_flow_scalar`). Where the parser
 * stops for such a reason, or at a block scalar in the column of its key, the text is adjusted and read again; values are always taken
 * from the original text. Throws js-yaml's YAMLException, its place in `text` too.
 */
export function readEvents(text: string, options: { readonly maxDepth: number }): readonly Event[] {
  if (lastRead?.text === text && lastRead.maxDepth === options.maxDepth) return lastRead.events
  const events = read(text, options)
  lastRead = { text, maxDepth: options.maxDepth, events }
  return events
}

/** The search for secrets asks for the events of a text that was read just before. */
let lastRead: { readonly text: string; readonly maxDepth: number; readonly events: readonly Event[] } | undefined

function read(text: string, options: { readonly maxDepth: number }): Event[] {
  // YAML 1.1 has three more line break characters
  let adjusted: Adjusted = { text: text.replaceAll(/[\u0085\u2028\u2029]/g, '\n'), added: [] }
  let charactersRead = 0
  for (let round = 0; ; round++) {
    try {
      const events = parseEvents(adjusted.text, options)
      return round === 0 ? events : events.map((event) => inPlace(event, adjusted))
    } catch (error) {
      if (!(error instanceof YAMLException) || error.mark === undefined || error.mark === null) throw error
      charactersRead += adjusted.text.length
      const next = round < mostRounds && charactersRead < mostRead ? adjust(adjusted, error.reason, error.mark.position) : undefined
      if (next === undefined) {
        error.mark.position = original(adjusted, error.mark.position)
        throw error
      }
      adjusted = next
    }
  }
}

/** A text in which blanks were added at the starts of lines. */
interface Adjusted {
  readonly text: string
  /** where blanks begin, in this text, in ascending order */
  readonly added: readonly number[]
}

/** Deeper than any real file is nested. */
const blanks = ' '.repeat(256)

function adjust({ text, added }: Adjusted, reason: string, position: number): Adjusted | undefined {
  const at = Math.min(position, text.length - 1)
  const start = lineStart(text, at)
  if (text.charAt(position) === '#' && /["'\]}]/.test(text.charAt(position - 1))) {
    const end = text.indexOf('\n', position)
    const stop = end < 0 ? text.length : end
    return { text: text.slice(0, position) + ' '.repeat(stop - position) + text.slice(stop), added }
  }
  if (isBlockBelowKey(text, start)) return deeper({ text, added }, start)
  // both are reported inside brackets and quotes only
  if (reason !== 'deficient indentation') return undefined
  // the end of the text: the bracket or quote is never closed
  if (position >= text.length) return undefined
  const before = text.slice(start, position)
  if (before.includes('\t')) return { text: text.slice(0, start) + before.replaceAll('\t', ' ') + text.slice(position), added }
  return deeper({ text, added }, start)
}

/** `key:` and, in the column of the key on a line of its own, `|`: go-yaml takes the block for the value. */
function isBlockBelowKey(text: string, start: number): boolean {
  const header = blockHeader.exec(text.slice(start, start + 1000))
  if (header === null) return false
  let end = start
  while (end > 0) {
    const from = lineStart(text, end - 1)
    const line = text.slice(from, end)
    if (/^[ \t]*(?:#[^\n]*)?\n?$/.test(line)) {
      end = from
      continue
    }
    const key = /^ *(?:[-?] +)*/.exec(line)?.[0].length
    const comment = /[ \t]#/.exec(line)?.index ?? line.length
    return key === header[1]?.length && line.slice(0, comment).trimEnd().endsWith(':')
  }
  return false
}
const blockHeader = /^( *)[|>][-+\d]*[ \t]*(?:[ \t]#[^\n]*)?(?:\n|$)/

function deeper({ text, added }: Adjusted, start: number): Adjusted | undefined {
  if (added.includes(start)) return undefined
  return {
    text: text.slice(0, start) + blanks + text.slice(start),
    added: [...added.map((place) => (place < start ? place : place + blanks.length)), start].sort((a, b) => a - b),
  }
}

/** A place of the adjusted text in the original. */
function original({ added }: Adjusted, position: number): number {
  let moved = 0
  for (const place of added) if (place < position) moved += Math.min(blanks.length, position - place)
  return position - moved
}

const places = ['start', 'end', 'anchorStart', 'anchorEnd', 'tagStart', 'tagEnd', 'valueStart', 'valueEnd']

function inPlace(event: Event, adjusted: Adjusted): Event {
  const moved: Record<string, unknown> = { ...event }
  for (const name of places) {
    const value = moved[name]
    if (typeof value === 'number' && value >= 0) moved[name] = original(adjusted, value)
  }
  return moved as unknown as Event
}
