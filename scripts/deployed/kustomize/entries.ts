// What do the keys of a kustomization hold, and where?
import { spotOf } from '../../findings/spot.ts'
import type { Spot } from '../../findings/spot.ts'
import { printed } from '../../values/printed.ts'
import type { MapValue } from '../../values/value.ts'
import { toText } from './patches.ts'

/** The texts of a list. */
export function textsAt(root: MapValue, key: string): string[] {
  const list = root.entries.get(key)
  return list?.kind === 'list' ? list.items.flatMap((item) => (item.kind === 'scalar' ? [printed(item.value)] : [])) : []
}

/** Where an entry of a list is. */
export function spotOfEntry(root: MapValue, key: string, entry: string): Spot | undefined {
  const list = root.entries.get(key)
  const item = list?.kind === 'list' ? list.items.find((one) => toText(one) === entry) : undefined
  return item === undefined ? undefined : spotOf(item)
}

/** Where the first of some keys is, or that of the whole. */
export function spotOfKey(root: MapValue, keys: readonly string[]): Spot | undefined {
  const node = keys.flatMap((key) => root.entries.get(key) ?? [])[0] ?? [...root.entries.values()][0]
  return node === undefined ? undefined : spotOf(node, 'key')
}

/** Lists are added to, maps take further members, and texts are replaced. */
export function withEdits(root: MapValue, edits: MapValue): MapValue {
  const entries = new Map(root.entries)
  for (const [key, node] of edits.entries) {
    const before = entries.get(key)
    if (node.kind === 'list' && before?.kind === 'list') entries.set(key, { ...before, items: [...before.items, ...node.items] })
    else if (node.kind === 'map' && before?.kind === 'map')
      entries.set(key, { ...before, entries: new Map([...before.entries, ...node.entries]) })
    else entries.set(key, node)
  }
  return { ...root, entries }
}
