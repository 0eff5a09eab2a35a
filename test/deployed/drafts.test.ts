// Is the template of a set judged by itself where only the cluster knows its elements, and nothing said that hangs on them?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => (opened?.remove(), (opened = undefined)))

interface Parts {
  readonly files?: readonly string[]
  readonly values?: string
  readonly generators?: string
  readonly more?: string
}

const indented = (text: string, by: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(by))

const setOf = ({ files = [], values = '', generators = '- clusters: {}', more = '' }: Parts): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
${more}  generators:
${indented(generators, 4)}
  template:
    metadata: { name: 'db-{{ .name }}' }
    spec:
      project: default
      destination: { server: '{{ .server }}', namespace: 'db-{{ .name }}' }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            valueFiles: ${JSON.stringify(files)}
            values: |
${indented(values, 14)}
        - { repoURL: ${url}, targetRevision: main, ref: here }
`
const common = 'cluster:\n  enablePDB: false\n  storage:\n    size: 10Gi\n'

/** What is said besides the note that the set is judged in part: `file:line rule`. */
async function said(parts: Parts, text = common): Promise<string[]> {
  opened?.remove()
  opened = openFiles({ 'argocd/set.yaml': setOf(parts), 'values/common.yaml': text }, url)
  const { stdout } = await opened.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly rule: string; readonly file: string; readonly line: number; readonly message: string }[]
  }
  const [note, ...others] = diagnostics.toSorted(
    (a, b) => Number(b.rule === 'argocd/not-computed') - Number(a.rule === 'argocd/not-computed'),
  )
  expect(note?.message).toMatch(/^dbs is (?:judged in part|not judged): what its generator `clusters` finds is only known to the cluster$/)
  return others.map(({ file, line, rule }) => `${file}:${line} ${rule}`)
}

const here = ['$here/values/common.yaml']

describe('a set whose elements only the cluster knows', () => {
  test('says nothing more where its template is right, whatever a placeholder may be', async () => {
    const values = `cluster:
  instances: {{ .values.instances }}
  logLevel: {{ .values.level | default "info" }}
  postgresql:
    parameters:
      work_mem: {{ .values.mem }}
      max_connections: "{{ .values.connections }}"
backups:
  enabled: {{ .values.backups }}
  endpointURL: "https://s3.{{ .values.region }}.example.com"
  retentionPolicy: "{{ .values.days }}d"
fullnameOverride: '{{ .name }}-db'
`
    expect(await said({ files: here, values })).toEqual([])
  })
  test('hears of each mistake that hangs on none', async () => {
    const values = `cluster:
  instances: {{ .values.instances }}
  storge: { size: 1Gi }
  primaryUpdateMethd: {{ .values.method }}
  postgresql:
    parameters:
      max_connections: many
      work_mem: {{ .values.mem }}
backups:
  enabled: {{ .values.backups }}
