// Which line of a chart of Applications has to be changed if Helm can't print it?
import { named, phrase } from '../../findings/message.ts'
import { HelmRefusal, PrintedRefused } from '../../helm/error.ts'
import { formatPath } from '../../values/path.ts'
import type { Span, Value } from '../../values/value.ts'
import { sourcesOf } from './app-chart.ts'
import type { AppChart, ChartTemplate } from './app-chart.ts'
import type { Trouble } from './run.ts'
import type { ManifestFile, Refused } from '../manifests.ts'
import { spotInDocument } from './places.ts'

interface In {
  readonly chart: AppChart
  readonly template: ChartTemplate
}

/** What Helm refuses in one template. */
export function refusedAt({ refusal }: Trouble, { chart, template }: In): Refused[] {
  // what is meant for Argo CD is no function of Helm: that is one mistake
  if (template.consumed.length > 0) return []
  return [
    {
      severity: 'error',
      span: spanAt(refusal, template),
      message: phrase`Helm can't print this template: ${named(shortened(refusal.reason))}`,
      help: phrase`correct it: until then Argo CD can't sync anything of the chart ${named(chart.folder)}`,
    },
  ]
}

/** The values that one template needs and nobody here gives. */
export function missingAt(all: readonly Trouble[], where: In): Refused[] {
  const [first, ...others] = all.flatMap((trouble) => missingOf(trouble, where))
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return [
    {
      severity: 'info',
      span: first.span,
      message: phrase`${named(first.name)}${more} is not set here, but this template needs it: what hangs on it is not checked`,
      help: phrase`set ${named(first.name)} in ${named(`${where.chart.folder}/values.yaml`)}, or in an Application in this repository that deploys the chart`,
      related: others.slice(0, 3).map(({ span, name }) => ({ span, message: phrase`${named(name)} is another one` })),
    },
  ]
}

function missingOf({ refusal, missing, printedAt }: Trouble, where: In): { readonly span: Span; readonly name: string }[] {
  if (missing === undefined) return []
  const isPrinted = refusal instanceof PrintedRefused && printedAt !== undefined
  const span = isPrinted ? printedSpan(refusal, printedAt, where) : spanAt(refusal, where.template)
  return [{ span, name: formatPath(missing) }]
}

/** What is wrong with the chart itself. */
export function wholeRefused({ refusal }: Trouble, { folder, head }: AppChart): Refused {
  const span = { start: 0, end: Math.max(head?.text.search(/\n|$/) ?? 1, 1) }
  if (refusal.class === 'dependencies')
    return {
      severity: 'info',
      span,
      message: phrase`chart ${named(folder)} has dependencies that are not in its folder charts/: what they add is not checked`,
      help: phrase`run helm dependency build ${named(folder)}, and commit charts/`,
    }
  return {
    severity: 'error',
    span,
    message: phrase`Helm can't print the chart ${named(folder)}: ${named(shortened(refusal.reason))}`,
    help: phrase`correct it: until then Argo CD can't sync anything of this chart`,
  }
}

/** Text that is no YAML, at the line of the template that printed it. */
export function brokenYaml({ refusal }: Trouble, where: In): NonNullable<ManifestFile['broken']>[] {
  if (!(refusal instanceof PrintedRefused) || refusal.offset === undefined) return []
  const span = printedSpan(refusal, refusal.offset, where)
  return [{ rule: 'yaml/syntax', fatal: true, message: phrase`${named(refusal.reason)}`, span }]
}

function printedSpan({ printed: { text, pieces } }: PrintedRefused, at: number, { chart, template }: In): Span {
  const printing = { raw: nothing, text, start: 0, pieces }
  const place = spotInDocument({ start: at, end: at + 1 }, { printing, sourceOf: sourcesOf(chart), template: template.file })
  return place.file === template.file ? place.span : { start: 0, end: 1 }
}

const nothing: Value = {
  kind: 'null',
  origin: { layer: 'chart', file: { path: '', text: '', builtin: true }, path: [], key: null, value: { start: 0, end: 0 } },
  overrides: [],
}

/** The action, or the line, that Helm stops at. */
function spanAt({ line = 1, column }: HelmRefusal, { file }: ChartTemplate): Span {
  let start = 0
  for (let count = 1; count < line; count++) {
    const next = file.text.indexOf('\n', start)
    if (next < 0) break
    start = next + 1
  }
  const end = file.text.indexOf('\n', start)
  const text = file.text.slice(start, end < 0 ? file.text.length : end)
  const at = column === undefined ? -1 : text.lastIndexOf('{{', column)
  const close = text.indexOf('}}', Math.max(at, 0))
  if (at >= 0 && close >= 0) return { start: start + at, end: start + close + 2 }
  const lead = Math.max(text.search(/\S/), 0)
  return { start: start + lead, end: start + Math.max(text.trimEnd().length, lead + 1) }
}

const longestReason = 90

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= longestReason ? line : `${line.slice(0, longestReason - 1)}…`
}
