// What does Helm make of what the templates of a chart printed?
import type { Chart } from './chart-tree.ts'
import { textOf } from '../findings/message.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { Json, JsonMap, MapValue, SourceFile, Value } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import { isJsonMap, toPlain } from '../values/value.ts'
import { parseFirstDocument, parseYaml } from '../yaml/parse.ts'
import type { YamlProblem } from '../yaml/parse.ts'
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
  /** whether a map of it has a key twice */
  readonly isRepeating?: boolean
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
  /** keys that come twice in a map */
  readonly repeated?: readonly YamlProblem[]
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
    return [new PrintedObject(document, { kind: text(plain['kind']), name: text(metadata['name']), plain, hook })]
  })
}

/** A class, as all that is made for each database: what the getters of a literal see stays until V8 cleans its whole memory. */
class PrintedObject implements RenderedObject {
  readonly kind: string
  readonly name: string
  readonly plain: JsonMap
  readonly hook: boolean
  readonly #document: HelmDocument

  constructor(document: HelmDocument, { kind, name, plain, hook }: Omit<RenderedObject, 'value'>) {
    this.kind = kind
    this.name = name
    this.plain = plain
    this.hook = hook
    this.#document = document
  }

  get value(): MapValue {
    return this.#document.value as MapValue
  }
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
  const origins = tracing(given)
  const made = (document: Document, hook: boolean): HelmDocument =>
    new PrintedDocument(document, origins, { hook, template: inChart(document.path) })
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

/** What is known of a document once somebody asks. */
interface Origins {
  readonly printing: (document: Document) => DocumentPrinting
  /** its nodes with their origins */
  readonly traced: (document: Document) => Value
}

function tracing({ watched, templates }: Finishing): Origins {
  const files = new Map(
    templates.map(({ name, chart, source }) => [
      name,
      { path: `${chart.folder}${source.path}`, text: source.text, builtin: true as const },
    ]),
  )
  // a text of the values that ran as a template has no file: its values are the better place
  const fileOf = (name: string): SourceFile | undefined => files.get(name)
  const printing = ({ path, start, value, repeated }: Document): DocumentPrinting => {
    const { text = '', pieces = () => [] } = watched(path).printed.find(({ source }) => source.name === path) ?? {}
    return { raw: value, text, start, pieces, repeated }
  }
  return {
    printing,
    traced: (document) => {
      const { raw, text, start, pieces } = printing(document)
      return withOrigins(raw, { recorder: watched(document.path).recorder, pieces: pieces(), text, start, fileOf })
    },
  }
}

class PrintedDocument implements HelmDocument {
  readonly plain: Json
  readonly hook: boolean
  readonly template: string
  readonly isRepeating: boolean
  readonly #document: Document
  readonly #origins: Origins
  #value: Value | undefined

  constructor(document: Document, origins: Origins, { hook, template }: Pick<HelmDocument, 'hook' | 'template'>) {
    this.plain = toPlain(document.value)
    this.hook = hook
    this.template = template
    this.isRepeating = document.repeated.length > 0
    this.#document = document
    this.#origins = origins
  }

  get printing(): DocumentPrinting {
    return this.#origins.printing(this.#document)
  }

  get value(): Value {
    return (this.#value ??= this.#origins.traced(this.#document))
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
