// Does the help for a value of the wrong type work where quotes in the file do not decide: in parameters and in templates?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

/** What to type for each mistake of an Application with such `helm`. */
async function helps(kind: 'Application' | 'ApplicationSet', helm: string): Promise<(string | undefined)[]> {
  const source = `source:
  repoURL: https://cloudnative-pg.github.io/charts
  chart: cluster
  targetRevision: 0.8.1
  helm:
${indented(helm, 4)}`
  const spec = `project: default\ndestination: { server: https://kubernetes.default.svc, namespace: orders }\n${source}`
  const head = 'apiVersion: argoproj.io/v1alpha1\nmetadata: { name: orders, namespace: argocd }\n'
  const set = `spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators: [{ list: { elements: [{ name: orders, instances: 3 }] } }]
  template:
    metadata: { name: '{{ .name }}' }
    spec:
${indented(spec, 6)}`
  const text = `${head}kind: ${kind}\n${kind === 'ApplicationSet' ? set : `spec:\n${indented(spec, 2)}`}`
  const opened = openFiles({ 'argocd/a.yaml': text }, 'https://github.com/acme/infra.git')
  open.push(opened)
  const { stdout } = await opened.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { help?: string; severity: string }[] }
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ help }) => help)
}
const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by))
const parameter = (name: string, value: string, more = ''): string =>
  `valuesObject: { cluster: { instances: 3 } }\nparameters:\n  - { name: ${name}, value: "${value}"${more} }\n`

describe('a parameter', () => {
  test.each([
    ['version.postgresql', '17'],
    ['cluster.imageName', '3'],
    ['cluster.annotations.flag', 'true'],
    ['cluster.postgresql.parameters.max_connections', '200'],
  ])('%s that Helm reads as another type is forced to be text', async (name, value) => {
    expect(await helps('Application', parameter(name, value))).toEqual(['set forceString: true beside it'])
  })
  test.each([
    ['version.postgresql', '17'],
    ['cluster.postgresql.parameters.max_connections', '200'],
  ])('%s that is forced is accepted', async (name, value) => {
    expect(await helps('Application', parameter(name, value, ', forceString: true'))).toEqual([])
  })
  test('that is forced to be text is a number without', async () => {
    expect(await helps('Application', parameter('cluster.instances', '3', ', forceString: true'))).toEqual(['remove forceString: true'])
    expect(await helps('Application', parameter('cluster.instances', '3x'))).toEqual(['correct the value'])
    expect(await helps('Application', parameter('cluster.instances', '3'))).toEqual([])
  })
  test('without a unit gets one', async () => {
    expect(await helps('Application', parameter('cluster.storage.size', '10'))).toEqual(['that would be 10 bytes; write 10Gi'])
  })
})

describe('a placeholder', () => {
  const help = 'what a template fills into valuesObject is text: write it into `values: |`, or as one of `parameters`'
  test('in valuesObject is text, quotes or not', async () => {
    expect(await helps('ApplicationSet', "valuesObject: { cluster: { instances: '{{ .instances }}' } }\n")).toEqual([help])
  })
  test.each([
    'values: |\n  cluster:\n    instances: {{ .instances }}\n',
    "parameters:\n  - { name: cluster.instances, value: '{{ .instances }}' }\n",
  ])('elsewhere is a number', async (helm) => {
    expect(await helps('ApplicationSet', helm)).toEqual([])
  })
})
