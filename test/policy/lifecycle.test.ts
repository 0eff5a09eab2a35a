// Is the age of versions reported on the day that was asked for, and never otherwise?
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'
import { textOf } from '../../scripts/findings/message.ts'
import { lifecycle } from '../../scripts/policy/versions/lifecycle.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'
import { openFiles } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const base = fileURLToPath(new URL('../projects/base', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'cnpg-values-lifecycle-'))
afterAll(() => rmSync(root, { recursive: true }))

beforeAll(async () => {
  cpSync(base, root, { recursive: true })
  const settings = join(root, 'apps/values.yaml')
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('1.27.1', '1.29.2').replace('0.26.1', '0.28.2'))
  writeFileSync(
    join(root, 'databases/orders/values-prd.yaml'),
    'cluster:\n  imageName: ghcr.io/cloudnative-pg/postgresql:15.17-system-bookworm\n',
  )
  await main(['render'], { cwd: root, color: false, stdout: () => {}, stderr: () => {} })
})

async function told(...flags: string[]): Promise<string[]> {
  let stdout = ''
  const terminal = { cwd: root, color: false, stdout: (text: string) => (stdout += text), stderr: () => {} }
  await main(['check', '--format', 'json', ...flags], terminal)
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; message: string }[] }
  return diagnostics.filter(({ rule }) => rule.startsWith('policy/')).map(({ rule, message }) => `${rule}: ${message}`)
}

const minor = 'policy/postgres-minor-current: PostgreSQL is 15.17, but 15.18 is out since 2026-05-14'

it.each([
  [[], []],
  [['--today', '2026-06-01'], []],
  [
    ['--today', '2026-08-01'],
    ['policy/operator-supported: CloudNativePG 1.29 gets its last fixes on 2026-09-29, in 59 days', minor],
  ],
  [
    ['--today', '2026-12-01'],
    [
      'policy/operator-supported: CloudNativePG 1.29 got its last fixes on 2026-09-29',
      minor.replace('15.18', '15.19').replace('05-14', '08-13'),
    ],
  ],
])('%j', async (flags, expected) => {
  expect(await told(...flags)).toEqual(expected)
})

it('warns half a year before a major ends', async () => {
  expect(await told('--today', '2027-05-14')).not.toContainEqual(expect.stringContaining('postgres-supported'))
  expect(await told('--today', '2027-05-15')).toContainEqual(
    'policy/postgres-supported: PostgreSQL 15 gets its last fixes on 2027-11-11, in 180 days',
  )
})

it('takes a day of the calendar only', async () => {
  let stderr = ''
  const terminal = { cwd: root, color: false, stdout: () => {}, stderr: (text: string) => (stderr += text) }
  expect(await main(['check', '--today', '2026-02-30'], terminal)).toBe(2)
  expect(stderr).toContain('--today is `2026-02-30`, but must be a day such as 2026-01-31, or `now`')
})

it.each<readonly [image: string, day: string, expected: string | undefined]>([
  ['1.25.1', '2026-05-08', undefined],
  ['1.25.1', '2026-05-09', '1.25.2 of 2026-05-09'],
  ['1.25.2', '2026-10-13', undefined],
  ['1.25.2', '2026-10-14', '1.26.1 of 2026-10-14'],
  ['1.26.1', '2026-11-29', undefined],
])('PgBouncer %s on %s', (image, day, expected) => {
  const text = `kind: Pooler\nmetadata: {name: p}\nspec: {template: {spec: {containers: [{name: pgbouncer, image: "ghcr.io/cloudnative-pg/pgbouncer:${image}"}]}}}\n`
  const objects = readManifests({ path: 'p.yaml', text }).manifests.map((one) => ({ ...one, hook: false }))
  const rule = lifecycle.find(({ id }) => id === 'policy/pgbouncer-supported')
  const said = [...(rule?.check({ objects, operator: '1.30.0', today: day }) ?? [])].map(({ message }) => textOf(message))
  expect(said).toEqual(expected === undefined ? [] : [`image is PgBouncer "${image}", but ${expected} fixes security holes`])
})

