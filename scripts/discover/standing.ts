// In which repository does the command run, if only the settings name the checkout around it?
import { checkoutsOf } from './checkouts.ts'
import { loadSettings } from './settings.ts'
import { openSettingsTree } from './trees.ts'
import { repositoryTop } from '../repository/place.ts'
import { isStandingIn, standingIn } from '../repository/workspace.ts'
import type { Workspace } from '../repository/workspace.ts'

/** The workspace, in the checkout of the settings that the command is run in: the settings themselves are read as they are on disk. */
export function withStanding(workspace: Workspace): Workspace {
  const { root, cwd = root } = workspace
  if (isStandingIn(workspace, cwd) || repositoryTop(cwd) === repositoryTop(root)) return workspace
  const { settings } = loadSettings(openSettingsTree(workspace, false))
  return settings === undefined ? workspace : standingIn(workspace, checkoutsOf(workspace, settings))
}
