// What is said of a parameter with an index that the list of the values does not have?
import { expect, test } from 'vitest'
import { openFiles, ordersApplication } from '../support/files.ts'

async function helps(poolers: string, parameters: string): Promise<string[]> {
  const values = `      valuesObject:
        cluster: { instances: 1, enablePDB: false, imageName: "ghcr.io/cloudnative-pg/postgresql:17.5" }
        poolers: ${poolers}
      parameters: ${parameters}
`
  const opened = openFiles({ 'apps/orders.yaml': ordersApplication + values }, 'https://github.com/acme/infra.git')
  try {
    const { stdout } = await opened.run('check', '--format', 'json')
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Readonly<{ line: number; rule: string; help?: string }>[] }
    return diagnostics.map(({ line, rule, help }) => `${line} ${rule}: ${help}`)
  } finally {
    opened.remove()
  }
}

const one = '[{ name: rw, instances: 1 }]'
test.each([
  [one, 2, 'the last one is poolers[0]: correct the index'],
  [one, 1, 'the last one is poolers[0]: correct the index, or set poolers[1].name as well'],
  ['[]', 2, 'the list is empty: begin with poolers[0]'],
  ['[]', 0, 'set poolers[0].name as well'],
])('of %s, poolers[%i]', async (poolers, index, help) => {
  expect(await helps(poolers, `[{ name: 'poolers[${index}].instances', value: '1' }]`)).toEqual([`16 values/known-choice: ${help}`])
})
test('each help holds', async () => {
  expect(await helps(one, "[{ name: 'poolers[0].instances', value: '1' }]")).toEqual([])
  expect(await helps(one, "[{ name: 'poolers[1].instances', value: '1' }, { name: 'poolers[1].name', value: ro }]")).toEqual([])
})
