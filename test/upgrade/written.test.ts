// Does `upgrade` report the same of databases as somebody wrote them?
import { afterEach, describe, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const url = 'https://github.com/acme/infra.git'
const application = (name: string, source: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: ${name}, namespace: argocd }\nspec:\n  project: default\n  destination: { server: https://kubernetes.default.svc, namespace: ${name} }\n  source: ${source}\n`
const released =
  '{ repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1, helm: { values: "cluster: { enablePDB: false, instances: 1, imageName: ghcr.io/cloudnative-pg/postgresql:16.4 }" } }'
const folder = (path: string): string => `{ repoURL: ${url}, targetRevision: main, path: ${path} }`
const spec = '  instances: 1\n  enablePDB: false\n  imageName: ghcr.io/cloudnative-pg/postgresql:16.4\n  storage: { size: 1Gi }\n'
const cluster = `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: plain }\nspec:\n${spec}`
const files = {
  'apps/operator.yaml': application(
    'operator',
    '{ repoURL: https://cloudnative-pg.github.io/charts, chart: cloudnative-pg, targetRevision: 0.26.1 }',
  ),
  'apps/orders.yaml': application('orders', released),
  'apps/plain.yaml': application('plain', folder('pg')),
  'apps/own.yaml': application('own', folder('own')),
  'pg/cluster.yaml': cluster,
  'own/Chart.yaml': 'apiVersion: v2\nname: own\nversion: 1.0.0\n',
  'own/templates/cluster.yaml': cluster.replace('plain', 'own'),
}

interface Report {
  readonly pins: readonly { from: string[] }[]
  readonly databases: readonly { id: string; verdict: string; effect: string; changes: readonly { path: string; after: unknown }[] }[]
  readonly notes: readonly { text: string }[]
}

async function upgrade(...argv: string[]): Promise<Report & { verdicts: Record<string, string> }> {
  opened ??= openFiles(files, url)
  const report = JSON.parse((await opened.run('upgrade', '--format', 'json', ...argv)).stdout) as Report
  return { ...report, verdicts: Object.fromEntries(report.databases.map(({ id, verdict }) => [id, verdict])) }
}

describe('of databases as written', () => {
  afterEach(() => (opened = undefined))
  test('another operator restarts each of them', async () => {
    const { databases, notes } = await upgrade('--operator', '1.30.0')
    expect(databases.map(({ id, effect }) => [id, effect])).toEqual([
      ['orders', 'restart'],
      ['own', 'restart'],
      ['plain', 'restart'],
    ])
    expect(notes.map(({ text }) => text).join('\n')).not.toContain('apps/values.yaml')
  })
  test('another release of the chart concerns those that take one', async () => {
    const same = await upgrade('--chart', '0.8.1')
    expect(same.pins[0]?.from).toEqual(['0.8.1'])
    expect(same.verdicts).toEqual({ orders: 'unchanged', own: 'unchanged', plain: 'unchanged' })
    expect(same.notes.map(({ text }) => text)).toEqual(['chart cluster is 0.8.1 already'])
    const other = await upgrade('--chart', '0.6.1')
    expect(other.verdicts).toEqual({ orders: 'unknown', own: 'unchanged', plain: 'unchanged' })
  })
  test('another PostgreSQL is tried where it is known what chooses it', async () => {
    const { databases, verdicts, notes } = await upgrade('--postgres', '18')
    expect(verdicts).toEqual({ orders: 'changes', own: 'unknown', plain: 'changes' })
    expect(databases.at(-1)).toMatchObject({
      effect: 'major upgrade',
      changes: [{ path: 'spec.imageName', after: 'ghcr.io/cloudnative-pg/postgresql:18' }],
    })
    expect(notes.map(({ text }) => text)).toContain('which values of its chart choose PostgreSQL is not known, so 18 could not be tried')
  })
})
test('a Cluster that has the major already keeps its image, and no chart of the operator is named that is not known', async () => {
  const plain = (image: string): Record<string, string> => ({
    'apps/plain.yaml': files['apps/plain.yaml'],
    'pg/cluster.yaml': cluster.replace(/ {2}imageName: .*\n/, image),
  })
  opened = openFiles(plain(''), url)
  expect((await upgrade('--postgres', '18')).verdicts).toEqual({ plain: 'unchanged' })
  expect((await upgrade('--operator', '1.29.1')).notes.map(({ text }) => text).join('\n')).not.toContain('(now )')
  opened.remove()
  opened = openFiles(plain('  imageName: ghcr.io/cloudnative-pg/postgresql:17.6-system-trixie\n'), url)
  expect((await upgrade('--postgres', '17')).verdicts).toEqual({ plain: 'unchanged' })
})
test('a catalogue of a Cluster without a chart gets the major', async () => {
  const catalog = cluster.replace(
    /imageName: .*/,
    'imageCatalogRef: { apiGroup: postgresql.cnpg.io, kind: ClusterImageCatalog, name: pg, major: 16 }',
  )
  opened = openFiles({ 'apps/plain.yaml': files['apps/plain.yaml'], 'pg/cluster.yaml': catalog }, url)
  const { databases } = await upgrade('--postgres', '17')
  expect(databases[0]?.changes).toMatchObject([{ path: 'spec.imageCatalogRef.major', after: 17 }])
  expect((await upgrade('--chart', '0.8.1')).notes.map(({ text }) => text)).toEqual([
    'no database takes a release of chart cluster, so that another one changes nothing',
  ])
})
