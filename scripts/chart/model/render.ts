// Which objects does the chart make of its values, in Helm's order?
import type { MapValue, Value } from '../../values/value.ts'
import type { RenderedObject } from '../../model.ts'
import { describe } from '../../values/describe.ts'
import { isMap, toPlain } from '../../values/value.ts'
import { kubeVersionProblem, namesOf, releaseNameProblem } from './names.ts'
import type { Chart } from './print.ts'
import { printed, TemplateFault } from './template.ts'
import { templates } from './templates.ts'
import type { Manifest } from './templates.ts'

/** What Helm needs to know besides the values. An empty release name is `release-name` to Helm. */
export interface ReleaseInput {
  readonly release: string
  readonly namespace: string
  /** also the objects of `helm test` */
  readonly withTests?: boolean
  /** version of the Kubernetes cluster; absent: Helm's own, which the chart accepts */
  readonly kubeVersion?: string
  /** the alias that another chart gives it; absent: its own name */
  readonly name?: string
}

export type RenderErrorClass = 'release-name' | 'kube-version' | 'fail' | 'tpl' | 'nil' | 'type' | 'rendered-yaml'

/** Why Helm prints nothing. `detail`: the chart's file with broken text. `place`: the value to blame. */
export interface RenderError {
  readonly class: RenderErrorClass
  readonly message: string
  readonly detail?: string
  readonly place?: Value
}
export type Rendered = { readonly ok: true; readonly objects: RenderedObject[] } | { readonly ok: false; readonly error: RenderError }

interface FiledManifest extends Manifest {
  readonly file: string
}

/**
 * The objects of `helm template --include-crds` (with `--skip-tests` unless `withTests`) for chart `cluster` 0.8.1.
 * `values` are merged with the chart's defaults and have passed `checkHelmSchema`. Each node has the origin of the value
 * that made it; `plain` keeps nulls as Helm prints them. A mistake in the values comes back as an error, in the order in
 * which Helm finds mistakes: release name, Kubernetes version, templates, then printed text that is no YAML.
 */
export function renderCluster(values: MapValue, input: ReleaseInput): Rendered {
  const release = input.release === '' ? 'release-name' : input.release
  const nameProblem = releaseNameProblem(release)
  if (nameProblem !== null) return { ok: false, error: { class: 'release-name', message: nameProblem } }
  const versionProblem = input.kubeVersion === undefined ? null : kubeVersionProblem(input.kubeVersion)
  if (versionProblem !== null) return { ok: false, error: { class: 'kube-version', message: versionProblem } }
  const chart: Chart = { values, release, namespace: input.namespace, name: input.name ?? 'cluster', unreadable: new Map() }
  const manifests = runTemplates(chart)
  if (manifests instanceof TemplateFault)
    return { ok: false, error: { class: manifests.class, message: manifests.message, place: manifests.place } }
  manifests.sort(byFile)
  for (const manifest of manifests) {
    const error = unreadableIn(chart, manifest)
    if (error !== null) return { ok: false, error }
  }
  return { ok: true, objects: inHelmOrder(manifests, input.withTests === true) }
}

function runTemplates(chart: Chart): FiledManifest[] | TemplateFault {
  const manifests: FiledManifest[] = []
  try {
    const names = namesOf(chart)
    for (const [file, template] of templates) for (const manifest of template(chart, names)) manifests.push({ ...manifest, file })
  } catch (error) {
    if (error instanceof TemplateFault) return error
    throw error
  }
  return manifests
}

function byFile(a: FiledManifest, b: FiledManifest): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0
}

/** Text that YAML can't read, or annotations that Helm can't decode. */
function unreadableIn(chart: Chart, manifest: FiledManifest): RenderError | null {
  const unreadable = chart.unreadable.size > 0 ? findUnreadable(chart, manifest.value) : null
  const place = unreadable ?? badAnnotation(manifest.value)
  if (place === null) return null
  const where = place.origin.path.join('.')
  const isEntry = unreadable === null && (place.kind === 'map' || place.kind === 'list') && place !== annotationsOf(manifest.value)
  const message = isEntry
    ? `${where} is ${describe(place)}, but an annotation must be text`
    : `${where} is printed into the chart's ${manifest.file}, but the result is no YAML that Helm can read`
  return { class: 'rendered-yaml', message, detail: manifest.file, place }
}

function findUnreadable(chart: Chart, value: Value): Value | null {
  if (value.kind === 'null') return chart.unreadable.has(value) ? value : null
  if (value.kind === 'scalar') return null
  for (const child of value.kind === 'map' ? value.entries.values() : value.items) {
    const found = findUnreadable(chart, child)
    if (found !== null) return found
  }
  return null
}

function annotationsOf(value: MapValue): Value | undefined {
  const metadata = value.entries.get('metadata')
  return isMap(metadata) ? metadata.entries.get('annotations') : undefined
}

function badAnnotation(value: MapValue): Value | null {
  const annotations = annotationsOf(value)
  if (annotations === undefined || annotations.kind === 'null') return null
  if (annotations.kind !== 'map') return annotations
  for (const entry of annotations.entries.values()) if (entry.kind === 'map' || entry.kind === 'list') return entry
  return null
}

const hookEvents = new Set(
  'pre-install post-install pre-delete post-delete pre-upgrade post-upgrade pre-rollback post-rollback test test-success'.split(' '),
)

/** The events of a hook; null: not a hook; an unknown event makes Helm drop the object (an empty list). */
function hookOf(value: MapValue): readonly string[] | null {
  const annotations = annotationsOf(value)
  const hook = isMap(annotations) ? annotations.entries.get('helm.sh/hook') : undefined
  if (hook === undefined) return null
  const events = printed(hook)
    .split(',')
    .map((event) => event.trim().toLowerCase())
  return events.every((event) => hookEvents.has(event)) ? events : []
}

/** Helm's install order for the kinds it knows; others follow by name. */
const knownKinds = ['Secret', 'ConfigMap', 'StatefulSet', 'Job']

function byKind(a: Manifest, b: Manifest): number {
  const [first, second] = [knownKinds.indexOf(a.kind), knownKinds.indexOf(b.kind)]
  if (first >= 0 && second >= 0) return first - second
  if (first >= 0 || second >= 0) return first >= 0 ? -1 : 1
  return a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0
}

function inHelmOrder(manifests: readonly FiledManifest[], withTests: boolean): RenderedObject[] {
  const plain: FiledManifest[] = []
  const hooks: FiledManifest[] = []
  for (const manifest of manifests) {
    const events = hookOf(manifest.value)
    if (events === null) plain.push(manifest)
    else if (events.length > 0 && (withTests || !events.some((event) => event.startsWith('test')))) hooks.push(manifest)
  }
  return [...plain.sort(byKind).map((item) => rendered(item, false)), ...hooks.sort(byKind).map((item) => rendered(item, true))]
}

function rendered(manifest: Manifest, hook: boolean): RenderedObject {
  const metadata = manifest.value.entries.get('metadata')
  const name = isMap(metadata) ? metadata.entries.get('name') : undefined
  const plain = toPlain(manifest.value) as RenderedObject['plain']
  return { kind: manifest.kind, name: name === undefined ? '' : printed(name), value: manifest.value, plain, hook }
}
