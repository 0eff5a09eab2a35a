// Do our verdicts on PgBouncer's parameters agree with those of real ones?
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { refusedByPgBouncer, refusedTogether } from '../../scripts/pgbouncer/parameters.ts'

interface Recorded {
  readonly version: string
  readonly name: string
  readonly value: string
  readonly accepted: boolean
}

const [, ...recorded] = gunzipSync(readFileSync(new URL('../vectors/pgbouncer-parameters.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)

/** Lists of ciphers are OpenSSL's, authentication by PAM and LDAP is the build's. */
const byBuild = ({ name, value }: Recorded): boolean => /_ciphers$/.test(name) || (name === 'auth_type' && /^(?:ldap|pam)$/.test(value))

test('PgBouncer 1.24 and 1.25 refuse what is reported, and nothing else', () => {
  expect(recorded.length).toBeGreaterThan(1400)
  const different = recorded.filter((record) => {
    const { version, name, value } = record
    const refused = refusedByPgBouncer(name, value, Number(version.split('.')[1])) ?? refusedTogether(new Map([[name, value]]))?.refused
    return !byBuild(record) && (refused === undefined) !== record.accepted
  })
  expect(different).toEqual([])
})

test.each([
  ['default_pool_size', 'lots', 'a whole number without a unit', undefined],
  ['default_pool_size', '20s', 'a whole number without a unit', 'did you mean `20`?'],
  ['log_connections', 'on', 'a whole number without a unit', 'did you mean `1`?'],
  ['server_idle_timeout', '5 minutes', 'a number of seconds, without a unit', 'did you mean `300`?'],
  ['query_timeout', '500ms', 'a number of seconds, without a unit', 'did you mean `0.5`?'],
  ['max_client_conn', '1_000', 'a whole number without a unit', 'did you mean `1000`?'],
  ['max_client_conn', '1,000,000', 'a whole number without a unit', 'did you mean `1000000`?'],
  ['server_tls_protocols', 'TLS1.3', 'secure, all, or protocols such as tlsv1.2,tlsv1.3', 'did you mean `tlsv1.3`?'],
  ['server_tls_protocols', 'TLSv1.2 TLSv1.3', 'secure, all, or protocols such as tlsv1.2,tlsv1.3', 'did you mean `tlsv1.2,tlsv1.3`?'],
  ['server_tls_sslmode', 'verify_ca', 'allow, disable, prefer, require, verify-ca, verify-full', 'did you mean `verify-ca`?'],
])('%s is not %s', (name, value, must, help) => {
  expect(refusedByPgBouncer(name, value)).toEqual({ must, ...(help !== undefined && { help }) })
})

test('a parameter of a later release is refused by an earlier one', () => {
  expect(refusedByPgBouncer('max_prepared_statements', '100', 20)).toBeDefined()
  expect(refusedByPgBouncer('max_prepared_statements', '100', 21)).toBeUndefined()
})
