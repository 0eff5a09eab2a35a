// Do two databases have the same name?
import { named, phrase } from '../findings/message.ts'
import { firstSpot, nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { fill, placeholdersOf } from './layout.ts'
import type { Database, Settings } from '../model.ts'
import type { SourceFile } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'

/** Application names are unique over all, cluster names within a destination's namespace. */
export function duplicateNames(databases: readonly Database[], settings: Settings): LocatedFinding[] {
  const findings: LocatedFinding[] = []
  const seen = new Map<string, Database>()
  const claim = (key: string, database: Database, what: string, name: string): void => {
    const other = seen.get(key)
    if (other === undefined) seen.set(key, database)
    else findings.push(sharedPattern(database, other, { what, settings }) ?? duplicateName(database, other, what, name))
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

/** If the pattern has nothing that distinguishes the two, the setting is to blame: once, however many services share it. */
function sharedPattern(
  database: Database,
  other: Database,
  { what, settings }: { readonly what: string; readonly settings: Settings },
): LocatedFinding | undefined {
  const key = what === 'Application' ? 'application' : 'cluster'
  const differs = {
    service: database.service !== other.service,
    name: database.name !== other.name,
    env: database.environment !== other.environment,
  }
  const missing = (['service', 'name', 'env'] as const).filter((part) => differs[part])
  const used = placeholdersOf(settings.layout[key]).known
  // a service.yaml may have put two clusters into one namespace
  const isOfPattern = ({ namespace, environment, service, name }: Database): boolean =>
    namespace === fill(environment.namespace, { service, env: environment.name, ...(name === undefined ? {} : { name }) })
  if (missing.some((part) => used.includes(part)) || (key === 'cluster' && ![database, other].every(isOfPattern))) return undefined
  const lacks = (['service', 'name', 'env'] as const).find(
    (part) => !used.includes(part) && (differs[part] || part === 'service'),
  ) as string
  const at = nearestSpot(settings.origin, ['layout', key]) ?? firstSpot(settings.origin, settings.origin.origin.file)
  const message = phrase`postgres.layout.${named(key)} is \`${named(settings.layout[key])}\`, but without {${named(lacks)}} several ${what}s have one name`
  return { rule: 'discover/unique-name', severity: 'error', message, at, help: phrase`add {${named(lacks)}}`, database: database.id }
}

function duplicateName(database: Database, other: Database, what: string, name: string): LocatedFinding {
  const spot = (of: Database): Spot => {
    const file = (of.layers.find((layer) => layer.layer === 'service') ?? of.layers[0])?.file as SourceFile
    return firstSpot(parseYaml(file, 'service').documents[0], file)
  }
  return {
    rule: 'discover/unique-name',
    severity: 'error',
    message: phrase`${what} name of ${named(database.id)} is \`${named(name)}\`, but ${named(other.id)} has the same`,
    at: spot(database),
    related: [{ ...spot(other), message: phrase`${named(other.id)} is here` }],
    help: phrase`rename one of the two, or change postgres.layout`,
    database: database.id,
  }
}
