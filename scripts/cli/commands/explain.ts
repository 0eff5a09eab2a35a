// `explain`: where does a value come from, what does it become, and what may be written there?
import { parameterOf, postgresReaders } from '../../explain/postgres-readers.ts'
import { visible } from '../../values/untrusted.ts'
import { printed } from '../../values/printed.ts'
import { factsOf, isServed, knownMembers, readersOf, storedOf } from '../../admit/field-facts.ts'
import { isModelled } from '../../chart/database-objects.ts'
import { valueFacts, valueFor } from '../../chart/value-facts.ts'
import type { ValueFacts } from '../../chart/value-facts.ts'
import { locate, spotOf } from '../../findings/spot.ts'
import { maskingOf } from '../../explain/masking.ts'
import { itemBeyond, joinSteps, parseObjectPath, parsePath } from '../../explain/path-text.ts'
import type { ObjectPath } from '../../explain/path-text.ts'
import { explanationToJson, placed } from '../../explain/report.ts'
import type { Explanation, FieldLine, LayerLine, LeafLine } from '../../explain/report.ts'
import { explanationToText } from '../../explain/text.ts'
import { secretNotes } from '../../explain/secrets.ts'
import { withSchedules } from '../../explain/schedules.ts'
import { explainWhole, isWhole } from '../../explain/whole.ts'
import { namespaceSpot } from '../../merge/generator.ts'
import { fieldsFrom, isBranch, layersAt, sizeOf } from '../../explain/trace.ts'
import { readFleet } from '../../deployed/fleet.ts'
import { chooseDatabase } from '../../discover/fleet.ts'
import { evaluate, layerReader } from '../../evaluate.ts'
import { withDefaults } from '../../explain/inspected.ts'
import type { Inspected } from '../../explain/inspected.ts'
import type { Json, Path, Value } from '../../values/value.ts'
import type { RenderedObject } from '../../model.ts'
import { formatPath, listed, nearest } from '../../values/path.ts'
import { placer } from '../../report/places.ts'
import { policiesOn } from '../../policy/rules.ts'
import { shownPath } from '../../secret/names.ts'
import { parameterFacts } from '../../postgres/explain.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { jsonAt, leavesOf, toPlain, valueAt } from '../../values/value.ts'
import { openJudged } from '../../discover/open-workspace.ts'
import type { JudgingFlags } from '../../discover/open-workspace.ts'
import { UsageError } from '../../repository/workspace.ts'
import { readDay } from './day.ts'
import { refuse, sayUnknownReleases } from './refuse.ts'

export interface ExplainFlags extends JudgingFlags {
  readonly today?: string | undefined
  readonly format?: 'pretty' | 'json' | undefined
}

/**
 * Explains one value, one field of an object, without a path every value of a database,
 * or with `pg_hba`, `budgets` or `schedules` what several values make together. Exit code 1 when a file of the
 * database can't be read; a path that leads nowhere is wrong usage.
 */
export async function explain(flags: ExplainFlags, operands: readonly string[], terminal: Terminal): Promise<number> {
  const format = flags.format ?? 'pretty'
  const today = readDay('today', flags.today ?? 'now') as string
  const [name, text, ...rest] = operands
  if (rest.length > 0) throw new UsageError(`\`${rest[0]}\` is an unexpected argument; explain takes a database and one path`)
  const workspace = openJudged(terminal.cwd, flags)
  const fleet = await readFleet(workspace)
  if (fleet.settings === undefined) return refuse(fleet.findings, workspace, terminal)
  const { settings } = fleet
  const { charts } = fleet
  const evaluated = evaluate(chooseDatabase(fleet, name), { settings, root: workspace.root, charts, reader: layerReader(settings) })
  if ('unreadable' in evaluated) return refuse(evaluated.unreadable, workspace, terminal)
  sayUnknownReleases(settings, terminal, [evaluated.database.environment.operator.version])
  if (isWhole(text)) {
    const whole = explainWhole(text, evaluated, { format, today })
    if (whole === undefined) throw new UsageError(`${evaluated.database.id} has no Cluster of a PostgreSQL that is known here`)
    terminal.stdout(whole)
    return 0
  }
  const inspected = withDefaults(evaluated)
  const place = placer(format === 'json' ? 'program' : 'person', workspace)
  const explanation = placed(
    text === undefined ? wholeTree(inspected) : withSchedules(explainText(inspected, text), inspected.objects, today),
    place,
  )
  terminal.stdout(format === 'json' ? explanationToJson(explanation) : explanationToText(explanation, terminal))
  const wrong = inspected.refusals.filter(({ severity }) => severity === 'error').length
  const absent = inspected.refusals.filter(({ rule }) => rule === 'chart/available')
  refuse(absent, workspace, terminal)
  if (wrong > 0)
    terminal.stderr(
      `${visible(inspected.database.id)} has mistakes, so this may not be all; run \`check ${visible(inspected.database.id)}\`\n`,
    )
  return 0
}

