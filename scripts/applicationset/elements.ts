// Which Applications does each element of a set's list generators produce?
import type { Json, JsonMap, Path } from '../values/value.ts'
import { desiredApplications } from './generate.ts'
import type { GenerateError, GenerateOptions } from './generate.ts'
import { isJsonMap } from '../values/value.ts'

/** One element of a list generator. */
export interface SetElement {
  readonly path: Path
  readonly plain: Json
  /** absent: none, since the element fails */
  readonly applications: readonly JsonMap[]
  readonly error?: GenerateError
}

/** Expands every element of the top-level list generators alone: a set stops at the first that fails, without saying which. */
export function readElements(set: JsonMap, options: GenerateOptions): SetElement[] {
  return elementsOf(set, options, 'top')
}

/** The same of the list generators inside a matrix or a merge: each element with the Applications that it takes part in. */
export function readNestedElements(set: JsonMap, options: GenerateOptions): SetElement[] {
  return elementsOf(set, options, 'nested')
}

function elementsOf(set: JsonMap, options: GenerateOptions, which: 'top' | 'nested'): SetElement[] {
  const spec = isJsonMap(set['spec']) ? set['spec'] : {}
  return listsIn(spec['generators'], ['spec', 'generators'])
    .filter(({ depth }) => depth > 0 === (which === 'nested'))
    .flatMap(({ path, elements, only }) =>
      elements.map((plain, index): SetElement => {
        const desired = desiredApplications({ ...set, spec: { ...spec, generators: only(plain) } }, options)
        const own = [...path, 'list', 'elements', index]
        return 'error' in desired ? { path: own, plain, applications: [], error: desired.error } : { path: own, plain, ...desired }
      }),
    )
}

interface List {
  readonly path: Path
  /** how many generators it is inside */
  readonly depth: number
  readonly elements: readonly Json[]
  /** the outermost generators, with this element alone; at the top level without the others */
  readonly only: (element: Json) => Json[]
}

/** The list generators, those inside a matrix or a merge with the generators around them. */
function listsIn(generators: Json | undefined, path: Path): List[] {
  return (Array.isArray(generators) ? generators : []).flatMap((generator, at): List[] => {
    if (!isJsonMap(generator)) return []
    const { list } = generator
    const elements = isJsonMap(list) ? list['elements'] : undefined
    if (isJsonMap(list) && Array.isArray(elements)) {
      const { elementsYaml: _text, ...rest } = list
      const only = (element: Json): Json[] => [{ ...generator, list: { ...rest, elements: [element] } }]
      return [{ path: [...path, at], depth: 0, elements, only }]
    }
    return ['matrix', 'merge'].flatMap((kind) => {
      const outer = generator[kind]
      const inner = isJsonMap(outer) ? outer['generators'] : undefined
      if (!isJsonMap(outer) || !Array.isArray(inner)) return []
      return listsIn(inner, [...path, at, kind, 'generators']).map((one): List => {
        const place = Number(one.path[path.length + 3])
        const only = (element: Json): Json[] => [
          { ...generator, [kind]: { ...outer, generators: inner.with(place, one.only(element)[0] ?? {}) } },
        ]
        return { ...one, depth: one.depth + 1, only }
      })
    })
  })
}
