// Is what a kustomization builds judged where it is written, and what kustomize alone knows said?
import { afterEach, describe, expect, test } from 'vitest'
import { buildKustomization } from '../../scripts/deployed/kustomize/build.ts'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const url = 'https://github.com/acme/infra.git'
const application = (path: string, more = ''): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: shop }
  source: { repoURL: ${url}, targetRevision: main, path: ${path}${more} }
`
const cluster = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: orders
spec:
  instances: 0
  enablePDB: false
  storage:
    size: 1Gi
`

function repository(files: Readonly<Record<string, string>>, more = '') {
  const base = { 'pg/cluster.yaml': cluster, 'argocd/orders.yaml': application('pg', more) }
  const opened = openFiles({ ...base, ...files }, url)
  open.push(opened)
  return opened
}

const kustomization = (text: string) => ({ 'pg/kustomization.yaml': text })
const zero = 'pg/cluster.yaml:6: spec.instances is 0, but must be at least 1 [schema/minimum]'

const idle =
  'prd/kustomization.yaml:4: target is Cluster eu-orders, but no such object is here: the patch changes nothing, without a word [argocd/patch-applies]'

const doubling = Array.from({ length: 40 }, (_, index) => `      - { op: copy, from: /spec, path: /spec/a${index} }\n`).join('')

const patchOf = (name: string, namespace = '""', spec = '{instances: 1}'): string =>
  `{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}`

