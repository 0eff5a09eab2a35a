// Which keys of values files does nothing in a chart read?
import type { Chart } from './chart-tree.ts'
import { templateBudget } from '../go-template/budget.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import { templatesOf } from './context.ts'
import { parsedTrees } from './engine.ts'
import { loadOnce, readLayers } from './load.ts'
import type { ReadShape, Replacement } from './read-shape.ts'
import type { Recorder } from './recorder.ts'
import type { HelmInput } from './render.ts'
import { namesOf, readableValues } from './static-reads.ts'
import { renderTraced } from './traced.ts'
import { unreadKeys, wasLooked } from './unknown-keys.ts'
import type { UnreadKey } from './unknown-keys.ts'
import { mergeMaps } from './values.ts'

interface Known {
  readonly shape: ReadShape
  /** what templates in the chart's other files mention, which are run by `tpl` */
  readonly mentioned: ReadonlySet<string>
  readonly layers: WeakMap<MapValue, readonly UnreadKey[]>
}

const known = new WeakMap<Chart, Known>()

/** What the templates of a chart could read, found out once. Throws HelmRefusal where they can't be parsed. */
function knownOf(chart: Chart, helm: HelmGeneration): Known {
  const before = known.get(chart)
  if (before !== undefined) return before
  const trees = parsedTrees(templatesOf(chart), { helm, root: chart.name, budget: templateBudget(4) })
  const mentioned = new Set<string>()
  // the files of a subchart know its values without its own name
  const mention = (one: Chart, places: readonly string[]): void => {
    const own = new Set<string>()
    for (const bytes of one.files.values()) if (bytes.length < 200_000) addMentions(Buffer.from(bytes).toString('latin1'), own)
    for (const name of own) for (const place of name.startsWith('"') ? [''] : places) mentioned.add(place + name)
    for (const child of one.dependencies)
      mention(
        child,
        namesOf(child, one).flatMap((name) => places.map((place) => `${place}${name}.`)),
      )
  }
  mention(chart, [''])
  const made = { shape: readableValues(chart, trees), mentioned, layers: new WeakMap<MapValue, readonly UnreadKey[]>() }
  known.set(chart, made)
  return made
}

/** What the templates of a chart could read of its values. Throws HelmRefusal where they can't be parsed. */
export function shapeOf(chart: Chart, helm: HelmGeneration): ReadShape {
  return knownOf(chart, helm).shape
}

/** What could be read of one value; undefined: nothing. Throws HelmRefusal where templates can't be parsed. */
function shapeAt(chart: Chart, helm: HelmGeneration, path: Path): ReadShape | undefined {
  let shape: ReadShape | undefined = shapeOf(chart, helm)
  for (const step of path) shape = shape?.at(String(step))
  return shape
}

/** The words that templates compare a value with; none: they don't. Throws HelmRefusal. */
export function wordsFor(chart: Chart, helm: HelmGeneration, path: Path): ReadonlySet<string> {
  return shapeAt(chart, helm, path)?.words ?? new Set()
}

/** Where templates print a constant for a value that Sprig takes for not set; none where they read it in another way as well. Throws HelmRefusal. */
export function replacementsFor(chart: Chart, helm: HelmGeneration, path: Path): readonly Replacement[] {
  let shape: ReadShape | undefined = shapeOf(chart, helm)
  for (const step of path) {
    if (shape === undefined || shape.whole || shape.rest !== undefined) return []
    shape = shape.at(String(step))
  }
  return shape === undefined || shape.reads > shape.replacements.length ? [] : shape.replacements
}

/** The keys of a map that templates name. Throws HelmRefusal. */
export function keysFor(chart: Chart, helm: HelmGeneration, path: Path): ReadonlySet<string> {
  return new Set(shapeAt(chart, helm, path)?.keys.keys())
}

export interface Rendered {
  readonly helm: HelmGeneration
  /** all values, in which texts may be templates */
  readonly values: MapValue
  /** what the run looked up, asked for where the templates alone don't answer */
  readonly looked: () => Recorder['looked']
}

/**
 * The keys of one layer that no branch of any template could read, that this run did not look up, and that no template
 * in the values names. Throws HelmRefusal where the chart's templates can't be parsed.
 */
