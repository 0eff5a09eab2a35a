// Which updates do the API server and the operator refuse because of what the object was before?
import { printed } from '../values/printed.ts'
import { examine } from '../admit/examine.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { Json, JsonMap } from '../values/value.ts'
import type { RuledFinding } from '../findings/finding.ts'
import { isOperators } from '../operator/objects.ts'
import { valueAt } from '../values/value.ts'
import { majorOf } from '../operator/major.ts'

/**
 * The findings that the old object adds to those of a new one, by the operator of the new one's database. No status is known
 * here: the major of the old image is taken as the one that runs.
 */
export function updateVerdict(
  { environment }: Pick<Database, 'environment'>,
  object: RenderedObject,
  old: RenderedObject,
): readonly RuledFinding[] {
  if (!isOperators(object.plain)) return []
  const operator = environment.operator.version
  const key = ({ rule, message, places }: RuledFinding): string => JSON.stringify([rule, message, places[0].path])
  const known = new Set(examine(object.plain, { operator }).map(key))
  return examine(object.plain, { operator, old: running(old) }).filter((finding) => !known.has(key(finding)))
}

function running(old: RenderedObject): JsonMap {
  const major = old.kind === 'Cluster' ? majorOf(old.plain) : undefined
  if (major === undefined) return old.plain
  const image = valueAt(old.value, ['spec', 'imageName'])
  const status: Json = { pgDataImageInfo: { image: image?.kind === 'scalar' ? printed(image.value) : '', majorVersion: major } }
  return { ...old.plain, status }
}
