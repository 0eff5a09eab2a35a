// Which settings generate what somebody wrote by hand?
import { fill, staticFolder } from '../discover/layout.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { installedBy } from '../charts/releases.ts'
import { withoutPassword } from '../repository/remote.ts'
import { at } from '../deployed/manifest-parts.ts'
import type { Settings } from '../model.ts'
import { grouped } from '../values/append.ts'
import { printed } from '../values/printed.ts'
import { byCodeUnit } from '../values/path.ts'
import { toPlain } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { isElsewhere, partOf, refusal } from './members.ts'
import type { Member } from './members.ts'
import { wholeRefusal } from './others.ts'
import { bestPattern, commonValue } from './patterns.ts'
import { plainOfFile } from './plain.ts'
import type { Sample } from './patterns.ts'
import type { Shape } from './shape.ts'

export interface Derived {
  /** what goes into cnpg-values.yaml */
  readonly settings: JsonMap
  /** service → what its service.yaml must say */
  readonly services: ReadonlyMap<string, JsonMap>
  readonly refused: readonly LocatedFinding[]
}

/** What has no meaning without a production is only protected by a question. */
const production = /^(?:prd|prod|production|live)$/

/** What was decided before. */
interface Wanted {
  readonly shape: Shape
  /** the folder of the generated sets, where it is not the usual one */
  readonly manifests: string | undefined
  /** the folder of the databases in another checkout */
  readonly databases: string | undefined
  /** neither labels nor guards are added */
  readonly isBare: boolean
  /** Applications that are given up, with the reason */
  readonly retired: JsonMap
}

/** Derives each setting from what all members share; what they don't share is refused, with the first that differs. */
export function deriveSettings(
  members: readonly Member[],
  known: Settings,
  { shape, manifests, databases, isBare, retired }: Wanted,
): Derived {
  const refused: LocatedFinding[] = []
  const [first] = members
  if (first === undefined) return { settings: {}, services: new Map(), refused }
  const samples = (text: (member: Member) => string, some = members): Sample[] =>
    some.map((member) => ({ text: text(member), parts: member.parts }))
  const same = (what: string, text: (member: Member) => string, some = members): string => {
    const others = new Set(fewest(some, text))
    const value = text(some.find((member) => !others.has(member)) ?? first)
    for (const odd of others)
      refused.push(
        refusal(
          odd.database,
          phrase`${what} of Application ${named(odd.database.application)} is ${named(text(odd))}, but that of others is ${named(value)}`,
          phrase`give all of them one ${what}, or leave it as it is`,
        ),
      )
    return value
  }
  const release = bestPattern(samples(({ database }) => database.written.release))
  const clusters = bestPattern(samples(({ database }) => database.cluster))
  const applications = bestPattern(samples(({ database }) => database.application))
  const layout = {
    databases: inHome(shape.databases, shape),
    overrides: inHome(shape.overrides, shape),
    cluster: clusters.pattern,
    application: applications.pattern,
    ...((release.pattern !== clusters.pattern || release.misses.length > 0) && { release: release.pattern }),
    ...(manifests !== undefined && { manifests }),
  }
  const environments: JsonMap = {}
  const namespaces = new Map<string, string>()
  const all = [...new Set(members.map(({ parts }) => parts.env))].sort(byCodeUnit)
  const commonChart = chartOf(first)
  const commonOperator = known.operator ?? first.database.environment.operator.version
  for (const env of all) {
    const some = members.filter(({ parts }) => parts.env === env)
    const [one = first] = some
    const namespace = bestPattern(samples(({ database }) => database.namespace, some)).pattern
    namespaces.set(env, namespace)
    same(
      'destination',
      (member) => printed(partOf(member, 'spec', 'destination', 'server') ?? partOf(member, 'spec', 'destination', 'name')),
      some,
    )
    const chartText = (member: Member): string =>
      `${printed(chartOf(member)['name'])} ${printed(chartOf(member)['version'])} of ${printed(chartOf(member)['repository'])}`
    const usualChart = same('chart', chartText, some)
    const chart = chartOf(some.find((member) => chartText(member) === usualChart) ?? one)
    const operator = known.operator ?? one.database.environment.operator.version
    environments[env] = {
      destination: { ...one.database.environment.destination } as JsonMap,
      namespace,
      guard: isBare || some.some(hasOwnGuard) ? 'none' : production.test(env) ? 'never' : 'confirm',
      ...(JSON.stringify(chart) !== JSON.stringify(commonChart) && { clusterChart: chart }),
      ...(operator !== commonOperator && { operator: operatorOf(operator) }),
      application: applicationParts(some, refused),
    }
  }
  const project = same('project', (member) => printed(partOf(member, 'spec', 'project')))
  const namespace = same('namespace of Argo CD', ({ database }) => database.written.key.split('/')[0] ?? '')
  const readers = members.filter(({ repository }) => repository !== undefined)
  const [reader] = readers
  const url = reader === undefined ? known.repository.url : same('repository', ({ repository }) => repository?.url ?? '', readers)
  const revision =
    reader === undefined ? known.repository.revision : same('revision', ({ repository }) => repository?.revision ?? '', readers)
  if (url === '')
    refused.push(
      // of one database it would be tried without it, and without each of the others
      wholeRefusal(
        phrase`address of this repository is not known, but generated sets read their values from it`,
        phrase`name it: git remote add origin URL, or repository.url in cnpg-values.yaml`,
        first.database.written.at,
      ),
    )
  const settings: JsonMap = {
    argocd: { version: known.argocd.version, namespace, project, manageProject: false },
    repository: { url: withoutPassword(url), revision, ...(known.repository.path !== '' && { path: known.repository.path }) },
    operator: { ...operatorOf(commonOperator), manageApplication: false },
    clusterChart: commonChart,
    environments,
    ...(isBare && { labels: false }),
    ...(databases !== undefined && { databases }),
    layout,
    ...(Object.keys(retired).length > 0 && { retired }),
  }
  const usual = { all, namespaces, cluster: clusters.pattern, release: release.pattern, application: applications.pattern }
  return { settings, services: servicesOf(members, usual, refused), refused }
}

