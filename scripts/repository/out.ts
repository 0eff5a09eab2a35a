// How does a report reach the file that `--out` names?
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, lstatSync, openSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isInside } from './tree.ts'
import { repositoryTop, UsageError } from './workspace.ts'

/**
 * Writes the whole text into a new file beside the target and gives it the target's name: a link that stands there is replaced,
 * not followed. A path into the checkout may not leave it by a link; one outside of it is the caller's wish.
 */
export function writeOut(out: string, text: string, { cwd, root }: { readonly cwd: string; readonly root: string }): void {
  const target = resolve(realpathSync(cwd), out)
  const folder = dirname(target)
  const refuse = (why: string): never => {
    throw new UsageError(`--out is \`${out}\`, but ${why}`)
  }
  if (!existsSync(folder)) refuse('its folder does not exist')
  const tops = [repositoryTop(root), repositoryTop(realpathSync(cwd))]
  if (tops.some((top) => isInside(top, target) && !isInside(top, realpathSync(folder))))
    refuse('a link on the way leads out of the repository')
  const there = lstatSync(target, { throwIfNoEntry: false })
  if (there !== undefined && !there.isFile() && !there.isSymbolicLink()) refuse('must be a file')
  const temporary = join(folder, `.${basename(target)}.${randomBytes(8).toString('hex')}.tmp`)
  try {
    const file = openSync(temporary, 'wx', 0o644)
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    if (!(error instanceof Error && 'code' in error)) throw error
    refuse(`can't be written there (${String(error.code)})`)
  }
}
