// Are the initdb section and the choice of a bootstrap method consistent?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap, Path } from '../../values/value.ts'
import { hasExternalCluster, externalClusterNames } from './cluster.ts'
import { refusal, withPlaces } from '../finding.ts'
import { itemsAt, mapAt, numberAt, stringAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const initdb = ['spec', 'bootstrap', 'initdb'] as const

function* ownerAndDatabase(cluster: JsonMap, method: string, missing: 'owner' | 'database'): Iterable<Finding> {
  const path: Path = ['spec', 'bootstrap', method]
  const other = missing === 'owner' ? 'database' : 'owner'
  const section = mapAt(cluster, ...path)
  if (!section || stringAt(section, missing) !== '' || stringAt(section, other) === '') return
  const message = phrase`${here(`${method}.${missing}`)} is empty, but must be set, since ${named(other)} is ${shown(stringAt(section, other))}`
  const finding = refusal(
    [...path, missing],
    message,
    phrase`set ${named(method)}.${named(missing)}, or remove ${named(method)}.${named(other)}`,
  )
  yield withPlaces(finding, { path: [...path, other], label: phrase`${named(other)} is set here` })
}

function* emptyReferences(cluster: JsonMap, kind: 'secretRefs' | 'configMapRefs'): Iterable<Finding> {
  const path = [...initdb, 'postInitApplicationSQLRefs', kind]
  for (const [index, item] of itemsAt(cluster, ...path)) {
    const absent = stringAt(item, 'name') === '' ? 'name' : 'key'
    if (stringAt(item, absent) !== '') continue
    const message = phrase`${named(absent)} of ${kind} entry ${index + 1} is empty, but must name ${absent === 'name' ? 'an object' : 'one of its keys'}`
    const finding = refusal([...path, index], message, phrase`set both name and key`)
    yield { ...finding, field: path.join('.') }
  }
}

/** In the order of `validateInitDB` … `validatePgBaseBackupApplicationDatabase`. */
export const bootstrap: readonly Rule<OperatorSubject>[] = [
  {
    id: 'bootstrap/initdb-owner-set',
    severity: 'error',
    upstream: 'validateInitDB',
    summary: 'bootstrap.initdb.owner is set if a database is',
    check: ({ object }) => ownerAndDatabase(object, 'initdb', 'owner'),
  },
  {
    id: 'bootstrap/initdb-database-set',
    severity: 'error',
    upstream: 'validateInitDB',
    summary: 'bootstrap.initdb.database is set if an owner is',
    check: ({ object }) => ownerAndDatabase(object, 'initdb', 'database'),
  },
  {
    id: 'bootstrap/wal-segment-size-power-of-two',
    severity: 'error',
    upstream: 'validateInitDB',
    summary: 'bootstrap.initdb.walSegmentSize is a power of two',
    *check({ object }) {
      const size = numberAt(object, ...initdb, 'walSegmentSize') ?? 0
      if (size === 0 || (size > 0 && Number.isInteger(Math.log2(size)))) return
      const message = phrase`${here('walSegmentSize')} is ${named(size)}, but must be a power of two`
      yield refusal([...initdb, 'walSegmentSize'], message, phrase`use 16, 32, 64, 128, 256, 512 or 1024 (megabytes)`)
    },
  },
  {
    id: 'bootstrap/application-sql-secret-refs-complete',
    severity: 'error',
    upstream: 'validateInitDB',
    needs: [...initdb, 'postInitApplicationSQLRefs'],
    summary: 'each secret of bootstrap.initdb.postInitApplicationSQLRefs has a name and a key',
    check: ({ object }) => emptyReferences(object, 'secretRefs'),
  },
  {
    id: 'bootstrap/application-sql-config-map-refs-complete',
    severity: 'error',
    upstream: 'validateInitDB',
    needs: [...initdb, 'postInitApplicationSQLRefs'],
    summary: 'each ConfigMap of bootstrap.initdb.postInitApplicationSQLRefs has a name and a key',
    check: ({ object }) => emptyReferences(object, 'configMapRefs'),
  },
  {
    id: 'bootstrap/recovery-owner-set',
    severity: 'error',
    upstream: 'validateRecoveryApplicationDatabase',
    needs: ['spec', 'bootstrap', 'recovery'],
    summary: 'bootstrap.recovery.owner is set if a database is',
    check: ({ object }) => ownerAndDatabase(object, 'recovery', 'owner'),
  },
  {
    id: 'bootstrap/recovery-database-set',
    severity: 'error',
    upstream: 'validateRecoveryApplicationDatabase',
    needs: ['spec', 'bootstrap', 'recovery'],
    summary: 'bootstrap.recovery.database is set if an owner is',
    check: ({ object }) => ownerAndDatabase(object, 'recovery', 'database'),
  },
  {
    id: 'bootstrap/pg-basebackup-owner-set',
    severity: 'error',
    upstream: 'validatePgBaseBackupApplicationDatabase',
    needs: ['spec', 'bootstrap', 'pg_basebackup'],
    summary: 'bootstrap.pg_basebackup.owner is set if a database is',
    check: ({ object }) => ownerAndDatabase(object, 'pg_basebackup', 'owner'),
  },
  {
    id: 'bootstrap/pg-basebackup-database-set',
    severity: 'error',
    upstream: 'validatePgBaseBackupApplicationDatabase',
    needs: ['spec', 'bootstrap', 'pg_basebackup'],
    summary: 'bootstrap.pg_basebackup.database is set if an owner is',
    check: ({ object }) => ownerAndDatabase(object, 'pg_basebackup', 'database'),
  },
]

/** Which method starts the cluster, and from where. */
export const bootstrapMethod: readonly Rule<OperatorSubject>[] = [
  {
    id: 'bootstrap/single-method',
    severity: 'error',
    upstream: 'validateBootstrapMethod',
    summary: 'at most one of bootstrap.initdb, recovery and pg_basebackup is present',
    *check({ object }) {
      const present = ['initdb', 'recovery', 'pg_basebackup'].filter((method) => mapAt(object, 'spec', 'bootstrap', method))
      const [first, second] = present
      if (first === undefined || second === undefined) return
      const message = phrase`bootstrap has ${present.join(' and ')}, but must have only one method`
      const finding = refusal(['spec', 'bootstrap', second], message, phrase`remove ${present.slice(1).join(' and ')}, or ${named(first)}`)
      const others = withPlaces(finding, { path: ['spec', 'bootstrap', first], label: phrase`${named(first)} is here` })
      yield { ...others, field: 'spec.bootstrap', type: 'FieldValueForbidden' }
    },
  },
  {
    id: 'bootstrap/pg-basebackup-source-known',
    severity: 'error',
    upstream: 'validateBootstrapPgBaseBackupSource',
    needs: ['spec', 'bootstrap', 'pg_basebackup'],
    summary: 'bootstrap.pg_basebackup.source names an external cluster',
    *check({ object }) {
      const path = ['spec', 'bootstrap', 'pg_basebackup']
      if (!mapAt(object, ...path)) return
      const source = stringAt(object, ...path, 'source')
      if (hasExternalCluster(object, source)) return
      const message = phrase`${here('pg_basebackup.source')} is ${shown(source)}, but must name an external cluster`
      yield refusal([...path, 'source'], message, phrase`use ${externalClusterNames(object)}`)
    },
  },
]
