// Does charts.lock hold what was pulled, the same bytes each time, and is another archive refused?
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readLock, writeLock } from '../../scripts/charts/lock.ts'
import { chartArchive, sha256 } from '../support/archives.ts'
import { openPulling } from '../support/pulls.ts'
import type { PullingRepository } from '../support/pulls.ts'
import { filesOf, startServer } from '../support/servers.ts'
import type { RunningServer } from '../support/servers.ts'

const archive = chartArchive('cluster', '0.8.1')
const older = chartArchive('cluster', '0.8.0')
const replaced = chartArchive('cluster', '0.8.1', [{ name: 'cluster/NEWS' }])

let repository: PullingRepository
let server: RunningServer
const files: Record<string, string | Buffer> = {}
beforeEach(async () => {
  repository = openPulling()
  files['/index.yaml'] = 'entries: {cluster: [{version: 0.8.1, urls: [new.tgz]}, {version: 0.8.0, urls: [old.tgz]}]}'
  files['/new.tgz'] = archive
  files['/old.tgz'] = older
  server = await startServer(filesOf(files))
  repository.pin(`http://${server.host}`)
})
afterEach(async () => {
  repository.remove()
  await server.close()
})

const lockOf = (...charts: readonly (readonly [string, Buffer])[]): string =>
  [
    '# Digests of the pinned charts, by `cnpg-values charts pull --lock`. `charts pull` takes no other archive for them.',
    'charts:',
    ...charts.flatMap(([version, bytes]) => [
      '  - name: cluster',
      `    version: "${version}"`,
      `    repository: http://${server.host}`,
      `    digest: sha256:${sha256(bytes)}`,
    ]),
    '',
  ].join('\n')

test('a pull writes no lock unless asked to', async () => {
  await repository.pull()
  expect(existsSync(join(repository.root, 'charts.lock'))).toBe(false)
})

test('--lock writes it once, and the same bytes again', async () => {
  expect((await repository.pull({ lock: true })).stdout).toContain('written  charts.lock\n')
  expect(repository.read('charts.lock')).toBe(lockOf(['0.8.1', archive]))
  expect((await repository.pull({ lock: true })).stdout).toBe(`present cluster 0.8.1 sha256:${sha256(archive)}\n`)
})

test('--lock keeps locked charts other than the named ones, and drops those no longer pinned', async () => {
  await repository.pull({ lock: true })
  await repository.pull({ lock: true, operands: ['cluster@0.8.0'] })
  expect(repository.read('charts.lock')).toBe(lockOf(['0.8.0', older], ['0.8.1', archive]))
  await repository.pull({ lock: true })
  expect(repository.read('charts.lock')).toBe(lockOf(['0.8.1', archive]))
})

test('another archive than the locked one is refused, also with --lock and although no index has a digest', async () => {
  await repository.pull({ lock: true })
  files['/new.tgz'] = replaced
  for (const lock of [false, true]) {
    const { code, stdout, stderr } = await repository.pull({ lock, to: 'charts' })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const [now, before] = [replaced, archive].map((bytes) => `sha256:${sha256(bytes).slice(0, 12)}…`)
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      `apps/values.yaml:14:14: error: chart cluster 0.8.1 can't be pulled: the archive is ${now}, but charts.lock has ${before} [charts/digest]`,
      `  charts.lock:6:13: locked as ${before}`,
      '  help: find out why the release was replaced; if that is intended, remove its entry from charts.lock',
    ])
  }
  expect(existsSync(join(repository.root, 'charts/cluster-0.8.1.tgz'))).toBe(false)
  expect(repository.read('charts.lock')).toBe(lockOf(['0.8.1', archive]))
})

test('what is in the cache and not as locked is pulled again', async () => {
  files['/new.tgz'] = replaced
  await repository.pull()
  repository.put('charts.lock', lockOf(['0.8.1', archive]))
  files['/new.tgz'] = archive
  expect((await repository.pull()).stdout).toMatch(/^pulled cluster 0\.8\.1 /)
  expect((await repository.pull()).stdout).toMatch(/^present cluster 0\.8\.1 /)
})

