// Which repository does a command look at, and where are its databases by the settings?
import { resolve } from 'node:path'
import { realpathSync, statSync } from 'node:fs'
import { readRegular } from '../repository/named-file.ts'
import { resolveWorkspace, standingIn, UsageError } from '../repository/workspace.ts'
import type { RootFlags, Workspace } from '../repository/workspace.ts'
import { readRelease } from './release-flag.ts'
import { loadSettings, ownSettingsFile, settingsFile } from './settings.ts'
import { openSettingsTree } from './trees.ts'

/** The workspace of the flags; without `--databases` the settings may name a folder of another checkout. */
export function openWorkspace(cwd: string, flags: RootFlags): Workspace {
  const workspace = resolveWorkspace(cwd, flags)
  if (flags.databases !== undefined || !mentionsDatabases(workspace.root)) return workspace
  const named = loadSettings(openSettingsTree(workspace, false)).settings?.databases
  if (named === undefined) return workspace
  const full = resolve(workspace.root, named)
  if (statSync(full, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(
      `the settings take the databases from \`${named}\`, but there is no such folder: check that repository out there, or name it with --databases`,
    )
  const databases = realpathSync(full)
  return standingIn({ ...workspace, databases, hasSetDatabases: true }, workspace.checkouts ?? [])
}

/** Flags of commands that judge what runs. */
export interface JudgingFlags extends RootFlags {
  readonly operator?: string | undefined
  readonly argocd?: string | undefined
}

/** The same with the releases that the flags name; a release that is none is wrong usage. */
export function openJudged(cwd: string, flags: JudgingFlags): Workspace {
  const operator = readRelease('operator', flags.operator)
  const argocd = readRelease('argocd', flags.argocd)
  const workspace = openWorkspace(cwd, flags)
  if (operator === undefined && argocd === undefined) return workspace
  return { ...workspace, versions: { ...(operator !== undefined && { operator }), ...(argocd !== undefined && { argocd }) } }
}

/** The settings are read once more only where they may hold the key. */
function mentionsDatabases(root: string): boolean {
  return [ownSettingsFile, settingsFile].some((path) => readText(resolve(root, path)).includes('databases:'))
}

function readText(path: string): string {
  try {
    return readRegular(path)?.toString('utf8') ?? ''
  } catch {
    return ''
  }
}
