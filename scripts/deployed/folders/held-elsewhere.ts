// Which Secrets and ConfigMaps do other sources, and other Applications, put into the namespace of a database?
import { posix } from 'node:path'
import { kustomizations } from '../../discover/loose.ts'
import type { DatabaseLayer, RenderedObject } from '../../model.ts'
import { holdersCalled, holdsKeys } from '../../operator/objects.ts'
import type { Holders } from '../../operator/objects.ts'
import { sourcesOf } from '../../applicationset/sources.ts'
import { once } from '../../values/once.ts'
import { printed } from '../../values/printed.ts'
import type { JsonMap } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { trimEndOf } from '../../values/trim.ts'
import { applicationsMadeBy, at, isUsualRevision } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { unknownText } from '../sets/unknown-text.ts'
import { holdersIn } from './folder-objects.ts'
import { filePath } from '../repository-path.ts'

/** Those that parts of a database name, besides those that are beside it. */
export type HeldElsewhere = (of: {
  readonly application: JsonMap
  readonly namespace: string
  /** texts of its objects, or of the values that a chart makes them of */
  readonly names: () => ReadonlySet<string>
  readonly beside: readonly RenderedObject[]
}) => RenderedObject[]

interface Folder {
  readonly source: JsonMap
  readonly manifest: Manifest
  readonly namespace: string
}

const destinationOf = (application: JsonMap): string => {
  const destination = at(application, 'spec', 'destination')
  return JSON.stringify([at(destination, 'server') ?? null, at(destination, 'name') ?? null])
}

/** The words of layers of values, among which are the names that a chart hands on. */
export function wordsIn(layers: readonly DatabaseLayer[]): Set<string> {
  return new Set(layers.flatMap(({ file, inline }) => (inline?.text ?? file.text).match(/[\w.-]+/g) ?? []))
}

/** Looks into the folders of a destination once, and only if a database of it asks. */
export function heldElsewhere(manifests: readonly Manifest[]): HeldElsewhere {
  const folders = once(() => foldersByDestination(manifests))
  const known = new Map<string, Holders>()
  return ({ application, namespace, names, beside }) => {
    const destination = destinationOf(application)
    const all = known.get(destination) ?? holdersOf(folders().get(destination) ?? [])
    known.set(destination, all)
    if (all.size === 0) return []
    const found = new Map<string, RenderedObject>()
    for (const holder of holdersCalled(names(), namespace, all)) found.set(placeOf(holder), holder)
    for (const one of beside) found.delete(placeOf(one))
    return certainOf([...found.values()], beside)
  }
}

function holdersOf(folders: readonly Folder[]): Holders {
  const all = new Map<string, RenderedObject[]>()
  for (const { source, manifest, namespace } of folders)
    for (const [key, holders] of holdersIn(source, manifest, namespace)) {
      const known = all.get(key) ?? []
      for (const holder of holders) if (holdsKeys(holder.plain)) known.push(holder)
      if (known.length > 0) all.set(key, known)
    }
  return all
}

const placeOf = ({ value: { origin } }: RenderedObject): string => `${origin.file.path}\0${origin.value.start}`
const nameOf = ({ kind, name }: RenderedObject): string => `${kind}/${name}`

/** Of several of one name nobody knows here which is applied last. */
function certainOf(found: readonly RenderedObject[], beside: readonly RenderedObject[]): RenderedObject[] {
  const count = new Map<string, number>()
  for (const one of [...found, ...beside]) count.set(nameOf(one), (count.get(nameOf(one)) ?? 0) + 1)
  return found.filter((one) => count.get(nameOf(one)) === 1)
}

function foldersByDestination(manifests: readonly Manifest[]): Map<string, Folder[]> {
  const found = new Map<string, Folder[]>()
  const seen = new Set<string>()
  const plain = new Map<string, boolean>()
  // many Applications may deploy one folder
  const isPlainOnce = (source: JsonMap, manifest: Manifest): boolean => {
    const { directory: _, ...rest } = source
    const key = JSON.stringify(rest)
    const known = plain.get(key) ?? isPlain(source, manifest)
    plain.set(key, known)
    return known
  }
  for (const manifest of manifests)
    for (const application of applicationsMadeBy(manifest)) {
      const [spec, destination] = [at(application, 'spec'), destinationOf(application)]
      const namespace = printed(at(spec, 'destination', 'namespace') ?? '')
      if (!isJsonMap(spec) || JSON.stringify(spec).includes(unknownText)) continue
      for (const source of sourcesOf(spec).sources) {
        const key = JSON.stringify([destination, namespace, source['repoURL'], source['path'], source['directory'] ?? null])
        if (seen.has(key) || !isPlainOnce(source, manifest)) continue
        seen.add(key)
        const known = found.get(destination) ?? []
        known.push({ source, manifest, namespace })
        found.set(destination, known)
      }
    }
  return found
}

/** Whether a source is a folder of this repository whose files are applied as they are. */
function isPlain(source: JsonMap, { settings, tree }: Manifest): boolean {
  const { path, repoURL, targetRevision, chart, helm, plugin, kustomize } = source
  if (typeof path !== 'string' || typeof repoURL !== 'string') return false
  if ([chart, helm, plugin, kustomize].some((one) => one !== undefined)) return false
  if (!isUsualRevision(printed(targetRevision ?? ''), settings)) return false
  const local = posix.normalize(`${trimEndOf(path, '/')}/`)
  const folder = filePath({ source: 0, entry: path, kind: 'local', repoURL, path: local === './' ? '' : local }, { settings, tree })
  if (folder === undefined) return false
  const all = tree.wide?.() ?? tree
  return !['Chart.yaml', ...kustomizations].some((name) => all.read(folder + name) !== undefined)
}
