// Which databases does Argo CD deploy as written, and is its engine needed to know?
import { hasOwnTemplates, isNothingLoose, looseFiles, nothingLoose } from '../discover/loose.ts'
import { operatorValues } from '../discover/inputs.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Written, WrittenState } from './state.ts'

/** The databases of Applications and sets that somebody wrote; Argo CD's engine is loaded only if there are any. */
export async function readWritten(state: WrittenState): Promise<Written> {
  const { settings, tree } = state
  const loose = state.isElsewhereSame === true ? nothingLoose : looseFiles(tree, settings)
  if (isNothingLoose(loose) && !hasOwnTemplates(tree))
    return { settings, tree, databases: [], drafts: [], skipped: [], findings: await ofOperators(state) }
  return (await import('./read.ts')).readDeployed(state, loose)
}

/** What is wrong with the values of the operator that the settings install; there is little to load for values that change nothing of it. */
async function ofOperators(state: WrittenState): Promise<readonly LocatedFinding[]> {
  const read = state.settings.manageOperator ? state.tree.read(operatorValues) : undefined
  if (read?.ok !== true || !/^(?:additionalEnv|config|image)\b/m.test(read.text)) return []
  return (await import('./operators/generated.ts')).generatedOperatorFindings(state)
}
