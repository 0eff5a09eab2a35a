// Which objects of CloudNativePG does a kustomization build, from what is in the repository?
import { posix } from 'node:path'
import { isOperators } from '../operator/objects.ts'
import type { RenderedObject } from '../model.ts'
import { append } from '../values/append.ts'
import { printed } from '../values/printed.ts'
import { trimEndOf } from '../values/trim.ts'
import type { MapValue, SourceFile, Value } from '../values/value.ts'
import { toPlain, valueAt } from '../values/value.ts'
import { readManifests } from '../yaml/manifests.ts'
import { parseYaml } from '../yaml/parse.ts'
import { applyPatches, objectOf, patchesOf, toText } from './kustomize-patches.ts'
import type { Reader } from './kustomize-patches.ts'

/** What is built, or why it is not known. */
export type Built =
  | {
      readonly objects: readonly RenderedObject[]
      /** files of ours that are no YAML */
      readonly broken: readonly SourceFile[]
      /** paths of all files, patches among them */
      readonly read: readonly string[]
    }
  | { readonly why: string }

export const kustomizations = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Keys that touch no object of ours: containers, workloads and generated objects of other kinds. */
const harmless = new Set(
  [
    ['apiVersion', 'kind', 'metadata', 'buildMetadata', 'sortOptions', 'images', 'replicas', 'inventory', 'openapi', 'crds', 'validators'],
    ['configMapGenerator', 'secretGenerator', 'generatorOptions', 'configurations', 'helmGlobals'],
  ].flat(),
)
const built = new Set(
  [
    ['resources', 'bases', 'components', 'namespace', 'namePrefix', 'nameSuffix', 'labels', 'commonLabels', 'commonAnnotations'],
    ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'generators', 'helmCharts', 'helmChartInflationGenerator'],
  ].flat(),
)
/** What takes its chart of databases, or its databases, from elsewhere. */
const aboutDatabases = /postgres|cnpg|cloudnative-pg|database/i
const ofOperator = /cloudnative-pg\/(?:cloudnative-pg|artifacts|plugin-)|releases?\/(?:download\/)?(?:cnpg-|v?\d)/i

const mostFolders = 500

/** As `kustomize build` does it: resources, components, patches, then names, the namespace, labels and annotations. */
export function buildKustomization(folder: string, files: Reader): Built {
  const read = new Set<string>()
  const reader: Reader = {
    ...files,
    file: (path) => {
      const file = files.file(path)
      if (file !== undefined) read.add(path)
      return file
    },
  }
  const broken: SourceFile[] = []
  /** those on the way here; one may be taken twice, under two names */
  const seen = new Set<string>()
  let left = mostFolders
  const build = (at: string, given: readonly RenderedObject[]): RenderedObject[] | string => {
    if (seen.has(at) || --left < 0) return 'it takes itself'
    seen.add(at)
    const objects = buildOnce(at, given)
    seen.delete(at)
    return objects
  }
  const buildOnce = (at: string, given: readonly RenderedObject[]): RenderedObject[] | string => {
    const file = kustomizations.map((name) => reader.file(at + name)).find((one) => one !== undefined)
    if (file === undefined) return `it takes ${at}, which is missing`
    const root = parseYaml(file, 'service').documents[0]
    if (root === undefined) return given.slice()
    if (root.kind !== 'map') return 'it is no map'
    const objects = [...given]
    for (const key of ['resources', 'bases', 'components'])
      for (const entry of textsAt(root, key)) {
        const found = take(entry, { at, objects, isComponent: key === 'components' })
        if (typeof found === 'string') return found
        if (key === 'components') objects.splice(0, objects.length, ...found)
        else append(objects, found)
      }
    return transform(root, objects, { at, reader })
  }
  const take = (
    entry: string,
    { at, objects, isComponent }: { readonly at: string; readonly objects: readonly RenderedObject[]; readonly isComponent: boolean },
  ): RenderedObject[] | string => {
    const path = posix.join('/', at, entry).slice(1)
    const folderPath = path === '' ? '' : `${trimEndOf(path, '/')}/`
    if (reader.isFolder(folderPath)) return build(folderPath, isComponent ? objects : [])
    const file = reader.file(path)
    if (file !== undefined) {
      const { manifests, findings } = readManifests(file)
      if (findings.length > 0 && file.text.includes('cnpg.io')) broken.push(file)
      return manifests
        .filter(({ kind, plain }) => kind !== '' && isOperators(plain))
        .map(({ value, plain, kind, name }) => ({ kind, name, value, plain, hook: false }))
    }
    if (!isRemote(entry)) return `it takes ${entry}, which is missing`
    return aboutDatabases.test(entry) && !ofOperator.test(entry) ? `it takes ${entry}` : isComponent ? [...objects] : []
  }
  const objects = build(folder, [])
  return typeof objects === 'string' ? { why: objects } : { objects, broken, read: [...read] }
}

