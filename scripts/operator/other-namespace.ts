// What is to be said of a name that is known in another namespace only?
import { named, phrase } from '../findings/message.ts'
import type { Finding } from '../findings/finding.ts'
import type { Path } from '../values/value.ts'

interface Elsewhere {
  readonly kind: string
  readonly name: string
  readonly there: string
  readonly here: string
}

/** The operator looks for what an object names in the namespace of that object only. */
export function inAnotherNamespace({ kind, name, there, here }: Elsewhere, path: Path): Pick<Finding, 'message' | 'places' | 'help'> {
  const isCatalog = kind === 'ImageCatalog'
  return {
    message: phrase`${kind} ${named(name)} is in namespace ${named(there)}, but this is in ${named(here)}, and the operator looks nowhere else`,
    places: [{ path: isCatalog ? path : ['metadata', 'namespace'] }],
    help: isCatalog
      ? phrase`create the catalog in ${named(here)}, or make it a ClusterImageCatalog`
      : kind === 'ObjectStore'
        ? phrase`create both in one namespace`
        : phrase`write namespace: ${named(there)}`,
  }
}
