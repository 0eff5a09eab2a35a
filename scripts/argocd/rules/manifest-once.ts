// Which sets, projects and Applications reuse the name of one that `render` writes, or of one in another template?
import { lookup } from '../../values/lookup.ts'
import { named, phrase } from '../../findings/message.ts'
import { printed } from '../../values/printed.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { Settings } from '../../model.ts'
import { unknownText } from '../../deployed/sets/unknown-text.ts'
import type { Manifest, ManifestFile, Surroundings } from '../../deployed/manifests.ts'
import { manifestPaths } from '../../discover/header.ts'
import { operatorApplications } from '../write/operator.ts'

export interface DoubledManifests {
  readonly findings: readonly LocatedFinding[]
  /** what they make would be reported a second time */
  readonly manifests: ReadonlySet<Manifest>
}

const wordFor: Readonly<Record<string, string>> = lookup({
  Application: 'an Application',
  ApplicationSet: 'an ApplicationSet',
  AppProject: 'an AppProject',
})

/** Kind, namespace and name of what `render` writes besides the Applications of databases. */
function generatedNames(settings: Settings, databases: Surroundings['databases']): Set<string> {
  const { argocd, manageOperator } = settings
  const names = new Set(databases.map(({ environment }) => `ApplicationSet ${argocd.namespace}/postgres-clusters-${environment.name}`))
  if (argocd.manageProject) names.add(`AppProject ${argocd.namespace}/${argocd.project}`)
  if (manageOperator) for (const name of operatorApplications(settings)) names.add(`Application ${argocd.namespace}/${name}`)
  return names
}

/** `argocd/manifest-once`: one error at the name of each that is not the first. Applications written twice are reported by what they deploy. */
export function doubledManifests(
  files: readonly ManifestFile[],
  { settings, databases }: Pick<Surroundings, 'settings' | 'databases'>,
): DoubledManifests {
  const generated = generatedNames(settings, databases)
  const seen = new Map<string, Spot>()
  const findings: LocatedFinding[] = []
  const manifests = new Set<Manifest>()
  const generatedPaths = Object.values(manifestPaths(settings.layout)) as readonly string[]
  for (const { file, isLoose, objects } of files) {
    // a file in the place of a generated one is reported as such
    if (generatedPaths.includes(file.path)) continue
    for (const { kind, key, plain, spotOf, manifest } of objects) {
      if (!printed(plain['apiVersion']).startsWith('argoproj.io/')) continue
      const spot = (): Spot => spotOf(['metadata', 'name'])
      const word = wordFor[kind]
      const id = `${kind} ${key}`
      if (word === undefined || key.endsWith('/') || key.includes(unknownText)) continue
      const first = seen.get(id)
      const isGenerated = generated.has(id)
      // other folders of a repository may be those of other Argo CDs
      if (isLoose === true && !(isGenerated && manifest !== undefined)) continue
      if (!isGenerated && first === undefined) seen.set(id, spot())
      if (!isGenerated && (first === undefined || kind === 'Application')) continue
      const name = key.slice(key.indexOf('/') + 1)
      const maker = isGenerated ? '`render` writes' : phrase`${named(first?.file.path ?? '')} has`
      if (manifest !== undefined) manifests.add(manifest)
      findings.push({
        rule: 'argocd/manifest-once',
        severity: 'error',
        message: phrase`name is ${named(name)}, but ${maker} ${word} of that name`,
        at: spot(),
        ...(first === undefined ? {} : { related: [{ ...first, message: phrase`${named(name)} is here, too` }] }),
        help: phrase`remove one of the two, or give it a name of its own: each sync of one would undo the other`,
      })
    }
  }
  return { findings, manifests }
}
