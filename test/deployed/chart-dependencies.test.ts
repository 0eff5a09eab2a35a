// Are conditions that lead nowhere reported, and a Chart.lock that Helm refuses?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const application = folderApplication({ name: 'pay', url: 'https://github.com/acme/infra.git', path: 'pay' })
const repository = 'https://cloudnative-pg.github.io/charts'
const chart = (more = '', version = '0.8.1'): string => `apiVersion: v2
name: pay
version: 0.1.0
dependencies:
  - name: cluster
    version: "${version}"
    repository: ${repository}
${more}`
const values = (enabled = ''): string => `cluster:\n${enabled}  cluster: { instances: 1, enablePDB: false }\n`

const told = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  (await toldOf({ 'argo/pay.yaml': application, 'pay/values.yaml': values(), ...files })).map((text) => text.replace(/: .*\[/, ' ['))

test.each<readonly [string, string, readonly string[]]>([
  ['cluster.enabled', '  enabled: true\n', []],
  ['cluster.enabled', '', []],
  ['db.enabled', '', []],
  ['clster.enabled', '  enabled: true\n', ['pay/Chart.yaml:8 [argocd/condition-leads]']],
  ['.Values.cluster.enabled', '  enabled: false\n', ['pay/Chart.yaml:8 [argocd/condition-leads]']],
  ['cluster.enabled', '  enabled: "false"\n', ['pay/values.yaml:2 [argocd/condition-leads]']],
  ['cluster.enabled', '  enabled: "true"\n', []],
  ['clster.enabled,cluster.enabled', '  enabled: true\n', []],
])('the condition %s with %j', async (condition, enabled, expected) => {
  expect(await told({ 'pay/Chart.yaml': chart(`    condition: ${condition}\n`), 'pay/values.yaml': values(enabled) })).toEqual(expected)
})

test.each([
  ['alias: cluster', 'alais: cluster'],
  ['condition: cluster.enabled', 'conditon: cluster.enabled'],
  ['import-values: [{ child: a, parent: b }]', 'importValues: [{ child: a, parent: b }]'],
  ['import-values: [{ child: a, parent: b }]', 'import-values: [{ chidl: a, parent: b }]'],
  ['import-values: [{ child: a, parent: b }]', 'import-values: [{ child: a, paretn: b }]'],
  ['import-values: [data]', 'import-valuse: [data]'],
])('a dependency with %s, misspelt as %s', async (right, wrong) => {
  const enabled = right.startsWith('condition') ? '  enabled: true\n' : ''
  const withField = (text: string) => told({ 'pay/Chart.yaml': chart(`    ${text}\n`), 'pay/values.yaml': values(enabled) })
  expect(await withField(right)).toEqual([])
  expect(await withField(wrong)).toEqual(['pay/Chart.yaml:8 [argocd/known-fields]'])
})
test('a misspelt address of a dependency', async () => {
  expect(await told({ 'pay/Chart.yaml': chart().replace('repository:', 'repositry:') })).toEqual(['pay/Chart.yaml:7 [argocd/known-fields]'])
})

const helm = (text: string): string => application.replace(', path: pay }', `, path: pay, helm: ${text} }`)
const misspelt = chart('    condition: clster.enabled\n')

test.each<readonly [string, Readonly<Record<string, string>>]>([
  [
    'a parameter sets',
    {
      'argo/pay.yaml': helm('{ parameters: [{ name: cluster.enabled, value: "true" }] }'),
      'pay/Chart.yaml': chart('    condition: cluster.enabled\n'),
      'pay/values.yaml': values('  enabled: "false"\n'),
    },
  ],
  [
    'only a parameter sets',
    { 'argo/pay.yaml': helm('{ parameters: [{ name: clster.enabled, value: "false" }] }'), 'pay/Chart.yaml': misspelt },
  ],
  [
    'another Application sets',
    {
      'argo/other.yaml': helm('{ valuesObject: { clster: { enabled: false } } }')
        .replaceAll(': pay,', ': other,')
        .replace('path: other', 'path: pay'),
      'pay/Chart.yaml': misspelt,
    },
  ],
  ['values from elsewhere may set', { 'argo/pay.yaml': helm('{ valueFiles: [https://example.com/a.yaml] }'), 'pay/Chart.yaml': misspelt }],
  ['has tags beside it', { 'pay/Chart.yaml': chart('    condition: clster.enabled\n    tags: [db]\n') }],
])('a condition that %s', async (_what, files) => {
  const found = await told({ 'pay/values.yaml': values('  enabled: true\n'), ...files })
  expect(found.join('\n')).not.toContain('condition-leads')
})

const lock = (digest: string, version = '0.8.1'): string =>
  `dependencies:\n- name: cluster\n  repository: ${repository}\n  version: ${version}\ndigest: sha256:${digest}\n`
/** What `resolver.HashReq` of Helm makes of the dependency above, and of one in a range. */
const fitting = '8e433c89c189b0b7a7bfd38eb37251fd8e3fb77389e53c1e3da40825c81887d5'
const ofRange = '52162cf52f926dd0566a0ef079e20f39274d0b4fef41646e074392b13a155e15'

test.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
  ['fits', { 'pay/Chart.yaml': chart(), 'pay/Chart.lock': lock(fitting) }, []],
  ['fits a range', { 'pay/Chart.yaml': chart('', '>=0.8.0 <0.9.0'), 'pay/Chart.lock': lock(ofRange) }, []],
  [
    'is of another version',
    { 'pay/Chart.yaml': chart(), 'pay/Chart.lock': lock(fitting, '0.8.0') },
    ['pay/Chart.yaml:6 [argocd/lock-fits]'],
  ],
  [
    'is of another list',
    { 'pay/Chart.yaml': chart('    condition: cluster.enabled\n'), 'pay/Chart.lock': lock(fitting) },
    ['pay/Chart.lock:5 [argocd/lock-fits]'],
  ],
])('a Chart.lock that %s', async (_what, files, expected) => {
  expect(await told(files)).toEqual(expected)
})

