// What would the metrics exporter make of custom queries?
import type { Message, Severity } from '../../findings/finding.ts'
import { named, phrase, shown } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import type { RenderedObject } from '../../model.ts'
import type { SqlParser } from '../../postgres/sql.ts'
import { listed, nearest } from '../../values/path.ts'
import type { Json, MapValue, Path, Value } from '../../values/value.ts'
import { isJsonMap, isMap, jsonAt, toPlain, valueAt } from '../../values/value.ts'
import { inside, parseInside } from '../../yaml/inside.ts'
import type { YamlProblem } from '../../yaml/parse.ts'
import { asIs, heldText } from './sql-texts.ts'
import type { SqlText } from './sql-texts.ts'
import { listAt, objectOf, officialChart, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectsSubject } from '../subject.ts'

export type QueryRule = 'policy/queries-readable' | 'policy/queries-give-metrics'

interface QueryFinding extends ObjectFinding {
  readonly rule: QueryRule
  readonly severity: Severity
  readonly word?: Spot
}

/** A ConfigMap with queries, and what is read from its key. */
interface HeldQueries {
  readonly holder: RenderedObject
  readonly path: Path
  readonly root: Value | undefined
  /** whether nodes know where they were written */
  readonly isPlaced: boolean
  /** the values that the official chart makes the text of */
  readonly written?: Value | undefined
  readonly refused?: { readonly message: Message; readonly word?: Spot }
}

/** The ConfigMaps with queries that come with a Cluster. */
export function customQueries(subject: ObjectsSubject): HeldQueries[] {
  const cluster = objectOf(subject, 'Cluster')
  return listAt(cluster?.plain, 'spec', 'monitoring', 'customQueriesConfigMap').flatMap((reference) => {
    const held = heldText(subject.objects, reference)
    const path = ['data', held?.key ?? '']
    const node = valueAt(held?.holder.value, path)
    if (held === undefined || node === undefined) return []
    const { holder, text } = held
    const { file, value } = node.origin
    const placeOf = file.builtin === true ? undefined : inside(file.text, value, text)
    const spotOf = ({ start, end }: { start: number; end: number }): Spot =>
      placeOf === undefined ? { file, span: value } : { file, span: { start: placeOf(start), end: placeOf(Math.max(end - 1, start)) + 1 } }
    const { root, problems } = parseInside(text, { file, layer: node.origin.layer, spotOf })
    // the exporter's reader, go-yaml v3, also refuses a key that comes twice
    const problem = problems.find(({ fatal, rule }) => fatal || rule === 'yaml/duplicate-key')
    const word = problem === undefined || placeOf === undefined ? {} : { word: { file, span: problem.span } }
    return [
      {
        holder,
        path,
        root,
        isPlaced: placeOf !== undefined,
        written: placeOf === undefined ? writtenQueries(subject) : undefined,
        ...(problem === undefined ? {} : { refused: { message: fatalMessage(problem), ...word } }),
      },
    ]
  })
}

/** The list of queries in the values of the official chart. */
function writtenQueries(subject: ObjectsSubject): Value | undefined {
  const chart = officialChart(subject)
  return chart === undefined ? undefined : valueAt(subject.values, [...chart.above, 'cluster', 'monitoring', 'customQueries'])
}

/** Where a part of a query was written, by its path in the text: the name comes first. */
function spotInValues({ written }: HeldQueries, [name, ...path]: Path, on: 'key' | 'value'): Spot | undefined {
  const items = written?.kind === 'list' ? written.items : []
  const [query, ...others] = items.filter((item) => textAt(toPlain(item), 'name') === name)
  const node = others.length > 0 ? undefined : valueAt(query, path)
  return node && spotOf(node, on)
}

/** Helm takes the last one of equal keys, the exporter none. */
function fatalMessage({ rule, message }: YamlProblem): Message {
  return rule === 'yaml/duplicate-key' ? phrase`this key comes twice` : message
}

/** `UserQuery` and `ColumnMapping` of CloudNativePG 1.27 to 1.30. */
const fields = ['cache_seconds', 'master', 'metrics', 'name', 'predicate_query', 'primary', 'query', 'runonserver', 'target_databases']
const usages = ['COUNTER', 'DISCARD', 'DURATION', 'GAUGE', 'HISTOGRAM', 'LABEL', 'MAPPEDMETRIC']

