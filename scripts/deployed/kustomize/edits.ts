// What does Argo CD write into a kustomization before it is built, and where does the Application, or its set, say so?
import { isDeepStrictEqual } from 'node:util'
import type { Spot } from '../../findings/spot.ts'
import { sourcesOf } from '../../applicationset/sources.ts'
import type { Json, JsonMap, MapValue, Origin, Path, Value } from '../../values/value.ts'
import { fromPlain, isJsonMap, isMap, toPlain, valueAt } from '../../values/value.ts'
import { at, sourcePath } from '../manifest-parts.ts'

/** Options that Argo CD writes into the kustomization (`kustomize edit set`, `edit add`). */
export const edits: readonly string[] = [
  'namespace',
  'namePrefix',
  'nameSuffix',
  'commonLabels',
  'commonAnnotations',
  'components',
  'patches',
]

/** The Application or set that says it. */
export interface Editor {
  readonly plain: JsonMap
  /** path of the Application's metadata and spec */
  readonly base: Path
  /** the object, each node with the place where a person can change it */
  readonly value: () => Value
  readonly spotOf: (path: Path) => Spot
}

/** The edits, with the places where a person can change them; undefined: there is none. */
export function editsOf(options: JsonMap, editor: Editor): MapValue | undefined {
  const plain = onlyEdits(options)
  if (Object.keys(plain).length === 0) return undefined
  const { spec, paths } = placesOf(editor)
  const nodes = paths.map((path) => valueAt(editor.value(), path)).filter(isMap)
  const written = nodes.find((node) => isDeepStrictEqual(toPlain(node), options))
  if (written !== undefined) return { ...written, entries: new Map([...written.entries].filter(([key]) => edits.includes(key))) }
  const { file, span } = editor.spotOf(paths[0] ?? spec)
  const origin: Origin = { layer: 'service', file, path: [], key: span, value: span }
  return fromPlain(plain, origin) as MapValue
}

/** What tells two editors apart that ask for the same, so that each is blamed for its own; null: there is no edit. */
export function editorOf(options: Json | undefined, editor: Editor): Json {
  if (!isJsonMap(options) || Object.keys(onlyEdits(options)).length === 0) return null
  const { file, span } = editor.spotOf(placesOf(editor).spec)
  return [file.path, span.start]
}

function onlyEdits(options: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(options).filter(([key]) => edits.includes(key)))
}

/** Where the sources of a manifest have options of kustomize. */
function placesOf({ plain, base }: Editor): { readonly spec: Path; readonly paths: readonly Path[] } {
  const [spec, above] = [at(plain, ...base, 'spec'), [...base, 'spec']]
  const { sources } = isJsonMap(spec) ? sourcesOf(spec) : { sources: [] }
  const paths = sources.flatMap((source, nth) =>
    isJsonMap(source['kustomize']) ? [[...above, ...sourcePath(spec, nth), 'kustomize']] : [],
  )
  return { spec: above, paths }
}
