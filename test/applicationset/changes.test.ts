// What do the controller's writes change in a live Application?
import { expect, test } from 'vitest'
import { changeApplications } from '../../scripts/applicationset/changes.ts'
import type { ChangeOptions } from '../../scripts/applicationset/changes.ts'
import type { Json, JsonMap } from '../../scripts/values/value.ts'

const spec = {
  project: '',
  destination: { server: 'https://kubernetes.default.svc', namespace: 'db' },
  source: { repoURL: 'https://git.example.com/infra.git', path: 'x' },
}
const setOf = (more: Record<string, Json> = {}, elements: Json[] = [{ service: 'a' }]): JsonMap => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 's', namespace: 'argocd' },
  spec: {
    goTemplate: true,
    generators: [{ list: { elements } }],
    template: { metadata: { name: '{{ .service }}' }, spec: { ...spec, project: 'data' } },
    ...more,
  },
})
const change = (before: Json, after: Json, options: Partial<ChangeOptions> = {}) =>
  changeApplications(before, after, { argocd: '3.5.1', ...options })
const live = (application: JsonMap) => ({ live: [{ application }] })
const finalizers = ['resources-finalizer.argocd.argoproj.io']

test('what the live Application lacks in normalisation is not a difference', () => {
  const metadata = { name: 'a', finalizers }
  const written = { ...spec, project: 'data', syncPolicy: {}, source: { ...spec.source, helm: {} } }
  expect(change(setOf(), setOf(), live({ metadata, spec: written }))).toMatchObject([{ name: 'a', result: 'unchanged' }])
})

test('finalizers of hooks are kept, those before a deletion first', () => {
  const kept = ['post-delete-finalizer.argocd.argoproj.io', 'pre-delete-finalizer.argocd.argoproj.io/cleanup']
  const metadata = { name: 'a', finalizers: [...kept, 'x.y/z'] }
  const [after] = change(setOf(), setOf(), live({ metadata, spec: { ...spec, project: 'data' } }))
  expect(after?.finalizers).toEqual([...finalizers, kept[1], kept[0]])
})

test('a reverse order of deletion holds the set until the controller has seen it', () => {
  const strategy = { type: 'RollingSync', deletionOrder: 'Reverse', rollingSync: { steps: [{ matchExpressions: [] }] } }
  const set = setOf({ strategy, syncPolicy: { applicationsSync: 'create-update' } })
  expect(change(set, null, { controller: { progressiveSyncs: true } })).toMatchObject([{ name: 'a', result: 'kept-orphan' }])
  expect(change(set, null)).toMatchObject([{ name: 'a', result: 'deleted' }])
})

test('what waits to be deleted with a renamed set is not owned by the new one', () => {
  const renamed = (set: JsonMap, name: string, namespace = 'argocd'): JsonMap => ({ ...set, metadata: { name, namespace } })
  expect(change(setOf(), renamed(setOf(), 't'))).toMatchObject([{ name: 'a', result: 'deleted', cluster: 'deleted', owned: false }])
  const other = renamed(setOf({}, [{ service: 'b' }]), 't')
  expect(change(setOf(), other)).toMatchObject([
    { name: 'a', result: 'deleted', owned: false },
    { name: 'b', result: 'created', owned: true },
  ])
  // no finalizer holds these, so that they are gone at once
  const kept = setOf({ syncPolicy: { preserveResourcesOnDeletion: true } })
  expect(change(kept, renamed(kept, 't'))).toMatchObject([{ name: 'a', result: 'updated', owned: true }])
  const released = setOf({ syncPolicy: { applicationsSync: 'create-update' } })
  const held = { ...released, metadata: { name: 's', namespace: 'argocd', finalizers } }
  expect(change(held, renamed(released, 't'))).toMatchObject([{ name: 'a', result: 'updated', owned: true }])
  expect(change(setOf(), renamed(setOf(), 't'), { propagation: 'orphan' })).toMatchObject([{ name: 'a', result: 'updated', owned: true }])
  expect(change(setOf(), null)).toMatchObject([{ name: 'a', result: 'deleted', owned: true }])
  expect(change(setOf(), setOf({}, []))).toMatchObject([{ name: 'a', result: 'deleted', owned: true }])
})
