// Which files did the repository hold at a commit, and which of them have changed?
import type { BaseCommit } from '../repository/base-commit.ts'
import { baseOfFolder } from './bases.ts'
import type { Bases } from './bases.ts'
import { workTreeBytes } from '../discover/charts.ts'
import { posix } from 'node:path'
import { renderedFolder } from '../discover/discover.ts'
import { manifestPaths } from '../discover/header.ts'
import { isInFolder, layoutFolders, manifestFolders } from '../discover/layout.ts'
import { isLoosePath, isManifestPath, isTried } from '../discover/loose.ts'
import { ownSettingsFile, settingsFile } from '../discover/settings.ts'
import { commitBytes } from '../repository/git-bytes.ts'
import { commitTree } from '../repository/git.ts'
import type { CommitTree } from '../repository/git.ts'
import type { Tree } from '../repository/tree.ts'
import type { Workspace } from '../repository/workspace.ts'
import { openExternalBase } from './external-base.ts'
import type { Layouts, OpenedBase } from './external-base.ts'

/** A folder of a commit, from the repository's top, and the way there from the root of today. */
export interface Place {
  readonly at: string
  readonly shown: string
}

/** The files of a commit, for a layout. */
export function openBaseTree(
  workspace: Workspace,
  bases: Bases,
  { layout, current, tree, place }: Layouts & { readonly place?: Place },
): OpenedBase {
  const from = baseOfFolder(bases, workspace.root)
  if (workspace.databases === undefined) {
    // only other checkouts are compared
    if (from === undefined) return { revision: bases.first.revision, tree, bytes: workTreeBytes(workspace.root), differs: () => false }
    const { revision, commit } = from
    const own = layoutFolders(layout)
    const manifests = manifestFolders(layout)
    const listed = [settingsFile, ownSettingsFile, 'helm-values', ...manifests, ...own]
    const folders = listed.includes('') ? [''] : [...new Set(listed)]
    const generated = Object.values(manifestPaths(layout)) as readonly string[]
    const wanted = (path: string): boolean =>
      path === settingsFile ||
      path === ownSettingsFile ||
      generated.includes(path) ||
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
    return withLoose(
      {
        revision,
        tree: { ...opened.tree, ...shown, revision, wide },
        bytes: commitBytes(workspace.root, commit, { at: place?.at, index: tree.index }),
        differs: opened.differs,
      },
      { workspace, from, layout, tree, place },
    )
  }
  const opened = openExternalBase({ ...workspace, databases: workspace.databases }, bases, { layout, current, tree })
  // a repository that is not compared stays as it is
  if (from === undefined) return { ...opened, tree: { ...opened.tree, ...(tree.loose && { loose: tree.loose }) } }
  return withLoose(opened, { workspace, from, layout, tree })
}

interface LooseState {
  readonly workspace: Workspace
  readonly from: BaseCommit
  readonly layout: Layouts['layout']
  readonly tree: Tree
  readonly place?: Place | undefined
}

/** With the files elsewhere in the repository that may be manifests, listed when somebody asks for them. */
function withLoose(opened: OpenedBase, { workspace, from, layout, tree, place }: LooseState): OpenedBase {
  // settings and Applications may name folders that are passed over otherwise
  const isLoose = (path: string): boolean => isLoosePath(path, layout) || (isManifestPath(path) && isTried(path))
  let rest: CommitTree | undefined
  const readRest = (): CommitTree =>
    (rest ??= commitTree(workspace.root, from.commit, {
      folders: [''],
      current: tree.loose?.() ?? tree,
      wanted: isLoose,
      ...(place && { at: place.at }),
    }))
  const { shown } = opened.tree
  const loose = (): Tree => {
    const { tree: all } = readRest()
    return { ...all, paths: all.paths.filter(isLoose), ...(shown && { shown }), revision: from.revision }
  }
  return {
    ...opened,
    tree: { ...opened.tree, loose },
    differs: (path) => (rest !== undefined && isLoose(path) ? rest.differs(path) : opened.differs(path)),
  }
}

/** What a generator or a chart may read. */
export const isText = (path: string): boolean => /\.(?:ya?ml|json|tpl)$/.test(path)
