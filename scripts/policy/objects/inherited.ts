// Do labels and annotations that are meant for the pods of a Cluster reach them?
import { named, phrase } from '../../findings/message.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { objectsOf, officialChart, plainAt, typed } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** Marks that others look for on pods only. */
const ofPods =
  /^(?:prometheus\.io\/.+|(?:traffic\.)?sidecar\.istio\.io\/.+|proxy\.istio\.io\/config|(?:config\.(?:alpha\.)?)?linkerd\.io\/.+|(?:(?:pre|post)\.hook\.)?backup\.velero\.io\/.+|cluster-autoscaler\.kubernetes\.io\/safe-to-evict|karpenter\.sh\/do-not-disrupt|co\.elastic\.logs\/.+|ad\.datadoghq\.com\/.+|vault\.hashicorp\.com\/agent-.+|k8s\.v1\.cni\.cncf\.io\/networks|azure\.workload\.identity\/use)$/
/** And on ServiceAccounts only. */
const ofServiceAccounts = /^(?:eks\.amazonaws\.com\/.+|iam\.gke\.io\/gcp-service-account|azure\.workload\.identity\/(?:client|tenant)-id)$/

const account: Path = ['spec', 'serviceAccountTemplate', 'metadata']

export const inherited: readonly ObjectRule[] = [
  {
    // labels_annotations.md of CloudNativePG 1.27 to 1.30: "By default, no label or annotation defined in the cluster's metadata is inherited by
    // the associated resources" (cnpg#6164, #6458, #7162, #756, charts#235)
    id: 'policy/mark-reaches-pods',
    severity: 'warning',
    configurable: true,
    upstream: 'InheritAnnotations, InheritLabels',
    summary: 'labels and annotations that are read on pods or on their ServiceAccount are not those of the Cluster alone',
    reads: [
      ['cluster', 'annotations'],
      ['cluster', 'additionalLabels'],
    ],
    *check(subject) {
      if (subject.inheritsNone !== true) return
      for (const cluster of objectsOf(subject, 'Cluster'))
        for (const field of ['annotations', 'labels']) {
          const marks = plainAt(cluster.plain, 'metadata', field)
          for (const key of isJsonMap(marks) ? Object.keys(marks) : []) {
            const isOfAccount = ofServiceAccounts.test(key)
            const place: Path = isOfAccount ? account : ['spec', 'inheritedMetadata']
            const isThere = plainAt(cluster.plain, ...place, field, key) !== undefined
            if (isThere || !(isOfAccount || ofPods.test(key))) continue
            const target = [...place, field].join('.')
            yield {
              object: cluster,
              message: phrase`${named(key)} is read on ${isOfAccount ? 'ServiceAccounts' : 'pods'}, but the operator hands on nothing of the Cluster itself: it has no effect`,
              places: [{ path: ['metadata', field, key], on: 'key' }],
              help: isOfAccount
                ? phrase`write it in ${typed(subject, `cluster.serviceAccountTemplate.metadata.${field}`, target)}`
                : officialChart(subject) === undefined
                  ? phrase`write it in spec.inheritedMetadata.${field}, or name it in INHERITED_${field.toUpperCase()} of the operator`
                  : phrase`name it in INHERITED_${field.toUpperCase()} in config.data of the operator's chart`,
            }
          }
        }
    },
  },
]
