// Which databases does a repository have, however they are deployed?
import { openCharts } from '../charts/find.ts'
import { withRepository } from '../discover/address.ts'
import { chartsOf } from '../discover/charts.ts'
import type { Fleet } from '../discover/fleet.ts'
import { loadSettings } from '../discover/settings.ts'
import { openSettingsTree, openTree } from '../discover/trees.ts'
import type { Tree } from '../repository/tree.ts'
import type { Workspace } from '../repository/workspace.ts'
import { discoverAll } from './discover.ts'
import type { Draft } from './sets/drafts.ts'
import type { Skipped } from './skipped.ts'

export type ReadFleet = Fleet & {
  readonly drafts: readonly Draft[]
  readonly skipped: readonly Skipped[]
  readonly charts: ReturnType<typeof openCharts>
  /** absent: the settings can't be read */
  readonly tree?: Tree
}

/** Reads the settings and finds the databases in the work tree. No values file is judged. */
export async function readFleet(workspace: Workspace): Promise<ReadFleet> {
  const loaded = loadSettings(openSettingsTree(workspace, false))
  const nothing = {
    databases: [],
    findings: loaded.findings,
    drafts: [],
    skipped: [],
    charts: openCharts({ repository: noFiles, folders: [] }),
  }
  if (loaded.settings === undefined) return nothing
  const settings = withRepository(loaded.settings, workspace)
  const charts = chartsOf(workspace, settings)
  const all = await discoverAll({ settings, tree: openTree(workspace, settings, false), charts })
  const { databases, drafts, findings, skipped, tree } = all
  return { settings: all.settings, databases, drafts, findings, skipped, charts, tree }
}

const noFiles = { file: () => undefined, folder: () => undefined }
