// Which Applications and Clusters are made twice: by hand in two places, or by hand and by a generated set?
import { applicationsMadeBy } from '../../../deployed/manifest-parts.ts'
import { posix } from 'node:path'
import { appliedBy } from '../../../deployed/folders/applied-files.ts'
import { once } from '../../../values/once.ts'
import { kustomizations } from '../../../discover/loose.ts'
import { isDns1123Subdomain } from '../../../kubernetes/dns-name.ts'
import { named, phrase } from '../../../findings/message.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import { serviceSpot } from '../../../merge/generator.ts'
import type { JsonMap } from '../../../values/value.ts'
import { append } from '../../../values/append.ts'
import { destinationOf, identitiesOf } from '../../../deployed/values/application-values.ts'
import type { Identity } from '../../../deployed/values/application-values.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { applicationKey, applicationName } from '../../../deployed/manifests.ts'
import type { Manifest, ManifestFile, Surroundings } from '../../../deployed/manifests.ts'

/** Whoever makes an Application; `manifest` is absent for a generated set. */
export interface Maker {
  readonly manifest?: Manifest
  readonly at: () => Spot
  readonly what: string
}

/** The Applications that generated sets make, by `namespace/name`. */
export function generatedMakers({ settings, databases }: Pick<Surroundings, 'settings' | 'databases'>): Map<string, Maker> {
  return new Map(
    databases.map((database) => [
      `${settings.argocd.namespace}/${database.application}`,
      { at: () => serviceSpot(database), what: `the generated set of ${database.environment.name}` },
    ]),
  )
}

/** `argocd/application-once`: one error for each pair of makers, at the later one that is written by hand. */
export function doubledApplications(
  files: readonly ManifestFile[],
  around: Pick<Surroundings, 'settings' | 'databases'> & { readonly parents?: readonly Manifest[] },
): LocatedFinding[] {
  const makers = generatedMakers(around)
  const areTogether = togetherBy(around.parents ?? [])
  const findings: LocatedFinding[] = []
  const loose = new Map<string, Manifest>()
  for (const [manifest, isLoose] of manifestsOf(files)) {
    if (manifest.key.includes(unknownText)) continue
    const reported = new Set<string>()
    if (manifest.kind === 'Application') append(findings, ownName(manifest), isLoose ? besideAnother(manifest, loose, areTogether) : [])
    for (const application of manifest.applications ?? []) {
      const name = applicationName(application)
      if (name === '' || name.includes(unknownText)) continue
      const key = applicationKey(manifest, name)
      const other = makers.get(key)
      if (other === undefined && !isLoose)
        makers.set(key, { manifest, at: () => spotOfApplication(manifest, application), what: makerOf(manifest) })
      // generated sets want what they take over under the same name: that is one mistake, however many environments there are
      const isGenerated = other?.manifest === undefined
      const maker = isGenerated ? 'generated sets' : other.what
      if (other === undefined || other.manifest === manifest || reported.has(maker)) continue
      reported.add(maker)
      findings.push({
        rule: 'argocd/application-once',
        severity: 'error',
        message: phrase`Application is named ${named(name)}, but ${other.what} makes one of that name`,
        at: spotOfApplication(manifest, application),
        related: [{ ...other.at(), message: phrase`${named(name)} is made here, too` }],
        help: isGenerated
          ? phrase`if it lives, keep its name: move this file away as described in docs/adoption.md, road 2; otherwise rename it`
          : phrase`remove one of the two, or give it a name of its own: they would fight over one Application`,
      })
    }
  }
  return findings
}

