// Which Argo CD files does a repository get?
import type { Database, Settings } from '../../model.ts'
import { writeApplicationSets } from './applicationset.ts'
import { writeOperatorApplication } from './operator.ts'
import { writeProject } from './project.ts'

export const setsFile = 'apps/templates/data/postgres-clusters.yaml'
const projectFile = 'apps/templates/data/project.yaml'
const operatorFile = 'apps/templates/core/cloudnative-pg.yaml'

/** Their paths. */
export const generatedPaths: readonly string[] = [operatorFile, projectFile, setsFile]

/** Path and text of the operator's Application and of the AppProject, unless somebody else manages them, and of the sets. */
export function writeManifests(settings: Settings, databases: readonly Database[]): { readonly path: string; readonly text: string }[] {
  return [
    ...(settings.manageOperator ? [{ path: operatorFile, text: writeOperatorApplication(settings) }] : []),
    ...(settings.argocd.manageProject ? [{ path: projectFile, text: writeProject(settings, databases) }] : []),
    { path: setsFile, text: writeApplicationSets(settings, databases) },
  ]
}
