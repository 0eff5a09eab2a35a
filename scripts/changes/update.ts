// What do the API server and the operator say to an object because of what it was before?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap, RenderedObject, RuledFinding } from '../model.ts'
import { valueAt } from '../values/value.ts'
import { majorOf } from './effect.ts'

type Examine = (object: JsonMap, old?: JsonMap) => readonly RuledFinding[]

/**
 * The findings that the old object adds to those of a new one. No status is known here: the major of the base's image
 * is taken as the one that runs.
 */
export function updateFindings(object: RenderedObject, old: RenderedObject, examine: Examine): readonly RuledFinding[] {
  const key = ({ rule, message, places }: RuledFinding): string => JSON.stringify([rule, message, places[0].path])
  const known = new Set(examine(object.plain).map(key))
  return examine(object.plain, running(old)).filter((finding) => !known.has(key(finding)))
}

function running(old: RenderedObject): JsonMap {
  const major = old.kind === 'Cluster' ? majorOf(old.value) : undefined
  if (major === undefined) return old.plain
  const image = valueAt(old.value, ['spec', 'imageName'])
  const status: Json = { pgDataImageInfo: { image: image?.kind === 'scalar' ? printed(image.value) : '', majorVersion: major } }
  return { ...old.plain, status }
}
