// Which text does go-yaml's scanner (YAML 1.1) refuse that our parser (YAML 1.2) accepts?
import { phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import { lineStart } from '../values/trim.ts'
import { EVENT_ID, SCALAR_STYLE } from 'js-yaml'
import type { Event, ScalarEvent } from 'js-yaml'

export interface Refused {
  readonly message: Message
  readonly offset: number
  readonly help?: Message
}

/** What go-yaml refuses first, or undefined: escapes, long keys, tabs in white space. `text` has parsed without errors. */
export function findRefusedByGo(text: string, events: readonly Event[]): Refused | undefined {
  const end = /^(?:[ \t]*(?:#.*)?\r?\n)*\.\.\.(?=\s|$)/.exec(text)
  if (end !== null)
    return { message: phrase`\`...\` ends a document, but none has begun`, offset: end[0].length - 3, help: phrase`remove the dots` }
  const hasTab = text.includes('\t')
  const written =
    findOddAnchor(text, events) ??
    findUnknownEscape(text, events) ??
    findLongKey(text, events) ??
    (hasTab ? findTabAfterIndicator(text, events) : undefined)
  if (written !== undefined) return written
  if (/\\u[dD][89a-fA-F]/.test(text)) {
    const surrogate = findSurrogateEscape(text, events)
    if (surrogate !== undefined) return surrogate
  }
  if (!hasTab) return undefined
  for (const match of text.matchAll(/^ *\t/gm)) {
    const tab = match.index + match[0].length - 1
    if (isTabRefused(text, events, match.index, tab))
      return {
        message: phrase`indentation holds a tab, but YAML allows spaces only`,
        offset: tab,
        help: phrase`replace the tab with spaces`,
      }
  }
  return undefined
}

/** Names of anchors consist of letters, digits, `_` and `-` (`yaml_parser_scan_anchor`). */
function findOddAnchor(text: string, events: readonly Event[]): Refused | undefined {
  for (const event of events) {
    if (!('anchorStart' in event) || event.anchorStart < 0 || /^[\w-]+$/.test(text.slice(event.anchorStart, event.anchorEnd))) continue
    const message = phrase`the name of an anchor has other characters than letters, digits, \`_\` and \`-\``
    return { message, offset: event.anchorStart, help: phrase`rename the anchor, or quote the value if it is text` }
  }
  return undefined
}

/** `\/` is new in YAML 1.2, and no character lies beyond U+10FFFF. */
function findUnknownEscape(text: string, events: readonly Event[]): Refused | undefined {
  if (!/\\(?:\/|U(?!00(?:0|10)))/.test(text)) return undefined
  for (const event of events) {
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.DOUBLE_QUOTED) continue
    const escape = /(?<!\\)(?:\\\\)*\\(?:\/|U(?!00(?:0|10)))/.exec(text.slice(event.valueStart, event.valueEnd))
    if (escape !== null)
      return {
        message: phrase`an escape in double quotes is one that Helm does not know`,
        offset: event.valueStart + escape.index,
        help: phrase`write the character itself`,
      }
  }
  return undefined
}

/** A key that is not introduced by `?` ends within 1,024 characters (`yaml_parser_stale_simple_keys`). */
function findLongKey(text: string, events: readonly Event[]): Refused | undefined {
  for (const event of events) {
    if (event.type !== EVENT_ID.SCALAR || event.valueStart < 0) continue
    const quotes = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 2 : 0
    if (event.valueEnd - event.valueStart + quotes <= 1024) continue
    const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK
    if (!isBlock && /^["']?[ \t]*:(?=\s|$)/.test(text.slice(event.valueEnd, event.valueEnd + 20)))
      return {
        message: phrase`a key is longer than 1,024 characters, but Helm reads none that long`,
        offset: event.valueStart,
        help: phrase`shorten the key`,
      }
  }
  return undefined
}

/** `-\ty`: a tab instead of the blank after an indicator, followed by a nested key or item. */
function findTabAfterIndicator(text: string, events: readonly Event[]): Refused | undefined {
  for (const match of text.matchAll(/^ *(?:[-?:] +)*[-?:]\t[ \t]*(?=\S)/gm)) {
    const start = match.index
    const isInside = events.some((event) => event.type === EVENT_ID.SCALAR && event.valueStart < start && event.valueEnd > start)
    if (!isInside)
      return {
        message: phrase`a tab follows an indicator, but YAML requires a space there`,
        offset: start + match[0].search('\t'),
        help: phrase`replace the tab with a space`,
      }
  }
  return undefined
}

function findSurrogateEscape(text: string, events: readonly Event[]): Refused | undefined {
  for (const event of events) {
    if (event.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.DOUBLE_QUOTED) continue
    const escape = /(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F][0-9a-fA-F]{2}/.exec(text.slice(event.valueStart, event.valueEnd))
    if (escape !== null)
      return {
        message: phrase`a \\u escape is half of a surrogate pair, but must be a character`,
        offset: event.valueStart + escape.index,
        help: phrase`write the character itself, or \\U with 8 digits`,
      }
  }
  return undefined
}

/** scannerc.go: `yaml_parser_scan_to_next_token`, `scan_plain_scalar` and `scan_block_scalar_breaks` on a tab in leading blanks. */
function isTabRefused(text: string, events: readonly Event[], line: number, tab: number): boolean {
  let flow = 0
  const open: boolean[] = []
  let before: ScalarEvent | undefined
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      if (open.pop() === true) flow--
    } else if (event.type === EVENT_ID.DOCUMENT) open.push(false)
    else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      if (event.start > tab) break
      const isFlow = text[event.start] === '{' || text[event.start] === '['
      open.push(isFlow)
      if (isFlow) flow++
    } else if (event.type === EVENT_ID.SCALAR && event.valueStart >= 0) {
      if (event.valueStart > tab) {
        if (event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK) before = event
        break
      }
      before = event
    }
  }
  const content = /^\s*(?:#|$)/.test(text.slice(tab, text.indexOf('\n', tab) < 0 ? undefined : text.indexOf('\n', tab)))
  if (before !== undefined && (before.style === SCALAR_STYLE.LITERAL_BLOCK || before.style === SCALAR_STYLE.FOLDED_BLOCK)) {
    if (tab > before.valueEnd) return content
    const header = text.slice(lineStart(text, before.valueStart), before.valueStart)
    const explicit =
      /[|>][-+]?[1-9]/.test(header) || /[|>][-+]?[1-9]/.test(text.slice(Math.max(0, before.valueStart - 6), before.valueStart))
    const ahead = text.slice(before.valueStart, line)
    return !explicit && tab >= before.valueStart - before.indent - 1 && ahead.trim() === ''
  }
  if (flow > 0) return false
  if (before !== undefined && tab < before.valueEnd) return false
  if (before?.style === SCALAR_STYLE.PLAIN && before.valueEnd >= 0 && text.slice(before.valueEnd, line).trim() === '') {
    const start = lineStart(text, before.valueStart)
    const indent = /^[ -]*/.exec(text.slice(start))?.[0].length ?? 0
    return tab - line <= indent
  }
  return content
}
