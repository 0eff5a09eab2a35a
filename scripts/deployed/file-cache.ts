// What is in a file of the repository, as one object however many Applications name it?
import type { SourceFile, Value } from '../values/value.ts'
import { parseFirstDocument } from '../yaml/parse.ts'
import { revisionIn } from '../repository/tree.ts'
import type { Tree } from '../repository/tree.ts'

const files = new WeakMap<Tree, Map<string, SourceFile | undefined>>()

/** Reads files of any folder of a tree, each once; undefined: there is none, or it can't be read. */
export function fileReader(tree: Tree): (path: string) => SourceFile | undefined {
  const known = files.get(tree) ?? new Map<string, SourceFile | undefined>()
  files.set(tree, known)
  return (path) => {
    if (known.has(path)) return known.get(path)
    const read = tree.read(path) ?? tree.wide?.().read(path)
    const shown = tree.shown?.(path) ?? path
    const blob = tree.blob?.(path)
    const file: SourceFile | undefined =
      read?.ok === true
        ? {
            path: shown,
            text: read.text,
            ...(shown === path ? {} : { layoutPath: path }),
            ...(blob === undefined ? {} : { blob }),
            ...revisionIn(tree, path),
          }
        : undefined
    known.set(path, file)
    return file
  }
}

const roots = new WeakMap<SourceFile, Value | undefined>()

/** The first document of a Chart.yaml or a Chart.lock, parsed once however many Applications deploy the chart; undefined: it has none. */
export function chartRoot(file: SourceFile): Value | undefined {
  if (!roots.has(file)) roots.set(file, parseFirstDocument(file, 'chart').documents[0])
  return roots.get(file)
}

/** Why a file that is there can't be read; undefined: it can, or there is none. */
export function unreadable(tree: Tree, path: string): string | undefined {
  const read = tree.read(path) ?? tree.wide?.().read(path)
  return read?.ok === false ? `${tree.shown?.(path) ?? path} ${read.message}` : undefined
}
