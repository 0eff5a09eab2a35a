// Which of the repositories at hand are compared, each with which commit of its own?
import { checkoutsOf } from '../discover/checkouts.ts'
import type { Checkout } from '../discover/checkouts.ts'
import type { Compared } from '../findings/database-change.ts'
import { isSameRepository } from '../deployed/manifest-parts.ts'
import type { Settings } from '../model.ts'
import { hasCommit, mergeBase, stagedBase } from '../repository/base-commit.ts'
import type { Asked, BaseCommit } from '../repository/base-commit.ts'
import { shellLine } from '../repository/invocation.ts'
import { findRepository, repositoryTop } from '../repository/place.ts'
import { originOf, remoteName } from '../repository/remote.ts'
import { shownPath, UsageError } from '../repository/workspace.ts'
import type { Workspace } from '../repository/workspace.ts'
import { listed } from '../values/path.ts'
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'

/** The commits that a change starts from. A repository without one is read as it is on disk, on both sides. */
export interface Bases {
  /** that of the repository that the command is run in, else the first that is given */
  readonly first: BaseCommit
  /** by the top of the repository */
  readonly byTop: ReadonlyMap<string, BaseCommit>
}

export interface BaseFlags {
  readonly base?: string | undefined
  /** `URL=REF` or `DIR=REF` each */
  readonly baseOf?: readonly string[] | undefined
  readonly staged: boolean
}

/** The commit that the repository of a folder is compared with; undefined: it is not compared. */
export function baseOfFolder({ byTop }: Bases, folder: string): BaseCommit | undefined {
  return byTop.get(repositoryTop(folder))
}

/** A repository at hand, as a person calls it. */
interface Known {
  readonly top: string
  readonly name: string
  readonly urls: readonly string[]
}

/** The root, the databases and the other checkouts; those in one repository are one. */
function repositoriesOf({ root, databases }: Workspace, { repository }: Settings, checkouts: readonly Checkout[]): Known[] {
  const folders = [
    { folder: root, name: 'the root', url: repository.url },
    ...(databases === undefined
      ? []
      : [{ folder: databases, name: shownPath(root, databases), url: originOf(repositoryTop(databases)) ?? '' }]),
    ...checkouts.map(({ folder, url }) => ({ folder, name: shownPath(root, folder), url })),
  ]
  const found = new Map<string, Known>()
  for (const { folder, name, url } of folders) {
    const top = repositoryTop(folder)
    const known = found.get(top) ?? { top, name, urls: [] }
    found.set(top, { ...known, urls: [...known.urls, url] })
  }
  return [...found.values()]
}

/**
 * The commits that `--base`, `--base-of` and `--staged` ask for. `--base` is about the repository that the command is run
 * in; with `staged` alone it is HEAD, or nothing before the first commit.
 */
export function basesOf(workspace: Workspace, settings: Settings, flags: BaseFlags): Bases | undefined {
  const { base, baseOf = [], staged } = flags
  const known = repositoriesOf(workspace, settings, checkoutsOf(workspace, settings))
  const given = baseOf.map((text) => readBaseOf(text, workspace, known))
  const { standing = repositoryTop(workspace.root) } = workspace
  const byTop = new Map<string, BaseCommit>()
  const add = (top: string, ref: string, asked?: Asked): void => {
    const { commit, isHead } = mergeBase(top, ref, asked)
    byTop.set(top, { top, revision: ref, commit, isHead: isHead && !(staged && top === standing) })
  }
  if (base !== undefined) {
    const top = baseTop(standing, known)
    const other = known.find((one) => one.top !== top && findRepository(one.top) !== undefined && hasCommit(one.top, base))
    if (other !== undefined && !hasCommit(top, base))
      throw new UsageError(
        `--base is \`${base}\`, which only ${other.name} has, but is about the repository that the command is run in; --base-of names that of another one`,
      )
    add(top, base)
  }
  for (const { top, ref, of, name } of given) {
    if (byTop.has(top)) throw new UsageError(`--base-of is \`${of}=${ref}\`, but ${name} already has a base`)
    const { cwd = workspace.root } = workspace
    add(top, ref, { flag: `--base-of ${of}`, git: shellLine(['git', ...(top === repositoryTop(cwd) ? [] : ['-C', shownPath(cwd, top)])]) })
  }
  const head = staged && !byTop.has(standing) ? stagedBase(standing) : undefined
  if (head !== undefined) byTop.set(standing, { top: standing, revision: 'HEAD', commit: head, isHead: false })
  const [first] = [byTop.get(standing), ...byTop.values()].filter((one) => one !== undefined)
  return first === undefined ? undefined : { first, byTop }
}

