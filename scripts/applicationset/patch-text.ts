// What does a rendered `templatePatch` say?
import type { Json, JsonMap } from '../values/value.ts'
import { applicationObjectShape } from './application-object.ts'
import { TemplateError } from '../go-template/go-value.ts'
import { readYaml } from '../go-template/sprig/encoding.ts'
import { readJson } from '../go-template/go-json.ts'
import { throughType } from './typed.ts'
import { isJsonMap } from '../values/value.ts'

/** `ConvertYAMLToJSON` and the check against the Go type: what opens with a brace is strict JSON. Null: nothing to patch. */
export function readPatch(text: string): JsonMap | null {
  const isJson = /^\p{White_Space}*\{/u.test(text)
  const patch: Json = isJson ? readJson(text) : readYaml(text)
  // a number with a fraction or an exponent is not an integer to Go, whatever its value
  throughType(isJson ? readJson(withBrokenNumbers(text)) : patch, applicationObjectShape)
  if (patch === null) return null
  return isJsonMap(patch) ? patch : fail()
}

function fail(): never {
  throw new TemplateError('templatePatch is not a map')
}

/** `3.0` and `1e0` as 0.5: YAML would write them as 3 and 1, JSON keeps them as written. */
function withBrokenNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs, (part) =>
    part.startsWith('"') || /^-?\d+$/.test(part) ? part : '0.5',
  )
}