/** Whether values of the database say what Argo CD may do to it: nothing is put on top of that. */
function hasOwnGuard(member: Member): boolean {
  const { layers } = member.database
  return layers.some(({ file, inline }) => {
    const plain = inline === undefined ? plainOfFile(file) : toPlain(inline.root)
    return /(?:Prune|Delete)=/.test(printed(at(plain, 'cluster', 'annotations', 'argocd.argoproj.io/sync-options') ?? ''))
  })
}

/** A path of the tree as `--databases` shows it: without the way to the other checkout. */
function inHome(pattern: string, { databases }: Shape): string {
  if (!isElsewhere(pattern)) return pattern
  const folder = staticFolder(databases)
  return `${folder.slice(folder.lastIndexOf('/') + 1)}${pattern.slice(folder.length)}`
}

function chartOf({ source }: Member): JsonMap {
  return {
    repository: printed(source['repoURL']),
    name: printed(source['chart']),
    version: printed(source['targetRevision']).replace(/^v/, ''),
  }
}

/** The newest release of the operator's chart that installs a version. */
function operatorOf(version: string): JsonMap {
  const chart = Object.entries(installedBy).findLast(([, installed]) => installed === version)?.[0]
  // the Application is not generated: only the version counts
  return { version, chart: { version: chart ?? Object.keys(installedBy).at(-1) ?? '' } }
}

