// Which parts of a hand-written Application or set do rules read?
import { trimEndOf } from '../values/trim.ts'
import { printed } from '../values/printed.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import type { Settings } from '../model.ts'
import { isOfficialPlace } from '../charts/pin.ts'
import { sourcesIn, sourcesOf } from '../applicationset/sources.ts'
import type { ValueFile } from '../applicationset/sources.ts'
import { isJsonMap, jsonAt } from '../values/value.ts'
import { unknownText } from './sets/unknown-text.ts'

/** What a template of a database has in it somewhere. */
export const mentionsDatabases = /postgresql\.cnpg\.io|cloudnative-pg/

/** The plain value at a path; undefined where the path ends early. */
export function at(root: Json | undefined, ...path: Path): Json | undefined {
  return jsonAt(root, path)
}

export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** The texts of a list with the index that each has there, among items that may be of another kind. */
export function textItems(value: Json | undefined): { readonly index: number; readonly text: string }[] {
  return Array.isArray(value) ? value.flatMap((item, index) => (typeof item === 'string' ? [{ index, text: item }] : [])) : []
}

/** The index of a list's first text that matches; -1: none does. */
export function indexOfText(value: Json | undefined, matches: (text: string) => boolean): number {
  return Array.isArray(value) ? value.findIndex((item) => typeof item === 'string' && matches(item)) : -1
}

/** Where the nth source that counts is below `spec`: items of `sources` that are no maps do not count. */
export function sourcePath(spec: Json | undefined, nth: number): Path {
  const many = at(spec, 'sources')
  if (!Array.isArray(many) || (many.length === 0 && at(spec, 'source') !== undefined)) return ['source']
  const places = sourcePlaces.get(many) ?? [...many.keys()].filter((index) => isJsonMap(many[index]))
  sourcePlaces.set(many, places)
  return ['sources', places[nth] ?? nth]
}

/** Where the maps of a list are; each of thousands of sources asks for its own place. */
const sourcePlaces = new WeakMap<readonly Json[], readonly number[]>()

interface PlacedSource {
  readonly source: JsonMap
  readonly path: Path
}

/** The sources as they are written, with their paths. */
export function placedSources({ plain, base }: { readonly plain: JsonMap; readonly base: Path }): PlacedSource[] {
  const spec = at(plain, ...base, 'spec')
  if (!isJsonMap(spec)) return []
  const { sources, multiple } = sourcesOf(spec)
  return sources.map((source, index) => ({ source, path: [...base, 'spec', ...(multiple ? sourcePath(spec, index) : ['source'])] }))
}

/** Where a source of an Application that a manifest makes is written. */
export function placeOfSource(
  source: JsonMap,
  application: JsonMap,
  { plain, base }: { readonly plain: JsonMap; readonly base: Path },
): Path {
  const nth = sourcesIn(at(application, 'spec')).indexOf(source)
  return [...base, 'spec', ...sourcePath(at(plain, ...base, 'spec'), Math.max(nth, 0))]
}

/** The Applications that a manifest makes; one that another program consumes makes none as it is. */
export function applicationsMadeBy(manifest: {
  readonly isConsumed: boolean
  readonly applications?: readonly JsonMap[] | undefined
}): readonly JsonMap[] {
  return manifest.isConsumed ? [] : (manifest.applications ?? [])
}

/** An Application that deploys databases: a source is the official chart, or that of an environment. */
export function isDatabase(application: JsonMap, settings: Settings): boolean {
  const spec = at(application, 'spec')
  return sourcesIn(spec).some((source) => isDatabaseSource(source, [settings]))
}

/** Whether a source is the chart of an environment. */
export function isChartOf(source: JsonMap, { environments }: Settings): boolean {
  const plain = (url: Json | undefined): string => printed(url).replace(/\/$/, '')
  return environments.some(
    ({ clusterChart }) => source['chart'] === clusterChart.name && plain(source['repoURL']) === plain(clusterChart.repository),
  )
}

/** Whether a source is a chart that makes databases: the official one, or that of an environment on either side of a change. */
export function isDatabaseSource(source: JsonMap, settings: readonly Settings[]): boolean {
  return (
    (source['chart'] === 'cluster' && isOfficialPlace(printed(source['repoURL'] ?? ''))) || settings.some((one) => isChartOf(source, one))
  )
}

/** Whether the template of a set makes databases, of which it may not be known how many. */
export function makesDatabases(
  { kind, plain }: { readonly kind: string; readonly plain: JsonMap },
  settings: readonly Settings[],
): boolean {
  const spec = at(plain, 'spec', 'template', 'spec')
  return kind === 'ApplicationSet' && sourcesIn(spec).some((source) => isDatabaseSource(source, settings))
}

