// Do the generated sets deploy exactly what the hand-written ones deploy?
import { splitOptions } from '../applicationset/sync-options.ts'
import { desiredApplications } from '../applicationset/generate.ts'
import { sourcesIn } from '../applicationset/sources.ts'
import { writeApplicationSets } from '../argocd/write/applicationset.ts'
import { readOwnObjects } from '../argocd/write/expand.ts'
import { renderDatabase } from '../chart/database-objects.ts'
import type { Repository } from '../chart/database-objects.ts'
import { baseName } from '../charts/pin.ts'
import { applicationName } from '../deployed/manifests.ts'
import { at, texts } from '../deployed/manifest-parts.ts'
import { isError, nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import { templateBudget } from '../go-template/budget.ts'
import { generateLayer } from '../merge/generator.ts'
import { LayerReader } from '../merge/layers.ts'
import type { AsWritten, Database, RenderedObject, Settings } from '../model.ts'
import { shownPath } from '../secret/names.ts'
import { maskInJson } from '../secret/values.ts'
import { printed } from '../values/printed.ts'
import { mergeLayers } from '../values/merge.ts'
import { differences } from './differences.ts'
import { byCodeUnit, formatPath } from '../values/path.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'

export interface Proof {
  /** one for each database that stays as it is, with the closed list of metadata that it gets */
  readonly proven: readonly {
    readonly application: string
    readonly cluster: string
    readonly objects: number
    readonly added: readonly string[]
    /** finalizers of the Application that it loses, so that deleting it keeps its Cluster */
    readonly dropped: readonly string[]
  }[]
  /** anything else that would be different */
  readonly refused: readonly LocatedFinding[]
}

interface Sides {
  readonly before: readonly (Database & { readonly written: AsWritten })[]
  readonly after: readonly Database[]
  readonly old: Repository
  readonly next: Repository
}

/** Compares both sides, Application by Application and object by object. */
export function prove({ before, after, old, next }: Sides): Proof {
  const refused: LocatedFinding[] = []
  const proven: { application: string; cluster: string; objects: number; added: readonly string[]; dropped: readonly string[] }[] = []
  const applications = expanded(next.settings, after)
  const remaining = new Map(after.map((database) => [database.application, database]))
  const readers = { old: new LayerReader(() => []), next: new LayerReader(() => []) }
  for (const one of before) {
    const { written } = one
    const two = remaining.get(one.application)
    const made = applications.get(one.application)
    remaining.delete(one.application)
    const refuse = (what: Message, spot: Spot = written.at, help?: Message): number =>
      refused.push({
        rule: 'changes/take-over-complete',
        severity: 'error',
        message: what,
        at: spot,
        help,
        database: one.id,
      })
    if (two === undefined || made === undefined) {
      refuse(
        phrase`Application ${named(one.application)} would be gone, and its Cluster ${named(one.cluster)} with it`,
        written.at,
        phrase`if it holds nothing, give it up: --drop ${named(one.application)}`,
      )
      continue
    }
    const chart = baseName(one.environment.clusterChart)
    const applicationLabels = new Set<string>()
    const labels = new Set<string>()
    const options = new Set<string>()
    for (const { path, was, is } of differences(comparable(written.application, chart), comparable(made, chart), [])) {
      if (was === undefined && path[0] === 'metadata' && path[1] === 'labels') applicationLabels.add(String(path[2]))
      else if (path.join('.') === 'spec.source.repoURL' && sameChartAddress(was, is)) continue
      else refuse(phrase`${named(formatPath(path))} of Application ${named(one.application)} ${goes(path, was, is)}`)
    }
    const left = objectsOf(one, old, readers.old)
    const right = objectsOf(two, next, readers.next)
    const [broken] = [...left.errors, ...right.errors]
    if (broken !== undefined) {
      refused.push({ ...broken, database: one.id })
      continue
    }
    compareObjects(left.objects, right.objects, { labels, options, refuse })
    proven.push({
      application: one.application,
      cluster: one.cluster,
      objects: left.objects.length,
      added: [...listOf('labels', labels), ...listOf('sync options', options), ...listOf('labels of the Application', applicationLabels)],
      dropped: texts(at(written.application, 'metadata', 'finalizers')),
    })
  }
  for (const database of remaining.values()) {
    const [layer] = database.layers.filter(({ layer: kind }) => kind === 'service')
    refused.push({
      rule: 'changes/take-over-complete',
      severity: 'error',
      message: phrase`Application ${named(database.application)} would be new, with an empty Cluster ${named(database.cluster)}`,
      at: { file: layer?.file ?? next.settings.origin.origin.file, span: { start: 0, end: 1 } },
      help: phrase`remove its file, or move it out of the folders of databases, in a change of its own`,
      database: database.id,
    })
  }
  return { proven, refused }
}

function expanded(settings: Settings, databases: readonly Database[]): Map<string, JsonMap> {
  const found = new Map<string, JsonMap>()
  for (const set of readOwnObjects(writeApplicationSets(settings, databases))) {
    const desired = desiredApplications(set, { argocd: settings.argocd.version, budget: templateBudget(1 + databases.length / 100) })
    if ('error' in desired) throw new Error(`a generated set fails to expand: ${desired.error.message}`)
    for (const application of desired.applications) found.set(applicationName(application), application)
  }
  return found
}

/** What of an Application decides about its database; its values are compared by what they make. */
function comparable(application: JsonMap, chartName: string): Json {
  const { metadata = null } = application
  const spec = at(application, 'spec')
  const { source: _source, sources: _sources, ...rest } = isJsonMap(spec) ? spec : {}
  const sources = sourcesIn(spec)
  const chart = sources.find((one) => typeof one['chart'] === 'string' && one['chart'].split('/').at(-1) === chartName)
  const others = sources.filter((one) => one !== chart && (one['ref'] === undefined || one['path'] !== undefined))
  const { labels = {}, annotations = {}, name = null } = isJsonMap(metadata) ? metadata : {}
  const release = at(chart, 'helm', 'releaseName') ?? name
  const source: JsonMap = {
    repoURL: chart?.['repoURL'] ?? null,
    chart: chart?.['chart'] ?? null,
    targetRevision: chart?.['targetRevision'] ?? null,
    release,
  }
  const further = others.map(({ ref: _ref, ...one }) => one)
  return {
    metadata: { name, labels, annotations },
    spec: { syncPolicy: {}, ...rest, source, ...(further.length > 0 && { sources: further }) },
  }
}

const sameChartAddress = (was: Json | undefined, is: Json | undefined): boolean =>
  typeof was === 'string' && typeof is === 'string' && was.replace(/\/$/, '') === is.replace(/\/$/, '')

function goes(path: Path, was: Json | undefined, is: Json | undefined): Message {
  const show = (value: Json | undefined): Message =>
    value === undefined ? phrase`nothing` : phrase`${named(JSON.stringify(maskInJson(value, path)))}`
  return phrase`would go from ${show(was)} to ${show(is)}`
}

function listOf(what: string, some: ReadonlySet<string>): string[] {
  return some.size === 0 ? [] : [`${what} ${[...some].sort(byCodeUnit).join(', ')}`]
}

interface Rendered {
  readonly objects: readonly RenderedObject[]
  readonly errors: readonly LocatedFinding[]
}

function objectsOf(database: Database, repository: Repository, reader: LayerReader): Rendered {
  const { roots, findings } = reader.layersOf(database)
  const [first, ...others] = roots ?? []
  if (first === undefined) return { objects: [], errors: findings.filter(isError) }
  const written = mergeLayers([first, ...others])
  const generated = generateLayer(database, written, repository.settings)
  const values = mergeLayers([written, generated.layer])
  const rendered = renderDatabase(database, { values, layers: roots ?? [] }, repository)
  return { objects: rendered.objects, errors: [...findings, ...generated.findings, ...rendered.findings].filter(isError) }
}

interface Reporting {
  readonly labels: Set<string>
  readonly options: Set<string>
  readonly refuse: (what: Message, spot?: Spot) => number
}

const syncOptions = 'argocd.argoproj.io/sync-options'

/** Whether sync options are only added. */
function keepsOptions(was: Json | undefined, is: Json | undefined): boolean {
  const now = splitOptions(typeof is === 'string' ? is : '')
  return splitOptions(typeof was === 'string' ? was : '').every((option) => now.includes(option))
}

const generatedLabels: ReadonlySet<string> = new Set(['service', 'env', 'owner'])

function compareObjects(before: readonly RenderedObject[], after: readonly RenderedObject[], { labels, options, refuse }: Reporting): void {
  const key = ({ kind, name }: RenderedObject): string => `${kind}/${name}`
  const right = new Map(after.map((object) => [key(object), object]))
  for (const object of before) {
    const match = right.get(key(object))
    right.delete(key(object))
    if (match === undefined) {
      refuse(phrase`${named(key(object))} would be gone`)
      continue
    }
    for (const { path, was, is } of differences(object.plain, match.plain, [])) {
      const [last, above] = [String(path.at(-1)), path.at(-2)]
      if (was === undefined && above === 'labels' && generatedLabels.has(last)) labels.add(last)
      else if (above === 'annotations' && last === syncOptions && keepsOptions(was, is)) options.add(printed(is))
      else
        refuse(
          phrase`${named(formatPath(shownPath(path)))} of ${named(key(object))} ${goes(path, was, is)}`,
          nearestSpot(match.value, path) ?? nearestSpot(object.value, path),
        )
    }
  }
  for (const name of right.keys()) refuse(phrase`${named(name)} would be new`)
}
