// Which lines of the generated Argo CD files would other pins change?
import { writeApplicationSets } from '../argocd/applicationset.ts'
import { writeOperatorApplication } from '../argocd/operator.ts'
import { writeProject } from '../argocd/project.ts'
import type { Database, Settings } from '../model.ts'
import { databaseIn } from './pins.ts'
import { changedLines } from './verdict.ts'
import type { Upgrade } from './verdict.ts'

export function fileChanges(settings: Settings, changed: Settings, databases: readonly Database[]): Upgrade['files'] {
  const after = databases.map((database) => databaseIn(changed, database))
  return [
    ...changedLines('apps/templates/core/cloudnative-pg.yaml', writeOperatorApplication(settings), writeOperatorApplication(changed)),
    ...(settings.argocd.manageProject
      ? changedLines('apps/templates/data/project.yaml', writeProject(settings, databases), writeProject(changed, after))
      : []),
    ...changedLines(
      'apps/templates/data/postgres-clusters.yaml',
      writeApplicationSets(settings, databases),
      writeApplicationSets(changed, after),
    ),
  ]
}
