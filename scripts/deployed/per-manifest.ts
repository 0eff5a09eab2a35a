// How is something found out once of a manifest that several rules ask about?
import type { Tree } from '../repository/tree.ts'
import type { JsonMap } from '../values/value.ts'
import type { Manifest } from './manifests.ts'

/** `find`, once for each manifest and the files that it is read with: at the base both may be others. */
export function perManifest<Answer extends object>(find: (manifest: Manifest) => Answer): (manifest: Manifest) => Answer {
  const known = new WeakMap<Tree, WeakMap<JsonMap, Answer>>()
  return (manifest) => {
    const { tree, plain } = manifest
    const inTree = known.get(tree) ?? new WeakMap<JsonMap, Answer>()
    const found = inTree.get(plain) ?? find(manifest)
    known.set(tree, inTree.set(plain, found))
    return found
  }
}
