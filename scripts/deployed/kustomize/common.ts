// What does a kustomization give to all of its objects: namespace, names, labels, annotations?
import type { MapValue, Value } from '../../values/value.ts'
import { valueAt } from '../../values/value.ts'
import { objectOf, toText } from './patches.ts'
import { idOf } from './targets.ts'
import type { Made } from './targets.ts'

/** With the namespace, the names, the labels and the annotations that a kustomization gives to all. What refers to a Cluster by name is left as it is. */
export function withCommon(object: Made, root: MapValue): Made {
  let { value } = object
  const earlier = [...object.earlier]
  const set = (path: readonly string[], node: Value | undefined): void => {
    if (node !== undefined && node.kind !== 'null') value = withMember(value, path, node)
  }
  const rename = (field: string, node: Value | undefined): void => {
    if (toText(node) === '') return
    earlier.push(idOf(objectOf(value)))
    set(['metadata', field], node)
  }
  rename('namespace', root.entries.get('namespace'))
  for (const [key, isBefore] of [
    ['namePrefix', true],
    ['nameSuffix', false],
  ] as const) {
    const [name, node] = [valueAt(value, ['metadata', 'name']), root.entries.get(key)]
    const [text, more] = [toText(name), toText(node)]
    // a part of the name is written there, too
    if (name?.kind === 'scalar' && more !== '' && node !== undefined)
      rename('name', { ...name, overrides: [...name.overrides, node], value: isBefore ? more + text : text + more })
  }
  const labels = root.entries.get('labels')
  const pairs = labels?.kind === 'list' ? labels.items.map((item) => valueAt(item, ['pairs'])) : []
  for (const [field, all] of [
    ['labels', [root.entries.get('commonLabels'), ...pairs]],
    ['annotations', [root.entries.get('commonAnnotations')]],
  ] as const)
    for (const one of all) if (one?.kind === 'map') for (const [key, node] of one.entries) set(['metadata', field, key], node)
  return { ...objectOf(value), earlier }
}

/** A map with another node at a path; maps on the way are made where there are none. */
function withMember(root: MapValue, [step, ...rest]: readonly string[], node: Value): MapValue {
  if (step === undefined) return root
  const { kind, origin, overrides } = root
  const inner = root.entries.get(step)
  const holder: MapValue = inner?.kind === 'map' ? inner : { kind: 'map', origin: node.origin, overrides: [], entries: new Map() }
  const next = rest.length === 0 ? node : withMember(holder, rest, node)
  return { kind, origin, overrides, entries: new Map([...root.entries, [step, next]]) }
}
