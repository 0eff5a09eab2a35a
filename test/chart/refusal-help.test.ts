// What is a person to type where a chart's own message stops Helm?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const url = 'https://github.com/acme/infra.git'
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  source: { repoURL: "${url}", targetRevision: main, path: chart, helm: { valueFiles: [own.yaml] } }
`
const template = (size: string): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: orders }
spec:
  instances: 1
  storage: { size: ${size} }
`

async function helps(size: string, values: string): Promise<(string | undefined)[]> {
  const files = {
    'orders.yaml': application,
    'chart/Chart.yaml': 'apiVersion: v2\nname: orders\nversion: 1.0.0\n',
    'chart/values.yaml': 'name: ""\ndisk: { kind: ssd }\n',
    'chart/own.yaml': values,
    'chart/templates/cluster.yaml': template(size),
  }
  opened = openFiles(files, url)
  const { stdout } = await opened.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { severity: string; help?: string }[] }
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ help }) => help)
}

test.each([
  ['the argument that it requires', '{{ required "give a size" .Values.disk.size }}', 'disk: {}', 'set `disk.size`'],
  ['an empty default', '{{ required "it has no name" .Values.name }}', 'disk: {}', 'set `name`'],
  ['the last value that it looked at', '{{ if not .Values.disk.size }}{{ fail "no size" }}{{ end }}', 'disk: {}', 'set `disk.size`'],
  [
    'the key that it names',
    '{{ if .Values.size }}{{ fail "size is deprecated. Use .Values.disk.size instead." }}{{ end }}1Gi',
    'size: 1Gi',
    'write `disk.size` instead',
  ],
  ['a line that takes a map away', '{{ .Values.disk.size }}', 'disk: null', 'remove the line: null here drops what lower layers set'],
])('%s', async (_title, size, values, help) => {
  expect(await helps(size, `${values}\n`)).toEqual([help])
})

test('nothing where the value is there and the message does not say what it must be', async () => {
  expect(await helps('{{ if eq .Values.disk.size "1Gi" }}{{ fail "too small" }}{{ end }}', 'disk: { size: 1Gi }\n')).toEqual([undefined])
})
