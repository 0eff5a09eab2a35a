// Which files do kustomizations take or apply as patches, and may they change an Application that they take?
import { posix } from 'node:path'
import { isKustomization } from '../../discover/loose.ts'
import type { Tree } from '../../repository/tree.ts'
import { trimEndOf } from '../../values/trim.ts'
import { firstPlain, isJsonMap, layoutPathOf } from '../../values/value.ts'
import type { SourceFile } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { at, texts } from '../manifest-parts.ts'

interface Taking {
  readonly path: string
  /** where it is, without a slash at its end */
  readonly folder: string
  /** files and folders */
  readonly taken: ReadonlySet<string>
  readonly patches: ReadonlySet<string>
  readonly isChanging: boolean
  readonly setsNamespace: boolean
}

const changing = [
  ['patches', 'patchesStrategicMerge', 'patchesJson6902', 'replacements', 'vars'],
  ['components', 'transformers', 'configurations'],
].flat()

const known = new WeakMap<Tree, readonly Taking[]>()

/** Whether a kustomization that takes a file, itself or through others, has keys that may change what is in it. */
export const mayBeTransformed = (file: SourceFile, tree: Tree): boolean => reaches(file, tree, ({ isChanging }) => isChanging)

/** Whether one gives what is in it another namespace, or may. */
export const mayBeMoved = (file: SourceFile, tree: Tree): boolean =>
  reaches(file, tree, ({ isChanging, setsNamespace }) => isChanging || setsNamespace)

function reaches(file: SourceFile, tree: Tree, asked: (by: Taking) => boolean): boolean {
  const all = takingIn(tree)
  const reached = new Set([layoutPathOf(file)])
  for (const path of reached)
    for (const by of all) {
      if (!by.taken.has(path)) continue
      if (asked(by)) return true
      reached.add(by.folder)
    }
  return false
}

/** The kustomization that applies a file as a patch; undefined: none does, or one takes it whole. */
export function appliedAsPatch(path: string, tree: Tree): string | undefined {
  const all = takingIn(tree)
  if (all.some(({ taken }) => taken.has(path))) return undefined
  return all.find(({ patches }) => patches.has(path))?.path
}

function takingIn(tree: Tree): readonly Taking[] {
  const all = known.get(tree) ?? kustomizationsOf(tree)
  known.set(tree, all)
  return all
}

function kustomizationsOf(tree: Tree): Taking[] {
  const all = tree.wide?.() ?? tree
  return all.paths.flatMap((path) => {
    const read = isKustomization(path) ? all.read(path) : undefined
    const plain = read?.ok === true ? firstPlain(parseYaml({ path, text: read.text }, 'service').documents) : undefined
    if (!isJsonMap(plain)) return []
    const folder = path.includes('/') ? posix.dirname(path) : ''
    const taken = ['resources', 'bases', 'components'].flatMap((key) => texts(at(plain, key)))
    const patches = ['patches', 'patchesJson6902'].flatMap((key) => {
      const list = at(plain, key)
      return Array.isArray(list) ? texts(list.map((item) => at(item, 'path') ?? null)) : []
    })
    const merged = texts(at(plain, 'patchesStrategicMerge')).filter((entry) => !entry.includes('\n'))
    const here = (entries: readonly string[]): Set<string> =>
      new Set(entries.map((entry) => trimEndOf(posix.join('/', folder, entry).slice(1), '/')))
    return {
      path,
      folder,
      taken: here(taken),
      patches: here([...patches, ...merged]),
      isChanging: changing.some((key) => plain[key] !== undefined),
      setsNamespace: plain['namespace'] !== undefined,
    }
  })
}
