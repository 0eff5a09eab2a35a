// Which files did the repository hold at a commit, and which of them are others now?
import { posix } from 'node:path'
import { renderedFolder } from '../discover/discover.ts'
import { isInFolder, layoutFolders } from '../discover/layout.ts'
import { isLoosePath } from '../discover/loose.ts'
import { settingsFile } from '../discover/settings.ts'
import { commitTree } from '../repository/git.ts'
import type { CommitTree } from '../repository/git.ts'
import type { Tree } from '../repository/tree.ts'
import type { Workspace } from '../repository/workspace.ts'
import type { BaseCommit } from './base.ts'
import { openBroughtTree } from './brought.ts'
import type { Layouts, OpenedBase } from './brought.ts'

/** A folder of a commit, from the repository's top, and the way there from the root of today. */
export interface Place {
  readonly at: string
  readonly shown: string
}

/** The files of a commit, for a layout. */
export function openBaseTree(
  workspace: Workspace,
  from: BaseCommit,
  { layout, current, tree, place }: Layouts & { readonly place?: Place },
): OpenedBase {
  const { revision, commit } = from
  if (workspace.databases === undefined) {
    const own = layoutFolders(layout)
    const folders = own.includes('') ? [''] : [...new Set([settingsFile, 'helm-values', 'apps/templates', ...own])]
    const wanted = (path: string): boolean =>
      path === settingsFile ||
      /^(?:helm-values\/data\/[^/]+|apps\/templates\/.*\.ya?ml)$/.test(path) ||
      // where git knows what differs, the rendered files that do are read with the others
      (path.startsWith(`${renderedFolder}/`)
        ? tree.blob !== undefined
        : own.some((folder) => isInFolder(path, folder)) && path.endsWith('.yaml'))
    const opened = commitTree(workspace.root, commit, { folders, current: tree, wanted, ...(place && { at: place.at }) })
    const shown = place === undefined ? {} : { shown: (path: string) => posix.join(place.shown, path) }
    let all: Tree | undefined
    const whole = (): Tree =>
      commitTree(workspace.root, commit, { folders: [''], current: tree.wide?.() ?? tree, wanted: isText, ...(place && { at: place.at }) })
        .tree
    const wide = (): Tree => (all ??= { ...whole(), ...shown, revision })
    let rest: CommitTree | undefined
    const isLoose = (path: string): boolean => isLoosePath(path, layout)
    const readLoose = (): CommitTree =>
      (rest ??= commitTree(workspace.root, commit, {
        folders: [''],
        current: tree.loose?.() ?? tree,
        wanted: isLoose,
        ...(place && { at: place.at }),
      }))
    const loose = (): Tree => ({ ...readLoose().tree, paths: readLoose().tree.paths.filter(isLoose), ...shown, revision })
    // what is loose is known where somebody asked for it
    const differs = (path: string): boolean => (rest !== undefined && isLoose(path) ? rest.differs(path) : opened.differs(path))
    return { revision, tree: { ...opened.tree, ...shown, revision, wide, loose }, differs }
  }
  return openBroughtTree({ ...workspace, databases: workspace.databases }, from, { layout, current, tree })
}

/** What a generator or a chart may read. */
const isText = (path: string): boolean => /\.(?:ya?ml|json)$/.test(path)
