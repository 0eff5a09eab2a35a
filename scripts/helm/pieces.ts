// Where are the pieces of a text in the result of a function?
import type { TemplateTree } from '../go-template/go-tree.ts'
import type { GoList, GoMap, GoValue } from '../go-template/go-value.ts'
import type { Value } from '../values/value.ts'

/** A part of a printed text. */
export interface Piece {
  readonly start: number
  readonly end: number
  readonly tree: TemplateTree
  /** offset of the text or action in the template */
  readonly at: number
  /** the template's own words */
  readonly isText: boolean
  /** the values that it was made of */
  readonly reads: readonly Value[]
  /** the map or list that was written as YAML or JSON */
  readonly yaml: GoMap | GoList | undefined
  /** values of the conditions that let it be printed, innermost first */
  readonly reasons: readonly Value[]
  /** what a text consists of that was made before, counted from its start */
  readonly inner: Pieces | undefined
}

/** The parts of a text, put together when somebody asks: of most texts nobody does. */
export type Pieces = () => readonly Piece[]

/** Parts of parts, counted from the start of the whole text. */
export function flat(pieces: readonly Piece[]): readonly Piece[] {
  if (pieces.every(({ inner }) => inner === undefined)) return pieces
  const all: Piece[] = []
  for (const piece of pieces) {
    if (piece.inner === undefined) all.push(piece)
    else
      for (const part of piece.inner())
        all.push({ ...part, start: part.start + piece.start, end: part.end + piece.start, reasons: [...part.reasons, ...piece.reasons] })
  }
  return all
}

interface Change {
  readonly name: string
  readonly args: readonly GoValue[]
  readonly from: string
  readonly to: string
}

/** The pieces in the new text; none: nobody knows where they went. */
export function movedPieces(change: Change, pieces: readonly Piece[]): readonly Piece[] {
  const { from, to, name } = change
  if (name === 'indent' || name === 'nindent') return indented(change, pieces)
  const at = to.indexOf(from)
  if (at >= 0) return pieces.map((piece) => ({ ...piece, start: piece.start + at, end: piece.end + at }))
  // something was cut off
  const kept = from.indexOf(to)
  if (kept < 0) return coarse(to, pieces)
  return pieces
    .filter((piece) => piece.end >= kept && piece.start <= kept + to.length)
    .map((piece) => ({ ...piece, start: Math.max(piece.start - kept, 0), end: Math.min(piece.end - kept, to.length) }))
}

function indented({ name, args, from }: Change, pieces: readonly Piece[]): readonly Piece[] {
  const lead = name === 'nindent' ? 1 : 0
  const pad = Number(args[0])
  const breaks: number[] = []
  for (let at = from.indexOf('\n'); at >= 0; at = from.indexOf('\n', at + 1)) breaks.push(at)
  const moved = (offset: number): number => {
    let [low, high] = [0, breaks.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((breaks[middle] as number) < offset) low = middle + 1
      else high = middle
    }
    return lead + offset + pad * (low + 1)
  }
  return pieces.map((piece) => ({ ...piece, start: moved(piece.start), end: moved(piece.end) }))
}

/** One piece for all, with everything that was read. */
function coarse(to: string, pieces: readonly Piece[]): readonly Piece[] {
  const [first] = pieces
  if (first === undefined) return []
  const reads = [...new Set(pieces.flatMap((piece) => piece.reads))]
  const yaml = pieces.length === 1 ? first.yaml : undefined
  return [{ ...first, start: 0, end: to.length, isText: pieces.every((piece) => piece.isText), reads, yaml }]
}
