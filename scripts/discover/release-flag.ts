// Which release does a person name in a flag or an answer?
import { UsageError } from '../repository/workspace.ts'
import { knownOperators } from '../operator/version.ts'
import { newestArgoCd } from './schema-findings.ts'

export type ReleaseFlag = 'operator' | 'argocd'

const newest: Readonly<Record<ReleaseFlag, string>> = { operator: knownOperators.last, argocd: newestArgoCd }
const shape = /^v?(\d{1,4}\.\d{1,4}\.\d{1,4})$/

/** Why a text names no release; undefined: it does. */
export function releaseProblem(flag: ReleaseFlag, text: string): string | undefined {
  return shape.test(text) ? undefined : `--${flag} is \`${text}\`, but must be a release such as ${newest[flag]}`
}

/** `v1.27.1` or `1.27.1`, without the `v`. A text that names none is wrong usage. */
export function readRelease(flag: ReleaseFlag, text: string): string
export function readRelease(flag: ReleaseFlag, text: string | undefined): string | undefined
export function readRelease(flag: ReleaseFlag, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const problem = releaseProblem(flag, text)
  if (problem !== undefined) throw new UsageError(problem)
  return shape.exec(text)?.[1]
}
