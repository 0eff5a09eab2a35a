// Which objects does a folder of plain manifests hold?
import { posix } from 'node:path'
import { trimEndOf } from '../values/trim.ts'
import { printed } from '../values/printed.ts'
import type { RenderedObject } from '../model.ts'
import type { JsonMap } from '../values/value.ts'
import { isOperators } from '../operator/objects.ts'
import { readManifests } from '../yaml/manifests.ts'
import { directoryFilter } from './directory-filter.ts'
import { fileReader } from './file-cache.ts'
import { isSkippedFile } from './folders.ts'
import type { Manifest } from './manifests.ts'
import { repositoryPath } from './repository-path.ts'

/** The objects that the operator and its webhooks see, in the order of the files, with places in them. */
export function objectsIn(source: JsonMap, manifest: Manifest): RenderedObject[] {
  return objectsWith('cnpg.io', source, manifest).filter(({ plain }) => isOperators(plain))
}

/** All objects of the files with a word in them. */
export function objectsWith(word: string, source: JsonMap, { settings, tree }: Manifest): RenderedObject[] {
  const { path, repoURL, directory } = source
  const local = posix.normalize(`${trimEndOf(printed(path ?? ''), '/')}/`)
  const folder = repositoryPath({ kind: 'local', path: local === './' ? '' : local, repoURL: printed(repoURL ?? '') }, { settings, tree })
  if (folder === undefined) return []
  const all = tree.wide?.() ?? tree
  const isWanted = directoryFilter(directory)
  const reader = fileReader(tree)
  return all.paths.flatMap((one) => {
    if (!one.startsWith(folder) || !isWanted(one.slice(folder.length))) return []
    const file = reader(one)
    if (file === undefined || !file.text.includes(word) || isSkippedFile(file.text)) return []
    return readManifests(file).manifests.map(({ value, plain, kind, name }): RenderedObject => ({ kind, name, value, plain, hook: false }))
  })
}
