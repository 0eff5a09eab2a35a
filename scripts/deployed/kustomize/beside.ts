// Which Secrets and ConfigMaps does a kustomization take as they are, and where do they land?
import type { RenderedObject } from '../../model.ts'
import { printed } from '../../values/printed.ts'
import type { MapValue } from '../../values/value.ts'
import { isMap } from '../../values/value.ts'

/** Keys that may change names, or teach kustomize where they are asked for. */
const renaming = ['replacements', 'vars', 'transformers', 'configurations', 'openapi', 'crds', 'namePrefix', 'nameSuffix']
/** Keys that may change Secrets and the like in another way. */
const touching = [
  ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'generators', 'components', 'commonAnnotations'],
  ['helmCharts', 'helmChartInflationGenerator'],
].flat()
const relabelling = ['labels', 'commonLabels']

/** Collects what the kustomizations on the way make besides the objects of the operator, as far as that is known: one for each build. */
export class BesideCollector {
  private readonly holders: RenderedObject[] = []
  private readonly namespaces = new Set<string>()
  private isTouched = false
  private isRelabelled = false

  kustomization(root: MapValue): void {
    this.isTouched ||= [...renaming, ...touching].some((key) => root.entries.has(key))
    this.isRelabelled ||= relabelling.some((key) => root.entries.has(key))
    const namespace = root.entries.get('namespace')
    if (namespace?.kind === 'scalar') this.namespaces.add(printed(namespace.value))
  }

  holder(object: RenderedObject): void {
    this.holders.push(object)
  }

  has({ kind, name }: Pick<RenderedObject, 'kind' | 'name'>): boolean {
    return this.holders.some((one) => one.kind === kind && one.name === name)
  }

  /** Nothing of what a kustomization may change, or takes to several namespaces. */
  result(): readonly RenderedObject[] {
    const [namespace, ...others] = this.namespaces
    if (this.isTouched || others.length > 0) return []
    const kept = this.isRelabelled ? this.holders.filter(({ kind }) => !kind.endsWith('NetworkPolicy')) : this.holders
    return namespace === undefined ? kept : kept.map((holder) => movedTo(namespace, holder))
  }
}

function movedTo(namespace: string, holder: RenderedObject): RenderedObject {
  const metadata = isMap(holder.value) ? holder.plain['metadata'] : undefined
  return typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)
    ? holder
    : { ...holder, plain: { ...holder.plain, metadata: { ...metadata, namespace } } }
}
