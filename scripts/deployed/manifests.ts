// Which Applications, sets and other objects of Argo CD does a text hold, and where is each part of them?
import { isDeepStrictEqual } from 'node:util'
import { once } from '../values/once.ts'
import { printed } from '../values/printed.ts'
import { locate } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { LooseFiles } from '../discover/loose.ts'
import type { Message } from '../findings/finding.ts'
import type { Database, RenderedObject, Settings } from '../model.ts'
import type { Json, JsonMap, Path, SourceFile, Span, Value } from '../values/value.ts'
import { inside } from '../yaml/inside.ts'
import { notJson } from '../yaml/json.ts'
import { itemsOf } from '../yaml/manifests.ts'
import { parseYaml } from '../yaml/parse.ts'
import type { YamlProblem } from '../yaml/parse.ts'
import { revisionIn } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { deepestAt, isJsonMap, toPlain, valueAt } from '../values/value.ts'
import { readElements, readNestedElements } from '../applicationset/elements.ts'
import type { SetElement } from '../applicationset/elements.ts'
import { templateBudget } from '../go-template/budget.ts'
import { generateApplications } from '../applicationset/generate.ts'
import type { Generated } from '../applicationset/generate.ts'
import { clustersIn } from './folders/folders.ts'
import type { PlainCluster } from './folders/folders.ts'
import { ownFiles } from './sets/git-files.ts'
import { heldManifests } from './folders/held-manifests.ts'
import type { Reading } from './reading.ts'
import type { ConsumedAction } from './charts/template-braces.ts'
import { unknownText } from './sets/unknown-text.ts'

/** What the repository holds besides hand-written templates. */
export interface Surroundings {
  readonly settings: Settings
  readonly databases: readonly Database[]
  readonly tree: Tree
}

/** One hand-written Application or ApplicationSet. */
export interface Manifest extends Surroundings {
  readonly kind: 'Application' | 'ApplicationSet'
  /** `namespace/name`; unknown texts in it where only the parent knows */
  readonly key: string
  readonly plain: JsonMap
  /** which of several releases of a chart prints it */
  readonly release?: string
  /** path of the Application's metadata and spec: the root, or `spec.template` */
  readonly base: Path
  /** what a set generates; an Application is its own; undefined: it can't be known here */
  readonly applications: readonly JsonMap[] | undefined
  /** the errors of the programs involved; empty for an Application */
  readonly refusals: Generated['errors']
  /** the elements of list generators, with what comes of each; read when they are asked for */
  readonly elements: () => readonly SetElement[]
  /** the same inside a matrix or a merge */
  readonly nestedElements: () => readonly SetElement[]
  /** Helm eats what Argo CD should read, so that what the set generates is not what was meant */
  readonly isConsumed: boolean
  readonly file: SourceFile
  /** the object, each node with the place where a person can change it */
  readonly value: () => Value
  readonly spotOf: (path: Path, on?: 'key' | 'value') => Spot
  /** a scalar as it is written, quotes included */
  readonly written: (path: Path) => string | undefined
  /** where a part of a scalar's text was written; undefined: its text is not what is there */
  readonly inText: (path: Path) => ((part: Span) => Spot) | undefined
}

/** Any object that a template or file holds. */
export interface DeployedObject {
  readonly kind: string
  /** `namespace/name` */
  readonly key: string
  readonly plain: JsonMap
  readonly spotOf: Manifest['spotOf']
  /** what it is, if it is an Application or a set */
  readonly manifest?: Manifest
}

/** A template that mentions Argo CD or an ObjectStore, or a file elsewhere with an Application, a set or a Cluster. */
export interface ManifestFile {
  /** it is no template of ours, and who applies it is not known */
  readonly isLoose?: true
  /** a chart prints it */
  readonly isTemplate?: true
  /** Clusters as plain manifests */
  readonly clusters?: readonly PlainCluster[]
  readonly file: SourceFile
  readonly manifests: readonly Manifest[]
  /** ObjectStores of the Barman plugin */
  readonly stores: readonly RenderedObject[]
  /** everything in it, in its order */
  readonly objects: readonly DeployedObject[]
  /** actions that Helm evaluates though they are meant for Argo CD */
  readonly consumed: readonly ConsumedAction[]
  /** why it is no YAML; its spans are those of the file */
  readonly broken?: YamlProblem
  /** keys of its Applications and sets that are written twice */
  readonly repeated?: readonly YamlProblem[]
  /** Helm prints nothing of it, or could not be run */
  readonly isUnread: boolean
  /** what Helm refuses, or values that nobody here gives */
  readonly refused: readonly Refused[]
  /** what is wrong with the values that a chart is printed with */
  readonly findings?: readonly LocatedFinding[]
}

