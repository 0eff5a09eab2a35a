// What does one changed field do to a PostgreSQL that runs, where a default is written out?
import { expect, test } from 'vitest'
import { clusterEffect } from '../../scripts/changes/effect.ts'
import type { JsonMap, MapValue, Origin } from '../../scripts/values/value.ts'
import { fromPlain } from '../../scripts/values/value.ts'

const nowhere: Origin = { layer: 'operator', file: { path: '', text: '' }, path: [], key: null, value: { start: 0, end: 0 } }
const cluster = (spec: JsonMap) => fromPlain({ spec: { instances: 3, ...spec } }, nowhere) as MapValue

test.each<[string, JsonMap, JsonMap, (string | number)[], string]>([
  ['monitoring.tls.enabled false', {}, { monitoring: { tls: { enabled: false } } }, ['spec', 'monitoring', 'tls', 'enabled'], 'nothing'],
  [
    'monitoring.tls.enabled true',
    {},
    { monitoring: { tls: { enabled: true } } },
    ['spec', 'monitoring', 'tls', 'enabled'],
    'rolling update with switchover',
  ],
  [
    'monitoring.tls.enabled from false',
    { monitoring: { tls: { enabled: false } } },
    {},
    ['spec', 'monitoring', 'tls', 'enabled'],
    'nothing',
  ],
  ['minSyncReplicas 0', {}, { minSyncReplicas: 0 }, ['spec', 'minSyncReplicas'], 'nothing'],
  ['minSyncReplicas 1', {}, { minSyncReplicas: 1 }, ['spec', 'minSyncReplicas'], 'reload'],
])('%s', (_, before, after, path, effect) => {
  expect(clusterEffect(path, { before: cluster(before), after: cluster(after) })).toBe(effect)
})
