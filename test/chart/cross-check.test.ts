// Is a difference between the model of the chart and the real Helm told at the value that made it?
import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { renderChart } from '../../scripts/library.ts'
import { openRepository } from '../support/terminal.ts'

const hasHelm = spawnSync('helm', ['version']).status === 0
let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())
const service = 'cluster:\n  instances: 2\n  storage:\n    size: 10Gi\n'

/** A chart that prints what the model does for the two releases, with one text replaced. */
async function writeChart(from: string, to: string, more = ''): Promise<void> {
  const { root } = repository
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
  const settings = repository.read('apps/values.yaml')
  repository.put('apps/values.yaml', settings.replace(/(clusterChart:\n(?: .*\n)*? +version: 0\.8\.1)/, '$1\n    repository: ./charts'))
  await repository.run('render', '--root', root)
}

describe.skipIf(!hasHelm)('with a real helm on PATH', () => {
  test('what is the same is no finding', async () => {
    repository.put('databases/orders/values.yaml', service)
    await writeChart('', '')
    const { code, stdout } = await repository.run('check', '--cross-check', 'helm')
    expect(stdout).toBe('')
    expect(code).toBe(0)
  })
  test('a field that differs is told at its value', async () => {
    repository.put('databases/orders/values.yaml', service)
    await writeChart('"size":"10Gi"', '"size":"11Gi"')
    const { code, stdout } = await repository.run('check', '--cross-check', 'helm')
    expect(code).toBe(1)
    expect(stdout).toContain(
      'databases/orders/values.yaml:4:11: error: cluster.storage.size is "10Gi" in the model, but "11Gi" in what helm prints',
    )
    expect(stdout).toContain('[chart/cross-check]')
    expect((await repository.run('check')).code).toBe(0)
  })
  test('an object that only one of them prints', async () => {
    repository.put('databases/orders/values.yaml', service)
    await writeChart('"kind":"Cluster"', '"kind":"Klaster"')
    const { stdout } = await repository.run('check', '--cross-check', 'helm')
    expect(stdout).toContain('Cluster/orders-db-dev is in the model, but helm does not print it')
    expect(stdout).toContain('Klaster/orders-db-dev is not in the model, but helm prints it')
  })
})

test('without helm it is wrong usage', async () => {
  const { PATH } = process.env
  process.env['PATH'] = '/nowhere'
  const { code, stderr } = await repository.run('check', '--cross-check', 'helm')
  process.env['PATH'] = PATH
  expect(code).toBe(2)
  expect(stderr).toBe('cnpg-values: --cross-check needs `helm`, but none is on PATH\n')
})
