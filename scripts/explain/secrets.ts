// Which Secret does the operator not make, because another one is named?
import type { RenderedObject } from '../model.ts'
import type { Path } from '../values/value.ts'
import { jsonAt, valueAt } from '../values/value.ts'

/** Fields of a Cluster that name a Secret in place of the one that the operator would make (`ShouldCreateApplicationSecret`, `reconcileSuperuserSecret`). */
const fields: readonly { readonly path: Path; readonly suffix: string; readonly user: (cluster: RenderedObject) => string }[] = [
  { path: ['spec', 'superuserSecret', 'name'], suffix: 'superuser', user: () => 'postgres' },
  ...['initdb', 'recovery', 'pg_basebackup'].map((bootstrap) => ({
    path: ['spec', 'bootstrap', bootstrap, 'secret', 'name'],
    suffix: 'app',
    user: ({ plain }: RenderedObject): string => {
      const owner = jsonAt(plain, ['spec', 'bootstrap', bootstrap, 'owner']) ?? jsonAt(plain, ['spec', 'bootstrap', bootstrap, 'database'])
      return typeof owner === 'string' && owner !== '' ? owner : 'app'
    },
  })),
]

/** What follows for whoever reads Secrets, where `asked` is at or above the name in the values. */
export function secretNotes(objects: readonly RenderedObject[], asked: Path): string[] {
  return objects.flatMap((cluster) =>
    fields.flatMap(({ path, suffix, user }) => {
      const node = cluster.kind === 'Cluster' ? valueAt(cluster.value, path) : undefined
      const name = jsonAt(cluster.plain, path)
      const made = `${cluster.name}-${suffix}`
      if (node === undefined || typeof name !== 'string' || name === '' || name === made) return []
      const origin = node.origin.path
      if (asked.length < 2 || asked.length > origin.length || asked.some((step, index) => step !== origin[index])) return []
      return [
        `${name} must exist, with username ${user(cluster)} and password: the operator makes a Secret only where none is named`,
        `there is no ${made} then, with host, port, dbname and uri for those who read it`,
      ]
    }),
  )
}
