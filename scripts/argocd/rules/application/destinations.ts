// Do the cluster and the namespace of a destination lead anywhere?
import { named, phrase } from '../../../findings/message.ts'
import { isUnset, sourcesIn } from '../../../applicationset/sources.ts'
import { foldersOf } from '../../../deployed/folders/applied-files.ts'
import { folderOf } from '../../../deployed/folders/folders.ts'
import { at } from '../../../deployed/manifest-parts.ts'
import { mayBeTransformed } from '../../../deployed/kustomize/transformed.ts'
import type { Path } from '../../../values/value.ts'
import type { ManifestRule } from '../manifest-rule.ts'
import { isOverridden } from './source-types.ts'

const ownAddress = 'https://kubernetes.default.svc'
/** `KubernetesInternalAPIServerAddr` is the address of what Argo CD calls `in-cluster`. */
const ownName = 'in-cluster'

export const destinationRules: readonly ManifestRule[] = [
  {
    // `GetDestinationCluster` looks for the address of a cluster that is registered; one without a host has none
    id: 'argocd/destination-cluster',
    severity: 'error',
    upstream: 'GetDestinationCluster',
    summary: 'the server of a destination is an address, not a name',
    *check({ plain, base, file, tree }) {
      const path: Path = [...base, 'spec', 'destination']
      const [server, name] = ['server', 'name'].map((key) => at(plain, ...path, key))
      // a name may be an address: that of a cluster that is registered without one
      if (server === ownName && isUnset(name) && !mayBeTransformed(file, tree))
        yield {
          message: phrase`server is ${ownName}, but that is a name, and Argo CD knows no cluster of such an address`,
          places: [{ path: [...path, 'server'] }],
          help: phrase`write \`name: ${ownName}\`, or \`server: ${ownAddress}\``,
        }
    },
  },
  {
    // `CompareAppState`: "Namespace for … is missing.", and nothing of the Application is synced
    id: 'argocd/destination-namespace-set',
    severity: 'error',
    upstream: 'CompareAppState',
    summary: 'a Cluster that names no namespace gets one from the destination of its Application',
    *check(manifest) {
      const { applications, base, file, tree } = manifest
      for (const application of applications ?? []) {
        if (!isUnset(at(application, 'spec', 'destination', 'namespace'))) continue
        if (foldersOf(application, manifest).some(({ folder }) => isOverridden(folder, { tree, applications: [application] }))) continue
        const cluster = sourcesIn(at(application, 'spec'))
          .flatMap((source) => {
            // what a kustomization is given is the namespace of all it builds
            if (!isUnset(at(source, 'kustomize', 'namespace'))) return []
            const folder = folderOf(source, manifest)
            return folder.kind === 'manifests' ? folder.clusters : []
          })
          .find(({ namespace }) => namespace === undefined || namespace === '')
        if (cluster === undefined) continue
        if (mayBeTransformed(file, tree)) return
        yield {
          message: phrase`destination has no namespace, and neither has Cluster ${named(cluster.name)}: Argo CD does not sync it`,
          places: [{ path: [...base, 'spec', 'destination'], on: 'key' }],
          help: phrase`add \`namespace:\` here, or metadata.namespace to the Cluster`,
        }
        return
      }
    },
  },
]
