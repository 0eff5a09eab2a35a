// Which values files does an Application pass to Helm, and would the repository server accept its sources?
import { printed } from '../values/printed.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { isReleaseName } from '../kubernetes/names.ts'
import { isJsonMap } from '../values/value.ts'

export type SourceStage = 'app-spec' | 'app-ref' | 'app-source-type' | 'app-value-file' | 'helm-release-name'

/** One values file as Helm gets it. `path` is from the root of the repository or chart; a glob is not expanded. */
export interface ValueFile {
  readonly source: number
  readonly entry: string
  readonly kind: 'ref' | 'local' | 'chart' | 'url'
  readonly repoURL?: string
  readonly targetRevision?: string
  readonly path: string
  readonly glob?: true
}

interface Problem {
  readonly stage: SourceStage
  readonly message: string
}

const textOf = (map: JsonMap, key: string): string => {
  const value = map[key]
  return typeof value === 'string' ? value : ''
}
/** Whether a text is Go's zero: nobody set it, or somebody set it to nothing. */
export const isUnset = (value: Json | undefined): boolean => value === undefined || value === null || value === ''
const helmOf = (source: JsonMap): JsonMap => (isJsonMap(source['helm']) ? source['helm'] : {})
const textsOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(printed) : [])

interface Sources {
  readonly sources: readonly JsonMap[]
  readonly multiple: boolean
}
// each of thousands of sources needs all of them
const knownSources = new WeakMap<JsonMap, Sources>()
const knownFiles = new WeakMap<JsonMap, ResolvedFiles>()

/** The sources that count: what a hydrator syncs, else `sources`, else `source`. */
export function sourcesOf(spec: JsonMap): Sources {
  const known = knownSources.get(spec) ?? readSources(spec)
  knownSources.set(spec, known)
  return known
}

/** The same of an Application's `spec`, or of what stands in its place. */
export function sourcesIn(spec: Json | undefined): readonly JsonMap[] {
  return isJsonMap(spec) ? sourcesOf(spec).sources : []
}

function readSources(spec: JsonMap): Sources {
  if (isJsonMap(spec['sourceHydrator'])) return { sources: [hydratedSource(spec['sourceHydrator'])], multiple: false }
  const many = Array.isArray(spec['sources']) ? spec['sources'].filter(isJsonMap) : []
  if (many.length > 0) return { sources: many, multiple: true }
  return { sources: isJsonMap(spec['source']) ? [spec['source']] : [{}], multiple: false }
}

/** `argo.ValidatePermissions` with a project that permits everything. */
export function checkSpec(spec: JsonMap): Problem[] {
  if (isJsonMap(spec['sourceHydrator'])) return checkHydrator(spec['sourceHydrator'])
  const { sources, multiple } = sourcesOf(spec)
  const problems: Problem[] = []
  for (const source of sources) {
    const place = textOf(source, 'path') || textOf(source, 'chart') || (multiple ? textOf(source, 'ref') : '')
    if (textOf(source, 'repoURL') === '' || place === '')
      problems.push({
        stage: 'app-spec',
        message: `a source has repoURL ${textOf(source, 'repoURL') || 'not set'}, but needs repoURL and path or chart${multiple ? ' or ref' : ''}`,
      })
    else if (textOf(source, 'chart') !== '' && isUnset(source['targetRevision']))
      problems.push({ stage: 'app-spec', message: 'targetRevision is not set, but a chart needs one' })
  }
  return problems
}

/** `validateSourceHydrator`. */
function checkHydrator(hydrator: JsonMap): Problem[] {
  const part = (key: string): JsonMap => (isJsonMap(hydrator[key]) ? hydrator[key] : {})
  const problems: Problem[] = []
  const needs = (place: string, field: string): void => {
    if (textOf(part(place), field) === '')
      problems.push({ stage: 'app-spec', message: `sourceHydrator.${place}.${field} is not set, but must be` })
  }
  needs('drySource', 'repoURL')
  needs('syncSource', 'targetBranch')
  if (isJsonMap(hydrator['hydrateTo'])) needs('hydrateTo', 'targetBranch')
  return problems
}

/** `SourceHydrator.GetSyncSource`. */
function hydratedSource(hydrator: JsonMap): JsonMap {
  const dry = isJsonMap(hydrator['drySource']) ? hydrator['drySource'] : {}
  const sync = isJsonMap(hydrator['syncSource']) ? hydrator['syncSource'] : {}
  const repoURL = textOf(sync, 'repoURL') || textOf(dry, 'repoURL')
  return { repoURL, path: textOf(sync, 'path'), targetRevision: textOf(sync, 'targetBranch') }
}