/** The repository that `--base` is about: that of the working directory, or where that is none, the only one there is. */
function baseTop(standing: string, known: readonly Known[]): string {
  const [only, ...others] = known.filter(({ top }) => findRepository(top) !== undefined)
  return findRepository(standing) === undefined && only !== undefined && others.length === 0 ? only.top : standing
}

/** `URL=REF` or `DIR=REF`, split at the last `=`. */
function readBaseOf(
  text: string,
  { root, cwd = root }: Workspace,
  known: readonly Known[],
): Known & { readonly of: string; readonly ref: string } {
  const at = text.lastIndexOf('=')
  if (at <= 0 || at === text.length - 1) throw new UsageError(`--base-of is \`${text}\`, but must be URL=REF or DIR=REF`)
  const [of, ref] = [text.slice(0, at), text.slice(at + 1)]
  const folder = resolve(cwd, of)
  const top = existsSync(folder) ? repositoryTop(realpathSync(folder)) : undefined
  const found = known.find(({ urls }) => urls.some((url) => isSameRepository(url, of))) ?? known.find((one) => one.top === top)
  if (found !== undefined) return { ...found, of, ref }
  const names = known.map(({ name }) => name)
  throw new UsageError(`--base-of is \`${text}\`, but ${of} is none of the checkouts (${listed(names)}); name one with --checkout URL=DIR`)
}

/** What was compared with what, and what was not. */
export function comparedWith(workspace: Workspace, settings: Settings, { byTop }: Bases): Compared {
  const known = repositoriesOf(workspace, settings, checkoutsOf(workspace, settings))
  const ownTop = repositoryTop(workspace.root)
  const isAlone = known.length === 1
  const texts = known.flatMap(({ top, name }) => {
    const base = byTop.get(top)
    return base === undefined ? [] : [`${baseText(base)}${isAlone ? '' : ` of ${name}`}${headText(base)}`]
  })
  const others = known.filter(({ top }) => !byTop.has(top))
  const names = others.map(({ name }) => name)
  const asIs =
    others.length === 1 ? 'is read as it is on disk, and was not compared' : 'are read as they are on disk, and were not compared'
  const rest = others.length === 0 ? '' : `; ${names.join(', ')} ${asIs}`
  const { databases } = workspace
  const isElsewhere = databases !== undefined && !byTop.has(repositoryTop(databases)) && byTop.has(ownTop)
  const rendered = isElsewhere ? ': what its databases were is taken from the rendered values' : ''
  return {
    compared: `compared with ${texts.join('; with ')}${rest}${rendered}`,
    repositories: known.map(({ top }) => {
      const base = byTop.get(top)
      return { ...(top !== ownTop && { repository: remoteName(top) }), ...(base && { base: base.revision, commit: base.commit }) }
    }),
  }
}

function baseText({ revision, commit, isHead }: BaseCommit): string {
  return `${revision} (${isHead || revision === 'HEAD' ? '' : 'merge base '}${commit.slice(0, 7)})`
}

function headText({ isHead }: BaseCommit): string {
  return isHead ? ', which is HEAD: only what is not committed can differ' : ''
}
