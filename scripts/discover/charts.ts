// Where are the charts of a repository looked for, in the state that is judged?
import { openCharts } from '../charts/find.ts'
import type { Charts } from '../charts/find.ts'
import type { Settings } from '../model.ts'
import { openCheckouts, withCheckoutBytes } from './checkouts.ts'
import { diskBytes } from '../repository/bytes.ts'
import type { Bytes } from '../repository/bytes.ts'
import { indexBytes } from '../repository/git-bytes.ts'
import { repositoryTop } from '../repository/place.ts'
import type { Index } from '../repository/staged.ts'
import { skippedFiles } from '../repository/sparse.ts'
import { isStandingIn } from '../repository/workspace.ts'
import type { Workspace } from '../repository/workspace.ts'

/** The charts for some settings, from the work tree or from `state`: the index, or a commit. */
export function chartsOf(workspace: Workspace, settings: Settings, state = judgedBytes(workspace, settings, false)): Charts {
  return openCharts({ repository: state, folders: settings.charts, given: workspace.charts })
}

/** The charts of the state that is judged, and those of its base. */
export function chartsOnBothSides(
  workspace: Workspace,
  {
    settings,
    staged,
    index,
    base,
  }: {
    readonly settings: Settings
    readonly staged: boolean
    /** the index that is judged, as far as it has been read */
    readonly index: Index | undefined
    readonly base: { readonly settings?: Settings; readonly bytes: Bytes } | undefined
  },
): { readonly charts: Charts; readonly baseCharts: Charts } {
  const charts = chartsOf(workspace, settings, judgedBytes(workspace, settings, staged, index))
  return { charts, baseCharts: base === undefined ? charts : chartsOf(workspace, base.settings ?? settings, base.bytes) }
}

/** What is on disk, or staged in the repository that the command is run in. */
function judgedBytes(workspace: Workspace, settings: Settings, staged: boolean, index?: Index): Bytes {
  const bytesOf = (folder: string, known?: Index): Bytes =>
    staged && isStandingIn(workspace, folder) ? indexBytes(folder, known) : workTreeBytes(folder)
  return withCheckoutBytes(bytesOf(workspace.root, index), openCheckouts(workspace, settings), ({ folder }) => bytesOf(folder))
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
