// Which objects of a release are the same one?
import { expect, test } from 'vitest'
import { declaredOnce } from '../../scripts/policy/declared/declared-once.ts'
import { naming } from '../../scripts/policy/fleet/naming.ts'
import type { PolicySubject } from '../../scripts/policy/subject.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

function found(rule: string, ...objects: readonly string[]): number {
  const { manifests } = readManifests({ path: 'a.yaml', text: objects.join('\n---\n') })
  const subject = {
    objects: manifests.map(({ kind, name, value, plain }) => ({ kind, name, value, plain, hook: false })),
    database: { namespace: 'shop' },
  } as unknown as PolicySubject
  return [...([...naming, ...declaredOnce].find(({ id }) => id === rule)?.check(subject) ?? [])].length
}

const secret = (metadata: string): string => `{ apiVersion: v1, kind: Secret, metadata: { name: s, ${metadata} } }`
const database = (cluster: string, fields = ''): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Database, metadata: { name: ${cluster}-d, ${fields} }, spec: { name: d, cluster: { name: ${cluster} } } }`

test('objects of one kind and name in one namespace', () => {
  expect(found('argocd/object-once', secret(''), secret(''))).toBe(1)
  expect(found('argocd/object-once', secret(''), secret('namespace: shop'))).toBe(1)
  expect(found('argocd/object-once', secret('namespace: a'), secret('namespace: a'))).toBe(1)
})

test('objects of one kind and name in two namespaces', () => {
  expect(found('argocd/object-once', secret('namespace: a'), secret('namespace: b'))).toBe(0)
  expect(found('argocd/object-once', secret(''), secret('namespace: b'))).toBe(0)
})

test('objects that the API server names', () => {
  const job = (prefix: string): string => `{ apiVersion: batch/v1, kind: Job, metadata: { generateName: ${prefix}- } }`
  expect(found('argocd/object-once', job('migrate'), job('seed'), job('seed'))).toBe(0)
})

test('databases of one name in one Cluster, and in two', () => {
  const other = database('a').replace('a-d', 'e')
  expect(found('policy/database-once', database('a'), other)).toBe(1)
  expect(found('policy/database-once', database('a'), database('b'))).toBe(0)
  expect(found('policy/database-once', database('a', 'namespace: b'), other)).toBe(0)
})
