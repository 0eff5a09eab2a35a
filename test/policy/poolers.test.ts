// May a Pooler have this name, beside the Services of its Cluster?
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { poolers } from '../../scripts/policy/access/poolers.ts'
import type { ObjectsSubject } from '../../scripts/policy/subject.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const said = (name: string): string[] => {
  const text = `kind: Pooler\nmetadata: {name: ${name}}\nspec: {cluster: {name: orders}, type: rw, pgbouncer: {poolMode: session}}\n`
  const objects = readManifests({ path: 'pooler.yaml', text }).manifests.map(({ kind, name: own, value, plain }) => ({
    kind,
    name: own,
    value,
    plain,
    hook: false,
  }))
  const subject = { objects } as unknown as ObjectsSubject
  const rule = poolers.find(({ id }) => id === 'policy/pooler-name-free')
  return [...(rule?.check(subject) ?? [])].map(({ help }) => textOf(help ?? []))
}

test('not that of a Service', () => {
  expect(said('orders-rw')).toEqual(['rename it, such as orders-pooler-rw'])
  expect(said('orders-r')).toHaveLength(1)
})

test('any other', () => expect([said('orders-pooler-rw'), said('orders-rwx'), said('payments-rw')]).toEqual([[], [], []]))

const pooled = (pgbouncer: string): string[] =>
  judgeManifests(
    readManifests({
      path: 'a.yaml',
      text: `{ apiVersion: postgresql.cnpg.io/v1, kind: Pooler, metadata: { name: p }, spec: { cluster: { name: a }, pgbouncer: { ${pgbouncer} } } }`,
    }).manifests,
    '1.30.0',
  ).map(({ rule, finding: { places } }) => `${rule.replace('policy/', '')} ${places[0].path.slice(2).join('.')}`)

test.each([
  ['{ requests: { cpu: "1" }, limits: { cpu: 500m } }', ['request-within-limit resources.requests.cpu']],
  ['{ requests: { cpu: 500m }, limits: { cpu: "0.5" } }', []],
  ['{ requests: { cpu: 500m }, limits: { cpu: 0.25 } }', ['request-within-limit resources.requests.cpu']],
  ['{ requests: { cpu: 1 }, limits: { cpu: 2, memory: 64Mi } }', []],
  ['{ requests: { memory: 1Gi }, limits: { memory: 1000Mi } }', ['request-within-limit resources.requests.memory']],
])('a container asks for no more than its limit: %s', (resources, expected) => {
  const template = `{ spec: { containers: [{ name: pgbouncer, resources: ${resources} }] } }`
  const text = `{ apiVersion: postgresql.cnpg.io/v1, kind: Pooler, metadata: { name: p }, spec: { cluster: { name: a }, template: ${template}, pgbouncer: {} } }`
  const found = judgeManifests(readManifests({ path: 'a.yaml', text }).manifests, '1.30.0')
  expect(found.map(({ rule, finding: { places } }) => `${rule.replace('policy/', '')} ${places[0].path.slice(-3).join('.')}`)).toEqual(
    expected,
  )
})

test.each([
  ['poolMode: transaction, parameters: { max_prepared_statements: "0" }', ['pooler-prepares parameters.max_prepared_statements']],
  ['poolMode: session, parameters: { max_prepared_statements: "0" }', []],
  ['poolMode: transaction, parameters: { max_prepared_statements: "100" }', []],
  ['parameters: { server_tls_sslmode: disable }', ['pooler-uses-tls parameters.server_tls_sslmode']],
  ['parameters: { server_tls_sslmode: require }', []],
  // a user of one's own may have a password
  ['parameters: { server_tls_sslmode: disable }, authQuery: SELECT 1, authQuerySecret: { name: s }', []],
  ['parameters: { auth_type: any }', ['pooler-no-trust parameters.auth_type']],
  ['parameters: { auth_type: scram-sha-256 }', []],
  ['pg_hba: [host all all 0.0.0.0/0 trust]', ['pooler-no-trust pg_hba.0']],
  ['pg_hba: [host all all 10.0.0.0/8 scram-sha-256, local all all trust, host all all 127.0.0.1/32 trust]', []],
])('knows how clients and poolers log in: %s', (pgbouncer, expected) => {
  expect(pooled(pgbouncer)).toEqual(expected)
})
