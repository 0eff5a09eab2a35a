// Which places of a file's text are secret?
import { append } from '../values/append.ts'
import { EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml'
import type { Event, ScalarEvent } from 'js-yaml'
import type { Span } from '../values/value.ts'
import { readEvents } from '../yaml/events.ts'
import { inside } from '../yaml/inside.ts'
import type { Inside } from '../yaml/inside.ts'
import { resolvePlain } from '../yaml/scalars.ts'
import { brokenSecrets } from './lines.ts'
import { isSecretKey, isSecretTextKey } from './names.ts'
import { joined, secretShapes } from './shapes.ts'
import { secretNodes } from './walk.ts'
import type { Tree } from './walk.ts'

/** The secrets of a text: where they are, and their decoded texts. */
export interface Secrets {
  /** half-open ranges in the text, in order; a block scalar is a range for each of its lines */
  readonly spans: readonly Span[]
  /** the decoded text of the span that begins at an offset: what a message might repeat */
  readonly texts: ReadonlyMap<number, readonly string[]>
  readonly starts: readonly number[]
}

const cache = new Map<string, Secrets>()

/** The secrets of a YAML text; cached, since many diagnostics are about the same file. */
export function secretsOf(text: string): Secrets {
  const found = cache.get(text)
  if (found !== undefined) return found
  if (cache.size > 100) cache.clear()
  const secrets = read(text, 0)
  cache.set(text, secrets)
  return secrets
}

interface SourceNode {
  readonly start: number
  readonly end: number
  /** as written, without quotes; the text of a block scalar may be split differently from its lines */
  readonly raw?: string
  readonly isBlock?: boolean
  readonly text?: string
  readonly isText: boolean
  readonly entries?: (readonly [SourceNode, SourceNode])[]
  readonly items?: SourceNode[]
}

const sourceTree: Tree<SourceNode> = {
  text: (node) => (node.isText ? node.text : undefined),
  items: (node) => node.items,
  entries: (node) => node.entries?.map(([key, child]) => [key.text ?? '', child] as const),
}

/** Values inside values inside a manifest; nobody nests texts deeper. */
const deepest = 3

/** Whether a text begins as a YAML map does: its keys say what is secret, not its words. */
function beginsAsMap(text: string): boolean {
  const first = text.split('\n', 50).find((line) => !/^[ \t]*(?:#|---|$)/.test(line.trimEnd())) ?? ''
  return /^ {0,200}(?:[A-Za-z_][\w./-]{0,200}|"[^"]{1,200}"|'[^']{1,200}'):(?:\s|$)/.test(first)
}

function read(text: string, depth: number): Secrets {
  const starts = lineStarts(text)
  const spans: Span[] = []
  const texts = new Map<number, string[]>()
  const hide = (span: Span, ...said: readonly string[]): void => {
    const own = lineSpans(text, span)
    append(spans, own)
    const [first] = own
    const known = first === undefined ? undefined : texts.get(first.start)
    const all = [...new Set([...(known ?? []), ...said, text.slice(span.start, span.end)])]
    for (const { start } of own) texts.set(start, all)
  }
  let roots: readonly SourceNode[]
  try {
    // a byte order mark takes an offset
    const mark = text.startsWith('\ufeff') ? 1 : 0
    roots = documents(mark === 1 ? ` ${text.slice(1)}` : text)
  } catch {
    for (const span of brokenSecrets(text)) hide(span)
    roots = documentsOfTemplate(text)
  }
  // where each character of a block is; undefined: it can't be followed, and is hidden as one
  const placesIn = new Map<SourceNode, Inside | undefined>()
  const isInner = (node: SourceNode): boolean => placesIn.get(node) !== undefined
  for (const node of depth < deepest ? blocksOf(roots) : []) placesIn.set(node, inside(text, node, node.text ?? ''))
  for (const [node, placeOf] of placesIn) {
    if (placeOf === undefined) continue
    const inner = read(node.text ?? '', depth + 1)
    for (const { start, end } of inner.spans)
      hide({ start: placeOf(start), end: placeOf(end - 1) + 1 }, ...(inner.texts.get(start) ?? [(node.text ?? '').slice(start, end)]))
  }
  const keyNodes = new Map<SourceNode, ReadonlyMap<string, readonly SourceNode[]>>()
  for (const root of roots)
    for (const { node, spans: parts, key } of secretNodes(root, sourceTree)) {
      if (key !== undefined) {
        const known = keyNodes.get(node) ?? keysOf(node)
        keyNodes.set(node, known)
        for (const name of known.get(key) ?? []) hide(name, key)
      } else if (parts !== 'whole' && isInner(node)) continue
      else if (parts === 'whole' || node.raw !== node.text || node.raw === undefined) hide(node, node.text ?? '')
      else {
        const from = node.start
        for (const { start, end } of parts) hide({ start: from + start, end: from + end }, node.text?.slice(start, end) ?? '')
      }
    }
  for (const span of commentSecrets(text, roots)) hide(span)
  return { spans: joined(spans), texts, starts }
}

/** Block scalars that hold YAML, such as the `values` of an Application. */
function blocksOf(roots: readonly SourceNode[]): SourceNode[] {
  return nodesOf(roots).filter(({ isBlock, text }) => isBlock === true && text !== undefined && beginsAsMap(text))
}

/** The keys of a map by their text: a text that is written twice counts each time. */
function keysOf({ entries = [] }: SourceNode): ReadonlyMap<string, readonly SourceNode[]> {
  const names = new Map<string, SourceNode[]>()
  for (const [name] of entries) {
    const own = names.get(name.text ?? '')
    if (own === undefined) names.set(name.text ?? '', [name])
    else own.push(name)
  }
  return names
}

/** A span on each line that it covers, without indentation and line breaks. */
function lineSpans(text: string, { start, end }: Span): Span[] {
  const spans: Span[] = []
  // a whole line may follow the end: it is not searched for a break
  const covered = text.slice(start, end)
  const put = (from: number, to: number): void => {
    const line = covered.slice(from, to)
    const indent = line.length - line.trimStart().length
    if (indent < line.length) spans.push({ start: start + from + indent, end: start + from + line.trimEnd().length })
  }
  let from = 0
  for (const { index, 0: lineBreak } of covered.matchAll(/\r\n|[\r\n\u0085\u2028\u2029]/g)) {
    put(from, index)
    from = index + lineBreak.length
  }
  put(from, covered.length)
  return spans
}

/** The documents of a manifest that is also a template, such as a set inside template fences; none if that is not YAML either. */
function documentsOfTemplate(text: string): SourceNode[] {
  if (!text.includes('{{')) return []
  const plain = text
    .replaceAll(/^\ufeff|\{\{`|`\}\}/g, (fence) => ' '.repeat(fence.length))
    .replaceAll(/^([ \t]*)(\{\{[^{}\n]{0,400}\}\})(?=[ \t]*\r?$)/gm, (line) => ' '.repeat(line.length))
    .replaceAll(/\{\{[^{}\n]{0,400}\}\}/g, (action) => 'x'.repeat(action.length))
  try {
    return documents(plain)
  } catch {
    return []
  }
}

/** The documents as nodes with their places; also keys that a later one replaced, and values that are never read. */
function documents(text: string): SourceNode[] {
  const events = readEvents(text, { maxDepth: 1_000 })
  const roots: SourceNode[] = []
  const anchors = new Map<string, SourceNode>()
  const open: SourceNode[] = []
  const keys: (SourceNode | undefined)[] = []
  const put = (node: SourceNode): void => {
    const parent = open.at(-1)
    if (parent === undefined) roots.push(node)
    else if (parent.items !== undefined) parent.items.push(node)
    else {
      const key = keys.at(-1)
      if (key !== undefined) parent.entries?.push([key, node])
      keys[keys.length - 1] = key === undefined ? node : undefined
    }
  }
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) open.length = keys.length = 0
    else if (event.type === EVENT_ID.POP) {
      open.pop()
      keys.pop()
    } else if (event.type === EVENT_ID.ALIAS)
      put(anchors.get(text.slice(event.anchorStart, event.anchorEnd)) ?? scalarNode(text, undefined))
    else {
      const node = event.type === EVENT_ID.SCALAR ? scalarNode(text, event) : collectionNode(event)
      if (event.anchorStart >= 0) anchors.set(text.slice(event.anchorStart, event.anchorEnd), node)
      put(node)
      if (event.type === EVENT_ID.SCALAR) continue
      open.push(node)
      keys.push(undefined)
    }
  }
  return roots
}

function collectionNode(event: Exclude<Event, ScalarEvent>): SourceNode {
  return { start: 0, end: 0, isText: false, ...(event.type === EVENT_ID.MAPPING ? { entries: [] } : { items: [] }) }
}

function scalarNode(text: string, event: ScalarEvent | undefined): SourceNode {
  if (event === undefined || event.valueStart < 0) return { start: 0, end: 0, isText: false, text: '' }
  const { valueStart: start, valueEnd: end, style } = event
  const value = getScalarValue(text, event)
  const isText = style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0 || !['boolean', 'object'].includes(typeof resolvePlain(value))
  const isBlock = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK
  return { start, end, raw: text.slice(start, end), isBlock, text: value, isText }
}

/** Passwords by their shape in comments, and settings that were commented out. */
function* commentSecrets(text: string, roots: readonly SourceNode[]): Iterable<Span> {
  if (!text.includes('#')) return
  const taken = joined(scalarsOf(roots))
  let at = 0
  const comments = /#[^\r\n]*/g
  for (let match = comments.exec(text); match !== null; match = comments.exec(text)) {
    const { index } = match
    while (at < taken.length && (taken[at] as Span).end <= index) at++
    const inside = taken[at]
    if (inside !== undefined && inside.start <= index) {
      comments.lastIndex = inside.end
      continue
    }
    const comment = match[0]
    for (const { start, end } of secretShapes(comment, { isMessage: true })) yield { start: index + start, end: index + end }
    const setting = /^#+[ \t]*(?:-[ \t]+)?["']?([A-Za-z_][\w./-]{0,100})["']?[ \t]*:[ \t]+(\S+)[ \t]*$/.exec(comment)
    if (setting?.[1] === undefined || setting[2] === undefined || /^(?:true|false|null|~|[[{|>].*)$/.test(setting[2])) continue
    const start = index + comment.lastIndexOf(setting[2])
    if (isSecretKey(setting[1]) || isSecretTextKey(setting[1])) yield { start, end: start + setting[2].length }
  }
}

function scalarsOf(roots: readonly SourceNode[]): Span[] {
  return nodesOf(roots).filter(({ raw }) => raw !== undefined)
}

/** Every node once, keys too. */
function nodesOf(roots: readonly SourceNode[]): SourceNode[] {
  const open = [...roots]
  const seen = new Set<SourceNode>()
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    for (const item of node.items ?? []) open.push(item)
    for (const [key, child] of node.entries ?? []) open.push(key, child)
  }
  return [...seen]
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length)
  return starts
}

/** The spans between two offsets of a text. */
export function spansWithin({ spans }: Secrets, { start, end }: Span): Span[] {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle] as Span).end <= start) low = middle + 1
    else high = middle
  }
  const found: Span[] = []
  for (let at = low; at < spans.length && (spans[at] as Span).start < end; at++) found.push(spans[at] as Span)
  return found
}

/** The range of a 1-based line, without its break; undefined: the text has no such line. */
export function lineRange(text: string, { starts }: Secrets, line: number): Span | undefined {
  const start = starts[line - 1]
  if (start === undefined) return undefined
  const next = starts[line]
  const end = next === undefined ? text.length : next - (text.startsWith('\r\n', next - 2) ? 2 : 1)
  return { start, end: Math.max(start, end) }
}