function basics({ database }: Inspected): Pick<Explanation, 'database' | 'operator' | 'chart'> {
  const { operator, clusterChart } = database.environment
  return { database: database.id, operator: operator.version, chart: `${clusterChart.name} ${clusterChart.version}` }
}

function wholeTree(inspected: Inspected): Explanation {
  return { ...basics(inspected), leaves: leafLines(inspected, inspected.values, []), layers: [], fields: [] }
}

function leafLines(inspected: Inspected, value: Value, path: Path, object?: RenderedObject): LeafLine[] {
  const masking = maskingOf([inspected.values, ...inspected.layers])
  return [...leavesOf(value, path)].map((leaf) => {
    const value = masking.plain(leaf.value, leaf.path, object)
    return { path: formatPath(shownPath(leaf.path)), value, ...whoDecides(inspected, leaf, object) }
  })
}

/** What decides a leaf: the layer that wrote it, the chart's own text, or what decides the namespace of the release. */
function whoDecides(
  { database, settings }: Inspected,
  { value, path }: { readonly value: Value; readonly path: Path },
  object: RenderedObject | undefined,
): Pick<LeafLine, 'layer' | 'file' | 'at'> {
  const { clusterChart } = database.environment
  if (object !== undefined && value.kind === 'scalar' && value.constant === true)
    return { layer: 'chart', file: `${clusterChart.name}-${clusterChart.version}/templates` }
  const isReleases = object !== undefined && isNamespace(path) && value.origin.file.builtin === true
  const spot = isReleases ? namespaceSpot(database, settings) : spotOf(value)
  const { layer, file } = isReleases ? { layer: 'generator' as const, file: spot?.file ?? value.origin.file } : value.origin
  return { layer, file: file.path, ...(spot === undefined ? {} : { at: locate(spot) }) }
}

function isNamespace(path: Path): boolean {
  return path.length === 2 && path[0] === 'metadata' && path[1] === 'namespace'
}

/** Constants that every object has; others are printed because of some value. */
function isChartsOwn(node: Value, path: Path): boolean {
  const isHead = path[0] === 'apiVersion' || path[0] === 'kind' || (path[0] === 'metadata' && path[1] === 'labels')
  return isHead && node.kind === 'scalar' && node.constant === true
}

/** A kind alone (`Cluster`) is an object path, unless a value has that name. */
function explainText(inspected: Inspected, text: string): Explanation {
  const kinds = new Set(inspected.objects.map(({ kind }) => kind))
  const asked = parseObjectPath(kinds.has(text) ? `${text}/` : text, kinds, new Set(inspected.objects.map((object) => object.name)))
  if (asked !== undefined) return explainField(inspected, asked)
  if (kinds.size === 0 && /^[A-Z]/.test(text))
    throw new UsageError(
      `${inspected.database.id} has no objects, because the chart refuses its values; run \`check ${inspected.database.id}\``,
    )
  const [kind = '', ...steps] = text.split('.')
  if (kinds.has(kind) && steps.length > 0) throw new UsageError(`\`${text}\` is not a path; did you mean \`${kind}/${steps.join('.')}\`?`)
  if (/^[A-Z]\w*\//.test(text)) {
    const kind = text.slice(0, text.indexOf('/'))
    const guess = nearest(kind, kinds)
    throw new UsageError(
      `${inspected.database.id} has no ${kind}${guess === undefined ? `; its objects are ${listed(kinds)}` : `; did you mean \`${guess}\`?`}`,
    )
  }
  const path = parsePath(text)
  if (path === undefined || path.length === 0)
    throw new UsageError(`\`${text}\` is not a path; write one such as cluster.storage.size or Cluster/spec.storage.size`)
  return explainValue(inspected, joinSteps(inspected.values, path))
}

