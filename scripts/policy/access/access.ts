// Do roles, Secrets and initial SQL do what their author expects?
import { fieldAt, here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { valueAt } from '../../values/value.ts'
import { printed } from '../../values/printed.ts'
import { extensionsIn, extensionsNamedIn } from '../sql/extensions.ts'
import { listAt, objectOf, plainAt, textAt, typed } from '../subject.ts'
import type { ObjectRule, ObjectsSubject, PolicyRule } from '../subject.ts'

const initdb = ['spec', 'bootstrap', 'initdb'] as const

/** The owner that initdb creates; `database` without one (`Cluster.Default`), `app` without either. */
function ownerOf(cluster: JsonMap): string | undefined {
  if (plainAt(cluster, ...initdb) === undefined) return undefined
  return textAt(cluster, ...initdb, 'owner') || textAt(cluster, ...initdb, 'database') || 'app'
}

/** Extensions that belong into the database `postgres`: they are about the server, or run there by default. */
const ofServer = new Set([
  'plpgsql',
  'pg_cron',
  'pg_stat_statements',
  'pg_stat_kcache',
  'pg_wait_sampling',
  'pg_buffercache',
  'pgaudit',
  'adminpack',
])

/** The extensions that the application's database gets all the same, from other SQL or from a Database, in lower case. */
function extensionsAlsoIn({ objects }: ObjectsSubject, { plain }: RenderedObject, database: string): string[] {
  const texts = ['postInitApplicationSQL', 'postInitTemplateSQL'].flatMap((list) => listAt(plain, ...initdb, list))
  const declared = objects
    .filter((object) => object.kind === 'Database' && textAt(object.plain, 'spec', 'name') === database)
    .flatMap((object) => listAt(object.plain, 'spec', 'extensions').map((extension) => textAt(extension, 'name') ?? ''))
  return [...texts.flatMap((sql) => (typeof sql === 'string' ? extensionsNamedIn(sql) : [])), ...declared].map((name) => name.toLowerCase())
}

export const access: readonly ObjectRule[] = [
  {
    id: 'policy/owner-login-once',
    severity: 'warning',
    configurable: true,
    summary: 'the owner of initdb, if it is also a managed role, has one password',
    reads: [
      ['cluster', 'roles'],
      ['cluster', 'initdb'],
    ],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const owner = ownerOf(cluster.plain)
        const secret = textAt(cluster.plain, ...initdb, 'secret', 'name') ?? `${cluster.name}-app`
        for (const [index, role] of listAt(cluster.plain, 'spec', 'managed', 'roles').entries()) {
          const other = textAt(role, 'passwordSecret', 'name')
          if (owner === undefined || textAt(role, 'name') !== owner || other === undefined || other === secret) continue
          yield {
            object: cluster,
            message: phrase`role \`${named(owner)}\` is the owner of initdb, but its passwordSecret is not ${named(secret)}: two Secrets set one password`,
            places: [{ path: ['spec', 'managed', 'roles', index, 'passwordSecret', 'name'] }],
            help: phrase`name the same Secret in ${typed(subject, 'cluster.initdb.secret.name', 'spec.bootstrap.initdb.secret.name')}, or remove passwordSecret`,
          }
        }
      }
    },
  },
  {
    id: 'policy/superuser-secret-used',
    severity: 'warning',
    configurable: true,
    upstream: 'GetEnableSuperuserAccess',
    summary: 'a Secret for the superuser comes with the access that reads it',
    reads: [
      ['cluster', 'superuserSecret'],
      ['cluster', 'enableSuperuserAccess'],
    ],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const path = ['spec', 'superuserSecret', 'name']
        if (!textAt(cluster.plain, ...path) || plainAt(cluster.plain, 'spec', 'enableSuperuserAccess') === true) continue
        yield {
          object: cluster,
          message: phrase`superuserSecret is set, but enableSuperuserAccess is not true: the operator removes the password of postgres`,
          places: [{ path }],
          help: phrase`set ${typed(subject, 'cluster.enableSuperuserAccess', 'spec.enableSuperuserAccess')}: true, or remove superuserSecret`,
        }
      }
    },
  },
  {
    id: 'policy/extension-in-application-database',
    severity: 'warning',
    configurable: true,
    upstream: 'initdb.go: postInitSQL runs in the database postgres',
    summary: 'postInitSQL creates no extension that the application expects in its own database',
    reads: [['cluster', 'initdb', 'postInitSQL']],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const database = textAt(cluster.plain, ...initdb, 'database') || 'app'
        if (database === 'postgres') continue
        const also = new Set(extensionsAlsoIn(subject, cluster, database))
        const found: { readonly path: Path; readonly name: string }[] = []
        for (const [index, sql] of listAt(cluster.plain, ...initdb, 'postInitSQL').entries()) {
          if (typeof sql !== 'string' || !/extension/i.test(sql)) continue
          const name = extensionsIn(sql).find((one) => !ofServer.has(one.toLowerCase()) && !also.has(one.toLowerCase()))
          if (name !== undefined) found.push({ path: [...initdb, 'postInitSQL', index], name })
        }
        const [first, ...others] = found
        if (first === undefined) continue
        const home = typed(subject, 'cluster.initdb.postInitApplicationSQL', 'spec.bootstrap.initdb.postInitApplicationSQL')
        yield {
          object: cluster,
          message: phrase`extension ${shown(first.name)} is created in database \`postgres\`, where postInitSQL runs, not in \`${named(database)}\``,
          places: [{ path: first.path }, ...others.map(({ path, name }) => ({ path, label: phrase`so is ${shown(name)}` }))],
          help: others.length === 0 ? phrase`move the line to ${home}` : phrase`move these lines to ${home}`,
        }
      }
    },
  },
  {
    id: 'policy/archive-mode-kept',
    severity: 'warning',
    configurable: true,
    upstream: 'CreatePostgresqlConfiguration: archive_mode is overwritten',
    summary: 'archive_mode is not set by hand, since the operator overwrites it',
    reads: [['cluster', 'postgresql', 'parameters', 'archive_mode']],
    *check(subject) {
      for (const cluster of subject.objects.filter(({ kind }) => kind === 'Cluster')) {
        const path = ['spec', 'postgresql', 'parameters', 'archive_mode']
        const written = textAt(cluster.plain, ...path)
        const isSkipped = plainAt(cluster.plain, 'metadata', 'annotations', 'cnpg.io/skipWalArchiving') === 'enabled'
        if (written === undefined || !/^(?:off?|false|no?|0|f.*)$/i.test(written) || isSkipped) continue
        yield {
          object: cluster,
          message: phrase`${fieldAt(path, 'archive_mode')} is ${shown(written)}, but the operator overwrites it: WAL is archived all the same`,
          places: [{ path }],
          help: phrase`remove it; archiving is off without backups, or with the annotation cnpg.io/skipWalArchiving: enabled`,
        }
      }
    },
  },
]