/** `argo.GetRefSources` and the loop over value files in `runManifestGenAsync`; the first problem of each. */
export function checkRefs(spec: JsonMap): Problem[] {
  const { sources, multiple } = sourcesOf(spec)
  if (!multiple) return []
  const refs = new Map<string, JsonMap>()
  for (const source of sources) {
    const ref = textOf(source, 'ref')
    if (ref === '') continue
    if (!/^[a-zA-Z0-9_-]+$/.test(ref)) return [{ stage: 'app-ref', message: `ref is ${ref}, but must be letters, digits, - and _` }]
    if (refs.has(`$${ref}`)) return [{ stage: 'app-ref', message: `ref is ${ref} in two sources, but must be unique` }]
    refs.set(`$${ref}`, source)
  }
  return sources.flatMap((source) => checkSourceRefs(source, refs).slice(0, 1))
}

function checkSourceRefs(source: JsonMap, refs: ReadonlyMap<string, JsonMap>): Problem[] {
  const helm = helmOf(source)
  const parameters = Array.isArray(helm['fileParameters']) ? helm['fileParameters'].filter(isJsonMap) : []
  const candidates = [...textsOf(helm['valueFiles']), ...parameters.map((parameter) => textOf(parameter, 'path'))]
  const revisions = new Map<string, string>()
  const fail = (message: string): Problem[] => [{ stage: 'app-ref', message }]
  for (const candidate of candidates.filter((text) => text.startsWith('$'))) {
    const name = candidate.split('/')[0] ?? ''
    const target = refs.get(name)
    if (target === undefined)
      return fail(`a value file names ${name}, but ${refs.size === 0 ? 'no source has a ref' : 'no source has this ref'}`)
    if (textOf(target, 'chart') !== '') return fail(`${name} is a chart, but value files come from git sources`)
    const url = normalUrl(textOf(target, 'repoURL'))
    const revision = textOf(target, 'targetRevision')
    const known = revisions.get(url)
    if (known !== undefined && known !== revision)
      return fail(`${name} is at ${revision}, but another ref to the same repository is at ${known}`)
    const own = textOf(source, 'chart') === '' && normalUrl(textOf(source, 'repoURL')) === url
    if (own && textOf(source, 'targetRevision') !== revision)
      return fail(`${name} is at ${revision}, but the source itself at another revision`)
    revisions.set(url, revision)
  }
  return []
}

