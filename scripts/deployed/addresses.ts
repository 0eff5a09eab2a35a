// Under which address do the manifests name the repositories that are at hand?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { normalizeRemote } from '../repository/remote.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap, Path, Value } from '../values/value.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { isSameRepository } from './manifest-parts.ts'
import type { ManifestFile } from './manifests.ts'

interface State {
  readonly settings: Settings
  readonly tree: Tree
}

interface Addressed extends State {
  readonly findings: readonly LocatedFinding[]
}

/**
 * A checkout without a remote is the repository whose paths it has: of all addresses that manifests give, the one most of
 * whose paths are there. So is a fork or a copy, whose remote no manifest names.
 */
export function withAddresses(files: readonly ManifestFile[], { settings, tree }: State): Addressed {
  const unnamed = (tree.homes ?? []).filter(({ url }) => url === '')
  const { url: remote, isRemote } = settings.repository
  if (remote !== '' && isRemote !== true && unnamed.length === 0) return { settings, tree, findings: [] }
  const addresses = namedPaths(files.flatMap(({ manifests }) => manifests.map(({ plain }) => plain)))
  const isNamed = [...addresses.keys()].some((address) => isSameRepository(address, remote))
  if (isNamed && unnamed.length === 0) return { settings, tree, findings: [] }
  const folders = (tree.homes ?? []).map(({ folder }) => `${folder}/`)
  const all = (tree.wide?.() ?? tree).paths
  const own = all.filter((path) => !folders.some((folder) => path.startsWith(folder)))
  const copied = isRemote === true && remote !== '' && !isNamed ? copyOf(remote, withoutHomes(addresses, tree), own) : undefined
  const url = remote === '' ? bestOf(addresses, own)?.url : (copied ?? remote)
  const homes = tree.homes?.map((home) => {
    if (home.url !== '') return home
    const paths = tree.paths.filter((path) => path.startsWith(`${home.folder}/`)).map((path) => path.slice(home.folder.length + 1))
    const others = new Map([...addresses].filter(([address]) => url === undefined || !isSameRepository(address, url)))
    return { ...home, url: bestOf(others, paths)?.url ?? '' }
  })
  const isTold = copied !== undefined && normalizeRemote(remote) !== undefined
  return {
    findings: isTold ? assumedAddress(files, { remote, copied }) : [],
    settings: url === undefined ? settings : { ...settings, repository: { ...settings.repository, url } },
    tree: unnamed.length === 0 ? tree : { ...tree, ...(homes && { homes }) },
  }
}

function withoutHomes(named: ReadonlyMap<string, readonly string[]>, { homes = [] }: Tree): ReadonlyMap<string, readonly string[]> {
  return new Map([...named].filter(([address]) => !homes.some(({ url }) => isSameRepository(address, url))))
}

/** The address of which a checkout with another remote is a copy: of the same name, or with several of its paths, and with most of them. */
function copyOf(remote: string, named: ReadonlyMap<string, readonly string[]>, paths: readonly string[]): string | undefined {
  const best = bestOf(named, paths)
  if (best === undefined || best.count * 2 < best.wanted) return undefined
  const isSure = normalizeRemote(remote) === undefined || nameOf(best.url) === nameOf(remote) || best.count > 1
  return isSure ? best.url : undefined
}

const nameOf = (url: string): string => (/([^/:]+?)(?:\.git)?\/*$/.exec(url)?.[1] ?? url).toLowerCase()

/** `argocd/assumed-address`: said once, where a manifest names the other address first. */
function assumedAddress(
  files: readonly ManifestFile[],
  { remote, copied }: { readonly remote: string; readonly copied: string },
): LocatedFinding[] {
  for (const { spotOf, value } of files.flatMap(({ manifests }) => manifests)) {
    const path = pathTo(value(), copied)
    if (path === undefined) continue
    return [
      {
        rule: 'argocd/assumed-address',
        severity: 'info',
        message: phrase`this checkout of ${named(remote)} is taken for this repository, whose paths it has`,
        at: spotOf(path),
        help: phrase`set repository.url in cnpg-values.yaml to the one that Argo CD reads`,
      },
    ]
  }
  return []
}

function pathTo(node: Value, address: string): Path | undefined {
  if (node.kind !== 'map' && node.kind !== 'list') return undefined
  const entries: Iterable<readonly [string | number, Value]> = node.kind === 'map' ? node.entries : node.items.entries()
  for (const [key, value] of entries) {
    if (key === 'repoURL' && value.kind === 'scalar' && isSameRepository(printed(value.value), address)) return [key]
    const below = pathTo(value, address)
    if (below !== undefined) return [key, ...below]
  }
  return undefined
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

interface Best {
  readonly url: string
  /** of the paths that manifests expect, how many are here */
  readonly count: number
  readonly wanted: number
}

function bestOf(named: ReadonlyMap<string, readonly string[]>, paths: readonly string[]): Best | undefined {
  let best: Best | undefined
  for (const [url, list] of named) {
    const wanted = new Set(list)
    const count = [...wanted].filter((one) => isThere(one, paths)).length
    if (count > (best?.count ?? 0)) best = { url, count, wanted: wanted.size }
  }
  return best
}

/** Whether the part of a path before its first placeholder or wildcard leads to something. */
function isThere(written: string, paths: readonly string[]): boolean {
  const path = written.replace(/^(?:\.?\/)+/, '')
  const start = /^[^{*?[]*/.exec(path)?.[0] ?? ''
  if (start === '') return false
  const folder = start === path ? start.replace(/\/$/, '') : start.slice(0, start.lastIndexOf('/') + 1)
  return folder !== '' && paths.some((one) => one === folder || one.startsWith(folder.endsWith('/') ? folder : `${folder}/`))
}
