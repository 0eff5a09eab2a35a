// Which of the files that a git generator reads keeps its set from being computed, and where in it?
import { generateApplications } from '../../../applicationset/generate.ts'
import { pathspec } from '../../../applicationset/git-paths.ts'
import { fileReader } from '../../../deployed/file-cache.ts'
import { ownFiles } from '../../../deployed/sets/git-files.ts'
import { at, gitGenerators } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { perManifest } from '../../../deployed/per-manifest.ts'
import { repositoryPath } from '../../../deployed/repository-path.ts'
import { described, named, phrase } from '../../../findings/message.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import { templateBudget } from '../../../go-template/budget.ts'
import { nearest } from '../../../values/path.ts'
import { printed } from '../../../values/printed.ts'
import { isJsonMap } from '../../../values/value.ts'
import type { JsonMap, SourceFile, Value } from '../../../values/value.ts'
import { yamlFindings } from '../../../yaml/findings.ts'
import { parseFirstDocument } from '../../../yaml/parse.ts'
import { computedText } from './computed-text.ts'

/** A set with more files than that is not read file by file. */
const mostFiles = 500

/** The files to blame for what stops a set; none: its generators or its template have the mistake. */
export const generatorFileFindings = perManifest((manifest): readonly LocatedFinding[] => {
  const { refusals, kind } = manifest
  const isStopped = refusals.some(({ stage }) => stage === 'params' || stage === 'render')
  return kind === 'ApplicationSet' && isStopped ? findIn(manifest) : []
})

function findIn(manifest: Manifest): LocatedFinding[] {
  const { plain, settings, tree } = manifest
  const [git, ...others] = gitGenerators(at(plain, 'spec', 'generators') ?? null)
  const files = git === undefined ? undefined : ownFiles(plain, { settings, tree })?.(git)
  if (git === undefined || others.length > 0 || files === undefined) return []
  const matched = matchedFiles(git, Object.keys(files))
  if (matched.length > mostFiles) return []
  const read = fileReader(tree)
  const found = matched.flatMap((path) => {
    const own = repositoryPath({ kind: 'local', path, repoURL: printed(git['repoURL'] ?? '') }, { settings, tree })
    const file = own === undefined ? undefined : read(own)
    return file === undefined ? [] : [{ path, file }]
  })
  const unread = found.flatMap(({ file }) => unreadable(file))
  if (unread.length > 0) return unread
  const failing = found.flatMap(({ path, file }) => {
    const options = { argocd: settings.argocd.version, gitFiles: { [path]: file.text } }
    const error = generateApplications(plain, options).errors.find(({ stage }) => stage === 'params' || stage === 'render')
    return error === undefined ? [] : [{ file, message: error.message }]
  })
  // what every file has is a mistake of the template
  if (failing.length === found.length && failing.length > 1) return []
  return failing.flatMap(({ file, message }) => missingIn(file, message, manifest))
}

function matchedFiles(git: JsonMap, paths: readonly string[]): string[] {
  const list = git['files']
  const items = Array.isArray(list) ? list.filter(isJsonMap) : []
  try {
    const specs = items.map((item) => ({
      takes: pathspec(printed(item['path'] ?? ''), templateBudget()),
      isExclude: item['exclude'] === true,
    }))
    return paths.filter(
      (path) =>
        specs.some(({ takes, isExclude }) => !isExclude && takes(path)) && !specs.some(({ takes, isExclude }) => isExclude && takes(path)),
    )
  } catch {
    return []
  }
}

/** Not YAML, or no map: a generator takes a map, or a list of them. */
function unreadable(file: SourceFile): LocatedFinding[] {
  const { documents, problems } = parseFirstDocument(file, 'service')
  const fatal = problems.filter((problem) => problem.fatal)
  if (fatal.length > 0) return yamlFindings(file, fatal)
  const [root] = documents
  const wrong = [root?.kind === 'list' ? root.items : (root ?? [])]
    .flat()
    .find((item: Value) => item.kind !== 'map' && item.kind !== 'null')
  if (wrong === undefined) return []
  return [
    {
      rule: 'argocd/set-generates',
      severity: 'error',
      message: phrase`this is ${described(wrong)}, but a git generator reads maps`,
      at: { file, span: wrong.origin.value },
      help: phrase`write \`key: value\`, or leave the file out of the generator with \`exclude: true\``,
    },
  ]
}

/** A key that this file alone does not have. */
function missingIn(file: SourceFile, message: string, manifest: Manifest): LocatedFinding[] {
  const key = /no entry for key "([^"]*)"/.exec(message)?.[1]
  if (key === undefined) return []
  const [root] = parseFirstDocument(file, 'service').documents
  const entries = root?.kind === 'map' ? root.entries : new Map<string, Value>()
  const guess = nearest(key, entries.keys())
  const node = guess === undefined ? [...entries.values()][0] : entries.get(guess)
  const spot: Spot = { file, span: node?.origin.key ?? { start: 0, end: 1 } }
  return [
    {
      rule: 'argocd/set-generates',
      severity: 'error',
      message: phrase`${named(computedText(message, manifest.file))}, which the template of ${named(printed(at(manifest.plain, 'metadata', 'name') ?? ''))} needs`,
      at: spot,
      help: guess === undefined ? phrase`add ${named(key)}` : phrase`did you mean \`${named(key)}\`?`,
    },
  ]
}
