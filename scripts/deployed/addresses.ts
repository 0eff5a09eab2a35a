// Under which address do the manifests name the repositories that are at hand?
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { isSameRepository } from './manifest-parts.ts'
import type { ManifestFile } from './manifests.ts'

interface State {
  readonly settings: Settings
  readonly tree: Tree
}

/**
 * A checkout without a remote is the repository whose paths it has: of all addresses that manifests give, the one most of
 * whose paths are there.
 */
export function withAddresses(files: readonly ManifestFile[], { settings, tree }: State): State {
  const unnamed = (tree.homes ?? []).filter(({ url }) => url === '')
  if (settings.repository.url !== '' && unnamed.length === 0) return { settings, tree }
  const named = namedPaths(files.flatMap(({ manifests }) => manifests.map(({ plain }) => plain)))
  const folders = (tree.homes ?? []).map(({ folder }) => `${folder}/`)
  const all = (tree.wide?.() ?? tree).paths
  const own = all.filter((path) => !folders.some((folder) => path.startsWith(folder)))
  const url = settings.repository.url === '' ? bestOf(named, own) : settings.repository.url
  const homes = tree.homes?.map((home) => {
    if (home.url !== '') return home
    const paths = tree.paths.filter((path) => path.startsWith(`${home.folder}/`)).map((path) => path.slice(home.folder.length + 1))
    const others = new Map([...named].filter(([address]) => url === undefined || !isSameRepository(address, url)))
    return { ...home, url: bestOf(others, paths) ?? '' }
  })
  return {
    settings: url === undefined ? settings : { ...settings, repository: { ...settings.repository, url } },
    tree: unnamed.length === 0 ? tree : { ...tree, ...(homes && { homes }) },
  }
}

/** Address → beginnings of paths that manifests expect there. */
function namedPaths(manifests: readonly JsonMap[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  const add = (url: Json | undefined, paths: readonly string[]): void => {
    const address = printed(url ?? '')
    if (address === '' || address.includes('{{') || address.includes('\ue000')) return
    found.set(address, [...(found.get(address) ?? []), ...paths])
  }
  const walk = (node: Json): void => {
    if (Array.isArray(node)) {
      const refs = node.filter(isJsonMap).filter(({ ref }) => typeof ref === 'string')
      for (const source of refs) {
        const start = `$${printed(source['ref'])}/`
        const entries = node.filter(isJsonMap).flatMap((one) => {
          const list = isJsonMap(one['helm']) ? one['helm']['valueFiles'] : undefined
          return Array.isArray(list) ? list.map(printed) : []
        })
        add(
          source['repoURL'],
          entries.filter((entry) => entry.startsWith(start)).map((entry) => entry.slice(start.length)),
        )
      }
      node.forEach(walk)
    } else if (isJsonMap(node)) {
      if (node['repoURL'] !== undefined && node['chart'] === undefined) {
        const patterns = ['files', 'directories'].flatMap((kind) => {
          const list = node[kind]
          return Array.isArray(list) ? list.filter(isJsonMap).map(({ path }) => printed(path ?? '')) : []
        })
        add(node['repoURL'], [...patterns, ...(typeof node['path'] === 'string' ? [node['path']] : [])])
      }
      Object.values(node).forEach(walk)
    }
  }
  manifests.forEach(walk)
  return found
}

function bestOf(named: ReadonlyMap<string, readonly string[]>, paths: readonly string[]): string | undefined {
  let best: { readonly url: string; readonly count: number } | undefined
  for (const [url, wanted] of named) {
    const count = new Set(wanted).size === 0 ? 0 : [...new Set(wanted)].filter((one) => isThere(one, paths)).length
    if (count > (best?.count ?? 0)) best = { url, count }
  }
  return best?.url
}

/** Whether the part of a path before its first placeholder or wildcard leads to something. */
function isThere(written: string, paths: readonly string[]): boolean {
  const path = written.replace(/^(?:\.?\/)+/, '')
  const start = /^[^{*?[]*/.exec(path)?.[0] ?? ''
  if (start === '') return false
  const folder = start === path ? start.replace(/\/$/, '') : start.slice(0, start.lastIndexOf('/') + 1)
  return folder !== '' && paths.some((one) => one === folder || one.startsWith(folder.endsWith('/') ? folder : `${folder}/`))
}
