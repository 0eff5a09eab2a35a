// How is a value shown without ever showing a secret?
import type { Json, Path, Value } from '../values/value.ts'
import type { RenderedObject } from '../model.ts'
import { isSecretPath, isSecretTextPath, mask } from '../secret/names.ts'
import { isPlaceholder } from '../secret/shapes.ts'
import { birthplace, literalsMask, maskInJson, secretLiterals } from '../secret/values.ts'
import { toPlain } from '../values/value.ts'

/** Shows values as JSON without secrets; `secrets` are the literal texts that must not appear anywhere. */
export interface Masking {
  /** `path`: where the value is in the values or in an object; `object`: a Secret hides all of its data */
  plain(value: Value, path: Path, object?: RenderedObject): Json
}

/** Hides values at secret-looking keys and in Secrets, and the same texts where the chart copied them. `trees`: all layers. */
export function maskingOf(trees: readonly Value[]): Masking {
  const places = new Set(trees.flatMap((tree) => secretLiterals(tree).flatMap(({ node, isWhole }) => (isWhole ? [birthplace(node)] : []))))
  const clean = literalsMask(trees)
  return {
    plain: (value, path, object) => {
      const { path: from, file } = value.origin
      const isSecretData = object?.kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')
      const isText =
        value.kind === 'scalar' && typeof value.value !== 'boolean' && value.value !== '' && !isPlaceholder(String(value.value))
      const isSecretPlace =
        isSecretPath(from) || (file.builtin !== true && value.kind === 'scalar' && value.constant !== true && places.has(birthplace(value)))
      if (isText && (isSecretData || isSecretPlace || isSecretPath(path) || isSecretTextPath(path))) return mask
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
