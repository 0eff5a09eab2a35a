// Which single word was meant by a misspelt key?
import { printed } from '../values/printed.ts'
import type { MapValue, Path } from '../values/value.ts'
import { valueAt } from '../values/value.ts'
import type { Draft, Edit } from './edit.ts'
import { nodeAt } from './edit.ts'

/** Renames the key at an offset, if exactly one word is near and that word is not yet a key of the same map. */
export function renameKey(draft: Draft, offset: number, words: readonly string[]): Edit | undefined {
  const node = nodeAt(draft.root, offset, 'key')
  const key = node?.origin.key
  if (node === undefined || key === undefined || key === null) return undefined
  const name = printed(node.origin.path.at(-1))
  const raw = draft.file.text.slice(key.start, key.end)
  if (raw.replaceAll(/^["']|["']$/g, '') !== name) return undefined
  const [only, ...others] = words
  if (only === undefined || others.length > 0 || !/^\w+$/.test(only)) return undefined
  const parent: Path = node.origin.path.slice(0, -1)
  const holder = valueAt(draft.root, parent)
  if (holder?.kind !== 'map' || isUsed(holder, only)) return undefined
  return {
    start: key.start,
    end: key.end,
    text: raw.replace(name, only),
    touches: [node.origin.path, [...parent, only]],
    what: `\`${name}\` is now \`${only}\``,
  }
}

function isUsed(map: MapValue, key: string): boolean {
  return map.entries.has(key)
}
