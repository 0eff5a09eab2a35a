// Which lines of the generated Argo CD files would other pins change?
import { writeManifests } from '../argocd/write/manifests.ts'
import type { Database, Settings } from '../model.ts'
import { databaseIn } from './pins.ts'
import { changedLines } from './verdict.ts'
import type { Upgrade } from './verdict.ts'

export function fileChanges(settings: Settings, changed: Settings, databases: readonly Database[]): Upgrade['files'] {
  const after = writeManifests(
    changed,
    databases.map((database) => databaseIn(changed, database)),
  )
  return writeManifests(settings, databases).flatMap(({ path, text }, index) => changedLines(path, text, after[index]?.text ?? ''))
}
