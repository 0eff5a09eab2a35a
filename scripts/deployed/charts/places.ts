// Where did somebody write each part of a document that Helm printed: in a template, or in values that the template prints?
import { pieceAt } from '../../helm/pieces-of.ts'
import type { DocumentPrinting } from '../../helm/output.ts'
import type { Piece } from '../../helm/pieces.ts'
import type { ListValue, MapValue, Origin, Path, SourceFile, Span, Value } from '../../values/value.ts'

/** A template as a person sees it. */
export interface TemplateSource {
  readonly file: SourceFile
  /** offset in the text that Helm was given → offset in the file */
  readonly toFile: (offset: number) => number
}

/** What a document was printed from. */
export interface PrintedFrom {
  readonly printing: DocumentPrinting
  /** by the name that Helm gives to it */
  readonly sourceOf: (name: string) => TemplateSource | undefined
  /** the template that printed it, where nothing better is known */
  readonly template: SourceFile
}

interface Place {
  readonly file: SourceFile
  readonly span: Span
}

/**
 * The document with the places that a person can edit: the value where a text came from one, else the line of the template.
 * `traced` is the same tree with the origins that Helm's rendering recorded.
 */
export function placedDocument(traced: Value, from: PrintedFrom): Value {
  return placed(from.printing.raw, traced, { from, path: [] })
}

interface Context {
  readonly from: PrintedFrom
  readonly path: Path
}

function placed(raw: Value, traced: Value | undefined, context: Context): Value {
  const common = { origin: originOf(raw, traced, context), overrides: [] }
  const below = (step: string | number): Context => ({ ...context, path: [...context.path, step] })
  if (raw.kind === 'map') {
    const others = traced?.kind === 'map' ? traced.entries : undefined
    const entries = new Map([...raw.entries].map(([key, entry]) => [key, placed(entry, others?.get(key), below(key))]))
    return { kind: 'map', ...common, entries } satisfies MapValue
  }
  if (raw.kind === 'list') {
    const others = traced?.kind === 'list' ? traced.items : undefined
    return { kind: 'list', ...common, items: raw.items.map((item, at) => placed(item, others?.[at], below(at))) } satisfies ListValue
  }
  return raw.kind === 'null' ? { kind: 'null', ...common } : { kind: 'scalar', ...common, value: raw.value }
}

function originOf(raw: Value, traced: Value | undefined, { from, path }: Context): Origin {
  if (traced !== undefined && isOfValues(raw, traced, from)) return { ...traced.origin, layer: 'service', path }
  const { key, value } = raw.origin
  const value_ = placeOf(value, from)
  const key_ = key === null ? undefined : placeOf(key, from)
  if (key_ === undefined) return { layer: 'service', file: value_.file, path, key: null, value: value_.span }
  const isBlock = raw.kind === 'map' || raw.kind === 'list'
  // a key and its value may be in two files, and a node is in one
  if (key_.file === value_.file) return { layer: 'service', file: key_.file, path, key: key_.span, value: value_.span }
  const { file, span } = isBlock ? key_ : value_
  return { layer: 'service', file, path, key: isBlock ? span : null, value: span }
}

/** Whether values made a node, which are where a person changes it. */
function isOfValues(raw: Value, traced: Value, { printing }: PrintedFrom): boolean {
  const { file, value, key } = traced.origin
  // what nobody wrote has no place of its own
  if (file.builtin === true || (value.end <= value.start && key === null)) return false
  if (raw.kind === 'map' || raw.kind === 'list') {
    const piece = pieceAt({ pieces: printing.pieces(), start: printing.start }, raw.origin.key?.start ?? raw.origin.value.start)
    return piece?.yaml !== undefined
  }
  if (traced.kind !== 'scalar' || traced.constant === true) return false
  // a text of several lines is the template's, whatever values are printed in it
  const piece = pieceAt({ pieces: printing.pieces(), start: printing.start }, raw.origin.value.start)
  const printed = printing.text.slice(printing.start + raw.origin.value.start, printing.start + raw.origin.value.end)
  return piece?.isText !== true || !printed.includes('\n')
}

/** Where a span of the document is in a template. */
function placeOf({ start, end }: Span, from: PrintedFrom): Place {
  const first = offsetOf(start, from)
  if (end <= start) return { file: first.file, span: { start: first.start, end: first.start } }
  const last = end - 1 === start ? first : offsetOf(end - 1, from)
  const isOrdered = last.file === first.file && last.end > first.start
  return { file: first.file, span: { start: first.start, end: isOrdered ? last.end : first.end } }
}

/** The character of a template that printed one of the document, or the whole action that did. */
function offsetOf(offset: number, { printing, sourceOf, template }: PrintedFrom): { file: SourceFile; start: number; end: number } {
  const pieces = printing.pieces()
  const piece = pieceAt({ pieces, start: printing.start }, offset) ?? pieces.at(-1)
  const source = piece === undefined ? undefined : sourceOf(piece.tree.parseName)
  if (piece === undefined || source === undefined) return { file: template, start: 0, end: 1 }
  const inside = Math.max(printing.start + offset - piece.start, 0)
  const exact = piece.isText ? piece.at : rawStart(piece, printing.text)
  if (exact !== undefined) {
    const at = source.toFile(exact + inside)
    return { file: source.file, start: at, end: at + 1 }
  }
  const { text } = piece.tree
  const open = text.lastIndexOf('{{', piece.at)
  const close = text.indexOf('}}', piece.at)
  const start = source.toFile(Math.max(open, 0))
  return { file: source.file, start, end: Math.max(close < 0 ? start + 1 : source.toFile(close + 2), start + 1) }
}

/** A raw string is printed as it is, and a fence is one around a whole file: each is looked at once. */
const rawStarts = new WeakMap<Piece, { readonly start: number | undefined }>()

/** Where the text of a raw string begins in its template, if that is all that an action prints. */
function rawStart(piece: Piece, printed: string): number | undefined {
  const known = rawStarts.get(piece)
  if (known !== undefined) return known.start
  const { text } = piece.tree
  const isRaw = text[piece.at] === '`' && text.startsWith(`${printed.slice(piece.start, piece.end)}\``, piece.at + 1)
  const start = isRaw ? piece.at + 1 : undefined
  rawStarts.set(piece, { start })
  return start
}

/** Where the characters of a printed text were written: in the value that printed them, else in the template. Offsets from the text's start. */
export function spotInText(span: Span, from: PrintedFrom): Place {
  const { printing } = from
  const piece = pieceAt({ pieces: printing.pieces(), start: 0 }, span.start)
  const value = piece === undefined || piece.isText ? undefined : piece.reads.findLast(isWritten)
  if (value !== undefined) return { file: value.origin.file, span: value.origin.value }
  return placeOf({ start: span.start - printing.start, end: span.end - printing.start }, from)
}

const isWritten = ({ kind, origin }: Value): boolean =>
  kind === 'scalar' && origin.file.builtin !== true && origin.value.end > origin.value.start

/** Offset in the document → the place of that character. */
export function spotInDocument(span: Span, from: PrintedFrom): Place {
  return placeOf(span, from)
}