/** `git.NormalizeGitURL`: spelling variants of one repository. */
function normalUrl(url: string): string {
  const clean = url
    .trim()
    .toLowerCase()
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
  const scp = /^([^/@:]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(clean)
  const address = scp === null ? clean : `ssh://${scp[1] ?? ''}${scp[2] ?? ''}/${scp[3] ?? ''}`
  return address.replace(/^(https?|ssh|git|file):\/\/(?:[^@/]*@)?/, '').replace(/\/$/, '')
}

/** `ApplicationSource.ExplicitType`: helm, kustomize, directory and plugin exclude each other. */
export function checkSourceTypes(spec: JsonMap): Problem[] {
  const kinds = ['kustomize', 'helm', 'directory', 'plugin']
  return sourcesOf(spec)
    .sources.filter((source) => kinds.filter((kind) => source[kind] !== undefined).length > 1)
    .map(() => ({ stage: 'app-source-type', message: 'a source has several of helm, kustomize, directory and plugin, but may have one' }))
}

/** Helm refuses these release names; only sources with `chart` or `helm` are certainly Helm's. */
export function checkReleaseNames(spec: JsonMap, application: string): Problem[] {
  const problems: Problem[] = []
  for (const source of sourcesOf(spec).sources) {
    if (textOf(source, 'chart') === '' && source['helm'] === undefined) continue
    const name = textOf(helmOf(source), 'releaseName') || application
    if (!isReleaseName(name))
      problems.push({
        stage: 'helm-release-name',
        message: `release name is ${name}, but must be at most 53 lower case letters, digits, - and .`,
      })
  }
  return problems
}

interface ResolvedFiles {
  readonly files: readonly ValueFile[]
  readonly problems: readonly Problem[]
}

/** `pathutil.ResolveValueFilePathOrUrl` for every entry; duplicates are dropped, a bad entry is a problem. */
export function resolveValueFiles(application: JsonMap): ResolvedFiles {
  const known = knownFiles.get(application) ?? readValueFiles(application)
  knownFiles.set(application, known)
  return known
}

function readValueFiles(application: JsonMap): ResolvedFiles {
  const spec = isJsonMap(application['spec']) ? application['spec'] : {}
  const { sources, multiple } = sourcesOf(spec)
  const files: ValueFile[] = []
  const problems: Problem[] = []
  const refs = new Map<string, JsonMap>()
  for (const source of sources.toReversed()) if (textOf(source, 'ref') !== '') refs.set(`$${textOf(source, 'ref')}`, source)
  for (const [index, source] of sources.entries()) {
    const seen = new Set<string>()
    const lookup = environmentOf(application, source)
    for (const entry of textsOf(helmOf(source)['valueFiles'])) {
      const referenced = multiple ? refs.get(entry.split('/', 1)[0] as string) : undefined
      const file = resolveEntry({ entry, index, source, referenced, lookup })
      if (file === undefined) {
        problems.push({ stage: 'app-value-file', message: `value file is ${entry || 'empty'}, but must be a path inside the repository` })
        continue
      }
      const key = `${file.kind} ${file.repoURL ?? ''} ${file.path}`
      if (!seen.has(key)) files.push(file)
      seen.add(key)
    }
  }
  return { files, problems: problems.slice(0, 1) }
}

interface Entry {
  readonly entry: string
  readonly index: number
  readonly source: JsonMap
  readonly referenced: JsonMap | undefined
  readonly lookup: (name: string) => string
}

/** Undefined: outside the repository, or not a path at all. */
function resolveEntry({ entry, index, source, referenced, lookup }: Entry): ValueFile | undefined {
  const from = referenced ?? source
  const rest = referenced === undefined ? entry : entry.slice(entry.includes('/') ? entry.indexOf('/') : entry.length)
  const text = expand(rest, lookup)
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'http' || scheme === 'https') return { source: index, entry, kind: 'url', path: text }
  // whatever else looks like a scheme is refused, `a:b.yaml` too
  if (scheme !== undefined) return undefined
  const isChart = referenced === undefined && textOf(source, 'chart') !== ''
  const folder = referenced === undefined && !isChart ? textOf(source, 'path') : ''
  const path = normalPath(text.startsWith('/') ? text : `${folder}/${text}`)
  if (path === undefined || path === '') return undefined
  const revision = textOf(from, 'targetRevision')
  return {
    source: index,
    entry,
    kind: referenced !== undefined ? 'ref' : isChart ? 'chart' : 'local',
    repoURL: textOf(from, 'repoURL'),
    ...(revision === '' ? {} : { targetRevision: revision }),
    path,
    ...(/[*?[]/.test(path) ? { glob: true as const } : {}),
  }
}

/** A clean path below the root; undefined where it climbs out. */
function normalPath(path: string): string | undefined {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

/** The build environment of a source, as `newEnv` of the repository server sets it. */
export function environmentOf(application: JsonMap, source: JsonMap): (name: string) => string {
  const metadata = isJsonMap(application['metadata']) ? application['metadata'] : {}
  const spec = isJsonMap(application['spec']) ? application['spec'] : {}
  const destination = isJsonMap(spec['destination']) ? spec['destination'] : {}
  const revision = textOf(source, 'targetRevision')
  const known: Record<string, string> = {
    ARGOCD_APP_NAME: textOf(metadata, 'name'),
    ARGOCD_APP_NAMESPACE: textOf(destination, 'namespace'),
    ARGOCD_APP_PROJECT_NAME: textOf(spec, 'project'),
    ARGOCD_APP_REVISION: revision,
    ARGOCD_APP_REVISION_SHORT: revision.slice(0, 7),
    ARGOCD_APP_REVISION_SHORT_8: revision.slice(0, 8),
    ARGOCD_APP_SOURCE_REPO_URL: textOf(source, 'repoURL'),
    ARGOCD_APP_SOURCE_PATH: textOf(source, 'path'),
    ARGOCD_APP_SOURCE_TARGET_REVISION: revision,
  }
  return (name) => (Object.hasOwn(known, name) ? (known[name] ?? '') : '')
}

/** `os.Expand`, with `$$` for a dollar sign as Argo CD adds it. */
export function expand(text: string, lookup: (name: string) => string): string {
  const replaced = (whole: string, special?: string, name?: string, braced?: string): string => {
    if (special === '$') return '$'
    if (braced !== undefined) return braced === '$' ? '$' : lookup(braced)
    if (special !== undefined) return ''
    return name === undefined ? (whole === '$' ? '$' : '') : lookup(name)
  }
  // no search after the last closing brace, which would take quadratic time
  const end = text.lastIndexOf('}') + 1
  const open = text
    .slice(end)
    .replace(/\$(?:([*#$@!?0-9-])|([A-Za-z0-9_]+)|\{)?/g, (whole, special, name) => replaced(whole, special, name))
  return text.slice(0, end).replace(/\$(?:([*#$@!?0-9-])|([A-Za-z0-9_]+)|\{([^}]*)\})?/g, replaced) + open
}
