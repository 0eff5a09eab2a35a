// Which Secrets and ConfigMaps does a kustomization make, and under which names?
import type { GeneratedName, RenderedObject } from '../model.ts'
import { printed } from '../values/printed.ts'
import type { MapValue, Value } from '../values/value.ts'
import { isMap, valueAt } from '../values/value.ts'

/** Keys that may change names, or teach kustomize where they are asked for. */
const renaming = ['replacements', 'vars', 'transformers', 'configurations', 'openapi', 'crds', 'namePrefix', 'nameSuffix']
/** Keys that may change Secrets and the like in another way. */
const touching = [
  ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'generators', 'components', 'commonAnnotations'],
  ['helmCharts', 'helmChartInflationGenerator'],
].flat()
const relabelling = ['labels', 'commonLabels']

/** What the kustomizations on the way make besides the objects of the operator, as far as that is known. */
export interface Beside {
  readonly holders: readonly RenderedObject[]
  readonly generatedNames: readonly GeneratedName[]
}

/** Collects it: one for each build. */
export class BesideCollector {
  private readonly holders: RenderedObject[] = []
  private readonly names: GeneratedName[] = []
  private readonly namespaces = new Set<string>()
  private isRenamed = false
  private isTouched = false
  private isRelabelled = false

  kustomization(root: MapValue): void {
    this.isRenamed ||= renaming.some((key) => root.entries.has(key))
    this.isTouched ||= touching.some((key) => root.entries.has(key))
    this.isRelabelled ||= relabelling.some((key) => root.entries.has(key))
    const namespace = root.entries.get('namespace')
    if (namespace?.kind === 'scalar') this.namespaces.add(printed(namespace.value))
    for (const [key, kind] of generators) {
      const list = root.entries.get(key)
      for (const entry of list?.kind === 'list' ? list.items : []) {
        const name = valueAt(entry, ['name'])
        if (name?.kind === 'scalar' && hasHash(entry, root))
          this.names.push({ kind, name: printed(name.value), file: name.origin.file.path })
      }
    }
  }

  holder(object: RenderedObject): void {
    this.holders.push(object)
  }

  /** Nothing of what a kustomization may change, or takes to several namespaces. */
  result(): Beside {
    const there = new Set(this.holders.map(({ kind, name }) => `${kind} ${name}`))
    const generatedNames = this.isRenamed ? [] : this.names.filter(({ kind, name }) => !there.has(`${kind} ${name}`))
    const [namespace, ...others] = this.namespaces
    if (this.isRenamed || this.isTouched || others.length > 0) return { holders: [], generatedNames }
    const kept = this.isRelabelled ? this.holders.filter(({ kind }) => !kind.endsWith('NetworkPolicy')) : this.holders
    return { holders: namespace === undefined ? kept : kept.map((holder) => movedTo(namespace, holder)), generatedNames }
  }
}

const generators = [
  ['configMapGenerator', 'ConfigMap'],
  ['secretGenerator', 'Secret'],
] as const

/** Kustomize appends a hash of the content, unless it is told not to: for all, or for one. */
function hasHash(entry: Value, root: MapValue): boolean {
  return ![valueAt(entry, ['options', 'disableNameSuffixHash']), valueAt(root, ['generatorOptions', 'disableNameSuffixHash'])].some(
    (switched) => switched?.kind === 'scalar' && printed(switched.value) === 'true',
  )
}

function movedTo(namespace: string, holder: RenderedObject): RenderedObject {
  const metadata = isMap(holder.value) ? holder.plain['metadata'] : undefined
  return typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)
    ? holder
    : { ...holder, plain: { ...holder.plain, metadata: { ...metadata, namespace } } }
}
