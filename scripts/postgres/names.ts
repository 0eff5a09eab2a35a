// Which time zones and locales do the images of PostgreSQL have?
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemasFolder } from '../repository/package.ts'

/** Names of files in a Debian image; `source` in the file says of which packages. */
export interface ImageNames {
  readonly timeZones: readonly string[]
  /** in a package of their own (`tzdata-legacy`) from Debian trixie on */
  readonly legacyTimeZones: readonly string[]
  /** `language_TERRITORY`, without codeset and modifier */
  readonly locales: readonly string[]
  readonly localeAliases: readonly string[]
}

let known: ImageNames | undefined

/** Read when a setting first needs it. */
export function imageNames(): ImageNames {
  known ??= JSON.parse(readFileSync(join(schemasFolder(), 'postgresql', 'names.json'), 'utf8')) as ImageNames
  return known
}
