// Which repository is this one, where the settings do not say so?
import type { Settings } from '../model.ts'
import { folderInRepository } from '../repository/place.ts'
import { originOf } from '../repository/remote.ts'
import type { Workspace } from '../repository/workspace.ts'

/** With the folders that the command line names; where nothing is generated, the address and the folder in it are those of the checkout. */
export function withRepository(written: Settings, { root, apps }: Workspace): Settings {
  const settings = apps === undefined ? written : { ...written, apps }
  if (settings.generate) return settings
  const { url, path, revision } = settings.repository
  const folder = folderInRepository(root).replace(/\/$/, '')
  const own = path === '' ? folder : path
  if (url !== '') return { ...settings, repository: { url, path: own, revision } }
  return { ...settings, repository: { url: originOf(root) ?? '', path: own, revision, isRemote: true } }
}
