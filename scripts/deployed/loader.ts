// Which databases does Argo CD deploy as written, and is its engine needed to know?
import { generatedFiles, isGenerated } from '../discover/header.ts'
import { looseFiles } from '../discover/loose.ts'
import type { Tree } from '../repository/tree.ts'
import type { Written, WrittenState } from './state.ts'

/** The databases of Applications and sets that somebody wrote; Argo CD's engine is loaded only if there are any. */
export async function readWritten(state: WrittenState): Promise<Written> {
  const { settings, tree } = state
  const isSame = state.isElsewhereSame === true
  if (isSame && !hasOwnTemplates(tree)) return { settings, tree, databases: [], skipped: [], findings: [] }
  const loose = isSame ? { files: [], charts: [] } : looseFiles(tree, settings)
  if (loose.files.length + loose.charts.length === 0 && !hasOwnTemplates(tree))
    return { settings, tree, databases: [], skipped: [], findings: [] }
  return (await import('./read.ts')).readDeployed(state, loose)
}

/** Whether templates of `apps/` are anybody else's. */
function hasOwnTemplates(tree: Tree): boolean {
  return tree.paths.some((path) => {
    if (!path.startsWith('apps/templates/')) return false
    const read = generatedFiles.includes(path) ? tree.read(path) : undefined
    return read?.ok !== true || !isGenerated(read.text)
  })
}
