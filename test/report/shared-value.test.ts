// Is a value that an anchor gives to several fields reported once?
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())

test.each([
  ['an anchor', '  storage: { size: &s 10Qi }\n  walStorage: { enabled: true, size: *s }\n', 1],
  ['a merge key', '  storage: &s { size: 10Qi }\n  walStorage: { enabled: true, <<: *s }\n', 1],
  ['a quantity', '  resources: { requests: { memory: &m 1Qi }, limits: { memory: *m } }\n', 1],
  ['nothing', '  storage: { size: null }\n  walStorage: { enabled: true, size: null }\n', 2],
  ['two values', '  storage: { size: 10Qi }\n  walStorage: { enabled: true, size: 10Qi }\n', 2],
])('%s', async (_, text, count) => {
  repository.put('databases/orders/values.yaml', 'cluster:\n  storage: { size: 10Gi }\n')
  repository.put('databases/orders/values-prd.yaml', `cluster:\n${text}`)
  const { stdout } = await repository.run('check')
  expect(stdout.match(/ error: /g), stdout).toHaveLength(count)
})