export function unreadOf(chart: Chart, layer: MapValue, { helm, values, looked }: Rendered): readonly UnreadKey[] {
  const { shape, mentioned, layers } = knownOf(chart, helm)
  let candidates = layers.get(layer)
  if (candidates === undefined) {
    const isOwn = layer.origin.layer === 'chart'
    const found = unreadKeys(layer, { shape, defaults: isOwn ? defaultsBelow(chart) : chart.values })
    const isSaid = (key: UnreadKey): boolean => !isOwn || isForDatabase(key, chart) || isDead(key, chart) || key.meant === true
    const unnamed = found.filter((key) => !isMentioned(key, mentioned, [])).map((key) => meantForSubchart(key, chart))
    candidates = unnamed.flatMap((key) => {
      const above = emptyAbove(key, shape)
      const one =
        above === undefined || key.suggestion !== undefined
          ? key
          : { ...key, elsewhere: [[...key.path.slice(0, -1), above, key.key].join('.')] }
      if (isSaid(key)) return [one]
      return isMisspeltDefault(key, chart) || (one !== key && makesDatabases(chart)) ? [{ ...one, isDefault: true as const }] : []
    })
    layers.set(layer, candidates)
  }
  if (candidates.length === 0) return candidates
  const named = new Set<string>()
  mentionsIn(values, named)
  return candidates.filter((one) => !isMentioned(one, named, namesBelow(chart).all) && !wasLooked(one.holder, one.key, looked()))
}

/** The defaults of subcharts, below their names: what the chart above sets there is read by those. */
function defaultsBelow(chart: Chart): MapValue {
  const entries = new Map(chart.dependencies.flatMap((child) => namesOf(child, chart).map((name) => [name, child.values] as const)))
  const { kind, origin, overrides } = chart.values
  return { kind, origin, overrides, entries }
}

/** What a chart sets by itself and does not read hurts nobody; what it sets for a subchart that makes a database is a value like any other. */
function isForDatabase({ path }: UnreadKey, chart: Chart): boolean {
  return path.length > 1 && namesBelow(chart).ofDatabases.includes(String(path[0]))
}

/** A default of a chart that makes databases, in the place of one that its templates read and that it lacks. */
function isMisspeltDefault({ suggestion, holder }: UnreadKey, chart: Chart): boolean {
  if (suggestion === undefined || holder.entries.has(suggestion)) return false
  return makesDatabases(chart)
}

const makesDatabases = (chart: Chart): boolean => chart.templates.some(({ text }) => text.includes('postgresql.cnpg.io/'))

