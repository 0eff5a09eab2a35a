// Is the folder of a source deployed by several Applications?
import { sourcesIn } from '../../applicationset/sources.ts'
import { once } from '../../values/once.ts'
import { printed } from '../../values/printed.ts'
import type { JsonMap } from '../../values/value.ts'
import { applicationsMadeBy, at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'

/** Whether the folder of a source is deployed by several Applications, or nobody knows by how many. */
export function sharedFolders(manifests: readonly Manifest[]): (source: JsonMap) => boolean {
  const folder = ({ path }: JsonMap): string => printed(path ?? '').replace(/^(?:\.?\/)+|\/+$/g, '')
  const counts = once(() => {
    const counted = new Map<string, number>()
    for (const manifest of manifests)
      for (const application of applicationsMadeBy(manifest)) {
        const folders = new Set(sourcesIn(at(application, 'spec')).map(folder))
        for (const one of folders) counted.set(one, (counted.get(one) ?? 0) + 1)
      }
    return counted
  })
  return (source) => counts().get(folder(source)) !== 1
}
