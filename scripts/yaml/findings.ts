// How are problems of a YAML text reported?
import { described, named, phrase } from '../findings/message.ts'
import { locate } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { SourceFile, Value } from '../values/value.ts'
import type { ParsedYaml, YamlProblem } from './parse.ts'

/** Problems of the text → findings. */
export function yamlFindings(file: SourceFile, problems: readonly YamlProblem[]): LocatedFinding[] {
  return problems.map((problem) => ({
    rule: problem.rule,
    severity: 'error' as const,
    message: problem.message,
    at: { file, span: problem.span },
    help: problem.help,
    fix: problem.fix,
    ...(problem.related === undefined ? {} : { related: [{ file, span: problem.related.span, message: problem.related.message }] }),
  }))
}

/** Whether any document after the first has content: a `---` at the end of a file is harmless in every Helm. */
export function hasSeveralDocuments(documents: readonly Value[]): boolean {
  return documents.slice(1).some((document) => document.kind !== 'null')
}

/** Helm up to 3.19 reads only the first document, Helm 4 merges all of them: a file with several is refused. */
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
    message: phrase`${named(file.path)} has ${named(documents.length)} documents (the next at line ${named(locate(at).line)}), but must have one`,
    at,
    help: phrase`remove the \`---\`, or move what follows to a file of its own`,
  }
}

/** What no Helm, or not every Helm, accepts as a values file: several documents, or a root that is not a map. */
export function shapeFindings(file: SourceFile, { documents, problems }: ParsedYaml): LocatedFinding[] {
  const root = documents[0]
  if (root === undefined || problems.some(({ fatal }) => fatal)) return []
  if (hasSeveralDocuments(documents)) return [severalDocuments(file, documents)]
  if (root.kind === 'map' || root.kind === 'null') return []
  const message = phrase`${named(file.path)} is ${described(root)}, but values are a map of keys`
  return [{ rule: 'yaml/root-map', severity: 'error', message, at: { file, span: root.origin.value }, help: phrase`write \`key: value\`` }]
}
