// What do all manifests of a state of the repository deploy?
import type { LooseFiles } from '../discover/loose.ts'
import type { Settings } from '../model.ts'
import { withAddresses } from './addresses.ts'
import { writtenDatabases } from './databases.ts'
import type { Written, WrittenState } from './state.ts'
import { deployedFiles } from './manifest-files.ts'
import type { ManifestFile } from './manifests.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { yamlFindings } from '../yaml/findings.ts'

/** A file with an Application or a set that Argo CD can't read either; a template is somebody else's. */
function brokenFindings({ file, broken }: ManifestFile): LocatedFinding[] {
  return broken === undefined || file.text.includes('{{') ? [] : yamlFindings(file, [broken])
}

export function readDeployed(state: WrittenState, loose: LooseFiles): Written {
  const read = (settings: Settings, tree = state.tree): ManifestFile[] => {
    const around = { settings, tree, databases: state.databases }
    const { own, elsewhere } = deployedFiles(around, loose)
    return [...own, ...elsewhere]
  }
  const first = read(state.settings)
  const { settings, tree } = withAddresses(first, state)
  const files = settings === state.settings && tree === state.tree ? first : read(settings, tree)
  const { databases, skipped, findings } = writtenDatabases(files, { settings, charts: state.charts })
  const broken = settings.generate ? [] : files.flatMap(brokenFindings)
  return { settings, tree, databases, skipped, findings: [...broken, ...findings] }
}
