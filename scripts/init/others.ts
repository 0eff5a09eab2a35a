// What would a take-over do to Applications that stay as they are written, and to sets until they go?
import { resolveValueFiles } from '../applicationset/sources.ts'
import { fileReader } from '../deployed/file-cache.ts'
import { deployedFiles } from '../deployed/manifest-files.ts'
import { applicationName } from '../deployed/manifests.ts'
import type { Manifest } from '../deployed/manifests.ts'
import { repositoryPath } from '../deployed/repository-path.ts'
import type { Skipped } from '../deployed/skipped.ts'
import { looseFiles } from '../discover/loose.ts'
import { named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { Tree } from '../repository/tree.ts'
import { manifestsFolder } from './appliers.ts'
import type { Maker, Makers } from './makers.ts'
import { refusal } from './members.ts'
import type { Member } from './members.ts'

/** What would change for an Application that stays as it is written: it reads a file whose values would be others. */
export function readByOthers(
  path: string,
  members: readonly Member[],
  { files, drop, settings, tree }: Makers,
): LocatedFinding | undefined {
  const taken = new Set([...members.map(({ database }) => database.application), ...drop])
  const [first] = members
  if (first === undefined || fileReader(tree)(path) === undefined) return undefined
  for (const { applications = [], spotOf, base } of files.flatMap(({ manifests }) => manifests))
    for (const application of applications) {
      const name = applicationName(application)
      const reads =
        !taken.has(name) && resolveValueFiles(application).files.some((file) => repositoryPath(file, { settings, tree }) === path)
      if (reads)
        return wholeRefusal(
          phrase`${named(tree.shown?.(path) ?? path)} would get values of others, but Application ${named(name)} reads it and stays as it is written`,
          phrase`give that a values file of its own first`,
          spotOf([...base, 'metadata', 'name']),
        )
    }
  return undefined
}

/** It stands in the way of everything that is to be taken over. */
export function wholeRefusal(message: Message, help: Message, at: Spot): LocatedFinding {
  return { rule: 'changes/take-over-complete', severity: 'error', message, at, help }
}

/** Applications that sets of now would make of new files: they live until somebody deletes them, after the merge. */
export function phantomsOf(next: Tree, { files, settings }: Makers): LocatedFinding[] {
  const { own, elsewhere } = deployedFiles({ settings, tree: next, databases: [] }, looseFiles(next, settings))
  const before = madeBySets(files)
  return [...madeBySets([...own, ...elsewhere])].flatMap(([name, { plain, spotOf, base }]) => {
    if (before.has(name)) return []
    return [
      wholeRefusal(
        phrase`set ${named(applicationName(plain))} would make Application ${named(name)} of a new file, as long as it is there`,
        phrase`first, in a change of its own that Argo CD has synced: keep its generator from files that are no database, with exclude: true`,
        spotOf([...base, 'metadata', 'name']),
      ),
    ]
  })
}

/** Each Application of a set, and the set. */
function madeBySets(files: Makers['files']): Map<string, Manifest> {
  const sets = files.flatMap(({ manifests }) => manifests).filter(({ kind }) => kind === 'ApplicationSet')
  return new Map(sets.flatMap((set) => (set.applications ?? []).map((made): [string, Manifest] => [applicationName(made), set])))
}

/** What could not be looked at of a file. */
export function skippedIn({ file, databases: [database], manifests }: Maker, skipped: readonly Skipped[]): LocatedFinding[] {
  const names = manifests.map(({ plain }) => applicationName(plain))
  const unknown = skipped.find(({ name, at }) => at.file.path === file.file.path && names.includes(name))
  if (unknown === undefined || database === undefined) return []
  const what = phrase`${named(unknown.name)} can't be looked at: ${named(unknown.reason)}`
  return [refusal(database, what, phrase`see what check reports first`, unknown.at)]
}

/** Where the sets of all makers go; those of fewer databases that would be deployed from elsewhere are refused. */
export function commonFolder(
  makers: readonly Maker[],
  around: Makers,
): { readonly manifests: string | undefined; readonly odd: readonly LocatedFinding[] } {
  const folders = makers.map((maker) => ({ maker, folder: manifestsFolder(maker.file.file.path, around) }))
  const counts = new Map<string | undefined, number>()
  for (const { maker, folder } of folders) counts.set(folder, (counts.get(folder) ?? 0) + maker.databases.length)
  const count = (folder: string | undefined): number => counts.get(folder) ?? 0
  const [usual] = folders.toSorted((a, b) => count(b.folder) - count(a.folder))
  const odd = folders.flatMap(
    ({
      maker: {
        file,
        databases: [database],
      },
      folder,
    }) =>
      folder === usual?.folder || database === undefined
        ? []
        : [
            refusal(
              database,
              phrase`${named(file.file.path)} is not applied with ${named(usual?.maker.file.file.path)}, but generated sets are in one folder`,
              phrase`leave it as it is: it is judged all the same`,
            ),
          ],
  )
  return { manifests: usual?.folder, odd }
}
