// Does the help for an address without a scheme name the one that its server has?
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

test.each([
  ['minio:9000', 'write before it http://, or https:// if it has TLS'],
  ['minio.minio.svc:9000', 'write before it http://, or https:// if it has TLS'],
  ['tcp://minio.minio.svc.cluster.local:9000', 'begin it with http://, or https:// if it has TLS'],
  ['s3.example.com', 'write before it https://'],
  ['s3://s3.example.com', 'begin it with https://'],
])('%s', (endpoint, expected) => {
  const store = `{ apiVersion: barmancloud.cnpg.io/v1, kind: ObjectStore, metadata: { name: st }, spec: { configuration: { destinationPath: "s3://b/", endpointURL: "${endpoint}", s3Credentials: { inheritFromIAMRole: true } } } }`
  const found = judgeManifests(readManifests({ path: 'a.yaml', text: store }).manifests, '1.27.1')
  expect(found.flatMap(({ rule, finding }) => (rule === 'policy/endpoint-has-scheme' ? [textOf(finding.help ?? [])] : []))).toEqual([
    expected,
  ])
})
