// Which path was typed?
import type { Path, Value } from '../values/value.ts'
import { parseJson } from '../operator/go-json.ts'
import { formatPath } from '../values/path.ts'
import { valueAt } from '../values/value.ts'

const step = /^(?:\.?([A-Za-z_][^.[\]"]*)|\.?\[(\d+)\]|\.(\d+)|\.?\[("(?:[^"\\]|\\.)*"|'[^']*')\])/

/**
 * `cluster.roles[0].name`, `cluster.annotations["a/b"]` → steps; the inverse of formatPath, and `.0` is an index as well.
 * Undefined: not a path.
 */
export function parsePath(text: string): Path | undefined {
  const path: (string | number)[] = []
  let rest = text.startsWith('.') ? text.slice(1) : text
  while (rest !== '') {
    const match = step.exec(rest)
    if (match === null || (rest.startsWith('.') && path.length === 0)) return undefined
    const [whole, name, index, bare, quoted] = match
    if (name !== undefined) path.push(name)
    else if (quoted !== undefined) {
      const key = quoted.startsWith('"') ? parseJson(quoted) : quoted.slice(1, -1)
      if (typeof key !== 'string') return undefined
      path.push(key)
    } else path.push(Number(index ?? bare))
    rest = rest.slice(whole.length)
    if (rest !== '' && !/^[.[]/.test(rest)) return undefined
  }
  return path
}

/** A path into objects: `Cluster/spec.storage.size`, or `Pooler/orders-db-prd-pooler-rw/spec.instances` for one of several. */
export interface ObjectPath {
  readonly kind: string
  /** absent: every object of the kind */
  readonly name?: string
  readonly path: Path
}

/** Undefined: the text does not start with one of the kinds. `names` are the names of the objects. */
export function parseObjectPath(text: string, kinds: Iterable<string>, names: ReadonlySet<string>): ObjectPath | undefined {
  const [kind = '', second, ...others] = text.split('/')
  if (![...kinds].includes(kind) || second === undefined) return undefined
  const named = names.has(second)
  const path = parsePath(named ? others.join('/') : [second, ...others].join('/'))
  if (path === undefined) return undefined
  return { kind, path, ...(named ? { name: second } : {}) }
}

/** A path in which dots and brackets of a key were taken for steps (`annotations.argocd.argoproj.io/sync-options`), as the tree has it. */
export function joinSteps(root: Value, path: Path): Path {
  const joined: (string | number)[] = []
  let node: Value | undefined = root
  for (let index = 0; index < path.length; index++) {
    let step = path[index] as string | number
    if (node?.kind === 'map' && !node.entries.has(String(step))) {
      const keys = node.entries
      const end = path.findIndex((_, last) => last > index && keys.has(path.slice(index, last + 1).join('.')))
      if (end > 0) {
        step = path.slice(index, end + 1).join('.')
        index = end
      }
    }
    joined.push(step)
    node = node === undefined ? undefined : valueAt(node, [step])
  }
  return joined
}

/** Of an item behind the end of a list that it can't be set, nor become a field; undefined: the path has none. */
export function itemBeyond(root: Value, path: Path): string | undefined {
  for (const [depth, step] of path.entries()) {
    const list = typeof step === 'number' ? valueAt(root, path.slice(0, depth)) : undefined
    if (list?.kind !== 'list' || Number(step) < list.items.length) continue
    const { length } = list.items
    return `\`${formatPath(path.slice(0, depth))}\` has ${length} item${length === 1 ? '' : 's'}, but \`[${step}]\` would be number ${Number(step) + 1}`
  }
  return undefined
}
