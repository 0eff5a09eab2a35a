// May a report be written to the file that the user names?
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isEarlierReport } from '../../emit/formats/earlier.ts'
import type { ReportKind } from '../../emit/formats/earlier.ts'
import { repositoryTop } from '../../repository/place.ts'
import { isInside } from '../../repository/tree.ts'
import { UsageError } from '../../repository/workspace.ts'
import type { Workspace } from '../../repository/workspace.ts'
import { realTarget, reasonFor, writeWhole } from '../../repository/write.ts'
import type { WriteOptions } from '../../repository/write.ts'

/** A file that a command is asked to write. */
export interface Target {
  /** the option that names it, such as `--out` */
  readonly flag: string
  readonly path: string
  readonly workspace: Workspace
  /** a name for such a file, for advice */
  readonly example: string
  /** what may be replaced, in words, and how it is known */
  readonly what: string
  readonly isOurs: (text: string) => boolean
}

/** The file behind a target, links followed; wrong usage if something that may not be replaced is there, or if the name is that of an input. */
export function targetOf({ flag, path, workspace, example, what, isOurs }: Target, options: WriteOptions): string {
  const wrong = (why: string): UsageError => new UsageError(`${flag} is \`${options.shown}\`, but ${why}`)
  try {
    const target = realTarget(path, options)
    const { root, databases = root } = workspace
    const stats = statSync(target, { throwIfNoEntry: false })
    if (stats?.isDirectory() === true) throw wrong(`must be a file, such as ${join(options.shown, example)}`)
    if (stats !== undefined && !stats.isFile()) throw wrong('must be a file; `-` is standard output')
    if (stats !== undefined && !isOurs(readFileSync(target, 'utf8')))
      throw wrong(`that file is not ${what}; name another one, or remove it`)
    // what is read from a repository is YAML, which no report is
    if (/\.ya?ml$/i.test(target) && (isInside(root, target) || isInside(databases, target)))
      throw wrong(`files of that name are inputs; name another one, such as ${example}`)
    return target
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    throw wrong(`can't be written there: ${reasonFor(error)}`)
  }
}

/** Where a report is to go, and of which kind it is. */
export interface Asked {
  /** the value of the option; absent, or `-` for `--out`: standard output */
  readonly named: string | undefined
  readonly kind: ReportKind
  readonly workspace: Workspace
  readonly cwd: string
}

/** Checks the target before anything is computed, and writes it afterwards. Undefined: the report goes to standard output. */
export function openReport({ named, kind, workspace, cwd }: Asked): ((text: string) => void) | undefined {
  const flag = kind === 'baseline' ? '--write-baseline' : '--out'
  if (named === undefined || (named === '-' && flag === '--out')) return undefined
  const [command, form] = kind.split(' ')
  const what = form === undefined ? `a ${command} of this program` : `an earlier ${form} report of \`${command}\``
  const path = resolve(cwd, named)
  const options = { inside: repositoryTop(workspace.root), shown: named }
  targetOf({ flag, path, workspace, example: examples[kind], what, isOurs: (text) => isEarlierReport(text, kind) }, options)
  return (text) => writeWhole(path, text, options)
}

const examples: Readonly<Record<ReportKind, string>> = {
  'check pretty': 'check.txt',
  'check github': 'check.txt',
  'check junit': 'junit.xml',
  'check json': 'check.json',
  'check gitlab': 'code-quality.json',
  'check sarif': 'cnpg.sarif',
  'plan pretty': 'plan.txt',
  'plan markdown': 'plan.md',
  'plan json': 'plan.json',
  baseline: 'baseline.json',
}
