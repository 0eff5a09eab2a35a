// What did a template of the repository's own chart write itself, or print beside the key that it belongs to?
import type { FoundChart } from '../charts/find.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { RuledFinding } from '../findings/finding.ts'
import type { DocumentPrinting, HelmDocument } from '../helm/output.ts'
import { pieceAt } from '../helm/pieces-of.ts'
import type { Piece } from '../helm/pieces.ts'
import { isGoMap } from '../go-template/go-value.ts'
import type { RenderedObject } from '../model.ts'
import type { Path, Span, Value } from '../values/value.ts'
import { leavesOf, valueAt } from '../values/value.ts'
import { formatPath } from '../values/path.ts'
import { actionSpot, templateFile, templatePath } from './template-spots.ts'

type Correction = Partial<Pick<LocatedFinding, 'at' | 'message' | 'help'>>

/** What to change in the templates for what is refused at one place of an object, whatever the values are. */
export function printedWords(chart: FoundChart, documents: readonly HelmDocument[]) {
  return (object: RenderedObject, { rule, severity, places }: RuledFinding): Correction | undefined => {
    const [place, other] = places
    if ((severity !== 'error' && place.on !== 'key') || other !== undefined) return undefined
    const printing = documents.find(({ plain }) => plain === object.plain)?.printing
    if (printing === undefined) return undefined
    const node = valueAt(printing.raw, place.path)
    if (severity !== 'error') return node?.kind === 'map' ? ownMap(chart, printing, node) : undefined
    if (node === undefined) return lackingWord(chart, printing, place.path)
    if (node.kind === 'null') return nothingPrinted(chart, printing, node)
    const map = mapInText(chart, { printing, node, value: valueAt(object.value, place.path) })
    if (map !== undefined) return map
    const isUnknown = rule === 'schema/unknown-field'
    const span = isUnknown ? node.origin.key : node.kind === 'scalar' ? node.origin.value : null
    const piece = span === null ? undefined : pieceOf(printing, span.start)
    if (span === null || piece === undefined) return undefined
    const quoted = rule === 'schema/type' ? quotedAction(chart, printing, span) : undefined
    if (quoted !== undefined)
      return { ...quoted, message: phrase`${named(formatPath(place.path))} is text, because the template puts it in quotes` }
    if (piece.isText) return wordIn(chart, { piece, span, printing })
    return isUnknown && isGoMap(piece.yaml ?? null) ? besideKey(chart, { piece, node, printing }) : undefined
  }
}

const pieceOf = (printing: DocumentPrinting, offset: number): Piece | undefined =>
  pieceAt({ ...printing, pieces: printing.pieces() }, offset)

