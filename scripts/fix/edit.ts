// What is one safe edit of a text, and does it change nothing else?
import { isDeepStrictEqual } from 'node:util'
import type { Diagnostic, Json, JsonMap, Path, SourceFile, Value } from '../model.ts'
import { parseYaml } from '../yaml/parse.ts'
import { toPlain } from '../values/value.ts'

/** A replacement of a range of UTF-16 offsets. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
  /** the only paths of the values at which something may differ afterwards */
  readonly touches: readonly Path[]
  /** what a person is told: `16.10 is now "16.10"` */
  readonly what: string
}

/** A readable text with its values. */
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

/** Where a diagnostic starts; a byte order mark takes an offset, but no column. */
export function offsetOf(text: string, { at }: Diagnostic): number {
  let start = 0
  let line = 1
  for (const match of text.matchAll(/\r\n|\r|\n/g)) {
    if (line === at.line) break
    line++
    start = match.index + match[0].length
  }
  const mark = start === 0 && text.startsWith('\ufeff') ? 1 : 0
  return start + mark + at.column - 1
}

/** The node whose key or value starts at an offset, written in this text itself and not through an alias. */
export function nodeAt(root: Value, offset: number, on: 'key' | 'value'): Value | undefined {
  const span = on === 'key' ? root.origin.key : root.origin.value
  if (span?.start === offset && span.end > span.start && (on === 'key' || root.kind === 'scalar')) return root
  const children = root.kind === 'map' ? [...root.entries.values()] : root.kind === 'list' ? root.items : []
  for (const child of children) {
    const found = nodeAt(child, offset, on)
    if (found !== undefined) return found
  }
  return undefined
}

export function applyEdit(text: string, edit: Pick<Edit, 'start' | 'end' | 'text'>): string {
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end)
}

/** Edits of one text, last first; one that overlaps an earlier one is left for the next round. */
export function applyEdits<E extends Edit>(text: string, edits: readonly E[]): { readonly text: string; readonly applied: readonly E[] } {
  const applied: E[] = []
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    const last = applied.at(-1)
    if (last === undefined || edit.start > last.end) applied.push(edit)
  }
  return { text: applied.reduceRight((rest, edit) => applyEdit(rest, edit), text), applied }
}

/** Whether the text still reads, and its values differ at the edit's own paths only: an alias may carry a change elsewhere. */
export function isContained(draft: Draft, edit: Edit): boolean {
  const after = readDraft(draft.file.path, applyEdit(draft.file.text, edit))
  if (after === undefined) return false
  const [before, now] = [toPlain(draft.root), toPlain(after.root)]
  for (const path of edit.touches) {
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
  else delete node[String(last)]
}
