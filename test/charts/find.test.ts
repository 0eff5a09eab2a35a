// Where is a pinned chart taken from, and what is said where it is not there?
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cachePath } from '../../scripts/charts/cache.ts'
import { openCharts } from '../../scripts/charts/find.ts'
import type { FoundChart, MissingChart } from '../../scripts/charts/find.ts'
import { writeLock } from '../../scripts/charts/lock.ts'
import { diskBytes } from '../../scripts/repository/bytes.ts'
import { commitBytes, indexBytes } from '../../scripts/repository/git-bytes.ts'
import { chartArchive, tinyChart } from '../support/tiny-chart.ts'

const pin = { repository: 'https://charts.example.com', name: 'cluster', version: '0.3.1' }
const kept = { ...process.env }
let top: string
let root: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'cnpg-values-charts-'))
  root = join(top, 'repository')
  mkdirSync(root)
  for (const name of ['HELM_REPOSITORY_CACHE', 'HELM_CACHE_HOME']) Reflect.deleteProperty(process.env, name)
  process.env['XDG_CACHE_HOME'] = join(top, 'cache')
})
afterEach(() => {
  process.env = { ...kept }
  rmSync(top, { recursive: true })
})

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
function putChart(folder: string, version = '0.3.1'): void {
  for (const [path, text] of Object.entries(tinyChart(version))) put(join(folder, path), text)
}
const find = (more: { readonly given?: string; readonly folders?: readonly string[] } = {}, wanted = pin): FoundChart | MissingChart =>
  openCharts({ repository: diskBytes(root, root), folders: [], ...more }).find(wanted)
const placeOf = (found: FoundChart | MissingChart): string => (found.ok ? found.place : found.message)

test.each([
  ['charts/cluster', 'charts/cluster'],
  ['charts/cluster-0.3.1', 'charts/cluster-0.3.1'],
])('%s of the repository is taken', (folder, place) => {
  putChart(join(root, folder))
  expect(placeOf(find())).toBe(place)
})

test('an archive of the repository is taken, and says what the folder says', () => {
  put(join(root, 'charts/cluster-0.3.1.tgz'), chartArchive(tinyChart('0.3.1')))
  const found = find()
  expect(placeOf(found)).toBe('charts/cluster-0.3.1.tgz')
  expect(found.ok && Object.keys(found.files).sort()).toEqual(Object.keys(tinyChart('0.3.1')).sort())
})

test('of two versions the pinned one is taken', () => {
  putChart(join(root, 'charts/cluster'), '0.6.0')
  putChart(join(root, 'charts/cluster-0.3.1'))
  expect(placeOf(find())).toBe('charts/cluster-0.3.1')
})

test('another version is an error that names both, even where a cache has the pinned one', () => {
  putChart(join(root, 'charts/cluster'), '0.6.0')
  put(cachePath(pin), chartArchive(tinyChart('0.3.1')))
  expect(placeOf(find())).toBe('charts/cluster holds chart cluster 0.6.0, but cluster 0.3.1 is pinned')
})

test('folders of the settings come after charts/, and --charts after those', () => {
  putChart(join(top, 'given/cluster'))
  expect(placeOf(find({ given: join(top, 'given') }))).toBe(`${top}/given/cluster`)
  putChart(join(root, 'vendor/cluster'))
  expect(placeOf(find({ given: join(top, 'given'), folders: ['./vendor/'] }))).toBe('vendor/cluster')
})

test('our cache comes before that of Helm, and knows two repositories apart', () => {
  put(join(top, 'cache/helm/repository/cluster-0.3.1.tgz'), chartArchive(tinyChart('0.3.1', { 'README.md': 'of Helm' })))
  const ofHelm = find()
  expect(ofHelm.ok && Buffer.from(ofHelm.files['README.md'] ?? []).toString()).toBe('of Helm')
  put(cachePath(pin), chartArchive(tinyChart('0.3.1', { 'README.md': 'ours' })))
  const ours = find()
  expect(ours.ok && Buffer.from(ours.files['README.md'] ?? []).toString()).toBe('ours')
  expect(ours.ok && ours.place).toBe('cluster-0.3.1')
  expect(cachePath({ ...pin, repository: 'oci://ghcr.io/a' })).toBe(cachePath({ ...pin, repository: 'ghcr.io/a/' }))
  expect(cachePath({ ...pin, repository: 'oci://ghcr.io/a' })).not.toBe(cachePath({ ...pin, repository: 'oci://ghcr.io/b' }))
})

test("Helm's own variables say where its cache is", () => {
  put(join(top, 'own/cluster-0.3.1.tgz'), chartArchive(tinyChart('0.3.1')))
  process.env['HELM_REPOSITORY_CACHE'] = join(top, 'own')
  expect(find().ok).toBe(true)
})

