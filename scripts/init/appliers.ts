// Who applies a file, and with what: the folder of an Application, a kustomization, a chart?
import { posix } from 'node:path'
import { sourcesIn } from '../applicationset/sources.ts'
import { directoryFilter } from '../deployed/folders/directory-filter.ts'
import { kustomizations } from '../discover/loose.ts'
import { at, isSameRepository, repositoryPrefix } from '../deployed/manifest-parts.ts'
import { applicationName } from '../deployed/manifests.ts'
import type { ManifestFile } from '../deployed/manifests.ts'
import type { Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { once } from '../values/once.ts'

interface Given {
  readonly files: readonly ManifestFile[]
  readonly settings: Settings
  readonly tree: Tree
}

/** What each file is asked about, found out once. */
export interface Appliers {
  readonly paths: () => ReadonlySet<string>
  readonly parents: () => readonly Parent[]
}

/** An Application of the repository that applies the plain files of a folder. */
export interface Parent {
  /** with a slash at its end; '' is the root */
  readonly folder: string
  readonly by: string
  readonly applies: (path: string) => boolean
}

export function openAppliers(given: Given): Appliers {
  const { tree } = given
  return { paths: once(() => new Set((tree.wide?.() ?? tree).paths)), parents: once(() => parentsOf(given)) }
}

/** The kustomization of a folder around a file. */
export function kustomizationOf(path: string, { paths }: Appliers): string | undefined {
  const all = paths()
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    for (const name of kustomizations) {
      const found = posix.join(folder, name)
      if (all.has(found)) return found
    }
    if (folder === '.' || folder === '/') return undefined
  }
}

/** The chart of Applications that a file is a template of; '' is the root, undefined: it is none. */
function chartOf(path: string, { paths }: Appliers): string | undefined {
  const [chart = ''] = path.startsWith('templates/') ? [''] : path.split('/templates/')
  if (chart === path) return undefined
  return paths().has(posix.join(chart, 'Chart.yaml')) ? chart : undefined
}

/** The folder that generated sets are written to so that they are deployed as the file is; undefined: the usual one. */
export function manifestsFolder(path: string, around: Appliers): string | undefined {
  if (path.startsWith('apps/templates/')) return undefined
  const chart = chartOf(path, around)
  if (chart !== undefined) return posix.join(chart, 'templates')
  const folders = applying(path, around).flatMap(({ folder, takesSets }) => (takesSets ? [folder] : []))
  return folders.sort((a, b) => b.length - a.length)[0] ?? posix.dirname(path)
}

/** The parent that would not apply generated sets beside a file that it applies. */
export function leavesSetsOut(path: string, around: Appliers): string | undefined {
  if (path.startsWith('apps/templates/') || chartOf(path, around) !== undefined) return undefined
  const all = applying(path, around)
  return all.some(({ takesSets }) => takesSets) ? undefined : all[0]?.by
}

interface Applying {
  readonly folder: string
  readonly by: string
  readonly takesSets: boolean
}

/** The Applications of the repository that apply a plain file, with the folder that they do that for. */
function applying(path: string, { parents }: Appliers): Applying[] {
  return parents().flatMap(({ folder, by, applies }) => {
    if (!path.startsWith(folder) || !applies(path.slice(folder.length))) return []
    return [{ folder: folder === '' ? '.' : folder.slice(0, -1), by, takesSets: applies('postgres-clusters.yaml') }]
  })
}

function parentsOf({ files, settings }: Given): Parent[] {
  const prefix = repositoryPrefix(settings)
  const applications = files.flatMap(({ manifests }) => manifests.flatMap((one) => one.applications ?? []))
  return applications.flatMap((application) => {
    const spec = at(application, 'spec')
    const sources = sourcesIn(spec)
    return sources.flatMap(({ path: from, repoURL, directory = null }): Parent[] => {
      if (typeof from !== 'string' || typeof repoURL !== 'string' || !isSameRepository(repoURL, settings.repository.url)) return []
      const whole = posix.normalize(from).replace(/\/$/, '')
      const folder = whole === '.' ? '' : `${whole}/`.slice(`${whole}/`.startsWith(prefix) ? prefix.length : 0)
      return [{ folder, by: applicationName(application), applies: directoryFilter(directory) }]
    })
  })
}
