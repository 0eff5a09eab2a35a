// Which operator release judged, and how is that reported if the pinned one is not known here?
import { chooseSchemaVersion } from '../kubernetes/load.ts'
import { isKnownOperator, knownOperators } from './version.ts'

/** The note, shown once, about a release that is not known here; undefined: it is known. The same wording in every command. */
export function unknownOperator(version: string): string | undefined {
  return isKnownOperator(version)
    ? undefined
    : `operator ${version} is not known here: objects are checked as by ${judgedAs(version)}, the nearest known release`
}

export const unknownOperatorHelp = `pin a release from ${knownOperators.first} to ${knownOperators.last}, or update cnpg-values`

/** The release whose schemas and rules judged: the version itself if it is known. */
export function judgedAs(version: string): string {
  return isKnownOperator(version) ? version : chooseSchemaVersion('cloudnative-pg', version)
}
