// Does anybody get into a database that must survive without a password, or with one that others can read?
import type { Finding } from '../../findings/finding.ts'
import { named, phrase } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { likelyMajorOf } from '../../operator/major.ts'
import { effectiveHba } from '../../postgres/hba/effective.ts'
import type { EffectiveLine } from '../../postgres/hba/effective.ts'
import type { Path } from '../../values/value.ts'
import { reached, releases } from '../../operator/version.ts'
import { listAt, objectOf, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule, ObjectsSubject } from '../subject.ts'
import { isAny } from '../../postgres/hba/words.ts'

const lines: Path = ['cluster', 'postgresql', 'pg_hba']

/** The lines of the user that the server can use. */
function* ownLines(subject: ObjectsSubject): Iterable<{ readonly object: RenderedObject; readonly line: EffectiveLine }> {
  const object = objectOf(subject, 'Cluster')
  // most have no lines of their own
  if (object === undefined || listAt(object.plain, 'spec', 'postgresql', 'pg_hba').length === 0) return
  for (const line of effectiveHba(object, subject.operator, likelyMajorOf(object.plain)) ?? [])
    if (line.item !== undefined && line.coveredBy === undefined) yield { object, line }
}

function place(object: RenderedObject, { item }: EffectiveLine, finding: Omit<Finding, 'places'>): ObjectFinding {
  return { object, ...finding, places: [{ path: ['spec', 'postgresql', 'pg_hba', item ?? 0] }] }
}

/** An address inside the pod. */
const isOwn = (address: string | undefined): boolean => /^(?:127\.|::1\b|localhost$|samehost$)/.test(address ?? '')

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
  {
    // `GeneratePostgresqlHBA` ends with `host all all all scram-sha-256` (cnpg#10371)
    id: 'policy/hba-keeps-out',
    severity: 'warning',
    configurable: true,
    summary: 'lines of pg_hba that name addresses keep other addresses out',
    reads: [lines],
    *check(subject) {
      const object = objectOf(subject, 'Cluster')
      const effective = object === undefined ? [] : (effectiveHba(object, subject.operator, likelyMajorOf(object.plain)) ?? [])
      const last = effective.at(-1)
      const below = effective.slice(effective.findLastIndex(({ item }) => item !== undefined) + 1)
      // with LDAP, another line takes what they leave
      if (object === undefined || last?.record === undefined || below.length !== 1) return
      const own = effective.filter(({ item, text }) => item !== undefined && !/^\s*(?:#|$)/.test(text))
      const networked = own.filter(({ record }) => record?.type !== 'local')
      const [first] = networked
      // the last line is for no connection of a standby
      const isMoot = ({ record }: EffectiveLine): boolean =>
        record !== undefined &&
        record.method === last.record?.method &&
        record.options.size === 0 &&
        !record.databases.some(({ text, quoted }) => !quoted && text === 'replication')
      if (first === undefined || !networked.every(isMoot) || networked.some(({ record }) => isAny(record?.address))) return
      yield place(object, first, {
        message: phrase`pg_hba keeps nobody out: the operator's last line, \`${named(last.text)}\`, takes all other addresses`,
        help: phrase`add \`host all all all reject\` as the last item, or remove the list`,
      })
    },
  },
  {
    // PostgreSQL 17.10: "User … does not have a valid SCRAM secret"; from 1.28.4, 1.29.2 and 1.30.0 on the operator encodes passwords itself
    id: 'policy/passwords-fit-hba',
    severity: 'warning',
    configurable: true,
    summary: 'passwords are stored in a form that pg_hba can check',
    reads: [['cluster', 'postgresql', 'parameters', 'password_encryption'], lines],
    *check(subject) {
      const object = objectOf(subject, 'Cluster')
      const path = ['spec', 'postgresql', 'parameters', 'password_encryption']
      if (object === undefined || textAt(object.plain, ...path)?.toLowerCase() !== 'md5') return
      if (reached(subject.operator, releases.june2026)) return
      const networked = (effectiveHba(object, subject.operator, likelyMajorOf(object.plain)) ?? []).filter(
        ({ record }) => record !== undefined && record.type !== 'local',
      )
      const asked = networked.flatMap(({ record }) => record?.method ?? [])
      if (asked.at(-1) !== 'scram-sha-256' || asked.some((method) => !['scram-sha-256', 'cert', 'reject'].includes(method))) return
      yield {
        object,
        message: phrase`password_encryption is md5, but pg_hba asks for scram-sha-256: no user with a new password gets in`,
        places: [{ path }],
        help: phrase`remove it, or add a line with md5 to pg_hba for the clients that need it`,
      }
    },
  },
]
