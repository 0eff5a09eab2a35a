// Does anybody get into a database that must survive without a password, or with one that others can read?
import type { Finding } from '../findings/finding.ts'
import { named, phrase } from '../findings/message.ts'
import type { RenderedObject } from '../model.ts'
import { effectiveHba } from '../postgres/hba/effective.ts'
import type { EffectiveLine } from '../postgres/hba/effective.ts'
import type { Path } from '../values/value.ts'
import { listAt, objectOf } from './subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from './subject.ts'
import { isAny } from '../postgres/hba/words.ts'

const lines: Path = ['cluster', 'postgresql', 'pg_hba']

/** The lines of the user that the server can use. */
function* ownLines(subject: ObjectsSubject): Iterable<{ readonly object: RenderedObject; readonly line: EffectiveLine }> {
  const object = objectOf(subject, 'Cluster')
  // most have no lines of their own
  if (object === undefined || listAt(object.plain, 'spec', 'postgresql', 'pg_hba').length === 0) return
  for (const line of effectiveHba(object, subject.operator) ?? [])
    if (line.item !== undefined && line.coveredBy === undefined) yield { object, line }
}

function place(object: RenderedObject, { item }: EffectiveLine, finding: Omit<Finding, 'places'>): ObjectFinding {
  return { object, ...finding, places: [{ path: ['spec', 'postgresql', 'pg_hba', item ?? 0] }] }
}

/** An address inside the pod. */
const isOwn = (address: string | undefined): boolean => /^(?:127\.|::1\b|localhost$)/.test(address ?? '')

export const hba: readonly ObjectRule[] = [
  {
    // PostgreSQL 17, 20.4: "anyone who can connect to the server is authorized to access the database with whatever database user name they specify"
    id: 'policy/no-trust',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'pg_hba lets nobody in from the network without a password',
    reads: [lines],
    *check(subject) {
      for (const { object, line } of ownLines(subject)) {
        const { record } = line
        if (record?.method !== 'trust' || record.type === 'local' || isOwn(record.address)) continue
        const certified = record.options.get('clientcert') === 'verify-full'
        if (certified) continue
        yield place(object, line, {
          message: phrase`this line lets anybody from ${named(isAny(record.address) ? 'anywhere' : record.address)} be any of its users without a password`,
          help: phrase`write scram-sha-256 in place of trust`,
        })
      }
    },
  },
  {
    // PostgreSQL 17, 20.5: "The method password sends the password in clear-text and is therefore vulnerable to password sniffing attacks"
    id: 'policy/no-clear-text',
    severity: 'warning',
    configurable: true,
    preset: 'production',
    summary: 'pg_hba asks for no clear-text password from anywhere without TLS',
    reads: [lines],
    *check(subject) {
      for (const { object, line } of ownLines(subject)) {
        const { record } = line
        if (record?.method !== 'password' || !['host', 'hostnossl', 'hostnogssenc'].includes(record.type) || !isAny(record.address))
          continue
        yield place(object, line, {
          message: phrase`this line takes passwords in clear text from anywhere, also without TLS`,
          help: phrase`write scram-sha-256 in place of password, or hostssl in place of ${named(record.type)}`,
        })
      }
    },
  },
]
