// What is known about one database after merging and rendering?
import type { printedWords } from './printed-words.ts'
import type { Database, RenderedObject, Settings } from '../model.ts'
import type { MapValue, Path } from '../values/value.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'

/** One database on one side of a question: at a commit, or with some pins. */
export interface Evaluated {
  readonly database: Database
  readonly settings: Settings
  /** what each layer holds, lowest first: the files, then the generator */
  readonly layers: readonly MapValue[]
  /** the layers merged, without the chart's defaults; nulls kept: what the rendered file holds */
  readonly merged: MapValue
  /** what the templates see, and the chart's own values; undefined with a chart whose files are not here */
  readonly effective: MapValue | undefined
  readonly defaults: MapValue | undefined
  readonly objects: readonly RenderedObject[]
  /** what YAML, the generator, Helm and the chart refuse */
  readonly refusals: readonly LocatedFinding[]
  /** everything that is wrong: refusals, and what the API server, the operator, PostgreSQL and the policies report */
  readonly findings: readonly LocatedFinding[]
}

export interface Seen {
  readonly values: MapValue
  readonly defaults: MapValue
}

/** What the chart prints for a database, and what it refuses. */
export interface DatabaseObjects {
  readonly objects: readonly RenderedObject[]
  /** what the templates see, and the defaults of the chart; absent, or undefined: the chart is not available here */
  readonly seen?: () => Seen | undefined
  readonly findings: LocatedFinding[]
  /** where a template of the repository writes a key itself; absent: nobody here can change the templates */
  readonly keySpot?: (key: string) => Spot | undefined
  /** what to change in the templates of the repository for a finding about an object that they print */
  readonly inTemplate?: ReturnType<typeof printedWords>
  /** values already reported as wrong: admission findings about the fields that they become only follow from them */
  readonly reported: () => readonly Path[]
}
