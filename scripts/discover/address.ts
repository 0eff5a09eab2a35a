// Which repository is this one, where the settings do not say so?
import type { Settings } from '../model.ts'
import { folderInRepository } from '../repository/place.ts'
import { originOf } from '../repository/remote.ts'
import type { Workspace } from '../repository/workspace.ts'

/** Where nothing is generated, the address and the folder in it are those of the checkout. */
export function withRepository(settings: Settings, { root }: Workspace): Settings {
  if (settings.generate) return settings
  const { url, path, revision } = settings.repository
  const folder = folderInRepository(root).replace(/\/$/, '')
  return { ...settings, repository: { url: url === '' ? (originOf(root) ?? '') : url, path: path === '' ? folder : path, revision } }
}
