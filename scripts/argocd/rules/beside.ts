// What stands beside our own manifests, and is Argo CD's engine needed to judge it?
import { generatedFiles, isGenerated } from '../../discover/header.ts'
import type { Tree } from '../../repository/tree.ts'
import type { HandWritten, HandWrittenState } from './hand-written.ts'

const nothingDeployed: HandWritten['deployed'] = () => ({ applications: new Set(), clusters: new Set(), unknownSets: new Set() })
const nothingByHand: HandWritten = {
  findings: [],
  handovers: [],
  compared: 0,
  kept: 0,
  uncompared: [],
  stores: new Set(),
  deployed: nothingDeployed,
}

/** Manifests that people wrote beside ours, now or at the base, or ours of a base without settings; Argo CD's own engine is loaded only where there are any. */
export async function readHandWritten(state: HandWrittenState): Promise<HandWritten> {
  const isBlind = state.base !== undefined && state.base.settings === undefined
  const isTheirs = (tree: Tree, path: string): boolean => {
    if (!path.startsWith('apps/templates/')) return false
    if (isBlind) return true
    const read = generatedFiles.includes(path) ? tree.read(path) : undefined
    return read?.ok !== true || !isGenerated(read.text)
  }
  const trees = [state.tree, ...(state.base === undefined ? [] : [state.base.tree])]
  if (!trees.some((tree) => tree.paths.some((path) => isTheirs(tree, path)))) return nothingByHand
  return (await import('./hand-written.ts')).judgeHandWritten(state)
}
