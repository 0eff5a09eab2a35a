// Do the parts of a Cluster that name each other fit together?
import { here, named, phrase, shown } from '../../findings/message.ts'
import { majorOfImage } from '../../operator/major.ts'
import { officialImage } from '../../operator/official-image.ts'
import type { RenderedObject } from '../../model.ts'
import type { Json, Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { isAbsent, listAt, objectOf, objectsOfCluster, officialChart, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'

const bootstrap = ['spec', 'bootstrap'] as const

/** The external cluster of that name; undefined: there is none. */
function externalNamed({ plain }: RenderedObject, name: string): { readonly has: (part: string) => boolean } | undefined {
  const external = listAt(plain, 'spec', 'externalClusters').find((one) => textAt(one, 'name') === name)
  return external === undefined ? undefined : { has: (part) => isJsonMap(plainAt(external, part)) }
}

function knownNames({ plain }: RenderedObject): string {
  return listAt(plain, 'spec', 'externalClusters')
    .flatMap((one) => textAt(one, 'name') ?? [])
    .join(', ')
}

/** What a source must have that a Cluster is made from, and what it lacks; undefined: nothing. */
function lackOf(cluster: RenderedObject): { readonly path: Path; readonly name: string; readonly needs: string } | undefined {
  const [imported, copied, restored] = [
    [...bootstrap, 'initdb', 'import', 'source', 'externalCluster'],
    [...bootstrap, 'pg_basebackup', 'source'],
    [...bootstrap, 'recovery', 'source'],
  ].map((path) => ({ path, name: textAt(cluster.plain, ...path) ?? '' }))
  for (const one of [imported, copied])
    if (one !== undefined && one.name !== '' && externalNamed(cluster, one.name)?.has('connectionParameters') === false)
      return { ...one, needs: 'connectionParameters' }
  if (restored === undefined || restored.name === '') return undefined
  const external = externalNamed(cluster, restored.name)
  const isSnapshot = isJsonMap(plainAt(cluster.plain, ...bootstrap, 'recovery', 'volumeSnapshots'))
  // without any of the three the operator itself refuses it
  if (external === undefined || isSnapshot || external.has('barmanObjectStore') || external.has('plugin')) return undefined
  return external.has('connectionParameters') ? { ...restored, needs: 'plugin (or barmanObjectStore)' } : undefined
}

function* unusableSources(subject: ObjectsSubject): Iterable<ObjectFinding> {
  for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
    const path = [...bootstrap, 'initdb', 'import', 'source', 'externalCluster']
    const imported = textAt(cluster.plain, ...path) ?? ''
    if (imported !== '' && externalNamed(cluster, imported) === undefined) {
      const known = knownNames(cluster)
      yield {
        object: cluster,
        message: phrase`${here('source of the import')} is ${shown(imported)}, but no external cluster has this name`,
        places: [{ path }],
        help: known === '' ? phrase`add it to spec.externalClusters` : phrase`known here: ${named(known)}`,
      }
    }
    const lack = lackOf(cluster)
    if (lack === undefined) continue
    yield {
      object: cluster,
      message: phrase`${here('source')} is ${shown(lack.name)}, but that external cluster has no ${named(lack.needs)} to read from`,
      places: [{ path: lack.path }],
      help: phrase`add ${named(lack.needs)} to the external cluster ${shown(lack.name)}`,
    }
  }
}

/** Whether SQL of a new Cluster may make roles: SQL in ConfigMaps and Secrets is not known. */
function mayMakeRoles(initdb: Json | undefined): boolean {
  return ['postInitSQL', 'postInitApplicationSQL', 'postInitTemplateSQL'].some((list) => {
    const isInline = listAt(initdb, list).some((sql) => typeof sql === 'string' && /\b(?:role|user|group|do|call|execute)\b/i.test(sql))
    return isInline || ['configMapRefs', 'secretRefs'].some((refs) => listAt(initdb, `${list}Refs`, refs).length > 0)
  })
}

/** The roles that a Cluster of its own making has; undefined: one that is restored, copied or filled by SQL may have others, too. */
export function rolesOf(cluster: RenderedObject, subject: ObjectsSubject): string[] | undefined {
  const methods = plainAt(cluster.plain, ...bootstrap)
  if (isJsonMap(methods) && Object.keys(methods).some((method) => method !== 'initdb')) return undefined
  const initdb = plainAt(methods, 'initdb')
  if (isJsonMap(plainAt(initdb, 'import')) || mayMakeRoles(initdb)) return undefined
  const managed = listAt(cluster.plain, 'spec', 'managed', 'roles').flatMap((role) => (isAbsent(role) ? [] : (textAt(role, 'name') ?? [])))
  const declared = objectsOfCluster(subject, cluster, 'DatabaseRole').flatMap(({ plain: { spec } }) =>
    isAbsent(spec) ? [] : (textAt(spec, 'name') ?? []),
  )
  return [textAt(initdb, 'owner') || textAt(initdb, 'database') || 'app', 'postgres', ...managed, ...declared]
}

const tablespacesOf = (cluster: RenderedObject | undefined): string[] =>
  listAt(cluster?.plain, 'spec', 'tablespaces').flatMap((one) => textAt(one, 'name') ?? [])

/** PostgreSQL: "If the value does not match the name of any existing tablespace, PostgreSQL will automatically use the default tablespace". */
function* lostDefaults({ objects }: ObjectsSubject): Iterable<ObjectFinding> {
  for (const cluster of objects.filter(({ kind }) => kind === 'Cluster')) {
    const path = ['spec', 'postgresql', 'parameters', 'default_tablespace']
    const name = (textAt(cluster.plain, ...path) ?? '').trim()
    const declared = name === '' || name === 'pg_default' ? [name] : tablespacesOf(cluster)
    if (declared.includes(name)) continue
    yield {
      object: cluster,
      message: phrase`${here('default_tablespace')} is ${shown(name)}, but the Cluster declares ${declared.length === 0 ? 'none' : named(declared.join(', '))}: tables go elsewhere`,
      places: [{ path }],
      help: phrase`remove it, or declare that tablespace`,
    }
  }
}

export const references: readonly ObjectRule[] = [
  {
    id: 'policy/catalog-image-major',
    severity: 'warning',
    configurable: true,
    summary: 'the image of each major in a catalog is of that major',
    reads: [['imageCatalog', 'images']],
    *check({ objects }) {
      for (const object of objects.filter(({ kind }) => kind === 'ImageCatalog' || kind === 'ClusterImageCatalog'))
        for (const [index, entry] of listAt(object.plain, 'spec', 'images').entries()) {
          const [major, image] = [plainAt(entry, 'major'), textAt(entry, 'image') ?? '']
          const tagged = majorOfImage(image)
          // tags of other images may begin with a version of their own
          if (typeof major !== 'number' || tagged === undefined || tagged === major || officialImage(image) === undefined) continue
          yield {
            object,
            message: phrase`${here('image')} is of PostgreSQL ${tagged}, but the catalog lists it as ${major}`,
            places: [{ path: ['spec', 'images', index, 'image'] }],
            help: phrase`name an image of ${major}, or set major: ${tagged}`,
          }
        }
    },
  },
  {
    // CloudNativePG 1.30 `getConnectionPoolerForExternalCluster`, `loadBackupObjectFromExternalCluster`: the job fails
    id: 'policy/source-usable',
    severity: 'error',
    configurable: true,
    summary: 'the source of a new Cluster is an external cluster with what is read from it',
    reads: [['recovery'], ['replica', 'origin'], ['cluster', 'initdb']],
    check: unusableSources,
  },
  {
    // `getSubscriptionConnectionString`: "externalCluster '%s' not declared in cluster %s"
    id: 'policy/subscription-source-known',
    severity: 'error',
    configurable: true,
    summary: 'a Subscription names an external cluster of its Cluster',
    reads: [],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      for (const object of cluster === undefined ? [] : objectsOfCluster(subject, cluster, 'Subscription')) {
        const path = ['spec', 'externalClusterName']
        const name = textAt(object.plain, ...path) ?? ''
        if (cluster === undefined || name === '' || externalNamed(cluster, name) !== undefined) continue
        const known = knownNames(cluster)
        yield {
          object,
          message: phrase`${here('externalClusterName')} is ${shown(name)}, but the Cluster has no external cluster of this name`,
          places: [{ path }],
          help: known === '' ? phrase`add it to spec.externalClusters of ${named(cluster.name)}` : phrase`known there: ${named(known)}`,
        }
      }
    },
  },
  {
    // PostgreSQL 13 to 18: "logical decoding requires wal_level >= logical"; the operator's own value is logical
    id: 'policy/publication-streams',
    severity: 'warning',
    configurable: true,
    summary: 'the Cluster of a Publication writes WAL that can be decoded',
    reads: [['cluster', 'postgresql', 'parameters', 'wal_level']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const path = ['spec', 'postgresql', 'parameters', 'wal_level']
      const level = textAt(cluster?.plain, ...path)
      if (cluster === undefined || level === undefined || !/^(?:replica|minimal|archive|hot_standby)$/i.test(level)) return
      const [publication] = objectsOfCluster(subject, cluster, 'Publication')
      if (publication === undefined) return
      yield {
        object: cluster,
        message: phrase`wal_level is ${shown(level)}, but Publication ${named(publication.name)} needs logical: no subscription could connect`,
        places: [{ path }],
        help: phrase`remove wal_level: the operator sets logical`,
      }
    },
  },
  {
    // `CREATE DATABASE … TABLESPACE …` fails: "tablespace … does not exist"; only the operator mounts the volumes of new ones
    id: 'policy/tablespace-declared',
    severity: 'warning',
    configurable: true,
    summary: 'the tablespace of a Database, and the default one, is one of its Cluster',
    reads: [['databases'], ['cluster', 'postgresql', 'parameters', 'default_tablespace']],
    *check(subject) {
      yield* lostDefaults(subject)
      const cluster = objectOf(subject, 'Cluster')
      const declared = tablespacesOf(cluster)
      for (const object of cluster === undefined ? [] : objectsOfCluster(subject, cluster, 'Database')) {
        const path = ['spec', 'tablespace']
        const name = textAt(object.plain, ...path) ?? ''
        if (cluster === undefined || name === '' || name === 'pg_default' || declared.includes(name) || isAbsent(object.plain['spec']))
          continue
        yield {
          object,
          message: phrase`${here('tablespace')} is ${shown(name)}, but the Cluster declares ${declared.length === 0 ? 'none' : named(declared.join(', '))}`,
          places: [{ path }],
          help: officialChart(subject)
            ? phrase`remove it: the chart declares no tablespaces`
            : phrase`add it to spec.tablespaces of ${named(cluster.name)}, or remove it here`,
        }
      }
    },
  },
  {
    id: 'policy/catalog-has-major',
    severity: 'error',
    configurable: true,
    summary: 'a catalog that comes with the Cluster has an image of the major that it asks for',
    reads: [
      ['imageCatalog', 'images'],
      ['version', 'postgresql'],
      ['cluster', 'imageCatalogRef'],
    ],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const reference = plainAt(cluster?.plain, 'spec', 'imageCatalogRef')
      const [major, kind] = [plainAt(reference, 'major'), textAt(reference, 'kind') ?? 'ImageCatalog']
      const catalog = subject.objects.find((object) => object.kind === kind && object.name === plainAt(reference, 'name'))
      const images = listAt(catalog?.plain, 'spec', 'images')
      const majors = images.map((image) => Number(plainAt(image, 'major') || Number.NaN)).sort((a, b) => a - b)
      // what is no major is reported as that
      if (cluster === undefined || catalog === undefined || typeof major !== 'number' || majors.some(Number.isNaN)) return
      if (majors.includes(major)) return
      yield {
        object: cluster,
        message: phrase`image catalog has PostgreSQL ${majors.join(', ')}, but must have ${major}`,
        places: [{ path: ['spec', 'imageCatalogRef', 'major'] }],
        help: phrase`add an image with major: ${major} to ${typed(subject, 'imageCatalog.images', `${kind}/${catalog.name}`)}`,
      }
    },
  },
  {
    // `getImageCatalog` of CloudNativePG 1.27 to 1.30 looks for this kind only: "ClusterImageCatalog/… not found", and no instance is made
    id: 'policy/catalog-kind',
    severity: 'warning',
    configurable: true,
    summary: 'an image catalog is asked for as the kind that it is',
    reads: [['cluster', 'imageCatalogRef']],
    *check(subject) {
      const cluster = objectOf(subject, 'Cluster')
      const reference = plainAt(cluster?.plain, 'spec', 'imageCatalogRef')
      const [kind, name] = [textAt(reference, 'kind') ?? '', textAt(reference, 'name') ?? '']
      const other = kind === 'ImageCatalog' ? 'ClusterImageCatalog' : 'ImageCatalog'
      const isThere = (one: string): boolean => subject.objects.some((object) => object.kind === one && object.name === name)
      if (cluster === undefined || name === '' || isThere(kind) || !isThere(other)) return
      yield {
        object: cluster,
        message: phrase`${here('kind')} is ${named(kind)}, but ${shown(name)} is a ${other} here`,
        places: [{ path: ['spec', 'imageCatalogRef', 'kind'] }],
        help: phrase`write kind: ${other}`,
      }
    },
  },
]
