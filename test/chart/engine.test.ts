// Is a repository whose chart is not modelled judged as one whose chart is?
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'
import { tinyChart } from '../support/tiny-chart.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(() => {
  repository = openRepository()
  putChart('charts/cluster')
  pin('version: 1.2.3')
  write('{}')
})
afterEach(() => repository.remove())

function putChart(folder: string, version = '1.2.3', more: Readonly<Record<string, string>> = {}): void {
  for (const [path, text] of Object.entries(tinyChart(version, more))) repository.put(`${folder}/${path}`, text)
}
function pin(...lines: readonly string[]): void {
  const settings = repository.read('apps/values.yaml')
  repository.put(
    'apps/values.yaml',
    settings.replace(/clusterChart:\n(?: {4}.*\n)+/, `clusterChart:\n${lines.map((line) => `    ${line}\n`).join('')}`),
  )
}
/** What the service says, as lines. */
const write = (...lines: readonly string[]): void => repository.put('databases/orders/values.yaml', `${lines.join('\n')}\n`)
async function mistakes(...flags: readonly string[]): Promise<string[]> {
  await repository.run('render')
  const { stdout } = await repository.run('check', '--format', 'json', ...flags)
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { severity: string; file: string; line: number; message: string; rule: string }[]
  }
  return diagnostics
    .filter(({ severity, rule }) => severity === 'error' && !rule.startsWith('emit/'))
    .map(({ file, line, message, rule }) => `${file}:${line}: ${message} [${rule}]`)
}

test('a chart in the repository is rendered, and what it makes is fine', async () => {
  expect(await mistakes()).toEqual([])
  expect((await repository.run('check')).stderr).toContain('2 databases checked')
})

test('each mistake is told once, at the line that made it', async () => {
  write(
    'cluster:',
    '  storge:',
    '    size: 1Gi',
    '  instances: "two"',
    '  resources:',
    '    requests:',
    '      memory: 1Gigabyte',
    '  parameters:',
    '    shared_buffers: lots',
    'postgresql: 17',
  )
  expect(await mistakes()).toEqual([
    'databases/orders/values.yaml:2: unknown key `storge` in `cluster` [values/known-keys]',
    'databases/orders/values.yaml:4: cluster.instances is text ("two"), but the chart takes a whole number [values/chart-schema]',
    expect.stringMatching(/^databases\/orders\/values\.yaml:7: cluster\.resources\.requests\.memory is .*1Gigabyte/),
    expect.stringMatching(/^databases\/orders\/values\.yaml:9: cluster\.parameters\.shared_buffers is "lots"/),
    'databases/orders/values.yaml:10: unknown key `postgresql` [values/known-keys]',
  ])
})

test('what the chart itself refuses is told at the value that it asks for, with the place in the chart', async () => {
  write('superuser:', '  name: x')
  expect(await mistakes()).toEqual(['databases/orders/values.yaml:2: unknown key `name` in `superuser` [values/known-keys]'])
  write('superuser:', '  secret: ""')
  expect(await mistakes()).toEqual([
    'databases/orders/values.yaml:2: superuser.secret is needed (charts/cluster/templates/cluster.yaml:24) [chart/refuses]',
  ])
})

test('a word that the chart refuses is told beside an unknown key, what may follow from the key is not', async () => {
  const mode = '{{ if and .Values.strict (ne .Values.mode "standalone") (ne .Values.mode "replica") }}{{ fail "Invalid mode!" }}{{ end }}\n'
  putChart('charts/cluster', '1.2.3', { 'templates/mode.yaml': mode })
  write('mode: standalon', 'strict: true', 'cluster:', '  storge: x')
  expect(await mistakes()).toEqual([
    expect.stringMatching(/^databases\/orders\/values\.yaml:1: Invalid mode! .*\[chart\/refuses\]$/),
    'databases/orders/values.yaml:4: unknown key `storge` in `cluster` [values/known-keys]',
  ])
  write('superuser:', '  secrt: x')
  expect(await mistakes()).toEqual(['databases/orders/values.yaml:2: unknown key `secrt` in `superuser` [values/known-keys]'])
})

test('a value that the chart refuses is told beside another mistake', async () => {
  putChart('charts/cluster', '1.2.3', { 'templates/old.yaml': '{{ if .Values.pooler }}{{ fail "pooler is deprecated" }}{{ end }}\n' })
  write('pooler:', '  enabled: true', 'clustr: {}')
  expect(await mistakes()).toEqual([
    expect.stringMatching(/^databases\/orders\/values\.yaml:1: pooler is deprecated .*\[chart\/refuses\]$/),
    'databases/orders/values.yaml:3: unknown key `clustr` [values/known-keys]',
  ])
})

