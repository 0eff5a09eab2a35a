// Which folders do Applications name that are not in the repository that they name?
import { posix } from 'node:path'
import { ending, named, phrase, textOf } from '../../findings/message.ts'
import type { Message } from '../../findings/finding.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { Tree } from '../../repository/tree.ts'
import { nearest } from '../../values/path.ts'
import { printed } from '../../values/printed.ts'
import { trimEndOf } from '../../values/trim.ts'
import { isJsonMap } from '../../values/value.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { applicationName } from '../manifests.ts'
import { at, isUsualRevision } from '../manifest-parts.ts'
import { repositoryPath } from '../repository-path.ts'
import { unknownText } from '../sets/unknown-text.ts'
import { helmPathOf } from '../values/value-layers.ts'
import type { SourceOf } from '../values/value-layers.ts'

/** The folders of a tree by their paths, each list made once. */
const known = new WeakMap<Tree, ReadonlySet<string>>()

function foldersOf(tree: Tree): ReadonlySet<string> {
  const before = known.get(tree)
  if (before !== undefined) return before
  const folders = new Set<string>()
  for (const path of tree.paths)
    for (let end = path.lastIndexOf('/'); end > 0 && !folders.has(path.slice(0, end)); end = path.lastIndexOf('/', end - 1))
      folders.add(path.slice(0, end))
  known.set(tree, folders)
  return folders
}

/**
 * `argocd/path-exists`: the repo server finds no folder there (`apppathutil.Path`), so that nothing of the Application is
 * ever synced. Undefined: there is one, or the repository or revision is not at hand, or another program fills the path in.
 */
export function missingFolder(of: SourceOf, source: JsonMap): LocatedFinding | undefined {
  const { manifest, application } = of
  const { settings, tree } = manifest
  const { path, repoURL, targetRevision } = source
  if (typeof path !== 'string' || typeof repoURL !== 'string' || path.includes(unknownText) || /\{\{|<no value>|\$\{/.test(path))
    return undefined
  if (!isUsualRevision(printed(targetRevision ?? ''), settings)) return undefined
  const place = spotOf(of, path)
  const refused = (message: Message, help: Message): LocatedFinding => ({
    rule: 'argocd/path-exists',
    severity: 'error',
    message,
    at: place,
    help,
  })
  const local = trimEndOf(posix.normalize(path), '/')
  const folder = repositoryPath({ kind: 'local', path: local.replace(/^\/+/, ''), repoURL }, { settings, tree })
  if (folder === undefined) return undefined
  if (path.startsWith('/'))
    return refused(phrase`path is ${ending(path)}, but must not begin with a slash`, phrase`write ${local.replace(/^\/+/, '') || '.'}`)
  if (local === '.' || folder === '' || local.startsWith('../')) return undefined
  const all = tree.wide?.() ?? tree
  const folders = foldersOf(all)
  if (folders.has(folder) || all.paths.length === 0 || isLinked(all, folder)) return undefined
  const read = all.read(folder)
  if (read?.ok === true)
    return refused(
      phrase`path is ${ending(path)}, but that is a file, and Argo CD takes folders`,
      phrase`name its folder, and the file in directory.include`,
    )
  // what is there and is no file is a folder whose files are not listed
  if (read !== undefined) return undefined
  const guess = nearFolder(folder, folders)
  const shown = guess === undefined ? undefined : local.slice(0, local.length - folder.length) + guess
  const whose = manifest.kind === 'Application' ? '' : ` of ${applicationName(application)}`
  return refused(
    phrase`path${named(whose)} is ${ending(path)}, but there is no such folder`,
    shown === undefined ? phrase`correct the path, which is from the root of the repository` : phrase`did you mean \`${named(shown)}\`?`,
  )
}

/** `argocd/kustomization-builds`: `kustomize build` stops, so that nothing of the Application is ever synced. */
export function refusedBuild(why: string, at: Spot, help?: Message): LocatedFinding {
  return {
    rule: 'argocd/kustomization-builds',
    severity: 'error',
    message: phrase`kustomize can't build this: ${named(why)}`,
    at,
    help: help ?? phrase`nothing that the Application deploys is synced until \`kustomize build\` goes through`,
  }
}

/** One for each place, with how many more Applications it spoils. */
export function onePlaceOnce(missing: readonly LocatedFinding[]): LocatedFinding[] {
  const placed = new Map<string, LocatedFinding[]>()
  for (const one of missing) {
    const key = `${one.at.file.path} ${one.at.span.start}`
    placed.set(key, [...(placed.get(key) ?? []), one])
  }
  return [...placed.values()].flatMap(([first, ...others]): LocatedFinding[] => {
    if (first === undefined) return []
    // several Applications may name one file
    const texts = new Set([first, ...others].map(({ message }) => textOf(message)))
    const more = first.rule === 'argocd/value-file-exists' ? texts.size - 1 : others.length
    return [more === 0 ? first : { ...first, message: phrase`${first.message} (and ${more} more)` }]
  })
}

/** Files of a submodule are not in this repository. */
function isLinked(all: Tree, folder: string): boolean {
  const read = all.read('.gitmodules')
  const modules = read?.ok === true ? [...read.text.matchAll(/^[ \t]*path[ \t]*=(.*)$/gm)].map(([, path = '']) => path.trim()) : []
  return modules.some((path) => folder === path || folder.startsWith(`${path}/`))
}

/** The folder with one part spelt otherwise. */
function nearFolder(folder: string, folders: ReadonlySet<string>): string | undefined {
  const parts = folder.split('/')
  const last = parts.findIndex((_, index) => !folders.has(parts.slice(0, index + 1).join('/')))
  const above = parts.slice(0, last).join('/')
  const prefix = above === '' ? '' : `${above}/`
  const siblings = [...folders].flatMap((one) =>
    one.startsWith(prefix) && !one.slice(prefix.length).includes('/') ? [one.slice(prefix.length)] : [],
  )
  const near = nearest(parts[last] ?? '', siblings)
  const guess = near === undefined ? undefined : [...parts.slice(0, last), near, ...parts.slice(last + 1)].join('/')
  return guess !== undefined && folders.has(guess) ? guess : undefined
}

/** The element that alone has the path, else where it is written. */
function spotOf(of: SourceOf, path: string): Spot {
  const { manifest, application } = of
  const place: Path = [...helmPathOf(of).slice(0, -1), 'path']
  if (manifest.kind === 'Application' || !printed(at(manifest.plain, ...place) ?? '').includes('{{')) return manifest.spotOf(place)
  const name = applicationName(application)
  const element = manifest.elements().find(({ applications }) => applications.some((made) => applicationName(made) === name))
  if (element === undefined || !isJsonMap(element.plain)) return manifest.spotOf(place)
  const key = Object.entries(element.plain).findLast(([, value]) => typeof value === 'string' && value !== '' && path.includes(value))?.[0]
  return manifest.spotOf(key === undefined ? element.path : [...element.path, key])
}