export const accessOfChart: readonly PolicyRule[] = [
  {
    id: 'policy/console-has-secrets',
    severity: 'error',
    configurable: true,
    summary: 'the Secrets that the console of the chart reads are made by the operator',
    reads: [
      ['cluster', 'console'],
      ['cluster', 'enableSuperuserAccess'],
      ['cluster', 'superuserSecret'],
    ],
    *check(subject) {
      const isOn = valueAt(subject.values, ['cluster', 'console', 'enabled'])
      const cluster = objectOf(subject, 'Cluster')
      if (cluster === undefined || isOn?.kind !== 'scalar' || isOn.value !== true) return
      const wanted = `${cluster.name}-superuser`
      const own = textAt(cluster.plain, 'spec', 'superuserSecret', 'name')
      const isAllowed = plainAt(cluster.plain, 'spec', 'enableSuperuserAccess') === true
      if (isAllowed && (own === undefined || own === '' || own === wanted)) return
      yield {
        message: isAllowed
          ? phrase`${here('cluster.superuserSecret')} is \`${named(printed(own))}\`, but the console reads ${named(wanted)}, which then nobody makes`
          : phrase`${here('cluster.console.enabled')} is true, but ${named(wanted)} is made only with cluster.enableSuperuserAccess: true`,
        places: [{ path: isAllowed ? ['cluster', 'superuserSecret'] : ['cluster', 'console', 'enabled'] }],
        help: isAllowed
          ? phrase`remove cluster.superuserSecret, or switch the console off: its pod can't start`
          : phrase`set cluster.enableSuperuserAccess: true, or switch the console off: its pod can't start`,
      }
    },
  },
]
