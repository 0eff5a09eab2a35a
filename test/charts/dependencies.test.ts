// Is a chart put together with what it declares, as `helm dependency build` would?
import { expect, test } from 'vitest'
import { assemble } from '../../scripts/charts/dependencies.ts'
import type { ChartFiles } from '../../scripts/helm/chart.ts'

const chart = (files: Readonly<Record<string, string>>): ChartFiles =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
const head = (name: string, ...dependencies: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v2', name, version: '1.0.0', dependencies })
const nowhere = { folder: () => undefined, pinned: () => undefined }

test('a folder beside it is taken, with what that one needs', () => {
  const folders: Record<string, ChartFiles> = {
    'charts/db': chart({ 'Chart.yaml': head('db', { name: 'lib', version: '1', repository: 'file://../lib' }), 'templates/a.yaml': 'a' }),
    'charts/lib': chart({ 'Chart.yaml': head('lib') }),
  }
  const own = chart({ 'Chart.yaml': head('app', { name: 'db', version: '1', repository: 'file://../../charts/db/' }) })
  const { files, missing } = assemble(own, 'apps/one', { ...nowhere, folder: (path) => folders[path] })
  expect(Object.keys(files).sort()).toEqual([
    'Chart.yaml',
    'charts/db/Chart.yaml',
    'charts/db/charts/lib/Chart.yaml',
    'charts/db/templates/a.yaml',
  ])
  expect(missing).toEqual([])
})

test('what is packed already stays as it is', () => {
  const own = chart({
    'Chart.yaml': head(
      'app',
      { name: 'db', version: '1', repository: 'https://a' },
      { name: 'web', version: '1', repository: 'https://a' },
    ),
    'charts/db/Chart.yaml': head('db'),
    'charts/web-1.0.0.tgz': '',
  })
  expect(assemble(own, 'app', nowhere)).toEqual({ files: own, missing: [] })
})

test('the version in the lock counts where the pin is a range', () => {
  const own = chart({
    'Chart.yaml': head('app', { name: 'db', version: '^1', repository: 'https://a' }),
    'Chart.lock': JSON.stringify({ dependencies: [{ name: 'db', version: '1.4.2', repository: 'https://a' }] }),
  })
  const asked: string[] = []
  assemble(own, 'app', { ...nowhere, pinned: ({ version }) => void asked.push(version) })
  expect(asked).toEqual(['1.4.2'])
})

test('what is not here is named, and the chart does without it', () => {
  const own = chart({
    'Chart.yaml': head(
      'app',
      { name: 'db', version: '1', repository: 'https://a' },
      { name: 'up', version: '1', repository: 'file://../../../up' },
    ),
  })
  const { files, missing } = assemble(own, 'a/b', nowhere)
  expect(missing.map(({ name }) => name)).toEqual(['db', 'up'])
  expect(JSON.parse(Buffer.from(files['Chart.yaml'] ?? []).toString())).toMatchObject({ name: 'app', dependencies: [] })
})

test('charts that need each other come to an end', () => {
  const one = chart({ 'Chart.yaml': head('one', { name: 'two', version: '1', repository: 'file://../two' }) })
  const two = chart({ 'Chart.yaml': head('two', { name: 'one', version: '1', repository: 'file://../one' }) })
  const { files } = assemble(one, 'one', { ...nowhere, folder: (path) => (path === 'one' ? one : two) })
  expect(Object.keys(files).length).toBeLessThan(20)
})