/** The SQL of queries for any release of PostgreSQL. */
export function sqlOfQueries({ holder, path, root, isPlaced }: HeldQueries): SqlText[] {
  return entriesOf(root).flatMap(([, query]) =>
    ['query', 'predicate_query'].flatMap((field): SqlText[] => {
      const node = valueAt(query, [field])
      if (node?.kind !== 'scalar' || typeof node.value !== 'string' || valueAt(query, ['runonserver']) !== undefined) return []
      const text = asIs(holder, path, node.value, 'the query gives no metrics')
      return [isPlaced ? { ...text, node } : text]
    }),
  )
}

function entriesOf(root: Value | undefined): [string, MapValue][] {
  return isMap(root) ? [...root.entries].flatMap(([name, query]): [string, MapValue][] => (isMap(query) ? [[name, query]] : [])) : []
}

/** What of a ConfigMap the exporter can't read, and which queries give it no metrics. */
export function* mistakesIn(held: HeldQueries, parse: SqlParser): Iterable<QueryFinding> {
  const { holder, path, root, refused } = held
  const place = { object: holder, severity: 'warning' as const, places: [{ path }] as const }
  const help = phrase`correct it; without that no query of this ConfigMap gives metrics`
  const at = (node: Value | undefined, on: 'key' | 'value' = 'value'): { readonly word?: Spot } => {
    if (node === undefined) return {}
    if (held.isPlaced) return { word: { file: node.origin.file, span: node.origin[on] ?? node.origin.value } }
    const word = spotInValues(held, node.origin.path, on)
    return word === undefined ? {} : { word }
  }
  if (refused !== undefined) {
    const { message, ...word } = refused
    yield { rule: 'policy/queries-readable', ...place, message: [...phrase`queries are not read: `, ...message], help, ...word }
    return
  }
  for (const [name, query] of entriesOf(root)) {
    const wrong = shapeOf(query)
    if (wrong !== undefined) {
      yield {
        rule: 'policy/queries-readable',
        ...place,
        message: phrase`${wrong.what} of query ${named(name)} must be ${wrong.must}`,
        help,
        ...at(wrong.node),
      }
      continue
    }
    for (const key of query.entries.keys()) {
      const meant = fields.includes(key) ? undefined : nearest(key, fields)
      if (meant === undefined) continue
      yield {
        rule: 'policy/queries-give-metrics',
        ...place,
        message: phrase`query ${named(name)} has the key \`${named(key)}\`, which the exporter does not read`,
        help: phrase`did you mean ${meant}?`,
        ...at(query.entries.get(key), 'key'),
      }
    }
    const columns = columnsOf(query)
    // `y` and its like, which are booleans to this reader, are names to the exporter's
    if (columns.some(({ name: column }) => /^(?:true|false|null)$/.test(column))) continue
    const unknown = columns.find(({ usage }) => !usages.includes(usage ?? ''))
    if (unknown !== undefined) {
      const misspelt = misspeltUsage(unknown)
      if (misspelt !== undefined) {
        yield {
          rule: 'policy/queries-give-metrics',
          ...place,
          message: phrase`column ${named(unknown.name)} has the key \`${named(misspelt.key)}\`, but no usage: query ${named(name)} gives no metrics at all`,
          help: phrase`did you mean usage?`,
          ...at(misspelt.value, 'key'),
        }
        continue
      }
      const meant = nearest(unknown.usage?.toUpperCase() ?? '', usages)
      yield {
        rule: 'policy/queries-give-metrics',
        ...place,
        message:
          unknown.usage === undefined
            ? phrase`usage of ${named(unknown.name)} is not set: query ${named(name)} gives no metrics at all`
            : phrase`usage is ${shown(unknown.usage)}, which the exporter does not know: query ${named(name)} gives no metrics at all`,
        help: meant === undefined ? phrase`known here: ${listed(usages)}` : phrase`write ${meant}`,
        ...at(unknown.node),
      }
      continue
    }
    const sql = valueAt(query, ['query'])
    const mismatch = sql?.kind === 'scalar' && typeof sql.value === 'string' ? mismatchOf(sql.value, columns, parse) : undefined
    if (mismatch !== undefined)
      yield {
        rule: 'policy/queries-give-metrics',
        ...place,
        message: phrase`query ${named(name)} ${mismatch}`,
        help: phrase`list each column in metrics, with usage: DISCARD where it gives no metric`,
        ...at(valueAt(query, ['metrics']) ?? sql),
      }
  }
}

