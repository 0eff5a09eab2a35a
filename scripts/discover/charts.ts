// Where are the charts of a repository looked for, in the state that is judged?
import { openCharts } from '../charts/find.ts'
import type { Charts } from '../charts/find.ts'
import type { Settings } from '../model.ts'
import { diskBytes } from '../repository/bytes.ts'
import type { Bytes } from '../repository/bytes.ts'
import { indexBytes } from '../repository/git-bytes.ts'
import { repositoryTop } from '../repository/place.ts'
import { skippedFiles } from '../repository/sparse.ts'
import { isStandingIn } from '../repository/workspace.ts'
import type { Workspace } from '../repository/workspace.ts'

/** The charts for some settings, from the work tree or from `state`: the index, or a commit. */
export function chartsOf(workspace: Workspace, { charts: folders }: Settings, state = workTreeBytes(workspace.root)): Charts {
  return openCharts({ repository: state, folders, given: workspace.charts })
}

/** The charts of the state that is judged, and those of its base. */
export function chartsOnBothSides(
  workspace: Workspace,
  {
    settings,
    staged,
    base,
  }: {
    readonly settings: Settings
    readonly staged: boolean
    readonly base: { readonly settings?: Settings; readonly bytes: Bytes } | undefined
  },
): { readonly charts: Charts; readonly baseCharts: Charts } {
  const charts = chartsOf(workspace, settings, judgedBytes(workspace, staged))
  return { charts, baseCharts: base === undefined ? charts : chartsOf(workspace, base.settings ?? settings, base.bytes) }
}

/** What is staged, where it is the root's index that is judged. */
export function judgedBytes(workspace: Workspace, staged: boolean): Bytes {
  const { root } = workspace
  return staged && isStandingIn(workspace, root) ? indexBytes(root) : workTreeBytes(root)
}

/** The work tree; what a sparse checkout leaves out of it is in the index. */
export function workTreeBytes(root: string): Bytes {
  const disk = diskBytes(root, repositoryTop(root))
  const index = indexBytes(root)
  const isSkipped = (path: string): boolean => (skippedFiles(root, [path])?.paths.length ?? 0) > 0
  return {
    file: (path) => disk.file(path) ?? (isSkipped(path) ? index.file(path) : undefined),
    folder: (path) => disk.folder(path) ?? (isSkipped(path) ? index.folder(path) : undefined),
  }
}
