// Which ApplicationSets and Applications did people write under apps/templates, and what is wrong with them?
import { locate } from '../diagnose.ts'
import type { LocatedFinding, Spot } from '../diagnose.ts'
import { isGenerated } from '../emit/header.ts'
import type { Database, Finding, Json, JsonMap, Path, Rule, Settings, SourceFile, Value } from '../model.ts'
import { parseYaml } from '../parse.ts'
import type { Tree } from '../tree.ts'
import { toPlain } from '../value.ts'
import { generateApplications } from './generate.ts'
import type { Generated } from './generate.ts'
import { readHelmText, unknownText } from './helm-text.ts'
import { gitPatterns } from './manifest-parts.ts'
import { deletionRules } from './rules-deletion.ts'
import { fileRules } from './rules-files.ts'
import { shapeRules } from './rules-shape.ts'
import { isJsonMap } from './typed.ts'

/** One hand-written Application or ApplicationSet. */
export interface Manifest {
  readonly kind: 'Application' | 'ApplicationSet'
  readonly plain: JsonMap
  /** path of the Application's metadata and spec: the root, or `spec.template` */
  readonly base: Path
  /** what a set generates; an Application is its own; undefined: it can't be known here */
  readonly applications: readonly JsonMap[] | undefined
  /** what the programs on the way say; empty for an Application */
  readonly refusals: Generated['errors']
  readonly settings: Settings
  readonly databases: readonly Database[]
  readonly tree: Tree
}
export type ManifestRule = Rule<Manifest>

export const manifestRules: readonly ManifestRule[] = [...shapeRules, ...fileRules, ...deletionRules]

export interface HandWritten {
  readonly findings: readonly LocatedFinding[]
  /** names of the ObjectStores in hand-written manifests; null: one could not be read */
  readonly stores: ReadonlySet<string> | null
}

