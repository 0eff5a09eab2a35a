// Which SQL in the databases of a fleet would PostgreSQL refuse, and at which word?
import type { LocatedFinding } from './findings/spot.ts'
import { eachCluster, locatePolicy } from './policy/subject.ts'
import type { PolicySubject } from './policy/subject.ts'
import { judgeSql } from './policy/sql/sql.ts'

/** The findings of all databases that have SQL. */
export async function sqlFindings(subjects: readonly PolicySubject[]): Promise<LocatedFinding[]> {
  const found: LocatedFinding[] = []
  for (const subject of subjects.flatMap(eachCluster))
    for (const { rule, severity, word, ...finding } of await judgeSql(subject)) {
      const located = locatePolicy({ id: rule, severity }, finding, subject)
      found.push(word === undefined ? located : { ...located, at: word })
    }
  return found
}