const isRemote = (entry: string): boolean => /^[a-z][a-z+.-]*:\/\/|^[^/@\s]+@[^/]+:|^[\w-]+(?:\.[\w-]+)+\/|\?ref=|\/\//.test(entry)

function transform(
  root: MapValue,
  objects: readonly RenderedObject[],
  around: { readonly at: string; readonly reader: Reader },
): RenderedObject[] | string {
  const strange = [...root.entries.keys()].find((key) => !harmless.has(key) && !built.has(key))
  const isChart = ['helmCharts', 'helmChartInflationGenerator'].some((key) => {
    const charts = root.entries.get(key)
    return charts !== undefined && chartOfDatabases(JSON.stringify(toPlain(charts)))
  })
  if (isChart) return 'it renders the chart `cluster`'
  for (const path of textsAt(root, 'generators'))
    if (chartOfDatabases(around.reader.file(posix.join('/', around.at, path).slice(1))?.text ?? '')) return 'it renders the chart `cluster`'
  if (objects.length === 0) return []
  if (strange !== undefined) return `it has \`${strange}\``
  const patches = patchesOf(root, around)
  if (typeof patches === 'string') return patches
  const patched = applyPatches(objects, patches)
  return typeof patched === 'string' ? patched : patched.map((object) => withCommon(object, root))
}

const chartOfDatabases = (text: string): boolean =>
  /cloudnative-pg\.(?:github\.)?io\/charts|ghcr\.io\/cloudnative-pg\/charts/.test(text) &&
  /["']?(?:name|chart)["']?\s*:\s*["']?cluster\b/.test(text)

function textsAt(root: MapValue, key: string): string[] {
  const list = root.entries.get(key)
  return list?.kind === 'list' ? list.items.flatMap((item) => (item.kind === 'scalar' ? [printed(item.value)] : [])) : []
}

/** With the namespace, the names, the labels and the annotations that a kustomization gives to all. */
function withCommon(object: RenderedObject, root: MapValue): RenderedObject {
  let { value } = object
  const set = (path: readonly string[], node: Value | undefined): void => {
    if (node !== undefined && node.kind !== 'null') value = withMember(value, path, node)
  }
  set(['metadata', 'namespace'], root.entries.get('namespace'))
  const name = valueAt(value, ['metadata', 'name'])
  const [prefix, suffix] = ['namePrefix', 'nameSuffix'].map((key) => toText(root.entries.get(key)))
  if (name?.kind === 'scalar' && `${prefix}${suffix}` !== '')
    set(['metadata', 'name'], { ...name, value: `${prefix}${printed(name.value)}${suffix}` })
  const labels = root.entries.get('labels')
  const pairs = labels?.kind === 'list' ? labels.items.map((item) => valueAt(item, ['pairs'])) : []
  for (const [field, all] of [
    ['labels', [root.entries.get('commonLabels'), ...pairs]],
    ['annotations', [root.entries.get('commonAnnotations')]],
  ] as const)
    for (const one of all) if (one?.kind === 'map') for (const [key, node] of one.entries) set(['metadata', field, key], node)
  return objectOf(value)
}

/** A map with another node at a path; maps on the way are made where there are none. */
function withMember(root: MapValue, [step, ...rest]: readonly string[], node: Value): MapValue {
  if (step === undefined) return root
  const { kind, origin, overrides } = root
  const inner = root.entries.get(step)
  const holder: MapValue = inner?.kind === 'map' ? inner : { kind: 'map', origin: node.origin, overrides: [], entries: new Map() }
  const next = rest.length === 0 ? node : withMember(holder, rest, node)
  return { kind, origin, overrides, entries: new Map([...root.entries, [step, next]]) }
}
