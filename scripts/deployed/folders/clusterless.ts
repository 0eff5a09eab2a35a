// What is wrong with objects of the operator that a folder holds without their Cluster, and with those that name none that is here?
import { examine } from '../../admit/examine.ts'
import { named, phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { spotOf } from '../../findings/spot.ts'
import { locateFinding } from '../../locate/finding.ts'
import type { Database, RenderedObject } from '../../model.ts'
import { inAnotherNamespace } from '../../operator/other-namespace.ts'
import { grouped } from '../../values/append.ts'
import { misspelt } from '../../values/misspelt.ts'
import { printed } from '../../values/printed.ts'
import { isMap, valueAt } from '../../values/value.ts'
import type { Json } from '../../values/value.ts'
import { destinationOf } from '../values/application-values.ts'
import type { ManifestFile } from '../manifests.ts'
import { at } from '../manifest-parts.ts'
import { inNamespace } from './plain-clusters.ts'

/** The objects of a folder that has no Cluster; the database is none, but says who deploys them, where, and with which operator. */
export interface Clusterless {
  readonly database: Database
  readonly objects: readonly RenderedObject[]
  readonly namespace: string
}

/** What the API server and the operator refuse; a folder that several Applications deploy is judged for each. */
export function clusterlessFindings(all: readonly Clusterless[]): LocatedFinding[] {
  return all.flatMap(({ database, objects, namespace }) =>
    objects.flatMap((one) => {
      const object = inNamespace(one, namespace)
      const { value } = object
      if (!isMap(value)) return []
      const subject = { object, values: value, fallback: { file: value.origin.file, span: value.origin.value }, database }
      return examine(object.plain, { operator: database.environment.operator.version }).map((finding) => locateFinding(finding, subject))
    }),
  )
}

const ofCluster: ReadonlySet<string> = new Set(['Pooler', 'ScheduledBackup', 'Backup', 'Database', 'Publication', 'Subscription'])

interface Seen {
  readonly databases: readonly Database[]
  readonly clusterless: readonly Clusterless[]
  readonly files: readonly ManifestFile[]
}

/** `policy/cluster-exists`: a Cluster that nothing here deploys. Only asked where everything that deploys Clusters is known. */
export function lostClusterNames({ databases, clusterless, files }: Seen): LocatedFinding[] {
  const held = new Set(files.flatMap(({ clusters = [] }) => clusters.map(({ name }) => name)))
  const reported = new Set<unknown>()
  const whereOf = ({ environment: { destination } }: Database, namespace: Json): string =>
    JSON.stringify([destinationOf(destination.server, destination.name), namespace])
  const byPlace = grouped(databases, (one) => whereOf(one, one.namespace))
  const plain = databases.flatMap((database) => (database.written?.objects ?? []).map((object) => ({ database, object })))
  const others = clusterless.flatMap(({ database, objects, namespace }) =>
    objects.map((object) => ({ database, object: inNamespace(object, namespace) })),
  )
  return [...plain, ...others].flatMap(({ database, object }): LocatedFinding[] => {
    const node = valueAt(object.value, ['spec', 'cluster', 'name'])
    const spot = node === undefined ? undefined : spotOf(node)
    if (!ofCluster.has(object.kind) || node?.kind !== 'scalar' || typeof node.value !== 'string' || spot === undefined) return []
    const namespace = at(object.plain, 'metadata', 'namespace') ?? database.namespace
    const near = byPlace.get(whereOf(database, namespace)) ?? []
    // what a chart of somebody's own calls its Cluster is known to it alone
    const isOpen = near.some(({ written }) => written?.objects === undefined && written?.chartFolder !== undefined)
    const names = near.map(({ cluster }) => cluster)
    const key = `${spot.file.path}\0${spot.span.start}`
    const elsewhere = names.includes(node.value) || isOpen ? undefined : inOtherNamespace(database, node.value, databases)
    if (elsewhere !== undefined && !reported.has(key)) {
      reported.add(key)
      const facts = { kind: 'Cluster', name: node.value, there: elsewhere, here: printed(namespace) }
      const { places, ...said } = inAnotherNamespace(facts, [])
      const own = valueAt(object.value, places[0].path)
      const at = (own === undefined ? undefined : spotOf(own)) ?? spot
      return [{ rule: 'policy/cluster-exists', severity: 'warning', ...said, at, database: database.id }]
    }
    if (isOpen || names.includes(node.value) || held.has(node.value) || /[${<]/.test(node.value) || reported.has(key)) return []
    reported.add(key)
    const meant = misspelt(node.value, names)
    return [
      {
        rule: 'policy/cluster-exists',
        severity: meant === undefined ? 'info' : 'warning',
        message: phrase`spec.cluster.name is ${named(node.value)}, but no Application here deploys a Cluster of this name in namespace ${named(printed(namespace))}`,
        at: spot,
        help: meant === undefined ? phrase`if another repository makes it, all is well` : phrase`did you mean \`${named(meant)}\`?`,
        database: database.id,
      },
    ]
  })
}

/** The namespace of the only Cluster of that name in the same Kubernetes cluster. */
function inOtherNamespace({ environment }: Database, cluster: string, databases: readonly Database[]): string | undefined {
  const { server, name } = environment.destination
  const there = databases.filter(
    (one) =>
      one.cluster === cluster &&
      destinationOf(one.environment.destination.server, one.environment.destination.name) === destinationOf(server, name),
  )
  return there.length === 1 ? there[0]?.namespace : undefined
}
