// Which values does the generator add on top of the hand-written ones: name, labels, guards?
import { fieldAt, named, phrase } from '../findings/message.ts'
import { append } from '../values/append.ts'
import { firstSpot, nearestSpot, spotOf, writtenSpot } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { Database, Guard, Settings } from '../model.ts'
import type { MapValue, Origin, Path, SourceFile, Value } from '../values/value.ts'
import type { Message } from '../findings/finding.ts'
import { fromPlain, valueAt } from '../values/value.ts'
import { wrongly } from './wrong-type.ts'

/** Nothing is generated for a database as written. */
const nobody: SourceFile = { path: '', text: '', builtin: true }
const nowhere = { start: 0, end: 0 }

const syncOptions = 'argocd.argoproj.io/sync-options'

/** Sync options that keep Argo CD from deleting a database, by guard. */
const guards: Readonly<Record<Guard, readonly [string, string][]>> = {
  never: [
    ['Prune', 'false'],
    ['Delete', 'false'],
  ],
  confirm: [
    ['Prune', 'confirm'],
    ['Delete', 'confirm'],
  ],
  none: [],
}

export interface Generated {
  /** the generator's layer; its values point at the lines that decide them */
  readonly layer: MapValue
  readonly findings: readonly LocatedFinding[]
}

/**
 * The highest layer: `fullnameOverride`, the labels service, env and owner, and the guard's sync options united with
 * the service's own. What must not be set by hand is a finding. `values` are the merged hand-written layers.
 */
export function generateLayer(database: Database, values: MapValue, settings: Settings): Generated {
  if (database.written !== undefined)
    return { layer: map({ layer: 'generator', file: nobody, path: [], key: null, value: nowhere }, []), findings: [] }
  const findings: LocatedFinding[] = []
  const service = serviceSpot(database)
  const guardSpot = nearestSpot(settings.origin, ['environments', database.environment.name, 'guard']) ?? service
  const origin = (spot: Spot, path: Path): Origin => ({ layer: 'generator', file: spot.file, path, key: null, value: spot.span })
  const labels = settings.labels ? labelsOf(database) : {}
  append(findings, hiddenMistakes(database, values), handSet(database, values, labels))
  const options = unite(database, values, guardSpot, findings)
  const cluster = new Map<string, Value>()
  if (options !== undefined) {
    const entry = fromPlain(options, origin(guardSpot, ['cluster', 'annotations', syncOptions]))
    cluster.set('annotations', map(origin(guardSpot, ['cluster', 'annotations']), [[syncOptions, entry]]))
  }
  const additional = ['cluster', 'additionalLabels']
  const decided = Object.entries(labels).map(([label, text]): [string, Value] => {
    const spot = labelSpot(label, database, settings) ?? service
    return [label, fromPlain(text, origin(spot, [...additional, label]))]
  })
  if (decided.length > 0) cluster.set('additionalLabels', map(origin(service, additional), decided))
  const root = map(origin(service, []), [
    ['fullnameOverride', fromPlain(database.cluster, origin(service, ['fullnameOverride']))],
    ...(cluster.size === 0 ? [] : [['cluster', map(origin(service, ['cluster']), [...cluster])] as [string, Value]]),
  ])
  return { layer: root, findings }
}

function labelsOf(database: Database): Readonly<Record<string, string>> {
  return {
    service: database.service,
    env: database.environment.name,
    ...(database.owner === undefined ? {} : { owner: database.owner }),
  }
}

/** The line that decides a label; undefined: the name of a file does. */
function labelSpot(label: string, { description, environment }: Database, settings: Settings): Spot | undefined {
  if (label === 'owner' && description !== undefined) return writtenSpot(description, ['owner'])
  return label === 'env' ? nearestSpot(settings.origin, ['environments', environment.name], 'key') : undefined
}

/** The line that decides the namespace: of the service itself, or of its environment. */
export function namespaceSpot({ description, environment, written }: Database, settings: Settings): Spot | undefined {
  if (written !== undefined) return written.namespaceAt
  const own = description === undefined ? undefined : writtenSpot(description, ['namespace'])
  return own ?? nearestSpot(settings.origin, ['environments', environment.name, 'namespace'])
}

function map(origin: Origin, entries: readonly [string, Value][]): MapValue {
  return { kind: 'map', origin, overrides: [], entries: new Map(entries) }
}

const spots = new WeakMap<SourceFile, Spot>()

