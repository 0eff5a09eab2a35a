// Could a Namespace manifest take the databases in it along?
import { splitOptions } from '../../applicationset/sync-options.ts'
import type { DeployedObject, ManifestFile } from '../../deployed/manifests.ts'
import { at, holds } from '../../deployed/manifest-parts.ts'
import { unknownText } from '../../deployed/unknown-text.ts'
import { named, phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { printed } from '../../values/printed.ts'
import { hasName, idOf } from './deployments.ts'
import type { Deployment } from './deployments.ts'

const options = 'argocd.argoproj.io/sync-options'

interface Held {
  readonly object: DeployedObject
  readonly name: string
}

/** Namespaces that templates of ours make, in the cluster that Argo CD runs in; the options of one may keep it. */
function namespacesIn(files: readonly ManifestFile[]): Held[] {
  return files.flatMap(({ objects, isLoose }) =>
    objects.flatMap((object) => {
      const name = printed(at(object.plain, 'metadata', 'name') ?? '')
      return isLoose === true || object.kind !== 'Namespace' || name === '' || name.includes(unknownText) ? [] : [{ object, name }]
    }),
  )
}

const isKept = ({ object }: Held): boolean =>
  holds(new Set(splitOptions(printed(at(object.plain, 'metadata', 'annotations', options) ?? ''))), 'Prune')

function databasesIn(name: string, deployments: readonly Deployment[]): Deployment[] {
  return deployments.filter(
    (one) => one.namespace === name && one.destination === 'in-cluster' && one.cluster !== undefined && hasName(one),
  )
}

const more = (others: readonly unknown[]): string => (others.length === 0 ? '' : ` (and ${others.length} more)`)

/** `argocd/namespace-is-kept`: at the Namespace that a pruning parent may delete, with what is in it. */
export function prunableNamespaces(files: readonly ManifestFile[], deployments: readonly Deployment[]): LocatedFinding[] {
  return namespacesIn(files).flatMap((held): LocatedFinding[] => {
    const [first, ...others] = databasesIn(held.name, deployments)
    if (first === undefined || isKept(held)) return []
    return [
      {
        rule: 'argocd/namespace-is-kept',
        severity: 'warning',
        message: phrase`Namespace ${named(held.name)} may be pruned, but it would take ${named(idOf(first))}${more(others)} along, guards on the Cluster or not`,
        at: held.object.spotOf(['metadata', 'name']),
        related: [{ ...first.spotOf('namespace'), message: phrase`${named(idOf(first))} is deployed there` }],
        help: phrase`annotate the Namespace with ${options}: Prune=false,Delete=false`,
      },
    ]
  })
}

interface Side {
  readonly files: readonly ManifestFile[]
  readonly deployments: readonly Deployment[]
}

/** `changes/namespace-manifest-stays`: at the base's Namespace that is gone, while databases are in it. */
export function lostNamespaces(before: Side, now: Side): LocatedFinding[] {
  const present = new Set(namespacesIn(now.files).map(({ name }) => name))
  const isHidden = ({ object, name }: Held): boolean =>
    now.files.some(({ file, isUnread }) => isUnread && (file.path === object.spotOf([]).file.path || file.text.includes(name)))
  return namespacesIn(before.files).flatMap((held): LocatedFinding[] => {
    const [first, ...others] = databasesIn(held.name, before.deployments)
    if (first === undefined || present.has(held.name) || isKept(held) || isHidden(held)) return []
    return [
      {
        rule: 'changes/namespace-manifest-stays',
        severity: 'error',
        message: phrase`Namespace ${named(held.name)} is removed, but a pruning parent then deletes it with ${named(idOf(first))}${more(others)} inside`,
        at: held.object.spotOf(['metadata', 'name']),
        help: phrase`bring it back; to let go of it, first annotate it with ${options}: Prune=false,Delete=false, and remove it in a later change`,
      },
    ]
  })
}
