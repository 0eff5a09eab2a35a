// Which ObjectStores are in hand-written manifests, and in which namespaces does Argo CD create them?
import { posix } from 'node:path'
import { sourcesOf } from '../../applicationset/sources.ts'
import { at } from '../../deployed/manifest-parts.ts'
import type { DeployedFiles } from '../../deployed/manifest-files.ts'
import type { ManifestFile } from '../../deployed/manifests.ts'
import { unknownText } from '../../deployed/sets/unknown-text.ts'
import type { LooseFiles } from '../../discover/loose.ts'
import type { WrittenStores } from '../../model.ts'
import { isJsonMap } from '../../values/value.ts'

/** A store whose namespace is not written lands in that of each Application that syncs its folder; of no such one, where its parent puts it. */
export function writtenStores({ own, elsewhere }: DeployedFiles, loose: LooseFiles | undefined): WrittenStores {
  const files = [...own, ...elsewhere]
  const isRead = files.every(
    ({ file, isUnread, stores }) =>
      !(isUnread && file.text.includes('ObjectStore')) && !stores.some(({ name }) => name.includes(unknownText)),
  )
  if (files.every(({ stores }) => stores.length === 0)) return { stores: [], isComplete: isRead && loose?.hasUnknownStores !== true }
  const folders = syncedFolders(files)
  const stores = files.flatMap(({ file, stores: found }) => {
    const parents = [...new Set(folders.filter(({ folder }) => file.path.startsWith(folder)).map(({ namespace }) => namespace))]
    return found.flatMap((object): WrittenStores['stores'] => {
      const written = at(object.plain, 'metadata', 'namespace')
      if (typeof written === 'string' && !written.includes(unknownText)) return [{ object, namespace: written }]
      return parents.length === 0 || typeof written === 'string'
        ? [{ object, namespace: undefined }]
        : parents.map((namespace) => ({ object, namespace }))
    })
  })
  return { stores, isComplete: isRead && loose?.hasUnknownStores !== true }
}

/** The folders that Applications sync, each with a slash at its end, and the namespaces that they sync them to. */
function syncedFolders(files: readonly ManifestFile[]): { readonly folder: string; readonly namespace: string }[] {
  const applications = files.flatMap(({ manifests }) => manifests).flatMap((manifest) => manifest.applications ?? [])
  return applications.flatMap(({ spec }) => {
    const namespace = at(spec, 'destination', 'namespace')
    if (typeof namespace !== 'string' || namespace === '' || namespace.includes(unknownText)) return []
    return sourcesOf(isJsonMap(spec) ? spec : {}).sources.flatMap((source) => {
      const path = at(source, 'path')
      const folder = typeof path === 'string' ? posix.normalize(`${path}/`) : './'
      return folder === './' || folder.includes(unknownText) ? [] : [{ folder, namespace }]
    })
  })
}
