// Which pg_hba.conf does the operator write for a Cluster, and where do its lines come from?
import { majorOf } from '../../operator/major.ts'
import { reached, releases } from '../../operator/version.ts'
import type { RenderedObject } from '../../model.ts'
import type { Json } from '../../values/value.ts'
import { isJsonMap, jsonAt } from '../../values/value.ts'
import { isCovered } from './cover.ts'
import { readHba } from './hba.ts'
import type { HbaRecord } from './hba.ts'

/** One physical line of the file. */
export interface EffectiveLine {
  readonly text: string
  /** item of `pg_hba`; undefined: the operator wrote it */
  readonly item?: number
  /** undefined: a comment, or the server does not load it, or pods that a selector finds are not known */
  readonly record?: HbaRecord
  /** the index of an earlier line that takes all its connections */
  readonly coveredBy?: number
}

/** Above the lines of the user. From the template of pg_hba.conf in pkg/postgres/configuration.go, 1.27.1 to 1.30.0. */
function linesAbove(operator: string): string[] {
  return [
    ...(reached(operator, releases.may2026) ? ['local all cnpg_metrics_exporter peer map=cnpg_metrics_exporter'] : []),
    'local all all peer map=local',
    'hostssl postgres streaming_replica all cert map=cnpg_streaming_replica',
    'hostssl replication streaming_replica all cert map=cnpg_streaming_replica',
    'hostssl all cnpg_pooler_pgbouncer all cert map=cnpg_pooler_pgbouncer',
  ]
}

/** Below them: LDAP if it is set up, then everybody with a password (`GeneratePostgresqlHBA`). */
function linesBelow(ldap: Json | undefined, major: number): string[] {
  return [...(isJsonMap(ldap) ? [ldapLine(ldap)] : []), `host all all all ${major < 14 ? 'md5' : 'scram-sha-256'}`]
}

/** Reproduces `buildLDAPConfigString`; the password of the bind is in a Secret. */
function ldapLine(ldap: Json): string {
  const quoted = (value: Json | undefined): string => `"${(typeof value === 'string' ? value : '').replaceAll('"', '""')}"`
  const option = (name: string, ...path: string[]): string => {
    const value = jsonAt(ldap, path)
    return value === undefined || value === '' || value === 0
      ? ''
      : ` ${name}=${typeof value === 'string' ? quoted(value) : String(Number(value))}`
  }
  const bind = isJsonMap(jsonAt(ldap, ['bindAsAuth']))
    ? [option('ldapprefix', 'bindAsAuth', 'prefix'), option('ldapsuffix', 'bindAsAuth', 'suffix')]
    : []
  const search = isJsonMap(jsonAt(ldap, ['bindSearchAuth']))
    ? [
        option('ldapbasedn', 'bindSearchAuth', 'baseDN'),
        option('ldapbinddn', 'bindSearchAuth', 'bindDN'),
        ' ldapbindpasswd="…"',
        option('ldapsearchfilter', 'bindSearchAuth', 'searchFilter'),
        option('ldapsearchattribute', 'bindSearchAuth', 'searchAttribute'),
      ]
    : []
  const tls = jsonAt(ldap, ['tls']) === true ? ' ldaptls=1' : ''
  return [
    'host all all 0.0.0.0/0 ldap',
    option('ldapserver', 'server'),
    option('ldapport', 'port'),
    option('ldapscheme', 'scheme'),
    tls,
    ...bind,
    ...search,
  ].join('')
}

const known = new Map<string, readonly EffectiveLine[]>()

/** The lines in the order of the file, comments of the operator left out; undefined: no Cluster of a known major. Fleets repeat the same files. */
export function effectiveHba({ plain }: RenderedObject, operator: string, major = majorOf(plain)): readonly EffectiveLine[] | undefined {
  if (major === undefined) return undefined
  const [items, ldap] = [jsonAt(plain, ['spec', 'postgresql', 'pg_hba']), jsonAt(plain, ['spec', 'postgresql', 'ldap'])]
  const key = JSON.stringify([operator, major, items, ldap])
  const lines = known.get(key) ?? linesOf([...linesAbove(operator), items, ...linesBelow(ldap, major)], major)
  known.set(key, lines)
  return lines
}

/** `parts`: lines of the operator, and between them the list of the user. */
function linesOf(parts: readonly (Json | undefined)[], major: number): readonly EffectiveLine[] {
  const lines = parts.flatMap((part): EffectiveLine[] => {
    if (typeof part === 'string') return [{ text: part }]
    const items = Array.isArray(part) ? part : []
    return items.flatMap((item, index) => (typeof item === 'string' ? item.split('\n').map((text) => ({ text, item: index })) : []))
  })
  const { records } = readHba(lines.map(({ text }) => (text.includes('${') ? '' : text)).join('\n'), major)
  const byLine = new Map(records.map((record) => [record.line, record]))
  return lines.map((line, index) => {
    const record = byLine.get(index + 1)
    if (record === undefined) return line
    const before = records.find((earlier) => earlier.line < record.line && isCovered(record, earlier))
    return { ...line, record, ...(before === undefined ? {} : { coveredBy: before.line - 1 }) }
  })
}
