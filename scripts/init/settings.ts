// Which settings generate what somebody wrote by hand?
import { fill, staticFolder } from '../discover/layout.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { installedBy } from '../charts/releases.ts'
import type { Settings } from '../model.ts'
import { printed } from '../values/printed.ts'
import { byCodeUnit } from '../values/path.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { isElsewhere, partOf, refusal } from './members.ts'
import type { Member } from './members.ts'
import { bestPattern, commonValue } from './patterns.ts'
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
}

/** Derives each setting from what all members share; what they don't share is refused, with the first that differs. */
export function deriveSettings(members: readonly Member[], known: Settings, { shape, manifests, databases, isBare }: Wanted): Derived {
  const refused: LocatedFinding[] = []
  const [first] = members
  if (first === undefined) return { settings: {}, services: new Map(), refused }
  const samples = (text: (member: Member) => string, some = members): Sample[] =>
    some.map((member) => ({ text: text(member), parts: member.parts }))
  /** the pattern of all; the first that does not fit is refused */
  const pattern = (what: string, text: (member: Member) => string, some = members): string => {
    const best = bestPattern(samples(text, some))
    const [miss] = best.misses
    const odd = some.find((member) => member.parts === miss?.parts)
    if (miss !== undefined && odd !== undefined)
      refused.push(
        refusal(
          odd.database,
          phrase`${what} of Application ${named(odd.database.application)} is ${named(miss.text)}, but that of the others follows ${named(best.pattern)}`,
          phrase`leave it out with --drop, and take it over by hand`,
        ),
      )
    return best.pattern
  }
  const same = (what: string, text: (member: Member) => string, some = members): string => {
    const value = text(some[0] ?? first)
    const odd = some.find((member) => text(member) !== value)
    if (odd !== undefined)
      refused.push(
        refusal(
          odd.database,
          phrase`${what} of Application ${named(odd.database.application)} is ${named(text(odd))}, but that of others is ${named(value)}`,
          phrase`give all of them one ${what}`,
        ),
      )
    return value
  }
  const release = pattern('release', ({ database }) => database.written.release)
  const clusters = bestPattern(samples(({ database }) => database.cluster))
  const layout = {
    databases: inHome(shape.databases, shape),
    overrides: inHome(shape.overrides, shape),
    cluster: clusters.pattern,
    application: pattern('name', ({ database }) => database.application),
    ...(release !== clusters.pattern && { release }),
    ...(manifests !== undefined && { manifests }),
  }
  const environments: JsonMap = {}
  const all = [...new Set(members.map(({ parts }) => parts.env))].sort(byCodeUnit)
  const commonChart = chartOf(first)
  const commonOperator = known.operator ?? first.database.environment.operator.version
  for (const env of all) {
    const some = members.filter(({ parts }) => parts.env === env)
    const [one = first] = some
    const namespace = pattern('namespace', ({ database }) => database.namespace, some)
    same(
      'destination',
      (member) => JSON.stringify(partOf(member, 'spec', 'destination', 'server') ?? partOf(member, 'spec', 'destination', 'name')),
      some,
    )
    const chart = JSON.parse(same('chart', (member) => JSON.stringify(chartOf(member)), some)) as JsonMap
    const operator = known.operator ?? one.database.environment.operator.version
    environments[env] = {
      destination: { ...one.database.environment.destination } as JsonMap,
      namespace,
      guard: isBare ? 'none' : production.test(env) ? 'never' : 'confirm',
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
      refusal(
        first.database,
        phrase`address of this repository is not known, but generated sets read their values from it`,
        phrase`name it: git remote add origin URL, or repository.url in cnpg-values.yaml`,
      ),
    )
  const settings: JsonMap = {
    argocd: { version: known.argocd.version, namespace, project, manageProject: false },
    repository: { url, revision, ...(known.repository.path !== '' && { path: known.repository.path }) },
    operator: { ...operatorOf(commonOperator), manageApplication: false },
    clusterChart: commonChart,
    environments,
    ...(isBare && { labels: false }),
    ...(databases !== undefined && { databases }),
    layout,
  }
  return { settings, services: servicesOf(members, { all, cluster: clusters.pattern }, refused), refused }
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
  const groups = new Map<string, Member[]>()
  for (const member of members) {
    const key = JSON.stringify(of(member))
    groups.set(key, [...(groups.get(key) ?? []), member])
  }
  const [, ...others] = [...groups.values()].sort((a, b) => b.length - a.length)
  return others.flat()
}

interface Named {
  readonly all: readonly string[]
  readonly cluster: string
}

/** What can't follow from a pattern: environments that a service leaves out, and Clusters with names of their own. */
function servicesOf(members: readonly Member[], { all, cluster }: Named, refused: LocatedFinding[]): Map<string, JsonMap> {
  const services = new Map<string, JsonMap>()
  const names = new Set(members.map(({ parts }) => parts.service))
  for (const service of names) {
    const own = members.filter(({ parts }) => parts.service === service)
    const environments = all.filter((env) => own.some(({ parts }) => parts.env === env))
    const odd = own.filter(({ database, parts }) => fill(cluster, parts) !== database.cluster)
    const several = new Set(own.map(({ parts }) => parts.name)).size > 1
    const [one] = odd
    if (one !== undefined && several)
      refused.push(
        refusal(
          one.database,
          phrase`Cluster of ${named(one.database.application)} is ${named(one.database.cluster)}, but others follow ${named(cluster)}, and ${named(service)} has several`,
          phrase`leave it out with --drop`,
        ),
      )
    const says: JsonMap = {
      ...(environments.length < all.length && { environments }),
      ...(odd.length > 0 && { cluster: Object.fromEntries(odd.map(({ database, parts }) => [parts.env, database.cluster])) }),
    }
    if (Object.keys(says).length > 0) services.set(service, says)
  }
  return services
}