/** The key in the line above, which was left empty and below which templates read this one: it was meant to be there. */
function emptyAbove({ holder, path, key, value }: UnreadKey, shape: ReadShape): string | undefined {
  const { file, key: span } = value.origin
  if (span === null || (value.kind === 'map' && value.entries.size === 0)) return undefined
  const lines = file.text.slice(Math.max(0, span.start - farthest), span.start).split('\n')
  const indent = lines.pop() ?? ''
  const line = lines.findLast((one) => !/^\s*(?:#|$)/.test(one)) ?? ''
  const above = line.startsWith(indent) ? /^([\w.-]+):\s*(?:#|$)/.exec(line.slice(indent.length))?.[1] : undefined
  // the nulls of a chart's own values are left out
  if (above === undefined || indent.trim() !== '' || (holder.entries.get(above)?.kind ?? 'null') !== 'null') return undefined
  const read = path
    .slice(0, -1)
    .reduce<ReadShape | undefined>((at, step) => at?.at(String(step)), shape)
    ?.at(above)
  const isRequirement = read?.whole === true && above === 'resources' && /^(?:requests|limits)$/.test(key)
  return isRequirement || read?.keys.has(key) === true ? above : undefined
}

/** No comment between two keys is longer. */
const farthest = 2_000

const subchartNames = new WeakMap<Chart, { readonly all: readonly string[]; readonly ofDatabases: readonly string[] }>()

/** The keys of subcharts, and those of the ones that make databases; asked for each key that nothing reads. */
function namesBelow(chart: Chart): { readonly all: readonly string[]; readonly ofDatabases: readonly string[] } {
  let known = subchartNames.get(chart)
  if (known === undefined) {
    const named = chart.dependencies.map((child) => ({ child, names: namesOf(child, chart) }))
    const makesDatabase = ({ child }: { child: Chart }): boolean => child.templates.some(({ text }) => text.includes('postgresql.cnpg.io/'))
    known = { all: named.flatMap(({ names }) => names), ofDatabases: named.filter(makesDatabase).flatMap(({ names }) => names) }
    subchartNames.set(chart, known)
  }
  return known
}

/**
 * Whether what a chart around a database sets beside its subcharts is certainly lost: the name of the database's subchart
 * misspelt, or anything in a chart without templates. Keys that hold an anchor, or whose names say so, are there for YAML.
 */
function isDead({ path: [top], suggestion, value }: UnreadKey, chart: Chart): boolean {
  const { all, ofDatabases: names } = namesBelow(chart)
  if (names.length === 0 || typeof top !== 'string' || all.includes(top) || /^(?:[_.]|x-)/.test(top)) return false
  const { file, value: span } = value.origin
  if (/(?:^|[\s:[{,-])&[\w-]/.test(file.text.slice(value.origin.key?.end ?? span.start, span.end))) return false
  if (suggestion !== undefined && names.includes(suggestion) && value.kind === 'map') return true
  return chart.templates.every(({ path }) => /(?:^|\/)(?:_[^/]*|NOTES\.txt)$/.test(path))
}

/** A key that was meant for a database's subchart: the chart's name where that has an alias, or a map of several values of that chart. */
function meantForSubchart(key: UnreadKey, chart: Chart): UnreadKey {
  const { path, value } = key
  const databases = namesBelow(chart).ofDatabases
  const [top] = path
  if (path.length > 1 || value.kind !== 'map' || databases.includes(String(top)) || /^(?:[_.]|x-)/.test(String(top))) return key
  const keys = [...value.entries.keys()].filter((one) => one !== 'enabled')
  const isOf = ({ name, values }: Chart): boolean => name === top || (keys.length > 1 && keys.every((one) => values.entries.has(one)))
  const [meant, ...others] = chart.dependencies
    .filter(isOf)
    .flatMap((child) => namesOf(child, chart))
    .filter((name) => databases.includes(name))
  if (meant === undefined) return key
  return { ...key, meant: true, elsewhere: [meant, ...others], ...(others.length === 0 && { suggestion: meant }) }
}

/** The same for each layer of one release. Throws HelmRefusal where the chart can't be read. */
export function findUnreadKeys(input: HelmInput): (readonly UnreadKey[])[] {
  const { helm = '4.2' } = input
  const layers = readLayers(input.layers, helm)
  // a run that fails has also looked up keys
  const { looked } = renderTraced(input)
  const chart = loadOnce(input.files, { helm, place: input.place })
  return layers.map((layer) => unreadOf(chart, layer, { helm, values: mergeMaps(layers), looked }))
}

function mentionsIn(value: Value, names: Set<string>): void {
  if (value.kind === 'map') for (const entry of value.entries.values()) mentionsIn(entry, names)
  else if (value.kind === 'list') for (const item of value.items) mentionsIn(item, names)
  else if (value.kind === 'scalar' && typeof value.value === 'string') addMentions(value.value, names)
}

/** Paths below `.Values`, with dots, and keys that `index` is given. */
function addMentions(text: string, names: Set<string>): void {
  for (const part of text.split('{{').slice(1)) {
    const end = part.indexOf('}}')
    const action = end < 0 ? '' : part.slice(0, end)
    for (const [, path, quoted] of action.matchAll(/\.Values\.([\w.]+)|["`]([\w-]+)["`]/g)) names.add(path ?? `"${quoted}`)
  }
}

/** Whether a path, or what is above or below it, is among the mentioned ones; a text for a subchart mentions it without the subchart's name. */
function isMentioned({ path, key }: UnreadKey, names: ReadonlySet<string>, subcharts: readonly string[]): boolean {
  if (names.has(`"${key}`)) return true
  const isBelow = path.length > 1 && subcharts.includes(String(path[0]))
  const ways = [path, ...(isBelow ? [path.slice(1)] : [])].map((way) => `${way.join('.')}.`)
  for (const name of names) if (ways.some((way) => way.startsWith(`${name}.`) || `${name}.`.startsWith(way))) return true
  return false
}
