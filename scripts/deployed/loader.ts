// Which databases does Argo CD deploy as written, and is its engine needed to know?
import { hasOwnTemplates, isNothingLoose, looseFiles, nothingLoose } from '../discover/loose.ts'
import type { Written, WrittenState } from './state.ts'

/** The databases of Applications and sets that somebody wrote; Argo CD's engine is loaded only if there are any. */
export async function readWritten(state: WrittenState): Promise<Written> {
  const { settings, tree } = state
  const loose = state.isElsewhereSame === true ? nothingLoose : looseFiles(tree, settings)
  if (isNothingLoose(loose) && !hasOwnTemplates(tree)) return { settings, tree, databases: [], drafts: [], skipped: [], findings: [] }
  return (await import('./read.ts')).readDeployed(state, loose)
}