test('a chart that is nowhere is one error with the command to type', () => {
  const found = find()
  expect(found).toEqual({
    ok: false,
    message: 'chart cluster 0.3.1 is neither in the repository nor in a cache, but its templates are needed',
    help: 'run `cnpg-values charts pull` with network access, or copy the chart into charts/',
  })
})

test.each([
  ['./charts', 'charts/cluster'],
  ['./charts/mine', 'charts/mine'],
  ['.', 'cluster'],
])('a pinned folder %s is the only place that is looked at', (repository, folder) => {
  put(cachePath({ ...pin, repository }), chartArchive(tinyChart('0.3.1')))
  expect(find({}, { ...pin, repository }).ok).toBe(false)
  putChart(join(root, folder))
  expect(placeOf(find({}, { ...pin, repository }))).toBe(folder)
})

test.each(['../elsewhere', './linked'])('a pinned folder %s outside of the repository is refused', (repository) => {
  putChart(join(top, 'elsewhere/cluster'))
  symlinkSync(join(top, 'elsewhere'), join(root, 'linked'))
  expect(placeOf(find({}, { ...pin, repository }))).toContain('leads out of the repository')
})

test('a broken archive is an error, not a crash', () => {
  put(join(root, 'charts/cluster-0.3.1.tgz'), chartArchive(tinyChart('0.3.1')).subarray(0, 60))
  expect(placeOf(find())).toContain('chart charts/cluster-0.3.1.tgz is no archive of a chart')
})

function lock(digest: string, repository = pin.repository): void {
  put(join(root, 'charts.lock'), writeLock([{ ...pin, repository, digest }]))
}
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

test('an archive that charts.lock does not name by its digest is an error with the command to type', () => {
  const archive = chartArchive(tinyChart('0.3.1'))
  const other = chartArchive(tinyChart('0.3.1', { 'README.md': 'replaced' }))
  put(join(root, 'charts/cluster-0.3.1.tgz'), archive)
  lock(digestOf(archive))
  expect(placeOf(find())).toBe('charts/cluster-0.3.1.tgz')
  lock(digestOf(other))
  const [is, has] = [archive, other].map((bytes) => `${digestOf(bytes).slice(0, 19)}…`)
  expect(find()).toEqual({
    ok: false,
    rule: 'charts/digest',
    message: `chart charts/cluster-0.3.1.tgz is ${is}, but charts.lock has ${has}`,
    help: '`cnpg-values charts pull --to charts` replaces it by the locked one; if the change is intended, remove its entry from charts.lock',
  })
  // another repository's chart of that name
  lock(digestOf(other), 'https://elsewhere.example.com')
  expect(find().ok).toBe(true)
  put(join(root, 'charts.lock'), 'charts: 7\n')
  expect(placeOf(find())).toContain("charts/cluster-0.3.1.tgz can't be verified: charts.lock holds no list `charts`")
  // a folder has no digest
  rmSync(join(root, 'charts/cluster-0.3.1.tgz'))
  putChart(join(root, 'charts/cluster'))
  expect(find().ok).toBe(true)
})

test('our cache must agree with charts.lock, and what Helm has of another repository is not taken', () => {
  const archive = chartArchive(tinyChart('0.3.1'))
  lock(digestOf(chartArchive(tinyChart('0.3.1', { 'README.md': 'replaced' }))))
  put(join(top, 'cache/helm/repository/cluster-0.3.1.tgz'), archive)
  expect(placeOf(find())).toContain('is neither in the repository nor in a cache')
  put(cachePath(pin), archive)
  expect(find()).toMatchObject({ rule: 'charts/digest', help: expect.stringMatching(/^`cnpg-values charts pull` replaces it/) as string })
})

test('the index and a commit have the charts that they hold', () => {
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { stdio: 'ignore' })
  }
  git('init', '-q')
  put(join(root, 'README.md'), '')
  git('add', '-A')
  git('commit', '-q', '-m', 'without')
  putChart(join(root, 'charts/cluster'))
  const from = (repository: ReturnType<typeof indexBytes>): boolean => openCharts({ repository, folders: [] }).find(pin).ok
  expect(from(indexBytes(root))).toBe(false)
  git('add', '-A')
  expect(from(indexBytes(root))).toBe(true)
  expect(from(commitBytes(root, 'HEAD'))).toBe(false)
  git('commit', '-q', '-m', 'with')
  expect(from(commitBytes(root, 'HEAD'))).toBe(true)
  const own = openCharts({ repository: commitBytes(root, 'HEAD'), folders: [] }).find(pin)
  expect(find()).toEqual(own)
})

test('the same files are the same object, wherever they are found', () => {
  putChart(join(root, 'charts/cluster'))
  const [first, second] = [find(), find()]
  expect(first.ok && second.ok && first.files === second.files).toBe(true)
})