/** The place of a database as a whole: the first key of its base file, or its Application. */
export function serviceSpot(database: Database): Spot {
  if (database.written !== undefined) return database.written.at
  const file = (database.layers.find((layer) => layer.layer === 'service') ?? database.layers[0])?.file as SourceFile
  const known = spots.get(file)
  if (known !== undefined) return known
  const key = /^[\w"'-][^\r\n\u2028\u2029:]*(?=:)/m.exec(file.text)
  const spot = key === null ? firstSpot(undefined, file) : { file, span: { start: key.index, end: key.index + key[0].length } }
  spots.set(file, spot)
  return spot
}

/** Where the generator adds a map, anything else written there would be lost silently. */
function hiddenMistakes(database: Database, values: MapValue): LocatedFinding[] {
  const findings: LocatedFinding[] = []
  for (const path of [['cluster'], ['cluster', 'annotations'], ['cluster', 'additionalLabels']]) {
    const value = valueAt(values, path)
    if (value === undefined || value.kind === 'map' || (value.kind === 'null' && path.length > 1)) continue
    const at = spotOf(value, value.kind === 'scalar' ? 'value' : 'key')
    if (at === undefined) continue
    const message = phrase`${fieldAt(path)} is ${wrongly(value)}, but the chart takes a map`
    const help =
      value.kind === 'null'
        ? phrase`remove the key: null here drops everything that lower layers set`
        : phrase`write \`key: value\` lines below it`
    findings.push({ rule: 'values/chart-schema', severity: 'error', message, at, help, database: database.id })
  }
  return findings
}

function handSet(database: Database, values: MapValue, labels: Readonly<Record<string, string>>): LocatedFinding[] {
  const findings: LocatedFinding[] = []
  const refuse = (path: readonly string[], value: Value, must: string, help: Message): void => {
    const at = spotOf(value, 'key')
    if (at !== undefined)
      findings.push({
        rule: 'values/generated-key',
        severity: 'error',
        message: phrase`${path.join('.')} is set by hand, but ${must}`,
        at,
        help,
        database: database.id,
      })
  }
  for (const key of ['fullnameOverride', 'namespaceOverride']) {
    const value = values.entries.get(key)
    const wanted = key === 'fullnameOverride' ? database.cluster : ''
    if (value !== undefined && value.kind !== 'null' && !(value.kind === 'scalar' && (value.value === '' || value.value === wanted)))
      refuse(
        [key],
        value,
        'the generator decides it',
        key === 'fullnameOverride'
          ? phrase`remove it; names follow postgres.layout.cluster`
          : phrase`remove it; set \`namespace\` in service.yaml`,
      )
  }
  for (const [label, wanted] of Object.entries(labels)) {
    const value = valueAt(values, ['cluster', 'additionalLabels', label])
    if (value !== undefined && !(value.kind === 'scalar' && value.value === wanted))
      refuse(['cluster', 'additionalLabels', label], value, `the generator sets it to \`${wanted}\``, phrase`remove it`)
  }
  return findings
}

/** The guard's options after the service's own; undefined where there is nothing to add. */
function unite(database: Database, values: MapValue, guardSpot: Spot, findings: LocatedFinding[]): string | undefined {
  const guard = guards[database.environment.guard]
  const own = valueAt(values, ['cluster', 'annotations', syncOptions])
  const written =
    own?.kind === 'scalar'
      ? String(own.value)
          .split(',')
          .map((option) => option.trim())
          .filter((option) => option !== '')
      : []
  const missing: string[] = []
  for (const [name, wanted] of guard) {
    const same = written.find((option) => option.split('=')[0] === name)
    if (same === undefined) missing.push(`${name}=${wanted}`)
    else if (same !== `${name}=${wanted}` && own !== undefined)
      findings.push({
        rule: 'values/guard-agrees',
        severity: 'error',
        message: phrase`sync option is \`${named(same)}\`, but the guard of ${named(database.environment.name)} is \`${named(database.environment.guard)}\` (${named(name)}=${wanted})`,
        at: spotOf(own) ?? guardSpot,
        related: [{ ...guardSpot, message: phrase`guard is ${named(database.environment.guard)}` }],
        help: phrase`remove \`${named(name)}\` here, or change the guard of the environment`,
        database: database.id,
      })
  }
  return missing.length === 0 ? undefined : [...written, ...missing].join(',')
}
