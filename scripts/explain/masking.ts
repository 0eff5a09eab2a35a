// How is a value shown without ever showing a secret?
import type { Json, Path, RenderedObject, Value } from '../model.ts'
import { isSecretPath, secretLiterals } from '../secret.ts'
import { toPlain } from '../value.ts'

const mask = '***'

/** Shows values as JSON without secrets; `secrets` are the literal texts that must not appear anywhere. */
export interface Masking {
  /** `path`: where the value stands in the values or in an object; `object`: a Secret hides all of its data */
  plain(value: Value, path: Path, object?: RenderedObject): Json
}

/** Hides what stands at secret-looking keys, in Secrets, and the same texts where the chart copied them. */
export function maskingOf(values: Value): Masking {
  const literals = [...new Set([...secretLiterals(values)].map(({ text }) => text))].filter((text) => text.length > 3)
  // a Secret's data is the same text in base64
  const secrets = literals.flatMap((text) => [text, Buffer.from(text).toString('base64')])
  const isHidden = (path: Path, object: RenderedObject | undefined): boolean =>
    isSecretPath(path) || (object?.kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData'))
  const clean = (plain: Json, path: Path, object: RenderedObject | undefined): Json => {
    if (plain === null || typeof plain === 'boolean') return plain
    if (Array.isArray(plain)) return plain.map((item, index) => clean(item, [...path, index], object))
    if (typeof plain === 'object')
      return Object.fromEntries(Object.entries(plain).map(([key, entry]) => [key, clean(entry, [...path, key], object)]))
    if (isHidden(path, object) && plain !== '') return mask
    if (typeof plain === 'number') return plain
    return secrets.reduce((text, secret) => text.replaceAll(secret, mask), plain)
  }
  return {
    plain: (value, path, object) =>
      value.kind === 'scalar' && value.value !== '' && isSecretPath(value.origin.path) ? mask : clean(toPlain(value), path, object),
  }
}
