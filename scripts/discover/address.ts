// Which repository is this one, where the settings do not say so?
import type { Settings } from '../model.ts'
import { folderInRepository } from '../repository/place.ts'
import { originOf } from '../repository/remote.ts'
import { UsageError } from '../repository/workspace.ts'
import type { Workspace } from '../repository/workspace.ts'

/** With the folders and releases that the command line names; where nothing is generated, the address and the folder in it are those of the checkout. */
export function withRepository(written: Settings, { root, apps, versions }: Workspace): Settings {
  const settings = withVersions(apps === undefined ? written : { ...written, apps }, versions)
  if (settings.generate) return settings
  const { url, path, revision } = settings.repository
  const folder = folderInRepository(root).replace(/\/$/, '')
  const own = path === '' ? folder : path
  if (url !== '') return { ...settings, repository: { url, path: own, revision } }
  return { ...settings, repository: { url: originOf(root) ?? '', path: own, revision, isRemote: true } }
}

/** What is generated is judged by the releases that the settings pin. */
export function withVersions(settings: Settings, versions: Settings['given']): Settings {
  if (versions === undefined) return settings
  if (settings.generate)
    throw new UsageError('--operator and --argocd are for repositories without generated manifests: change the settings, or try `upgrade`')
  const { operator, argocd } = versions
  return {
    ...settings,
    given: versions,
    ...(operator !== undefined && { operator }),
    ...(argocd !== undefined && { argocd: { ...settings.argocd, version: argocd } }),
  }
}