/** `{{ .Release.name }}`: an action beside a key that reads no value, and prints nothing. */
function nothingPrinted(chart: FoundChart, printing: DocumentPrinting, { origin }: Value): Correction | undefined {
  const spot = origin.key === null ? undefined : spotOfPrinted(chart, printing, origin.key)
  if (spot === undefined) return undefined
  const [line = ''] = spot.file.text.slice(spot.span.start).split('\n', 1)
  const [, builtIn = '', field = ''] =
    /^[\w-]+:[ \t]*["']?\{\{-?[ \t]*[.$]{1,2}(Release|Chart|Capabilities|Template)\.(\w+)\b/.exec(line) ?? []
  if (builtIn === '') return undefined
  const meant = field.slice(0, 1).toUpperCase() + field.slice(1)
  return {
    at: spot,
    ...(meant !== field && { help: phrase`did you mean \`.${named(builtIn)}.${named(meant)}\`?` }),
  }
}

/** The key of a map that the template has from beginning to end, which no value is in. */
function ownMap(chart: FoundChart, printing: DocumentPrinting, map: Value): Correction | undefined {
  const spans = [map.origin.key, ...[...leavesOf(map)].map(({ value }) => value.origin.value)]
  const [at, ...inside] = spans.map((span) => (span === null ? undefined : spotOfPrinted(chart, printing, span)))
  return at !== undefined && inside.every((spot) => spot?.file === at.file) ? { at } : undefined
}

interface Printed {
  readonly printing: DocumentPrinting
  readonly node: Value
  /** as the object has it, with the place in the values that it came from */
  readonly value: Value | undefined
}

/** A map that an action prints as Go does, where a text belongs: of the values, or of the template, where that reads keys of it elsewhere. */
function mapInText(chart: FoundChart, { printing, node, value }: Printed): Correction | undefined {
  if (node.kind !== 'scalar' || value === undefined || !String(node.value).startsWith('map[')) return undefined
  const { path, file, value: span } = value.origin
  // written as such a text by somebody
  if (/^["']?map\[/.test(file.text.slice(span.start, span.end))) return undefined
  const piece = pieceOf(
    printing,
    node.origin.value.start + (/^["']/.test(printing.text[printing.start + node.origin.value.start] ?? '') ? 1 : 0),
  )
  if (path.length === 0 || piece === undefined || piece.isText || fileOf(piece) === undefined) return undefined
  const name = formatPath(path)
  const keys = [...String(node.value).matchAll(/(?:\[|[ ])([\w-]+):/g)].map(([, key = '']) => key)
  const isRead = keys.find((key) => chartReads(chart, `.Values.${name}.${key}`))
  if (isRead === undefined) {
    const [only, ...others] = keys
    const help =
      only === undefined || others.length > 0 ? phrase`write the text itself` : phrase`write what is below \`${named(only)}\` in its place`
    return { message: phrase`${named(name)} is a map, but the chart prints it as text`, help }
  }
  const at = actionSpot(chart, piece.tree, piece.at)
  return (
    at && {
      at,
      message: phrase`${named(name)} is a map, but is printed here as text`,
      help: phrase`name a key in it, as in {{ .Values.${named(name)}.${named(isRead)} }}`,
    }
  )
}

/** Whether a template has a word. */
function chartReads(chart: FoundChart, word: string): boolean {
  return Object.keys(chart.files).some((path) => path.startsWith('templates/') && templateFile(chart, path)?.text.includes(word) === true)
}

/** The key of the map that lacks a field, where the template has all keys of it itself, and nothing about the field. */
function lackingWord(chart: FoundChart, printing: DocumentPrinting, path: Path): Correction | undefined {
  const depth = path.findLastIndex((_key, index) => valueAt(printing.raw, path.slice(0, index)) !== undefined)
  const holder = valueAt(printing.raw, path.slice(0, depth))
  if (holder?.kind !== 'map' || holder.origin.key === null) return undefined
  const at = spotOfPrinted(chart, printing, holder.origin.key)
  const keys = [...holder.entries.values()].flatMap(({ origin }) => origin.key ?? [])
  const isOwn = keys.every((key) => spotOfPrinted(chart, printing, key)?.file === at?.file)
  return at !== undefined && isOwn && !at.file.text.includes(String(path[depth])) ? { at } : undefined
}

/** A number or a truth value that the template puts in quotes: it is a text whatever the value is. */
function quotedAction(chart: FoundChart, printing: DocumentPrinting, span: Span): Correction | undefined {
  const text = printing.text.slice(printing.start + span.start, printing.start + span.end)
  const inner = /^(["'])(?:-?\d{1,18}|true|false)\1$/.test(text) ? pieceOf(printing, span.start + 1) : undefined
  if (inner === undefined || inner.isText || fileOf(inner) === undefined) return undefined
  const isWritten = pieceOf(printing, span.start)?.isText === true
  const [name] = /\bs?quote\b/.exec(inner.tree.text.slice(inner.at).split('}}', 1)[0] ?? '') ?? []
  const at = actionSpot(chart, inner.tree, inner.at)
  if (at === undefined || (name === undefined && !isWritten)) return undefined
  return { at, help: isWritten ? phrase`remove the quotes around {{ }}` : phrase`remove \`${named(name)}\` from the template` }
}

/** A word that no value is in. */
function wordIn(chart: FoundChart, word: Word): Correction | undefined {
  const at = spotOfWord(chart, word)
  return at && { at }
}

/** The place of what is printed at a span of a document, if a template has that word itself, without any value in it. */
export function spotOfPrinted(chart: FoundChart, printing: DocumentPrinting, span: Span): Spot | undefined {
  const piece = pieceOf(printing, span.start)
  return piece?.isText === true ? spotOfWord(chart, { piece, span, printing }) : undefined
}

interface Word {
  readonly piece: Piece
  readonly span: Span
  readonly printing: DocumentPrinting
}

function spotOfWord(chart: FoundChart, { piece, span, printing }: Word): Spot | undefined {
  const path = fileOf(piece)
  const file = path === undefined || piece.end < printing.start + span.end ? undefined : templateFile(chart, path)
  const start = piece.at + printing.start + span.start - piece.start
  const end = start + span.end - span.start
  // a text that was made of another one, as by `upper`, is not what the file has
  const isSame = file?.text.slice(start, end) === printing.text.slice(printing.start + span.start, printing.start + span.end)
  return file !== undefined && isSame ? { file, span: { start, end } } : undefined
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
  if (indent === undefined || key === undefined || fileOf(piece) === undefined) return undefined
  const unindented = firstLineOnly(chart, { piece, first, columnOf, text }, key)
  if (unindented !== undefined) return unindented
  if (columnOf(first) !== column || indent.length < column) return undefined
  const action = piece.tree.text.slice(piece.at).split('}}', 1)[0] ?? ''
  const [, name, spaces] = /\b(n?indent)\s+(\d{1,3})/.exec(action) ?? []
  const at = actionSpot(chart, piece.tree, piece.at)
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

interface Lines {
  readonly piece: Piece
  readonly first: number
  readonly columnOf: (at: number) => number
  readonly text: string
}

/** `{{ toYaml .Values.x }}` behind blanks: all lines but the first begin at the margin. */
function firstLineOnly(chart: FoundChart, { piece, first, columnOf, text }: Lines, key: string): Correction | undefined {
  const column = columnOf(first)
  const [action = ''] = piece.tree.text.slice(piece.at).split('}}', 1)
  if (column === 0 || /indent/.test(action) || !/\n\S/.test(text.slice(first, piece.end))) return undefined
  const at = actionSpot(chart, piece.tree, piece.at)
  const help = phrase`write {{- before it, and | nindent ${column} at its end`
  return at && { at, message: phrase`only the first line below \`${named(key)}\` is indented, but the map has several`, help }
}

function fileOf({ tree }: Piece): string | undefined {
  const path = templatePath(tree)
  return path.startsWith('templates/') ? path : undefined
}
