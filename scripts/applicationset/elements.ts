// Which Applications does each element of a set's list generators produce?
import type { Json, JsonMap, Path } from '../values/value.ts'
import { desiredApplications } from './generate.ts'
import type { GenerateError, GenerateOptions } from './generate.ts'
import { isJsonMap } from '../values/value.ts'

/** One element of a top-level list generator, not inside a matrix or a merge. */
export interface SetElement {
  readonly path: Path
  readonly plain: Json
  /** absent: none, since the element fails */
  readonly applications: readonly JsonMap[]
  readonly error?: GenerateError
}

/** Expands every element alone: a set stops at the first that fails, without saying which. */
export function readElements(set: JsonMap, options: GenerateOptions): SetElement[] {
  const spec = isJsonMap(set['spec']) ? set['spec'] : {}
  const generators = Array.isArray(spec['generators']) ? spec['generators'] : []
  return generators.flatMap((generator, at) => {
    const list = isJsonMap(generator) ? generator['list'] : undefined
    const elements = isJsonMap(list) ? list['elements'] : undefined
    if (!isJsonMap(generator) || !isJsonMap(list) || !Array.isArray(elements)) return []
    const { elementsYaml: _text, ...rest } = list
    return elements.map((plain, index): SetElement => {
      const alone = { ...spec, generators: [{ ...generator, list: { ...rest, elements: [plain] } }] }
      const desired = desiredApplications({ ...set, spec: alone }, options)
      const path = ['spec', 'generators', at, 'list', 'elements', index]
      return 'error' in desired ? { path, plain, applications: [], error: desired.error } : { path, plain, ...desired }
    })
  })
}
