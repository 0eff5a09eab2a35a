// Which service, name and environment is each database that somebody wrote, by the files that it is made of?
import { resolveValueFiles, sourcesOf } from '../applicationset/sources.ts'
import { at, gitPatterns, isExactVersion } from '../deployed/manifest-parts.ts'
import { repositoryPath } from '../deployed/repository-path.ts'
import type { Parts } from '../discover/layout.ts'
import type { Message } from '../findings/finding.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { named, phrase } from '../findings/message.ts'
import type { AsWritten, Database, Settings } from '../model.ts'
import type { Tree } from '../repository/tree.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'

/** A database with what decides its place in a layout. */
export interface Member {
  readonly database: Database & { readonly written: AsWritten }
  readonly parts: Required<Pick<Parts, 'service' | 'env'>> & Parts
  /** paths in the tree; the override may not exist */
  readonly base: string
  readonly override?: string
  /** the layout's pattern of the base */
  readonly pattern: string
  readonly source: JsonMap
  /** the address and the revision of this repository, as its defaults are read */
  readonly repository: { readonly url: string; readonly revision: string }
}

export interface Around {
  readonly settings: Settings
  readonly tree: Tree
}

/** Why a database can't be taken over. */
export function refusal(at: Spot, what: Message, help: Message): LocatedFinding {
  return { rule: 'changes/take-over-complete', severity: 'error', message: what, at, help }
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
])
const specKeys: ReadonlySet<string> = new Set([
  'project',
  'destination',
  'source',
  'sources',
  'syncPolicy',
  'revisionHistoryLimit',
  'ignoreDifferences',
])
const defaultsFile = /^helm-values\/data\/postgres-([a-z](?:[-a-z0-9]*[a-z0-9])?)-defaults\.yaml$/

/** The member, or what a generated set can't carry. */
export function memberOf(database: Database, around: Around): Member | { readonly refused: LocatedFinding } {
  const { written } = database
  if (written === undefined) return { refused: refusal(nowhere, phrase`${named(database.id)} is generated already`, phrase`run render`) }
  const { application, chartAt, at: place } = written
  const refuse = (what: Message, help: Message, spot = place): { refused: LocatedFinding } => ({
    refused: refusal(spot, phrase`Application ${named(database.application)} ${what}`, help),
  })
  const spec = at(application, 'spec')
  if (!isJsonMap(spec) || written.objects !== undefined || written.chartFolder !== undefined)
    return refuse(
      phrase`deploys a folder, but generated sets deploy a chart of a repository`,
      phrase`leave it as it is: it is judged all the same`,
      chartAt,
    )
  const { sources } = sourcesOf(spec)
  const nth = sources.findIndex((source) => typeof source['chart'] === 'string')
  const source = sources[nth]
  const other = sources.find((one, index) => index !== nth && (typeof one['ref'] !== 'string' || one['path'] !== undefined))
  if (source === undefined || other !== undefined)
    return refuse(
      phrase`has a source besides the chart and its values, but generated sets have none`,
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
  const files = resolveValueFiles(application).files.filter((file) => file.source === nth)
  const paths = files.map((file) => ({ file, path: file.glob === true ? undefined : repositoryPath(file, around) }))
  if (paths.some(({ path }) => path === undefined))
    return refuse(
      phrase`reads a values file that is not one file of a repository at hand`,
      phrase`give the other repository: --checkout URL=DIR`,
    )
  const [first, base, override, ...more] = paths
  const env = defaultsFile.exec(first?.path ?? '')?.[1]
  if (env === undefined || first === undefined)
    return refuse(
      phrase`reads ${named(first?.path ?? 'no file')} first, but generated sets read helm-values/data/postgres-<env>-defaults.yaml`,
      phrase`git mv the defaults to that name, and change the set in the same commit`,
    )
  if (base?.path === undefined || more.length > 0)
    return refuse(
      phrase`reads ${named(files.length)} values files, but generated sets read defaults, a file of the database, and one of it for the environment`,
      phrase`merge files of the same scope`,
    )
  const found = partsIn(base.file.path, written.maker.plain)
  if (found === undefined)
    return refuse(
      phrase`reads ${named(base.file.path)}, but that does not show the service`,
      phrase`make its set with a git generator whose \`*\` is the service`,
    )
  const folder = base.path.slice(0, base.path.length - base.file.path.length)
  return {
    database: { ...database, written },
    parts: { ...found.parts, env },
    base: base.path,
    pattern: folder + found.pattern,
    source,
    repository: { url: first.file.repoURL ?? '', revision: first.file.targetRevision ?? 'HEAD' },
    ...(override?.path !== undefined && { override: override.path }),
  }
}

const nowhere: Spot = { file: { path: '', text: '' }, span: { start: 0, end: 0 } }

/** The stars of the generator's pattern are the service, or the service and the name. */
function partsIn(path: string, maker: JsonMap): { readonly parts: Parts & { service: string }; readonly pattern: string } | undefined {
  for (const pattern of gitPatterns(maker['spec'] ?? null)) {
    const pieces = pattern.split('*')
    if (pieces.length < 2 || pieces.length > 3 || pattern.includes('**')) continue
    // a generator of directories matches the beginning
    const match = new RegExp(`^${pieces.map(escaped).join('([^/]+)')}(/.*)?$`).exec(path)
    const [service, name] = (match ?? []).slice(1, pieces.length)
    if (match === null || service === undefined) continue
    const rest = match[pieces.length] ?? ''
    const [start = '', middle = '', end = ''] = pieces
    if (name === undefined) return { parts: { service }, pattern: `${start}{service}${middle}${rest}` }
    return { parts: { service, name }, pattern: `${start}{service}${middle}{name}${end}${rest}` }
  }
  return undefined
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/** The value of a part of the Application, null where there is none. */
export function partOf({ database }: Member, ...path: string[]): Json {
  return at(database.written.application, ...path) ?? null
}
