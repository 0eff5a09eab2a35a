// Does a templatePatch change an Application as in Argo CD?
import { expect, test } from 'vitest'
import { generateApplications } from '../../scripts/applicationset/generate.ts'

const template = {
  metadata: { name: 'orders', labels: { keep: 'me' }, finalizers: ['resources-finalizer.argocd.argoproj.io/background', 'c.d/e'] },
  spec: {
    project: 'data',
    destination: { server: 'https://kubernetes.default.svc', namespace: 'db' },
    source: {
      repoURL: 'https://git.example.com/infra.git',
      path: 'charts/db',
      helm: { valuesObject: { a: { b: 1 }, l: [1], s: 'x' } },
    },
    syncPolicy: { automated: { prune: true }, syncOptions: ['A=b', 'C=d'] },
    revisionHistoryLimit: 3,
  },
}

function patch(templatePatch: string) {
  const set = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 's', namespace: 'argocd' },
    spec: { generators: [{ list: { elements: [{ service: 'orders' }] } }], template, templatePatch, goTemplate: true },
  }
  const { errors, applications } = generateApplications(set, { argocd: '3.5.1' })
  return { stages: errors.map((error) => error.stage), application: applications[0] }
}

// each result is what Argo CD 3.5.1's own code gave
test.each([
  ['metadata: {finalizers: [a.b/c]}', 'metadata.finalizers', ['a.b/c', 'resources-finalizer.argocd.argoproj.io/background', 'c.d/e']],
  [
    'metadata: {finalizers: [a.b/c, c.d/e]}',
    'metadata.finalizers',
    ['a.b/c', 'resources-finalizer.argocd.argoproj.io/background', 'c.d/e'],
  ],
  [
    'metadata: {finalizers: [c.d/e, a.b/c, c.d/e]}',
    'metadata.finalizers',
    ['resources-finalizer.argocd.argoproj.io/background', 'c.d/e', 'a.b/c'],
  ],
  [
    'metadata: {$deleteFromPrimitiveList/finalizers: [c.d/e]}',
    'metadata.finalizers',
    ['resources-finalizer.argocd.argoproj.io/background'],
  ],
  ['spec: {$deleteFromPrimitiveList/nope: [x]}', 'spec.revisionHistoryLimit', 3],
  ['spec: {syncPolicy: {syncOptions: [X=y]}}', 'spec.syncPolicy.syncOptions', ['X=y']],
  ['spec: {source: {helm: {valuesObject: {k: {x: 1}}}}}', 'spec.source.helm.valuesObject', { a: { b: 1 }, l: [1], s: 'x', k: { x: 1 } }],
  ['spec: {source: {helm: {valuesObject: {a: 1, l: {x: 1}}}}}', 'spec.source.helm.valuesObject', { a: 1, l: { x: 1 }, s: 'x' }],
  [
    'spec: {source: {helm: {valuesObject: {k: {$patch: replace, x: 1}}}}}',
    'spec.source.helm.valuesObject',
    { a: { b: 1 }, l: [1], s: 'x' },
  ],
  ['spec: {source: {helm: {valuesObject: {k: [{$patch: x}, null, 1]}}}}', 'spec.source.helm.valuesObject.k', [null, 1]],
  ['spec: {syncPolicy: {$patch: delete}}', 'spec.syncPolicy', undefined],
  ['spec: {syncPolicy: {$retainKeys: [syncOptions], syncOptions: [Q=r]}}', 'spec.syncPolicy', { syncOptions: ['Q=r'] }],
  ['metadata: {Labels: {q: w}}', 'metadata.labels', { q: 'w', keep: 'me' }],
  ['spec: {revisionHistoryLimit: 4.0}', 'spec.revisionHistoryLimit', 4],
  ['metadata: {generateName: g, generation: 5, uid: u}', 'metadata', { generateName: 'g', generation: 5, uid: 'u' }],
  ['spec: {source: {helm: null, directory: {jsonnet: {}}}}', 'spec.source.directory', undefined],
])('%s gives %s', (text, place, expected) => {
  const { stages, application } = patch(text)
  expect(stages).toEqual([])
  const found = place.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], application)
  if (place === 'metadata') expect(found).toMatchObject(expected as object)
  else expect(found).toEqual(expected)
})

test.each([
  'metadata: {finalizers: [a, null]}',
  'spec: {source: {helm: {valuesObject: {a: {c: 1}}}}}',
  'spec: {source: {helm: {valuesObject: {l: [2]}}}}',
  '$patch: merge',
  'spec: {syncPolicy: {$retainKeys: [automated], syncOptions: [Q=r]}}',
  'spec: {$setElementOrder/sources: x}',
  'spec: {$setElementOrder/nope: [x]}',
  '{"spec":{"revisionHistoryLimit":4.0}}',
  '{"spec":{"revisionHistoryLimit":1e0}}',
  ' {spec: {revisionHistoryLimit: 4}}',
  '{"spec":{"source":{"helm":{"valuesObject":{"n":1e400}}}}}',
  'kind: 1',
  'operation: {sync: {prune: x}}',
  'status: {summary: {images: x}}',
  'metadata: {creationTimestamp: yesterday}',
  'metadata: {managedFields: [x]}',
])('%s is refused', (text) => {
  expect(patch(text).stages).toEqual(['render'])
})

test('an owner without apiVersion and kind is refused by the API server', () => {
  expect(patch('metadata: {ownerReferences: [{uid: u, name: o}]}').stages).toContain('app-metadata')
})

test('a hydrator needs a repository and a branch', () => {
  expect(patch('spec: {sourceHydrator: {syncSource: {path: x}}}').stages).toEqual(['app-spec', 'app-spec'])
})
