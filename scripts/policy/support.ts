// Does the operator that is pinned support the PostgreSQL of a database?
import { supportedMajors } from '../operator/support.ts'
import { valueAt } from '../values/value.ts'
import { majorOf } from '../changes/effect.ts'
import { objectOf } from './subject.ts'
import type { PolicyRule } from './subject.ts'

export const support: readonly PolicyRule[] = [
  {
    id: 'policy/operator-supports-major',
    severity: 'error',
    summary: 'the operator supports the major version of PostgreSQL',
    reads: [
      ['version', 'postgresql'],
      ['cluster', 'imageName'],
      ['imageCatalog', 'images'],
    ],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const operator = subject.database.environment.operator.version
      const known = supportedMajors(operator)
      const major = cluster === undefined ? undefined : majorOf(cluster.value)
      if (cluster === undefined || known === undefined || major === undefined || (major >= known.first && major <= known.last)) return
      const field = valueAt(cluster.value, ['spec', 'imageName']) === undefined ? 'imageCatalogRef' : 'imageName'
      yield {
        object: cluster,
        message: `PostgreSQL is ${major}, but CloudNativePG ${operator} supports ${known.first} to ${known.last}`,
        places: [{ path: field === 'imageName' ? ['spec', 'imageName'] : ['spec', 'imageCatalogRef', 'major'] }],
        help:
          major < known.first
            ? `upgrade the database to PostgreSQL ${known.first} or later before the operator`
            : `stay with PostgreSQL ${known.last}, or upgrade the operator`,
      }
    },
  },
]