`
    const text = `${common}  imageNmae: x\n  initdb:\n    postInitSQL: [SELEC 1]\n`
    expect(await said({ files: here, values }, text)).toEqual([
      'argocd/set.yaml:23 values/known-keys',
      'argocd/set.yaml:24 values/known-keys',
      'argocd/set.yaml:27 postgres/parameter-value',
      'values/common.yaml:5 values/known-keys',
      'values/common.yaml:7 postgres/sql-syntax',
    ])
  })
  test('with a list around it, too', async () => {
    const generators = '- matrix:\n    generators:\n      - list: { elements: [{ tier: small }] }\n      - clusters: {}'
    expect(await said({ files: here, generators, values: 'cluster:\n  instnces: 2\n' })).toEqual(['argocd/set.yaml:25 values/known-keys'])
  })
  test('has values that nobody knows: what another value may put right is not said', async () => {
    const files = [...here, '$here/values/{{ .name }}.yaml']
    const values =
      'cluster:\n  instnces: 2\n  instances: two\n  postgresql: { parameters: { shared_buffers: 8GB } }\n  resources: { limits: { memory: 1Gi } }\n'
    expect(await said({ files, values })).toEqual(['argocd/set.yaml:22 values/known-keys', 'argocd/set.yaml:23 values/chart-schema'])
    expect(await said({ files: ['$here/values/{{ .name }}.yaml'], values: '' })).toEqual([])
  })
  test.each([
    ['values that are a program', { values: 'cluster:\n  {{- if .values.big }}\n  instnces: 3\n  {{- end }}\n' }],
    ['values that are put together', { values: 'cluster:\n  {{- toYaml .values.cluster | nindent 2 }}\n  instnces: 3\n' }],
    [
      'a patch of its sources',
      { values: 'cluster:\n  instnces: 3\n', more: '  templatePatch: |\n    spec: { source: { helm: { values: "{}" } } }\n' },
    ],
    [
      'a template of a generator',
      {
        values: 'cluster:\n  instnces: 3\n',
        generators:
          '- clusters:\n    template:\n      metadata: { name: x }\n      spec: { project: default, destination: {}, source: { repoURL: x, chart: cluster, targetRevision: 0.8.1, helm: { values: "{}" } } }',
      },
    ],
  ] as const)('is not judged by %s', async (_, parts) => {
    expect(await said({ files: here, ...parts })).toEqual([])
  })
  test('keeps its mistakes out of checks of others, and of changes of others', async () => {
    const other = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: other, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: other }
  source: { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1, helm: { values: "cluster: { instances: 3 }" } }
`
    await said({ files: here, values: 'cluster:\n  instnces: 1\n' })
    opened?.put('argocd/other.yaml', other)
    opened?.git('add', '-A')
    opened?.git('commit', '-qm', 'both')
    expect(await opened?.told('other')).toEqual([expect.stringContaining('argocd/not-computed')])
    opened?.put('argocd/other.yaml', other.replace('instances: 3', 'instances: 2'))
    const changed = async (): Promise<string> => (await opened?.told('--base', 'HEAD', '--changed'))?.join('\n') ?? ''
    expect(await changed()).not.toContain('instnces')
    opened?.put('values/common.yaml', `${common}  instances: 3\n`)
    expect(await changed()).toContain('instnces')
  })
  test('pins a chart that can be pulled', async () => {
    await said({ files: here, values: 'cluster:\n  instances: 1\n' })
    opened?.put('argocd/set.yaml', setOf({ files: here }).replace('0.8.1', '0.6.0'))
    const { stdout } = await (opened as NonNullable<typeof opened>).run('charts', 'pull', '--dry-run')
    expect(stdout).toContain('would pull cluster 0.6.0 from https://cloudnative-pg.github.io/charts')
    opened?.put('argocd/set.yaml', setOf({ files: here }).replace('0.8.1', "'{{ .version }}'"))
    expect((await (opened as NonNullable<typeof opened>).run('charts', 'pull', '--dry-run')).code).toBe(2)
  })
  test('is in no list and no plan', async () => {
    await said({ files: here, values: 'cluster:\n  instances: 1\n' })
    const { stdout, stderr } = await (opened as NonNullable<typeof opened>).run('list')
    expect(stdout).toBe('')
    expect(stderr).toContain('dbs is not listed')
  })
  test('names its Clusters by one line of its values: no other edit renames them', async () => {
    const values = "# fullnameOverride: the old way\nfullnameOverride: 'db-{{ .name }}'\ncluster:\n  instances: 1\n"
    await said({ files: here, values })
    const edited = async (from: string, to: string): Promise<string[]> => {
      opened?.put('argocd/set.yaml', setOf({ files: here, values: values.replace(from, to) }))
      return ((await opened?.told('--base', 'HEAD')) ?? []).filter((one) => one.includes('changes/'))
    }
    expect(await edited('instances: 1', 'instances: 2')).toEqual([])
    expect(await edited('the old way', 'as before')).toEqual([])
    expect(await edited("'db-{{ .name }}'", "'{{ .name }}-db'")).toEqual([expect.stringContaining('changes/cluster-name-stays')])
  })
})