test('a chart that is not in the lock is reported', async () => {
  repository.put('charts.lock', lockOf(['0.8.0', older]))
  expect(await repository.pull()).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('cluster 0.8.1 is not in charts.lock; add it with --lock\n'),
  })
})

test('nothing is locked if one chart fails', async () => {
  const { code } = await repository.pull({ lock: true, operands: ['cluster@0.8.1', 'cluster@9.9.9'] })
  expect(code).toBe(1)
  expect(existsSync(join(repository.root, 'charts.lock'))).toBe(false)
})

test.each([
  ['charts: [', 'charts.lock:1:9: error: charts.lock is not valid YAML: ', '[charts/digest]'],
  ['- x\n', 'charts.lock:1:1: error: charts.lock holds no list `charts` [charts/digest]', ''],
  ['', 'charts.lock:1:1: error: charts.lock holds no list `charts` [charts/digest]', ''],
  [
    'charts:\n  - name: cluster\n    version: "1"\n    repository: x\n    digest: md5:abc\n',
    'charts.lock:5:13: error: an entry of charts.lock must have repository, name, version and a digest like sha256:… [charts/digest]',
    '',
  ],
  ['charts:\n  - cluster\n', 'charts.lock:2:5: error: an entry of charts.lock must have', ''],
])('a lock that is %j is one error, and no request is made', async (text, ...parts) => {
  repository.put('charts.lock', text)
  const { code, stdout, stderr } = await repository.pull()
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  for (const part of parts) expect(stderr).toContain(part)
  expect(server.seen).toEqual([])
})

test('a lock that is not a file of the repository is one error', async () => {
  mkdirSync(join(repository.root, 'charts.lock'))
  const { code, stderr } = await repository.pull()
  expect(code).toBe(1)
  expect(stderr).toContain('charts.lock:1:1: error: charts.lock is a folder')
})

test('a lock is the same for charts in any order, and is read as it was written', () => {
  const charts = ['0.8.1', '0.10.0', '0.9.0-rc.1'].flatMap((version) =>
    ['oci://ghcr.io/x', 'https://x.example/y: z'].map((repository) => ({
      repository,
      name: 'cluster',
      version,
      digest: `sha256:${sha256(version)}`,
    })),
  )
  const text = writeLock(charts)
  expect(writeLock(charts.toReversed())).toBe(text)
  const read = readLock(text)
  const plain = 'charts' in read ? read.charts.map(({ at: _at, ...chart }) => chart) : []
  expect(new Set(plain.map((chart) => JSON.stringify(chart)))).toEqual(new Set(charts.map((chart) => JSON.stringify(chart))))
  expect(readLock(writeLock([]))).toEqual({ charts: [] })
})

test('what a folder with charts has already is not pulled, and is locked where it is an archive', async () => {
  repository.put('charts/cluster-0.8.1.tgz', archive)
  const digest = `sha256:${sha256(archive)}`
  expect((await repository.pull()).stdout).toBe(`present cluster 0.8.1 in charts/cluster-0.8.1.tgz ${digest}\n`)
  expect((await repository.pull({ 'dry-run': true })).stderr).toContain('0 charts would be pulled')
  expect(repository.cached()).toEqual([])
  expect((await repository.pull({ lock: true })).stdout).toContain('written  charts.lock\n')
  expect(repository.read('charts.lock')).toBe(lockOf(['0.8.1', archive]))
})

test('a folder of a chart is enough, but for a lock, which needs a digest', async () => {
  repository.put('given/cluster/Chart.yaml', 'apiVersion: v2\nname: cluster\nversion: 0.8.1\n')
  const charts = join(repository.root, 'given')
  expect((await repository.pull({ charts })).stdout).toBe(`present cluster 0.8.1 in ${charts}/cluster\n`)
  expect(repository.cached()).toEqual([])
  await repository.pull({ charts, lock: true })
  expect(repository.read('charts.lock')).toBe(lockOf(['0.8.1', archive]))
})
