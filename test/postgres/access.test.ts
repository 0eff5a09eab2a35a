// Which lines of pg_hba.conf can never match, and what does the operator put above and below?
import { describe, expect, test } from 'vitest'
import { isCovered } from '../../scripts/postgres/hba/cover.ts'
import { effectiveHba } from '../../scripts/postgres/hba/effective.ts'
import { readHba } from '../../scripts/postgres/hba/hba.ts'
import type { HbaRecord } from '../../scripts/postgres/hba/hba.ts'
import { whoGetsIn } from '../../scripts/postgres/hba/words.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const record = (line: string): HbaRecord => readHba(line, 17).records[0] as HbaRecord

describe('a later line is never used', () => {
  test.each([
    ['host all all all md5', 'host app app 10.0.0.0/8 md5'],
    ['host all all 10.0.0.0/8 md5', 'hostssl all all 10.1.2.3/32 md5'],
    ['host all all 10.0.0.0 255.0.0.0 md5', 'host all all 10.9.0.0/16 reject'],
    ['host app,web all 0.0.0.0/0 md5', 'host web bob 1.2.3.4/32 md5'],
    ['host all +staff all md5', 'host all +staff samenet md5'],
    ['host all all 2001:db8::/32 md5', 'host all all 2001:db8:1::/48 md5'],
    ['host all all ::ffff:10.0.0.0/104 md5', 'host all all ::ffff:a01:0/112 md5'],
    ['local all all peer', 'local app app scram-sha-256'],
    ['host all all .example.com md5', 'host all bob .example.com md5'],
  ])('below `%s`: `%s`', (earlier, later) => expect(isCovered(record(later), record(earlier))).toBe(true))
})

describe('a later line can be used', () => {
  test.each([
    ['hostssl all all all md5', 'host all all all md5'],
    ['host all all all md5', 'local all all md5'],
    ['host all all all md5', 'host replication all all md5'],
    ['host app all all md5', 'host app,web all all md5'],
    ['host "all" all all md5', 'host app all all md5'],
    ['host all app all md5', 'host all +app all md5'],
    ['host all all 10.1.0.0/16 md5', 'host all all 10.0.0.0/8 md5'],
    ['host all all 0.0.0.0/0 md5', 'host all all ::/0 md5'],
    ['host all all 10.0.0.0/8 md5', 'host all all samenet md5'],
    ['host all /^a md5', 'host all abc all md5'],
  ])('below `%s`: `%s`', (earlier, later) => {
    const before = readHba(earlier, 17).records[0]
    expect(before !== undefined && isCovered(record(later), before)).toBe(false)
  })
})

const cluster = (postgresql: string) => {
  const [manifest] = readManifests({
    path: 'cluster.yaml',
    text: `kind: Cluster\nmetadata: {name: a}\nspec:\n  imageName: postgresql:13\n  postgresql:\n    ${postgresql}\n`,
  }).manifests
  if (manifest === undefined) throw new Error('no Cluster')
  return { kind: 'Cluster', name: 'a', value: manifest.value, plain: manifest.plain, hook: false }
}

test('the operator writes its lines above and below', () => {
  const lines = effectiveHba(cluster('pg_hba: [host app app 10.0.0.0/8 md5]'), '1.27.1')
  expect(lines?.map(({ text, item }) => [item, text])).toEqual([
    [undefined, 'local all all peer map=local'],
    [undefined, 'hostssl postgres streaming_replica all cert map=cnpg_streaming_replica'],
    [undefined, 'hostssl replication streaming_replica all cert map=cnpg_streaming_replica'],
    [undefined, 'hostssl all cnpg_pooler_pgbouncer all cert map=cnpg_pooler_pgbouncer'],
    [0, 'host app app 10.0.0.0/8 md5'],
    [undefined, 'host all all all md5'],
  ])
})

test('a user of metrics has a line of its own from 1.28.3 on', () => {
  const first = (operator: string) => effectiveHba(cluster('parameters: {}'), operator)?.[0]?.text
  expect(first('1.28.2')).toBe('local all all peer map=local')
  expect(first('1.28.3')).toBe('local all cnpg_metrics_exporter peer map=cnpg_metrics_exporter')
})

test('LDAP stands between the lines of the user and the last one, without its password', () => {
  const ldap = 'ldap: {server: ldap.example.com, port: 389, bindSearchAuth: {baseDN: "dc=a", bindDN: "cn=b", searchAttribute: uid}}'
  const lines = effectiveHba(cluster(ldap), '1.30.0')
  expect(lines?.at(-2)?.text).toBe(
    'host all all 0.0.0.0/0 ldap ldapserver="ldap.example.com" ldapport=389 ldapbasedn="dc=a" ldapbinddn="cn=b" ldapbindpasswd="…" ldapsearchattribute="uid"',
  )
})

test.each([
  ['host all all all scram-sha-256', 'any user to any database from anywhere: with a password (SCRAM)'],
  ['hostssl app +staff 10.0.0.0/8 cert map=m', 'members of staff to app from 10.0.0.0/8 over TLS: with a client certificate, map m'],
  ['local all all peer', 'any user to any database inside the pod: as the user of the operating system'],
  ['hostnossl all all 0.0.0.0/0 reject', 'any user to any database from anywhere without TLS: nobody gets in'],
])('`%s` means: %s', (line, who) => expect(whoGetsIn(record(line))).toBe(who))
