// What may hold databases, and can't be read: links that lead out of the repository, and files that are too large?
import type { LooseFiles } from '../discover/loose.ts'
import { firstSpot } from '../findings/spot.ts'
import { prefixOf } from '../repository/tree.ts'
import { sourcesIn } from '../applicationset/sources.ts'
import { at } from './manifest-parts.ts'
import { folderOfSource } from './charts/releases.ts'
import type { Skipped } from './skipped.ts'
import { applicationName } from './manifests.ts'
import { helmPathOf } from './values/value-layers.ts'
import type { SourceOf } from './values/value-layers.ts'

/** Manifests that are not read for their size. */
export function tooLarge({ tooLarge: files = [] }: LooseFiles): Skipped[] {
  return files.map(({ path, message }) => ({ name: path, reason: `it ${message}`, at: firstSpot(undefined, { path, text: '' }) }))
}

/** What is said of such a source. */
export function leaving(of: SourceOf, link: string): Omit<Skipped, 'name' | 'others'> {
  const application = applicationName(of.application)
  const place = of.manifest.spotOf([...helmPathOf(of).slice(0, -1), 'path'])
  return { application, reason: `${application} takes ${link}`, at: place }
}

/** Why nothing is known of what a source deploys: a link in its folder, or on the way to it, leads out of the repository. */
export function leavingLink({ manifest, application, nth }: SourceOf): string | undefined {
  const source = sourcesIn(at(application, 'spec'))[nth]
  const folder = source === undefined ? undefined : folderOfSource(source, manifest)
  if (folder === undefined) return undefined
  const { blocked = [], leaving = [] } = manifest.tree.wide?.() ?? manifest.tree
  const out = [...leaving, ...blocked.flatMap(({ path, isOutside }) => (isOutside === true ? [path] : []))]
  const prefix = prefixOf(folder)
  const link = out.find((path) => path === folder || path.startsWith(prefix) || folder.startsWith(`${path}/`))
  return link === undefined ? undefined : `${manifest.tree.shown?.(link) ?? link}, which is a link that leads out of the repository`
}
