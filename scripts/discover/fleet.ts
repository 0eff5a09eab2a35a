// Which databases does a repository have, and which of them is meant?
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import { listed, nearest } from '../values/path.ts'
import { UsageError } from '../repository/workspace.ts'

/** The settings of a repository and its databases; `settings` is absent if they are broken. */
export interface Fleet {
  readonly settings?: Settings
  readonly databases: readonly Database[]
  readonly findings: readonly LocatedFinding[]
}

/** The database of an id; throws UsageError if there is none, or if the name fits several. */
export function chooseDatabase(fleet: Fleet, name: string | undefined): Database {
  const ids = fleet.databases.map((database) => database.id)
  if (name === undefined) throw new UsageError(`no database is named${ids.length === 0 ? '' : `; there are ${listed(ids)}`}`)
  const matches = fleet.databases.filter(({ id }) => id === name || id.startsWith(`${name}/`))
  const [only, ...others] = matches
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined) throw new UsageError(`\`${name}\` matches several databases; name one of ${listed(matches.map(({ id }) => id))}`)
  throw noSuchDatabase(name, fleet.databases)
}

/** Wrong usage: no database, and no service, has this name; a file of one is taken for it. */
export function noSuchDatabase(name: string, databases: readonly Database[]): UsageError {
  const path = name.replace(/^\.\//, '')
  const owner = databases.find(({ layers }) => layers.some(({ layer, file }) => layer !== 'environment' && file.path === path))
  const guess =
    owner === undefined
      ? nearest(
          name,
          databases.flatMap(({ id, service }) => [id, service]),
        )
      : ownName(owner, path)
  return new UsageError(`there is no database \`${name}\`${guess === undefined ? '' : `; did you mean \`${guess}\`?`}`)
}

/** All environments of a service for its base file, one for an override. */
function ownName({ id, environment, layers }: Database, path: string): string {
  const isBase = layers.some(({ layer, file }) => layer === 'service' && file.path === path)
  return isBase ? id.slice(0, -environment.name.length - 1) : id
}
