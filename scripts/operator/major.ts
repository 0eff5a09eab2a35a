// Which major version of PostgreSQL does a Cluster ask for?
import { ofLatest } from '../values/once.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap, jsonAt } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'

/** From the catalogue or the image; undefined: not known. */
export function majorOf(cluster: Json): number | undefined {
  return isJsonMap(cluster) ? majorOfLatest(cluster) : undefined
}

/** Most rules about a Cluster ask. */
const majorOfLatest = ofLatest((cluster: JsonMap): number | undefined => {
  const fromCatalog = jsonAt(cluster, ['spec', 'imageCatalogRef', 'major'])
  if (isScalar(fromCatalog)) return Number(fromCatalog)
  const image = jsonAt(cluster, ['spec', 'imageName'])
  return isScalar(image) ? majorOfImage(printed(image)) : undefined
})

/** The major of the image that operators 1.27.1 to 1.30 run where a Cluster names none (`DefaultImageName`); their settings may name another. */
export const presetMajor = 18

/** Whether the operator chooses the image. */
export function isPresetImage(cluster: Json): boolean {
  const image = jsonAt(cluster, ['spec', 'imageName'])
  return (image === undefined || image === null || image === '') && jsonAt(cluster, ['spec', 'imageCatalogRef']) === undefined
}

/** The major that most likely runs; undefined: an image was named that does not tell. */
export function likelyMajorOf(cluster: Json): number | undefined {
  return isPresetImage(cluster) ? presetMajor : majorOf(cluster)
}

const isScalar = (value: Json | undefined): value is string | number | boolean => value !== undefined && typeof value !== 'object'

/** The number that the tag of an image begins with; a digest is not a tag. */
export function majorOfImage(image: string): number | undefined {
  const [reference = ''] = image.split('@', 1)
  const tag = /:(\d+)/.exec(reference.slice(reference.lastIndexOf('/') + 1))?.[1]
  return tag === undefined ? undefined : Number(tag)
}
