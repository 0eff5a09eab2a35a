// Is a volume that grows together with what replaces the pods told only where both really happen?
import { expect, test } from 'vitest'
import { judgeChanges } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const cluster = (storage: string, cpu: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: a }, spec: { instances: 3, storage: { ${storage} }, resources: { requests: { cpu: ${cpu} } } } }`
const read = (text: string) => readManifests({ path: 'a.yaml', text }).manifests
const told = (before: string, now: string, operator = '1.28.1'): string[] =>
  judgeChanges({ now: read(now), before: read(before), all: true }, operator).map(({ rule }) => rule)

const small = cluster('size: 10Gi', '"1"')

test('a volume that grows while the pods are replaced', () => {
  expect(told(small, cluster('size: 20Gi', '"2"'))).toEqual(['changes/growth-apart'])
})

test.each([
  ['on an operator that does both', cluster('size: 20Gi', '"2"'), '1.28.3'],
  ['alone', cluster('size: 20Gi', '"1"')],
  ['beside the same amount in other words', cluster('size: 20Gi', '1000m')],
  ['but is not resized', cluster('size: 20Gi, resizeInUseVolumes: false', '"2"')],
])('a volume that grows %s', (_what, now, operator?: string) => {
  expect(told(small, now, operator)).toEqual([])
})