test('explain says nothing of the modelled chart about another one', async () => {
  const said = async (path: string): Promise<string> => (await repository.run('explain', 'orders/prd', path)).stdout
  pin('version: 0.8.1')
  expect(await said('cluster.instances')).toContain('Number of PostgreSQL instances')
  expect(await said('cluster.affinity')).toContain('Where pods may run')
  pin('version: 1.2.3')
  expect(await said('cluster.instances')).not.toContain('Number of PostgreSQL instances')
  expect(await said('cluster.affinity')).toBe('')
})

test('a value that breaks the printed YAML is told where it was written', async () => {
  write('cluster:', '  storage:', '    storageClass: "a: b"')
  expect(await mistakes()).toEqual([
    expect.stringMatching(
      /^databases\/orders\/values\.yaml:3: cluster\.storage\.storageClass is `a: b`, but then charts\/cluster\/templates\/cluster\.yaml prints no YAML: .* \[chart\/printed-yaml\]$/,
    ),
  ])
})

test('a broken chart is told once, at its pin', async () => {
  repository.put('charts/cluster/templates/broken.yaml', '{{ if }}')
  expect(await mistakes()).toEqual([
    expect.stringMatching(/^apps\/values\.yaml:\d+: .*\(charts\/cluster\/templates\/broken\.yaml:1\) \[chart\/usable\]$/),
  ])
})

test('a chart that is not there is told once, at its pin', async () => {
  rmSync(join(repository.root, 'charts'), { recursive: true })
  expect(await mistakes()).toEqual([
    expect.stringMatching(/^apps\/values\.yaml:\d+: chart cluster 1\.2\.3 is neither .* \[chart\/available\]$/),
  ])
  putChart('vendor/cluster')
  expect(await mistakes('--charts', 'vendor')).toEqual([])
  const settings = repository.read('apps/values.yaml')
  repository.put('apps/values.yaml', settings.replace('postgres:\n', 'postgres:\n  charts: [vendor]\n'))
  expect(await mistakes()).toEqual([])
})

test('a mirror of the modelled chart is rendered from its files', async () => {
  pin('version: 0.8.1', 'repository: oci://registry.example.com/charts')
  expect(await mistakes()).toEqual([expect.stringContaining('charts/cluster holds chart cluster 1.2.3, but cluster 0.8.1 is pinned')])
  putChart('charts/cluster', '0.8.1')
  write('cluster:', '  initdb: {}')
  expect(await mistakes()).toEqual(['databases/orders/values.yaml:2: unknown key `initdb` in `cluster` [values/known-keys]'])
})

test('two environments may have a chart each, and a key is unknown to the one that does not read it', async () => {
  const settings = repository.read('apps/values.yaml')
  repository.put(
    'apps/values.yaml',
    settings.replace('namespace: "{service}-dev"', 'namespace: "{service}-dev"\n      clusterChart:\n        version: 0.8.1'),
  )
  write('cluster:', '  roles: []')
  const { stdout } = await repository.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { message: string; databases: string[] }[] }
  expect(diagnostics.map(({ message, databases }) => [message, databases])).toEqual([['unknown key `roles` in `cluster`', ['orders/prd']]])
})

test('a change is compared, by the chart that the base has', async () => {
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-C', repository.root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { stdio: 'ignore' })
  }
  write('cluster:', '  storage:', '    size: 20Gi')
  await repository.run('render')
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'first')
  write('cluster:', '  storage:', '    size: 10Gi')
  expect(await mistakes('--base', 'main')).toEqual([
    expect.stringMatching(/^databases\/orders\/values\.yaml:3: .*20Gi.*10Gi|^databases\/orders\/values\.yaml:3: .*shrink/),
  ])
  write('cluster:', '  storage:', '    size: 20Gi')
  const template = repository.read('charts/cluster/templates/cluster.yaml')
  repository.put('charts/cluster/templates/cluster.yaml', template.replace('size: {{ .Values.cluster.storage.size }}', 'size: 5Gi'))
  expect(await mistakes('--base', 'main')).toEqual([expect.stringMatching(/shrink|20Gi/)])
  git('add', '-A')
  expect(await mistakes('--staged')).toEqual([expect.stringMatching(/shrink|20Gi/)])
})