describe('such a set of a path', () => {
  const cluster =
    'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: db }\nspec:\n  instances: 1\n  enablePDB: false\n  storage: { size: 1Gi }\n'
  const withPath = (path: string): string =>
    setOf({}).replace(/ {6}sources:[^]*/, `      source: { repoURL: ${url}, path: '${path}', targetRevision: main }\n`)
  async function told(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    opened = openFiles(files, url)
    return opened.told()
  }
  const note = expect.stringContaining('what its generator `clusters` finds is only known to the cluster [argocd/not-computed]') as string

  test('is named where a patch makes of its manifests what is not known', async () => {
    const patched = `${withPath('dbs/a')}  templatePatch: |\n    spec: { source: { kustomize: { namePrefix: '{{ .name }}-' } } }\n`
    expect(
      await told({ 'argocd/set.yaml': patched, 'dbs/a/c.yaml': cluster, 'dbs/a/kustomization.yaml': 'resources: [c.yaml]\n' }),
    ).toEqual([note])
  })
  test('is judged where it holds manifests', async () => {
    expect(await told({ 'argocd/set.yaml': withPath('dbs/a'), 'dbs/a/c.yaml': cluster })).toEqual([note])
    opened?.remove()
    const wrong = cluster.replace('instances', 'instnces')
    expect(await told({ 'argocd/set.yaml': withPath('dbs/a'), 'dbs/a/c.yaml': wrong })).toEqual([
      note,
      expect.stringMatching(/^dbs\/a\/c\.yaml:5: .*instnces/) as string,
    ])
  })
  test('is judged where it is an umbrella chart', async () => {
    const chart = 'apiVersion: v2\nname: own\nversion: 1.0.0\ndependencies: [{ name: cluster, version: 0.8.1, repository: "" }]\n'
    const inner = {
      'own/charts/cluster/Chart.yaml': 'apiVersion: v2\nname: cluster\nversion: 0.8.1\n',
      'own/charts/cluster/values.yaml': 'cluster: { size: 1Gi }\n',
      'own/charts/cluster/templates/c.yaml': cluster
        .replace('{ name: db }', '{ name: {{ .Release.Name }} }')
        .replace('1Gi', '{{ .Values.cluster.size }}'),
    }
    const own = { 'argocd/set.yaml': withPath('own'), 'own/Chart.yaml': chart, ...inner }
    expect(await told({ ...own, 'own/values.yaml': 'cluster: { cluster: { size: 2Gi } }\n' })).toEqual([note])
    opened?.remove()
    expect(await told({ ...own, 'own/values.yaml': 'cluster: { cluster: { sise: 2Gi } }\n' })).toEqual([
      note,
      expect.stringMatching(/^own\/values\.yaml:1: .*sise/) as string,
    ])
  })
  test('is said to be not judged where the path hangs on a placeholder, and its Clusters to be deployed by nobody are not', async () => {
    expect(await told({ 'argocd/set.yaml': withPath('dbs/{{ .name }}'), 'dbs/a/c.yaml': cluster })).toEqual([note])
  })
  test('knows the patterns of policies', async () => {
    const settings = 'policies:\n  "db-*": { policy/drainable: off }\n'
    const values = setOf({ files: here, values: 'cluster:\n  instances: 1\n  enablePDB: true\n' })
    expect(
      await told({
        'argocd/set.yaml': values,
        'values/common.yaml': 'cluster: { storage: { size: 1Gi } }\n',
        'cnpg-values.yaml': settings,
      }),
    ).toEqual([note])
  })
})

test.each([
  ['bob:hunter2pw@github.com/acme/other.git', 'github.com/acme/other.git'],
  ['https://bob:hun@ter2pw@github.com/acme/other.git', 'https://github.com/acme/other.git'],
  ['https://ghp_hunter2pw@github.com/acme/other.git', 'https://github.com/acme/other.git'],
  ['git@github.com:acme/other.git', 'git@github.com:acme/other.git'],
])('the address %s is shown without a password', async (address, shown) => {
  const generators = `- git: { repoURL: "${address}", revision: main, files: [{ path: "*.yaml" }] }`
  opened = openFiles({ 'argocd/set.yaml': setOf({ generators }) }, url)
  const { stdout, stderr } = await opened.run('check')
  expect(`${stdout}${stderr}`).not.toContain('ter2pw')
  expect(stdout).toContain(`its git generator reads ${shown}, which is not checked out here`)
})

describe('an Application with a value file in a repository that is not checked out', () => {
  const application = (values: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: far, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: pg }
  sources:
    - repoURL: https://cloudnative-pg.github.io/charts
      chart: cluster
      targetRevision: 0.8.1
      helm:
        valueFiles: [$v/x.yaml]
        valuesObject: ${values}
    - { repoURL: https://github.com/acme/elsewhere, targetRevision: main, ref: v }
`
  const found = async (values: string): Promise<readonly string[]> => {
    opened = openFiles({ 'apps/far.yaml': application(values) }, url)
    return opened.told()
  }
  const part =
    'apps/far.yaml:12: far is judged in part: far: $v/x.yaml is in https://github.com/acme/elsewhere, which is not checked out here [argocd/not-computed]'
  test('hears of the keys and types of its own values', async () => {
    expect(await found('{ clustr: {}, cluster: { walStorge: {}, instances: three } }')).toEqual([
      part,
      'apps/far.yaml:13: unknown key `clustr` [values/known-keys]',
      expect.stringContaining('unknown key `walStorge` in `cluster`'),
      expect.stringContaining('cluster.instances is text ("three"), but the chart takes a whole number'),
    ])
  })
  test('hears nothing of what the file may add or lower', async () => {
    const values =
      '{ backups: { provider: s3, s3: { bucket: b }, scheduledBackups: [{ name: x }] }, cluster: { instances: 1, postgresql: { parameters: { max_connections: "5" } } } }'
    expect(await found(values)).toEqual([part])
  })
})
