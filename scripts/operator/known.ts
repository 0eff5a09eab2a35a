// Which operator judged, and how is that reported where the pinned one is not known here?
import { chooseSchemaVersion } from '../kubernetes/load.ts'
import { isKnownOperator, knownOperators } from './version.ts'

/** What is said once of a release that is not known here; undefined: it is known. The same words in every command. */
export function unknownOperator(version: string): string | undefined {
  return isKnownOperator(version)
    ? undefined
    : `operator ${version} is not known here: objects are checked as by ${judgedAs(version)}, the nearest known release`
}

export const unknownOperatorHelp = `pin a release from ${knownOperators.first} to ${knownOperators.last}, or update cnpg-values`

/** The release whose schemas and rules judged: the version itself where it is known. Nothing claims another. */
export function judgedAs(version: string): string {
  return isKnownOperator(version) ? version : chooseSchemaVersion('cloudnative-pg', version)
}
