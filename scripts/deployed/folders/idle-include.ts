// Which Applications include files of a folder by a pattern that fits none of them?
import { kustomizations } from '../../discover/loose.ts'
import { ending, named, phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { pathsBelow } from '../../repository/tree.ts'
import { layoutPathOf } from '../../values/value.ts'
import type { Json } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { foldersOf } from './applied-files.ts'
import { directoryFilter } from './directory-filter.ts'
import { mayBeTransformed } from '../kustomize/transformed.ts'
import { applicationsMadeBy, at, placeOfSource } from '../manifest-parts.ts'
import type { Manifest, Surroundings } from '../manifests.ts'
import type { Skipped } from '../skipped.ts'
import { isOpen } from '../sets/unknown-text.ts'

/** `argocd/include-matches`: `findManifests` of the repo server takes what `include`, a pattern of gobwas, fits; several need braces around them. */
export function idleIncludes(
  undeployed: readonly Skipped[],
  manifests: readonly Manifest[],
  around: Pick<Surroundings, 'settings' | 'tree'>,
): LocatedFinding[] {
  if (undeployed.length === 0) return []
  const all = around.tree.wide?.() ?? around.tree
  return manifests.flatMap((manifest) =>
    applicationsMadeBy(manifest).flatMap((application) =>
      foldersOf(application, around).flatMap(({ folder, source }): LocatedFinding[] => {
        const directory = source['directory']
        const include = at(directory, 'include')
        if (!isJsonMap(directory) || typeof include !== 'string' || include === '' || isOpen(include)) return []
        const inside = pathsBelow(all, folder).map((path) => path.slice(folder.length))
        const fits = (filter: Json): boolean => inside.some(directoryFilter(filter))
        if (inside.some((path) => kustomizations.includes(path)) || fits(directory)) return []
        const { include: _, ...rest } = directory
        const lost = undeployed.find((one) => {
          const path = layoutPathOf(one.at.file)
          return path.startsWith(folder) && directoryFilter(rest)(path.slice(folder.length))
        })
        if (lost === undefined || mayBeTransformed(manifest.file, around.tree)) return []
        const path = [...placeOfSource(source, application, manifest), 'directory', 'include']
        const braces = include.includes(',') && !include.includes('{') ? `{${include.replaceAll(/\s+/g, '')}}` : undefined
        const isBraced = braces !== undefined && fits({ ...rest, include: braces })
        return [
          {
            rule: 'argocd/include-matches',
            severity: 'error',
            message: phrase`include is \`${ending(include)}\`, but no file of the folder fits that: Cluster ${named(lost.name)} is not deployed`,
            at: manifest.spotOf(path),
            related: [{ ...lost.at, message: phrase`it is here` }],
            help: isBraced ? phrase`write '${named(braces)}'` : phrase`correct the pattern, or remove it`,
          },
        ]
      }),
    ),
  )
}
