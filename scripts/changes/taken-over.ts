// Which databases does another maker deploy now, and what was compared of them?
import type { DatabaseChange } from '../findings/database-change.ts'
import type { Database } from '../model.ts'
import type { Base } from './base-state.ts'
import { clusterIdentity } from './application.ts'

/** Databases that another maker deploys now, by their id now: written ones that are generated, and the reverse. */
export function takenOver(base: Base, databases: readonly Database[]): ReadonlyMap<string, Database> {
  const taken = new Map<string, Database>()
  const ids = new Set(databases.map(({ id }) => id))
  const old = [...base.databases.values()].filter(({ id }) => !ids.has(id))
  if (old.length === 0) return taken
  const byCluster = new Map(old.map((database) => [clusterIdentity(database), database]))
  for (const database of databases) {
    const before = base.databases.has(database.id) ? undefined : byCluster.get(clusterIdentity(database))
    if (before !== undefined && (before.written === undefined) !== (database.written === undefined)) taken.set(database.id, before)
  }
  return taken
}

/** What another maker deploys now, with what was compared of its objects. */
export function withCompared(
  byHand: ReadonlyMap<string, DatabaseChange>,
  records: ReadonlyMap<string, DatabaseChange>,
): ReadonlyMap<string, DatabaseChange> {
  return new Map(
    [...byHand].map(([id, record]) => {
      const compared = records.get(id)
      if (compared === undefined || (record.result !== 'handed-over' && record.result !== 'untouched')) return [id, record]
      const [first] = record.steps
      const steps = [...(first === undefined ? [] : [first]), ...compared.steps]
      return [id, { ...compared, id, result: record.result === 'untouched' ? compared.result : record.result, steps }]
    }),
  )
}
