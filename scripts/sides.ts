// What is there to be judged: the state that is asked for, the base that it is compared with, and the databases of both?
import { cachedTree, lazyTree, readBase } from './changes/base.ts'
import { basesOf } from './changes/bases.ts'
import { startComparison } from './changes/comparison.ts'
import { withAddress, withWritten } from './changes/written-base.ts'
import { hasOtherChart } from './chart/same-chart.ts'
import { discoverAll } from './deployed/discover.ts'
import { withRepository } from './discover/address.ts'
import { chartsOnBothSides } from './discover/charts.ts'
import { loadSettings } from './discover/settings.ts'
import { withStanding } from './discover/standing.ts'
import { openSettingsTree, openTree } from './discover/trees.ts'
import type { PipelineOptions } from './outcome.ts'
import type { Workspace } from './repository/workspace.ts'

/** Opens the trees, reads the settings and finds the databases; `loaded` alone where the settings can't be read. */
export async function openSides(given: Workspace, options: PipelineOptions) {
  const isCompared = options.staged || options.base !== undefined || options.baseOf !== undefined
  const workspace = isCompared ? withStanding(given) : given
  const listed = openSettingsTree(workspace, options.staged)
  const loaded = loadSettings(listed)
  if (loaded.settings === undefined) return { loaded }
  const written = withRepository(loaded.settings, workspace)
  const changed = options.changed === true
  const bases = isCompared ? basesOf(workspace, written, options) : undefined
  const opened = cachedTree(openTree(workspace, written, options.staged, listed))
  const opening = bases === undefined ? undefined : await readBase(workspace, bases, { settings: written, tree: opened, changed })
  const tree = changed && opening !== undefined && opened.blob !== undefined ? lazyTree(opened, opening.differs) : opened

  const charts = chartsOnBothSides(workspace, { settings: written, staged: options.staged, index: opened.index, base: opening })
  const isElsewhereSame = changed && options.staged && written.generate && opening?.stagesLoose() === false
  const found = await discoverAll({ settings: written, tree, charts: charts.charts, isElsewhereSame })
  const { settings, databases } = found

  const read = opening === undefined ? undefined : withAddress(opening, settings)
  const base = read === undefined ? undefined : await withWritten(read, { settings, charts: charts.baseCharts, isElsewhereSame })
  const state = { settings, tree, hasOtherChart: hasOtherChart(charts.baseCharts, charts.charts) }
  const comparison = base === undefined ? undefined : startComparison(base, state, databases)
  return { loaded, workspace, tree, charts, found, read, base, comparison }
}
