// Where in the templates of a chart of the repository is a line, or a key that a template writes itself?
import type { FoundChart } from '../charts/find.ts'
import type { Spot } from '../findings/spot.ts'
import type { TemplateTree } from '../go-template/go-tree.ts'
import type { PrintedRefused } from '../helm/error.ts'
import type { SourceFile } from '../values/value.ts'

type Chart = Pick<FoundChart, 'files' | 'place'>

const templates = new WeakMap<FoundChart['files'], Map<string, SourceFile>>()

/** A template as a file of the repository. */
export function templateFile({ files, place }: Chart, template: string): SourceFile | undefined {
  const bytes = files[template]
  if (bytes === undefined) return undefined
  const known = templates.get(files) ?? new Map<string, SourceFile>()
  templates.set(files, known)
  const file = known.get(template) ?? { path: `${place}/${template}`, text: Buffer.from(bytes).toString('utf8') }
  known.set(template, file)
  return file
}

/** What is on a line of a template, which counts from 1. */
export function lineSpot(chart: Chart, template: string, line: number): Spot | undefined {
  const file = templateFile(chart, template)
  if (file === undefined) return undefined
  const lines = file.text.split('\n')
  const start = lines.slice(0, line - 1).reduce((length, text) => length + text.length + 1, 0)
  const text = lines[line - 1] ?? ''
  return { file, span: { start: start + text.length - text.trimStart().length, end: start + text.trimEnd().length } }
}

/** Where a template is in the chart; those of its dependencies are in `charts/`. */
export const templatePath = ({ parseName }: TemplateTree): string => parseName.slice(parseName.indexOf('/') + 1)

/** What is on the line of an action of a template. */
export function actionSpot(chart: Chart, tree: TemplateTree, at: number): Spot | undefined {
  return lineSpot(chart, templatePath(tree), tree.text.slice(0, at).split('\n').length)
}

/**
 * What in the chart's own templates prints a line that is no YAML: their own words, or a map that is YAML wherever it is indented
 * rightly. Undefined: a value whose text breaks the line.
 */
export function printedSpot(chart: Chart, error: PrintedRefused): Spot | undefined {
  const { printed, offset, reads } = error
  // what is YAML, but no object, is for the values to change
  const isRead = error.reason.startsWith('error unmarshaling JSON')
  if (isRead || offset === undefined || chart.files[error.template ?? ''] === undefined) return undefined
  const from = printed.text.lastIndexOf('\n', offset - 1) + 1
  const line = printed.text.indexOf('\n', offset)
  const until = line < 0 ? printed.text.length : line
  const pieces = printed.pieces().filter(({ start, end }) => start < until && end > from)
  const text = pieces.find(
    (piece) => piece.isText && /\S/.test(printed.text.slice(Math.max(piece.start, from), Math.min(piece.end, until))),
  )
  // a list where keys are printed, or the other way round, is a mistake of its value
  const listed = isInList(printed.text.slice(0, from), /^[ \t]*/.exec(printed.text.slice(from, until))?.[0].length ?? 0)
  const map = pieces.find(({ yaml }) => yaml !== undefined && Array.isArray(yaml) === listed)
  const shown = pieces.find((piece) => !piece.isText && piece.yaml === undefined && piece.end > piece.start)
  const isSet = [...(shown?.reads ?? []), ...reads].some(({ kind, origin }) => kind !== 'null' || origin.key !== null)
  const isPlain = shown !== undefined && text !== undefined && isPlainWord(printed.text.slice(shown.start, shown.end))
  const piece = map ?? (shown === undefined || isPlain ? text : isSet ? undefined : shown)
  if (piece === undefined) return undefined
  const { tree } = piece
  const at = piece.at + (piece.isText ? Math.max(from - piece.start, 0) : 0)
  return templatePath(tree).startsWith('templates/') ? actionSpot(chart, tree, at) : undefined
}

/** A word that breaks no line, wherever it is printed. */
const isPlainWord = (text: string): boolean => /^\w[\w./:@+-]*$/.test(text) && !text.endsWith(':')

/** Whether the lines above one of this column are items of the list that it belongs to. */
function isInList(above: string, column: number): boolean {
  let least = Infinity
  for (const line of above.split('\n').toReversed()) {
    const indent = line.length - line.trimStart().length
    if (line.trim() === '') continue
    if (indent <= least && line.startsWith('- ', indent)) return true
    if (indent < column) return false
    least = Math.min(least, indent)
  }
  return false
}

/** Where the chart's own templates write a key; undefined: nowhere, or in several places. */
export function keySpot(chart: Chart, key: string): Spot | undefined {
  const found = Object.keys(chart.files).flatMap((path): Spot[] => {
    const file = path.startsWith('templates/') ? templateFile(chart, path) : undefined
    if (file === undefined || !file.text.includes(`${key}:`)) return []
    return [...file.text.matchAll(/^[ \t]*(?:-[ \t]+)?(\w+):/gm)].flatMap((match) => {
      const end = match.index + match[0].length - 1
      return match[1] === key ? [{ file, span: { start: end - key.length, end } }] : []
    })
  })
  return found.length === 1 ? found[0] : undefined
}
