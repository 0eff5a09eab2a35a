// Do the elements of a set change only because of its selector?
import type { Json, JsonMap, Path } from '../../../values/value.ts'
import { canonical } from '../../../applicationset/reconcile.ts'
import { isJsonMap } from '../../../values/value.ts'
import { at } from '../../../deployed/manifest-parts.ts'

/** The first selector below the generators that is new, or another one; undefined where other parts of them differ, too. */
export function changedSelector(before: JsonMap, after: JsonMap): Path | undefined {
  const found: Path[] = []
  const bare = (node: Json | undefined, path: Path): Json => {
    if (Array.isArray(node)) return node.map((item, index) => bare(item, [...path, index]))
    if (!isJsonMap(node)) return node ?? null
    const isGenerator = typeof path.at(-1) === 'number' && path.at(-2) === 'generators'
    if (
      isGenerator &&
      at(node, 'selector') !== undefined &&
      canonical(at(before, ...path, 'selector') ?? null) !== canonical(at(node, 'selector') ?? null)
    )
      found.push([...path, 'selector'])
    return Object.fromEntries(
      Object.entries(node).flatMap(([key, value]) => (isGenerator && key === 'selector' ? [] : [[key, bare(value, [...path, key])]])),
    )
  }
  const generators: Path = ['spec', 'generators']
  const [was, is] = [before, after].map((plain) => canonical(bare(at(plain, ...generators), generators)))
  return was === is ? found[0] : undefined
}
