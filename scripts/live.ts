// What do the Kubernetes cluster and Argo CD hold that the repository does not say, and the other way round?
import { firstSpot, spotOf } from './diagnose.ts'
import type { LocatedFinding, Spot } from './diagnose.ts'
import { serviceSpot } from './generator.ts'
import type { Database, Json, JsonMap, MapValue, Path, SourceFile, Value } from './model.ts'
import { parseYaml } from './parse.ts'
import { formatPath } from './path.ts'
import { compareQuantities, readQuantity } from './quantity.ts'
import { toPlain, valueAt } from './value.ts'
import { yamlFindings } from './yaml-findings.ts'

interface LiveObject {
  readonly value: MapValue
  readonly plain: JsonMap
}

/** What `kubectl get applications,clusters -A -o yaml` printed. */
export interface LiveState {
  readonly file: SourceFile
  /** by name, and whether the list holds any */
  readonly applications: ReadonlyMap<string, LiveObject>
  /** by `<namespace>/<name>` */
  readonly clusters: ReadonlyMap<string, LiveObject>
}

const isMap = (value: Json | undefined): value is JsonMap => typeof value === 'object' && value !== null && !Array.isArray(value)
const textIn = (root: MapValue, ...path: Path): string => {
  const node = valueAt(root, path)
  return node?.kind === 'scalar' ? String(node.value) : ''
}

/** Reads a List, or several documents, in YAML or JSON. Other kinds are passed over. */
export function readLive(file: SourceFile): { state: LiveState; findings: LocatedFinding[] } {
  const { documents, problems } = parseYaml(file, 'service')
  const applications = new Map<string, LiveObject>()
  const clusters = new Map<string, LiveObject>()
  const take = (value: Value): void => {
    if (value.kind !== 'map') return
    const items = value.entries.get('items')
    if (items?.kind === 'list') return items.items.forEach(take)
    const kind = `${textIn(value, 'apiVersion').split('/')[0]} ${textIn(value, 'kind')}`
    const plain = toPlain(value)
    if (!isMap(plain)) return
    const name = textIn(value, 'metadata', 'name')
    if (kind === 'argoproj.io Application') applications.set(name, { value, plain })
    if (kind === 'postgresql.cnpg.io Cluster') clusters.set(`${textIn(value, 'metadata', 'namespace')}/${name}`, { value, plain })
  }
  documents.forEach(take)
  const findings = yamlFindings(file, problems)
  if (findings.length === 0 && applications.size + clusters.size === 0)
    findings.push({
      rule: 'live/any-object',
      severity: 'error',
      message: `${file.path} has no Applications and no Clusters, but must hold what the cluster has`,
      at: firstSpot(documents[0], file),
      help: 'kubectl get applications,clusters -A -o yaml',
    })
  return { state: { file, applications, clusters }, findings }
}

/** Applications of our sets that no database wants, and databases that are not there. */
export function compareFleet(state: LiveState, databases: readonly Database[]): LocatedFinding[] {
  const wanted = new Set(databases.map((database) => database.application))
  const findings: LocatedFinding[] = []
  for (const [name, live] of state.applications) {
    if (wanted.has(name) || !isOurs(live)) continue
    const at = spotIn(live, state, ['metadata', 'name'])
    findings.push({
      rule: 'live/application-wanted',
      severity: 'warning',
      message: `Application ${name} is live, but no database here wants it any more`.slice(0, 120),
      at,
      help: 'it keeps syncing: delete it with its database, or bring the service back',
    })
  }
  for (const database of databases) {
    const at = serviceSpot(database)
    if (state.applications.size > 0 && !state.applications.has(database.application))
      findings.push({
        rule: 'live/application-exists',
        severity: 'warning',
        message: `Application ${database.application} is wanted, but is not live`,
        at,
        help: 'merge and sync the app-of-apps, or look at the status of its ApplicationSet',
        database: database.id,
      })
    else if (state.clusters.size > 0 && isHere(database) && !state.clusters.has(`${database.namespace}/${database.cluster}`))
      findings.push({
        rule: 'live/cluster-exists',
        severity: 'warning',
        message: `Cluster ${database.cluster} is wanted in ${database.namespace}, but is not live`.slice(0, 120),
        at,
        help: `argocd app get ${database.application}`,
        database: database.id,
      })
  }
  return findings
}

/** Owned by one of our sets, or labelled as they label. */
function isOurs({ plain }: LiveObject): boolean {
  const metadata = isMap(plain['metadata']) ? plain['metadata'] : {}
  const owners = Array.isArray(metadata['ownerReferences']) ? metadata['ownerReferences'].filter(isMap) : []
  if (owners.some((owner) => owner['kind'] === 'ApplicationSet' && String(owner['name']).startsWith('postgres-clusters-'))) return true
  const labels = isMap(metadata['labels']) ? metadata['labels'] : {}
  return labels['app.kubernetes.io/component'] === 'database' && labels['service'] !== undefined && labels['env'] !== undefined
}

/** Clusters of other destinations are not in the list of this one. */
function isHere({ environment }: Database): boolean {
  return environment.destination.server === 'https://kubernetes.default.svc' || environment.destination.name === 'in-cluster'
}

function spotIn(live: LiveObject, { file }: LiveState, path: Path): Spot {
  for (let length = path.length; length > 0; length--) {
    const node = valueAt(live.value, path.slice(0, length))
    const spot = node === undefined ? undefined : spotOf(node)
    if (spot !== undefined) return spot
  }
  return firstSpot(live.value, file)
}

/** A field that differs, as a place in the object that the repository wants. */
export interface LiveDifference {
  readonly path: Path
  readonly message: string
  readonly live: Spot
}

/** Where the live Cluster has not what the API server would store for ours; what it has besides is the operator's affair. */
export function compareCluster(state: LiveState, database: Database, wanted: JsonMap): LiveDifference[] {
  const live = state.clusters.get(`${database.namespace}/${database.cluster}`)
  if (live === undefined) return []
  const found: LiveDifference[] = []
  const compare = (want: Json, have: Json | undefined, path: Path): void => {
    if (isSame(want, have)) return
    if (isMap(want) && isMap(have)) for (const [key, entry] of Object.entries(want)) compare(entry, have[key], [...path, key])
    else if (Array.isArray(want) && Array.isArray(have) && want.length === have.length)
      want.forEach((item, index) => compare(item, have[index], [...path, index]))
    else
      found.push({
        path,
        message: `${formatPath(path)} is ${shown(want)}, but ${shown(have)} in the live Cluster`.slice(0, 120),
        live: spotIn(live, state, path),
      })
  }
  compare(wanted['spec'] ?? {}, live.plain['spec'] ?? {}, ['spec'])
  return found
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.values(value).every((entry) => isEmpty(entry))
}

/** Empty is what Go leaves out, and quantities are equal however they are written. */
function isSame(want: Json, have: Json | undefined): boolean {
  if (want === have || (have === undefined && isEmpty(want)) || (isEmpty(want) && isEmpty(have) && typeof want === 'object')) return true
  const [left, right] = [readQuantity(want), readQuantity(have)]
  return left !== undefined && right !== undefined && compareQuantities(left, right) === 0
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return 'not set'
  if (typeof value === 'object') return Array.isArray(value) ? `a list of ${value.length}` : 'a map'
  const text = JSON.stringify(value)
  return text.length > 30 ? `${text.slice(0, 28)}…"` : text
}
