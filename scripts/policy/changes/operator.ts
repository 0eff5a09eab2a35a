// Which poolers does another release of the operator stop, although it accepts them?
import { compareVersions } from '../../kubernetes/load.ts'
import { here, named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { plainAt, textAt } from '../subject.ts'
import type { ChangeRule, ChangeSubject } from './subject.ts'

/** The release that first gave poolers a certificate of their own for the way to the server, and looked users up in one database. */
const since = '1.28.0'

/** The Poolers of a database whose operator goes to 1.28 or beyond. */
function poolersRaised({ before, after }: ChangeSubject): readonly RenderedObject[] {
  if (compareVersions(before.operator, since) >= 0 || compareVersions(after.operator, since) < 0) return []
  return after.objects.filter(({ kind }) => kind === 'Pooler')
}

export const operatorChanges: readonly ChangeRule[] = [
  {
    id: 'changes/poolers-keep-certificates',
    severity: 'error',
    configurable: true,
    upstream:
      'cloudnative-pg#9392: the certificate of the server, left in the status, becomes that of the pooler; fixed by #9397 in 1.28.1',
    summary: 'the operator is not raised to 1.28.0, with which poolers that are there lose their connections',
    *check(subject) {
      if (subject.after.operator !== since) return
      for (const object of poolersRaised(subject)) {
        // a certificate of its own replaces what is left in the status
        if (textAt(object.plain, 'spec', 'pgbouncer', 'serverTLSSecret', 'name')) continue
        yield {
          object,
          message: phrase`pooler ${named(object.name)} gets the certificate of the server from operator ${since}: PostgreSQL refuses its connections`,
          places: [{ path: ['metadata', 'name'] }],
          help: phrase`go to operator 1.28.1 or later, which forgets what older ones left there`,
        }
      }
    },
  },
  {
    id: 'changes/auth-query-found',
    severity: 'error',
    configurable: true,
    upstream: 'cloudnative-pg#9757: from 1.28 on auth_dbname is postgres (pkg/management/pgbouncer/config)',
    summary: 'the function of an own authQuery is in the database postgres before the operator is raised to 1.28',
    *check(subject) {
      for (const object of poolersRaised(subject)) {
        const path = ['spec', 'pgbouncer', 'authQuery']
        if (!plainAt(object.plain, ...path)) continue
        yield {
          object,
          message: phrase`${here('authQuery')} is set, but operator ${named(subject.after.operator)} runs it in the database postgres, not in that of the client`,
          places: [{ path }],
          help: phrase`create its function in the database postgres first; then set policies: { <environment>: { changes/auth-query-found: off } }`,
        }
      }
    },
  },
]
