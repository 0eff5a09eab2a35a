// Would the operator accept the Cluster of a hand-written Application, and would a client-side apply accept its set?
import { named, phrase } from '../../../findings/message.ts'
import { isDns1035Label } from '../../../kubernetes/dns-name.ts'
import type { JsonMap, Path } from '../../../values/value.ts'
import { identityOf } from '../../../deployed/values/application-values.ts'
import type { ManifestRule } from '../manifest-rule.ts'
import { elementOf } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { at, isDatabase, releasePath } from '../../../deployed/manifest-parts.ts'
import { isReleaseName } from '../../../kubernetes/names.ts'
import { annotationLimit } from '../settings.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'

const longest = 50

export const nameRules: readonly ManifestRule[] = [
  {
    id: 'argocd/cluster-name',
    severity: 'error',
    upstream: 'cluster_webhook.go validateName; the chart makes <release>-cluster of a release without it',
    summary: 'the Cluster of an Application has a name that the operator accepts',
    *check(manifest) {
      const { applications, settings } = manifest
      const wrong = (applications ?? []).flatMap((application) => {
        const { cluster, release } = identityOf(application, manifest)
        // a release that Helm refuses is reported as such
        if (cluster === undefined || cluster.includes(unknownText) || !isReleaseName(release) || !isDatabase(application, settings))
          return []
        return cluster.length > longest || !isDns1035Label(cluster) ? [{ application, cluster, release }] : []
      })
      const isAll = wrong.length === applications?.length
      for (const { application, cluster, release } of isAll ? wrong.slice(0, 1) : wrong) {
        const shown = cluster.length > 24 ? `${cluster.slice(0, 23)}…` : cluster
        const must =
          cluster.length > longest
            ? `(${cluster.length} characters), but must have at most ${longest}`
            : 'but must begin with a letter and hold a-z, 0-9 and -'
        const isSuffixed = cluster.startsWith(`${release}-`)
        yield {
          message: phrase`Cluster is named ${named(shown)}${cluster.length > longest ? ' ' : ', '}${must}`,
          places: [{ path: (isAll ? undefined : elementPath(manifest, application)) ?? releasePath(manifest) }],
          help: isSuffixed
            ? phrase`the chart appends \`-cluster\`: set fullnameOverride in the values`
            : phrase`set another releaseName, or fullnameOverride in the values`,
        }
      }
    },
  },
  {
    id: 'argocd/set-size',
    severity: 'warning',
    summary: 'a set is small enough for a client-side apply',
    *check({ kind, plain }) {
      const size = JSON.stringify(plain).length
      if (kind !== 'ApplicationSet' || size < annotationLimit * 0.8) return
      yield {
        message: phrase`set is ${named(size)} bytes long, but a client-side apply takes ${named(annotationLimit)}`,
        places: [{ path: ['spec', 'generators'], on: 'key' }],
        help: phrase`set ServerSideApply=true in the Application that deploys apps/, or split the set`,
      }
    },
  },
]

/** Where the element that an Application comes from names its service. */
function elementPath(manifest: Manifest, application: JsonMap): Path | undefined {
  const element = elementOf(manifest, application)
  if (element === undefined) return undefined
  const service = at(element.plain, 'service')
  return service === undefined ? element.path : [...element.path, 'service']
}