/** What the Applications of an environment have besides: as it is where all have it, with placeholders where it follows from the database. */
function applicationParts(members: readonly Member[], refused: LocatedFinding[]): JsonMap {
  const parts: JsonMap = {}
  const refuseDifferent = (what: string, at: string, of: (member: Member) => Json): void => {
    for (const { database, parts } of fewest(members, of))
      refused.push(
        refusal(
          database,
          phrase`${named(what)}${named(at)} differs between Applications of ${named(parts.env)}, but their set gives all the same`,
          phrase`make it the same, or a name that follows from the service`,
        ),
      )
  }
  const add = (key: string, path: readonly string[], empty?: Json): void => {
    const common = commonValue(members.map((member) => ({ text: partOf(member, ...path), parts: member.parts })))
    if ('differs' in common) refuseDifferent(path.join('.'), common.differs, (member) => partOf(member, ...path))
    else if (common.value !== null) parts[key] = common.value
    else if (empty !== undefined) parts[key] = empty
  }
  add('labels', ['metadata', 'labels'])
  add('annotations', ['metadata', 'annotations'], {})
  add('syncPolicy', ['spec', 'syncPolicy'], {})
  add('revisionHistoryLimit', ['spec', 'revisionHistoryLimit'])
  add('ignoreDifferences', ['spec', 'ignoreDifferences'])
  add('info', ['spec', 'info'])
  const others = commonValue(members.map((member) => ({ text: [...member.others], parts: member.parts })))
  if ('differs' in others) refuseDifferent('sources', others.differs, (member) => [...member.others])
  else if (Array.isArray(others.value) && others.value.length > 0) parts['sources'] = others.value
  return parts
}

/** The members whose value is not the one that most have. */
function fewest(members: readonly Member[], of: (member: Member) => Json): readonly Member[] {
  const groups = grouped(members, (member) => JSON.stringify(of(member)))
  const [, ...others] = [...groups.values()].sort((a, b) => b.length - a.length)
  return others.flat()
}

interface Usual {
  readonly all: readonly string[]
  readonly cluster: string
  readonly release: string
  readonly application: string
  /** environment → pattern */
  readonly namespaces: ReadonlyMap<string, string>
}

/** What can't follow from a pattern: environments that a service leaves out, and names of its own. */
function servicesOf(members: readonly Member[], usual: Usual, refused: LocatedFinding[]): Map<string, JsonMap> {
  const services = new Map<string, JsonMap>()
  for (const [service, own] of grouped(members, ({ parts }) => parts.service)) {
    const environments = usual.all.filter((env) => own.some(({ parts }) => parts.env === env))
    const isOne = new Set(own.map(({ parts }) => parts.name)).size === 1
    const odd = (what: 'cluster' | 'release' | 'application', text: (member: Member) => string): JsonMap => {
      const others = own.filter((member) => text(member) !== fill(usual[what], member.parts))
      const entries = others.map((member) => {
        const { name, env } = member.parts
        return [isOne ? env : `${name ?? ''}/${env}`, text(member)]
      })
      return entries.length === 0 ? {} : { [what]: Object.fromEntries(entries) as JsonMap }
    }
    const says: JsonMap = {
      ...(environments.length < usual.all.length && { environments }),
      ...namespaceOf(own, usual, refused),
      ...odd('cluster', ({ database }) => database.cluster),
      ...odd('release', ({ database }) => database.written.release),
      ...odd('application', ({ database }) => database.application),
    }
    if (Object.keys(says).length > 0) services.set(service, says)
  }
  return services
}

/** The pattern of a service's namespaces, where they are not those of its environments. */
function namespaceOf(own: readonly Member[], { namespaces }: Usual, refused: LocatedFinding[]): JsonMap {
  const usual = own.every(({ database, parts }) => fill(namespaces.get(parts.env) ?? '', parts) === database.namespace)
  if (usual) return {}
  const { pattern, misses } = bestPattern(own.map(({ database, parts }) => ({ text: database.namespace, parts })))
  const [miss] = misses
  const odd = own.find(({ parts }) => parts === miss?.parts)
  if (odd !== undefined)
    refused.push(
      refusal(
        odd.database,
        phrase`namespace of Application ${named(odd.database.application)} is ${named(odd.database.namespace)}, but those of ${named(odd.parts.service)} follow no pattern`,
        phrase`leave it as it is: it is judged all the same`,
      ),
    )
  return { namespace: pattern }
}
