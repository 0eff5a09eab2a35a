// Does `charts pull` work without settings, and report progress and failures properly?
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cachePath } from '../../scripts/charts/cache.ts'
import { parseChart, pinnedCharts, sourceOf } from '../../scripts/charts/pin.ts'
import { chartsPull } from '../../scripts/cli/commands/charts.ts'
import { main } from '../../scripts/cli/cli.ts'
import { readSettings } from '../../scripts/discover/settings-values.ts'
import { locate } from '../../scripts/findings/spot.ts'
import type { MapValue } from '../../scripts/values/value.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { chartArchive } from '../support/archives.ts'
import { openPulling } from '../support/pulls.ts'
import type { PullingRepository } from '../support/pulls.ts'
import { filesOf, startServer } from '../support/servers.ts'

let repository: PullingRepository
beforeEach(() => {
  repository = openPulling()
})
afterEach(() => repository.remove())

async function run(cwd: string, ...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}

describe('without settings', () => {
  const empty = mkdtempSync(join(tmpdir(), 'cnpg-values-empty-'))
  afterAll(() => rmSync(empty, { recursive: true }))

  test('a folder without any chart is wrong usage', async () => {
    const { code, stderr } = await run(empty, 'charts', 'pull')
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('no chart is pinned here; name one, such as') })
  })
  test('charts that Applications deploy are pulled, whatever app-of-apps chart there is', async () => {
    repository.put('apps/values.yaml', 'domain: example.com\n')
    repository.put(
      'argocd/orders.yaml',
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: orders, namespace: argocd}\nspec:\n  project: default\n  destination: {name: in-cluster, namespace: orders}\n  source: {repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.3.1}\n',
    )
    const { code, stdout } = await run(repository.root, 'charts', 'pull', '--dry-run')
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('would pull cluster 0.3.1 from https://cloudnative-pg.github.io/charts'),
    })
  })
  test('charts that are named by their address are pulled in any folder', async () => {
    const server = await startServer(
      filesOf({ '/index.yaml': 'entries: {cluster: [{version: 0.6.0, urls: [c.tgz]}]}', '/c.tgz': chartArchive('cluster', '0.6.0') }),
    )
    const { code, stdout, stderr } = await run(empty, 'charts', 'pull', '--to', '.', '--lock', `http://${server.host}/cluster@v0.6.0`)
    await server.close()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '1 chart for .: 1 pulled, 0 present\n' })
    expect(stdout).toMatch(/^pulled cluster 0\.6\.0 from http:\/\/127\.0\.0\.1:\d+\/c\.tgz sha256:[0-9a-f]{64}\nwritten {2}charts\.lock\n$/)
  })
})

test('a terminal shows the progress of a long download, and the line disappears', async () => {
  const archive = chartArchive('cluster', '0.8.1')
  const server = await startServer(
    filesOf({
      '/index.yaml': 'entries: {cluster: [{version: 0.8.1, urls: [c.tgz]}]}',
      '/c.tgz': (_, response) => {
        response.writeHead(200, { 'content-length': archive.length })
        response.write(archive.subarray(0, 100))
        setTimeout(() => response.end(archive.subarray(100)), 1200)
      },
    }),
  )
  repository.pin(`http://${server.host}`)
  const lines: string[] = []
  const terminal = {
    cwd: repository.root,
    color: false,
    stdout: () => {},
    stderr: () => {},
    progress: (line: string) => void lines.push(line),
  }
  await chartsPull({}, [], terminal, { env: {}, connectTimeout: 5_000, timeout: 10_000 })
  await server.close()
  expect(lines).toEqual(['cluster 0.8.1: 0.0 of 0.0 MB', ''])
})