/** `argocd/application-name`, of an Application that is written by hand. */
function* ownName(manifest: Manifest): Iterable<LocatedFinding> {
  const name = applicationName(manifest.plain)
  if (name === '' || isDns1123Subdomain(name) || /[{<$]/.test(name)) return
  yield {
    rule: 'argocd/application-name',
    severity: 'error',
    message: phrase`Application is named ${named(name)}, but names are lower-case letters, digits, \`-\` and \`.\`, at most 253`,
    at: manifest.spotOf(['metadata', 'name']),
    help: phrase`rename it: the API server refuses it`,
  }
}

/** Whether one Application here applies both manifests, or whoever applies their file does. */
function togetherBy(parents: readonly Manifest[]): (one: Manifest, other: Manifest) => boolean {
  const asked = once(() =>
    parents.flatMap((parent) =>
      applicationsMadeBy(parent).map((application) =>
        appliedBy({ application, key: applicationKey(parent, applicationName(application)), parent }),
      ),
    ),
  )
  return (one, other) => one.file.path === other.file.path || asked().some((applies) => applies(one) && applies(other))
}

/** Two Applications of one name in one folder: the later one replaces the other where one Argo CD applies both (`NormalizeTargetObjects`, "RepeatedResourceWarning"). */
function* besideAnother(
  manifest: Manifest,
  known: Map<string, Manifest>,
  areTogether: (one: Manifest, other: Manifest) => boolean,
): Iterable<LocatedFinding> {
  const folder = posix.dirname(manifest.file.path)
  const name = applicationName(manifest.plain)
  const key = `${folder} ${applicationKey(manifest, name)}`
  const other = known.get(key)
  if (other === undefined || name === '') return void known.set(key, manifest)
  // a patch has the name of what it changes
  const isPatched = kustomizations.some((file) => manifest.tree.read(posix.join(folder, file))?.ok === true)
  if (isPatched) return
  const isCertain = areTogether(manifest, other)
  yield {
    rule: 'argocd/application-once',
    severity: isCertain ? 'error' : 'info',
    message: isCertain
      ? phrase`Application is named ${named(name)}, but another manifest that is applied with it is, too: only one of them stays`
      : phrase`Application ${named(name)} is made by another manifest of the folder, too, unless they are for two Argo CDs`,
    at: manifest.spotOf(['metadata', 'name']),
    related: [{ ...other.spotOf(['metadata', 'name']), message: phrase`${named(name)} is made here, too` }],
    help: phrase`remove one of the two, or give it a name of its own`,
  }
}

/** Other folders of a repository may be those of other Argo CDs: what is there is held against ours, and not against one another. */
function manifestsOf(files: readonly ManifestFile[]): (readonly [Manifest, boolean])[] {
  return files.flatMap(({ manifests, isLoose }) => manifests.map((manifest) => [manifest, isLoose === true] as const))
}

export function makerOf({ kind, plain }: Manifest): string {
  return kind === 'Application' ? 'another manifest' : `the set ${applicationName(plain)}`
}

/** The element that an Application comes from, else the name in the template. */
export function spotOfApplication(manifest: Manifest, application: JsonMap): Spot {
  const name = applicationName(application)
  const element = manifest.elements().find(({ applications }) => applications.some((made) => applicationName(made) === name))
  return manifest.spotOf(element?.path ?? [...manifest.base, 'metadata', 'name'])
}

/** `argocd/cluster-once`: one Cluster that two Applications of different names deploy, each undoing what the other applies. */
export function doubledClusters(files: readonly ManifestFile[], { databases }: Pick<Surroundings, 'databases'>): LocatedFinding[] {
  const makers = new Map<string, { readonly at: () => Spot; readonly name: string }>()
  for (const database of databases) {
    const { server, name } = database.environment.destination
    const key = clusterKey({ ...database, destination: destinationOf(server, name) })
    makers.set(key, { at: () => serviceSpot(database), name: database.application })
  }
  const findings: LocatedFinding[] = []
  for (const [manifest, isLoose] of manifestsOf(files)) {
    if (manifest.isConsumed) continue
    const own = (manifest.applications ?? []).flatMap((application) =>
      identitiesOf(application, manifest).map((identity) => ({ application, identity })),
    )
    for (const { application, identity } of own) {
      const name = applicationName(application)
      const key = clusterKey(identity)
      if ([unknownText, '<no value>', '{{'].some((open) => key.includes(open))) continue
      const other = makers.get(key)
      if (other === undefined && !isLoose) makers.set(key, { at: () => spotOfApplication(manifest, application), name })
      if (other === undefined || other.name === name) continue
      findings.push({
        rule: 'argocd/cluster-once',
        severity: 'error',
        message: phrase`Application ${named(name)} deploys the Cluster that ${named(other.name)} deploys, too, but one must own it`,
        at: spotOfApplication(manifest, application),
        related: [{ ...other.at(), message: phrase`${named(other.name)} is made here` }],
        help: phrase`remove one of the two, or give it another releaseName or namespace`,
      })
    }
  }
  return findings
}

function clusterKey({ cluster, namespace, destination }: Pick<Identity, 'cluster' | 'namespace' | 'destination'>): string {
  return `${destination} ${namespace}/${cluster ?? unknownText}`
}
