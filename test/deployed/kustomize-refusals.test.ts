// Is said what kustomize refuses, passes over without a word, or leaves as it was?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const application = folderApplication({ name: 'pay', url: 'https://github.com/acme/infra.git', path: 'pay' })
const head = (kind: string, name = 'pay', group = 'postgresql.cnpg.io'): string =>
  `apiVersion: ${group}/v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`
const cluster = `${head('Cluster')}spec: { instances: 1, enablePDB: false, storage: { size: 10Gi } }\n`
const pooler = `${head('Pooler', 'pool')}spec: { cluster: { name: pay }, type: rw, instances: 1, pgbouncer: { poolMode: session } }\n`
const patch = `${head('Cluster')}spec: { instances: 1 }\n`
const component = 'kind: Component\nlabels: [{ pairs: { a: b } }]\n'

const told = async (kustomization: string, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> =>
  (
    await toldOf({
      'argo/pay.yaml': application,
      'pay/kustomization.yaml': kustomization,
      'pay/cluster.yaml': cluster,
      ...more,
    })
  ).filter((text) => !text.includes('[argocd/not-computed]'))

const one = 'resources: [cluster.yaml]\n'
const replacing = (fields: string, options = ''): string =>
  `${one}replacements:\n  - sourceValue: 5Gi\n    targets: [{ select: { kind: Cluster }, fieldPaths: [${fields}]${options} }]\n`

test.each<readonly [string, string, Readonly<Record<string, string>>, string | undefined]>([
  ['an empty patch', `${one}patches: [{ patch: "" }]\n`, {}, 'pay/kustomization.yaml:2'],
  ['a path', `${one}patches: [{ path: p.yaml }]\n`, { 'pay/p.yaml': patch }, undefined],
  ['a path and an empty patch', `${one}patches: [{ path: p.yaml, patch: "" }]\n`, { 'pay/p.yaml': patch }, undefined],
  ['a path beside a patch', `${one}patches:\n  - path: p.yaml\n    patch: "{a: b}"\n`, { 'pay/p.yaml': patch }, 'pay/kustomization.yaml:3'],
  ['documents', `${one}patches: [{ path: p.yaml }]\n`, { 'pay/p.yaml': `${patch}---\n${patch}` }, undefined],
  [
    'documents for a target',
    `${one}patches: [{ path: p.yaml, target: { kind: Cluster } }]\n`,
    { 'pay/p.yaml': `${patch}---\n${patch}` },
    'pay/p.yaml:6',
  ],
  [
    'an empty document for a target',
    `${one}patches: [{ path: p.yaml, target: { kind: Cluster } }]\n`,
    { 'pay/p.yaml': `---\n${patch}---\n` },
    undefined,
  ],
  ['a component', `${one}components: [../c]\n`, { 'c/kustomization.yaml': component }, undefined],
  [
    'a component among resources',
    'resources:\n- cluster.yaml\n- ../c\n',
    { 'c/kustomization.yaml': component },
    'pay/kustomization.yaml:3',
  ],
  ['a base among components', `${one}components: [../c]\n`, { 'c/kustomization.yaml': 'labels: []\n' }, 'pay/kustomization.yaml:2'],
  [
    'a replacement without a source',
    `${one}replacements: [{ targets: [{ select: { kind: Service } }] }]\n`,
    {},
    'pay/kustomization.yaml:2',
  ],
  ['a replacement without targets', `${one}replacements: [{ sourceValue: a }]\n`, {}, 'pay/kustomization.yaml:2'],
  ['a replacement of nothing', replacing('spec.walStorage.size'), {}, 'pay/kustomization.yaml:4'],
  ['a replacement of something', replacing('spec.storage.size'), {}, undefined],
  ['a replacement that makes its field', replacing('spec.walStorage.size', ', options: { create: true }'), {}, undefined],
  ['a replacement of a label that labels give', `${replacing('metadata.labels.env')}labels: [{ pairs: { env: prd } }]\n`, {}, undefined],
  ['a replacement of a namespace', `namespace: pay\n${replacing('metadata.namespace')}`, {}, undefined],
  ['a replacement inside of a text', replacing('spec.storage.size.a'), {}, undefined],
])('refuses %s as kustomize does', async (_what, kustomization, more, expected) => {
  expect((await told(kustomization, more)).map((text) => text.replace(/: .*\[/, ' ['))).toEqual(
    expected === undefined ? [] : [`${expected} [argocd/kustomization-builds]`],
  )
})

const capi = `${head('Cluster', 'main', 'cluster.x-k8s.io')}spec: {}\n`
const operation = 'patch: |\n      - { op: replace, path: /spec/instances, value: 1 }'

test.each<readonly [string, string, Readonly<Record<string, string>>, string | undefined]>([
  ['Cluster, name: pay', '', {}, undefined],
  ['Cluster, name: main', '', {}, 'main'],
  ['Clusters', '', {}, 'Clusters'],
  ['Cluster, name: ma.*', '', {}, undefined],
  ['Cluster, name: main', '', { 'pay/capi.yaml': capi }, undefined],
  ['Deployment, name: main', '', {}, undefined],
  ['Pooler, name: main', '', {}, undefined],
  ['Cluster, labelSelector: a=b', '', {}, undefined],
])('says that a patch for %s changes nothing', async (target, _none, more, expected) => {
  const resources = ['cluster.yaml', ...Object.keys(more).map((path) => path.replace('pay/', ''))].join(', ')
  const found = await told(`resources: [${resources}]\npatches:\n  - target: { kind: ${target} }\n    ${operation}\n`, more)
  expect(found).toEqual(
    expected === undefined ? [] : [expect.stringMatching(`^pay/kustomization.yaml:3: target is .*${expected}.*\\[argocd/patch-applies\\]`)],
  )
})

const both = 'resources: [cluster.yaml, pooler.yaml]\n'

test.each<readonly [string, Readonly<Record<string, string>>, number]>([
  [`${both}namePrefix: eu-\n`, {}, 1],
  [both, {}, 0],
  [`${both}namePrefix: eu-\nconfigurations: [names.yaml]\n`, { 'pay/names.yaml': 'nameReference: []\n' }, 0],
  [`${both}namePrefix: eu-\n`, { 'pay/pooler.yaml': pooler.replace('name: pay', 'name: eu-pay') }, 0],
  [`${both}namePrefix: eu-\n`, { 'pay/pooler.yaml': pooler.replace('name: pay', 'name: other') }, 0],
  [`${both}namePrefix: eu-\n`, { 'blue/cluster.yaml': cluster }, 0],
  [`${both}namePrefix: eu-\n`, { 'blue/cluster.yaml': head('Cluster', 'blue') }, 1],
])('says of names that kustomize changes alone: %j %j', async (kustomization, more, count) => {
  const found = await told(kustomization, { 'pay/pooler.yaml': pooler, ...more })
  expect(found.filter((text) => text.includes('[argocd/affixed-name-used]'))).toHaveLength(count)
})
