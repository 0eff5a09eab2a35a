// Why does Helm refuse a chart?
import type { Pieces } from './pieces.ts'
import type { Value } from '../values/value.ts'
import type { YamlProblem } from '../yaml/reading.ts'

/** What `renderHelmChart` reports. */
export type RefusalClass =
  | 'kube-version'
  | 'release-name'
  | 'values-parse'
  | 'chart'
  | 'chart-values'
  | 'library'
  | 'dependencies'
  | 'values-type'
  | 'schema'
  | 'parse'
  | 'fail'
  | 'nil'
  | 'type'
  | 'call'
  | 'tpl'
  | 'no-template'
  | 'recursion'
  | 'rendered-yaml'
  | 'output-parse'
  | 'budget'

/** Where Helm stops, and how the innermost part of its message reads. */
export interface RefusalPlace {
  /** path in the chart */
  readonly template?: string | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly reason?: string | undefined
}

/** Helm stops: the outermost place in a template, if there is one, and Helm's message. */
export class HelmRefusal extends Error {
  readonly class: RefusalClass
  readonly template: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
  readonly reason: string
  constructor(refused: RefusalClass, detail: string, place: RefusalPlace = {}) {
    super(detail)
    this.class = refused
    this.template = place.template
    this.line = place.line
    this.column = place.column
    this.reason = place.reason ?? detail
  }
}

/** The schemas of a chart refuse its values. */
export class SchemaRefused extends HelmRefusal {
  readonly failures: readonly PlacedFailure[]
  constructor(detail: string, failures: readonly PlacedFailure[]) {
    super('schema', detail)
    this.failures = failures
  }
}

/** A values file is no YAML. */
export class ValuesRefused extends HelmRefusal {
  readonly path: string
  readonly problem: YamlProblem
  constructor(refused: RefusalClass, detail: string, { reason, path, problem }: { reason: string; path: string; problem: YamlProblem }) {
    super(refused, detail, { reason })
    this.path = path
    this.problem = problem
  }
}

/** A value at the key of a subchart that is no map. */
export class MisfitRefused extends HelmRefusal {
  readonly value: Value
  constructor(detail: string, value: Value) {
    super('values-type', detail)
    this.value = value
  }
}

/** One thing that a schema refuses, in the values of the root chart. */
export interface PlacedFailure {
  readonly path: readonly string[]
  /** the checker's words */
  readonly message: string
  /** a wrong type: what is there, and which are allowed */
  readonly types?: { readonly got: string; readonly want: readonly string[] }
  /** keys that the schema does not allow */
  readonly extra?: readonly string[]
}

/** A template printed what YAML can't read. */
export class PrintedRefused extends HelmRefusal {
  /** path of the template with the names of its charts */
  readonly path: string
  /** where in what it printed, as far as it is known */
  readonly offset: number | undefined
  /** the values that the broken line was made of, where somebody watched */
  reads: readonly Value[] = []
  /** what it printed, and the parts of it where somebody watched */
  printed: { readonly text: string; readonly pieces: Pieces } = { text: '', pieces: () => [] }
  constructor(detail: string, place: RefusalPlace & { readonly path: string; readonly offset?: number | undefined }) {
    super('rendered-yaml', detail, place)
    this.path = place.path
    this.offset = place.offset
  }
}
