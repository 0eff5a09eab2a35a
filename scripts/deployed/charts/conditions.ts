// Do the conditions of a chart's dependencies lead to values that switch them?
import { named, phrase, shown } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { misspelt } from '../../values/misspelt.ts'
import { prefixOf } from '../../repository/tree.ts'
import { printed } from '../../values/printed.ts'
import type { Path, Value } from '../../values/value.ts'
import { valueAt } from '../../values/value.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import { chartRoot, fileReader } from '../file-cache.ts'
import type { Manifest } from '../manifests.ts'
import type { ValueLayers } from '../values/value-layers.ts'
import { dependencyEntries } from './dependencies.ts'

interface Around {
  readonly manifest: Manifest
  /** whether other Applications deploy the chart, whose values may have the path */
  readonly isShared: () => boolean
}

/**
 * `processDependencyConditions` of Helm: a condition is a path in the values of the chart; one that leads nowhere, or to what is no
 * boolean, is passed over, and the dependency stays on.
 */
export function conditionFindings(
  folder: string,
  { layers, parameters, unknown }: Pick<ValueLayers, 'layers' | 'parameters' | 'unknown'>,
  { manifest: { tree }, isShared }: Around,
): LocatedFinding[] {
  if (unknown.length > 0) return []
  const file = fileReader(tree)(`${prefixOf(folder)}Chart.yaml`)
  const entries = file === undefined ? [] : dependencyEntries(chartRoot(file))
  if (!entries.some((item) => item.kind === 'map' && item.entries.has('condition'))) return []
  const roots = layers.flatMap(({ inline, file: own, layer }) => inline?.root ?? parseFirstDocument(own, layer).documents[0] ?? [])
  const highest = (path: Path): Value | undefined => roots.flatMap((root) => valueAtOf(root, path) ?? []).at(-1)
  return entries.flatMap((item): LocatedFinding[] => {
    const [condition, name, alias] = ['condition', 'name', 'alias'].map((key) => valueAtOf(item, [key]))
    const text = condition?.kind === 'scalar' ? printed(condition.value).trim() : ''
    // several are alternatives; tags switch it where the condition does not
    if (condition === undefined || text === '' || text.includes(',') || valueAtOf(item, ['tags']) !== undefined) return []
    if (parameters.some(({ name: set }) => `${text}.`.startsWith(`${set}.`))) return []
    const own = [alias, name].flatMap((node) => (node?.kind === 'scalar' ? [printed(node.value)] : []))
    const value = highest(text.split('.'))
    if (value === undefined) return isShared() ? [] : misspeltCondition(condition, { text, own, highest })
    return value.kind === 'scalar' && typeof value.value !== 'boolean' ? notBoolean(value, own[0] ?? '') : []
  })
}

interface Condition {
  readonly text: string
  /** the alias of the dependency, if it has one, and its name */
  readonly own: readonly string[]
  readonly highest: (path: Path) => Value | undefined
}

function misspeltCondition(condition: Value, { text, own, highest }: Condition): LocatedFinding[] {
  const steps = text.replace(/^\.?Values\.|^\./, '').split('.')
  const first = misspelt(steps[0] ?? '', own) ?? steps[0] ?? ''
  const meant = [first, ...steps.slice(1)]
  const [at, value] = [spotOf(condition), highest(meant)]
  if (meant.join('.') === text || at === undefined || value?.kind !== 'scalar' || typeof value.value !== 'boolean') return []
  const key = spotOf(value, 'key')
  return [
    {
      rule: 'argocd/condition-leads',
      severity: 'warning',
      message: phrase`condition is ${named(text)}, but no values have that, so that the dependency is always on`,
      at,
      ...(key && { related: [{ ...key, message: phrase`${named(meant.join('.'))} is set here` }] }),
      help: phrase`write ${named(meant.join('.'))}`,
    },
  ]
}

function notBoolean(value: Value & { readonly kind: 'scalar' }, name: string): LocatedFinding[] {
  const at = spotOf(value)
  const text = printed(value.value)
  // what is meant as on is on
  if (at === undefined || !/^(?:false|no|off|0|n|disabled?)$/i.test(text)) return []
  return [
    {
      rule: 'argocd/condition-leads',
      severity: 'warning',
      message: phrase`the condition of ${named(name)} is ${shown(value.value)}, but Helm takes only true and false, so that it stays on`,
      at,
      help: phrase`write false without quotes`,
    },
  ]
}

const valueAtOf = (node: Value | undefined, path: Path): Value | undefined => (node?.kind === 'map' ? valueAt(node, path) : undefined)