test('explain names the file of the chart for a default', async () => {
  const { stdout } = await repository.run('explain', 'orders/prd', 'version.postgresql')
  expect(stdout).toContain('default of charts/cluster')
})

test('a key that another release of the chart reads is told with that release', async () => {
  putChart('charts/cluster', '0.3.1')
  repository.put('charts/cluster/templates/more.yaml', '# {{ (.Values.cluster.monitoring).enabled }}{{ (.Values.recovery).method }}')
  pin('version: 0.3.1')
  write('databases: []', 'cluster:', '  monitoring:', '    instrumentation: {}', 'recovery:', '  serverName: a')
  const { stdout } = await repository.run('check')
  expect(stdout).toContain('help: chart cluster 0.3.1 has no `databases`; 0.4.0 has: raise clusterChart.version, or remove it')
  expect(stdout).toContain(
    'help: chart cluster 0.3.1 has no `cluster.monitoring.instrumentation`; 0.6.0 has: raise clusterChart.version, or',
  )
  expect(stdout).toContain('help: chart cluster 0.0.5 was the last to read `recovery.serverName`; remove it')
})

/** Compares the words that each release of the official chart compares. */
const choices = `{{ if eq .Values.mode "standalone" }}{{ else if eq .Values.mode "recovery" }}{{ end }}
{{ if eq .Values.backups.provider "s3" }}{{ else if eq .Values.backups.provider "azure" }}{{ else if eq .Values.backups.provider "google" }}{{ end }}
`

test('a word that no template of the official chart knows is told, and what it would lead to is not', async () => {
  const pooler = `{{ range .Values.poolers }}
---
apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata: { name: {{ $.Values.fullnameOverride }}-{{ .name }} }
spec: { cluster: { name: {{ $.Values.fullnameOverride }} }, type: rw, pgbouncer: {} }
{{ end }}`
  const values = `${tinyChart('1.2.3')['values.yaml']}mode: standalone\nbackups: { enabled: true, provider: s3 }\npoolers: []\n`
  putChart('charts/cluster', '1.2.3', { 'templates/choices.yaml': choices, 'templates/pooler.yaml': pooler, 'values.yaml': values })
  write('mode: replica', 'backups:', '  provider: s4')
  expect(await mistakes()).toEqual([
    'databases/orders/values.yaml:1: mode is `replica`, but must be one of recovery, standalone [values/known-choice]',
    'databases/orders/values.yaml:3: backups.provider is `s4`, but must be one of azure, google, s3 [values/known-choice]',
  ])
  // a name that begins with the Cluster's is blamed on its own part
  write('poolers:', '  - name: r w')
  expect(await mistakes()).toEqual([
    expect.stringMatching(/^databases\/orders\/values\.yaml:2: poolers\[0\]\.name is .* \[schema\/metadata\]$/),
  ])
})

test('what follows from a misspelt key is not told beside it', async () => {
  const keys = `{{ if gt (omit .Values.cluster.postgresql "parameters" "pg_hba" | keys | len) 0 }}{{ fail "cluster.postgresql is deprecated" }}{{ end }}`
  const values = `${tinyChart('1.2.3')['values.yaml']}  postgresql: { parameters: {} }\nmode: standalone\nbackups: { enabled: false, provider: s3 }\npoolers: []\n`
  const pooler = '# {{ range .Values.poolers }}{{ .name }}{{ end }}{{ .Values.cluster.postgresql.parameters }}\n'
  putChart('charts/cluster', '1.2.3', { 'templates/choices.yaml': choices + keys + pooler, 'values.yaml': values })
  write('poolers:', '  - namex: a')
  expect(await mistakes()).toEqual(['databases/orders/values.yaml:2: unknown key `namex` in `poolers[0]` [values/known-keys]'])
  write('cluster:', '  postgresql:', '    paameters: {}')
  const { stdout } = await repository.run('check')
  expect(stdout).toContain('databases/orders/values.yaml:3:5: error: cluster.postgresql is deprecated')
  expect(stdout).toContain('help: did you mean `parameters`?')
})

