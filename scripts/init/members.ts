// What of a database that somebody wrote can a generated set carry, and which values files does it read?
import { resolveValueFiles, sourcesOf } from '../applicationset/sources.ts'
import type { ValueFile } from '../applicationset/sources.ts'
import { baseName } from '../charts/pin.ts'
import { at, isExactVersion, isSameRepository, texts } from '../deployed/manifest-parts.ts'
import { repositoryPath } from '../deployed/repository-path.ts'
import type { Parts } from '../discover/layout.ts'
import type { Message } from '../findings/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { named, phrase } from '../findings/message.ts'
import type { AsWritten, Database, Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'

export type WrittenDatabase = Database & { readonly written: AsWritten }

/** A values file that an Application names: its path in the tree, and in its own repository. It may not exist. */
export interface NamedFile {
  readonly path: string
  readonly own: string
}

/** A database that a generated set can deploy, whatever its place in a layout. */
export interface Candidate {
  readonly database: WrittenDatabase
  readonly source: JsonMap
  /** sources besides the chart and its values */
  readonly others: readonly JsonMap[]
  /** lowest first */
  readonly files: readonly NamedFile[]
  /** this repository's address and revision, as the Application reads its files; absent: it reads none of it */
  readonly repository?: { readonly url: string; readonly revision: string }
}

/** A candidate with its place in a layout. Paths are those of the tree; what they name may not exist. */
export interface Member extends Candidate {
  readonly parts: Required<Pick<Parts, 'service' | 'env'>> & Parts
  /** what all databases of its environment read, lowest first */
  readonly defaults: readonly string[]
  readonly base?: string
  readonly override?: string
  /** the pattern of the base, where a generator's stars show it */
  readonly pattern?: string
}

export interface Around {
  readonly settings: Settings
  readonly tree: Tree
}

/** Why a database can't be taken over. */
export function refusal({ id, written }: WrittenDatabase, what: Message, help: Message, spot = written.at): LocatedFinding {
  return { rule: 'changes/take-over-complete', severity: 'error', message: what, at: spot, help, database: id }
}

/** What Helm is told that a generated set tells it, too, or that has no effect on this chart. */
const carried: ReadonlySet<string> = new Set([
  'valueFiles',
  'values',
  'valuesObject',
  'parameters',
  'releaseName',
  'ignoreMissingValueFiles',
  'skipTests',
  'skipCrds',
  // Argo CD knows one version of Helm at a time
  'version',
])
const specKeys: ReadonlySet<string> = new Set([
  'project',
  'destination',
  'source',
  'sources',
  'syncPolicy',
  'revisionHistoryLimit',
  'ignoreDifferences',
  'info',
])
const sourceKeys: ReadonlySet<string> = new Set([
  'name',
  'repoURL',
  'targetRevision',
  'path',
  'chart',
  'ref',
  'directory',
  'helm',
  'kustomize',
  'plugin',
])

/** The candidate, or what a generated set can't carry. */
export function candidateOf(database: WrittenDatabase, around: Around): Candidate | { readonly refused: LocatedFinding } {
  const { written } = database
  const { application, chartAt } = written
  const refuse = (what: Message, help: Message, spot = written.at): { refused: LocatedFinding } => ({
    refused: refusal(database, phrase`Application ${named(database.application)} ${what}`, help, spot),
  })
  const spec = at(application, 'spec')
  if (!isJsonMap(spec) || written.objects !== undefined || written.chartFolder !== undefined)
    return refuse(
      phrase`deploys a folder, but generated sets deploy a chart of a repository`,
      phrase`leave it as it is: it is judged all the same`,
      chartAt,
    )
  const { sources } = sourcesOf(spec)
  const chart = baseName(database.environment.clusterChart)
  const nth = sources.findIndex((source) => typeof source['chart'] === 'string' && source['chart'].split('/').at(-1) === chart)
  const source = sources[nth]
  if (source === undefined)
    return refuse(phrase`has no source with the chart ${named(chart)}`, phrase`leave it as it is: it is judged all the same`, chartAt)
  const others = sources.filter((one, index) => index !== nth && (typeof one['ref'] !== 'string' || one['path'] !== undefined))
  const odd = others.find((one) => Object.keys(one).some((key) => !sourceKeys.has(key)) || readsOtherSources(one))
  if (odd !== undefined)
    return refuse(
      phrase`has a source of ${named(printed(odd['repoURL'] ?? ''))} that reads files of another one, but generated sets have their own`,
      phrase`move it to an Application of its own`,
    )
  if (!isExactVersion(printed(source['targetRevision'] ?? '')))
    return refuse(
      phrase`takes a range of chart versions, but generated sets pin one`,
      phrase`write the version that runs into targetRevision`,
      chartAt,
    )
  const helm = isJsonMap(source['helm']) ? source['helm'] : {}
  const unknown = Object.keys(helm).find((key) => !carried.has(key))
  if (unknown !== undefined)
    return refuse(
      phrase`sets helm.${named(unknown)}, but generated sets do not`,
      phrase`remove ${named(unknown)}, or leave the set as it is`,
    )
  const key = Object.keys(spec).find((one) => !specKeys.has(one))
  if (key !== undefined)
    return refuse(phrase`sets spec.${named(key)}, but generated sets do not`, phrase`remove ${named(key)}, or leave the set as it is`)
  const paths = at(application, 'metadata', 'annotations', 'argocd.argoproj.io/manifest-generate-paths')
  if (paths !== undefined)
    return refuse(
      phrase`is annotated with manifest-generate-paths, but reads other files once a generated set makes it`,
      phrase`remove the annotation first`,
    )
  const files = resolveValueFiles(application).files.filter((file) => file.source === nth)
  const found: NamedFile[] = []
  for (const file of files) {
    const path = file.glob === true ? undefined : repositoryPath(file, around)
    if (path === undefined)
      return refuse(
        phrase`reads a values file that is not one file of a repository at hand`,
        phrase`give the other repository: --checkout URL=DIR`,
      )
    found.push({ path, own: file.path })
  }
  const fixed = files.find(({ targetRevision = '' }) => /^(?:v?\d+\.\d|[0-9a-f]{40}$)/.test(targetRevision))
  if (fixed !== undefined)
    return refuse(
      phrase`reads ${named(fixed.path)} at ${named(fixed.targetRevision)}, but generated sets read what is merged`,
      phrase`follow a branch first, in a change of its own that Argo CD has synced`,
    )
  // Argo CD takes one revision of a repository in an Application
  const beside = others.find(({ repoURL }) => isSameRepository(printed(repoURL ?? ''), around.settings.repository.url))
  const besideIt = beside && { url: printed(beside['repoURL']), revision: printed(beside['targetRevision'] ?? 'HEAD') }
  const repository = repositoryOf(files, found) ?? besideIt
  return {
    database,
    source,
    others: others.map(({ ref: _ref, ...one }) => one),
    files: found,
    ...(repository && { repository }),
  }
}

/** Whether values files of a source are in another one. */
function readsOtherSources(source: JsonMap): boolean {
  const files = [...texts(at(source, 'helm', 'valueFiles')), JSON.stringify(at(source, 'helm', 'fileParameters') ?? null)]
  return files.some((text) => text.includes('$'))
}

/** The address and the revision of the files that are in the root's own repository. */
function repositoryOf(files: readonly ValueFile[], found: readonly NamedFile[]): Candidate['repository'] {
  const index = found.findIndex(({ path }) => !isElsewhere(path))
  const file = files[index]
  return file === undefined ? undefined : { url: file.repoURL ?? '', revision: file.targetRevision ?? 'HEAD' }
}

/** Whether a path is in another checkout. */
export function isElsewhere(path: string): boolean {
  return path.startsWith('\ue001/')
}

/** The value of a part of the Application, null where there is none. */
export function partOf({ database }: Candidate, ...path: string[]): Json {
  return at(database.written.application, ...path) ?? null
}
