// Is everything found that Argo CD would read, in whatever style its file is written?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

function repository(files: Readonly<Record<string, string>>) {
  const opened = openFiles(files, 'https://github.com/acme/infra.git')
  open.push(opened)
  return opened
}

const application = (name: string, instances: number): object => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd' },
  spec: {
    project: 'default',
    destination: { server: 'https://kubernetes.default.svc', namespace: name },
    source: {
      repoURL: 'https://cloudnative-pg.github.io/charts',
      chart: 'cluster',
      targetRevision: '0.8.1',
      helm: { valuesObject: { cluster: { instances } } },
    },
  },
})
const set = (name: string, instances: number): object => {
  const { spec } = application(name, instances) as { spec: object }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: `${name}-set`, namespace: 'argocd' },
    spec: {
      syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true },
      generators: [{ list: { elements: [{ name }] } }],
      template: { metadata: { name: '{{name}}' }, spec },
    },
  }
}
/** One line of YAML in flow style, keys without quotes. */
const flow = (object: object): string =>
  `${JSON.stringify(object)
    .replaceAll(/"(\w+)":/g, '$1: ')
    .replaceAll(',', ', ')}\n`
const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by))
const refused = (where: string): string => `${where}: cluster.instances is 0, but must be at least 1 [schema/minimum]`

describe('an Application or a set', () => {
  const json = (object: object): string => JSON.stringify(object, null, 2)
  test.each([
    ['JSON', 'argocd/a.json', json(application('orders', 0))],
    ['JSON in one line', 'argocd/a.json', JSON.stringify(application('orders', 0))],
    ['a set as JSON', 'argocd/a.json', json(set('orders', 0))],
    ['flow style in one line', 'argocd/a.yaml', flow(application('orders', 0))],
    ['a set in flow style', 'argocd/a.yml', flow(set('orders', 0))],
    ['quoted keys', 'argocd/a.yaml', json(application('orders', 0))],
    ['a List', 'argocd/a.yaml', json({ apiVersion: 'v1', kind: 'List', items: [application('orders', 0)] })],
    [
      'a List of Lists',
      'argocd/a.json',
      json({ apiVersion: 'v1', kind: 'List', items: [{ kind: 'List', items: [application('orders', 0)] }] }),
    ],
    ['an ApplicationList', 'argocd/a.yaml', flow({ kind: 'ApplicationList', items: [application('orders', 0)] })],
    ['an ApplicationSetList', 'argocd/a.yaml', flow({ kind: 'ApplicationSetList', items: [set('orders', 0)] })],
    [
      'a text in a ConfigMap',
      'argocd/a.yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: apps }\ndata:\n  app.yaml: |\n${indented(json(application('orders', 0)), 4)}\n`,
    ],
    [
      'several texts in a Secret',
      'argocd/a.yaml',
      `apiVersion: v1\nkind: Secret\nmetadata: { name: apps }\nstringData:\n  app.yaml: |\n    # none\n    ---\n${indented(flow(set('orders', 0)), 4)}`,
    ],
  ])('is found as %s', async (_style, path, text) => {
    const line = text.slice(0, text.indexOf('instances')).split('\n').length
    const { told, run } = repository({ [path]: text })
    expect(await told()).toEqual([refused(`${path}:${line}`)])
    expect((await run('list')).stdout).toMatch(/^orders +orders +orders +cluster 0\.8\.1/m)
  })
  test('is not found in a text about something else', async () => {
    const config = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: apps }\ndata:\n  a.yaml: |\n    see: argoproj.io/v1alpha1\n    kind: Application\n`
    const { told } = repository({ 'a/app.json': JSON.stringify(application('orders', 3)), 'b/config.yaml': config })
    expect(await told()).toEqual([])
  })
})

describe('a file that Argo CD can not read', () => {
  const text = JSON.stringify(application('orders', 3), null, 2)
  test.each([
    ['a comma too many', text.replace('"argocd"\n', '"argocd",\n'), 'a comma before `}`'],
    ['a comment', text.replace('  "kind"', '  // what it is\n  "kind"'), 'a comment'],
    ['a key without quotes', text.replace('"kind"', 'kind'), 'a word or number like this'],
    ['a second object', `${text}\n---\n${text}`, 'a word or number like this'],
    ['a second object that follows', `${text}\n${text}`, 'a second object'],
  ])('is refused for %s', async (_what, broken, what) => {
    const { told } = repository({ 'argocd/a.json': broken, 'argocd/b.json': JSON.stringify(application('billing', 3)) })
    const found = await told()
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(what === 'a second object' ? '[yaml/syntax]' : `does not allow ${what} here [yaml/syntax]`)
  })
  test('is a set with placeholders in it, too', async () => {
    const broken = `${flow(set('orders', 3)).trimEnd().slice(0, -1)}\n`
    const { told } = repository({ 'argocd/a.yaml': broken, 'argocd/b.json': JSON.stringify(application('billing', 3)) })
    const found = await told()
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^argocd\/a\.yaml:\d+: .*\[yaml\/syntax\]$/)
  })
  test('is a template of another program, which is said and not refused', async () => {
    const template =
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {{ values.name }}\n  x: {{ values.name }}-db\n'
    const { told } = repository({ 'skeleton/a.yaml': template, 'argocd/b.json': JSON.stringify(application('billing', 3)) })
    expect(await told()).toEqual([expect.stringMatching(/^skeleton\/a\.yaml:5: this template is not read/)])
  })
  test('is a manifest of a Cluster as JSON', async () => {
    const { spec, ...rest } = application('orders', 3) as { spec: object }
    const source = { repoURL: 'https://github.com/acme/infra.git', targetRevision: 'main', path: 'pg' }
    const cluster =
      '{"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": {"name": "orders"},\n"spec": {"instances": 3, "storage": {"size": "1Gi"},}}'
    const { told } = repository({ 'argocd/a.json': JSON.stringify({ ...rest, spec: { ...spec, source } }), 'pg/orders.json': cluster })
    expect(await told()).toEqual([expect.stringMatching(/^pg\/orders\.json:2: .* a comma before `}` here \[yaml\/syntax\]$/)])
  })
})
