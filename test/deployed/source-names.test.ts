// Is a misspelt chart, repository or parameter of a source reported, and that once?
import { expect, test } from 'vitest'
import { ordersApplication, toldOf } from '../support/files.ts'

const application = `${ordersApplication}      parameters:
        - { name: cluster.enablePDB, value: "false" }
        - { name: cluster.instances, value: "1" }
`

async function told(from: string, to: string): Promise<string[]> {
  return toldOf({ 'orders.yaml': application.replace(from, to) })
}

test.each([
  ['chart: cluster', 'chart: clutser', '9: chart is clutser, but the repository has no chart of that name [argocd/chart-known]'],
  [
    'github.io/charts',
    'github.io/chart',
    '8: repoURL is https://cloudnative-pg.github.io/chart, which is nearly the address of the official charts [argocd/repository-known]',
  ],
  ['name: cluster.instances, ', '', '15: parameter has no name, so that Helm sets nothing [argocd/parameter-named]'],
  ['name: cluster.instances, ', 'name: "", ', '15: parameter has no name, so that Helm sets nothing [argocd/parameter-named]'],
])('%s as %s', async (from, to, line) => {
  expect((await told(from, to)).filter((one) => !one.includes('[policy/'))).toEqual([`orders.yaml:${line}`])
})

test.each([
  ['repoURL: https://cloudnative-pg.github.io/charts', 'repoURL: https://cloudnative-pg.github.io/charts/'],
  ['repoURL: https://cloudnative-pg.github.io/charts', 'repoURL: ghcr.io/cloudnative-pg/charts'],
  ['chart: cluster', 'chart: grafana'],
])('%s as %s is not', async (from, to) => {
  expect((await told(from, to)).filter((one) => one.includes('-known') || one.includes('-named'))).toEqual([])
})
