// Which other repositories are checked out here, and where?
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Settings } from '../model.ts'
import { overlay, workTree } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'
import { shownPath, UsageError } from '../repository/workspace.ts'
import type { Workspace } from '../repository/workspace.ts'

/** A checkout of another repository. */
export interface Checkout {
  /** its address, as Applications name it */
  readonly url: string
  /** an absolute path */
  readonly folder: string
}

/** Those of the settings (folders from the root), then those of `--checkout`, which win. */
export function checkoutsOf({ root, checkouts = [] }: Workspace, settings: Settings): Checkout[] {
  const written = Object.entries(settings.checkouts).map(([url, folder]) => ({ url, folder: resolve(root, folder) }))
  const given = new Set(checkouts.map(({ url }) => url))
  return [...written.filter(({ url }) => !given.has(url)), ...checkouts]
}

/** The tree with the files of other checkouts below the paths that lead to them; they are read as they are on disk. */
export function withCheckouts(tree: Tree, workspace: Workspace, settings: Settings): Tree {
  const checkouts = checkoutsOf(workspace, settings)
  let joined = tree
  for (const { url, folder } of checkouts) {
    if (!existsSync(folder)) throw new UsageError(`the checkout of ${url} is \`${folder}\`, but there is no such folder`)
    const real = realpathSync(folder)
    const shown = shownPath(workspace.root, real)
    const place = `${outside}${shown}`
    const other = workTree(real, [''])
    const { wide, loose } = joined
    joined = {
      ...joined,
      ...overlay(joined, place, other, shown),
      ...(wide && { wide: () => overlay(wide(), place, other, shown) }),
      ...(loose && { loose }),
      homes: [...(joined.homes ?? []), { folder: place, url, prefix: '' }],
    }
  }
  return joined
}

/** No path of a repository begins so: a checkout inside the root is not mistaken for its files. */
const outside = '\ue001/'
