// What does Helm make of what the templates of a chart printed?
import type { Chart } from './chart-tree.ts'
import { textOf } from '../findings/message.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { Json, MapValue, SourceFile, Value } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import { isJsonMap, toPlain } from '../values/value.ts'
import { parseFirstDocument, parseYaml } from '../yaml/parse.ts'
import { readPlainDocument } from '../yaml/plain.ts'
import { compareText } from '../go-template/go-value.ts'
import { readsOfLine, withOrigins } from './blame.ts'
import { fullPath } from './chart.ts'
import type { Renderable } from './context.ts'
import { tolerated } from './engine.ts'
import type { Printed } from './engine.ts'
import type { Pieces } from './pieces.ts'
import { HelmRefusal, PrintedRefused } from './error.ts'
import { readDocument, sortDocuments, splitManifests, trimEnd, trimStart } from './manifests.ts'
import type { Document } from './manifests.ts'
import type { Recorder } from './recorder.ts'

/** One object, in Helm's order. */
export interface HelmDocument {
  /** with the origin of each node, found out when it is asked for */
  readonly value: Value
  readonly plain: Json
  readonly hook: boolean
  /** path in the chart of the template or crd file that made it */
  readonly template: string
  /** what it was read from; absent for a crd file, which no template makes */
  readonly printing?: DocumentPrinting
}

/** A document with its offsets in what a template printed. */
export interface DocumentPrinting {
  /** as it was printed; its places are offsets behind `start` */
  readonly raw: Value
  readonly text: string
  readonly start: number
  readonly pieces: Pieces
}

export interface Finished {
  readonly documents: readonly HelmDocument[]
  /** what each template printed, by path in the chart */
  readonly manifests: ReadonlyMap<string, string>
  /** Helm's whole output */
  readonly text: string
}

/** The documents as the rest of the program knows objects. */
export function renderedObjects(documents: readonly HelmDocument[]): RenderedObject[] {
  return documents.flatMap((document) => {
    const { plain, hook } = document
    if (!isJsonMap(plain)) return []
    const metadata = isJsonMap(plain['metadata']) ? plain['metadata'] : {}
    const text = (field: Json | undefined): string => (typeof field === 'string' ? field : '')
    const object: RenderedObject = {
      kind: text(plain['kind']),
      name: text(metadata['name']),
      plain,
      hook,
      get value() {
        return document.value as MapValue
      },
    }
    return [object]
  })
}

/** What templates printed while somebody watched. */
export interface Watched {
  readonly recorder: Recorder
  readonly printed: readonly Printed[]
}

export interface Finishing {
  readonly helm: HelmGeneration
  readonly withTests: boolean
  /** a run that was watched, of the template of this name at least */
  readonly watched: (name: string) => Watched
  readonly onRefusal: ((refusal: HelmRefusal) => void) | undefined
  readonly templates: readonly Renderable[]
}

/** What Helm makes of the texts of all templates. Throws HelmRefusal. */
export function finish(chart: Chart, printed: readonly Printed[], given: Finishing): Finished {
  const files = printed
    .filter(({ source, text }) => !source.name.endsWith('NOTES.txt') && /\P{White_Space}/u.test(text))
    .sort((a, b) => compareText(a.source.name, b.source.name))
  const inChart = (name: string): string => name.slice(chart.name.length + 1)
  const documents: Document[] = []
  for (const { source, text, pieces } of files)
    for (const piece of splitManifests(text, given.helm)) {
      const document = { path: source.name, template: inChart(source.name), ...piece }
      const read = tolerated(given, () => {
        try {
          return readDocument({ path: source.name, text: `${piece.text}\n`, builtin: true }, document)
        } catch (error) {
          if (error instanceof PrintedRefused && error.offset !== undefined) error.reads = readsOfLine(text, error.offset, pieces())
          if (error instanceof PrintedRefused) error.printed = { text, pieces }
          throw error
        }
      })
      if (read !== undefined) documents.push(read)
    }
  const { plain, hooks } = sortDocuments(documents, given.helm, given.withTests)
  const crds = crdFiles(chart)
  const heading = (path: string, text: string): string => `---\n# Source: ${path}\n${text}\n`
  const body = [
    ...crds.map(({ path, text }) => heading(path, text)),
    ...plain.map((document) => heading(document.path, document.text)),
  ].join('')
  // Helm trims what it prints at the end, which a block that keeps its blank lines sees
  const last = plain.at(-1)
  if (last !== undefined && /[|>]\d?\+|[ \t]\n*$/.test(last.text)) {
    const file = { path: last.path, text: `${trimEnd(last.text)}\n`, builtin: true as const }
    const reread = readPlainDocument(file) ?? parseFirstDocument(file, 'chart').documents[0]
    plain[plain.length - 1] = { ...last, value: reread ?? last.value }
  }
  const { watched } = given
  const traced = tracing(given)
  const printingOf = ({ path, start, value }: Document): DocumentPrinting => {
    const { text = '', pieces = () => [] } = watched(path).printed.find(({ source }) => source.name === path) ?? {}
    return { raw: value, text, start, pieces }
  }
  const made = (document: Document, hook: boolean): HelmDocument => {
    let value: Value | undefined
    return {
      plain: toPlain(document.value),
      hook,
      template: inChart(document.path),
      get printing() {
        return printingOf(document)
      },
      get value() {
        return (value ??= traced(document))
      },
    }
  }
  const values = [
    ...crds.flatMap((file) =>
      readCrds(file).map((value): HelmDocument => ({ value, plain: toPlain(value), hook: false, template: inChart(file.path) })),
    ),
    ...plain.map((document) => made(document, false)),
    ...hooks.map((document) => made(document, true)),
  ]
  return {
    documents: values.filter(({ plain }) => plain !== null),
    manifests: new Map(files.map(({ source, text }) => [inChart(source.name), text])),
    text: `${trimmed(body)}\n${hooks.map((document) => heading(document.path, document.text)).join('')}`,
  }
}

/** Gives the nodes of a document their origins. */
function tracing({ watched, templates }: Finishing): (document: Document) => Value {
  const files = new Map(
    templates.map(({ name, chart, source }) => [
      name,
      { path: `${chart.folder}${source.path}`, text: source.text, builtin: true as const },
    ]),
  )
  // a text of the values that ran as a template has no file: its values are the better place
  const fileOf = (name: string): SourceFile | undefined => files.get(name)
  return ({ path, start, value }) => {
    const { recorder, printed } = watched(path)
    const { text = '', pieces } = printed.find(({ source }) => source.name === path) ?? {}
    return withOrigins(value, { recorder, pieces: pieces?.() ?? [], text, start, fileOf })
  }
}

const trimmed = (text: string): string => trimEnd(trimStart(text))

/** `CRDObjects`: the parent's before those of subcharts. */
function crdFiles(chart: Chart): { path: string; text: string }[] {
  const own = [...chart.files]
    .filter(([path]) => path.startsWith('crds/') && /\.(?:ya?ml|json)$/i.test(path))
    .map(([path, bytes]) => ({ path: `${fullPath(chart)}/${path}`, text: Buffer.from(bytes).toString() }))
  return [...own, ...chart.dependencies.flatMap(crdFiles)]
}

function readCrds(file: { path: string; text: string }): readonly Value[] {
  const { documents, problems } = parseYaml({ ...file, builtin: true }, 'chart')
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined) throw new HelmRefusal('output-parse', `output: error converting YAML to JSON: yaml: ${textOf(fatal.message)}`)
  return documents
}
