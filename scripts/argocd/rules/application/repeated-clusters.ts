// Which Cluster does one hand-written Application make twice?
import { named, phrase } from '../../../findings/message.ts'
import { isSameSpot } from '../../../findings/spot.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import { grouped } from '../../../values/append.ts'
import { applicationsMadeBy } from '../../../deployed/manifest-parts.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import { clusterKey, hasName } from './deployments.ts'
import type { Deployment } from './deployments.ts'

/**
 * `argocd/cluster-once`: one Cluster of two sources, or of two manifests of a folder. Argo CD keeps the last
 * (`NormalizeTargetObjects`), which may be meant ("take precedence" in its page on multiple sources), with a RepeatedResourceWarning.
 */
export function repeatedClusters(deployments: readonly Deployment[]): LocatedFinding[] {
  const written = deployments.filter((one) => one.manifest !== undefined && hasName(one) && clusterKey(one) !== undefined)
  return [...grouped(written, ({ manifest, key }) => `${manifest?.file.path ?? ''}\0${key}`).values()]
    .filter((all) => all.length > 1 && !isMadeTwice(all))
    .flatMap(repeatedIn)
}

/** Elements that make one Application twice are reported as such. */
function isMadeTwice([one]: readonly Deployment[]): boolean {
  const { manifest, application } = one ?? {}
  return manifest !== undefined && applicationsMadeBy(manifest).filter((made) => applicationName(made) === application).length > 1
}

function repeatedIn(all: readonly Deployment[]): LocatedFinding[] {
  const first = new Map<string, Deployment>()
  return all.flatMap((one): LocatedFinding[] => {
    const key = clusterKey(one) ?? ''
    const before = first.get(key)
    if (before === undefined) first.set(key, one)
    if (before === undefined || before.manifest !== one.manifest) return []
    const [at, other] = [one.spotOf('cluster'), before.spotOf('cluster')]
    return [
      {
        rule: 'argocd/cluster-once',
        severity: 'warning',
        message: phrase`Application ${named(one.application)} makes the Cluster ${named(one.cluster ?? '')} a second time, but only the last of the two is applied`,
        at,
        related: isSameSpot(at, other) ? [] : [{ ...other, message: phrase`it is made here, too` }],
        help: phrase`remove one of the two, or give it another name or namespace`,
      },
    ]
  })
}
