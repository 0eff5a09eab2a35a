// Is what was meant found by a name that is nearly right?
import { afterAll, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

const repository = openRepository()
afterAll(() => repository.remove())

test.each([
  [['check', 'ordrs'], 'there is no database `ordrs`; did you mean `orders`?'],
  [['check', 'orders/prod'], 'there is no database `orders/prod`; did you mean `orders/prd`?'],
  [['check', 'databases/orders/values.yaml'], 'there is no database `databases/orders/values.yaml`; did you mean `orders`?'],
  [['check', './databases/orders/values-dev.yaml'], 'did you mean `orders/dev`?'],
  [['upgrade', '--postgres', '18', 'databases/orders/values.yaml'], 'did you mean `orders`?'],
  [['connect', 'databases/orders/values-dev.yaml'], 'did you mean `orders/dev`?'],
  [['schemas', 'deriv', '--from', 'x'], 'there is no command `schemas deriv`; did you mean `schemas derive`?'],
  [['chek'], 'there is no command `chek`; did you mean `check`?'],
  [['explain', 'orders/prd', 'Cluster.spec.storage.size'], 'did you mean `Cluster/spec.storage.size`?'],
  [['explain', 'orders/prd', 'poolers[1].type'], '`poolers` has 1 item, but `[1]` would be number 2'],
])('%j', async (argv, answer) => {
  repository.put('databases/orders/values-dev.yaml', 'poolers: [{ name: rw, type: rw, instances: 1 }]\n')
  repository.put('databases/orders/values-prd.yaml', 'poolers: [{ name: rw, type: rw, instances: 1 }]\n')
  const { code, stderr } = await repository.run(...argv)
  expect(stderr).toContain(answer)
  expect(code).toBe(2)
})

test('a key with dots is found as it is typed', async () => {
  const key = 'argocd.argoproj.io/sync-options'
  for (const path of [`cluster.annotations.${key}`, `Cluster/metadata.annotations.${key}`])
    expect((await repository.run('explain', 'orders/prd', path)).stdout).toContain(`annotations["${key}"] = Prune=`)
})

test('a parameter that nobody sets has its bounds, and the rules that would read it', async () => {
  const { stdout } = await repository.run('explain', 'orders/prd', 'cluster.postgresql.parameters.max_connections')
  for (const text of [
    'is not set in any layer',
    'bounds   1 to 262143',
    'postgres/parameter-value',
    'postgres/known-parameter',
    'postgres/starts',
  ])
    expect(stdout).toContain(text)
})

test('a check of one database mentions that others have errors', async () => {
  repository.put('databases/billing/values.yaml', 'cluster: { storage: { size: 1Gi }, walStorge: {} }\n')
  await repository.run('fix')
  repository.put('databases/billing/values.yaml', 'cluster: { storage: { size: 1Gi, sizze: 1, what: 2 } }\n')
  const { code, stderr } = await repository.run('check', 'orders/prd')
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'no problems; 1 of 4 databases checked against CloudNativePG 1.27.1\n2 errors of other databases are not shown\n',
  })
})

test('the folder of --flyway may come before the database', async () => {
  repository.put('databases/billing/values.yaml', 'cluster: { storage: { size: 1Gi } }\n')
  expect(await repository.run('connect', '--flyway', 'one', 'orders/prd')).toMatchObject({ code: 0 })
  expect(await repository.run('connect', 'orders/prd', '--flyway', 'two')).toMatchObject({ code: 0 })
  expect(repository.read('one/V1__init.sql')).toBe(repository.read('two/V1__init.sql'))
})