/** Why a template, or a part of it, can't be printed. */
export interface Refused {
  readonly severity: 'error' | 'info'
  readonly span: Span
  readonly message: Message
  readonly help: Message
  readonly related?: readonly { readonly span: Span; readonly message: Message }[]
}

/** What is known of a text besides its documents. */
export interface FileFacts {
  readonly file: SourceFile
  readonly consumed: readonly ConsumedAction[]
  /** of objects that name none */
  readonly namespace: string
}

/** The files elsewhere in the repository that may define what is deployed. */
export function readLooseFiles(around: Surroundings, files: LooseFiles['files']): ManifestFile[] {
  const { tree, settings } = around
  return files.map(({ path, text }) => {
    const shown = tree.shown?.(path) ?? path
    const file = { path: shown, text, reader: 'Argo CD', ...(shown !== path && { layoutPath: path }), ...revisionIn(tree, path) }
    const facts = { file, consumed: [], namespace: settings.argocd.namespace }
    const { documents, problems } = parseYaml(file, 'service')
    const fatal = problems.find((problem) => problem.fatal) ?? notJson(file)
    if (fatal !== undefined) return { ...manifestFile([], around, facts), broken: fatal, isUnread: true }
    const objects = documents.flatMap(itemsOf)
    const readings = objects.map((document): Reading => ({
      file,
      plain: toPlain(document),
      value: () => document,
      raw: document,
      text,
      start: 0,
      spotOfText: (span) => ({ file, span }),
    }))
    const held = objects.map((object) => heldManifests(object, file))
    const [broken] = held.flatMap(({ problems }) => problems)
    const read = manifestFile([...readings, ...held.flatMap((one) => one.readings)], around, facts)
    // those of any other object are reported with what it is
    const repeated = problems.filter(({ rule, span }) => rule === 'yaml/duplicate-key' && isInside(span, documents, read.manifests))
    return { ...read, ...(broken !== undefined && { broken }), ...(repeated.length > 0 && { repeated }) }
  })
}

function isInside({ start }: Span, documents: readonly Value[], manifests: readonly Manifest[]): boolean {
  const document = documents.find(({ origin: { value } }) => value.start <= start && start < value.end)
  return manifests.some(({ value }) => value() === document)
}

/** What is in a text, by its documents. */
export function manifestFile(readings: readonly Reading[], around: Surroundings, facts: FileFacts): ManifestFile {
  const objects = readings.flatMap((reading): DeployedObject[] => {
    const { plain } = reading
    if (!isJsonMap(plain)) return []
    const manifest = readManifest({ ...reading, plain }, around, facts)
    const spotOf = spotsOf(reading)
    return [{ kind: printed(plain['kind'] ?? ''), key: keyOf(plain, facts.namespace), plain, spotOf, ...(manifest && { manifest }) }]
  })
  const isCluster = ({ plain }: Reading): boolean => isJsonMap(plain) && printed(plain['apiVersion']).startsWith('postgresql.cnpg.io/')
  const clusters = clustersIn(readings.filter(isCluster).map((reading) => reading.value()))
  const stores = readings.flatMap(({ plain, value }): RenderedObject[] => {
    if (!isJsonMap(plain) || plain['kind'] !== 'ObjectStore') return []
    const root = value()
    const metadata = isJsonMap(plain['metadata']) ? plain['metadata'] : {}
    return root.kind === 'map' ? [{ kind: 'ObjectStore', name: printed(metadata['name'] ?? ''), value: root, plain, hook: false }] : []
  })
  return {
    file: facts.file,
    consumed: facts.consumed,
    objects,
    manifests: objects.flatMap(({ manifest }) => manifest ?? []),
    stores,
    ...(clusters.length > 0 && { clusters }),
    isUnread: false,
    refused: [],
  }
}

/** Stages after which it is not known what a set generates. */
const unknowing = new Set(['unsupported', 'limit', 'render', 'params', 'schema', 'decode', 'metadata'])

function keyOf(plain: JsonMap, namespace: string): string {
  const metadata = isJsonMap(plain['metadata']) ? plain['metadata'] : {}
  return `${printed(metadata['namespace'] ?? namespace)}/${printed(metadata['name'] ?? '')}`
}

