// Is a template of Helm reported that nobody renders, and no other braces?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const application = folderApplication({ name: 'pay', url: 'https://github.com/acme/infra.git', path: 'pay' })

test.each<readonly [string, number]>([
  ['{{ .Values.team }}', 1],
  ['{{- $.Release.Name -}}', 1],
  ['{{ $labels.pod }}', 0],
  ['{{ .path }}', 0],
  ['{{ name }}', 0],
  ['data', 0],
])('%s', async (text, count) => {
  const cluster = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pay }
spec: { instances: 1, enablePDB: false, description: "${text}", storage: { size: 10Gi } }
`
  const told = await toldOf({ 'argo/pay.yaml': application, 'pay/cluster.yaml': cluster })
  expect(told.filter((one) => /cluster\.yaml:4: .*\[policy\/template-rendered\]/.test(one))).toHaveLength(count)
})

test.each<readonly [string, number]>([
  ['storage: { size: "{{ size }}" }', 1],
  ['storage: { size: 10Gi }, logLevel: "{{level.name}}"', 1],
  ['storage: { size: 10Gi }, imageName: "ghcr.io/cloudnative-pg/postgresql:{{ tag }}"', 1],
  ['storage: { size: 10Gi }, affinity: { podAntiAffinityType: required, nodeSelector: { kubernetes.io/hostname: "{{ node }}" } }', 1],
  ['storage: { size: 10Gi }, inheritedMetadata: { annotations: { note: "{{ end }}{{ x }}" } }', 0],
  ['storage: { size: 10Gi }, bootstrap: { initdb: { postInitSQL: ["SELECT \'{{a}}\'::text[]"] } }', 0],
])('a parameter of a set: %s', async (fields, count) => {
  const cluster = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pay }
spec: { instances: 2, enablePDB: false, ${fields} }
`
  const told = await toldOf({ 'argo/pay.yaml': application, 'pay/cluster.yaml': cluster })
  expect(told.filter((one) => one.includes('cluster.yaml:4:'))).toHaveLength(count)
  expect(told.filter((one) => one.endsWith('[policy/template-rendered]'))).toHaveLength(count)
})

test('it is one mistake, whatever else its text is not', async () => {
  const cluster = (size: string): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pay }
spec: { instances: 1, enablePDB: false, storage: { size: "${size}" } }
`
  const told = await toldOf({ 'argo/pay.yaml': application, 'pay/cluster.yaml': cluster('{{ .Values.size }}') })
  expect(told).toEqual([expect.stringMatching(/cluster\.yaml:4: .*\[policy\/template-rendered\]$/)])
  expect(await toldOf({ 'argo/pay.yaml': application, 'pay/cluster.yaml': cluster('10 Gi') })).toHaveLength(1)
})
