// Which manifests read a Secret that the operator would make, if the Cluster did not name another one?
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LazySpot, LocatedFinding, Spot } from '../../findings/spot.ts'
import type { RenderedObject } from '../../model.ts'
import { isReplica } from '../../operator/cluster/cluster.ts'
import type { Tree } from '../../repository/tree.ts'
import type { Path, SourceFile, Value } from '../../values/value.ts'
import { isJsonMap, leavesOf, valueAt } from '../../values/value.ts'
import { lookup } from '../../values/lookup.ts'
import { nearest } from '../../values/path.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { plainAt, textAt } from '../subject.ts'

/** A Secret whose name is that of the operator's own, and which it makes; or why it does not. */
export interface OperatorSecret {
  readonly name: string
  /** the Secret that is read in its place */
  readonly instead?: string
  readonly why: 'made' | 'named' | 'superuser-off' | 'replica' | 'monolith'
  readonly at: LazySpot
}

/**
 * `ShouldCreateApplicationSecret` and `reconcileSuperuserSecret` of CloudNativePG 1.27 to 1.30: only where no Secret is named, and none for a
 * replica cluster (cnpg#6674, #8121) or what is imported from a whole server, which has no owner.
 */
export function operatorSecrets(cluster: RenderedObject, spot: (object: RenderedObject, path: Path) => LazySpot): OperatorSecret[] {
  const found: OperatorSecret[] = []
  const add = (name: string, path: Path): void => {
    const instead = textAt(cluster.plain, ...path)
    if (instead !== undefined && instead !== '' && instead !== name) found.push({ name, instead, why: 'named', at: spot(cluster, path) })
    else if (instead !== name) found.push({ name, why: 'made', at: spot(cluster, ['metadata', 'name']) })
  }
  const app = `${cluster.name}-app`
  const isRestored = ['recovery', 'pg_basebackup'].some((method) => isJsonMap(plainAt(cluster.plain, 'spec', 'bootstrap', method)))
  const importType = ['spec', 'bootstrap', 'initdb', 'import', 'type']
  if (isRestored && isReplica(cluster.plain)) found.push({ name: app, why: 'replica', at: spot(cluster, ['spec', 'replica']) })
  else if (textAt(cluster.plain, ...importType) === 'monolith') found.push({ name: app, why: 'monolith', at: spot(cluster, importType) })
  else add(app, ['spec', 'bootstrap', bootstrapOf(cluster), 'secret', 'name'])
  const superuser = `${cluster.name}-superuser`
  if (plainAt(cluster.plain, 'spec', 'enableSuperuserAccess') === true) add(superuser, ['spec', 'superuserSecret', 'name'])
  else found.push({ name: superuser, why: 'superuser-off', at: spot(cluster, ['spec', 'enableSuperuserAccess']) })
  return found
}

const bootstrapOf = ({ plain }: RenderedObject): string =>
  ['recovery', 'pg_basebackup'].find((method) => isJsonMap(plainAt(plain, 'spec', 'bootstrap', method))) ?? 'initdb'

const operators = /(?<![a-z0-9.-])[a-z0-9.-]*-(?:app|superuser)(?![a-z0-9-])/g

interface Known extends OperatorSecret {
  readonly database: string
  readonly namespace: string
}

interface Facts {
  readonly database: string
  /** that of the Kubernetes cluster, and its own */
  readonly namespace: string
  readonly operatorSecrets: readonly OperatorSecret[]
}

/** The operator's Secrets by their name; of Clusters of one name in several namespaces one that makes it, since nobody knows which is read. */
function byName(facts: readonly Facts[]): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>()
  for (const { database, namespace, operatorSecrets: own } of facts)
    for (const secret of own) if (known.get(secret.name)?.why !== 'made') known.set(secret.name, { ...secret, database, namespace })
  return known
}

/** Reads of Secrets that are not there, or of keys that they do not have, in the manifests of a repository; none of one that something there makes itself. */
export function readersOfSecrets(facts: readonly Facts[], tree: Tree): LocatedFinding[] {
  const known = byName(facts)
  const loose = known.size === 0 ? undefined : tree.loose?.()
  if (loose === undefined) return []
  const readers: { readonly secret: Known; readonly read: Read }[] = []
  const made = new Set<string>()
  for (const path of loose.paths) {
    const read = /\.ya?ml$/.test(path) ? loose.read(path) : undefined
    if (read?.ok !== true || !/-(?:app|superuser)\b/.test(read.text)) continue
    const names = new Set([...read.text.matchAll(operators)].map(([run]) => run.replace(/^[.-]+/, '')).filter((name) => known.has(name)))
    if (names.size === 0) continue
    for (const mention of mentionsIn({ path: tree.shown?.(path) ?? path, text: read.text }, names))
      if (mention.read === undefined) made.add(mention.name)
      else readers.push({ secret: known.get(mention.name) as Known, read: mention.read })
  }
  return readers.flatMap(({ secret, read }) =>
    made.has(secret.name) || isElsewhere(secret, read) ? [] : secret.why === 'made' ? wrongKeys(secret, read) : [finding(secret, read.at)],
  )
}

/** In another namespace a Secret of that name is another one. */
function isElsewhere({ namespace }: Known, read: Read): boolean {
  return read.namespace !== undefined && read.namespace !== namespace.slice(namespace.indexOf(' ') + 1)
}

interface Key {
  readonly text: string
  readonly at: Spot | undefined
}

interface Read {
  readonly at: Spot
  readonly keys: readonly Key[]
  readonly namespace: string | undefined
}

interface Mention {
  readonly name: string
  /** absent: something of that name may be made here */
  readonly read?: Read
}

