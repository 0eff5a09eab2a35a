// Do two databases want the same name?
import { firstSpot } from './diagnose.ts'
import type { LocatedFinding, Spot } from './diagnose.ts'
import type { Database, SourceFile } from './model.ts'
import { parseYaml } from './parse.ts'

/** Application names are unique over all, cluster names within a destination's namespace. */
export function duplicateNames(databases: readonly Database[]): LocatedFinding[] {
  const findings: LocatedFinding[] = []
  const seen = new Map<string, Database>()
  const claim = (key: string, database: Database, what: string, name: string): void => {
    const other = seen.get(key)
    if (other === undefined) seen.set(key, database)
    else findings.push(duplicateName(database, other, what, name))
  }
  for (const database of databases) {
    const { server, name } = database.environment.destination
    const before = findings.length
    claim(`application\0${database.application}`, database, 'Application', database.application)
    if (findings.length === before)
      claim(`cluster\0${server ?? name ?? ''}\0${database.namespace}\0${database.cluster}`, database, 'Cluster', database.cluster)
  }
  return findings
}

function duplicateName(database: Database, other: Database, what: string, name: string): LocatedFinding {
  const spot = (of: Database): Spot => {
    const file = (of.layers.find((layer) => layer.layer === 'service') ?? of.layers[0])?.file as SourceFile
    return firstSpot(parseYaml(file, 'service').documents[0], file)
  }
  return {
    rule: 'discover/unique-name',
    severity: 'error',
    message: `${what} name of ${database.id} is \`${name}\`, but ${other.id} has the same`,
    at: spot(database),
    related: [{ ...spot(other), message: `${other.id} stands here` }],
    help: 'rename one of the two, or change postgres.layout',
    database: database.id,
  }
}
