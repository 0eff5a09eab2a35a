// Could a Namespace manifest take the databases in it along?
import { splitOptions } from '../../applicationset/sync-options.ts'
import { sourcesOf } from '../../applicationset/sources.ts'
import { destinationOf } from '../../deployed/values/application-values.ts'
import { objectsWith } from '../../deployed/folders/folder-objects.ts'
import type { Manifest, ManifestFile } from '../../deployed/manifests.ts'
import { applicationsMadeBy, at, holds } from '../../deployed/manifest-parts.ts'
import { unknownText } from '../../deployed/sets/unknown-text.ts'
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import type { JsonMap } from '../../values/value.ts'
import { printed } from '../../values/printed.ts'
import { hasName, idOf } from './application/deployments.ts'
import type { Deployment } from './application/deployments.ts'

const options = 'argocd.argoproj.io/sync-options'

interface Held {
  readonly plain: JsonMap
  readonly name: string
  readonly at: Spot
}

/** Namespaces that templates of ours make, in the cluster that Argo CD runs in; the options of one may keep it. */
function namespacesIn(files: readonly ManifestFile[]): Held[] {
  return files.flatMap(({ objects, isLoose }) =>
    objects.flatMap((object) => {
      const name = printed(at(object.plain, 'metadata', 'name') ?? '')
      if (isLoose === true || object.kind !== 'Namespace' || name === '' || name.includes(unknownText)) return []
      return [{ plain: object.plain, name, at: object.spotOf(['metadata', 'name']) }]
    }),
  )
}

/** Namespaces in folders of plain manifests that an Application prunes. */
function namespacesInFolders(manifests: readonly Manifest[]): Held[] {
  return manifests.flatMap((manifest) =>
    applicationsMadeBy(manifest).flatMap((application) => {
      const spec = at(application, 'spec')
      if (!isJsonMap(spec) || at(spec, 'syncPolicy', 'automated', 'prune') !== true) return []
      if (destinationOf(at(spec, 'destination', 'server'), at(spec, 'destination', 'name')) !== 'in-cluster') return []
      return sourcesOf(spec).sources.flatMap((source) => (isFolder(source) ? heldIn(source, manifest) : []))
    }),
  )
}

const isFolder = ({ path, chart, plugin }: JsonMap): boolean => typeof path === 'string' && chart === undefined && plugin === undefined

function heldIn(source: JsonMap, manifest: Manifest): Held[] {
  return objectsWith('Namespace', source, manifest).flatMap(({ kind, name, plain, value }) => {
    const node = valueAt(value, ['metadata', 'name'])
    const spot = node === undefined ? undefined : spotOf(node)
    return kind === 'Namespace' && spot !== undefined ? [{ plain, name, at: spot }] : []
  })
}

const isKept = ({ plain }: Held): boolean =>
  holds(new Set(splitOptions(printed(at(plain, 'metadata', 'annotations', options) ?? ''))), 'Prune')

function databasesIn(name: string, deployments: readonly Deployment[]): Deployment[] {
  return deployments.filter(
    (one) => one.namespace === name && one.destination === 'in-cluster' && one.cluster !== undefined && hasName(one),
  )
}

const more = (others: readonly unknown[]): string => (others.length === 0 ? '' : ` (and ${others.length} more)`)

interface Side {
  readonly files: readonly ManifestFile[]
  /** every Application and set, also those that deploy no database */
  readonly all: readonly Manifest[]
  readonly deployments: readonly Deployment[]
}

/** `argocd/namespace-is-kept`: at the Namespace that a pruning parent may delete, with what is in it. */
export function prunableNamespaces({ files, all, deployments }: Side): LocatedFinding[] {
  return [...namespacesIn(files), ...namespacesInFolders(all)].flatMap((held): LocatedFinding[] => {
    const [first, ...others] = databasesIn(held.name, deployments)
    if (first === undefined || isKept(held)) return []
    return [
      {
        rule: 'argocd/namespace-is-kept',
        severity: 'warning',
        message: phrase`Namespace ${named(held.name)} may be pruned, but it would take ${named(idOf(first))}${more(others)} along, guards on the Cluster or not`,
        at: held.at,
        related: [{ ...first.spotOf('namespace'), message: phrase`${named(idOf(first))} is deployed there` }],
        help: phrase`annotate the Namespace with ${options}: Prune=false,Delete=false`,
      },
    ]
  })
}

/** `changes/namespace-manifest-stays`: at the base's Namespace that is gone, while databases are in it. */
export function lostNamespaces(before: Side, now: Side): LocatedFinding[] {
  const present = new Set([...namespacesIn(now.files), ...namespacesInFolders(now.all)].map(({ name }) => name))
  const isHidden = ({ at: spot, name }: Held): boolean =>
    now.files.some(({ file, isUnread }) => isUnread && (file.path === spot.file.path || file.text.includes(name)))
  return [...namespacesIn(before.files), ...namespacesInFolders(before.all)].flatMap((held): LocatedFinding[] => {
    const [first, ...others] = databasesIn(held.name, before.deployments)
    if (first === undefined || present.has(held.name) || isKept(held) || isHidden(held)) return []
    return [
      {
        rule: 'changes/namespace-manifest-stays',
        severity: 'error',
        message: phrase`Namespace ${named(held.name)} is removed, but a pruning parent then deletes it with ${named(idOf(first))}${more(others)} inside`,
        at: held.at,
        help: phrase`bring it back; to let go of it, first annotate it with ${options}: Prune=false,Delete=false, and remove it in a later change`,
      },
    ]
  })
}
