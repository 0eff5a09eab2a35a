// Which commit does a change start from?
import { ask, calls, GitFailure } from './git-command.ts'

/** A commit to compare with, and its name. */
export interface BaseCommit {
  readonly revision: string
  readonly commit: string
  /** the top of the repository that it is a commit of */
  readonly top: string
  /** HEAD itself is the base: only what is not committed can differ */
  readonly isHead: boolean
}

/** How a person names a commit, and calls git where it is. */
export interface Asked {
  readonly flag: string
  readonly git: string
}

/** Where a change starts. */
export interface Start {
  readonly commit: string
  /** it is HEAD itself: nothing has been committed since */
  readonly isHead: boolean
}

/**
 * The commit that a change starts from: the merge base of HEAD and `ref` (a branch, a tag, a commit). With HEAD unborn
 * it is `ref` itself. An obstacle (no repository, no such ref, a shallow clone, no common history) is a
 * GitFailure that says what to do.
 */
export function mergeBase(root: string, ref: string, { flag, git }: Asked = { flag: '--base', git: 'git' }): Start {
  // eslint-disable-next-line no-control-regex
  if (/^$|^[-^]|[\0-\x20\x7f]|\.\./.test(ref))
    throw new GitFailure(`${flag} is \`${ref}\`, but must name a branch, a tag or a commit, such as origin/main`)
  if (ref.endsWith('/')) throw new GitFailure(`${flag} is \`${ref}\`, but names no branch; is the variable in it empty?`)
  const [head, , base] = ask(root, calls.symmetric(ref))?.split('\n') ?? []
  if (base !== undefined) return { commit: base.slice(1), isHead: base.slice(1) === head }
  const commit = ask(root, calls.commit(ref))
  const shallow = ask(root, calls.isShallow()) === 'true'
  const deepen = `run \`${git} fetch --unshallow\` (GitHub Actions: \`fetch-depth: 0\`)`
  if (commit === undefined || commit === '')
    throw new GitFailure(
      `${flag} is \`${ref}\`, but this repository has no such commit; ${otherName(root, ref) ?? (shallow ? deepen : howToGet(ref, git))}`,
    )
  if ((ask(root, calls.commit('HEAD')) ?? '') === '') return { commit, isHead: false }
  if (shallow) throw new GitFailure(`this clone is shallow and holds no common commit of \`${ref}\` and HEAD; ${deepen}`)
  throw new GitFailure(`\`${ref}\` and HEAD have no common commit, but a change is compared with where it began; name another base`)
}

/** For a branch that only a remote has (a fresh clone of a pull request), or a variable that holds a whole ref. */
function otherName(root: string, ref: string): string | undefined {
  const branch = ref.replace(/^(?:refs\/remotes\/)?(?:origin|upstream)\/(?=refs\/heads\/)/, '').replace(/^refs\/heads\//, '')
  if (!/^[\w][\w./+@-]*$/.test(branch) || branch.endsWith('.')) return undefined
  const [remote] =
    ask(root, calls.remoteBranches(branch))
      ?.split('\n')
      .filter((name) => name !== ref && name !== '') ?? []
  return remote === undefined ? undefined : `did you mean \`${remote}\`?`
}

function howToGet(ref: string, git: string): string {
  if (/^0+$/.test(ref)) return 'zeros mean a branch that was just created, so name the branch that it came from'
  const remote = /^(?:refs\/remotes\/)?(origin|upstream)\/(?!refs\/)(.+)$/.exec(ref)
  return remote === null
    ? `see \`${git} branch --all\``
    : `run \`${git} fetch ${remote[1]} ${remote[2]}:refs/remotes/${remote[1]}/${remote[2]}\``
}

/** Whether a repository has a commit of this name. */
export function hasCommit(root: string, ref: string): boolean {
  return !/^$|^[-^]/.test(ref) && (ask(root, calls.commit(ref)) ?? '') !== ''
}

/**
 * The HEAD with which the index is compared: undefined before the first commit, and while a merge is being concluded
 * (the other side's changes were checked there, against its own history).
 */
export function stagedBase(root: string): string | undefined {
  // names that resolve to nothing are left out of the answer
  const [head, ...merged] = ask(root, calls.heads('HEAD', 'MERGE_HEAD'))?.split('\n') ?? []
  return head === '' || merged.length > 0 ? undefined : head
}
