// How does Go's encoding/json read a document into a struct?
import type { Json, JsonMap } from '../values/value.ts'

/** undefined: not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** A member by Go's rules: any case, the last one wins, null leaves the zero value. */
export function memberOf(document: JsonMap, name: string): Json {
  let found: Json = null
  for (const [key, value] of Object.entries(document)) if (foldKey(key) === foldKey(name) && value !== null) found = value
  return found
}

/** Reproduces foldName: the long s equals s, and the Kelvin sign, whose lower case is k, equals k. */
export function foldKey(key: string): string {
  return key.replaceAll('\u017f', 's').toLowerCase()
}

/** The document with each number as the text `n…` and each text as `s…`: JSON.parse alone makes 3.0 and 3 one number. */
export function parseWithDigits(text: string): Json | undefined {
  if (parseJson(text) === undefined) return undefined
  const tagged = text.replace(/"((?:[^"\\]|\\.)*)"(\s*:)?|-?\d[\d.eE+-]*/g, (token, string?: string, colon?: string) => {
    if (colon !== undefined) return token
    return string === undefined ? `"n${token}"` : `"s${string}"`
  })
  return parseJson(tagged)
}
