// Which path was typed?
import type { Path } from '../model.ts'

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
    else if (quoted !== undefined) path.push(quoted.startsWith('"') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1))
    else path.push(Number(index ?? bare))
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
