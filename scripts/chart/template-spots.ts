// Where in the templates of a chart of the repository is a line, or a key that a template writes itself?
import type { FoundChart } from '../charts/find.ts'
import type { Spot } from '../findings/spot.ts'
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
