// Which other repositories are checked out here, and where?
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Settings } from '../model.ts'
import { leadsOut } from '../repository/bytes.ts'
import type { Bytes } from '../repository/bytes.ts'
import { checkoutFolders, overlay } from '../repository/tree.ts'
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
    return { url, folder: real, place: `${checkoutFolders}${index}`, shown: shownPath(workspace.root, real) }
  })
}

/** One state of the root, with those of other checkouts at the ways that lead there. */
export function withCheckoutBytes(own: Bytes, checkouts: readonly OpenCheckout[], bytesOf: (checkout: OpenCheckout) => Bytes): Bytes {
  if (checkouts.length === 0) return own
  const opened = new Map<string, Bytes>()
  const at = <Read>(
    path: string,
    read: (bytes: Bytes, inside: string) => Read,
  ): Read | { readonly ok: false; readonly message: string } => {
    const checkout = checkouts.find(({ shown }) => path === shown || path.startsWith(`${shown}/`))
    // what leads into no checkout leads out of the repository
    if (checkout === undefined) return /^(?:\.\.|\/)/.test(path) ? { ok: false, message: leadsOut } : read(own, path)
    const bytes = opened.get(checkout.shown) ?? bytesOf(checkout)
    opened.set(checkout.shown, bytes)
    return read(bytes, path.slice(checkout.shown.length + 1))
  }
  return {
    file: (path) => at(path, (bytes, inside) => bytes.file(inside)),
    folder: (path) => at(path, (bytes, inside) => bytes.folder(inside)),
  }
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
