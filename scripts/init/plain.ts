// How are plain values joined, compared and cut, as Helm joins them?
import { isDeepStrictEqual } from 'node:util'
import { firstPlain, isJsonMap, setOwn } from '../values/value.ts'
import type { Json, JsonMap, SourceFile } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'

/** The first document of a text; {} where it holds no map. */
export function plainOf(text: string | undefined): JsonMap {
  const plain = text === undefined ? null : firstPlain(parseYaml({ path: '', text }, 'service').documents)
  return isJsonMap(plain) ? plain : {}
}

const plains = new WeakMap<SourceFile, JsonMap>()

/** The same of a file, read once however many databases share it. */
export function plainOfFile(file: SourceFile): JsonMap {
  const plain = plains.get(file) ?? plainOf(file.text)
  plains.set(file, plain)
  return plain
}

/** Maps are joined, anything else is replaced; null, too, replaces. */
export function joined(lower: Json, higher: Json): Json {
  if (!isJsonMap(lower) || !isJsonMap(higher)) return higher
  const map: JsonMap = { ...lower }
  for (const [key, value] of Object.entries(higher)) setOwn(map, key, Object.hasOwn(map, key) ? joined(map[key] ?? null, value) : value)
  return map
}

/** The leaves that all of some maps have, with the same value. */
export function commonPart([first, ...others]: readonly JsonMap[]): JsonMap {
  const common: JsonMap = {}
  for (const [key, value] of Object.entries(first ?? {})) {
    const same = others.map((other) => (Object.hasOwn(other, key) ? other[key] : undefined))
    if (same.every((one) => isDeepStrictEqual(one, value))) setOwn(common, key, value)
    else if (isJsonMap(value) && same.every(isJsonMap)) {
      const below = commonPart([value, ...same])
      if (Object.keys(below).length > 0) setOwn(common, key, below)
    }
  }
  return common
}

/** What has to be put on top of `there` so that `wanted` comes of it. */
export function missingIn(wanted: JsonMap, there: JsonMap): JsonMap {
  const missing: JsonMap = {}
  for (const [key, value] of Object.entries(wanted)) {
    const other = Object.hasOwn(there, key) ? there[key] : undefined
    if (isDeepStrictEqual(other, value)) continue
    if (!isJsonMap(value) || !isJsonMap(other)) setOwn(missing, key, value)
    else {
      const below = missingIn(value, other)
      if (Object.keys(below).length > 0) setOwn(missing, key, below)
    }
  }
  return missing
}
