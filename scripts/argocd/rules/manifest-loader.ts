// Which manifests are there besides the generated ones, and is Argo CD's engine needed to check them?
import { hasOwnTemplates, looseFiles, nothingLoose } from '../../discover/loose.ts'
import type { LooseFiles } from '../../discover/loose.ts'
import type { Settings } from '../../model.ts'
import type { Tree } from '../../repository/tree.ts'
import type { HandWritten, HandWrittenState } from './hand-written.ts'

const nothingDeployed: HandWritten['deployed'] = () => ({ applications: new Set(), clusters: new Set(), unknownSets: new Set() })
const nothingByHand: HandWritten = {
  findings: [],
  handovers: [],
  compared: 0,
  kept: 0,
  uncompared: [],
  stores: { stores: [], isComplete: true },
  deployed: nothingDeployed,
}

/** Manifests written by hand, now or at the base, or generated ones of a base without settings; Argo CD's engine is loaded only if there are any. */
export async function readHandWritten(state: HandWrittenState & { readonly isHook?: boolean }): Promise<HandWritten> {
  const { base, isHook, settings } = state
  // a commit that leaves what is elsewhere in the repository as it is need not wait for a look at all of it
  const isElsewhere = isHook !== true || base === undefined || base.stagesLoose?.() !== false
  // what is looked at now is looked at before
  const { apps } = settings
  const look = (tree: Tree, { layout, generate }: Settings): LooseFiles =>
    isElsewhere ? looseFiles(tree, { layout, generate, apps }) : { ...nothingLoose, hasUnknownStores: true }
  const loose = look(state.tree, settings)
  const looseBefore = base === undefined ? undefined : look(base.tree, base.settings ?? settings)
  const isBlind = state.base !== undefined && state.base.settings === undefined
  const hasTemplates = (tree: Tree): boolean =>
    isBlind ? tree.paths.some((path) => path.startsWith('apps/templates/')) : hasOwnTemplates(tree)
  const trees = [state.tree, ...(state.base === undefined ? [] : [state.base.tree])]
  const isLoose = [loose, looseBefore].some((one) => one !== undefined && one.files.length + one.charts.length > 0)
  if (!isLoose && !trees.some(hasTemplates)) return { ...nothingByHand, stores: { stores: [], isComplete: !loose.hasUnknownStores } }
  return (await import('./hand-written.ts')).judgeHandWritten({ ...state, loose, looseBefore })
}
