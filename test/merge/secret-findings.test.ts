// Which texts of values are reported as secrets, and which are only named like one?
import { expect, test } from 'vitest'
import { secretFindings } from '../../scripts/merge/secret-findings.ts'
import { locate } from '../../scripts/findings/spot.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import type { MapValue } from '../../scripts/values/value.ts'

function linesOf(text: string): number[] {
  const { documents } = parseYaml({ path: 'values.yaml', text }, 'service')
  return [...secretFindings(documents[0] as MapValue)].map(({ at }) => locate(at).line).sort((a, b) => a - b)
}

test.each([
  ['a secret at its key', 'password: abc\n', [1]],
  ['a secret that sits beside the name of a user', 'db:\n  user: me\n  password: abc\n', [3]],
  ['texts below a key', 'passwords:\n  admin: abc\n  reader: def\n', [2, 3]],
  ['a value below a key', 'token:\n  enabled: true\n  value: abc\n', [3]],
  ['a list of secrets', 'tokens:\n  - abc\n', []],
  ['a list at a key for one', 'apiToken:\n  - abc\n', [2]],
  [
    'a key of a cloud beside the name of a Secret',
    's3:\n  existingSecret: s3\n  secretKey: wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEYab\n',
    [3],
  ],
  ['the chart of databases', 'backups:\n  s3:\n    accessKey: abc\n    secretKey: def\n', [3, 4]],
  ['a Secret among manifests', 'objects:\n  - kind: Secret\n    stringData:\n      password: abc\n', [4]],
  ['a text that looks like one, wherever it is', 'token:\n  enabled: true\n  url: postgres://me:hunter22@host/db\n', [3]],
])('%s is reported', (_title, text, lines) => {
  expect(linesOf(text)).toEqual(lines)
})
test.each([
  ['a reference in an environment', 'env:\n  DB_PASSWORD:\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: password\n'],
  ['a reference to a whole Secret', 'envFrom:\n  - secretRef:\n      name: api-token\n'],
  ['the key of a Secret that is named beside it', 'sql:\n  existingSecret: db\n  secretKey: password\n'],
  ['the key of a Secret in its own name', 'database:\n  existingSecretKey: uri\n'],
  [
    'what a manifest fetches',
    'raw:\n  kind: ExternalSecret\n  spec:\n    data:\n      - secretKey: token\n        remoteRef: { key: a, property: token }\n',
  ],
  ['what a manifest has encrypted', 'raw:\n  kind: SealedSecret\n  spec:\n    encryptedData:\n      password: AgB0\n'],
  ['a fetched key without its manifest', 'data:\n  - secretKey: ACCESS_KEY\n    remoteRef: { key: a }\n'],
  [
    'the settings of something called after a secret',
    'importer-token:\n  enabled: true\n  forceRename: firefly-token\n  manifest: { a: 1 }\n',
  ],
  ['a database in a file', 'connectionString: "file:data/app.db?_txlock=immediate"\n'],
  ['what a name like that of a token names', 'envFrom:\n  - secretRef:\n      name: gluetun-wg-vm-keys\n'],
  ['the volumes of something called after a secret', 'signing-key:\n  name: a\n  mounts:\n    main: [{ path: /a }]\n'],
  ['names of claims', 'claims_policies:\n  login:\n    id_token: [email, groups]\n'],
])('%s is not', (_title, text) => {
  expect(linesOf(text)).toEqual([])
})
