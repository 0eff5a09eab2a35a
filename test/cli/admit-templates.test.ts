// Is a template of a chart named for what it is, instead of a brace to close or to quote?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

async function admit(text: string): Promise<string> {
  const opened = openFiles({ 'cluster.yaml': text })
  open.push(opened)
  return (await opened.run('admit', 'cluster.yaml')).stdout
}
const head = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\n'

test.each([
  `{{- if .Values.enabled }}\n${head}metadata: { name: orders }\n{{- end }}\n`,
  `{{- /*\nThe database\n*/ -}}\n${head}metadata: { name: orders }\n`,
  `${head}metadata:\n  name: {{ .Values.name }}\n`,
  `${head}metadata:\n  name: {{ .Release.Name }}-orders\n`,
  `${head}metadata:\n  name: orders\n  labels:\n    {{- include "orders.labels" . | nindent 4 }}\n`,
])('%j has to be rendered', async (text) => {
  const stdout = await admit(text)
  expect(stdout).toContain('this is a template of a Helm chart, but must be YAML [yaml/syntax]')
  expect(stdout).toContain('help: render it first: helm template DIR | cnpg-values admit -, where DIR is the folder of the chart')
  expect(stdout.match(/error:/g)).toHaveLength(1)
})
test.each([
  [`${head}metadata:\n  name: {{ name }}\n`, 'put quotes around the value'],
  [`${head}metadata: { name: orders\n`, 'close it with `}`'],
  [`${head}metadata:\n  annotations:\n    text: |\n      {{ .Values.name }}\n  labels: { name: orders\n`, 'close it with `}`'],
])('%j is no template', async (text, help) => {
  expect(await admit(text)).toContain(help)
})
