// Which of the files that `admit` is given are patches of a kustomization, and so no whole objects?
import { realpathSync } from 'node:fs'
import { basename, dirname, posix, relative, resolve, sep } from 'node:path'
import { kustomizations } from '../../discover/loose.ts'
import { appliedAsPatch } from '../../deployed/kustomize/transformed.ts'
import { repositoryTop } from '../../repository/place.ts'
import { isInside, prefixOf, workTree } from '../../repository/tree.ts'
import type { Tree } from '../../repository/tree.ts'
import { visible } from '../../values/untrusted.ts'
import type { Terminal } from '../../emit/terminal.ts'

/** The other files; each that a kustomization of its repository names as a patch, and takes nowhere as it is, is said to be skipped. */
export function withoutPatches(paths: readonly string[], terminal: Terminal): readonly string[] {
  const trees = new Map<string, Tree>()
  return paths.filter((path) => {
    const by = path === '-' ? undefined : patchedBy(resolve(terminal.cwd, path), trees, realOf(terminal.cwd) ?? terminal.cwd)
    if (by === undefined) return true
    const folder = dirname(relative(realOf(terminal.cwd) ?? terminal.cwd, by))
      .split(sep)
      .join('/')
    terminal.stderr(
      `${visible(`${path} is a patch of ${folder}, no whole object, so it was skipped: kustomize build ${folder} | cnpg-values admit -`)}\n`,
    )
    return false
  })
}

/** The kustomization that applies a file as a patch: one of its repository, or, outside of any, one in a folder from here to the file. */
function patchedBy(file: string, trees: Map<string, Tree>, cwd: string): string | undefined {
  const folder = realOf(dirname(file))
  if (folder === undefined) return undefined
  const repository = repositoryTop(folder)
  const top = repository === folder && isInside(cwd, folder) ? cwd : repository
  const inside = relative(top, folder).split(sep).join('/')
  const tree = trees.get(folder) ?? (repository === folder ? between(top, inside) : trees.get(top)) ?? workTree(top, [''])
  trees.set(repository === folder ? folder : top, tree)
  const by = appliedAsPatch(posix.join(inside, basename(file)), tree)
  return by === undefined ? undefined : resolve(top, by)
}

/** The kustomizations of a folder and of those above it. */
function between(top: string, inside: string): Tree {
  const tree = workTree(top, [])
  const folders = inside.split('/').map((_, index, parts) => prefixOf(parts.slice(0, index + 1).join('/')))
  const paths = ['', ...folders].flatMap((folder) => kustomizations.map((name) => folder + name))
  return { ...tree, paths: [...new Set(paths)].filter((path) => tree.read(path)?.ok === true) }
}

function realOf(folder: string): string | undefined {
  try {
    return realpathSync(folder)
  } catch {
    return undefined
  }
}
