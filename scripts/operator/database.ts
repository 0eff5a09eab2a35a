// Would the operator accept this Database?
import { here, phrase, shown } from '../findings/message.ts'
import type { Finding, Place, Rule } from '../findings/finding.ts'
import type { JsonMap, Path } from '../values/value.ts'
import { formatField, refusal } from './finding.ts'
import { itemsAt, stringAt } from './subject.ts'
import type { OperatorSubject } from './subject.ts'
import { releases } from './version.ts'

/** Repeated names in one list. */
function* repeated(object: JsonMap, list: Path, noun: string): Iterable<Finding & { places: readonly [Place, Place] }> {
  const seen = new Map<string, number>()
  for (const [index, item] of itemsAt(object, ...list)) {
    const name = stringAt(item, 'name')
    const first = seen.get(name)
    if (first === undefined) {
      seen.set(name, index)
      continue
    }
    const path = [...list, index, 'name']
    const finding = refusal(path, phrase`the ${noun} ${shown(name)} is listed twice, but names must differ`, phrase`remove one of them`)
    const places = [{ path }, { path: [...list, first, 'name'], label: phrase`the first one` }] as const
    yield { ...finding, places, type: 'FieldValueDuplicate' }
  }
}

function* repeatedOptions(object: JsonMap, list: 'fdws' | 'servers'): Iterable<Finding> {
  for (const [index] of itemsAt(object, 'spec', list)) yield* repeated(object, ['spec', list, index, 'options'], 'option')
}

/** The list is called `usage`, but the operator reports `usages`. */
function* repeatedUsages(object: JsonMap, list: 'fdws' | 'servers'): Iterable<Finding> {
  for (const [index] of itemsAt(object, 'spec', list))
    for (const finding of repeated(object, ['spec', list, index, 'usage'], 'role'))
      yield { ...finding, field: formatField(finding.places[0].path).replace('.usage[', '.usages[') }
}

/** In the order of the validator of Databases. */
export const database: readonly Rule<OperatorSubject>[] = [
  {
    id: 'database/unique-extensions',
    severity: 'error',
    upstream: 'validateExtensions',
    summary: 'a Database lists each extension once',
    check: ({ object }) => repeated(object, ['spec', 'extensions'], 'extension'),
  },
  {
    id: 'database/unique-schemas',
    severity: 'error',
    upstream: 'validateSchemas',
    summary: 'a Database lists each schema once',
    check: ({ object }) => repeated(object, ['spec', 'schemas'], 'schema'),
  },
  {
    id: 'database/unique-fdws',
    severity: 'error',
    upstream: 'validateFDWs',
    since: releases.december2025,
    summary: 'a Database lists each foreign data wrapper once',
    check: ({ object }) => repeated(object, ['spec', 'fdws'], 'foreign data wrapper'),
  },
  {
    id: 'database/unique-fdw-options',
    severity: 'error',
    upstream: 'validateNameOptionsUsages',
    since: releases.december2025,
    summary: 'a foreign data wrapper lists each option once',
    check: ({ object }) => repeatedOptions(object, 'fdws'),
  },
  {
    id: 'database/unique-fdw-usages',
    severity: 'error',
    upstream: 'validateNameOptionsUsages',
    since: releases.december2025,
    summary: 'a foreign data wrapper lists each role once',
    check: ({ object }) => repeatedUsages(object, 'fdws'),
  },
  {
    id: 'database/server-fdw-known',
    severity: 'error',
    upstream: 'validateServerFDWReference',
    since: releases.december2025,
    summary: 'a foreign server uses a foreign data wrapper of the Database',
    *check({ object }) {
      const known = new Set(itemsAt(object, 'spec', 'fdws').map(([, item]) => stringAt(item, 'name')))
      for (const [index, item] of itemsAt(object, 'spec', 'servers')) {
        const fdw = stringAt(item, 'fdw')
        if (stringAt(item, 'ensure') === 'absent' || known.has(fdw)) continue
        const message = phrase`${here('fdw')} is ${shown(fdw)}, but must name a foreign data wrapper of this Database`
        yield refusal(['spec', 'servers', index, 'fdw'], message, phrase`add it to fdws, or correct the name`)
      }
    },
  },
  {
    id: 'database/unique-servers',
    severity: 'error',
    upstream: 'validateForeignServers',
    since: releases.december2025,
    summary: 'a Database lists each foreign server once',
    check: ({ object }) => repeated(object, ['spec', 'servers'], 'foreign server'),
  },
  {
    id: 'database/unique-server-options',
    severity: 'error',
    upstream: 'validateNameOptionsUsages',
    since: releases.december2025,
    summary: 'a foreign server lists each option once',
    check: ({ object }) => repeatedOptions(object, 'servers'),
  },
  {
    id: 'database/unique-server-usages',
    severity: 'error',
    upstream: 'validateNameOptionsUsages',
    since: releases.december2025,
    summary: 'a foreign server lists each role once',
    check: ({ object }) => repeatedUsages(object, 'servers'),
  },
]
