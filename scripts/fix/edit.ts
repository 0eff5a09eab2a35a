// What is one safe edit of a text, and does it change nothing else?
import { printed } from '../values/printed.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Diagnostic } from '../findings/finding.ts'
import type { Json, JsonMap, Path, SourceFile, Value } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'
import { toPlain } from '../values/value.ts'

/** A replacement of a range of UTF-16 offsets. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
  /** the only paths of the values at which something may differ afterwards */
  readonly touches: readonly Path[]
  /** what is reported: `16.10 is now "16.10"` */
  readonly what: string
}

/** A text that can be read, with its values. */
export interface Draft {
  readonly file: SourceFile
  readonly root: Value
}

/** The only document of a text; undefined where Helm can't read it or there are several. */
export function readDraft(path: string, text: string): Draft | undefined {
  const file: SourceFile = { path, text }
  const { documents, problems } = parseYaml(file, 'service')
  const [root, ...others] = documents
  return root === undefined || others.length > 0 || problems.some(({ fatal }) => fatal) ? undefined : { file, root }
}

let lastLines: { readonly text: string; readonly starts: readonly number[] } | undefined

/** Where the lines of a text begin; cached for the last text, since many diagnostics are about one file. */
function lineStarts(text: string): readonly number[] {
  if (lastLines?.text === text) return lastLines.starts
  const starts = [0]
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length)
  lastLines = { text, starts }
  return starts
}

/** Where a diagnostic starts; a byte order mark takes an offset, but no column. */
export function offsetOf(text: string, { at }: Pick<Diagnostic, 'at'>): number {
  const starts = lineStarts(text)
  const start = starts[Math.min(at.line, starts.length) - 1] ?? 0
  const mark = start === 0 && text.startsWith('\ufeff') ? 1 : 0
  return start + mark + at.column - 1
}

interface Starts {
  readonly key: Map<number, Value>
  readonly value: Map<number, Value>
}

const nodes = new WeakMap<Value, Starts>()

/** The node whose key or value starts at an offset, written in this text itself and not through an alias. */
export function nodeAt(root: Value, offset: number, on: 'key' | 'value'): Value | undefined {
  let starts = nodes.get(root)
  if (starts === undefined) {
    starts = { key: new Map(), value: new Map() }
    collectStarts(root, starts)
    nodes.set(root, starts)
  }
  return starts[on].get(offset)
}

function collectStarts(node: Value, starts: Starts): void {
  const { key, value } = node.origin
  if (key !== null && key.end > key.start && !starts.key.has(key.start)) starts.key.set(key.start, node)
  if (node.kind === 'scalar' && value.end > value.start && !starts.value.has(value.start)) starts.value.set(value.start, node)
  const children = node.kind === 'map' ? node.entries.values() : node.kind === 'list' ? node.items : []
  for (const child of children) collectStarts(child, starts)
}

/** Edits of one text, last first; one that overlaps an earlier one is left for the next round. */
export function applyEdits<E extends Edit>(text: string, edits: readonly E[]): { readonly text: string; readonly applied: readonly E[] } {
  const applied: E[] = []
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    const last = applied.at(-1)
    if (last === undefined || edit.start > last.end) applied.push(edit)
  }
  const parts: string[] = []
  let at = 0
  for (const { start, end, text: inserted } of applied) {
    parts.push(text.slice(at, start), inserted)
    at = end
  }
  return { text: parts.join('') + text.slice(at), applied }
}

/** How many characters may be read to find out which edits of a text are safe. */
const mostRead = 4 * 1024 * 1024

export interface SafeEdits<E> {
  readonly edits: readonly E[]
  /** some were not tried, since that would take too long */
  readonly isPartial: boolean
}

/**
 * The edits after which the text still reads, and its values differ at the edits' own paths only: an alias may carry a
 * change elsewhere. They are tried together, and in halves where one of them is not safe. Those that overlap others are
 * left for the next round.
 */
export function safeEdits<E extends Edit>(draft: Draft, all: readonly E[]): SafeEdits<E> {
  let read = 0
  let isPartial = false
  const areSafe = (edits: readonly E[]): boolean => {
    read += draft.file.text.length
    return areContained(draft, edits)
  }
  const search = (edits: readonly E[]): readonly E[] => {
    if (edits.length === 0) return []
    if (read > mostRead) {
      isPartial = true
      return []
    }
    if (areSafe(edits)) return edits
    if (edits.length === 1) return []
    const [first, second] = [search(edits.slice(0, edits.length >> 1)), search(edits.slice(edits.length >> 1))]
    if (first.length === 0 || second.length === 0) return first.length === 0 ? second : first
    return areSafe([...first, ...second]) ? [...first, ...second] : first
  }
  const edits = search(applyEdits(draft.file.text, all).applied)
  return { edits, isPartial }
}

function areContained(draft: Draft, edits: readonly Edit[]): boolean {
  const after = readDraft(draft.file.path, applyEdits(draft.file.text, edits).text)
  if (after === undefined) return false
  const [before, now] = [toPlain(draft.root), toPlain(after.root)]
  for (const path of edits.flatMap(({ touches }) => touches)) {
    drop(before, path)
    drop(now, path)
  }
  return isDeepStrictEqual(before, now)
}

function drop(root: Json, path: Path): void {
  let node: Json | undefined = root
  for (const step of path.slice(0, -1)) node = node !== null && typeof node === 'object' ? (node as JsonMap)[String(step)] : undefined
  const last = path.at(-1)
  if (node === null || typeof node !== 'object' || last === undefined) return
  // items keep their places
  if (Array.isArray(node)) node[Number(last)] = null
  else delete node[printed(last)]
}
