// What does a chart of Applications print, as Argo CD runs it, and what stands in the way?
import { wanted } from '../../chart/capabilities.ts'
import type { ChartFiles } from '../../helm/chart.ts'
import { HelmRefusal, PrintedRefused } from '../../helm/error.ts'
import type { HelmDocument } from '../../helm/output.ts'
import { Recorder } from '../../helm/recorder.ts'
import { renderHelmChart } from '../../helm/render.ts'
import { mergeLayers } from '../../values/merge.ts'
import type { HelmGeneration } from '../../values/merge.ts'
import { append, split } from '../../values/append.ts'
import { isJsonMap, leavesOf, setOwn } from '../../values/value.ts'
import type { JsonMap, MapValue, Origin, Path, SourceFile, Value } from '../../values/value.ts'
import { unknownText } from '../sets/unknown-text.ts'

/** What Argo CD gives to Helm. */
export interface ChartInput {
  readonly files: ChartFiles
  readonly folder: string
  readonly release: string
  readonly namespace: string
  /** the chart's own values */
  readonly own: MapValue | undefined
  /** what Applications in this repository give, lowest first */
  readonly layers: readonly MapValue[]
  readonly helm: HelmGeneration
  /** nobody else gives values: what is not set is not set */
  readonly isComplete: boolean
}

/** Why a template prints nothing, or not what it would. */
export interface Trouble {
  readonly refusal: HelmRefusal
  /** a value that nobody here gives, which may be given elsewhere */
  readonly missing?: Path
  /** what of the printed text is to blame, where it is no YAML */
  readonly printedAt?: number
  /** what was read where it stopped, innermost first */
  readonly reads: readonly Value[]
}

export interface ChartRun {
  readonly documents: readonly HelmDocument[]
  /** what fails whoever gives the values; without a template, the whole chart does */
  readonly troubles: readonly Trouble[]
  /** values that templates need and nobody here gives */
  readonly missing: readonly Trouble[]
  /** templates that print nothing, by path in the chart */
  readonly leftOut: ReadonlySet<string>
  /** all values, and what templates looked up in them */
  readonly values: MapValue
  readonly looked: Recorder['looked']
}

type Attempt = Pick<ChartRun, 'documents' | 'troubles' | 'values' | 'looked'>

/** A chart that misses more values than that is not meant to be rendered from here. */
const mostFills = 24

/**
 * Runs Helm. What a template needs and nobody here gives is reported, and then taken for a text that nobody knows, so that
 * all the rest can be judged; a template that fails otherwise is left out.
 */
export function runChart(input: ChartInput): ChartRun {
  if (input.isComplete) return concluded(attempt(input, {}), [])
  const missing: Trouble[] = []
  let fills: JsonMap = {}
  let run = attempt(input, fills)
  for (let tries = 0; tries < mostFills; tries++) {
    // what has cost too much once is not tried again
    if (run.troubles.some(({ refusal }) => refusal.class === 'budget' || refusal.class === 'recursion')) break
    const filled = structuredClone(fills)
    const needs = run.troubles.flatMap((trouble) => {
      const path = neededBy(trouble)
      return path === undefined || !fill(filled, path) ? [] : [{ ...trouble, missing: path }]
    })
    append(
      missing,
      needs.filter(({ refusal }) => !missing.some((one) => one.refusal.template === refusal.template && one.refusal.line === refusal.line)),
    )
    const isBlank = needs.length === 0 && blanksIn(run.documents).filter((path) => fill(filled, path)).length > 0
    if (needs.length === 0 && !isBlank) break
    const next = attempt(input, filled)
    // a template that can do nothing with a text had better see no value
    if (isBlank && next.troubles.length > run.troubles.length) break
    fills = filled
    run = next
  }
  // what is left after the last try may need values, too
  const [needing, others] = split(run.troubles, (trouble) => neededBy(trouble) !== undefined)
  const more = needing.map((trouble): Trouble => ({ ...trouble, missing: neededBy(trouble) ?? [] }))
  const done = concluded({ ...run, troubles: others }, [...missing, ...more])
  return { ...done, leftOut: new Set([...done.leftOut, ...needing.flatMap(({ refusal }) => refusal.template ?? [])]) }
}

function concluded({ documents, troubles, values, looked }: Attempt, missing: readonly Trouble[]): ChartRun {
  const leftOut = new Set(troubles.flatMap(({ refusal }) => refusal.template ?? []))
  // what fails because of a text that nobody knows is no mistake of its own
  return { documents, troubles: troubles.filter(({ reads }) => !reads.some(isFill)), missing, leftOut, values, looked }
}

