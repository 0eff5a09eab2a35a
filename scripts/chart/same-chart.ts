// Have the templates of a database changed?
import type { Charts, FoundChart } from '../charts/find.ts'
import type { Database } from '../model.ts'
import { isModelled } from './database-objects.ts'

/** Whether the files of a chart differ on two sides; the pins alone are compared elsewhere. */
export function hasOtherChart(before: Charts, now: Charts): (old: Database, database: Database) => boolean {
  return (old, database) => {
    const engines = [old, database].map(({ environment }) => environment.clusterChart.engine)
    if (engines.includes('helm') || (isModelled(old) && isModelled(database))) return false
    const [then, found] = [before.find(old.environment.clusterChart), now.find(database.environment.clusterChart)]
    return then.ok !== found.ok || (then.ok && found.ok && (then.files !== found.files || declared(then) !== declared(found)))
  }
}

/** Dependencies whose files are not here are part of a chart. */
const declared = ({ without = [] }: FoundChart): string => JSON.stringify(without)
