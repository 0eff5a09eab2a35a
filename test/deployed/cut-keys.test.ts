// Is the name of a parameter whose key has dots in it reported once, with the name to write?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { tinyChart } from '../support/tiny-chart.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const url = 'https://github.com/acme/infra.git'
const application = (source: string, name: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  source:
    ${source}
    helm:
      releaseName: orders
      parameters:
        - { name: cluster.enablePDB, value: "false" }
        - name: ${name}
          value: x
`
const official = 'repoURL: https://cloudnative-pg.github.io/charts\n    chart: cluster\n    targetRevision: 0.8.1'
const folder = `repoURL: ${url}\n    targetRevision: main\n    path: chart`
const chart = Object.fromEntries(Object.entries(tinyChart('1.2.3')).map(([path, text]) => [`chart/${path}`, text]))

async function said(source: string, name: string): Promise<string[]> {
  opened = openFiles({ ...chart, 'orders.yaml': application(source, name) }, url)
  const { stdout } = await opened.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { severity: string; file: string; line: number; message: string; help?: string }[]
  }
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ file, line, message, help }) => `${file}:${line}: ${message}: ${help}`)
}

test.each([official, folder])('of %j', async (source) => {
  const help = 'write a backslash before each dot inside a key: name:'
  expect(await said(source, 'cluster.annotations.example.com/team')).toEqual([
    `orders.yaml:15: cluster.annotations.example is a map, but an annotation must be text: ${help} cluster.annotations.example\\.com/team`,
  ])
  opened?.remove()
  expect(await said(source, 'cluster.additionalLabels.example.com/team')).toEqual([
    `orders.yaml:15: cluster.additionalLabels.example is a map, but must be a string: ${help} cluster.additionalLabels.example\\.com/team`,
  ])
  opened?.remove()
  expect(await said(source, 'cluster.annotations.example\\.com/team')).toEqual([])
})
