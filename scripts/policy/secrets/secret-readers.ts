// Which manifests read a Secret that the operator would make, if the Cluster did not name another one?
import { named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import type { LazySpot, LocatedFinding, Spot } from '../../findings/spot.ts'
import type { RenderedObject } from '../../model.ts'
import { isReplica } from '../../operator/cluster/cluster.ts'
import type { Tree } from '../../repository/tree.ts'
import type { Path, SourceFile, Value } from '../../values/value.ts'
import { isJsonMap, leavesOf, valueAt } from '../../values/value.ts'
import { parseYaml } from '../../yaml/parse.ts'
import { plainAt, textAt } from '../subject.ts'

/** A Secret that is not there, although its name is that of the operator's own. */
export interface AbsentSecret {
  readonly name: string
  /** the Secret that is read in its place */
  readonly instead?: string
  readonly why: 'named' | 'superuser-off' | 'replica' | 'monolith'
  readonly at: LazySpot
}

/**
 * `ShouldCreateApplicationSecret` and `reconcileSuperuserSecret` of CloudNativePG 1.27 to 1.30: only where no Secret is named, and none for a
 * replica cluster (cnpg#6674, #8121) or what is imported from a whole server, which has no owner.
 */
export function absentSecrets(cluster: RenderedObject, spot: (object: RenderedObject, path: Path) => LazySpot): AbsentSecret[] {
  const found: AbsentSecret[] = []
  const add = (name: string, path: Path): void => {
    const instead = textAt(cluster.plain, ...path)
    if (instead !== undefined && instead !== '' && instead !== name) found.push({ name, instead, why: 'named', at: spot(cluster, path) })
  }
  const app = `${cluster.name}-app`
  const isRestored = ['recovery', 'pg_basebackup'].some((method) => isJsonMap(plainAt(cluster.plain, 'spec', 'bootstrap', method)))
  const importType = ['spec', 'bootstrap', 'initdb', 'import', 'type']
  if (isRestored && isReplica(cluster.plain)) found.push({ name: app, why: 'replica', at: spot(cluster, ['spec', 'replica']) })
  else if (textAt(cluster.plain, ...importType) === 'monolith') found.push({ name: app, why: 'monolith', at: spot(cluster, importType) })
  else for (const bootstrap of ['initdb', 'recovery', 'pg_basebackup']) add(app, ['spec', 'bootstrap', bootstrap, 'secret', 'name'])
  const superuser = `${cluster.name}-superuser`
  if (plainAt(cluster.plain, 'spec', 'enableSuperuserAccess') === true) add(superuser, ['spec', 'superuserSecret', 'name'])
  else found.push({ name: superuser, why: 'superuser-off', at: spot(cluster, ['spec', 'enableSuperuserAccess']) })
  return found
}

const operators = /(?<![a-z0-9.-])[a-z0-9.-]*-(?:app|superuser)(?![a-z0-9-])/g

interface Absent extends AbsentSecret {
  readonly database: string
}

/** Reads of absent Secrets in the manifests of a repository; none of one that something there makes itself. */
export function readersOfAbsent(
  facts: readonly { readonly database: string; readonly absentSecrets: readonly AbsentSecret[] }[],
  tree: Tree,
): LocatedFinding[] {
  const absent = new Map<string, Absent>()
  for (const { database, absentSecrets: own } of facts) for (const secret of own) absent.set(secret.name, { ...secret, database })
  const loose = absent.size === 0 ? undefined : tree.loose?.()
  if (loose === undefined) return []
  const readers: { readonly secret: Absent; readonly at: Spot }[] = []
  const made = new Set<string>()
  for (const path of loose.paths) {
    const read = /\.ya?ml$/.test(path) ? loose.read(path) : undefined
    if (read?.ok !== true || !/-(?:app|superuser)\b/.test(read.text)) continue
    const names = new Set([...read.text.matchAll(operators)].map(([run]) => run.replace(/^[.-]+/, '')).filter((name) => absent.has(name)))
    if (names.size === 0) continue
    for (const { name, at } of mentionsIn({ path: tree.shown?.(path) ?? path, text: read.text }, names))
      if (at === undefined) made.add(name)
      else readers.push({ secret: absent.get(name) as Absent, at })
  }
  return readers.filter(({ secret }) => !made.has(secret.name)).map(({ secret, at }) => finding(secret, at))
}

/** Where names stand in a file; without a place: where something of that name may be made. */
function* mentionsIn(file: SourceFile, names: ReadonlySet<string>): Iterable<{ readonly name: string; readonly at?: Spot | undefined }> {
  const { documents, problems } = parseYaml(file, 'service')
  if (problems.some(({ fatal }) => fatal)) return
  for (const document of documents)
    for (const { path, value } of leavesOf(document, [])) {
      const name = textOf(value)
      if (name === undefined || !names.has(name)) continue
      if (isReader(path)) yield { name, at: spotOf(value) }
      else if (isMaker(document, path)) yield { name }
    }
}

function textOf(value: Value): string | undefined {
  return value.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** `secretKeyRef.name`, `secretRef.name` of a container, `secret.secretName` of a volume. */
function isReader(path: Path): boolean {
  const [last, above] = [path.at(-1), path.at(-2)]
  return (last === 'name' && (above === 'secretKeyRef' || above === 'secretRef')) || (last === 'secretName' && above === 'secret')
}

/** A Secret itself, or what another operator makes one of. */
function isMaker(document: Value, path: Path): boolean {
  const kind = valueAt(document, ['kind'])
  const isSecret = kind?.kind === 'scalar' && /Secret/.test(String(kind.value))
  return path.at(-1) === 'name' && (path.at(-2) === 'target' || (isSecret && path.at(-2) === 'metadata'))
}

const reasons = {
  replica: ['the Cluster is a replica', 'copy the Secret of the source here under this name, or read another one'],
  monolith: ['the Cluster imports a whole server, and has no application user', 'read the Secret of a role that is imported'],
  'superuser-off': ['enableSuperuserAccess is not true', 'set enableSuperuserAccess: true, or read another Secret'],
} as const

function finding({ name, instead = '', why, at: reason, database }: Absent, at: Spot): LocatedFinding {
  const field = name.endsWith('-app') ? 'secret' : 'superuserSecret'
  const [because, help] =
    why === 'named'
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
