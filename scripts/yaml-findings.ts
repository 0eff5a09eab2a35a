// How are problems of a YAML text told to a person?
import { locate } from './diagnose.ts'
import type { LocatedFinding } from './diagnose.ts'
import type { SourceFile, Value } from './model.ts'
import type { YamlProblem } from './parse.ts'

/** Problems of the text → findings. */
export function yamlFindings(file: SourceFile, problems: readonly YamlProblem[]): LocatedFinding[] {
  return problems.map((problem) => ({
    rule: problem.rule,
    severity: 'error' as const,
    message: problem.message,
    at: { file, span: problem.span },
    help: problem.help,
    ...(problem.related === undefined ? {} : { related: [{ file, span: problem.related.span, message: problem.related.message }] }),
  }))
}

/** Whether more than the first document says something: a `---` at the end of a file is harmless to every Helm. */
export function hasSeveralDocuments(documents: readonly Value[]): boolean {
  return documents.slice(1).some((document) => document.kind !== 'null')
}

/** Helm up to 3.19 reads the first document, Helm 4 merges all: a file with several is refused. */
export function severalDocuments(file: SourceFile, documents: readonly Value[]): LocatedFinding {
  const separator = [...file.text.matchAll(/^---(?=\s|$)/gm)].find(
    (match) =>
      file.text
        .slice(0, match.index)
        .replaceAll(/^\s*(?:#.*|%.*)?$/gm, '')
        .trim() !== '',
  )
  const start = separator?.index ?? 0
  const at = { file, span: { start, end: start + 3 } }
  return {
    rule: 'yaml/one-document',
    severity: 'error',
    message: `${file.path} holds ${documents.length} documents from line ${locate(at).line} on, but must hold one`,
    at,
    help: 'remove the `---`, or move what follows to a file of its own',
  }
}
