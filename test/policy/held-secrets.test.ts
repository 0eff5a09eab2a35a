// Which keys has a Secret that another operator fills, and is what a Secret holds base64?
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const cluster = `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: a }, spec: { instances: 1, storage: { size: 1Gi },
  bootstrap: { initdb: { database: app, owner: app, secret: { name: s } } } } }`

function found(...beside: readonly string[]): string[] {
  const { manifests } = readManifests({ path: 'a.yaml', text: [cluster, ...beside].join('\n---\n') })
  return judgeManifests(manifests, '1.30.0').flatMap(({ rule, finding: { places, help } }) =>
    /secret/.test(rule) ? [`${rule.replace('policy/', '')} ${places[0].path.join('.')}: ${textOf(help ?? []).slice(0, 40)}`] : [],
  )
}

const external = (spec: string, version = 'v1'): string =>
  `{ apiVersion: external-secrets.io/${version}, kind: ExternalSecret, metadata: { name: e }, spec: { ${spec} } }`
const data = (...keys: readonly string[]): string =>
  `data: [${keys.map((key) => `{ secretKey: ${key}, remoteRef: { key: k } }`).join(', ')}]`
const target = 'target: { name: s }'
const template = (fields: string): string => `target: { name: s, template: { ${fields} } }`
const wrong = 'login-secret-fits spec.data: rename the key POSTGRES_USER to username'

test.each<readonly [string, readonly string[]]>([
  [external(`${target}, ${data('username', 'password')}`), []],
  [external(`${target}, ${data('POSTGRES_USER', 'password')}`), [wrong]],
  [external(`${target}, ${data('POSTGRES_USER', 'password')}`, 'v1beta1'), [wrong]],
  [external(`${target}, ${data('password')}`), ['login-secret-fits spec.data: a Secret for a login has the keys userna']],
  [external(`${target}, ${data('user', 'password')}, dataFrom: [{ extract: { key: k } }]`), []],
  [external(`${template('data: { username: app, password: "{{ .p }}" }')}, ${data('p')}`), []],
  [
    external(`${template('data: { user: app, password: "{{ .p }}" }')}, ${data('p')}`),
    ['login-secret-fits spec.target.template.data: rename the key user to username'],
  ],
  [external(`${template('mergePolicy: Merge, data: { user: app }')}, ${data('p')}`), []],
  [external(`${template('templateFrom: [{ configMap: { name: c } }]')}, ${data('p')}`), []],
  [external(`target: { name: s, creationPolicy: Merge }, ${data('p')}`), []],
  [external(`target: { name: other }, ${data('p')}`), []],
  [
    '{ apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: { name: s }, spec: { encryptedData: { user: A, password: A } } }',
    ['login-secret-fits spec.encryptedData: rename the key user to username'],
  ],
  [
    '{ apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: { name: s }, spec: { encryptedData: { password: A }, template: { data: { username: app } } } }',
    [],
  ],
])('knows the keys that others fill in: %s', (beside, expected) => {
  expect(found(beside)).toEqual(expected)
})

const secret = (fields: string): string => `{ apiVersion: v1, kind: Secret, metadata: { name: s }, ${fields} }`

test.each<readonly [string, number]>([
  [secret('data: { username: YXBw, password: swordfish }'), 1],
  [secret('data: { username: app, password: swordfish }'), 1],
  [secret('data: { username: YXBw, password: c3dvcmRmaXNo }'), 0],
  [secret('data: { username: YXBw, password: "c3dv\\ncmRm\\naXNo" }'), 0],
  [secret('data: { username: YXBw, password: "<path:kv/data/pay#password>" }'), 0],
  [secret('data: { username: YXBw, password: "${PASSWORD}" }'), 0],
  [secret('data: { username: YXBw, password: "ENC[AES256_GCM,data:x]" }, sops: {}'), 0],
  [secret('stringData: { username: app, password: swordfish }'), 0],
])('knows what is base64: %s', (beside, count) => {
  expect(found(beside).filter((one) => one.startsWith('secret-data-encoded'))).toHaveLength(count)
})
