// Is a key that is written twice in an Application or a set reported at the second one, once?
import { expect, test } from 'vitest'
import { ordersApplication, toldOf } from '../support/files.ts'

const values = `      valuesObject:
        cluster:
          instances: 1
          enablePDB: false
          imageName: ghcr.io/cloudnative-pg/postgresql:17.5
`
const twice = (line: number, key: string): string =>
  `apps/orders.yaml:${line}: key \`${key}\` appears twice in this map, and Argo CD silently takes the last one [yaml/duplicate-key]`
const root = ordersApplication
  .replaceAll('orders', 'root')
  .replace(/ {2}source:[^]*/, '  source: { repoURL: https://github.com/acme/infra.git, targetRevision: main, path: apps }\n')

test.each([
  ['nothing', values, []],
  ['a key of the values', values.replace('enablePDB', 'instances: 1\n          enablePDB'), [twice(16, 'instances')]],
  ['a field', `${values}  project: default\n`, [twice(18, 'project')]],
  ['a key of another object', `${values}---\nkind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\ndata: { a: b, a: c }\n`, []],
])('twice: %s', async (_what, text, expected) => {
  const files = { 'apps/orders.yaml': ordersApplication + text }
  expect(await toldOf(files)).toEqual(expected)
  expect(await toldOf({ ...files, 'root.yaml': root })).toEqual(expected)
})
