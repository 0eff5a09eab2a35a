// Which line has to be fixed if Helm refuses a chart that is rendered from its files?
import type { FoundChart } from '../charts/find.ts'
import { described, fieldAt, named, phrase } from '../findings/message.ts'
import { helpForCutKey } from '../findings/outside-quotes.ts'
import { choiceSpot, nearestSpot, spotOf, switchSpot } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { MisfitRefused, PrintedRefused, ValuesRefused } from '../helm/error.ts'
import type { HelmRefusal, PlacedFailure, RefusalClass, SchemaRefused } from '../helm/error.ts'
import { loadOnce } from '../helm/load.ts'
import { keysFor } from '../helm/unread.ts'
import { serviceSpot } from '../merge/generator.ts'
import { helmOf } from '../values/merge.ts'
import type { Database, Settings } from '../model.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import { isSecretPath } from '../secret/names.ts'
import { maskSentence } from '../secret/values.ts'
import { describe } from '../values/describe.ts'
import { formatPath, nearest } from '../values/path.ts'
import { deepestAt, valueAt } from '../values/value.ts'
import { suggestedWord } from './compared-words.ts'
import { chartSpot } from './pin-spot.ts'
import { emptyPrinted } from './empty-printed.ts'
import { lineSpot, printedSpot, templateFile } from './template-spots.ts'
import { wrongTypeFinding } from './wrong-values.ts'

const clusterNameLimit = 50
const longest = 120
/** At least this much of a reason is shown, and no more of a value. */
const longestValue = 40

/** Rules of what Helm refuses; what is missing here is wrong with the chart itself. */
const ruleNames: ReadonlyMap<RefusalClass, string> = new Map([
  ['release-name', 'chart/release-name'],
  ['kube-version', 'chart/kube-version'],
  ['fail', 'chart/refuses'],
  ['tpl', 'chart/template'],
  ['call', 'chart/wrong-kind'],
  ['nil', 'chart/needs-value'],
  ['type', 'chart/wrong-kind'],
  ['values-type', 'chart/wrong-kind'],
  ['rendered-yaml', 'chart/printed-yaml'],
])
const ofChart: ReadonlySet<RefusalClass> = new Set(['kube-version'])

export interface Refused {
  readonly database: Database
  readonly settings: Settings
  /** the merged values of people and the generator */
  readonly values: MapValue
  readonly chart: FoundChart
  /** what the template read where it stopped, innermost first */
  readonly stops: readonly (readonly Value[])[]
}

/** Helm's refusal at the value that it is about, with the place in the chart; what is wrong with the chart is at its pin. */
export function refusalFinding(error: HelmRefusal, refused: Refused): LocatedFinding {
  const { database, settings, values, chart } = refused
  if (error instanceof MisfitRefused)
    return { ...wrongTypeFinding({ value: error.value, want: ['object'] }, values), database: database.id }
  const broken = brokenDefaults(error, refused)
  if (broken !== undefined) return broken
  const rule = ruleNames.get(error.class)
  const isChart = rule === undefined || ofChart.has(error.class)
  const printer = error instanceof PrintedRefused && database.written?.chartFolder !== undefined ? printedSpot(chart, error) : undefined
  const path = printer === undefined ? refusedPath(error, refused) : undefined
  const empty = printer === undefined ? undefined : emptyPrinted(error, printer)
  if (empty !== undefined) return { ...empty, database: database.id }
  const scope = scopeFinding(error, path, refused)
  if (scope !== undefined) return scope
  const blamed = path === undefined ? undefined : placeFor(path, values)
  const own = printer ?? (blamed === undefined ? templateSpot(error, refused) : undefined)
  const at = own ?? (isChart ? chartSpot(settings, database) : blamed) ?? serviceSpot(database)
  const entry = path === undefined ? undefined : valueAt(values, path)
  const isAnnotation = entry !== undefined && entry.kind !== 'scalar' && isWrongAnnotation(error)
  const message = isAnnotation
    ? phrase`${fieldAt(entry.origin.path)} is ${described(entry)}, but an annotation must be text`
    : phrase`${named(messageFor(error, refused, path))}`
  const help =
    isChart && rule === undefined
      ? own === undefined
        ? 'the chart itself is broken, whatever the values: fix it, or pin another version'
        : 'correct the template: no values make it right'
      : path === undefined
        ? undefined
        : error.class === 'fail'
          ? (suggestion(refused, path) ?? whatToSet(error, valueAt(values, path), path))
          : isNulled(path, values)
            ? 'remove the line: null here drops what lower layers set'
            : undefined
  const isAbsent = path !== undefined && isNothing(valueAt(values, path))
  const name = rule === 'chart/wrong-kind' && isAbsent ? 'chart/needs-value' : (rule ?? 'chart/usable')
  return {
    rule: name,
    severity: 'error',
    message,
    at,
    help: help === undefined ? entry && helpForCutKey(entry.origin) : phrase`${help}`,
    database: database.id,
  }
}

