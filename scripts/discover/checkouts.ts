// Which other repositories are checked out here, and where?
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Settings } from '../model.ts'
import { overlay } from '../repository/tree.ts'
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

/** A checkout with its files, and where they are in the tree of the root. */
export interface OpenCheckout extends Checkout {
  /** the folder of the tree */
  readonly place: string
  /** the way there from the root */
  readonly shown: string
}

/** Where the files of each checkout are in the tree of the root; a folder that does not exist is wrong usage. */
export function openCheckouts(workspace: Workspace, settings: Settings): OpenCheckout[] {
  return checkoutsOf(workspace, settings).map(({ url, folder }, index) => {
    if (!existsSync(folder)) throw new UsageError(`the checkout of ${url} is \`${folder}\`, but there is no such folder`)
    const real = realpathSync(folder)
    return { url, folder: real, place: `${outside}${index}`, shown: shownPath(workspace.root, real) }
  })
}

/** The tree with the files of other checkouts below their places. */
export function withCheckouts(tree: Tree, checkouts: readonly OpenCheckout[], filesOf: (checkout: OpenCheckout) => Tree): Tree {
  let joined = tree
  for (const checkout of checkouts) {
    const { url, place, shown } = checkout
    const other = filesOf(checkout)
    const { wide, loose } = joined
    joined = {
      ...joined,
      ...overlay(joined, place, other, shown),
      ...(wide && { wide: () => overlay(wide(), place, other, shown) }),
      ...(loose && { loose }),
      homes: [...(joined.homes ?? []).filter(({ folder }) => folder !== place), { folder: place, url, prefix: '' }],
    }
  }
  return joined
}

/** No path of a repository begins so: a checkout inside the root is not mistaken for its files. */
const outside = '\ue001/'
