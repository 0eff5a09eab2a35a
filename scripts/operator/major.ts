// Which major version of PostgreSQL does a Cluster ask for?
import type { MapValue } from '../values/value.ts'
import { printed } from '../values/printed.ts'
import { valueAt } from '../values/value.ts'

/** From the catalogue or the image; undefined: not known. */
export function majorOf(cluster: MapValue): number | undefined {
  const fromCatalog = valueAt(cluster, ['spec', 'imageCatalogRef', 'major'])
  if (fromCatalog?.kind === 'scalar') return Number(fromCatalog.value)
  const image = valueAt(cluster, ['spec', 'imageName'])
  return image?.kind === 'scalar' ? majorOfImage(printed(image.value)) : undefined
}

/** The number that the tag of an image begins with; a digest is not a tag. */
export function majorOfImage(image: string): number | undefined {
  const [reference = ''] = image.split('@', 1)
  const tag = /:(\d+)/.exec(reference.slice(reference.lastIndexOf('/') + 1))?.[1]
  return tag === undefined ? undefined : Number(tag)
}
