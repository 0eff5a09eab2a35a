// Does the operator that is pinned support the PostgreSQL of a database?
import { named, phrase } from '../findings/message.ts'
import { supportedMajors } from '../operator/support.ts'
import { valueAt } from '../values/value.ts'
import { majorOf } from '../operator/major.ts'
import { objectOf } from './subject.ts'
import type { PolicyRule } from './subject.ts'

/** Whether a tag's first number can be a major of PostgreSQL: below 13 the operator refuses it, and far above it is something else. */
function isPlausible(major: number): boolean {
  return major >= 13 && major <= 25
}

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
      if (cluster === undefined || known === undefined || major === undefined || !isPlausible(major)) return
      if (major >= known.first && major <= known.last) return
      const field = valueAt(cluster.value, ['spec', 'imageName']) === undefined ? 'imageCatalogRef' : 'imageName'
      yield {
        object: cluster,
        message: phrase`PostgreSQL is ${named(major)}, but CloudNativePG ${named(operator)} supports ${named(known.first)} to ${named(known.last)}`,
        places: [{ path: field === 'imageName' ? ['spec', 'imageName'] : ['spec', 'imageCatalogRef', 'major'] }],
        help:
          major < known.first
            ? phrase`upgrade the database to PostgreSQL ${named(known.first)} or later before the operator`
            : phrase`stay with PostgreSQL ${named(known.last)}, or upgrade the operator`,
      }
    },
  },
]
