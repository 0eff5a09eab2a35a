// Why does Helm refuse a chart?

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

/** Helm stops: the outermost place in a template, if there is one, and Helm's message. */
export class HelmRefusal extends Error {
  readonly class: RefusalClass
  /** path in the chart */
  readonly template: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
  constructor(refused: RefusalClass, detail: string, place?: { template: string; line?: number | undefined; column?: number | undefined }) {
    super(detail)
    this.class = refused
    this.template = place?.template
    this.line = place?.line
    this.column = place?.column
  }
}
