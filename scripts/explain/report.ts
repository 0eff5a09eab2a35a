// What does `explain` report, before it is text or JSON?
import type { Place } from '../report/places.ts'
import type { FieldFacts, Reader } from '../admit/field-facts.ts'
import type { Json, LayerName } from '../values/value.ts'
import type { SourceLocation } from '../findings/finding.ts'

/** What one layer sets for a value; `at` is absent for the chart's own defaults. */
export interface LayerLine {
  readonly layer: LayerName
  readonly file: string
  readonly at?: SourceLocation
  readonly value: Json
  readonly role: 'wins' | 'overridden' | 'removes'
  /** the path above that the layer wrote instead */
  readonly above?: string
}

/** A field of an object; `value` is absent where nothing sets it. */
export interface FieldLine {
  /** `Cluster/orders-db-prd` */
  readonly object: string
  readonly path: string
  readonly value?: Json
  /** what the API server and the operator store, if that differs */
  readonly stored?: Json
  readonly facts?: FieldFacts
  readonly readers: readonly Reader[]
}

/** One leaf of the values, or of an object. */
export interface LeafLine {
  readonly path: string
  readonly value: Json
  readonly layer: LayerName
  readonly file: string
  readonly at?: SourceLocation
}

/** The runs of one ScheduledBackup from the beginning of a day, in UTC, which is what the operator reckons in. */
export interface ScheduleRuns {
  /** `ScheduledBackup/orders-db-prd-daily` */
  readonly object: string
  readonly schedule: string
  /** `2026-01-31 02:00:00` */
  readonly runs: readonly string[]
  /** why there are none */
  readonly never?: string
}

export interface Explanation {
  readonly database: string
  readonly operator: string
  readonly chart: string
  /** absent: the whole tree was requested */
  readonly path?: string
  /** the requested object field, with the values that the chart made it from */
  readonly asked?: { readonly object: string; readonly path: string; readonly value?: Json; readonly madeBy?: string }
  readonly about?: string
  readonly type?: string
  readonly choices?: readonly Json[]
  readonly keys?: readonly string[]
  /** absent: not set in any layer */
  readonly value?: Json
  /** leaves below a map or a list */
  readonly leaves: readonly LeafLine[]
  readonly layers: readonly LayerLine[]
  readonly fields: readonly FieldLine[]
  /** policies that read the value */
  readonly policies?: readonly Reader[]
  /** rules about PostgreSQL that read the value */
  readonly postgres?: readonly Reader[]
  /** what follows from it elsewhere, in words */
  readonly notes?: readonly string[]
  /** the next runs of the schedules that hang on it, from a day on */
  readonly schedules?: { readonly today: string; readonly next: readonly ScheduleRuns[] }
  /** the values path that sets the field */
  readonly settable?: string
}

/** The same with the paths of files as the reader can open them; those of the chart stay as they are. */
export function placed(told: Explanation, place: (file: string) => Place): Explanation {
  const moved = <Line extends LayerLine | LeafLine>(line: Line): Line =>
    line.at === undefined ? line : { ...line, ...place(line.file), at: { ...line.at, ...place(line.at.file) } }
  return { ...told, layers: told.layers.map(moved), leaves: told.leaves.map(moved) }
}

/** The JSON of `explain`, version 1; absent members are left out, lines and columns from 1. */
export function explanationToJson(explanation: Explanation): string {
  const place = (at: SourceLocation | undefined): object => (at === undefined ? {} : { line: at.line, column: at.column })
  const body = {
    version: 1,
    database: explanation.database,
    path: explanation.path,
    asked: explanation.asked,
    value: explanation.value,
    type: explanation.type,
    about: explanation.about,
    choices: explanation.choices,
    keys: explanation.keys,
    settable: explanation.settable,
    notes: explanation.notes,
    schedules: explanation.schedules,
    policies: explanation.policies,
    postgres: explanation.postgres,
    layers: explanation.layers.map(({ layer, file, at, value, role, above }) => ({ layer, file, ...place(at), value, role, above })),
    values: explanation.leaves.map(({ path, value, layer, file, at }) => ({ path, value, layer, file, ...place(at) })),
    objects: explanation.fields.map(({ object, path, value, stored, facts, readers }) => ({
      object,
      path,
      value,
      stored,
      schema: facts,
      rules: readers,
    })),
  }
  return `${JSON.stringify(body, null, 2)}\n`
}
