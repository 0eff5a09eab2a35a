// Which Clusters lie deeper in the folder of an Application than Argo CD looks?
import { kustomizations } from '../../discover/loose.ts'
import { ending, named, phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { layoutPathOf } from '../../values/value.ts'
import { foldersOf } from './applied-files.ts'
import { applicationsMadeBy, at, placeOfSource } from '../manifest-parts.ts'
import type { Manifest, Surroundings } from '../manifests.ts'
import type { Skipped } from '../skipped.ts'

/** `argocd/folder-depth`: `findManifests` of the repo server reads folders below only with `directory.recurse` (argo-cd "Directory", Enabling Recursive Resource Detection). */
export function tooDeep(
  undeployed: readonly Skipped[],
  manifests: readonly Manifest[],
  around: Pick<Surroundings, 'settings' | 'tree'>,
): LocatedFinding[] {
  if (undeployed.length === 0) return []
  const all = around.tree.wide?.() ?? around.tree
  const reported = new Set<Skipped>()
  return manifests.flatMap((manifest) =>
    applicationsMadeBy(manifest).flatMap((application) =>
      foldersOf(application, around).flatMap(({ folder, source }): LocatedFinding[] => {
        const isPlain = ['plugin', 'kustomize', 'helm', 'chart'].every((key) => source[key] === undefined)
        const isBuilt = [...kustomizations, 'Chart.yaml'].some((name) => all.read(folder + name) !== undefined)
        if (folder === '' || !isPlain || isBuilt || at(source, 'directory', 'recurse') === true) return []
        if (at(source, 'directory', 'include') !== undefined || at(source, 'directory', 'exclude') !== undefined) return []
        const deep = undeployed.filter((one) => {
          const path = layoutPathOf(one.at.file)
          return !reported.has(one) && path.startsWith(folder) && path.slice(folder.length).includes('/')
        })
        const [first, ...others] = deep
        if (first === undefined) return []
        for (const one of deep) reported.add(one)
        const path = [...placeOfSource(source, application, manifest), 'path']
        const more = others.length === 0 ? '' : ` (and ${others.length} more)`
        return [
          {
            rule: 'argocd/folder-depth',
            severity: 'warning',
            message: phrase`path is ${ending(folder.replace(/\/$/, ''))}, but without directory.recurse nothing below its folders is applied: Cluster ${named(first.name)}${more} is not deployed`,
            at: manifest.spotOf(path),
            related: [{ ...first.at, message: phrase`it is here` }],
            help: phrase`add directory: { recurse: true } to the source`,
          },
        ]
      }),
    ),
  )
}