/** Reads every template that is not generated; templates with control structures are only searched for lost braces. */
export function judgeHandWritten(settings: Settings, databases: readonly Database[], tree: Tree): HandWritten {
  const findings: LocatedFinding[] = []
  const stores = new Set<string>()
  let isComplete = true
  for (const path of tree.paths) {
    if (!/^apps\/templates\/.*\.ya?ml$/.test(path)) continue
    const read = tree.read(path)
    if (read?.ok !== true || isGenerated(read.text) || !/argoproj\.io|\bObjectStore\b/.test(read.text)) continue
    const file: SourceFile = { path, text: read.text }
    const helm = readHelmText(read.text)
    if (!helm.isPlain) {
      isComplete = false
      continue
    }
    if (/^kind:\s*["']?ApplicationSet/m.test(helm.text))
      findings.push(...helm.eaten.map(({ span, action }) => eatenFinding({ file, span }, action)))
    const { documents, problems } = parseYaml({ path, text: helm.text }, 'service')
    if (problems.some((problem) => problem.fatal)) {
      isComplete = false
      continue
    }
    for (const document of documents) {
      const plain = toPlain(document)
      if (isJsonMap(plain) && plain['kind'] === 'ObjectStore' && isJsonMap(plain['metadata'])) stores.add(String(plain['metadata']['name']))
      const manifest = readManifest(plain, { settings, databases, tree })
      if (manifest === undefined) continue
      const spotOf = (path: Path, on: 'key' | 'value' = 'value'): Spot => spotIn(document, { path, on }, { file, toFile: helm.toFile })
      for (const rule of manifestRules) for (const finding of rule.check(manifest)) findings.push(located(rule, finding, spotOf))
    }
  }
  return { findings, stores: isComplete ? stores : null }
}

function eatenFinding(at: Spot, action: string): LocatedFinding {
  return {
    rule: 'argocd/helm-braces',
    severity: 'error',
    message: `\`{{ ${action.slice(0, 40)} }}\` is meant for Argo CD, but Helm reads it first and leaves nothing of it`,
    at,
    help: `write \`{{ ${action} }}\` inside a raw string: {{\`{{ ${action} }}\`}}`,
  }
}

interface Surroundings {
  readonly settings: Settings
  readonly databases: readonly Database[]
  readonly tree: Tree
}

function readManifest(plain: Json, around: Surroundings): Manifest | undefined {
  if (!isJsonMap(plain) || !String(plain['apiVersion']).startsWith('argoproj.io/')) return undefined
  if (plain['kind'] === 'Application') return { kind: 'Application', plain, base: [], applications: [plain], refusals: [], ...around }
  if (plain['kind'] !== 'ApplicationSet') return undefined
  const { argocd } = around.settings
  const gitFiles = ownFiles(plain, around)
  const generated = generateApplications(plain, { argocd: argocd.version, ...(gitFiles === undefined ? {} : { gitFiles }) })
  const isKnown = !generated.errors.some(
    ({ stage }) =>
      stage === 'unsupported' ||
      stage === 'render' ||
      stage === 'params' ||
      stage === 'schema' ||
      stage === 'decode' ||
      stage === 'metadata',
  )
  return {
    kind: 'ApplicationSet',
    plain,
    base: ['spec', 'template'],
    applications: isKnown ? generated.applications.map(({ metadata, spec }) => ({ metadata, spec })) : undefined,
    refusals: generated.errors.filter(({ message }) => !message.includes(unknownText)),
    ...around,
  }
}

/** The files that a git generator of this repository sees; undefined where it looks elsewhere or beyond the folders that we read. */
function ownFiles(set: JsonMap, { settings, tree }: Surroundings): Record<string, string> | undefined {
  const text = JSON.stringify(set['spec'] ?? {})
  if (!text.includes('"git":')) return undefined
  const urls = [...text.matchAll(/"git":\{[^{}]*?"repoURL":"([^"]*)"/g)].map((match) => match[1])
  const paths = gitPatterns(set)
  const prefix = settings.repository.path === '' ? '' : `${settings.repository.path.replace(/\/$/, '')}/`
  const folders = new Set(tree.paths.map((path) => `${prefix}${path.split('/')[0]}/`))
  const isOwn = urls.every((url) => url?.replace(/\.git$/, '') === settings.repository.url.replace(/\.git$/, ''))
  if (!isOwn || paths.some((path) => ![...folders].some((folder) => path.startsWith(folder)))) return undefined
  const files: Record<string, string> = {}
  for (const path of tree.paths) {
    const read = tree.read(path)
    if (read?.ok === true) files[prefix + path] = read.text
  }
  return files
}

function located(rule: ManifestRule, finding: Finding, spotOf: (path: Path, on?: 'key' | 'value') => Spot): LocatedFinding {
  const [first, ...others] = finding.places
  const related = others.map((place) => ({ ...spotOf(place.path, place.on), message: place.label ?? 'this takes part in it' }))
  return { rule: rule.id, severity: rule.severity, message: finding.message, at: spotOf(first.path, first.on), related, help: finding.help }
}

/** The deepest node on the way; its span, from the text that Helm prints back to the file. */
function spotIn(
  root: Value,
  place: { path: Path; on: 'key' | 'value' },
  from: { file: SourceFile; toFile: (offset: number) => number },
): Spot {
  let node = root
  let isWhole = true
  for (const step of place.path) {
    const next: Value | undefined =
      node.kind === 'map' ? node.entries.get(String(step)) : node.kind === 'list' ? node.items[Number(step)] : undefined
    if (next === undefined) {
      isWhole = false
      break
    }
    node = next
  }
  const useKey = node.kind === 'map' || node.kind === 'list' || !isWhole || place.on === 'key'
  const entry = node.kind === 'map' && node.origin.key === null ? [...node.entries.values()][0] : node
  const span = (useKey ? entry?.origin.key : null) ?? node.origin.value
  const start = from.toFile(span.start)
  // a text over several pieces ends where its last character came from
  const end = Math.max(from.toFile(Math.max(span.end - 1, span.start)) + 1, start + 1)
  const spot = { file: from.file, span: { start, end } }
  return locate(spot).line === locate(spot).endLine ? spot : { file: from.file, span: { start, end: start + 1 } }
}