it.each<readonly [operator: string, day: string, expected: string | undefined]>([
  ['1.27.1', '2025-12-02', undefined],
  ['1.27.1', '2025-12-03', '1.24.1 of the operator lacks the security fixes of 1.25.1'],
  ['1.28.4', '2026-05-08', undefined],
  ['1.30.0', '2026-05-09', '1.25.1 of the operator lacks the security fixes of 1.25.2'],
  ['1.31.0', '2026-11-29', undefined],
])('the PgBouncer that operator %s picks, on %s', (operator, day, expected) => {
  const text = `kind: Pooler\nmetadata: {name: p}\nspec: {template: {spec: {containers: [{name: pgbouncer}, {name: other, image: "other:1"}]}}}\n`
  const objects = readManifests({ path: 'p.yaml', text }).manifests.map((one) => ({ ...one, hook: false }))
  const rule = lifecycle.find(({ id }) => id === 'policy/pgbouncer-supported')
  const said = [...(rule?.check({ objects, operator, today: day }) ?? [])].map(({ message }) => textOf(message))
  expect(said).toEqual(expected === undefined ? [] : [`the Pooler names no image, but PgBouncer ${expected}`])
})

describe('Kubernetes', () => {
  const settings = join(root, 'apps/values.yaml')
  const withVersion = async (version: string, ...flags: string[]): Promise<string[]> => {
    const before = readFileSync(settings, 'utf8')
    writeFileSync(settings, before.replace('  environments:', `  kubernetes: {version: "${version}"}\n  environments:`))
    const found = await told(...flags)
    writeFileSync(settings, before)
    return found.filter((text) => text.includes('Kubernetes'))
  }
  it.each<readonly [version: string, flags: readonly string[], expected: readonly string[]]>([
    ['1.33', [], []],
    ['v1.35.2', [], []],
    ['1.32', [], ['policy/operator-supports-kubernetes: Kubernetes is 1.32, but CloudNativePG 1.29.2 supports 1.33 to 1.35']],
    ['1.36', [], ['policy/operator-supports-kubernetes: Kubernetes is 1.36, but CloudNativePG 1.29.2 supports 1.33 to 1.35']],
    ['1.34', ['--today', '2026-07-28'], []],
    ['1.34', ['--today', '2026-07-29'], ['policy/kubernetes-supported: Kubernetes 1.34 gets its last fixes on 2026-10-27, in 90 days']],
    ['1.34', ['--today', '2026-11-29'], ['policy/kubernetes-supported: Kubernetes 1.34 got its last fixes on 2026-10-27']],
  ])('%s %j', async (version, flags, expected) => {
    expect(await withVersion(version, ...flags)).toEqual(expected)
  })
  it('names the databases whose Kubernetes is too old for another operator', async () => {
    const before = readFileSync(settings, 'utf8')
    writeFileSync(
      settings,
      before.replace('      namespace: "{service}-prd"', '      namespace: "{service}-prd"\n      kubernetes: {version: "1.33"}'),
    )
    let stdout = ''
    const terminal = { cwd: root, color: false, stdout: (text: string) => (stdout += text), stderr: () => {} }
    await main(['upgrade', '--operator', '1.30.0'], terminal)
    writeFileSync(settings, before)
    expect(stdout).toContain(
      'warning: Kubernetes is 1.33, but CloudNativePG 1.30.0 supports 1.34 to 1.36, affects orders/prd [policy/operator-supports-kubernetes]',
    )
  })
})

describe('an operator that nothing names', () => {
  const url = 'https://github.com/acme/infra.git'
  const kind = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: pay }\nspec: { instances: 3, storage: { size: 1Gi } }\n'
  it('may support the Kubernetes that an Application names', async () => {
    const opened = openFiles(
      {
        'argocd/pay.yaml': `${folderApplication({ name: 'pay', url, path: 'pay' }).trimEnd().slice(0, -1)}, helm: { kubeVersion: "1.33" } }\n`,
        'pay/Chart.yaml': 'apiVersion: v2\nname: pay\nversion: 1.0.0\n',
        'pay/templates/cluster.yaml': kind,
      },
      url,
    )
    const found = await opened.told()
    opened.remove()
    expect(found.filter((line) => line.includes('Kubernetes'))).toEqual([])
  })
})
