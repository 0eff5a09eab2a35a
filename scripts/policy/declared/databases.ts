// May anybody connect to a Database that is to be used?
import { here, phrase } from '../../findings/message.ts'
import { isAbsent, listAt, objectsOf, plainAt } from '../subject.ts'
import type { ObjectRule } from '../subject.ts'

/** What the operator makes inside a database, for which it connects to it. */
const inside = ['schemas', 'extensions', 'fdws', 'servers'] as const

export const databases: readonly ObjectRule[] = [
  {
    // `reconcileDatabaseResource` and `getTargetDB` of CloudNativePG 1.27 to 1.30; PostgreSQL: "database … is not currently accepting
    // connections", which superusers are told as well, and "too many connections for database", which they are not
    id: 'policy/database-takes-connections',
    severity: 'warning',
    configurable: true,
    summary: 'a Database lets those connect who are to use it',
    reads: [],
    *check(subject) {
      for (const object of objectsOf(subject, 'Database')) {
        if (isAbsent(object.plain['spec'])) continue
        const list = inside.find((field) => listAt(object.plain, 'spec', field).length > 0)
        const isClosed = plainAt(object.plain, 'spec', 'allowConnections') === false
        if (isClosed && list !== undefined)
          yield {
            object,
            message: phrase`${here('allowConnections')} is false, but ${list} are made by connecting to it: the operator can't`,
            places: [{ path: ['spec', 'allowConnections'] }, { path: ['spec', list], on: 'key' }],
            help: phrase`remove allowConnections (true is the default), or ${list}`,
          }
        const isTemplate = plainAt(object.plain, 'spec', 'isTemplate') === true
        if (isClosed || isTemplate || plainAt(object.plain, 'spec', 'connectionLimit') !== 0) continue
        yield {
          object,
          message: phrase`${here('connectionLimit')} is 0, but then only superusers can connect to the database`,
          places: [{ path: ['spec', 'connectionLimit'] }],
          help: phrase`remove it (-1, the default, is no limit), or write allowConnections: false where nobody should`,
        }
      }
    },
  },
]
