// What is known of one database once it was merged and rendered?
import type { Database, RenderedObject, Settings } from '../model.ts'
import type { MapValue } from '../values/value.ts'
import type { LocatedFinding } from '../findings/spot.ts'

/** One database on one side of a question: at a commit, or with some pins. */
export interface Evaluated {
  readonly database: Database
  readonly settings: Settings
  /** what each layer says, lowest first: the files, then the generator */
  readonly layers: readonly MapValue[]
  /** the layers merged, without the chart's defaults; nulls kept: what the rendered file holds */
  readonly merged: MapValue
  /** what the templates see, and the chart's own values; undefined with a chart whose files are not here */
  readonly effective: MapValue | undefined
  readonly defaults: MapValue | undefined
  readonly objects: readonly RenderedObject[]
  /** what YAML, the generator, Helm and the chart refuse */
  readonly refusals: readonly LocatedFinding[]
  /** everything that is wrong: refusals, and what the API server, the operator, PostgreSQL and the policies say */
  readonly findings: readonly LocatedFinding[]
}
