// What does the user decide about checkouts, versions, hook and job, by flags or by answers?
import { settle } from '../emit/questions.ts'
import type { Terminal } from '../emit/terminal.ts'
import { readRelease, releaseProblem } from '../discover/release-flag.ts'
import type { ReleaseFlag } from '../discover/release-flag.ts'
import { newestArgoCd } from '../discover/schema-findings.ts'
import type { Forge } from './files.ts'
import type { Found } from './look.ts'

export interface Given {
  readonly operator?: string | undefined
  readonly argocd?: string | undefined
  readonly hook?: 'pre-commit' | 'none' | undefined
  readonly ci?: 'auto' | Forge | undefined
}

export interface Decisions {
  readonly operator?: string
  readonly argocd?: string
  readonly hook: boolean
  readonly forge: Forge
}

type Asking = Pick<Terminal, 'ask' | 'stderr'>

/** Where another repository is checked out; undefined: nowhere. `beside` is what was found next to this one. */
export async function askCheckout(
  url: string,
  beside: string | undefined,
  problemOf: (text: string) => string | undefined,
  terminal: Asking,
): Promise<string | undefined> {
  const question = `folder in which ${url} is checked out [${beside ?? 'none'}]: `
  return (await settle(question, undefined, problemOf, terminal)) ?? beside
}

/** A wrong flag fails at once. */
export function judgeVersions(given: Given): void {
  readRelease('operator', given.operator)
  readRelease('argocd', given.argocd)
}

/** What neither a flag nor the repository says is asked for on a terminal. */
export async function decide(given: Given, found: Found, forge: Forge, terminal: Asking): Promise<Decisions> {
  const { unknown } = found
  const newest = found.operators.find(({ from }) => from === 'newest')?.version
  const asked = async (flag: ReleaseFlag, question: string): Promise<string | undefined> =>
    readRelease(flag, unknown[flag] ? await settle(question, given[flag], (text) => releaseProblem(flag, text), terminal) : given[flag])
  const operator = await asked('operator', `release of the operator that runs [not known, judged as ${newest}]: `)
  const argocd = await asked('argocd', `version of Argo CD that runs [not known, judged as ${newestArgoCd}]: `)
  const hook = await settle('hook of pre-commit before each commit (yes, no) [yes]: ', hookText(given), yesOrNo, terminal)
  const job = await settle(`job on pull requests (github, gitlab, none) [${forge}]: `, jobText(given), forgeProblem, terminal)
  return {
    ...(operator !== undefined && { operator }),
    ...(argocd !== undefined && { argocd }),
    hook: hook !== 'no',
    forge: (job as Forge | undefined) ?? forge,
  }
}

const hookText = ({ hook }: Given): string | undefined => (hook === undefined ? undefined : hook === 'none' ? 'no' : 'yes')
const jobText = ({ ci }: Given): string | undefined => (ci === 'auto' ? undefined : ci)

function yesOrNo(text: string): string | undefined {
  return text === 'yes' || text === 'no' ? undefined : `the answer is \`${text}\`, but must be yes or no`
}

function forgeProblem(text: string): string | undefined {
  return ['github', 'gitlab', 'none'].includes(text) ? undefined : `the answer is \`${text}\`, but must be github, gitlab or none`
}