describe('a kustomization', () => {
  test.each([
    ['its resources', 'resources: [cluster.yaml]\n'],
    ['images, which no Cluster has', 'resources: [cluster.yaml]\nimages: [{ name: a, newTag: b }]\nconfigMapGenerator: [{ name: a }]\n'],
    ['patches for others', 'resources: [cluster.yaml]\npatches:\n  - target: { kind: Deployment }\n    patch: "[]"\n'],
    [
      'the installation of the operator',
      'resources: [cluster.yaml, "https://github.com/cloudnative-pg/cloudnative-pg/releases/download/v1.27.1/cnpg-1.27.1.yaml"]\n',
    ],
  ])('is judged by %s', async (_what, text) => {
    expect(await repository(kustomization(text)).told()).toEqual([zero])
  })
  test('that a plugin builds is judged as kustomize builds it, where its name says so', async () => {
    const told = (name: string): Promise<string[]> =>
      repository(kustomization('resources: [cluster.yaml]\n'), `, plugin: { name: ${name} }`).told()
    expect(await told('kustomize-build-with-helm')).toEqual([
      'argocd/orders.yaml:7: the plugin kustomize-build-with-helm is not run here: the folder is judged as kustomize builds it [argocd/not-computed]',
      zero,
    ])
    const two = (name: string): string => application('pg', `, plugin: { name: ${name} }`).replace('name: orders', `name: orders-${name}`)
    const both = repository({
      ...kustomization('resources: [cluster.yaml]\n'),
      'argocd/orders.yaml': `${two('tanka')}---\n${two('kustomize')}`,
    })
    expect(await both.told()).toContain(zero)
    expect(await told('tanka')).toEqual([expect.stringContaining('orders syncs a plugin, which is not run here')])
  })
  test('gives namespace, names, labels and annotations to all', async () => {
    const text =
      'resources: [cluster.yaml]\nnamespace: sales\nnamePrefix: eu-\nnameSuffix: "-db"\ncommonAnnotations: { a: b }\nlabels: [{ pairs: { c: d } }]\n'
    const { run } = repository(kustomization(text))
    expect((await run('list')).stdout).toMatch(/^orders +sales +eu-orders-db +manifests/m)
    expect((await run('explain', 'orders')).stdout).toContain('pg/kustomization.yaml')
  })
  test('of a base is judged with the patches of the overlay, each where it is written', async () => {
    const files = {
      'argocd/orders.yaml': application('overlays/prd'),
      'base/kustomization.yaml': 'resources: [cluster.yaml]\n',
      'base/cluster.yaml': cluster.replace('instances: 0', 'instances: 1'),
      'overlays/prd/kustomization.yaml': `resources: [../../base]
patches:
  - path: more.yaml
  - target: { kind: Cluster, name: ord.* }
    patch: |-
      - op: replace
        path: /spec/instances
        value: 0
`,
      'overlays/prd/more.yaml':
        'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: orders\nspec:\n  storage:\n    size: 1Gb\n',
    }
    const { told } = repository(files)
    expect(await told()).toEqual([
      expect.stringMatching(/^overlays\/prd\/kustomization\.yaml:8: spec\.instances is 0, but must be at least 1/),
      expect.stringMatching(/^overlays\/prd\/more\.yaml:7: spec\.storage\.size is "?1Gb/),
      expect.stringContaining('pg/cluster.yaml:4: Cluster orders is not judged'),
    ])
  })
  test('changes what its components say', async () => {
    const files = {
      ...kustomization('resources: [cluster.yaml]\ncomponents: [../ha]\n'),
      'ha/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: { kind: Cluster }\n    patch: |\n      kind: Cluster\n      metadata: { name: any }\n      spec:\n        instances: 3\n',
    }
    expect(await repository(files).told()).toEqual([])
  })
  test.each([
    ['replacements', 'resources: [cluster.yaml]\nreplacements: [{ path: a.yaml }]\n', 'pg/kustomization.yaml has `replacements`'],
    ['a file that is missing', 'resources: [cluster.yaml, more.yaml]\n', 'pg/kustomization.yaml takes more.yaml, which is missing'],
    [
      'a base elsewhere',
      'resources: ["https://github.com/acme/databases//pg?ref=v1"]\n',
      'pg/kustomization.yaml takes https://github.com/acme/databases//pg?ref=v1',
    ],
    [
      'the chart',
      'helmChartInflationGenerator: [{ chartName: cluster, chartRepoUrl: https://cloudnative-pg.github.io/charts }]\n',
      'pg/kustomization.yaml renders the chart `cluster`',
    ],
    [
      'directives',
      'resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: "{kind: Cluster, metadata: {name: any}, spec: { $retainKeys: [a] }}"\n',
      'pg/kustomization.yaml: a patch has directives',
    ],
    [
      'a selector that is none',
      'resources: [cluster.yaml]\npatches:\n  - target: { labelSelector: "a=(b" }\n    patch: "{kind: Cluster, metadata: {name: any}, spec: {}}"\n',
      'pg/kustomization.yaml: a target of it has a labelSelector that is no selector',
    ],
    [
      'a patch for nothing',
      'resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: "- {op: remove, path: /spec/no}"\n',
      'pg/kustomization.yaml: a patch does not apply to Cluster orders',
    ],
    [
      'a patch that doubles with each line',
      `resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: |\n${doubling}`,
      'pg/kustomization.yaml: a patch copies too much',
    ],
    ['a circle', 'resources: [cluster.yaml, ../pg]\n', 'pg/ takes itself'],
    [
      'a patch for a Cluster that is not there',
      `resources: [cluster.yaml]\npatches: [{ patch: '${patchOf('order')}' }]\n`,
      'pg/kustomization.yaml: a patch is for Cluster order in namespace default, which is not there',
    ],
    [
      'a patch for a Cluster of another namespace',
      `resources: [cluster.yaml]\npatches: [{ patch: '${patchOf('orders', 'a')}' }]\n`,
      'pg/kustomization.yaml: a patch is for Cluster orders in namespace a, which is not there',
    ],
    [
      'a patch that is missing',
      'resources: [cluster.yaml]\npatches: [{ path: p.yaml }]\n',
      'pg/kustomization.yaml: its patch p.yaml is not here',
    ],
    ['a misspelt key', 'resources: [cluster.yaml]\npatchs: []\n', 'pg/kustomization.yaml has the unknown key `patchs`'],
    [
      'operations that are no JSON',
      'resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: "[{op: remove, path: /spec/instances}]"\n',
      'pg/kustomization.yaml: a patch of it begins with a bracket, but is no JSON',
    ],
    [
      'an address with a token',
      'resources: [cluster.yaml, "https://h.example/databases?access_token=hunter2pw&ref=v1"]\n',
      'pg/kustomization.yaml takes https://h.example/databases?ref=v1&…',
    ],
    ['no keys', '# none\n', 'pg/kustomization.yaml is empty'],
    [
      'a target that is no expression',
      'resources: [cluster.yaml]\npatches: [{ target: { name: "(" }, patch: "a: b" }]\n',
      'pg/kustomization.yaml: a target of it has a name that is no regular expression',
    ],
    [
      'an expression beyond all measure',
      'resources: [cluster.yaml]\npatches: [{ target: { name: "((a{1,1000}){1,1000}){1,1000}" }, patch: "a: b" }]\n',
      'pg/kustomization.yaml: a target of it has a name that is no regular expression',
    ],
    [
      'a misspelt target',
      'resources: [cluster.yaml]\npatches: [{ target: { nam: a }, patch: "a: b" }]\n',
      'pg/kustomization.yaml: a target of it has the unknown key `nam`',
    ],
    [
      'a misspelt key of a patch',
      'resources: [cluster.yaml]\npatches: [{ targe: { name: a }, patch: "a: b" }]\n',
      'pg/kustomization.yaml: a patch of it has the unknown key `targe`',
    ],
    [
      'a new name',
      'resources: [cluster.yaml]\npatches: [{ target: { kind: Cluster }, options: { allowNameChange: true }, patch: "a: b" }]\n',
      'pg/kustomization.yaml: a patch of it may change names',
    ],
    ['the same twice', 'resources: [cluster.yaml, cluster.yaml]\n', 'pg/kustomization.yaml has Cluster orders twice'],
    ['references that it rewrites', 'resources: [cluster.yaml]\nconfigurations: [a.yaml]\n', 'pg/kustomization.yaml has `configurations`'],
    [
      'an address with a password',
      'resources: [cluster.yaml, "bob:hunter2pw@github.com/acme/x"]\n',
      'pg/kustomization.yaml takes github.com/acme/x, which is missing',
    ],
    [
      'a password with an @',
      'resources: [cluster.yaml, "https://b:hun@ter@h.example/databases//x"]\n',
      'pg/kustomization.yaml takes https://h.example/databases//x',
    ],
    ['an address that is none', 'resources: [cluster.yaml, "http:/bob:pw@x"]\n', 'pg/kustomization.yaml takes http:/x, which is missing'],
  ])('with %s is said to be not judged', async (_what, text, why) => {
    const { run } = repository(kustomization(text))
    const { stderr } = await run('list')
    expect(stderr).toContain(`: orders is not listed: orders syncs a kustomization (${why}), which is not run here\n`)
    // without any key there is no place
    expect(stderr).toMatch(why.endsWith('is empty') ? /^argocd\/orders\.yaml:7: / : /^pg\/kustomization\.yaml:\d: /)
  })
  test.each([
    ['a misspelt key', 'namespace: a\nresources: [cluster.yaml]\npatchs: []\n', 3],
    ['an entry', 'namespace: a\nresources:\n  - cluster.yaml\n  - more.yaml\n', 4],
    ['a patch', 'resources: [cluster.yaml]\nnamespace: a\npatches: [{ path: p.yaml }]\n', 3],
    [
      'an operation',
      `resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: |\n      - op: ad\n        path: /spec/x\n`,
      5,
    ],
    [
      'an operation on what is not there',
      `resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: |\n      - { op: replace, path: /spec/x, value: 1 }\n      - op: remove\n        path: /spec/no\n`,
      7,
    ],
    ['a patch for a Cluster that is not there', `resources: [cluster.yaml]\npatches:\n  - patch: '${patchOf('order')}'\n`, 3],
    ['a patch without a kind', 'resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: "spec: {}"\n', 4],
    ['a patch without a name', 'resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: "kind: Cluster"\n', 4],
    [
      'a patch that names its object without a version',
      'resources: [cluster.yaml]\npatches:\n  - patch: "{ kind: Cluster, metadata: { name: orders } }"\n',
      3,
    ],
    ['a folder without a kustomization', 'resources:\n  - cluster.yaml\n  - ../argocd\n', 3],
  ])('is refused because of %s at its line', async (_what, text, line) => {
    expect(await repository(kustomization(text)).told()).toEqual([
      expect.stringMatching(
        new RegExp(`^pg/kustomization\\.yaml:${line}: kustomize can't build this: .*\\[argocd/kustomization-builds\\]$`),
      ),
    ])
  })
  test.each([
    ['the same twice', 'namespace: a\nresources: [cluster.yaml, cluster.yaml]\n', 2],
    [
      'a chart',
      'resources: [cluster.yaml]\nnamespace: a\nhelmChartInflationGenerator: [{ chartName: cluster, chartRepoUrl: "https://cloudnative-pg.github.io/charts" }]\n',
      3,
    ],
  ])('is not judged because of %s at its line', async (_what, text, line) => {
    expect(await repository(kustomization(text)).told()).toEqual([
      expect.stringMatching(new RegExp(`^pg/kustomization\\.yaml:${line}: orders is not judged`)),
    ])
  })
  test.each([
    ['a key that no other is like', 'resources: [cluster.yaml]\nsomethingNew: []\n', {}],
    ['a key in another case, which kustomize takes', 'resources: [cluster.yaml]\nnameprefix: a-\n', {}],
    [
      'an operation without a value, which sets null',
      'resources: [cluster.yaml]\npatches: [{ target: { kind: Cluster }, patch: "[{op: add, path: /spec/x}]" }]\n',
      {},
    ],
    [
      'a patch for a Cluster that may come from elsewhere',
      `resources: [cluster.yaml, "https://github.com/acme/x//y"]\npatches:\n  - patch: '${patchOf('order')}'\n`,
      {},
    ],
    ['what another program fills in', 'resources: [cluster.yaml, "${OVERLAY}/x.yaml"]\n', {}],
    ['an operation for others', 'resources: [cluster.yaml]\npatches: [{ target: { kind: Deployment }, patch: "[{op: ad}]" }]\n', {}],
    ['what may be in a submodule', 'resources: [cluster.yaml, ../more]\n', { '.gitmodules': '[submodule "more"]\n\tpath = more\n' }],
  ])('is only said to be not judged because of %s', async (_what, text, files) => {
    const told = await repository({ ...kustomization(text), ...files }).told()
    expect(told).toEqual([expect.stringMatching(/: orders is not judged: .*\[argocd\/not-computed\]$/)])
  })
  test('is judged as an Application changes it', async () => {
    const more =
      ', kustomize: { namespace: sales, namePrefix: eu-, commonLabels: { a: b }, commonAnnotations: { c: d }, patches: [{ target: { kind: Cluster }, patch: "{kind: Cluster, metadata: {name: any}, spec: {instances: 1}}" }] }'
    const { run, told } = repository(kustomization('resources: [cluster.yaml]\nnamePrefix: us-\n'), more)
    expect((await run('list', '--format', 'json')).stdout).toMatch(/"name": "eu-orders",\s+"namespace": "sales"/)
    expect(await told()).toEqual([])
  })
  test('is blamed in the Application for what its patches change', async () => {
    const bad =
      ', kustomize: { patches: [{ target: { kind: Cluster }, patch: "{kind: Cluster, metadata: {name: any}, spec: {instances: -1, bogus: 1}}" }] }'
    const { told } = repository(kustomization('resources: [cluster.yaml]\n'), bad)
    expect((await told()).map((line) => line.replace(/: .*(\[.*)/, ' $1'))).toEqual([
      'argocd/orders.yaml:7 [schema/minimum]',
      'argocd/orders.yaml:7 [schema/unknown-field]',
    ])
  })
  test('is blamed in the Application of a set as well', async () => {
    const set = (patch: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators: [{ list: { elements: [{ env: prd, instances: "0" }] } }]
  template:
    metadata: { name: "orders-{{.env}}" }
    spec:
      project: default
      destination: { name: in-cluster, namespace: shop }
      source:
        { repoURL: ${url}, targetRevision: main, path: pg,
          kustomize: { patches: [{ target: { kind: Cluster }, patch: "${patch}" }] } }
`
    const told = (patch: string): Promise<string[]> =>
      repository({ ...kustomization('resources: [cluster.yaml]\n'), 'argocd/orders.yaml': set(patch) }).told()
    expect(await told('{kind: Cluster, metadata: {name: any}, spec: {instances: 0}}')).toContain(
      'argocd/orders.yaml:15: spec.instances is 0, but must be at least 1 [schema/minimum]',
    )
    expect(await told('{kind: Cluster, metadata: {name: any}, spec: {instances: {{.instances}}}}')).toContain(
      'argocd/orders.yaml:15: spec.instances is 0, but must be at least 1 [schema/minimum]',
    )
  })
  test('that an Application builds with other options is said to be not judged', async () => {
    const { run } = repository(kustomization('resources: [cluster.yaml]\n'), ', kustomize: { forceCommonLabels: true }')
    expect((await run('list')).stderr).toContain('a kustomization (with `kustomize.forceCommonLabels`), which is not run here')
  })
  test.each([
    ['labelSelector: "a=b,c"', true],
    ['labelSelector: "a in (x, b), !d"', true],
    ['labelSelector: "a!=b"', false],
    ['labelSelector: "a notin (b)"', false],
    ['annotationSelector: "e==f"', true],
    ['annotationSelector: a', false],
  ])('patches what it selects by %s', async (selector, isFitting) => {
    const labelled = cluster.replace('  name: orders\n', '  name: orders\n  labels: { a: b, c: d }\n  annotations: { e: f }\n')
    const text = `resources: [cluster.yaml]\npatches:\n  - target: { ${selector} }\n    patch: "{kind: Cluster, metadata: {name: any}, spec: {instances: 1}}"\n`
    const found = await repository({ ...kustomization(text), 'pg/cluster.yaml': labelled }).told()
    expect(found).toEqual(isFitting ? [] : [expect.stringContaining('instances is 0')])
  })
  test.each([
    ['delete', 'storage: { $patch: delete }', ['spec.storage is not set', 'instances is 0']],
    ['replace', 'storage: { $patch: replace, storageClass: fast }', ['size', 'instances is 0']],
    ['merge', 'storage: { $patch: merge, size: 2Gi }', ['instances is 0']],
  ])('patches with the directive %s', async (_what, patch, expected) => {
    const text = `resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: "{kind: Cluster, metadata: {name: any}, spec: { ${patch} }}"\n`
    const found = await repository(kustomization(text)).told()
    expect(found.join('\n')).not.toContain('$patch')
    for (const words of expected.slice(-1)) expect(found.join('\n')).toContain(words)
    expect(found.length).toBe(expected.length)
  })
  test.each([
    ['another kind', 'Deployment', true],
    ['a Cluster', 'Cluster', false],
  ])('with replacements for %s', async (_what, kind, isJudged) => {
    const text = `resources: [cluster.yaml]\nreplacements:\n  - source: { kind: ConfigMap, name: a, fieldPath: data.b }\n    targets: [{ select: { kind: ${kind} }, fieldPaths: [spec.instances] }]\n`
    const found = await repository(kustomization(text)).told()
    expect(found).toEqual([isJudged ? zero : expect.stringContaining('it has `replacements`'.replace('it', 'pg/kustomization.yaml'))])
  })
  test('of other things makes no database', async () => {
    const { told } = repository({
      ...kustomization('resources: [a.yaml]\n'),
      'pg/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: cnpg.io }\n',
    })
    expect(await told()).toEqual([expect.stringContaining('pg/cluster.yaml:4: no Application and no set here deploys Cluster orders')])
  })
  test('is compared with its base', async () => {
    const { told, edit } = repository({
      ...kustomization(
        'resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: |\n      { kind: Cluster, metadata: { name: any }, spec: { instances: 1, storage: { size: 10Gi } } }\n',
      ),
    })
    edit('pg/kustomization.yaml', '10Gi', '5Gi')
    expect(await told('--base', 'HEAD')).toEqual([expect.stringMatching(/^pg\/kustomization\.yaml:5: .*\[changes\/storage-grows\]/)])
  })
  test('with a manifest that is no YAML is refused', async () => {
    const { told } = repository({
      ...kustomization('resources: [cluster.yaml, b.yaml]\n'),
      'pg/b.yaml': 'kind: Cluster # postgresql.cnpg.io\n  a: b\n',
    })
    expect(await told()).toContainEqual(expect.stringMatching(/^pg\/b\.yaml:2: .*\[yaml\/syntax\]/))
  })
  test('with two files is said to be not judged', async () => {
    const { run } = repository({ ...kustomization('resources: [cluster.yaml]\n'), 'pg/kustomization.yml': 'resources: []\n' })
    expect((await run('list')).stderr).toContain('(pg/kustomization.yaml is there, and pg/kustomization.yml)')
  })
  test.each([
    [
      'the folder itself',
      { 'argocd/orders.yaml': application('pg'), 'pg/kustomization.yaml': 'resources: [cluster.yaml]\n namePrefix: x\n' },
    ],
    ['a base', { 'argocd/orders.yaml': application('prd'), 'prd/kustomization.yaml': 'resources:\n  - ../pg\n namePrefix: x\n' }],
  ])('that is no YAML is refused there: %s', async (_what, files) => {
    const told = await repository(files).told()
    expect(told).toEqual([expect.stringMatching(/^(?:pg|prd)\/kustomization\.yaml:[123]: .*\[yaml\/syntax\]/)])
  })
  test.each([
    ['without a target', patchOf('orders')],
    ['by the namespace given since', patchOf('orders', 'sales')],
    ['by a name on the way', patchOf('eu-orders', 'sales')],
    ['by the name now', patchOf('eu-orders-db', 'sales')],
    ['by an expression for the first name', '{kind: Cluster, metadata: {name: any}, spec: {instances: 1}}', 'o.de[r]s|x'],
    ['by an expression for the name now', '{kind: Cluster, metadata: {name: any}, spec: {instances: 1}}', 'eu-.+'],
    ['by no name between', '{kind: Cluster, metadata: {name: any}, spec: {instances: 1}}', 'eu-orders', zero, idle],
  ])('patches what has another name since: %s', async (_what, patch, target = '', ...left) => {
    const { told } = repository({
      ...kustomization('resources: [cluster.yaml]\nnamespace: sales\nnamePrefix: eu-\nnameSuffix: "-db"\n'),
      'argocd/orders.yaml': application('prd'),
      'prd/kustomization.yaml': `resources: [../pg]\npatches:\n  - patch: '${patch}'\n${target && `    target: { kind: Cluster, name: "${target}" }\n`}`,
    })
    expect(await told()).toEqual(left)
  })
  test.each([
    ['an annotation of its own', '- { op: add, path: /metadata/annotations/x, value: "1" }', []],
    ['an annotation that is replaced', '- { op: replace, path: /metadata/annotations/x, value: "1" }', []],
    ['all annotations', '- { op: remove, path: /metadata/annotations }', []],
    [
      'an annotation that is not there',
      '- { op: remove, path: /metadata/annotations/x }',
      [expect.stringContaining('[argocd/kustomization-builds]')],
    ],
  ])('patches %s where an object has none', async (_what, operation, expected) => {
    const text = `resources: [cluster.yaml]\npatches:\n  - target: { kind: Cluster }\n    patch: |\n      ${operation}\n`
    expect(await repository(kustomization(text)).told()).toEqual(expected.length === 0 ? [zero] : expected)
  })
  test('patches the Cluster of its namespace alone', async () => {
    const { told } = repository({
      'pg/cluster.yaml': ['a', 'b']
        .map((namespace) => cluster.replace('name: orders', `name: orders\n  namespace: ${namespace}`))
        .join('---\n'),
      ...kustomization(`resources: [cluster.yaml]\npatches: [{ patch: '${patchOf('orders', 'a')}' }]\n`),
    })
    expect(await told()).toEqual([expect.stringMatching(/^pg\/cluster\.yaml:18: spec\.instances is 0/)])
  })
  test('does not rename the Cluster that a Pooler names', () => {
    const pooler = 'apiVersion: postgresql.cnpg.io/v1\nkind: Pooler\nmetadata: { name: rw }\nspec: { cluster: { name: orders } }\n'
    const texts = new Map([
      ['pg/kustomization.yaml', 'resources: [a.yaml]\nnamePrefix: eu-\n'],
      ['pg/a.yaml', `${cluster}---\n${pooler}`],
    ])
    const built = buildKustomization('pg/', {
      file: (path) => (texts.has(path) ? { path, text: texts.get(path) ?? '' } : undefined),
      isFolder: () => false,
    })
    expect('objects' in built && built.objects.map(({ name, plain }) => [name, plain['spec']])).toEqual([
      ['eu-orders', { instances: 0, enablePDB: false, storage: { size: '1Gi' } }],
      ['eu-rw', { cluster: { name: 'orders' } }],
    ])
  })
  test('of a base that is misspelt is refused', async () => {
    const { told } = repository({
      'pg/cluster.yaml': 'a: b\n',
      'orders/cluster.yaml': cluster,
      'orders/kustomization.yaml': 'resources: [cluster.yaml]\n',
      'argocd/orders.yaml': application('prd'),
      'prd/kustomization.yaml': 'resources: [../orderz]\n',
    })
    expect(await told()).toEqual([
      "prd/kustomization.yaml:1: kustomize can't build this: prd/kustomization.yaml takes ../orderz, which is missing [argocd/kustomization-builds]",
    ])
  })
})

test('what operations of a patch set is at their own values and paths', async () => {
  const patch = `resources: [cluster.yaml]
patches:
  - target: { kind: Cluster }
    patch: |
      - op: replace
        path: /spec/instances
        value: -1
      - op: add
        path: /spec/postgresql
        value:
          parameters:
            shared_buffers: 128MB
            max_connections: x
      - { op: add, path: /spec/walStorge, value: {} }
`
  expect(await repository(kustomization(patch)).told()).toEqual([
    'pg/kustomization.yaml:7: spec.instances is -1, but must be at least 1 [schema/minimum]',
    expect.stringMatching(/^pg\/kustomization\.yaml:13: spec\.postgresql\.parameters\.max_connections is `x`/),
    'pg/kustomization.yaml:14: unknown field `walStorge` in `spec` [schema/unknown-field]',
  ])
})
