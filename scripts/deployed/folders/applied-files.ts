// Which files of the repositories at hand does an Application apply as they are, Applications among them?
import { sourcesIn } from '../../applicationset/sources.ts'
import { definesManifest, isTried, printsApplications } from '../../discover/loose.ts'
import { pathsBelow } from '../../repository/tree.ts'
import { once } from '../../values/once.ts'
import { trimEndOf } from '../../values/trim.ts'
import { layoutPathOf } from '../../values/value.ts'
import type { JsonMap } from '../../values/value.ts'
import { directoryFilter } from './directory-filter.ts'
import { applicationsMadeBy, at } from '../manifest-parts.ts'
import type { Manifest, Surroundings } from '../manifests.ts'
import { filePath } from '../repository-path.ts'

interface Folder {
  /** `` or with a slash at its end */
  readonly folder: string
  readonly source: JsonMap
}

/** The folders of the tree that the sources of an Application are, whatever is in them. */
export function foldersOf(application: JsonMap, around: Pick<Surroundings, 'settings' | 'tree'>): Folder[] {
  const spec = at(application, 'spec')
  return sourcesIn(spec).flatMap((source) => {
    const { path, repoURL, chart } = source
    if (typeof path !== 'string' || typeof repoURL !== 'string' || chart !== undefined) return []
    const local = trimEndOf(path.replace(/^(?:\.?\/)+/, ''), '/')
    const found = filePath({ source: 0, entry: path, kind: 'local', repoURL, path: local === '.' ? '' : local }, around)
    return found === undefined ? [] : [{ folder: found === '' ? '' : `${trimEndOf(found, '/')}/`, source }]
  })
}

/** Says whether an Application applies the file of a manifest: by its folder, or as a template of its chart. */
export function appliedBy({
  application,
  key,
  parent,
}: {
  readonly application: JsonMap
  readonly key: string
  readonly parent: Manifest
}): (child: Manifest) => boolean {
  const folders = foldersOf(application, parent).map(({ folder, source }) => ({
    folder,
    isWanted: once(() => directoryFilter(source['directory'])),
  }))
  return ({ file, release }) => {
    const path = layoutPathOf(file)
    return folders.some(({ folder, isWanted }) => {
      if (!path.startsWith(folder)) return false
      const inside = path.slice(folder.length)
      return inside.startsWith('templates/') ? release === undefined || release === key : isWanted()(inside)
    })
  }
}

/**
 * What Applications of this repository apply from other checkouts, and from folders that are passed over otherwise: files with
 * manifests, and folders of charts that print Applications.
 */
export function appliedElsewhere(
  manifests: readonly Manifest[],
  around: Surroundings,
): { readonly files: readonly { readonly path: string; readonly text: string }[]; readonly charts: readonly string[] } {
  const { tree } = around
  const files = new Map<string, string>()
  const charts = new Set<string>()
  const isElsewhere = (path: string): boolean => isTried(path) || tree.homes?.some((home) => path.startsWith(`${home.folder}/`)) === true
  const all = tree.wide?.() ?? tree
  const textOf = (path: string): string => {
    const read = all.read(path)
    return read?.ok === true ? read.text : ''
  }
  for (const manifest of manifests)
    for (const application of applicationsMadeBy(manifest))
      for (const { folder, source } of foldersOf(application, around)) {
        const paths = pathsBelow(all, folder).filter(isElsewhere)
        if (paths.includes(`${folder}Chart.yaml`)) {
          if (paths.some((path) => path.startsWith(`${folder}templates/`) && printsApplications(textOf(path)))) charts.add(folder)
          continue
        }
        const isWanted = directoryFilter(source['directory'])
        for (const path of paths) if (isWanted(path.slice(folder.length)) && definesManifest(textOf(path))) files.set(path, textOf(path))
      }
  return { files: [...files].map(([path, text]) => ({ path, text })), charts: [...charts] }
}
