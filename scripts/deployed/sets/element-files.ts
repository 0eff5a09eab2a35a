// Which file of a git generator makes each Application of a set, and where in it is what the set takes from it?
import { desiredApplications } from '../../applicationset/generate.ts'
import type { Spot } from '../../findings/spot.ts'
import { spotOf } from '../../findings/spot.ts'
import { printed } from '../../values/printed.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import type { JsonMap, SourceFile, Value } from '../../values/value.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import { fileReader } from '../file-cache.ts'
import { ownFiles } from './git-files.ts'
import { at, gitGenerators } from '../manifest-parts.ts'
import { applicationName, elementOf } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'
import { perManifest } from '../per-manifest.ts'
import { repositoryPath } from '../repository-path.ts'

/** A set with more files or folders than that is not read one by one. */
const most = 500

/** A file, and its path in the tree. */
interface ElementFile {
  readonly path: string
  readonly file: SourceFile
}

/** Name of an Application → the file that alone makes it; of a generator of folders the first file in the folder. */
export const elementFiles = perManifest((manifest): ReadonlyMap<string, ElementFile> => {
  const { plain, settings, tree } = manifest
  const found = new Map<string, ElementFile>()
  const [git, ...others] = gitGenerators(at(plain, 'spec', 'generators') ?? null)
  const files = git === undefined || others.length > 0 ? undefined : ownFiles(plain, manifest)?.(git)
  if (git === undefined || files === undefined) return found
  const start = startOf(git)
  const paths = Object.keys(files)
    .filter((path) => path.startsWith(start))
    .sort()
  const groups = git['directories'] === undefined ? paths : [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/') + 1)))]
  if (groups.length > most) return found
  const read = fileReader(tree)
  for (const group of groups) {
    const own = paths.filter((path) => (group.endsWith('/') ? path.startsWith(group) : path === group))
    const [first] = own
    if (first === undefined) continue
    const given = Object.fromEntries(own.map((path) => [path, files[path] ?? '']))
    const made = desiredApplications(plain, { argocd: settings.argocd.version, gitFiles: given })
    const path = repositoryPath({ kind: 'local', path: first, repoURL: printed(git['repoURL'] ?? '') }, { settings, tree })
    const file = path === undefined ? undefined : read(path)
    if ('error' in made || path === undefined || file === undefined) continue
    for (const application of made.applications) {
      const name = applicationName(application)
      if (!found.has(name)) found.set(name, { path, file })
    }
  }
  return found
})

/** What all patterns of a generator begin with. */
function startOf(git: JsonMap): string {
  const starts = ['files', 'directories'].flatMap((kind) => {
    const list = git[kind]
    return (Array.isArray(list) ? list.filter(isJsonMap) : []).flatMap(({ path, exclude }) =>
      exclude === true ? [] : [/^[^*?[{]*/.exec(printed(path ?? ''))?.[0] ?? ''],
    )
  })
  const [first = '', ...others] = starts
  return others.reduce((start, other) => commonStart(start, other), first)
}

function commonStart(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length)
}

/** The value of an element, or of its file, that is the longest part of a text which a template made of it. */
export function elementSpot(manifest: Manifest, application: JsonMap, text: string): Spot | undefined {
  const name = applicationName(application)
  const element = elementOf(manifest, application)
  if (element !== undefined) {
    const entries = isJsonMap(element.plain) ? Object.entries(element.plain).filter(([, value]) => !isJsonMap(value)) : []
    const best = longestIn(
      text,
      entries.map(([key, value]) => [key, printed(value)]),
    )
    return best === undefined ? undefined : manifest.spotOf([...element.path, best])
  }
  const own = elementFiles(manifest).get(name)
  const [root] = own === undefined ? [] : parseFirstDocument(own.file, 'service').documents
  const node =
    root === undefined
      ? undefined
      : longestIn(
          text,
          scalarsIn(root).map((one) => [one, printed(one.value)]),
        )
  return node === undefined ? undefined : spotOf(node, 'value')
}

/** The same value of the file on another side; undefined: the file or the value is gone. */
export function sameValue({ file, span }: Spot, path: string, { tree }: Manifest): Spot | undefined {
  const now = fileReader(tree)(path)
  const [was, is] = [file, now].map((one) => (one === undefined ? undefined : parseFirstDocument(one, 'service').documents[0]))
  const old = was === undefined ? undefined : scalarsIn(was).find(({ origin }) => origin.value.start === span.start)
  const node = old === undefined || is === undefined ? undefined : valueAt(is, old.origin.path)
  return node === undefined ? undefined : spotOf(node, 'value')
}

function longestIn<Item>(text: string, all: readonly (readonly [Item, string])[]): Item | undefined {
  let best: readonly [Item, string] | undefined
  for (const one of all) if (one[1] !== '' && text.includes(one[1]) && one[1].length >= (best?.[1].length ?? 0)) best = one
  return best?.[0]
}

function scalarsIn(value: Value): Extract<Value, { kind: 'scalar' }>[] {
  if (value.kind === 'scalar') return [value]
  if (value.kind === 'map') return [...value.entries.values()].flatMap(scalarsIn)
  return value.kind === 'list' ? value.items.flatMap(scalarsIn) : []
}
