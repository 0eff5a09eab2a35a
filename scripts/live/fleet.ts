// Which live Applications and Clusters does the repository not want, and which that it wants are not live?
import { named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import { at, isDatabase } from '../deployed/manifest-parts.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { valueAt } from '../values/value.ts'
import { serviceSpot } from '../merge/generator.ts'
import { spotInLive } from './state.ts'
import type { LiveObject, LiveState } from './state.ts'
import type { Database, Environment, Settings } from '../model.ts'
import type { Json } from '../values/value.ts'

/** What hand-written manifests deploy, by `namespace/name`. */
export interface Deployed {
  readonly applications: ReadonlySet<string>
  readonly clusters: ReadonlySet<string>
  /** names of sets whose Applications can't be known here */
  readonly unknownSets: ReadonlySet<string>
}

export interface Wanted {
  readonly settings: Settings
  readonly databases: readonly Database[]
  readonly byHand: Deployed
}

/** Live Applications and Clusters of databases that nothing here wants, and those that are wanted but missing. */
export function compareFleet(state: LiveState, wanted: Wanted): LocatedFinding[] {
  const { databases, settings } = wanted
  const strangers = unwantedClusters(state, wanted, []).map(([key]) => key)
  const lost = databases.flatMap((database) => lostFindings(state, database, { settings, strangers }))
  const moved = new Set(lost.flatMap(({ elsewhere }) => elsewhere ?? []))
  const unwanted = unwantedApplications(state, wanted).filter(([key]) => !moved.has(key))
  const theirs = unwanted.map(([, application]) => application)
  return [
    ...unwanted.map(([key, live]) => unwantedApplication(key, live, state, settings)),
    ...unwantedClusters(state, wanted, theirs)
      .filter(([key]) => !moved.has(key))
      .map(([key, live]) => unwantedCluster(key, live, state)),
    ...settings.environments.flatMap((environment) =>
      together(
        lost.filter(({ of }) => of.environment.name === environment.name),
        environment,
        settings,
      ),
    ),
  ]
}

/** More of an environment than this are missing for one reason: it is not synced, or the list is of another cluster. */
const most = 8

/** What is missing: one by one, or said once at the environment. */
function together(lost: readonly Lost[], environment: Environment, settings: Settings): LocatedFinding[] {
  const at = nearestSpot(settings.origin, ['environments', environment.name], 'key')
  return ['Application', 'Cluster'].flatMap((kind) => {
    const own = lost.filter(({ finding }) => finding.rule === `live/${kind.toLowerCase()}-exists`)
    const missing = own.filter(({ elsewhere }) => elsewhere === undefined)
    const [first] = missing
    if (at === undefined || first === undefined || missing.length <= most) return own.map(({ finding }) => finding)
    const name = kind === 'Cluster' ? first.of.cluster : first.of.application
    const message = phrase`${missing.length} ${kind}s of ${named(environment.name)} are wanted, but are not live; the first is ${name}`
    return own.map(({ finding, elsewhere }) => (elsewhere === undefined ? { ...finding, at, message, help: first.finding.help } : finding))
  })
}

interface Lost {
  readonly of: Database
  readonly finding: LocatedFinding
  /** key of the object that is live in another namespace, or under another name, instead */
  readonly elsewhere?: string
}

interface Around {
  readonly settings: Settings
  /** keys of the live Clusters that nothing here wants */
  readonly strangers: readonly string[]
}

function lostFindings(state: LiveState, database: Database, { settings, strangers }: Around): Lost[] {
  const at = serviceSpot(database)
  const { application, cluster, namespace } = database
  const found: Lost[] = []
  const home = settings.argocd.namespace
  if (state.applications.size > 0 && !state.applications.has(`${home}/${application}`)) {
    const elsewhere = otherNamespace(state.applications, application)
    const where = elsewhere === undefined ? 'is not live' : `is live in ${elsewhere.split('/')[0]}, not in ${home}`
    const finding = {
      rule: 'live/application-exists',
      severity: 'warning' as const,
      message: phrase`Application ${named(application)} is wanted, but ${where}`,
      at,
      help: phrase`merge and sync the app-of-apps, or look at the status of its ApplicationSet`,
      database: database.id,
    }
    found.push({ finding, of: database, ...(elsewhere === undefined ? {} : { elsewhere }) })
    if (elsewhere === undefined) return found
  }
  if (state.clusters.size > 0 && isHere(database) && !state.clusters.has(`${namespace}/${cluster}`)) {
    const elsewhere = otherNamespace(state.clusters, cluster)
    const renamed = elsewhere === undefined ? otherName(state, database, strangers) : undefined
    if (renamed !== undefined)
      return [...found, { of: database, finding: nameFinding(state, { database, settings, key: renamed }), elsewhere: renamed }]
    const where = elsewhere === undefined ? 'is not live' : `is live in ${elsewhere.split('/')[0]}`
    const finding = {
      rule: 'live/cluster-exists',
      severity: 'warning' as const,
      message: phrase`Cluster ${named(cluster)} is wanted in ${named(namespace)}, but ${where}`,
      at,
      help: phrase`argocd app get ${named(application)}`,
      database: database.id,
    }
    found.push({ finding, of: database, ...(elsewhere === undefined ? {} : { elsewhere }) })
  }
  return found
}

/** The Cluster that the database seems to be: in its namespace, of its Application, or of its name with something behind it. */
function otherName(
  { clusters }: LiveState,
  { namespace, cluster, application }: Database,
  strangers: readonly string[],
): string | undefined {
  const near = strangers.filter((key) => key.startsWith(`${namespace}/`))
  const isTracked = (key: string): boolean => {
    const live = clusters.get(key)
    return live !== undefined && trackedBy(live, application) === true
  }
  return (
    near.find((key) => key === `${namespace}/${cluster}-cluster`) ??
    near.find(isTracked) ??
    near.find((key) => key.startsWith(`${namespace}/${cluster}-`))
  )
}

/** One missing setting: the database lives under the name that the chart gave it. */
function nameFinding(
  state: LiveState,
  { database, settings, key }: { readonly database: Database; readonly settings: Settings; readonly key: string },
): LocatedFinding {
  const { cluster, namespace } = database
  const name = key.slice(namespace.length + 1)
  const layout = nearestSpot(settings.origin, ['layout', 'cluster'])
  const isSet = valueAt(settings.origin, ['layout', 'cluster']) !== undefined
  const live = state.clusters.get(key)
  const suffix = name === `${cluster}-cluster` ? 'the chart appended `-cluster` to the release: ' : ''
  return {
    rule: 'live/cluster-exists',
    severity: 'warning',
    message: phrase`Cluster ${named(cluster)} is wanted in ${named(namespace)}, but it is ${named(name)} that lives there`,
    at: (isSet ? layout : undefined) ?? serviceSpot(database),
    ...(live && { related: [{ ...spotInLive(live, state, ['metadata', 'name']), message: phrase`${named(name)} is live` }] }),
    help: phrase`${suffix}set postgres.layout.cluster so that the name is ${named(name)}, else a new, empty one starts beside it`,
    database: database.id,
  }
}

function otherNamespace(objects: ReadonlyMap<string, LiveObject>, name: string): string | undefined {
  return [...objects.keys()].find((key) => key.endsWith(`/${name}`))
}

/** Those of our sets, those labelled as ours are, and those of others that deploy the chart of databases. */
function unwantedApplications(state: LiveState, { databases, settings, byHand }: Wanted): (readonly [string, LiveObject])[] {
  const names = new Set(databases.map(({ application }) => `${settings.argocd.namespace}/${application}`))
  return [...state.applications].filter(([key, live]) => {
    if (names.has(key) || byHand.applications.has(key)) return false
    const set = setOf(live)
    if (set !== undefined && byHand.unknownSets.has(set)) return false
    return set?.startsWith('postgres-clusters-') === true || isLabelled(live) || isDatabase(live.plain, settings)
  })
}

function unwantedApplication(key: string, live: LiveObject, state: LiveState, { argocd }: Settings): LocatedFinding {
  const [namespace = '', name = ''] = key.split('/')
  const set = setOf(live)
  const owner = set === undefined || set.startsWith('postgres-clusters-') ? '' : ` (of the set ${set.slice(0, 40)})`
  const where = namespace === argocd.namespace ? '' : ` in ${namespace}`
  return {
    rule: 'live/application-wanted',
    severity: 'warning',
    message: phrase`Application ${named(name)}${named(owner)} is live${where}, but no database here wants it`,
    at: spotInLive(live, state, ['metadata', 'name']),
    help: phrase`it keeps syncing: delete it with its database, or add its service here`,
  }
}

/** Clusters that match no database here and that no Application already reported deploys. */
function unwantedClusters(
  state: LiveState,
  { databases, byHand }: Wanted,
  applications: readonly LiveObject[],
): (readonly [string, LiveObject])[] {
  const names = new Set(databases.map(({ namespace, cluster }) => `${namespace}/${cluster}`))
  return [...state.clusters].filter(
    ([key, live]) => !names.has(key) && !byHand.clusters.has(key) && !applications.some((application) => deploys(application, live, key)),
  )
}

/** By Argo CD's tracking, or by release and namespace. */
function deploys({ plain }: LiveObject, cluster: LiveObject, key: string): boolean {
  const name = printed(at(plain, 'metadata', 'name'))
  const tracked = trackedBy(cluster, name)
  if (tracked !== undefined) return tracked
  const instance = at(cluster.plain, 'metadata', 'labels', 'app.kubernetes.io/instance')
  const [namespace, own] = key.split('/')
  return instance === name || ((at(plain, 'spec', 'destination', 'namespace') ?? namespace) === namespace && own?.startsWith(name) === true)
}

/** Whether an Application's name is in Argo CD's own annotation; undefined: there is none. */
function trackedBy({ plain }: LiveObject, application: string): boolean | undefined {
  const tracking = at(plain, 'metadata', 'annotations', 'argocd.argoproj.io/tracking-id')
  return typeof tracking === 'string' ? tracking.startsWith(`${application}:`) || tracking.includes(`_${application}:`) : undefined
}

function unwantedCluster(key: string, live: LiveObject, state: LiveState): LocatedFinding {
  const [namespace, name] = key.split('/')
  return {
    rule: 'live/cluster-wanted',
    severity: 'warning',
    message: phrase`Cluster ${named(name)} is live in ${named(namespace)}, but matches no database here`,
    at: spotInLive(live, state, ['metadata', 'name']),
    help: phrase`add a service whose names are those of the live one, or leave it to its owner`,
  }
}

/** The set that owns an Application. */
function setOf({ plain }: LiveObject): string | undefined {
  const owners = at(plain, 'metadata', 'ownerReferences')
  const owner = Array.isArray(owners) ? owners.find((entry: Json) => at(entry, 'kind') === 'ApplicationSet') : undefined
  return owner === undefined ? undefined : printed(at(owner, 'name'))
}

/** Labelled as our sets label. */
function isLabelled({ plain }: LiveObject): boolean {
  const label = (key: string): Json | undefined => at(plain, 'metadata', 'labels', key)
  return label('app.kubernetes.io/component') === 'database' && label('service') !== undefined && label('env') !== undefined
}

/** Clusters of other destinations are not in the list of this one. */
function isHere({ environment }: Database): boolean {
  return environment.destination.server === 'https://kubernetes.default.svc' || environment.destination.name === 'in-cluster'
}