function explainValue(inspected: Inspected, path: Path): Explanation {
  const { values, layers, objects, merged } = inspected
  const masking = maskingOf([values, ...layers])
  const value = valueAt(values, path)
  const beyond = value === undefined ? itemBeyond(values, path) : undefined
  if (beyond !== undefined) throw new UsageError(beyond)
  const written = layersAt(layers, path, value)
  const facts = knownFacts(inspected, path, value !== undefined || valueAt(merged, path) !== undefined)
  const fields = fieldsFrom(objects, path, value)
  const operator = inspected.database.environment.operator.version
  const policies = policiesOn(path).map(({ id, severity, summary }) => ({ id, severity, summary, onChange: false }))
  const postgres = path[0] === 'cluster' ? postgresReaders(objects, ['spec', ...path.slice(1)]) : []
  const lines = fields.map(({ object, path: at, value: node }) => fieldLine(object, at, masking.plain(node, at, object), operator))
  const notes = secretNotes(objects, path)
  return {
    ...basics(inspected),
    path: formatPath(path),
    ...(notes.length === 0 ? {} : { notes }),
    ...(facts?.about === undefined ? {} : { about: facts.about }),
    ...(facts === undefined
      ? {}
      : { type: facts.type, keys: facts.keys, ...(facts.choices === undefined ? {} : { choices: facts.choices }) }),
    ...(value === undefined ? {} : { value: masking.plain(value, path) }),
    leaves: value !== undefined && isBranch(value) ? leafLines(inspected, value, path) : [],
    layers: written.map(({ layer, file, at, value: set, role, above }): LayerLine => {
      const shown = above === undefined && isBranch(set) ? sizeOf(set) : masking.plain(set, path)
      return {
        layer,
        file,
        value: shown,
        role,
        ...(at === undefined ? {} : { at }),
        ...(above === undefined ? {} : { above: formatPath(above) }),
      }
    }),
    fields: lines.length > 0 || value !== undefined ? lines : unsetFields(inspected, facts, operator),
    ...(policies.length === 0 ? {} : { policies }),
    ...(postgres.length === 0 ? {} : { postgres }),
  }
}

/** What the chart knows about the path; a path that nothing sets and nothing reads is wrong usage. */
function knownFacts(inspected: Inspected, path: Path, isSet: boolean): ValueFacts | undefined {
  // what is known of the modelled chart need not hold in another one, or in another version of it
  const facts = isModelled(inspected.database) ? valueFacts(path) : undefined
  if (facts !== undefined && !('step' in facts)) return facts
  if (isSet) return undefined
  const siblings = valueAt(inspected.values, path.slice(0, -1))
  const known = facts?.known ?? (siblings?.kind === 'map' ? [...siblings.entries.keys()] : [])
  const step = facts?.step ?? printed(path.at(-1))
  const parent = facts?.parent ?? path.slice(0, -1)
  const guess = facts?.suggestion ?? nearest(step, known)
  const where = parent.length === 0 ? 'the values have' : `\`${formatPath(parent)}\` has`
  const help =
    guess !== undefined ? `; did you mean \`${formatPath([...parent, guess])}\`?` : known.length > 0 ? `; there are ${listed(known)}` : ''
  throw new UsageError(`${where} no \`${step}\`${help}`)
}

/** The field that an unset value would become, with what the server fills in. */
function unsetFields({ objects }: Inspected, facts: ValueFacts | undefined, operator: string): FieldLine[] {
  const target = facts?.target
  const object = objects.find(({ kind }) => kind === target?.kind)
  if (target === undefined || object === undefined) return []
  return factsOf(object.plain, target.path, operator) === null ? [] : [fieldLine(object, target.path, undefined, operator)]
}

