// What does each file of the tree contain, read once, and where is a finding about it placed?
import { named, phrase } from '../findings/message.ts'
import { firstSpot } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import type { Message } from '../findings/finding.ts'
import type { SourceFile } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'
import { revisionIn } from '../repository/tree.ts'
import type { FileText, Tree } from '../repository/tree.ts'

export type Reader = (path: string) => SourceFile | undefined

/** Reads a file once; what can't be read is reported once and then absent. */
export function openReader(tree: Tree, findings: LocatedFinding[]): Reader {
  const files = new Map<string, SourceFile | undefined>()
  return (path) => {
    if (files.has(path)) return files.get(path)
    const shown = tree.shown?.(path) ?? path
    const blob = tree.blob?.(path)
    const about = {
      path: shown,
      ...(shown === path ? {} : { layoutPath: path }),
      ...(blob === undefined ? {} : { blob }),
      ...revisionIn(tree, path),
    }
    if (tree.later?.(path) === true) {
      files.set(
        path,
        fileReadLater(about, () => tree.read(path)),
      )
      return files.get(path)
    }
    const read = tree.read(path)
    const file: SourceFile = { ...about, text: read?.ok === true ? read.text : '' }
    if (read?.ok === false)
      findings.push({
        rule: 'discover/readable',
        severity: 'error',
        message: phrase`${named(file.path)} ${read.message}`,
        at: unreadableSpot(file, read.line),
        ...(read.help === undefined ? {} : { help: phrase`${read.help}` }),
      })
    files.set(path, read?.ok === true ? file : undefined)
    return files.get(path)
  }
}

/** A file whose text is read on first use. */
function fileReadLater(about: Omit<SourceFile, 'text'>, read: () => FileText | undefined): SourceFile {
  return {
    ...about,
    get text() {
      const found = read()
      return found?.ok === true ? found.text : ''
    },
  }
}

/** A finding about a file as a whole, at its first key. */
export function fileFinding(rule: string, message: Message, path: string, source: Reader, help?: Message): LocatedFinding {
  const file = source(path) ?? { path, text: '' }
  const root = parseYaml(file, 'service').documents[0]
  return { rule, severity: 'error', message, at: firstSpot(root, file), help }
}

/** A line of a file whose text is not known. */
export function unreadableSpot(file: SourceFile, line = 1): Spot {
  return { file: { ...file, text: '\n'.repeat(line - 1) }, span: { start: line - 1, end: line - 1 } }
}