/** Whether two addresses are those of one repository, however they are spelt: https, ssh, with a user, `.git` or a slash at the end. */
export function isSameRepository(left: string, right: string): boolean {
  return left === right || (left !== '' && repositoryKey(left) === repositoryKey(right))
}

function repositoryKey(url: string): string {
  const text = trimEndOf(url.trim(), '/').replace(/\.git$/, '')
  const scp = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.*)$/.exec(text)
  const plain = scp === null ? text.replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/i, '') : `${scp[1]}/${scp[2]}`
  const host = plain.split('/')[0] ?? ''
  // `NormalizeGitURL` of Argo CD does not look at the case either
  return `${host.replace(/:(?:22|443)$/, '')}/${plain.slice(host.length).replace(/^\/+/, '')}`.toLowerCase()
}

/** Whether the files here are those of a revision: of one that the settings name, or, where they name none, whatever it is. */
export function isAtHand(revision: string | undefined, { repository, generate }: Settings): boolean {
  return !generate || [repository.revision, 'HEAD', undefined].includes(revision)
}

/** Whether the files here are those of a revision: of the branch that is at hand, which goes by many names. */
export function isUsualRevision(revision: string, { repository }: Settings): boolean {
  return ['', 'HEAD', 'main', 'master', repository.revision].includes(revision)
}

/** What the paths of this tree begin with in its repository. */
export function repositoryPrefix({ repository: { path } }: Pick<Settings, 'repository'>): string {
  return path === '' ? '' : `${path.replace(/\/$/, '')}/`
}

/** A value file's path in this tree; undefined: it is elsewhere, at another revision, or a pattern. */
export function ownPath(file: Omit<ValueFile, 'glob'> & { readonly glob?: true | undefined }, settings: Settings): string | undefined {
  const { url } = settings.repository
  if ((file.kind !== 'ref' && file.kind !== 'local') || file.glob === true || file.path.includes(unknownText)) return undefined
  if (!isSameRepository(file.repoURL ?? '', url) || !isAtHand(file.targetRevision, settings)) return undefined
  const prefix = repositoryPrefix(settings)
  return file.path.startsWith(prefix) ? file.path.slice(prefix.length) : undefined
}

/** Whether options keep Argo CD from pruning, or from deleting, without a person's word. */
export function holds(options: ReadonlySet<string>, what: 'Prune' | 'Delete'): boolean {
  return options.has(`${what}=false`) || options.has(`${what}=confirm`)
}

/** All git generators of a set, nested ones too. */
export function gitGenerators(node: Json): JsonMap[] {
  if (Array.isArray(node)) return node.flatMap(gitGenerators)
  if (!isJsonMap(node)) return []
  return Object.entries(node).flatMap(([key, value]) => (key === 'git' && isJsonMap(value) ? [value] : gitGenerators(value)))
}

/** The paths of all git generators of a set. */
export function gitPatterns(node: Json): string[] {
  if (Array.isArray(node)) return node.flatMap(gitPatterns)
  if (!isJsonMap(node)) return []
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== 'git' || !isJsonMap(value)) return gitPatterns(value)
    return ['files', 'directories'].flatMap((kind) =>
      Array.isArray(value[kind]) ? value[kind].filter(isJsonMap).map((item) => printed(item['path'] ?? '')) : [],
    )
  })
}

/** How firmly options keep Argo CD from pruning or deleting: 2 for `false`, 1 for `confirm`, 0 not at all. */
export function guardStrength(options: Iterable<string>, what: 'Prune' | 'Delete'): number {
  const all = new Set(options)
  return all.has(`${what}=false`) ? 2 : all.has(`${what}=confirm`) ? 1 : 0
}

/** A version as a release has it, and no range or wildcard. */
export function isExactVersion(text: string): boolean {
  return /^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?$/.test(text)
}

/** Where the release is named: `releaseName`, else the name of the Application. */
export function releasePath({ plain, base }: { readonly plain: JsonMap; readonly base: Path }): Path {
  const spec = [...base, 'spec']
  const many = at(plain, ...spec, 'sources')
  const index = Array.isArray(many) ? many.findIndex((source) => at(source, 'helm', 'releaseName') !== undefined) : -1
  if (index >= 0) return [...spec, 'sources', index, 'helm', 'releaseName']
  const single = [...spec, 'source', 'helm', 'releaseName']
  return at(plain, ...single) === undefined ? [...base, 'metadata', 'name'] : single
}
