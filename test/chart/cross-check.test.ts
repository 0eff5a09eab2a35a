// Is a difference between the model of the chart and the real Helm told at the value that made it?
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { crossCheck } from '../../scripts/chart/helm-binary/cross-check.ts'
import { chartsOf } from '../../scripts/discover/charts.ts'
import { readFleet } from '../../scripts/deployed/fleet.ts'
import { evaluate, layerReader } from '../../scripts/evaluate.ts'
import { textOf } from '../../scripts/findings/message.ts'
import { locate } from '../../scripts/findings/spot.ts'
import { renderChart } from '../../scripts/library.ts'
import { openWorkspace } from '../../scripts/discover/open-workspace.ts'
import { openRepository } from '../support/terminal.ts'
import { chartArchive, tinyChart } from '../support/tiny-chart.ts'

const hasHelm = spawnSync('helm', ['version']).status === 0
let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())
const service = 'cluster:\n  instances: 2\n  storage:\n    size: 10Gi\n'

/** A chart that prints what the model does for the two releases, with one text replaced. */
async function writeChart(from: string, to: string, more = ''): Promise<void> {
  await repository.run('render')
  const texts = ['dev', 'prd'].map((env) => {
    const release = `orders-db-${env}`
    const layers = [repository.read(`helm-values/data/rendered/${env}/orders.yaml`)]
    const rendered = renderChart({ chart: 'cluster', version: '0.8.1', release, namespace: `orders-${env}`, layers })
    if (!rendered.ok) throw new Error(rendered.message)
    const documents = rendered.objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('')
    return `{{ if eq .Release.Name "${release}" }}\n${documents}{{ end }}\n`
  })
  repository.put('charts/cluster/Chart.yaml', 'apiVersion: v2\nname: cluster\nversion: 0.8.1\n')
  repository.put('charts/cluster/templates/all.yaml', texts.join('').replaceAll(from, to) + more)
}

/** The model's objects beside what helm prints of that chart. */
async function differences(): Promise<string[]> {
  const workspace = openWorkspace(repository.root, {})
  const { settings, databases } = await readFleet(workspace)
  if (settings === undefined) throw new Error('the settings are broken')
  const { root } = repository
  const charts = chartsOf(workspace, settings)
  const options = { settings, root, charts, reader: layerReader(settings) }
  return databases.flatMap((database) => {
    const evaluated = evaluate(database, options)
    if ('unreadable' in evaluated) throw new Error('the values are broken')
    const { environment } = database
    const local = { ...database, environment: { ...environment, clusterChart: { ...environment.clusterChart, repository: './charts' } } }
    return crossCheck(local, { values: evaluated.merged, objects: evaluated.objects, repository: { root, charts } }).map(
      ({ at, message, rule }) => {
        const { file, line, column } = locate(at)
        return `${file}:${line}:${column}: ${textOf(message)} [${rule}]`
      },
    )
  })
}

