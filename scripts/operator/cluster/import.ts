// Is the logical import of another database well-formed?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { Finding, Rule } from '../../findings/finding.ts'
import type { JsonMap } from '../../values/value.ts'
import { refusal } from '../finding.ts'
import { listAt, mapAt, stringAt, stringsAt } from '../subject.ts'
import type { OperatorSubject } from '../subject.ts'

const base = ['spec', 'bootstrap', 'initdb', 'import'] as const

function isImport(cluster: JsonMap, type: 'microservice' | 'monolith'): boolean {
  return mapAt(cluster, ...base) !== undefined && stringAt(cluster, ...base, 'type') === type
}

function* wildcardAlone(cluster: JsonMap, list: 'databases' | 'roles'): Iterable<Finding> {
  const names = stringsAt(cluster, ...base, list)
  if (!isImport(cluster, 'monolith') || names.length < 2 || !names.includes('*')) return
  const path = [...base, list, names.indexOf('*')]
  const message = phrase`import.${named(list)} has "*" among ${named(names.length)} entries, but "*" must be the only entry`
  yield { ...refusal(path, message, phrase`keep only "*", or only the names`), field: [...base, list].join('.') }
}

/** In the order of `validateImport`. */
export const imports: readonly Rule<OperatorSubject>[] = [
  {
    id: 'import/type-known',
    severity: 'error',
    upstream: 'validateImport',
    summary: 'the import type is microservice or monolith',
    *check({ object }) {
      if (!mapAt(object, ...base) || isImport(object, 'microservice') || isImport(object, 'monolith')) return
      const message = phrase`${here('import.type')} is ${shown(stringAt(object, ...base, 'type'))}, but must be microservice or monolith`
      yield refusal([...base, 'type'], message, phrase`use microservice for one database, monolith for several`)
    },
  },
  {
    id: 'import/microservice-one-database',
    severity: 'error',
    upstream: 'validateMicroservice',
    summary: 'a microservice import names exactly one database',
    *check({ object }) {
      const count = listAt(object, ...base, 'databases')?.length ?? 0
      if (!isImport(object, 'microservice') || count === 1) return
      const message = phrase`import.databases has ${named(count)} entries, but a microservice import takes exactly one`
      yield refusal([...base, 'databases'], message, phrase`name one database, or set type to monolith`)
    },
  },
  {
    id: 'import/microservice-no-roles',
    severity: 'error',
    upstream: 'validateMicroservice',
    summary: 'a microservice import names no roles',
    *check({ object }) {
      const count = listAt(object, ...base, 'roles')?.length ?? 0
      if (!isImport(object, 'microservice') || count === 0) return
      const message = phrase`import.roles has ${named(count)} entries, but a microservice import takes no roles`
      yield refusal([...base, 'roles'], message, phrase`remove roles, or set type to monolith`)
    },
  },
  {
    id: 'import/microservice-no-wildcard',
    severity: 'error',
    upstream: 'validateMicroservice',
    summary: 'a microservice import names its database without a wildcard',
    *check({ object }) {
      const [database = '', ...more] = stringsAt(object, ...base, 'databases')
      if (!isImport(object, 'microservice') || more.length > 0 || !database.includes('*')) return
      const message = phrase`import.databases has ${shown(database)}, but a microservice import takes a plain database name`
      const finding = refusal([...base, 'databases', 0], message, phrase`write out the name of the database`)
      yield { ...finding, field: [...base, 'databases', '0'].join('.') }
    },
  },
  {
    id: 'import/monolith-has-databases',
    severity: 'error',
    upstream: 'validateMonolith',
    summary: 'a monolith import names at least one database',
    *check({ object }) {
      if (!isImport(object, 'monolith') || (listAt(object, ...base, 'databases')?.length ?? 0) > 0) return
      const message = phrase`${here('import.databases')} is empty, but a monolith import must name at least one database`
      yield refusal([...base, 'databases'], message, phrase`list the databases, or "*" for all of them`)
    },
  },
  {
    id: 'import/monolith-database-wildcard-alone',
    severity: 'error',
    upstream: 'validateMonolith',
    summary: 'the database wildcard of a monolith import is the only entry',
    check: ({ object }) => wildcardAlone(object, 'databases'),
  },
  {
    id: 'import/monolith-role-wildcard-alone',
    severity: 'error',
    upstream: 'validateMonolith',
    summary: 'the role wildcard of a monolith import is the only entry',
    check: ({ object }) => wildcardAlone(object, 'roles'),
  },
  {
    id: 'import/monolith-no-post-import-sql',
    severity: 'error',
    upstream: 'validateMonolith',
    summary: 'a monolith import runs no SQL afterwards',
    *check({ object }) {
      const count = listAt(object, ...base, 'postImportApplicationSQL')?.length ?? 0
      if (!isImport(object, 'monolith') || count === 0) return
      const message = phrase`postImportApplicationSQL has ${named(count)} entries, but a monolith import takes none`
      yield refusal([...base, 'postImportApplicationSQL'], message, phrase`remove postImportApplicationSQL`)
    },
  },
]
