// Do the Applications that an Application applies come to be where its Argo CD looks for them?
import { posix } from 'node:path'
import { kustomizations } from '../../../discover/loose.ts'
import { sourcesOf } from '../../../applicationset/sources.ts'
import { appliedBy } from '../../../deployed/folders/applied-files.ts'
import { destinationOf } from '../../../deployed/values/application-values.ts'
import { applicationKey, applicationName } from '../../../deployed/manifests.ts'
import type { Manifest, ManifestFile, Surroundings } from '../../../deployed/manifests.ts'
import { applicationsMadeBy, at } from '../../../deployed/manifest-parts.ts'
import { isOpen } from '../../../deployed/sets/unknown-text.ts'
import { named, phrase } from '../../../findings/message.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import { pathsBelow } from '../../../repository/tree.ts'
import { grouped } from '../../../values/append.ts'
import type { JsonMap } from '../../../values/value.ts'
import { isJsonMap } from '../../../values/value.ts'
import { printed } from '../../../values/printed.ts'

interface Parent {
  readonly manifest: Manifest
  readonly application: JsonMap
  /** where Argo CD has it, and so where it looks for Applications */
  readonly own: string
  /** where it applies what names no namespace */
  readonly destination: string
}

const namespaceOf = ({ plain }: Manifest): string => printed(at(plain, 'metadata', 'namespace') ?? '')

const isKnown = (text: string): boolean => text !== '' && !isOpen(text)

function parentsIn(all: readonly Manifest[]): Parent[] {
  return all.flatMap((manifest) =>
    applicationsMadeBy(manifest).flatMap((application): Parent[] => {
      const to = at(application, 'spec', 'destination')
      const [own, destination] = [manifest.key.slice(0, manifest.key.indexOf('/')), printed(at(to, 'namespace') ?? '')]
      const isOwnCluster = destinationOf(at(to, 'server'), at(to, 'name')) === 'in-cluster'
      return isOwnCluster && isKnown(own) && isKnown(destination) ? [{ manifest, application, own, destination }] : []
    }),
  )
}

/** Argo CD looks elsewhere only where it is told to, for which a project must name the namespaces. */
function looksElsewhere({ tree }: Surroundings): boolean {
  const all = tree.wide?.() ?? tree
  return pathsBelow(all, '').some((path) => {
    const file = /\.(?:ya?ml|json|tpl|tf)$/.test(path) ? all.read(path) : undefined
    return (
      file?.ok === true &&
      /sourceNamespaces|application(?:setcontroller)?\.namespaces|--application-namespaces|--applicationset-namespaces/.test(file.text)
    )
  })
}

/** `argocd/child-found`: Applications in a namespace that is not that of Argo CD, which nobody reads (argo-cd#2333, #4387). */
export function lostChildren(files: readonly ManifestFile[], all: readonly Manifest[], around: Surroundings): LocatedFinding[] {
  const children = files.flatMap(({ manifests, isTemplate }) => (isTemplate === true ? [] : manifests))
  if (children.length === 0) return []
  const instances = instancesIn(files, all)
  const byNamespace = grouped(children, namespaceOf)
  const folders = new Map<string, boolean>()
  const lost = parentsIn(all).flatMap((parent) => {
    const isLost = (namespace: string): boolean => namespace !== parent.own && isKnown(namespace) && !instances.has(namespace)
    // most are where they belong, and nothing is asked of them
    if (!isLost(parent.destination) && ![...byNamespace.keys()].some(isLost)) return []
    const key = applicationKey(parent.manifest, applicationName(parent.application))
    const isApplied = appliedBy({ application: parent.application, key, parent: parent.manifest })
    const own = children.filter((child) => child !== parent.manifest && isApplied(child) && !isKustomized(child, around, folders))
    return lostOf(parent, own, isLost)
  })
  return lost.length === 0 || looksElsewhere(around) ? [] : lost
}

/** Namespaces with an Argo CD of their own: one has projects there, or is installed there. */
function instancesIn(files: readonly ManifestFile[], all: readonly Manifest[]): Set<string> {
  const objects = files.flatMap((file) => file.objects.filter(({ kind }) => kind === 'AppProject' || kind === 'ArgoCD'))
  const installed = all.flatMap(({ applications }) => applications ?? []).filter((application) => installsArgo(application))
  return new Set([
    ...objects.map(({ plain }) => printed(at(plain, 'metadata', 'namespace') ?? '')),
    ...installed.map((application) => printed(at(application, 'spec', 'destination', 'namespace') ?? '')),
  ])
}

function installsArgo(application: JsonMap): boolean {
  const spec = at(application, 'spec')
  return (
    isJsonMap(spec) &&
    sourcesOf(spec).sources.some((source) => /argo-?cd/i.test(`${printed(source['chart'] ?? '')} ${printed(source['path'] ?? '')}`))
  )
}

function lostOf(
  { manifest, application, own, destination }: Parent,
  children: readonly Manifest[],
  isLost: (namespace: string) => boolean,
): LocatedFinding[] {
  const without = children.filter((child) => namespaceOf(child) === '')
  const elsewhere = children.filter((child) => isLost(namespaceOf(child)))
  const [first, ...others] = isLost(destination) ? without : []
  const parentSpot = manifest.spotOf([...manifest.base, 'spec', 'destination', 'namespace'])
  const found: LocatedFinding[] = []
  const rule = { rule: 'argocd/child-found', severity: 'warning' as const }
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    const isOfParent = without.length === children.length
    const message = phrase`${first.kind} ${named(applicationName(first.plain))}${more} is applied to ${named(destination)}, but Argo CD reads those in ${named(own)} only`
    const childSpot = first.spotOf(['metadata', 'name'])
    found.push({
      ...rule,
      message,
      at: isOfParent ? parentSpot : childSpot,
      related: [
        isOfParent
          ? { ...childSpot, message: phrase`it names no namespace of its own` }
          : { ...parentSpot, message: phrase`${named(applicationName(application))} applies it here` },
      ],
      help: isOfParent
        ? phrase`write ${named(own)}: the children say themselves where they deploy`
        : phrase`add namespace: ${named(own)} to its metadata`,
    })
  }
  for (const child of elsewhere)
    found.push({
      ...rule,
      message: phrase`namespace of the ${child.kind} is ${named(namespaceOf(child))}, but the Argo CD of ${named(applicationName(application))} reads those in ${named(own)} only`,
      at: child.spotOf(['metadata', 'namespace']),
      help: phrase`write ${named(own)}; the namespace of the database is spec.destination.namespace`,
    })
  return found
}

/** A kustomization may give it a namespace. */
function isKustomized({ file }: Manifest, { tree }: Surroundings, folders: Map<string, boolean>): boolean {
  const all = tree.wide?.() ?? tree
  const folder = posix.dirname(file.path)
  const known = folders.get(folder) ?? kustomizations.some((name) => all.read(folder === '.' ? name : `${folder}/${name}`) !== undefined)
  folders.set(folder, known)
  return known
}
