// May pods of a Cluster or a Pooler hold containers that the operator does not make itself?
import { barmanPlugin } from '../../chart/model/plugins.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { listAt, plainAt, textAt } from '../subject.ts'

/** What Istio and Linkerd listen at in each pod of a namespace that is marked for them. */
export const ofMeshes = /^(?:150\d\d|41[49]\d)$/

/** Whether another container is put into the pods by a mark: `linkerd.io/inject`, `sidecar.istio.io/inject`, `vault.hashicorp.com/agent-inject`. */
function isInjected(plain: JsonMap): boolean {
  const holders: readonly Path[] = [['metadata'], ['spec', 'inheritedMetadata'], ['spec', 'template', 'metadata']]
  return holders.some((holder) =>
    ['annotations', 'labels'].some((field) => {
      const marks = plainAt(plain, ...holder, field)
      return isJsonMap(marks) && Object.keys(marks).some((key) => /inject/.test(key))
    }),
  )
}

/** Whether other containers, or others' plugins, may listen in the pods. */
export function mayHoldOthers(plain: JsonMap): boolean {
  const isOther = listAt(plain, 'spec', 'template', 'spec', 'containers').some(
    (container) => textAt(container, 'name') !== 'pgbouncer' || listAt(container, 'ports').length > 0,
  )
  return (
    isOther ||
    listAt(plain, 'spec', 'template', 'spec', 'initContainers').length > 0 ||
    // the sidecar of this one listens at a socket
    listAt(plain, 'spec', 'plugins').some((plugin) => textAt(plugin, 'name') !== barmanPlugin) ||
    plainAt(plain, 'metadata', 'annotations', 'cnpg.io/podPatch') !== undefined ||
    isInjected(plain)
  )
}