test.each(['cluster', 'database'])('a Chart.lock is not read where the dependency is packed: charts/%s', async (folder) => {
  const files = {
    'pay/Chart.yaml': chart(),
    'pay/Chart.lock': lock(fitting, '0.8.0'),
    [`pay/charts/${folder}/Chart.yaml`]: 'apiVersion: v2\nname: cluster\nversion: 0.8.1\n',
  }
  expect((await told(files)).join('\n')).not.toContain('lock-fits')
})

test('a file parameter that is missing is refused where it is named', async () => {
  const more = '    helm: { fileParameters: [{ name: a, path: a.sql }] }\n'
  const own = application.replace(
    / {2}source: .*\n/,
    `  source:\n    repoURL: https://github.com/acme/infra.git\n    targetRevision: main\n    path: pay\n${more}`,
  )
  expect(await told({ 'argo/pay.yaml': own, 'pay/Chart.yaml': chart() })).toEqual(['argo/pay.yaml:11 [argocd/value-file-exists]'])
  expect(await told({ 'argo/pay.yaml': own, 'pay/Chart.yaml': chart(), 'pay/a.sql': 'a' })).not.toContain(expect.stringContaining('exists'))
})

test.each<readonly [string, readonly string[]]>([
  [repository, []],
  [repository.replace('https', 'http'), []],
  [`${repository}/`, []],
  ['"@cnpg"', []],
  ['https://charts.example.com/cnpg', []],
  ['file://../cluster', []],
  ['oci://ghcr.io/cloudnative-pg/charts', []],
  ['https://cloudnative-pg.githb.io/charts', ['pay/Chart.yaml:7 [argocd/repository-known]']],
  ['https://cloudnativepg.github.io/charts', ['pay/Chart.yaml:7 [argocd/repository-known]']],
  ['oci://ghcr.io/cloudnative-pg/chart', ['pay/Chart.yaml:7 [argocd/repository-known]']],
  ['oci://cloudnative-pg.github.io/charts', ['pay/Chart.yaml:7 [argocd/repository-scheme]']],
  ['cloudnative-pg.github.io/charts', ['pay/Chart.yaml:7 [argocd/repository-scheme]']],
  // those of plugins: helm-git, helm-s3, helm-gcs, ChartMuseum
  ['git+https://github.com/acme/charts@charts/cluster?ref=v1', []],
  ['git+ssh://git@github.com/acme/charts@charts/cluster?ref=v1', []],
  ['s3://acme-charts/stable', []],
  ['gs://acme-charts', []],
  ['cm://charts.example.com', []],
  ['hg://charts.example.com/cnpg', []],
  ['htps://charts.example.com/cnpg', ['pay/Chart.yaml:7 [argocd/repository-scheme]']],
])('its repository is %s', async (address, expected) => {
  const files = { 'pay/Chart.yaml': chart().replace(repository, address) }
  expect((await told(files)).filter((text) => text.includes('argocd/repository-'))).toEqual(expected)
})

test('an address is not looked at where the dependency is packed into the chart', async () => {
  const files = {
    'pay/Chart.yaml': chart().replace(repository, 'https://cloudnative-pg.githb.io/charts'),
    'pay/charts/cluster/Chart.yaml': 'apiVersion: v2\nname: cluster\nversion: 0.8.1\n',
  }
  expect((await told(files)).filter((text) => text.includes('argocd/repository-'))).toEqual([])
})