function fieldLine(object: RenderedObject, path: Path, value: Json | undefined, operator: string): FieldLine {
  const line = { object: `${object.kind}/${object.name}`, path: formatPath(path), ...(value === undefined ? {} : { value }) }
  const field = path[0] === 'metadata' ? undefined : factsOf(object.plain, path, operator)
  if (field === undefined || field === null) return { ...line, readers: [] }
  const parameter = parameterOf(object, path)
  const known = parameter === undefined ? undefined : parameterFacts(object, parameter)
  // the API server accepts any text, PostgreSQL does not
  const facts = known === undefined ? field : { ...field, ...known }
  const stored = storedOf(object.plain, operator)
  const effective = stored === undefined ? undefined : jsonAt(stored, path)
  const filled = value === undefined && (effective === null || typeof effective !== 'object') ? effective : undefined
  return {
    ...line,
    facts,
    readers: stored === undefined ? [] : readersOf(stored, path, operator),
    ...(filled === undefined || filled === null ? {} : { stored: filled }),
  }
}

function explainField(inspected: Inspected, { kind, name, path: typed }: ObjectPath): Explanation {
  const matches = inspected.objects.filter((object) => object.kind === kind && (name === undefined || object.name === name))
  const [object, second] = matches
  if (object === undefined) throw new UsageError(`${inspected.database.id} has no ${kind} called \`${name}\``)
  if (second !== undefined)
    throw new UsageError(
      `${inspected.database.id} has several of kind ${kind}; name one of ${listed(matches.map((match) => `${kind}/${match.name}/`))}`,
    )
  const masking = maskingOf([inspected.values, ...inspected.layers])
  const path = joinSteps(object.value, typed)
  const node = valueAt(object.value, path)
  const operator = inspected.database.environment.operator.version
  if (node === undefined) return unsetField(inspected, object, path)
  const value = masking.plain(node, path, object)
  const asked = {
    object: `${object.kind}/${object.name}`,
    path: formatPath(path),
    value: isBranch(node) ? (node.kind === 'map' ? 'a map' : 'a list') : value,
  }
  const leaves = isBranch(node) ? leafLines(inspected, node, path, object) : []
  const decided = isChartsOwn(node, path) || isNamespace(path) ? whoDecides(inspected, { value: node, path }, object) : undefined
  if (decided !== undefined) {
    const madeBy = isNamespace(path) ? 'the namespace of the release' : "the chart's own text, whatever the values are"
    const layers: LayerLine[] = [{ ...decided, value: asked.value, role: 'wins' }]
    return { ...basics(inspected), asked: { ...asked, madeBy }, leaves, layers, fields: [fieldLine(object, path, value, operator)] }
  }
  const from = node.origin.path
  const origin = valueAt(inspected.values, from)
  if (origin === undefined || from.length === 0 || leaves.length > 0) {
    return { ...basics(inspected), asked, leaves, layers: [], fields: path.length === 0 ? [] : [fieldLine(object, path, value, operator)] }
  }
  const isSame = JSON.stringify(toPlain(origin)) === JSON.stringify(toPlain(node))
  const explained = explainValue(inspected, from)
  const madeBy = isSame ? {} : { madeBy: `the chart prints it because of \`${formatPath(from)}\`` }
  return { ...explained, leaves: [], asked: { ...asked, ...madeBy }, fields: [fieldLine(object, path, value, operator)] }
}

function unsetField(inspected: Inspected, object: RenderedObject, path: Path): Explanation {
  const operator = inspected.database.environment.operator.version
  const facts = isServed(object.plain, operator) ? factsOf(object.plain, path, operator) : null
  if (facts === null) {
    const unknown = knownMembers(object.plain, path, operator)
    const guess = unknown === undefined ? undefined : nearest(unknown.step, unknown.members)
    throw new UsageError(
      `${object.kind} has no field \`${formatPath(path)}\`${guess === undefined ? '' : `; did you mean \`${guess}\` for \`${unknown?.step}\`?`}`,
    )
  }
  const settable = isModelled(inspected.database) ? valueFor({ kind: object.kind, path }) : undefined
  const asked = { object: `${object.kind}/${object.name}`, path: formatPath(path) }
  return {
    ...basics(inspected),
    asked,
    leaves: [],
    layers: [],
    fields: [fieldLine(object, path, undefined, operator)],
    ...(settable === undefined ? {} : { settable: formatPath(settable) }),
  }
}
