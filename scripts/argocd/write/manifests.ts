// Which Argo CD files does a repository get?
import { manifestPaths } from '../../discover/header.ts'
import type { Database, Settings } from '../../model.ts'
import { writeApplicationSets } from './applicationset.ts'
import { writeOperatorApplication } from './operator.ts'
import { writeProject } from './project.ts'

/** Path and text of the operator's Application and of the AppProject, unless somebody else manages them, and of the sets. */
export function writeManifests(settings: Settings, databases: readonly Database[]): { readonly path: string; readonly text: string }[] {
  const { operator, project, sets } = manifestPaths(settings.layout)
  return [
    ...(settings.manageOperator ? [{ path: operator, text: writeOperatorApplication(settings) }] : []),
    ...(settings.argocd.manageProject ? [{ path: project, text: writeProject(settings, databases) }] : []),
    { path: sets, text: writeApplicationSets(settings, databases) },
  ]
}
