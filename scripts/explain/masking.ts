// How is a value shown without ever showing a secret?
import type { Json, Path, RenderedObject, Value } from '../model.ts'
import { formatPath } from '../values/path.ts'
import { isSecretPath, literalsMask, mask, maskInJson, secretLiterals } from '../report/secret.ts'
import { toPlain } from '../values/value.ts'

/** Shows values as JSON without secrets; `secrets` are the literal texts that must not appear anywhere. */
export interface Masking {
  /** `path`: where the value stands in the values or in an object; `object`: a Secret hides all of its data */
  plain(value: Value, path: Path, object?: RenderedObject): Json
}

/** Hides what stands at secret-looking keys, in Secrets, and the same texts where the chart copied them. `trees`: all layers. */
export function maskingOf(trees: readonly Value[]): Masking {
  const found = trees.flatMap((tree) => [...secretLiterals(tree)])
  const places = new Set(found.flatMap(({ path, node }) => [formatPath(path), formatPath(node.origin.path)]))
  const clean = literalsMask(trees)
  return {
    plain: (value, path, object) => {
      const { path: from } = value.origin
      const isSecretData = object?.kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')
      const isHidden = isSecretData || isSecretPath(from) || isSecretPath(path) || places.has(formatPath(from))
      if (value.kind === 'scalar' && typeof value.value !== 'boolean' && value.value !== '' && isHidden) return mask
      return clean(isSecretData ? allHidden(toPlain(value)) : maskInJson(toPlain(value), path))
    },
  }
}

function allHidden(plain: Json): Json {
  if (plain === null || plain === '') return plain
  if (typeof plain !== 'object') return mask
  if (Array.isArray(plain)) return plain.map(allHidden)
  return Object.fromEntries(Object.entries(plain).map(([key, entry]) => [key, allHidden(entry)]))
}
