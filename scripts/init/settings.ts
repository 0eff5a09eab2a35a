// Which settings generate what somebody wrote by hand?
import { fill, staticFolder } from '../discover/layout.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { installedBy } from '../charts/releases.ts'
import type { Settings } from '../model.ts'
import { printed } from '../values/printed.ts'
import { differences } from './differences.ts'
import { byCodeUnit, formatPath } from '../values/path.ts'
import { isJsonMap, toPlain } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { partOf, refusal } from './members.ts'
import type { Member } from './members.ts'
import { bestPattern, commonValue } from './patterns.ts'
import type { Sample } from './patterns.ts'

export interface Derived {
  /** what goes into cnpg-values.yaml */
  readonly settings: JsonMap
  /** environment → values that its Applications hold themselves */
  readonly inline: ReadonlyMap<string, JsonMap>
  /** service → what its service.yaml must say */
  readonly services: ReadonlyMap<string, JsonMap>
  readonly refused: readonly LocatedFinding[]
}

/** What has no meaning without a production is only protected by a question. */
const production = /^(?:prd|prod|production|live)$/

/** Derives each setting from what all members share; what they don't share is refused, with the first that differs. */
export function deriveSettings(members: readonly Member[], known: Settings, isBare: boolean): Derived {
  const refused: LocatedFinding[] = []
  const [first] = members
  if (first === undefined) return { settings: {}, inline: new Map(), services: new Map(), refused }
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
          odd.database.written.at,
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
          odd.database.written.at,
          phrase`${what} of Application ${named(odd.database.application)} is ${named(text(odd))}, but that of others is ${named(value)}`,
          phrase`give all of them one ${what}`,
        ),
      )
    return value
  }
  const release = pattern('release', ({ database }) => database.written.release)
  const clusters = bestPattern(samples(({ database }) => database.cluster))
  const withOverride = members.filter(({ override }) => override !== undefined)
  const databases = same('file', (member) => member.pattern)
  const overrides =
    withOverride.length === 0
      ? databases.replace(/(?=\.ya?ml$)/, '-{env}')
      : pattern('override', ({ override = '' }) => override, withOverride)
  const layout = {
    databases: inHome(databases, members),
    overrides: inHome(overrides, members),
    cluster: clusters.pattern,
    application: pattern('name', ({ database }) => database.application),
    ...(release !== clusters.pattern && { release }),
  }
  const environments: JsonMap = {}
  const inline = new Map<string, JsonMap>()
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
    inline.set(env, inlineOf(some, refused))
  }
  const project = same('project', (member) => printed(partOf(member, 'spec', 'project')))
  const namespace = same('namespace of Argo CD', ({ database }) => database.written.key.split('/')[0] ?? '')
  const url = same('repository', ({ repository }) => repository.url)
  const revision = same('revision', ({ repository }) => repository.revision)
  const settings: JsonMap = {
    argocd: { version: known.argocd.version, namespace, project, manageProject: false },
    repository: { url, revision, ...(known.repository.path !== '' && { path: known.repository.path }) },
    operator: { ...operatorOf(commonOperator), manageApplication: false },
    clusterChart: commonChart,
    environments,
    ...(isBare && { labels: false }),
    layout,
  }
  return { settings, inline, services: servicesOf(members, { all, cluster: clusters.pattern }, refused), refused }
}

/** A path of the tree as `--databases` shows it: without the way to the other checkout. */
function inHome(pattern: string, members: readonly Member[]): string {
  const [first] = members
  if (first === undefined || !pattern.startsWith('\ue001/')) return pattern
  const folder = staticFolder(pattern)
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
  const [first] = members
  const add = (key: string, path: readonly string[], empty?: Json): void => {
    const common = commonValue(members.map((member) => ({ text: partOf(member, ...path), parts: member.parts })))
    if ('differs' in common) {
      if (first !== undefined)
        refused.push(
          refusal(
            first.database.written.at,
            phrase`${named(path.join('.'))}${named(common.differs)} differs between Applications of ${named(first.parts.env)}, but their set gives all the same`,
            phrase`make it the same, or a name that follows from the service`,
          ),
        )
    } else if (common.value !== null) parts[key] = common.value
    else if (empty !== undefined) parts[key] = empty
  }
  add('labels', ['metadata', 'labels'])
  add('annotations', ['metadata', 'annotations'], {})
  add('syncPolicy', ['spec', 'syncPolicy'], {})
  add('revisionHistoryLimit', ['spec', 'revisionHistoryLimit'])
  add('ignoreDifferences', ['spec', 'ignoreDifferences'])
  return parts
}

/** Values that the Applications of an environment hold themselves, which its defaults will hold. */
function inlineOf(members: readonly Member[], refused: LocatedFinding[]): JsonMap {
  const values = members.map(({ database, parts }) => ({
    parts,
    spot: database.written.at,
    text: database.layers.flatMap(({ inline }) => (inline === undefined ? [] : [toPlain(inline.root)])).reduce<Json>(merged, {}),
  }))
  const [first, ...others] = values
  if (first === undefined || !isJsonMap(first.text)) return {}
  const odd = others.find(({ text }) => JSON.stringify(text) !== JSON.stringify(first.text))
  if (odd !== undefined) {
    const [difference] = differences(first.text, odd.text, ['values'])
    refused.push(
      refusal(
        odd.spot,
        phrase`${named(formatPath(difference?.path ?? ['values']))} of the Applications of ${named(odd.parts.env)} differs, but generated sets hold none`,
        phrase`write what differs into the files of the databases`,
      ),
    )
  }
  return first.text
}

function merged(lower: Json, higher: Json): Json {
  if (!isJsonMap(lower) || !isJsonMap(higher)) return higher
  const map: JsonMap = { ...lower }
  for (const [key, value] of Object.entries(higher)) map[key] = map[key] === undefined ? value : merged(map[key], value)
  return map
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
          one.database.written.at,
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
