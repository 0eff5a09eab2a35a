// What does Helm make of a hand-written template, and where does each character come from?
import type { Span } from '../model.ts'

/** Stands for what only the cluster or the parent's values know; no honest text holds it. */
export const unknownText = '\ue000'

export interface HelmText {
  readonly text: string
  /** control structures, definitions or functions: what comes out can't be said */
  readonly isPlain: boolean
  /** actions such as `{{ .env }}`, meant for Argo CD, that Helm prints as nothing or refuses */
  readonly eaten: readonly { readonly span: Span; readonly action: string }[]
  /** offset in the text → offset in the file */
  readonly toFile: (offset: number) => number
}

interface Piece {
  readonly at: number
  readonly from: number
  /** pieces that were computed point at their action */
  readonly fixed: boolean
}

const roots = /^\$?\.(?:Values|Release|Chart|Capabilities|Files|Template|Subcharts)\b/
const field = /^\$?\.[A-Za-z_][\w.]*$/
/** `path.basename`, `service`: parameters of sets without goTemplate. */
const parameter = /^[a-z][\w]*(?:\.[\w[\]]+)*$/
const words = new Set(['end', 'else', 'now', 'list', 'dict', 'uuidv4', 'true', 'false', 'nil', 'break', 'continue'])

/** Reads a template without running it: raw strings and texts are copied, values are unknown, comments vanish. */
export function readHelmText(source: string): HelmText {
  const pieces: Piece[] = []
  const eaten: { span: Span; action: string }[] = []
  let text = ''
  let isPlain = true
  let at = 0
  const add = (part: string, from: number, fixed: boolean): void => {
    if (part === '') return
    pieces.push({ at: text.length, from, fixed })
    text += part
  }
  for (;;) {
    const open = source.indexOf('{{', at)
    if (open < 0) break
    const close = endOfAction(source, open + 2)
    const trimsBefore = /^-\s/.test(source.slice(open + 2, open + 4))
    const before = source.slice(at, open)
    add(trimsBefore ? before.trimEnd() : before, at, false)
    const inner = source.slice(open + 2, close)
    const action = inner.replace(/^-\s/, ' ').replace(/\s-$/, ' ').trim()
    const raw = /^`([^`]*)`$/.exec(action)
    if (raw !== null) add(raw[1] ?? '', source.indexOf('`', open) + 1, false)
    else if (/^"(?:[^"\\]|\\.)*"$/.test(action)) add(unquote(action), open, true)
    else if (roots.test(action)) add(unknownText, open, true)
    else if (field.test(action) || (parameter.test(action) && !words.has(action))) {
      eaten.push({ span: { start: open, end: Math.min(close + 2, source.length) }, action })
      add(unknownText, open, true)
    } else if (!action.startsWith('/*')) isPlain = false
    at = Math.min(close + 2, source.length)
    if (/\s-$/.test(inner)) at += /^\s*/.exec(source.slice(at))?.[0].length ?? 0
  }
  add(source.slice(at), at, false)
  return { text, isPlain, eaten, toFile: (offset) => fileOffset(pieces, offset) }
}

function fileOffset(pieces: readonly Piece[], offset: number): number {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((pieces[middle] as Piece).at <= offset) low = middle
    else high = middle - 1
  }
  const piece = pieces[low]
  if (piece === undefined) return 0
  return piece.fixed ? piece.from : piece.from + offset - piece.at
}

/** Where `}}` of an action stands; texts and raw strings may hold braces. */
function endOfAction(source: string, start: number): number {
  let at = start
  while (at < source.length) {
    const character = source[at]
    if (source.startsWith('}}', at)) return at
    if (character === '`' || character === '"') {
      const end = character === '`' ? source.indexOf('`', at + 1) : at + (/^"(?:[^"\\\n]|\\.)*/.exec(source.slice(at))?.[0].length ?? 1)
      if (end < 0) return source.length
      at = end
    }
    at++
  }
  return source.length
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    return unknownText
  }
}
