// Does `upgrade` report what breaks, what changes and what restarts with other pins?
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'
import { tinyChart } from '../support/tiny-chart.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-upgrade-'))
let root = ''
let count = 0
afterAll(() => rmSync(temporary, { recursive: true }))
beforeEach(() => {
  root = join(temporary, String(count++))
  cpSync(join(repository, 'test/projects/base'), root, { recursive: true })
})

const put = (path: string, text: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

async function upgrade(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(['upgrade', ...argv], {
    cwd: root,
    color: false,
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
  })
  return { code, stdout, stderr }
}

interface Report {
  readonly summary: { databases: number; breaking: number }
  readonly pins: readonly { pin: string; from: string[]; to: string; downgrade: boolean }[]
  readonly databases: readonly {
    id: string
    verdict: string
    effect: string
    changes: readonly { object: string; path: string; before: unknown; after: unknown }[]
    values: readonly { path: string }[]
  }[]
  readonly diagnostics: readonly { rule: string; file: string; line: number; databases: string[] }[]
  readonly notes: readonly { text: string; databases: string[] }[]
}

async function reportOf(...argv: string[]): Promise<Report & { code: number }> {
  const { code, stdout } = await upgrade('--format', 'json', ...argv)
  return { ...(JSON.parse(stdout) as Report), code }
}
const texts = (notes: Report['notes']) => notes.map(({ text }) => text).join('\n')

describe('usage', () => {
  test.each([
    [[], 'nothing to upgrade'],
    [['--operator', '1.30'], 'must be an exact version'],
    [['--postgres', '18.1'], 'must be a major version'],
    [['--format', 'xml', '--operator', '1.30.0'], 'must be one of json, pretty'],
    [['--operator', '1.30.0', 'ordrs'], 'did you mean `orders`?'],
  ])('%j is wrong usage', async (argv, part) => {
    const { code, stdout, stderr } = await upgrade(...argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(part)
  })
  test('only a named database is checked', async () => {
    expect((await reportOf('--operator', '1.30.0', 'orders/prd')).databases.map(({ id }) => id)).toEqual(['orders/prd'])
  })
})

describe('another operator', () => {
  test('rolls every database, breaks none, and writes nothing', async () => {
    const before = readFileSync(join(root, 'apps/values.yaml'), 'utf8')
    const { code, databases, pins } = await reportOf('--operator', '1.30.0')
    expect(code).toBe(0)
    expect(pins).toEqual([{ pin: 'operator', from: ['1.27.1'], to: '1.30.0', downgrade: false }])
    expect(databases).toMatchObject([
      { id: 'orders/dev', verdict: 'changes', effect: 'restart' },
      { id: 'orders/prd', verdict: 'changes', effect: 'rolling update with switchover' },
    ])
    expect(readFileSync(join(root, 'apps/values.yaml'), 'utf8')).toBe(before)
  })
  test('replaces only its program where in-place updates are on', async () => {
    put('helm-values/core/cloudnative-pg.yaml', 'config:\n  data:\n    ENABLE_INSTANCE_MANAGER_INPLACE_UPDATES: "true"\n')
    const { databases } = await reportOf('--operator', '1.30.0')
    expect(databases.map(({ verdict, effect }) => [verdict, effect])).toEqual([
      ['unchanged', 'nothing'],
      ['unchanged', 'nothing'],
    ])
  })
  test('breaks what only it refuses, reported once at the line that both databases share', async () => {
    put('databases/orders/values.yaml', 'cluster:\n  storage:\n    size: 10Gi\n  postgresql:\n    parameters:\n      "odd name": "1"\n')
    const { code, databases, diagnostics } = await reportOf('--operator', '1.30.0')
    expect(code).toBe(1)
    expect(databases.map(({ verdict }) => verdict)).toEqual(['breaks', 'breaks'])
    expect(diagnostics).toMatchObject([{ file: 'databases/orders/values.yaml', line: 6, databases: ['orders/dev', 'orders/prd'] }])
  })
  test('1.31 breaks backups that go through the operator itself', async () => {
    put(
      'helm-values/data/postgres-prd-defaults.yaml',
      readFileSync(join(repository, 'helm-values/data/postgres-prd-defaults.yaml'), 'utf8'),
    )
    const next = await reportOf('--operator', '1.31.0')
    expect(next.diagnostics.map(({ rule }) => rule)).toContain('upgrade/in-tree-store')
    expect(texts(next.notes)).toContain('1.31.0 is not known here: objects are checked as by 1.30.0')
    expect(texts((await reportOf('--operator', '1.30.0')).notes)).toContain('their removal is announced for 1.31.0')
  })
  test('a lower one is a downgrade', async () => {
    put('apps/values.yaml', readFileSync(join(root, 'apps/values.yaml'), 'utf8').replace('1.27.1', '1.30.0'))
    const { pins, notes } = await reportOf('--operator', '1.28.4')
    expect(pins[0]?.downgrade).toBe(true)
    expect(texts(notes)).toContain('is a downgrade')
  })
})

describe('another PostgreSQL', () => {
  test('changes the image and upgrades in place', async () => {
    const { code, databases } = await reportOf('--postgres', '18')
    expect(code).toBe(0)
    expect(databases[0]).toMatchObject({ verdict: 'changes', effect: 'major upgrade' })
    expect(databases[0]?.changes).toContainEqual({
      object: 'Cluster/orders-db-dev',
      path: 'spec.imageName',
      before: 'ghcr.io/cloudnative-pg/postgresql:16',
      after: 'ghcr.io/cloudnative-pg/postgresql:18',
    })
  })
  test('a lower major is refused by the operator', async () => {
    expect(await reportOf('--postgres', '15')).toMatchObject({ code: 1, diagnostics: [{ rule: 'changes/no-major-downgrade' }] })
  })
  test.each([
    ['old_snapshot_threshold: "1h"', 17, 1],
    ['old_snapshot_threshold: "1h"', 16, 0],
    ['work_mem: "8MB"', 18, 0],
  ])('parameter %s with %d', async (parameter, major, code) => {
    put(
      'databases/orders/values.yaml',
      `cluster:\n  storage:\n    size: 10Gi\n  postgresql:\n    parameters:\n      ${parameter}\nversion:\n  postgresql: "16"\n`,
    )
    const { diagnostics, code: got } = await reportOf('--postgres', String(major))
    expect(got).toBe(code)
    expect(diagnostics.map(({ rule, line }) => [rule, line])).toEqual(code === 0 ? [] : [['upgrade/parameter-exists', 6]])
  })
  test('a catalog in the values must have the major', async () => {
    put(
      'databases/orders/values.yaml',
      'cluster:\n  storage:\n    size: 10Gi\nimageCatalog:\n  create: true\n  images:\n    - image: ghcr.io/cloudnative-pg/postgresql:16.9\n      major: 16\n',
    )
    expect((await reportOf('--postgres', '17')).diagnostics.map(({ rule }) => rule)).toEqual(['policy/catalog-has-major'])
  })
  test('a hand-written image keeps its suffix and loses its digest', async () => {
    put(
      'databases/orders/values.yaml',
      `cluster:\n  storage:\n    size: 10Gi\n  imageName: reg.example.com:5000/pg:16.4-mine@sha256:${'a'.repeat(64)}\n`,
    )
    const { databases } = await reportOf('--postgres', '17', 'orders/dev')
    expect(databases[0]?.changes.find(({ path }) => path === 'spec.imageName')?.after).toBe('reg.example.com:5000/pg:17-mine')
  })
})

describe('another Argo CD or chart', () => {
  test('Helm 4.2 keeps a null of ours that Helm 3.19 drops', async () => {
    put('databases/orders/values.yaml', 'cluster:\n  storage:\n    size: 10Gi\n  resources:\n    limits: null\n')
    const { pins, notes, databases } = await reportOf('--argocd', 'v3.4.0')
    expect(pins[0]).toMatchObject({ from: ['3.5.1'], to: '3.4.0', downgrade: true })
    expect(databases[0]?.values).toEqual([{ object: 'values', path: 'cluster.resources.limits', before: 'null', after: null }])
    expect(texts(notes)).toContain('Helm 3.17 to 3.19')
  })
  test('an older chart does not read what only newer ones have', async () => {
    put('databases/orders/values.yaml', 'cluster:\n  storage:\n    size: 10Gi\n  stopDelay: 60\n')
    const { code, diagnostics, notes } = await reportOf('--chart', '0.7.0')
    expect(code).toBe(1)
    expect(diagnostics).toMatchObject([{ rule: 'upgrade/chart-reads', line: 4, databases: ['orders/dev', 'orders/prd'] }])
    expect(texts(notes)).toContain('chart cluster 0.7.0 is not here')
  })
  test.each(['0.9.0', '0.7.0', '0.6.1'])('of chart %s, which is not here, nothing is promised', async (chart) => {
    const { code, databases, notes } = await reportOf('--chart', chart)
    expect(code).toBe(1)
    expect(new Set(databases.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
    expect(texts(notes)).toContain('could not be compared')
  })
  test('an Argo CD that check would refuse breaks every database', async () => {
    const { code, databases, diagnostics } = await reportOf('--argocd', '2.13.0')
    expect(code).toBe(1)
    expect(new Set(databases.map(({ verdict }) => verdict))).toEqual(new Set(['breaks']))
    expect(diagnostics).toMatchObject([{ rule: 'argocd/version-new-enough', file: 'apps/values.yaml', line: 3 }])
    expect((await upgrade('--argocd', '2.14.0')).code).toBe(0)
  })
  test('an Argo CD that is already refused today breaks nothing more', async () => {
    put('apps/values.yaml', readFileSync(join(root, 'apps/values.yaml'), 'utf8').replace('3.5.1', '2.12.0'))
    expect((await reportOf('--operator', '1.30.0')).diagnostics).toEqual([])
  })
  test('the pin of today changes nothing', async () => {
    const { code, databases, notes } = await reportOf('--chart', '0.8.1', '--argocd', '3.5.1', '--operator', '1.27.1')
    expect(code).toBe(0)
    expect(new Set(databases.map(({ verdict }) => verdict))).toEqual(new Set(['unchanged']))
    expect(texts(notes)).toContain('operator is 1.27.1 already')
    expect(texts(notes)).not.toContain('raise operator.chart.version')
  })
  test('the last line has singular and plural', async () => {
    expect((await upgrade('--operator', '1.30.0', 'orders/dev')).stdout).toMatch(/\n1 database: 1 changed\n$/)
    expect((await upgrade('--postgres', '15')).stdout).toMatch(/\n2 databases: 2 broken\n$/)
  })
})

test('a broken file does not hide the other databases', async () => {
  put('databases/billing/values.yaml', 'cluster: [\n')
  const { code, stdout, stderr } = await upgrade('--operator', '1.30.0')
  expect(code).toBe(1)
  expect(stdout).toContain('orders/prd')
  expect(stderr).toContain('databases/billing/values.yaml')
})

test('nothing is promised about values that the chart already refuses', async () => {
  put('databases/orders/values.yaml', 'type: oracle\ncluster:\n  storage:\n    size: 10Gi\n')
  const { code, databases } = await reportOf('--operator', '1.30.0')
  expect(code).toBe(1)
  expect(databases).toMatchObject([
    { verdict: 'unknown', alreadyBroken: 1 },
    { verdict: 'unknown', alreadyBroken: 1 },
  ])
})

describe('the same verdict as check', () => {
  const errorsOf = (list: readonly { rule: string; message?: string; severity?: string }[]) =>
    list
      .filter(({ severity }) => severity === 'error')
      .map(({ rule, message }) => `${rule} ${message}`)
      .sort()
  async function checked(): Promise<{ code: number; errors: string[] }> {
    let stdout = ''
    const code = await main(['check', '--format', 'json'], {
      cwd: root,
      color: false,
      stdout: (text) => (stdout += text),
      stderr: () => undefined,
    })
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; message: string; severity: string }[] }
    return { code, errors: errorsOf(diagnostics.filter(({ rule }) => !rule.startsWith('emit/'))) }
  }
  test.each([
    ['1.27.1', '1.30.0', 'version: {postgresql: "13"}\n', ['policy/operator-supports-major']],
    ['1.27.1', '1.27.4', 'version: {postgresql: "13"}\n', []],
    ['1.27.1', '1.30.0', 'version: {postgresql: "14"}\n', []],
    ['1.30.0', '1.27.1', 'cluster: {postgresql: {parameters: {work_mem: 64MB}}}\n', []],
  ])('operator %s to %s with %j', async (from, to, values, rules) => {
    const settings = readFileSync(join(root, 'apps/values.yaml'), 'utf8')
    const pinned = (version: string) => settings.replace(/(operator:\n\s+version: )"[^"]*"/, `$1"${version}"`)
    put('databases/orders/values.yaml', values)
    put('apps/values.yaml', pinned(from))
    const before = await checked()
    const { code, diagnostics } = await reportOf('--operator', to)
    const fresh = errorsOf(diagnostics)
    expect(diagnostics.filter((one) => (one as { severity?: string }).severity === 'error').map(({ rule }) => rule)).toEqual(rules)
    expect(code).toBe(rules.length > 0 ? 1 : 0)
    put('apps/values.yaml', pinned(to))
    const after = await checked()
    expect(after.errors.filter((error) => !before.errors.includes(error))).toEqual(fresh)
  })
})

test('a currently pinned chart that is not known here leaves nothing to compare, which is reported', async () => {
  const settings = readFileSync(join(root, 'apps/values.yaml'), 'utf8')
  put('apps/values.yaml', settings.replace(/(clusterChart:[\s\S]*?version: )"?0\.8\.1"?/, '$10.7.0'))
  const { code, databases, notes } = await reportOf('--chart', '0.8.1')
  expect(code).toBe(1)
  expect(databases.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown'])
  expect(texts(notes)).toContain('what it prints today could not be compared')
})

describe('two charts that are rendered from their files', () => {
  const pinTo = (version: string): void => {
    const settings = readFileSync(join(root, 'apps/values.yaml'), 'utf8')
    put('apps/values.yaml', settings.replace(/(clusterChart:[\s\S]*?version: )"?0\.8\.1"?/, `$1${version}`))
  }
  const putChart = (version: string, change: (template: string) => string): void => {
    const files = tinyChart(version)
    for (const [path, text] of Object.entries(files)) put(`charts/cluster-${version}/${path}`, change(text))
  }
  test('objects are compared by what they mean, and values that the new chart does not read break', async () => {
    pinTo('0.3.1')
    putChart('0.3.1', (text) => text)
    putChart('0.6.0', (text) =>
      text
        .replace('spec:\n  instances', 'spec:\n  enablePDB: true\n  logLevel: debug\n  instances')
        .replaceAll('.Values.cluster.parameters', '.Values.cluster.settings')
        .replace('  parameters: {}', '  settings: {}'),
    )
    put('databases/orders/values.yaml', 'cluster:\n  storage:\n    size: 10Gi\n  parameters:\n    work_mem: "8MB"\n')
    const { databases, diagnostics } = await reportOf('--chart', '0.6.0')
    expect(databases.map(({ verdict, values }) => [verdict, values])).toEqual([
      ['breaks', []],
      ['breaks', []],
    ])
    expect(diagnostics).toMatchObject([{ rule: 'values/known-keys', line: 4, databases: ['orders/dev', 'orders/prd'] }])
    expect(databases[0]?.changes.map(({ path }) => path)).toEqual(['spec.logLevel', 'spec.postgresql.parameters.work_mem'])
  })
  test('a body that the model leaves out, since it is constant text, is not taken away', async () => {
    pinTo('0.6.0')
    putChart('0.6.0', (text) => text)
    const rule = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {{ .Release.Name }}-alert-rules
spec: { groups: [{ name: {{ .Values.cluster.monitoring.enabled | quote }}, rules: [] }] }
`
    put('charts/cluster-0.6.0/templates/rule.yaml', rule)
    put('databases/orders/values.yaml', 'cluster:\n  storage: { size: 10Gi }\n  monitoring: { enabled: true }\n')
    const { databases } = await reportOf('--chart', '0.8.1')
    const ofRule = databases.flatMap(({ changes }) => changes).filter(({ object }) => object.startsWith('PrometheusRule/'))
    expect(ofRule.filter(({ path }) => !path.startsWith('metadata'))).toEqual([])
  })
})
