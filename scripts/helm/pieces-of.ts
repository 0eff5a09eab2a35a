// Which pieces of a printed text is a part of a document made of?
import type { Origin } from '../values/value.ts'
import type { Piece } from './pieces.ts'

/** A document that was cut from a text: where it begins, and the pieces of all of it in order. */
interface Placed {
  readonly pieces: readonly Piece[]
  readonly start: number
}

/** The piece at an offset of the document. */
export function pieceAt(printing: Placed, offset: number): Piece | undefined {
  return printing.pieces[indexAt(printing, offset)]
}

/** The index of the piece at an offset of the document; -1: none. */
function indexAt(printing: Placed, offset: number): number {
  const { pieces } = printing
  const wanted = printing.start + offset
  let [low, high] = [0, pieces.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pieces[middle] as Piece).end <= wanted) low = middle + 1
    else high = middle
  }
  const piece = pieces[low]
  return piece !== undefined && piece.start <= wanted ? low : -1
}

/** Where nothing is printed: what was asked between the key and the end of its line. */
export function piecesAfterKey(printing: Placed & { readonly text: string }, origin: Origin): Piece[] {
  const from = printing.start + (origin.key?.end ?? origin.value.start)
  const line = printing.text.indexOf('\n', printing.start + origin.value.end)
  const until = line < 0 ? printing.text.length : line
  const found: Piece[] = []
  for (let at = Math.max(firstEnding(printing.pieces, from), 0); at < printing.pieces.length; at++) {
    const piece = printing.pieces[at] as Piece
    if (piece.start > until) break
    if (!piece.isText) found.push(piece)
  }
  return found
}

function firstEnding(pieces: readonly Piece[], wanted: number): number {
  let [low, high] = [0, pieces.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pieces[middle] as Piece).end < wanted) low = middle + 1
    else high = middle
  }
  return low
}

export function piecesIn(printing: Placed, start: number, end: number): Piece[] {
  const first = indexAt(printing, start)
  const found: Piece[] = []
  for (let at = first; at >= 0 && at < printing.pieces.length; at++) {
    const piece = printing.pieces[at] as Piece
    // what printed nothing also comes at the end
    if (piece.start >= printing.start + end && !(piece.start === piece.end && piece.end === printing.start + end && !piece.isText)) break
    found.push(piece)
  }
  return found
}
