// Which objects does one database become, and what do Helm and the chart refuse?
import { valueFacts } from './value-facts.ts'
import { described, fieldAt, named, phrase, shown } from '../findings/message.ts'
import { firstSpot, nearestSpot, spotOf, switchSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { moreOfAKind, mostOfAKind } from '../report/diagnose.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { LayerCheck } from '../merge/layers.ts'
import { coalesce, helmOf } from '../merge/merge.ts'
import type { Database, Finding, MapValue, Message, Path, RenderedObject, Settings, Value } from '../model.ts'
import { formatPath, nearest } from '../values/path.ts'
import { isSecretPath } from '../secret/names.ts'
import { deepestAt, valueAt } from '../values/value.ts'
import { checkChoices, choiceError, wordsOf } from './choices.ts'
import type { ChoiceError } from './choices.ts'
import { chartDefaults } from './defaults.ts'
import { renderWithHelm } from './helm-engine.ts'
import { checkHelmSchema } from './helm-schema.ts'
import type { HelmSchemaError } from './helm-schema.ts'
import { findIdleValues } from './idle-values.ts'
import type { IdleValue } from './idle-values.ts'
import { findUnknownKeys } from './known-keys.ts'
import type { UnknownKey } from './known-keys.ts'
import { schemaFix, schemaHelp } from './schema-help.ts'
import { chartVersion } from './names.ts'
import { renderCluster } from './render.ts'
import type { RenderError } from './render.ts'

export interface DatabaseObjects {
  readonly objects: readonly RenderedObject[]
  readonly findings: LocatedFinding[]
  /** values that are told to be wrong already: what admission says of the fields that they become only follows */
  readonly told: () => readonly Path[]
}

/** What a database is rendered in: its settings, and the folder that a chart's folder is relative to. */
export interface Repository {
  readonly settings: Settings
  readonly root: string
}

/** Whether the defaults of a database's chart are known here: with another chart only Helm knows them. */
export function hasChartDefaults({ environment: { clusterChart } }: Database): boolean {
  return clusterChart.name === 'cluster' && clusterChart.version === chartVersion
}

/** Whether the model renders a database, and not the helm binary. */
export function isModelled(database: Database): boolean {
  return database.environment.clusterChart.engine === 'builtin' && hasChartDefaults(database)
}

/** What can be said of a layer's file on its own: the keys that no template reads. */
export function valuesChecks(settings: Settings): readonly LayerCheck[] {
  const { environments, ownKeys } = settings
  const modelled = environments.some(({ clusterChart }) => clusterChart.engine === 'builtin' && clusterChart.version === chartVersion)
  if (!modelled) return []
  return [
    // a lower layer's slip that a higher layer happens to cover is still a slip; a null there only switches something off
    function* (root) {
      for (const error of checkHelmSchema(root)) if (error.value.kind !== 'null') yield schemaFinding(error, root)
    },
    function* (root) {
      const cluster = root.entries.get('cluster')
      const at = cluster?.kind === 'null' ? spotOf(cluster, 'key') : undefined
      const help = phrase`remove the key: null here drops everything that lower layers say`
      if (at !== undefined)
        yield { rule: 'values/chart-schema', severity: 'error', message: phrase`cluster is null, but the chart takes a map`, at, help }
    },
    function* (root) {
      const all = findUnknownKeys(root, ownKeys)
      for (const [index, unknown] of all.entries()) {
        const at = spotOf(unknown.value, 'key')
        if (at === undefined) continue
        const others = all.length - mostOfAKind
        if (index === mostOfAKind && others > 1) {
          yield { rule: 'values/known-keys', severity: 'error', message: phrase`${moreOfAKind(others)}`, at }
          return
        }
        yield {
          rule: 'values/known-keys',
          severity: 'error',
          message: unknownMessage(unknown),
          at,
          help: unknownHelp(unknown),
          fix: { rename: nearWords(unknown) },
        }
      }
    },
  ]
}

/** All keys that a misspelt one can have been. */
function nearWords({ key, path }: UnknownKey): readonly string[] {
  const facts = valueFacts(path)
  return 'known' in facts ? facts.known.filter((word) => nearest(key, [word]) !== undefined) : []
}

function unknownMessage({ key, path }: UnknownKey): Message {
  const inside = path.length === 1 ? '' : phrase` in \`${fieldAt(path.slice(0, -1))}\``
  return phrase`unknown key \`${named(key)}\`${inside}`
}

function unknownHelp({ suggestion, elsewhere, path }: UnknownKey): Message {
  if (suggestion !== undefined) return phrase`did you mean \`${suggestion}\`?`
  if (elsewhere.length > 0) return phrase`the chart reads ${elsewhere.map((place) => `\`${place}\``).join(' or ')}`
  return path.length === 1
    ? phrase`no template reads it; remove it, or list it in postgres.ownKeys`
    : phrase`no template reads it, so it does nothing; remove it`
}

/**
 * Renders one database with its pinned chart: the model, or with `engine: helm` the helm binary. `values` are the merged
 * layers. Values of the wrong type are refused by Helm; here they are reported, and the rest goes on without them, so
 * that a person sees every mistake at once.
 */
export function renderDatabase(database: Database, values: MapValue, { settings, root }: Repository): DatabaseObjects {
  if (!isModelled(database)) return renderElsewhere(database, values, { settings, root })
  const helm = helmOf(settings.argocd.version)
  const full = coalesce(chartDefaults(), values, helm)
  const refused = checkHelmSchema(full)
  const slips = (): readonly Path[] => findUnknownKeys(values, settings.ownKeys).map(({ path }) => path)
  const chosen = [...checkChoices(full)].filter(({ path }) => !slips().some((slip) => isMeant(slip, path)))
  const findings: LocatedFinding[] = [
    ...refused.map((error) => ({ ...schemaFinding(error, values), database: database.id })),
    ...chosen.map((error) => choiceFinding(error, values, database)),
    ...findIdleValues(full).map((idle) => idleFinding(idle, values, database)),
  ]
  const wrong = [...refused.map((error) => error.value.origin.path), ...chosen.map(({ path }) => path)]
  const told = (): readonly Path[] => [...wrong, ...slips()]
  const usable =
    wrong.length === 0
      ? full
      : coalesce(
          chartDefaults(),
          wrong.reduce((map, path) => without(map, path), values),
          helm,
        )
  const release = { release: database.cluster, namespace: database.namespace }
  let rendered = renderCluster(usable, release)
  // the chart stops at some keys that it knows from older versions: they are reported as unknown keys already
  if (!rendered.ok && rendered.error.class === 'fail') {
    const known = findUnknownKeys(values, settings.ownKeys).reduce((map, { path }) => without(map, path), usable)
    const again = known === usable ? rendered : renderCluster(known, release)
    if (again.ok) rendered = again
  }
  if (rendered.ok) return { objects: rendered.objects, findings, told }
  // what the chart says after a value was taken away may follow from that
  if (!findings.some(({ severity }) => severity === 'error')) findings.push(renderFinding(rendered.error, database, values))
  return { objects: [], findings, told }
}

/** Whether a finding of admission follows from a value that is reported already: the value itself, or a misspelt key beside which it is missing. */
export function isConsequence({ places: [{ path }] }: Finding, object: RenderedObject, told: readonly Path[]): boolean {
  const { origin } = deepestAt(object.value, path).node
  return told.some((known) => isMeant(known, origin.path))
}

/** Whether a path leads through another one, or would if that one's last key were spelt right. */
function isMeant(slip: Path, path: Path): boolean {
  const last = slip.length - 1
  if (path.length <= last || !slip.slice(0, last).every((step, index) => step === path[index])) return false
  const [key, step] = [String(slip[last]), String(path[last])]
  return key === step || nearest(key, [step]) !== undefined
}

function idleFinding({ path, message, help }: IdleValue, values: MapValue, database: Database): LocatedFinding {
  const at = nearestSpot(values, path) ?? serviceSpot(database)
  return { rule: 'values/has-effect', severity: 'warning', message, at, help, database: database.id }
}

function choiceFinding({ path, message, help }: ChoiceError, values: MapValue, database: Database): LocatedFinding {
  const at = nearestSpot(values, path) ?? switchSpot(values, path) ?? serviceSpot(database)
  return { rule: 'values/known-choice', severity: 'error', message, at, help, database: database.id, path: formatPath(path) }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'null',
}

function schemaFinding(error: HelmSchemaError, values: MapValue): LocatedFinding {
  const path = error.value.origin.path
  const written =
    error.value.kind === 'scalar' && !isSecretPath(path)
      ? error.got === 'boolean'
        ? described(error.value)
        : phrase`${typeNames[error.got]} (${shown(error.value.value)})`
      : typeNames[error.got]
  return {
    rule: 'values/chart-schema',
    severity: 'error',
    message: phrase`${fieldAt(path)} is ${written}, but the chart takes ${typeNames[error.want]}`,
    at: spotOf(error.value) ?? nearestSpot(values, path, 'key') ?? firstSpot(values, values.origin.file),
    help: schemaHelp(error),
    fix: schemaFix(error),
  }
}

/** The tree without one value; lists lose the item's content, not its place. */
function without(root: MapValue, path: Path): MapValue {
  const [step, ...rest] = path
  const child = typeof step === 'string' ? root.entries.get(step) : undefined
  if (child === undefined || typeof step !== 'string') return root
  const entries = new Map(root.entries)
  if (rest.length > 0 && child.kind === 'map') entries.set(step, without(child, rest))
  else entries.delete(step)
  return { ...root, entries }
}

function renderFinding(error: RenderError, database: Database, values: MapValue): LocatedFinding {
  const path = error.place?.origin.path ?? []
  const written = path.length === 0 ? undefined : valueAt(values, path)
  const at =
    (written === undefined || written.kind === 'null' ? undefined : spotOf(written)) ??
    nearestSpot(values, path, 'key') ??
    switchSpot(values, path) ??
    serviceSpot(database)
  const words = error.class === 'fail' && error.message.startsWith('Invalid ') ? wordsOf(path) : undefined
  if (words !== undefined) {
    const text = written?.kind === 'scalar' ? String(written.value) : ''
    return { ...choiceFinding(choiceError(path, text, words), values, database), at }
  }
  // Helm takes three characters more than the operator
  const excess = error.class === 'release-name' ? database.cluster.length - clusterNameLimit : 0
  const message =
    excess > 0
      ? phrase`cluster name has ${named(database.cluster.length)} characters, but may have at most ${named(clusterNameLimit)}`
      : phrase`${named(error.message.replace(/\.$/, ''))}`
  return {
    rule: `chart/${ruleNames[error.class]}`,
    severity: 'error',
    message,
    at,
    help: excess > 0 ? phrase`shorten the name of the service by ${excess}, or set postgres.layout.cluster` : renderHelp(error, values),
    database: database.id,
  }
}

/** What the chart requires has a place of its own, also where nobody wrote it. */
function renderHelp({ class: kind, place }: RenderError, values: MapValue): Message | undefined {
  const path = place?.origin.path ?? []
  if (kind === 'nil' && path.some((_, index) => valueAt(values, path.slice(0, index + 1))?.kind === 'null'))
    return phrase`remove the line: null here drops what lower layers say`
  const isEmpty = place?.kind === 'null' || (place?.kind === 'scalar' && place.value === '')
  if (kind !== 'fail' || place === undefined || !isEmpty || place.origin.path.length === 0) return undefined
  return phrase`set ${formatPath(place.origin.path)}`
}

const clusterNameLimit = 50
const ruleNames: Readonly<Record<RenderError['class'], string>> = {
  'release-name': 'release-name',
  'kube-version': 'kube-version',
  fail: 'refuses',
  tpl: 'template',
  nil: 'needs-value',
  type: 'wrong-kind',
  'rendered-yaml': 'printed-yaml',
}

function renderElsewhere(database: Database, values: MapValue, { settings, root }: Repository): DatabaseObjects {
  const rendered = renderWithHelm(database, values, root)
  if (rendered.ok) return { objects: rendered.objects, findings: [], told: () => [] }
  const path: Path = ['environments', database.environment.name, 'clusterChart', 'version']
  const pin = nearestSpot(settings.origin, path)
  const shared = nearestSpot(settings.origin, ['clusterChart', 'version'])
  const at = rendered.blame === 'pin' ? (pinned(settings.origin, path) ? pin : shared) : undefined
  return {
    objects: [],
    told: () => [],
    findings: [
      {
        rule: `chart/${rendered.rule}`,
        severity: 'error',
        message: phrase`${named(rendered.message)}`,
        at: at ?? serviceSpot(database),
        help: rendered.help === undefined ? undefined : phrase`${rendered.help}`,
        database: database.id,
      },
    ],
  }
}

function pinned(root: Value, path: Path): boolean {
  let node: Value | undefined = root
  for (const step of path) node = node?.kind === 'map' ? node.entries.get(String(step)) : undefined
  return node !== undefined
}
