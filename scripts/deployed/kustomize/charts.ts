// Which charts does a kustomization inflate, and what does it do to what they make?
import { posix } from 'node:path'
import { operatorKinds } from '../../operator/objects.ts'
import { spotOf } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import type { MapValue, SourceFile, Value } from '../../values/value.ts'
import { isMap, valueAt } from '../../values/value.ts'
import { toText } from './patches.ts'

/** An entry of `helmCharts`. */
export interface InflatedChart {
  /** folder of its kustomization, with a slash at the end */
  readonly at: string
  readonly entry: MapValue
  /** the folder where charts are that are not pulled, as the tree names it */
  readonly home: string
  /** what a kustomization gives to all objects; the outermost wins */
  readonly namespace?: Value
  /** what may change the objects that it makes, and where that is */
  readonly changed?: { readonly why: string; readonly at: Spot }
}

/** Keys that may change any object. */
const changing = [
  ['namePrefix', 'nameSuffix', 'commonAnnotations', 'components'],
  ['replacements', 'vars', 'transformers', 'configurations', 'openapi'],
].flat()
const patching = ['patches', 'patchesStrategicMerge', 'patchesJson6902']

interface Level {
  readonly at: string
  readonly file: SourceFile
  readonly root: MapValue
}

/** Collects the charts of one build, with what is around each of them. */
export class ChartCollector {
  readonly found: InflatedChart[] = []
  private readonly levels: Level[] = []
  private readonly textOf: (path: string) => string

  constructor(textOf: (path: string) => string) {
    this.textOf = textOf
  }

  get depth(): number {
    return this.levels.length
  }

  leaveTo(depth: number): void {
    this.levels.length = depth
  }

  enter(level: Level): void {
    this.levels.push(level)
    const { at, root } = level
    const list = root.entries.get('helmCharts')
    const entries = list?.kind === 'list' ? list.items.filter(isMap) : []
    if (entries.length === 0) return
    const home = toText(valueAt(root, ['helmGlobals', 'chartHome'])) || 'charts'
    const namespace = this.levels.map((one) => one.root.entries.get('namespace')).find((node) => toText(node) !== '')
    const changed = this.levels.flatMap((one) => this.changeOf(one) ?? [])[0]
    for (const entry of entries)
      this.found.push({ at, entry, home: posix.join('/', at, home).slice(1), ...(namespace && { namespace }), ...(changed && { changed }) })
  }

  private changeOf({ at, file, root }: Level): InflatedChart['changed'] {
    const isPatch = (item: Value): boolean => mayPatch(item, (path) => this.textOf(posix.join('/', at, path).slice(1)))
    const key = [...root.entries.keys()].find((one) => {
      const node = root.entries.get(one)
      if (patching.includes(one)) return node?.kind === 'list' && node.items.some(isPatch)
      return changing.includes(one) && node?.kind !== 'null'
    })
    const node = key === undefined ? undefined : root.entries.get(key)
    const spot = node === undefined ? undefined : spotOf(node, 'key')
    return key === undefined || spot === undefined ? undefined : { why: `${key} in ${file.path}`, at: spot }
  }
}

const isOurs = (kind: string): boolean => operatorKinds.some((one) => one === kind) || kind === 'ObjectStore'

/** Whether a patch may be for an object of CloudNativePG: by the kind of its target, else by its own. */
function mayPatch(item: Value, textOf: (path: string) => string): boolean {
  const target = valueAt(item, ['target'])
  const kind = toText(valueAt(item, ['target', 'kind']))
  // a target is an expression, and one without a kind selects any
  if (target !== undefined && target.kind !== 'null') return !/^\w+$/.test(kind) || isOurs(kind)
  const inline = toText(item.kind === 'scalar' ? item : valueAt(item, ['patch']))
  const path = item.kind === 'scalar' && !inline.includes('\n') ? inline : toText(valueAt(item, ['path']))
  const kinds = [...(path === '' ? inline : textOf(path)).matchAll(/["']?\bkind["']?[ \t]*:[ \t]*["']?(\w+)/g)].map(([, one = '']) => one)
  return kinds.length === 0 || kinds.some(isOurs)
}
