// Is a value that an alias repeats in a field of another type reported at the alias, and one that is wrong itself at the anchor?
import { expect, test } from 'vitest'
import { ordersApplication, toldOf } from '../support/files.ts'

const application = `${ordersApplication}      values: |
        cluster:
          instances: &n 2
          enableSuperuserAccess: &off false
          enablePDB: *off
          logLevel: info
          resources:
            limits: { memory: 1Gi }
            requests: { memory: 1Gi }
`

async function told(...edits: readonly (readonly [string, string])[]): Promise<string[]> {
  const text = edits.reduce((sum, [from, to]) => sum.replace(from, to), application)
  return toldOf({ 'orders.yaml': text })
}

test.each([
  ['logLevel: info', 'logLevel: *n', '18: cluster.logLevel is a number (2), but the chart takes text [values/chart-schema]'],
  ['limits: { memory: 1Gi }', 'limits: *n', '20: cluster.resources.limits is 2, but must be a map [schema/type]'],
])('%s as %s', async (from, to, line) => {
  expect(await told([from, to])).toEqual([`orders.yaml:${line}`])
})

test('of the anchor', async () => {
  expect(await told(['&off false', '&off "no"'])).toEqual([
    'orders.yaml:16: cluster.enablePDB is text ("no"), but the chart takes true or false [values/chart-schema]',
  ])
})
