// Is what a chart makes of one database gone when the next one is checked?
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'
import { tinyChart } from '../support/tiny-chart.ts'

const cli = fileURLToPath(new URL('../../bin/cnpg-values.mjs', import.meta.url))

test('a check of many databases takes no more memory than that of a few', { timeout: 120_000 }, () => {
  const repository = openRepository()
  try {
    // each Cluster takes about a megabyte
    const annotations = '  annotations:\n    {{- range until 2000 }}\n    note-{{ . }}: {{ $.Release.Name }}\n    {{- end }}\n'
    const files = tinyChart('1.2.3')
    files['templates/cluster.yaml'] =
      files['templates/cluster.yaml']?.replace(/ {2}\{\{- with .*annotations [^]*?end \}\}\n/, annotations) ?? ''
    for (const [path, text] of Object.entries(files)) repository.put(`charts/cluster/${path}`, text)
    const settings = repository.read('apps/values.yaml')
    repository.put('apps/values.yaml', settings.replace(/clusterChart:\n(?: {4}.*\n)+/, 'clusterChart:\n    version: 1.2.3\n'))
    for (let index = 0; index < 60; index++) repository.put(`databases/service-${index}/values.yaml`, '{}\n')
    const check = ['--max-old-space-size=60', cli, 'check', '--root', repository.root, '--format', 'json']
    const { stdout } = spawnSync(process.execPath, check, { encoding: 'utf8' })
    expect(JSON.parse(stdout).summary).toMatchObject({ databases: 122 })
  } finally {
    repository.remove()
  }
})
