// What did a template of the repository's own chart write itself, or print beside the key that it belongs to?
import type { FoundChart } from '../charts/find.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { RuledFinding } from '../findings/finding.ts'
import type { DocumentPrinting, HelmDocument } from '../helm/output.ts'
import { pieceAt } from '../helm/pieces-of.ts'
import type { Piece } from '../helm/pieces.ts'
import { isGoMap } from '../go-template/go-value.ts'
import type { RenderedObject } from '../model.ts'
import type { Span, Value } from '../values/value.ts'
import { valueAt } from '../values/value.ts'
import { lineSpot, templateFile } from './template-spots.ts'

type Correction = Partial<Pick<LocatedFinding, 'at' | 'message' | 'help'>>

/** What to change in the templates for what is refused at one place of an object, whatever the values are. */
export function printedWords(chart: FoundChart, documents: readonly HelmDocument[]) {
  return (object: RenderedObject, { rule, severity, places }: RuledFinding): Correction | undefined => {
    const [place, other] = places
    if (severity !== 'error' || other !== undefined) return undefined
    const printing = documents.find(({ plain }) => plain === object.plain)?.printing
    const node = printing === undefined ? undefined : valueAt(printing.raw, place.path)
    if (printing === undefined || node === undefined) return undefined
    const isUnknown = rule === 'schema/unknown-field'
    const span = isUnknown ? node.origin.key : node.kind === 'scalar' ? node.origin.value : null
    const piece = span === null ? undefined : pieceAt({ ...printing, pieces: printing.pieces() }, span.start)
    if (span === null || piece === undefined) return undefined
    if (piece.isText) return wordOf(chart, { piece, span, printing })
    return isUnknown && isGoMap(piece.yaml ?? null) ? besideKey(chart, { piece, node, printing }) : undefined
  }
}

/** A word that no value is in. */
function wordOf(
  chart: FoundChart,
  { piece, span, printing }: { readonly piece: Piece; readonly span: Span; readonly printing: DocumentPrinting },
): Correction | undefined {
  const path = fileOf(piece)
  const file = path === undefined || piece.end < printing.start + span.end ? undefined : templateFile(chart, path)
  const start = piece.at + printing.start + span.start - piece.start
  const end = start + span.end - span.start
  // a text that was made of another one, as by `upper`, is not what the file has
  const isSame = file?.text.slice(start, end) === printing.text.slice(printing.start + span.start, printing.start + span.end)
  return file !== undefined && isSame ? { at: { file, span: { start, end } } } : undefined
}

/** A map printed by `toYaml` in the column of the key above it, or left of it: that key stays empty. */
function besideKey(
  chart: FoundChart,
  { piece, node, printing }: { readonly piece: Piece; readonly node: Value; readonly printing: DocumentPrinting },
): Correction | undefined {
  const { text } = printing
  const first = piece.start + text.slice(piece.start).search(/\S/)
  const columnOf = (at: number): number => at - text.lastIndexOf('\n', at - 1) - 1
  const column = columnOf(printing.start + (node.origin.key?.start ?? 0))
  const [, indent, key] = /^([ ]*)([\w.-]+):$/.exec(text.slice(0, first).trimEnd().split('\n').at(-1) ?? '') ?? []
  const path = fileOf(piece)
  if (indent === undefined || key === undefined || path === undefined || columnOf(first) !== column || indent.length < column)
    return undefined
  const action = piece.tree.text.slice(piece.at).split('}}', 1)[0] ?? ''
  const [, name, spaces] = /\b(n?indent)\s+(\d{1,3})/.exec(action) ?? []
  const at = lineSpot(chart, path, piece.tree.text.slice(0, piece.at).split('\n').length)
  return (
    at && {
      at,
      message: phrase`fields are printed beside \`${named(key)}\`, not below it: they are indented by ${column}, but must be by ${indent.length + 2}`,
      help:
        name === undefined
          ? phrase`indent it by ${indent.length + 2} spaces`
          : phrase`write ${named(name)} ${Number(spaces) + indent.length + 2 - column}`,
    }
  )
}

function fileOf({ tree }: Piece): string | undefined {
  const path = tree.parseName.slice(tree.parseName.indexOf('/') + 1)
  return path.startsWith('templates/') ? path : undefined
}