function attempt(input: ChartInput, fills: JsonMap): Attempt {
  const recorder = new Recorder()
  const troubles: Trouble[] = []
  const note = (refusal: HelmRefusal): void => {
    if (refusal instanceof PrintedRefused) troubles.push({ refusal, ...printedNear(refusal) })
    else troubles.push({ refusal, reads: recorder.stops().flatMap((reads) => reads.toReversed()) })
    recorder.leave(0)
  }
  const { files, folder: place, release, namespace, own, layers, helm } = input
  const filled = filledValues(fills, [])
  // above the chart's own: an empty text there waits for the parent, too
  const values = own === undefined ? mergeLayers([filled, ...layers]) : mergeLayers([own, filled, ...layers])
  const given = { files, place, release, namespace, layers: [values], helm, apiVersions: wanted, skipSchema: Object.keys(fills).length > 0 }
  try {
    return { documents: renderHelmChart({ ...given, recorder, onRefusal: note }).documents, troubles, values, looked: recorder.looked }
  } catch (error) {
    if (!(error instanceof HelmRefusal)) throw error
    note(error)
    return { documents: [], troubles, values, looked: recorder.looked }
  }
}

/** What was printed in the line that YAML can't read, or in the one above it, the last first. */
function printedNear({ offset = 0, printed: { text, pieces } }: PrintedRefused): Pick<Trouble, 'reads' | 'printedAt'> {
  const above = text.lastIndexOf('\n', text.lastIndexOf('\n', offset - 1) - 1) + 1
  const end = text.indexOf('\n', offset)
  const near = pieces().filter((piece) => !piece.isText && piece.start < (end < 0 ? text.length : end) && piece.end >= above)
  const last = near.findLast(({ reads }) => reads.length > 0)
  return { reads: last?.reads.toReversed() ?? [], ...(last && { printedAt: last.start }) }
}

const builtin: SourceFile = { path: '', text: '', builtin: true }

/** Values that nobody wrote, each with its path. */
function filledValues(fills: JsonMap, path: Path): MapValue {
  const origin = (own: Path): Origin => ({ layer: 'chart', file: builtin, path: own, key: null, value: { start: 0, end: 0 } })
  const entries = Object.entries(fills).map(([key, value]): [string, Value] => {
    const own = [...path, key]
    return [key, isJsonMap(value) ? filledValues(value, own) : { kind: 'scalar', origin: origin(own), overrides: [], value: unknownText }]
  })
  return { kind: 'map', origin: origin(path), overrides: [], entries: new Map(entries) }
}

const isFill = (value: Value): boolean => value.kind === 'scalar' && value.value === unknownText

/** Sets a path to the unknown text; false: it was set already, or is no path of keys. */
function fill(fills: JsonMap, path: Path): boolean {
  let holder = fills
  for (const [index, step] of path.entries()) {
    if (typeof step !== 'string') return false
    const present = Object.hasOwn(holder, step) ? holder[step] : undefined
    if (index === path.length - 1) {
      if (present !== undefined) return false
      setOwn(holder, step, unknownText)
      return true
    }
    const next: JsonMap = isJsonMap(present) ? present : {}
    setOwn(holder, step, next)
    holder = next
  }
  return false
}

/** The path of a value that a failed template asked for and nobody gives. */
function neededBy({ refusal, reads: [last] }: Trouble): Path | undefined {
  if (last === undefined) return undefined
  const { path } = last.origin
  // `required` takes an empty text for none
  if (refusal.class === 'fail' && last.kind === 'scalar' && last.value === '') return path
  if (last.kind !== 'null' && !isFill(last)) return undefined
  const field = missingField(refusal.reason)
  if (field !== undefined) return [...path, field]
  return last.kind === 'null' ? path : undefined
}

/** `nil pointer evaluating interface {}.name`, `can't evaluate field name in type interface {}`. */
function missingField(reason: string): string | undefined {
  if (reason.startsWith('nil pointer evaluating ')) return reason.slice(reason.lastIndexOf('.') + 1)
  return /^can't evaluate field (\w+) in type/.exec(reason)?.[1]
}

/** The values that nobody gives and that alone make a field; an empty text that somebody wrote is one. */
function blanksIn(documents: readonly HelmDocument[]): Path[] {
  return documents.flatMap(({ value }) =>
    [...leavesOf(value)].flatMap(({ value: leaf }) => {
      const isBlank = leaf.kind === 'null' || (leaf.kind === 'scalar' && leaf.value === '')
      return isBlank && leaf.origin.key === null && leaf.origin.path.length > 0 ? [leaf.origin.path] : []
    }),
  )
}