describe('pins', () => {
  test.each([
    ['https://host/charts', { kind: 'http' }],
    ['oci://Host:5000/a/b/', { kind: 'oci', host: 'host:5000', path: 'a/b' }],
    ['OCI://host/a', { kind: 'oci', host: 'host', path: 'a' }],
    ['ghcr.io/cloudnative-pg/charts', { kind: 'oci', host: 'ghcr.io', path: 'cloudnative-pg/charts' }],
    ['registry.example.com', { kind: 'oci', host: 'registry.example.com', path: '' }],
    ['./charts', { kind: 'folder' }],
    ['../charts', { kind: 'folder' }],
    ['.', { kind: 'folder' }],
    ['/srv/charts', { kind: 'folder' }],
    ['s3://bucket/charts', { kind: 'unknown', scheme: 's3' }],
    ['https://', { kind: 'unknown', scheme: 'https' }],
  ])('%s is %j', (text, source) => {
    expect(sourceOf(text)).toMatchObject(source)
  })
  test('of environments are each once, at the line that decides', () => {
    const text = `postgres:
  argocd: { version: "3.5.1" }
  repository: { url: https://github.com/example/x.git }
  operator:
    version: "1.27.1"
    chart:
      version: 0.26.1
  clusterChart:
    version: 0.8.1
  environments:
    dev:
      destination: { name: dev }
      namespace: "{service}"
      clusterChart:
        version: 0.7.0
      operator:
        chart:
          version: 0.27.0
    prd:
      destination: { name: prd }
      namespace: "{service}"
    stage:
      destination: { name: stage }
      namespace: "{service}"
      clusterChart:
        repository: ./forks
`
    const root = parseYaml({ path: 'apps/values.yaml', text }, 'service').documents[0] as MapValue
    const read = readSettings(root)
    const charts = 'settings' in read ? pinnedCharts(read.settings) : []
    const lineOf = (spot: Parameters<typeof locate>[0] | undefined): number | undefined =>
      spot === undefined ? undefined : locate(spot).line
    expect(charts.map(({ pin, places }) => [pin.name, pin.version, lineOf(places?.version), lineOf(places?.repository)])).toEqual([
      ['cluster', '0.7.0', 15, 8],
      ['cloudnative-pg', '0.27.0', 18, 6],
      ['cluster', '0.8.1', 9, 8],
      ['cloudnative-pg', '0.26.1', 7, 6],
    ])
  })
  test.each([
    ['cluster@0.8.1', { name: 'cluster', version: '0.8.1' }],
    ['a/b/c@1.2.3-rc.1+x', { repository: 'a/b', name: 'c', version: '1.2.3-rc.1+x' }],
    ['oci://h:5000/b/c@1.2.3', { repository: 'oci://h:5000/b', name: 'c', version: '1.2.3' }],
    ['cluster@1.2', undefined],
    ['@1.2.3', undefined],
    ['..@1.2.3', undefined],
    ['cluster@1.2.3/../x', undefined],
  ])('%s on the command line is %j', (text, chart) => {
    expect(parseChart(text)).toEqual(chart)
  })
})

describe('the cache', () => {
  const pin = { repository: 'https://charts.example/x', name: 'cluster', version: '0.8.1' }
  test('has a file for each repository, name and version', () => {
    const path = cachePath(pin)
    expect(path.slice(repository.cache.length)).toMatch(/^.cnpg-values.charts.cluster-0\.8\.1-[0-9a-f]{12}\.tgz$/)
    const others = [{ repository: 'https://charts.example/y' }, { name: 'clusters' }, { version: '0.8.2' }, { name: 'other/cluster' }]
    const paths = [path, ...others.map((other) => cachePath({ ...pin, ...other }))]
    expect(new Set(paths).size).toBe(paths.length)
  })
  test('has one file for spellings that mean one repository', () => {
    expect(cachePath({ ...pin, repository: 'https://charts.example/x/' })).toBe(cachePath(pin))
    expect(cachePath({ ...pin, repository: 'oci://ghcr.io/a' })).toBe(cachePath({ ...pin, repository: 'ghcr.io/a/' }))
    expect(cachePath({ ...pin, repository: 'ghcr.io', name: 'a/cluster' })).toBe(cachePath({ ...pin, repository: 'ghcr.io/a' }))
  })
  test('is at XDG_CACHE_HOME, unless that is relative', () => {
    process.env['XDG_CACHE_HOME'] = 'relative'
    expect(cachePath(pin)).not.toContain('relative')
    expect(cachePath(pin)).toContain(join('.cache', 'cnpg-values', 'charts'))
  })
})