/** Where names stand in a file. */
function* mentionsIn(file: SourceFile, names: ReadonlySet<string>): Iterable<Mention> {
  const { documents, problems } = parseYaml(file, 'service')
  if (problems.some(({ fatal }) => fatal)) return
  for (const document of documents) {
    const namespace = textOf(valueAt(document, ['metadata', 'namespace']))
    for (const { path, value } of leavesOf(document, [])) {
      const name = textOf(value)
      if (name === undefined || !names.has(name)) continue
      const at = spotOf(value)
      if (isReader(path) && at !== undefined) yield { name, read: { namespace, at, keys: [...keysBeside(document, path)] } }
      else if (isMaker(document, path)) yield { name }
    }
  }
}

/** The keys that are read from the Secret that a place names. */
function* keysBeside(document: Value, path: Path): Iterable<Key> {
  const holder = path.slice(0, -1)
  const flag = valueAt(document, [...holder, 'optional'])
  if (flag?.kind === 'scalar' && flag.value === true) return
  const items = valueAt(document, [...holder, 'items'])
  const paths = [[...holder, 'key'], ...(items?.kind === 'list' ? items.items.map((_, index) => [...holder, 'items', index, 'key']) : [])]
  for (const one of paths) {
    const value = valueAt(document, one)
    const text = textOf(value)
    // not a placeholder
    if (value !== undefined && text !== undefined && /^[-\w.]+$/.test(text)) yield { text, at: spotOf(value) }
  }
}

function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** `secretKeyRef.name`, `secretRef.name` of a container, `secret.secretName` of a volume; the password of an external cluster. */
function isReader(path: Path): boolean {
  const [last, above] = [path.at(-1), path.at(-2)]
  if (path.at(-4) === 'externalClusters') return last === 'name' && above === 'password'
  return (last === 'name' && (above === 'secretKeyRef' || above === 'secretRef')) || (last === 'secretName' && above === 'secret')
}

/** Kinds whose objects are Secrets, or become some; that of the External Secrets Operator which reads one is none of them. */
const makers = /^(?!PushSecret$).*Secret|^(?:OnePasswordItem|Certificate)$/
/** Where objects of other kinds name a Secret that they make. */
const making: ReadonlySet<unknown> = new Set(['target', 'destination', 'generate', 'writeConnectionSecretToRef'])

/** A Secret itself, or what kustomize or another operator makes one of. */
function isMaker(document: Value, path: Path): boolean {
  const last = path.at(-1)
  if (last !== 'name' && last !== 'secretName') return false
  if (path[0] === 'secretGenerator' || making.has(path.at(-2))) return true
  return makers.test(textOf(valueAt(document, ['kind'])) ?? '')
}

const reasons = {
  replica: ['the Cluster is a replica', 'copy the Secret of the source here under this name, or read another one'],
  monolith: ['the Cluster imports a whole server, and has no application user', 'read the Secret of a role that is imported'],
  'superuser-off': ['enableSuperuserAccess is not true', 'set enableSuperuserAccess: true, or read another Secret'],
} as const

function finding({ name, instead = '', why, at: reason, database }: Known, at: Spot): LocatedFinding {
  const field = name.endsWith('-app') ? 'secret' : 'superuserSecret'
  const [because, help] =
    why === 'named' || why === 'made'
      ? ([
          `the Cluster names ${instead}`,
          phrase`read ${named(instead)}, which has username and password only, or remove ${field} from the Cluster`,
        ] as const)
      : ([reasons[why][0], phrase`${reasons[why][1]}`] as const)
  return {
    rule: 'policy/secret-is-made',
    severity: 'warning',
    message: phrase`Secret ${named(name)} is read here, but the operator does not make it: ${named(because)}`,
    at,
    related: [{ ...reason(), message: why === 'superuser-off' ? phrase`access of the superuser is off` : phrase`${named(because)}` }],
    help,
    database,
  }
}

/** `CreateSecret` of CloudNativePG 1.27 to 1.30. */
const held = ['dbname', 'fqdn-jdbc-uri', 'fqdn-uri', 'host', 'jdbc-uri', 'password', 'pgpass', 'port', 'uri', 'user', 'username']

/** Of the superuser they name `*`, which means any in a pgpass, but is no database. */
const ofDatabase: ReadonlySet<string> = new Set(['dbname', 'uri', 'jdbc-uri', 'fqdn-uri', 'fqdn-jdbc-uri'])

/** What others call them. */
const otherNames: Readonly<Record<string, string>> = lookup({
  database: 'dbname',
  db: 'dbname',
  hostname: 'host',
  'jdbc-url': 'jdbc-uri',
  url: 'uri',
})

function wrongKeys({ name, database, at }: Known, read: Read): LocatedFinding[] {
  return read.keys.flatMap(({ text, at: place }): LocatedFinding[] => {
    const isSuperuser = name.endsWith('-superuser')
    const isThere = held.includes(text)
    if (place === undefined || (isThere && !(isSuperuser && ofDatabase.has(text)))) return []
    const meant = otherNames[text] ?? nearest(text.toLowerCase(), held)
    return [
      {
        rule: 'policy/secret-is-made',
        severity: 'warning',
        message: isThere
          ? phrase`${named(text)} of Secret ${named(name)} is read here, but names the database \`*\`, which is none`
          : phrase`key ${named(text)} of Secret ${named(name)} is read here, but the operator does not write it`,
        at: place,
        related: [{ ...at(), message: phrase`the operator makes the Secret for this Cluster` }],
        help: isThere
          ? phrase`read host, port, user and password, and name a database, or read the Secret of the application`
          : meant === undefined
            ? phrase`it has ${named(held.join(', '))}`
            : phrase`did you mean ${named(meant)}?`,
        database,
      },
    ]
  })
}
