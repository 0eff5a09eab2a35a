// Does the model of Argo CD behave as Argo CD 3.5.1 does?
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { changeApplications } from '../../scripts/applicationset/changes.ts'
import type { ChangeOptions } from '../../scripts/applicationset/changes.ts'
import { generateApplications } from '../../scripts/applicationset/generate.ts'
import type { GenerateOptions } from '../../scripts/applicationset/generate.ts'
import type { Json, JsonMap } from '../../scripts/values/value.ts'

interface Recorded {
  readonly name: string
  readonly ok: boolean
  readonly errors: readonly { readonly stage: string }[]
}
type Generation = Recorded & GenerateOptions & { readonly applicationSet: Json; readonly applications: readonly JsonMap[] }
type Change = Recorded & ChangeOptions & { readonly before: Json; readonly after: Json; readonly changes: Json }

function read<T>(name: string): T[] {
  const text = gunzipSync(readFileSync(new URL(`../vectors/${name}.jsonl.gz`, import.meta.url))).toString()
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

const stages = (errors: readonly { readonly stage: string }[]) => [...new Set(errors.map((error) => error.stage))].sort()
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

test('the recorded sets give the recorded Applications and refusals', () => {
  const wrong: string[] = []
  for (const item of read<Generation>('applicationset-3.5.1')) {
    const got = generateApplications(item.applicationSet, { ...item, argocd: '3.5.1' })
    expect.soft(plain(got.applications), item.name).toEqual(item.applications)
    if (got.ok !== item.ok || stages(got.errors).join() !== stages(item.errors).join())
      wrong.push(`${item.name}: ${stages(got.errors).join()}`)
  }
  expect(wrong).toEqual([])
})

test('the recorded changes have the recorded consequences', () => {
  for (const item of read<Change>('applicationset-changes-3.5.1')) {
    const got = changeApplications(item.before, item.after, { ...item, argocd: '3.5.1' })
    expect.soft(plain(got), item.name).toEqual(item.changes)
  }
})

const set = (change: JsonMap = {}, name = 'sets'): JsonMap => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name, namespace: 'argocd', finalizers: ['resources-finalizer.argocd.argoproj.io'] },
  spec: {
    goTemplate: true,
    generators: [{ list: { elements: [{ service: 'a' }, { service: 'b' }] } }],
    syncPolicy: { applicationsSync: 'create-update' },
    template: {
      metadata: { name: '{{ .service }}' },
      spec: { project: 'data', destination: { name: 'in-cluster' }, source: { repoURL: 'https://git.example.com/a.git', path: 'x' } },
    },
    ...change,
  },
})
const results = (before: Json, after: Json, options: Partial<ChangeOptions> = {}) =>
  changeApplications(before, after, { argocd: '3.5.1', ...options }).map((change) =>
    [change.name, change.result, change.cluster ?? ''].join(' ').trim(),
  )

test('a renamed set hands its Applications over only under create-update', () => {
  expect(results(set(), set({}, 'other'))).toEqual(['a updated', 'b updated'])
  const sync = { syncPolicy: { applicationsSync: 'sync' } }
  expect(results(set(sync), set(sync, 'other'))).toEqual(['a deleted deleted', 'b deleted deleted'])
})

test('one bad name delays the deletions of its set', () => {
  const sync = { syncPolicy: { applicationsSync: 'sync' } }
  const after = set({ ...sync, generators: [{ list: { elements: [{ service: 'a' }, { service: 'Bad_Name' }] } }] })
  expect(results(set(sync), after)).toEqual(['Bad_Name rejected', 'a unchanged', 'b blocked'])
})

test('another set keeps its Applications', () => {
  const application = { metadata: { name: 'a' }, spec: { project: 'data', destination: { name: 'in-cluster' } } }
  expect(results(set(), set(), { live: [{ application, owner: 'foreign' }] })).toEqual(['a rejected', 'b created'])
})

test('a refused set changes nothing', () => {
  expect(results(set(), set({ template: {} }))).toEqual(['a unchanged', 'b unchanged'])
})

test('generators that ask a server are unsupported', () => {
  const { ok, errors } = generateApplications(set({ generators: [{ clusters: {} }] }), { argocd: '3.5.1' })
  expect([ok, stages(errors)]).toEqual([false, ['unsupported']])
})