test('a help names no value that the pinned release does not read', async () => {
  const store = `{{ with .Values.backups }}
  backup:
    barmanObjectStore:
      destinationPath: {{ .destinationPath }}
      endpointURL: {{ .endpointURL }}
      s3Credentials: { inheritFromIAMRole: true }
{{ end }}`
  const cluster = `${tinyChart('0.3.1')['templates/cluster.yaml']}${store}`
  putChart('charts/cluster', '0.3.1', { 'templates/cluster.yaml': cluster })
  pin('version: 0.3.1')
  write('backups:', '  destinationPath: s3://bucket/', '  endpointURL: https://s3.gra.io.cloud.ovh.net')
  const { stdout } = await repository.run('check')
  expect(stdout).toMatch(/AWS_REQUEST_CHECKSUM_CALCULATION.* to cluster\.env \(from chart 0\.4\.0 on; 0\.3\.1 has none\)/)
})

test('a map whose keys are at the wrong level is told once, with the places where they would be read', async () => {
  write('cluster:', '  cluster:', '    instances: 3', '    storage:', '      size: 1Gi', 'postgres:', '  version:', '    postgresql: "16"')
  const { stdout } = await repository.run('check')
  expect(await mistakes()).toEqual([
    'databases/orders/values.yaml:2: unknown key `cluster` in `cluster` [values/known-keys]',
    'databases/orders/values.yaml:6: unknown key `postgres` [values/known-keys]',
  ])
  expect(stdout).toContain('help: the chart reads `cluster.instances` or `cluster.storage`')
  expect(stdout).toContain('help: the chart reads `version`')
})

test('a key whose name several unrelated maps have is sent to none of them', async () => {
  putChart('charts/cluster', '1.2.3', {
    'templates/names.yaml':
      '{{- if or (.Values.replica.source).name (.Values.replica.secret).name (.Values.cluster.secret).name }}{{ end }}',
    'values.yaml': `${tinyChart('1.2.3')['values.yaml']}replica:\n  source: x\n`,
  })
  write('replica:', '  name: x')
  expect((await repository.run('check')).stdout).toMatch(/unknown key `name` in `replica`[^]*?help: no template reads it/)
})

test('a map beside the maps that are read is reported once, and its keys are not sent to where they are already', async () => {
  putChart('charts/cluster', '1.2.3', {
    'templates/ingress.yaml': '{{- if or .Values.ingress.public.size .Values.ingress.private.size }}{{ end }}',
  })
  write('ingress:', '  public: { size: a }', '  private: { size: b }', '  todo:', '    public: { size: c }', '    admin: { size: d }')
  const { stdout } = await repository.run('check')
  expect(stdout).toMatch(/unknown key `todo` in `ingress`/)
  expect(stdout).not.toContain('`ingress.todo`')
})

test('of an umbrella chart a key without the prefix of its subchart is told with it', async () => {
  const umbrella = {
    'Chart.yaml':
      'apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n  - name: cluster\n    version: 1.2.3\n    repository: https://x.example.com\n',
  }
  for (const [path, text] of Object.entries(umbrella)) repository.put(`charts/umbrella/${path}`, text)
  putChart('charts/umbrella/charts/cluster')
  pin('name: umbrella', 'version: 1.0.0')
  for (const environment of ['dev', 'prd'])
    repository.put(`helm-values/data/postgres-${environment}-defaults.yaml`, 'cluster:\n  cluster:\n    instances: 3\n')
  write('version:', '  postgresql: "16"')
  const { stdout } = await repository.run('check')
  expect(stdout).toContain('databases/orders/values.yaml:1:1: error: unknown key `version`')
  expect(stdout).toContain('help: the chart reads `cluster.version`')
})

test('a word with another dash or case than the one that templates compare is told, and a near one where the chart refuses', async () => {
  putChart('charts/cluster', '1.2.3', {
    'templates/mode.yaml':
      '{{- if eq .Values.mode "object_store" }}{{ else if eq .Values.mode "standalone" }}{{ else if .Values.strict }}{{ fail (printf "mode is %s" .Values.mode) }}{{ end }}',
    'values.yaml': `${tinyChart('1.2.3')['values.yaml']}mode: standalone\nstrict: false\n`,
  })
  write('mode: Object-Store')
  const { stdout } = await repository.run('check')
  expect(stdout).toContain('values.yaml:1:7: error: mode is `Object-Store`, but the chart compares it with `object_store`, `standalone`')
  write('mode: other')
  expect(await mistakes()).toEqual([])
  write('mode: standalon', 'strict: true')
  const refused = await repository.run('check')
  expect(refused.stdout).toContain('values.yaml:1:7: error: mode is standalon (charts/cluster/templates/mode.yaml:1)')
  expect(refused.stdout).toContain('help: did you mean `standalone`?')
})
