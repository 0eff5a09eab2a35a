// Which folders may a chart that Helm renders come from?
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
let outside: string
beforeEach(() => {
  repository = openRepository()
  outside = mkdtempSync(join(tmpdir(), 'cnpg-values-outside-'))
  mkdirSync(join(outside, 'cluster'))
  writeFileSync(join(outside, 'cluster/Chart.yaml'), 'apiVersion: v2\nname: cluster\nversion: 0.8.1\n')
})
afterEach(() => {
  repository.remove()
  rmSync(outside, { recursive: true })
})

function pin(folder: string): void {
  const settings = repository.read('apps/values.yaml')
  repository.put(
    'apps/values.yaml',
    settings.replace(/(clusterChart:\n(?: .*\n)*? +version: 0\.8\.1)/, `$1\n    engine: helm\n    repository: ${folder}`),
  )
}

/** Seen from the working directory of this process, the folders are others or none. */
test.each(['./charts', '../elsewhere'])('%s that leads out of the repository is refused, wherever the command is run', async (folder) => {
  if (folder === './charts') symlinkSync(outside, join(repository.root, 'charts'))
  pin(folder)
  expect((await repository.run('check')).stdout).toContain(`clusterChart.repository is "${folder}", which leads out of the repository`)
})

test('a link in the folder of the chart is refused, too', async () => {
  repository.put('charts/cluster/Chart.yaml', 'apiVersion: v2\nname: cluster\nversion: 0.8.1\n')
  symlinkSync(outside, join(repository.root, 'charts/cluster/templates'))
  pin('./charts')
  expect((await repository.run('check')).stdout).toContain('which leads out of the repository')
})

test('a link that stays inside is not', async () => {
  repository.put('kept/all.yaml', '')
  repository.put('charts/cluster/Chart.yaml', 'apiVersion: v2\nname: cluster\nversion: 0.8.1\n')
  symlinkSync('../../kept', join(repository.root, 'charts/cluster/templates'))
  pin('./charts')
  expect((await repository.run('check')).stdout).not.toContain('out of the repository')
})