/** The values.yaml of the repository's own chart is no YAML. */
function brokenDefaults(error: HelmRefusal, { database, chart }: Refused): LocatedFinding | undefined {
  if (!(error instanceof ValuesRefused) || database.written?.chartFolder === undefined || error.path !== `${chart.place}/values.yaml`)
    return undefined
  const file = templateFile(chart, 'values.yaml')
  const { rule, message, help, span } = error.problem
  return file && { rule, severity: 'error', message, at: { file, span }, help, database: database.id }
}

/** What Helm gives to a template as a whole: inside of `range` and `with` a dot is the item, and has none of it. */
const whole: ReadonlySet<unknown> = new Set(['Capabilities', 'Chart', 'Files', 'Release', 'Template', 'Values'])

function scopeFinding(error: HelmRefusal, path: Path | undefined, refused: Refused): LocatedFinding | undefined {
  const [, field] = /(?:nil pointer evaluating interface \{\}\.|can't evaluate field )(\w+)/.exec(error.reason) ?? []
  const last = path !== undefined && path.length > 1 ? path.at(-1) : undefined
  const name = [field, last].find((one) => whole.has(one))
  const at = name === undefined ? undefined : templateSpot(error, refused)
  if (at === undefined) return undefined
  return {
    rule: 'chart/usable',
    severity: 'error',
    message: phrase`.${named(String(name))} is read here, but the dot is what range, with or include gave, and has no such field`,
    at,
    // in a helper `$` is what it was given, too
    help: /(?:^|\/)_[^/]*$/.test(error.template ?? '')
      ? phrase`include the helper with the whole, as in include "name" $, or give it a dict that has ${named(String(name))}`
      : phrase`write $.${named(String(name))}`,
    database: refused.database.id,
  }
}

/** The line of a template of the repository's own chart: nobody here can change one of a subchart that was packed into it. */
function templateSpot({ template = '', line }: HelmRefusal, { database, chart }: Refused): Spot | undefined {
  if (database.written?.chartFolder === undefined || template.startsWith('charts/') || line === undefined) return undefined
  return lineSpot(chart, template, line)
}

/** The value that a refusal is about; undefined: nobody's, as of a chart that is broken. */
export function refusedPath(error: HelmRefusal, refused: Refused): Path | undefined {
  return ruleNames.get(error.class) === undefined || ofChart.has(error.class) ? undefined : oddKey(error, blame(error, refused), refused)
}

/** Where a chart refuses a map because of a key in it, as by `omit`: the key that looks like one of those that it reads, or the first that it does not read. */
function oddKey({ class: kind }: HelmRefusal, path: Path | undefined, { settings, values, chart }: Refused): Path | undefined {
  const map = path === undefined || kind !== 'fail' ? undefined : valueAt(values, path)
  if (path === undefined || map?.kind !== 'map') return path
  const helm = helmOf(settings.argocd.version)
  const known = keysFor(loadOnce(chart.files, { helm, place: chart.place }), helm, path)
  const unread = [...map.entries.keys()].filter((key) => !known.has(key))
  const odd = unread.filter((key) => nearest(key, known) !== undefined)
  const [first] = odd.length === 1 || known.size === 0 ? odd : unread
  return first === undefined ? path : [...path, first]
}

function suggestion({ settings, values, chart }: Refused, path: Path): string | undefined {
  const helm = helmOf(settings.argocd.version)
  const loaded = loadOnce(chart.files, { helm, place: chart.place })
  const key = nearest(String(path.at(-1)), keysFor(loaded, helm, path.slice(0, -1)))
  if (key !== undefined && key !== path.at(-1)) return `did you mean \`${key}\`?`
  // a setting of PostgreSQL a level too high
  if (path.at(-2) === 'postgresql' && keysFor(loaded, helm, path.slice(0, -1)).has('parameters'))
    return `write it in \`${formatPath([...path.slice(0, -1), 'parameters'])}\``
  return suggestedWord(loaded, { values, path, helm })
}

/** Whether somebody took a value away, or what is around it. */
function isNulled(path: Path, values: MapValue): boolean {
  return path.some((_, index) => valueAt(values, path.slice(0, index + 1))?.kind === 'null')
}

/** The key that a message of the chart names, as in `use .Values.a.b instead`, or that the template found empty. */
function whatToSet({ reason }: HelmRefusal, value: Value | undefined, path: Path): string | undefined {
  const [, instead] = /\buse \W?\.?(?:Values\.)?([a-zA-Z][\w.-]{1,100}\w)\W? instead\b/i.exec(reason) ?? []
  if (instead !== undefined) return `write \`${instead}\` instead`
  const isEmpty = isNothing(value) || (value?.kind === 'scalar' && value.value === '')
  return isEmpty ? `set \`${formatPath(path)}\`` : undefined
}

export const isNothing = (value: Value | undefined): boolean => value === undefined || value.kind === 'null'

function messageFor(error: HelmRefusal, { database, values, chart }: Refused, path: Path | undefined): string {
  // Helm takes three characters more than the operator
  const excess = error.class === 'release-name' ? database.cluster.length - clusterNameLimit : 0
  if (excess > 0) return `cluster name has ${database.cluster.length} characters, but may have at most ${clusterNameLimit}`
  const reason = maskSentence(error.reason.replaceAll(/\s+/g, ' ').trim(), [values])
  if (error.template === undefined) return shortened(reason, longest)
  const place = `${chart.place}/${error.template}${error.line === undefined ? '' : `:${error.line}`}`
  // a chart's own error messages were written for its users
  if (error.class === 'fail' || path === undefined)
    return reason.length > longest - place.length - 3 && reason.length <= longest
      ? reason
      : `${shortened(reason, longest - place.length - 3)} (${place})`
  const value = valueAt(values, path)
  const shown = isNothing(value) ? 'not set' : isSecretPath(path) ? 'set' : shortened(describe(value).replaceAll(/\s+/g, ' '), longestValue)
  const needed = neededOf(error, value?.kind === 'null' ? 'null' : shown)
  if (needed !== undefined) {
    const sentence = `${formatPath(path)} is ${needed}`
    return sentence.length + place.length + 3 > longest ? shortened(sentence, longest) : `${sentence} (${place})`
  }
  const says = error instanceof PrintedRefused ? `then ${place} prints no YAML` : `${place} says`
  const start = `${formatPath(path)} is ${shown}, but ${says}: `
  return start + shortened(reason, longest - start.length)
}

/** What a template does with a value that is nothing, in other words than Go's; undefined: it is not known. */
function neededOf({ class: kind, reason }: HelmRefusal, shown: string): string | undefined {
  const [, key] = kind === 'nil' ? (/nil pointer evaluating interface \{\}\.(\w+)$/.exec(reason) ?? []) : []
  if (key !== undefined) return `${shown}, but the chart reads \`${key}\` in it`
  return /\blen of nil pointer$/.test(reason) ? `${shown}, but the chart counts what is in it` : undefined
}

function shortened(text: string, length: number): string {
  const most = Math.max(length, longestValue)
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

/** Helm reads the annotations of an object as a map of texts. */
function isWrongAnnotation({ reason }: HelmRefusal): boolean {
  return /cannot unmarshal \w+ into Go struct field \S*\.annotations of type string/.test(reason)
}

/** The value whose text is broken, or that the template read last before it stopped. */
function blame(error: HelmRefusal, { values, stops }: Refused): Path | undefined {
  if (error instanceof PrintedRefused) {
    const path = firstOf(error.reads, values)
    const map = path !== undefined && isWrongAnnotation(error) ? valueAt(values, path) : undefined
    const [odd] = map?.kind === 'map' ? [...map.entries.values()].filter(({ kind }) => kind === 'map' || kind === 'list') : []
    return odd?.origin.path ?? path
  }
  for (const reads of stops) {
    const found = firstOf(reads, values)
    if (found !== undefined) return found
  }
  return undefined
}

function firstOf(reads: readonly Value[], values: MapValue): Path | undefined {
  const isWritten = ({ origin }: Value): boolean => origin.layer !== 'chart'
  for (const value of [...reads.filter((read) => !isWritten(read)), ...reads.filter(isWritten)].toReversed()) {
    if (placeFor(value.origin.path, values) !== undefined) return value.origin.path
  }
  return undefined
}

function placeFor(path: Path, values: MapValue): Spot | undefined {
  const written = path.length === 0 ? undefined : valueAt(values, path)
  const own = written === undefined || written.kind === 'null' ? undefined : spotOf(written)
  return own ?? choiceSpot(values, path) ?? nearestSpot(values, path, 'key') ?? switchSpot(values, path)
}

interface SchemaContext {
  readonly database: Database
  /** what people wrote */
  readonly values: MapValue
  /** what is left of it after earlier refusals */
  readonly usable: MapValue
}

/** What the schemas of a chart refuse, each at its value, and the paths without which it can go on. */
export function schemaFindings(
  { failures }: SchemaRefused,
  context: SchemaContext,
): { readonly findings: LocatedFinding[]; readonly paths: Path[] } {
  const findings: LocatedFinding[] = []
  const paths: Path[] = []
  for (const failure of failures)
    for (const path of pathsOf(failure, context.usable)) {
      findings.push({ ...schemaFinding(failure, path, context), database: context.database.id })
      if (valueAt(context.usable, path) !== undefined && path.length > 0) paths.push(path)
    }
  return { findings, paths }
}

/** Numbers for the items of lists; a key that is not allowed is the place itself. */
function pathsOf({ path, extra }: PlacedFailure, values: MapValue): Path[] {
  const own = path.map((step, index) => (valueAt(values, path.slice(0, index))?.kind === 'list' ? Number(step) : step))
  return extra === undefined ? [own] : extra.map((key) => [...own, key])
}

function schemaFinding({ types, extra, message }: PlacedFailure, path: Path, { values, database }: SchemaContext): LocatedFinding {
  const { node, depth } = deepestAt(values, path)
  const value = depth === path.length ? node : undefined
  if (types !== undefined && value !== undefined && path.length > 0) return wrongTypeFinding({ value, ...types }, values)
  const at =
    (extra !== undefined && value !== undefined ? spotOf(value, 'key') : undefined) ?? placeFor(path, values) ?? serviceSpot(database)
  const field = path.length === 0 ? 'values' : formatPath(path)
  const shown = value?.kind === 'scalar' && !isSecretPath(path) ? ` is ${JSON.stringify(value.value)}` : ''
  const words =
    extra === undefined
      ? `${field}${shown}, but the chart's schema says: ${message}`
      : `${field} is set, but the chart's schema allows no such key`
  return {
    rule: 'values/chart-schema',
    severity: 'error',
    message: phrase`${named(maskSentence(words, [values]))}`,
    at,
  }
}