/** A field that go-yaml can't put into the exporter's own types, for which it drops the whole text. */
function shapeOf(query: MapValue): { readonly what: string; readonly must: string; readonly node: Value } | undefined {
  const metrics = query.entries.get('metrics')
  if (metrics !== undefined && metrics.kind !== 'list' && metrics.kind !== 'null') return { what: 'metrics', must: 'a list', node: metrics }
  const item =
    metrics?.kind === 'list'
      ? metrics.items.find((one) => !isMap(one) || [...one.entries.values()].some((column) => !isMap(column)))
      : undefined
  if (item !== undefined) return { what: 'each item of metrics', must: 'a column with usage and description below it', node: item }
  const databases = query.entries.get('target_databases')
  return databases !== undefined && databases.kind !== 'list' && databases.kind !== 'null'
    ? { what: 'target_databases', must: 'a list', node: databases }
    : undefined
}

interface Column {
  readonly name: string
  readonly usage: string | undefined
  readonly node: Value
}

function columnsOf(query: MapValue): Column[] {
  const metrics = query.entries.get('metrics')
  const items = metrics?.kind === 'list' ? metrics.items : []
  return items.flatMap((item) =>
    isMap(item)
      ? [...item.entries].map(([name, column]) => {
          const node = valueAt(column, ['usage'])
          return { name, usage: node?.kind === 'scalar' ? String(node.value) : undefined, node: node ?? column }
        })
      : [],
  )
}

/** The key of a column that was meant as its usage. */
function misspeltUsage({ usage, node }: Column): { readonly key: string; readonly value: Value } | undefined {
  if (usage !== undefined || !isMap(node)) return undefined
  const found = [...node.entries].find(([key]) => nearest(key, ['usage']) !== undefined)
  return found && { key: found[0], value: found[1] }
}

/** `computeMetrics`: another number of columns than of names gives no metrics, and a column without a name none of its own. */
function mismatchOf(sql: string, columns: readonly Column[], parse: SqlParser): string | undefined {
  const parsed = parse(sql)
  const targets = 'tree' in parsed ? targetsOf(parsed.tree) : undefined
  if (targets === undefined || columns.length === 0) return undefined
  const names = new Set(
    columns.flatMap(({ name, usage }) => (usage === 'HISTOGRAM' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])),
  )
  if (targets.length !== names.size) return `has ${targets.length} columns, but metrics list ${names.size}: it gives no metrics at all`
  const missing = targets.find((target) => target !== undefined && !names.has(target))
  return missing === undefined ? undefined : `has the column ${missing}, but metrics do not list it`
}

/** The names of the columns of one SELECT, undefined where PostgreSQL chooses one; undefined: there are others, or `*` is among them. */
function targetsOf(tree: string): (string | undefined)[] | undefined {
  const { stmts = [] } = JSON.parse(tree) as { stmts?: readonly Json[] }
  let select = stmts.length === 1 ? jsonAt(stmts[0], ['stmt', 'SelectStmt']) : undefined
  while (isJsonMap(select) && isJsonMap(select['larg'])) select = select['larg']
  const targets = isJsonMap(select) && select['valuesLists'] === undefined ? select['targetList'] : undefined
  if (!Array.isArray(targets) || JSON.stringify(targets.map((target) => outermost(target))).includes('"A_Star"')) return undefined
  return targets.map((target) => textAt(target, 'ResTarget', 'name'))
}

/** A column as it is selected, without what is inside of functions and subqueries. */
function outermost(target: Json): Json {
  const value = jsonAt(target, ['ResTarget', 'val'])
  const kind = isJsonMap(value) ? Object.keys(value)[0] : undefined
  return kind === 'ColumnRef' || kind === 'A_Indirection' ? (value ?? null) : null
}