describe.skipIf(!hasHelm)('with a real helm on PATH', () => {
  beforeEach(() => repository.put('databases/orders/values.yaml', service))
  test('what is the same is no finding', async () => {
    await writeChart('', '')
    expect(await differences()).toEqual([])
  })
  test('a field that differs is told at its value', async () => {
    await writeChart('"size":"10Gi"', '"size":"11Gi"')
    const one =
      'databases/orders/values.yaml:4:11: cluster.storage.size is "10Gi" in the model, but "11Gi" in what helm prints [chart/cross-check]'
    expect(await differences()).toEqual([one, one])
  })
  test('an object that only one of them prints', async () => {
    await writeChart('"kind":"Cluster"', '"kind":"Klaster"')
    const all = (await differences()).join('\n')
    expect(all).toContain('Cluster/orders-db-dev is in the model, but helm does not print it')
    expect(all).toContain('Klaster/orders-db-dev is not in the model, but helm prints it')
  })
  test('a chart that is rendered from its files is compared, too', async () => {
    for (const [path, text] of Object.entries(tinyChart('1.2.3'))) repository.put(`charts/cluster/${path}`, text)
    const settings = repository.read('apps/values.yaml')
    const pinned = settings.replace(/(clusterChart:\n(?: .*\n)*? +version: )0\.8\.1/, '$11.2.3\n    repository: ./charts')
    repository.put('apps/values.yaml', pinned)
    await repository.run('render')
    expect((await repository.run('check', '--cross-check', 'helm')).stdout).toBe('')
  })
  test('with engine helm, origins, unknown keys and refusals are as exact as without', async () => {
    for (const [path, text] of Object.entries(tinyChart('1.2.3'))) repository.put(`charts/cluster/${path}`, text)
    const settings = repository.read('apps/values.yaml')
    const pinned = settings.replace(/(clusterChart:\n(?: .*\n)*? +version: )0\.8\.1/, '$11.2.3\n    repository: ./charts\n    engine: helm')
    repository.put('apps/values.yaml', pinned)
    repository.put('databases/orders/values.yaml', 'cluster:\n  resources:\n    requests:\n      memory: 1 Gig\n  storge: {}\n')
    const { stdout } = await repository.run('check')
    expect(stdout).toContain('databases/orders/values.yaml:4:15: error: cluster.resources.requests.memory is "1 Gig"')
    expect(stdout).toContain('databases/orders/values.yaml:5:3: error: unknown key `storge` in `cluster`')
    repository.put('databases/orders/values.yaml', 'superuser:\n  secret: ""\n')
    const refused = await repository.run('check')
    expect(refused.stdout).toContain(
      'databases/orders/values.yaml:2:11: error: helm reports: execution error at (cluster/templates/cluster.yaml:24:13)',
    )
  })
  test('with engine helm, a chart that is not here is fetched once for all databases, and its keys are known', async () => {
    const server = await serveChart('1.2.3')
    const settings = repository.read('apps/values.yaml')
    const pin = `$11.2.3\n    repository: ${server.url}\n    engine: helm`
    repository.put('apps/values.yaml', settings.replace(/(clusterChart:\n(?: .*\n)*? +version: )0\.8\.1/, pin))
    for (const name of ['billing', 'carts', 'users']) repository.put(`databases/${name}/values.yaml`, service)
    repository.put('databases/orders/values.yaml', 'cluster:\n  storge: {}\n')
    const { stdout } = await repository.run('check')
    const asked = server.stop()
    expect(stdout).toContain('databases/orders/values.yaml:2:3: error: unknown key `storge` in `cluster`')
    expect(stdout).not.toContain('are not here')
    expect(asked.filter((path) => path.endsWith('.tgz'))).toEqual(['/cluster-1.2.3.tgz'])
  })
})

/** A repository of one chart in a process of its own: `helm` is waited for. */
async function serveChart(version: string): Promise<{ url: string; stop: () => string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-served-'))
  const file = `cluster-${version}.tgz`
  writeFileSync(join(folder, file), chartArchive(tinyChart(version)))
  writeFileSync(
    join(folder, 'index.yaml'),
    `apiVersion: v1\nentries:\n  cluster:\n    - apiVersion: v2\n      name: cluster\n      version: ${version}\n      urls: [${file}]\n`,
  )
  const log = join(folder, 'asked.txt')
  writeFileSync(log, '')
  const script = `
    const fs = require('node:fs')
    const server = require('node:http').createServer(({ url }, answer) => {
      fs.appendFileSync(${JSON.stringify(log)}, url + '\\n')
      answer.end(fs.readFileSync(${JSON.stringify(folder)} + url))
    })
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    url: `http://127.0.0.1:${String(port).trim()}`,
    stop: () => {
      child.kill()
      const asked = readFileSync(log, 'utf8').trim().split('\n')
      rmSync(folder, { recursive: true })
      return asked
    },
  }
}

test('without helm it is wrong usage', async () => {
  const { PATH } = process.env
  process.env['PATH'] = '/nowhere'
  const { code, stderr } = await repository.run('check', '--cross-check', 'helm')
  process.env['PATH'] = PATH
  expect(code).toBe(2)
  expect(stderr).toBe('cnpg-values: --cross-check needs `helm`, but none is on PATH\n')
})