function readManifest(reading: Reading & { plain: JsonMap }, around: Surroundings, facts: FileFacts): Manifest | undefined {
  const { plain, value } = reading
  const { kind } = plain
  if (!printed(plain['apiVersion']).startsWith('argoproj.io/') || (kind !== 'Application' && kind !== 'ApplicationSet')) return undefined
  const places = {
    key: keyOf(plain, facts.namespace),
    plain,
    isConsumed: facts.consumed.length > 0,
    file: reading.file,
    value,
    spotOf: spotsOf(reading),
    written: (path: Path) => {
      const node = valueAt(reading.raw, path)
      const { start, text } = reading
      return node?.kind === 'scalar' ? text.slice(start + node.origin.value.start, start + node.origin.value.end) : undefined
    },
    inText: (path: Path) => inText(reading, path),
  }
  if (kind === 'Application')
    return { kind, base: [], applications: [plain], refusals: [], elements: none, nestedElements: none, ...places, ...around }
  return { kind, ...ofSet(plain, around), ...places, ...around }
}

const none = (): readonly SetElement[] => []

/** Where a person changes parts of what was read. A key that a template writes itself is there, whatever gave its value. */
function spotsOf({ raw, start, value, spotOfText }: Reading): Manifest['spotOf'] {
  return (path, on = 'value') => {
    const spot = spotIn(path, on, value())
    const key = on === 'key' ? valueAt(raw, path)?.origin.key : undefined
    const isIts = spot.file.text.slice(spot.span.start, spot.span.end).includes(String(path.at(-1)))
    return key === undefined || key === null || isIts ? spot : spotOfText({ start: start + key.start, end: start + key.end })
  }
}

function inText({ raw, text, start, spotOfText }: Reading, path: Path): ReturnType<Manifest['inText']> {
  const node = valueAt(raw, path)
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined
  const span = { start: start + node.origin.value.start, end: start + node.origin.value.end }
  const offset = inside(text, span, node.value)
  return offset && ((part) => spotOfText({ start: offset(part.start), end: offset(Math.max(part.end - 1, part.start)) + 1 }))
}

function ofSet(plain: JsonMap, around: Surroundings): Pick<Manifest, 'base' | 'applications' | 'refusals' | 'elements' | 'nestedElements'> {
  const gitFiles = ownFiles(plain, around)
  const options = { argocd: around.settings.argocd.version, unknown: unknownText, ...(gitFiles === undefined ? {} : { gitFiles }) }
  const generated = generateApplications(plain, options)
  const isKnown = !generated.errors.some(({ stage }) => unknowing.has(stage))
  return {
    base: ['spec', 'template'],
    applications: isKnown ? generated.applications.map(({ metadata, spec }) => ({ metadata, spec })) : undefined,
    refusals: generated.errors.filter(({ message }) => !message.includes(unknownText)),
    elements: once(() => readElements(plain, { ...options, budget: templateBudget() })),
    nestedElements: once(() => readNestedElements(plain, { ...options, budget: templateBudget() })),
  }
}

/** The deepest node on the way; of a text over several lines, where it begins. */
export function spotIn(path: Path, on: 'key' | 'value', document: Value): Spot {
  const { node, depth } = deepestAt(document, path)
  const useKey = node.kind === 'map' || node.kind === 'list' || depth < path.length || on === 'key'
  const entry = node.kind === 'map' && node.origin.key === null ? ([...node.entries.values()][0] ?? node) : node
  const { file, key, value } = entry.origin
  const span = (useKey ? key : null) ?? value
  const spot = { file, span: { start: span.start, end: Math.max(span.end, span.start + 1) } }
  return locate(spot).line === locate(spot).endLine ? spot : { file, span: { start: span.start, end: span.start + 1 } }
}

/** The element of a set that an Application comes from. */
export function elementOf(manifest: Manifest, application: JsonMap): SetElement | undefined {
  const name = applicationName(application)
  return manifest.elements().find(({ applications }) => applications.some((made) => applicationName(made) === name))
}

/** Those inside a matrix or a merge that an Application comes from. */
export function nestedElementsOf(manifest: Manifest, application: JsonMap): SetElement[] {
  const name = applicationName(application)
  return manifest
    .nestedElements()
    .filter(({ applications }) =>
      applications.some((made) => applicationName(made) === name && isDeepStrictEqual(made['spec'], application['spec'])),
    )
}

/** `metadata.name` of an Application. */
export function applicationName(application: JsonMap): string {
  const metadata: Json | undefined = application['metadata']
  return isJsonMap(metadata) ? printed(metadata['name'] ?? '') : ''
}

/** `namespace/name` of an Application that a manifest makes: those of a set live in the namespace of the set. */
export function applicationKey({ key }: Manifest, name: string): string {
  return key.slice(0, key.indexOf('/') + 1) + name
}
