// Does a secret ever reach the output?
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { secretsOf } from '../../scripts/secret/source.ts'
import { isSecretKey } from '../../scripts/secret/names.ts'
import { maskInText, maskSpans } from '../../scripts/secret/shapes.ts'
import { openRepository } from '../support/terminal.ts'

const shown = (...lines: string[]): readonly string[] => {
  const text = lines.join('\n')
  return maskSpans(text, secretsOf(text).spans).split('\n')
}

describe('a shown line', () => {
  test.each([
    ['    secretKey: abc', '    secretKey: ***'],
    ['s3: {secretKey: abc, accessKey: "d, e"}', 's3: {secretKey: ***, accessKey: "***"}'],
    ['secretKey: {a: abc}', 'secretKey: {***: ***}'],
    ['secretKey: [abc]', 'secretKey: [***]'],
    ['passwordd: abc', 'passwordd: ***'],
    ['pasword: abc', 'pasword: ***'],
    ['pwd: abc', 'pwd: ***'],
    ['  dbPassword: abc # note', '  dbPassword: *** # note'],
    ['- password: abc', '- password: ***'],
    ['{"a":1,"password":12345,"b":2}', '{"a":1,"password":***,"b":2}'],
    ['secretKey abc', 'secretKey ***'],
    ['secretKey=abc', 'secretKey=***'],
    ['  secretKey:abc', '  secretKey:***'],
    ['? secretKey', '? secretKey'],
    ['env: DB_PASSWORD=abc', 'env: DB_PASSWORD=***'],
    ['primary_conninfo: "host=x password=abc user=y"', 'primary_conninfo: "host=x password=*** user=y"'],
    ['url: https://user:abc@example.com/x', 'url: https://user:***@example.com/x'],
    ["- CREATE ROLE x LOGIN PASSWORD 'abc'", '- CREATE ROLE x LOGIN PASSWORD ***'],
    // the name of a Secret
    ['superuserSecret: abc', 'superuserSecret: abc'],
    ['passwordSecret: {create: true, value: abc}', 'passwordSecret: {create: true, value: ***}'],
    ['password_encryption: scram-sha-256', 'password_encryption: scram-sha-256'],
    ['automountServiceAccountToken: false', 'automountServiceAccountToken: false'],
    ['secret: {create: false, name: ovh-s3-creds}', 'secret: {create: false, name: ovh-s3-creds}'],
    ['passwordSecret: {name: x, key: y}', 'passwordSecret: {name: x, key: y}'],
    ['- {name: DB_PASSWORD, value: abc}', '- {name: DB_PASSWORD, value: ***}'],
    ['- {value: abc, name: DB_PASSWORD}', '- {value: ***, name: DB_PASSWORD}'],
    ['- {name: KEYSTORE_PIN, value: abc}', '- {name: KEYSTORE_PIN, value: ***}'],
    ['bootstrap: {secret: creds}', 'bootstrap: {secret: creds}'],
    ['replica: {secret: creds}', 'replica: {secret: ***}'],
    ['- secret: {secretName: creds}', '- secret: {secretName: creds}'],
    ["- SELECT pgp_pub_decrypt(a, b, 'abc'), 'x'", "- SELECT pgp_pub_decrypt(a, b, ***), 'x'"],
    ["- INSERT INTO t (a, pin) VALUES ('x', 1234), ('y', NULL)", "- INSERT INTO t (a, pin) VALUES ('x', ***), ('y', NULL)"],
    ['- {name: DB_HOST, value: abc}', '- {name: DB_HOST, value: abc}'],
    [
      '- {name: recovery.pgBaseBackup.source.passwordSecret.value, value: abc}',
      '- {name: recovery.pgBaseBackup.source.passwordSecret.value, value: ***}',
    ],
    [
      '- {name: recovery.pgBaseBackup.source.passwordSecret.name, value: abc}',
      '- {name: recovery.pgBaseBackup.source.passwordSecret.name, value: abc}',
    ],
    [
      "- INSERT INTO settings (key, value) VALUES ('smtp_password', 'abc'), ('smtp_host', 'x')",
      "- INSERT INTO settings (key, value) VALUES ('smtp_password', ***), ('smtp_host', 'x')",
    ],
    ["- UPDATE users SET (name, password) = ('x', 'abc') WHERE id = 1", "- UPDATE users SET (name, password) = ('x', ***) WHERE id = 1"],
    ["- UPDATE users SET (name, size) = ('x', 'abc')", "- UPDATE users SET (name, size) = ('x', 'abc')"],
    ["- SELECT vault.create_secret('abc', 'name')", "- SELECT vault.create_secret(***, 'name')"],
    ['- host all all all radius radiusservers="a" radiussecrets="abc"', '- host all all all radius radiusservers="a" radiussecrets=***'],
    ["a: curl -H 'X-Vault-Token: abc' https://vault", "a: curl -H 'X-Vault-Token: ***' https://vault"],
    ["a: curl -H 'Content-Type: abc' https://vault", "a: curl -H 'Content-Type: abc' https://vault"],
    ['a: sshpass -p abc ssh host', 'a: sshpass -p *** ssh host'],
    ['a: machine h login u password abc', 'a: machine h login u password ***'],
    ['a: openssl rsa -passin pass:abc', 'a: openssl rsa -passin pass:***'],
    [`a: '<property name="password" value="abc"/>'`, `a: '<property name="password" value=***/>'`],
    [`a: '<property name="size" value="abc"/>'`, `a: '<property name="size" value="abc"/>'`],
    ['a: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ==', 'a: ***'],
    ['a: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t', 'a: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t'],
    ['.dockerconfigjson: abc', '.dockerconfigjson: ***'],
    ['SECRET_KEY_BASE: abc', 'SECRET_KEY_BASE: ***'],
    ['basicAuth: abc', 'basicAuth: ***'],
    ['basicAuth: {name: creds}', 'basicAuth: {name: creds}'],
    ['deployKey: abc', 'deployKey: ***'],
    ['monkey: abc', 'monkey: abc'],
    ['bypass: abc', 'bypass: abc'],
    ['size: 10Gi', 'size: 10Gi'],
  ])('%s', (line, masked) => expect(shown(line)).toEqual([masked]))

  test.each([
    [
      ['s3:', '  secretKey: |', '    abc', '    def', '  accessKey:', '    - ghi', '  bucket: b', 'other:', '  - x: 1'],
      ['s3:', '  secretKey: |', '    ***', '    ***', '  accessKey:', '    - ***', '  bucket: b', 'other:', '  - x: 1'],
    ],
    [
      ['  secretKey:', ' abc', 'x: 1'],
      ['  secretKey:', ' ***', 'x: 1'],
    ],
    [
      ['password:', '- abc: x', '- def', 'x: 1'],
      ['password:', '- ***: ***', '- ***', 'x: 1'],
    ],
    [
      ['- password: abc', '- password: def'],
      ['- password: ***', '- password: ***'],
    ],
    [
      ['s3: {', '  secretKey:', '    abc, region: x', '}'],
      ['s3: {', '  secretKey:', '    ***, region: x', '}'],
    ],
    [
      ['secretKey: "abc', 'def: ghi"', 'x: 1'],
      ['secretKey: "***', '***"', 'x: 1'],
    ],
    [
      ['passwordSecret:', '  create: true', '  value: abc', '  key: x'],
      ['passwordSecret:', '  create: true', '  value: ***', '  key: x'],
    ],
    [
      ['- name: API_TOKEN', '  # why', '  value: abc'],
      ['- name: API_TOKEN', '  # why', '  value: ***'],
    ],
    [
      ['- value: |', '    abc', '  name: API_TOKEN', '- name: X', '  value: y'],
      ['- value: |', '    ***', '  name: API_TOKEN', '- name: X', '  value: y'],
    ],
    [
      ['- {name: API_TOKEN,', '   value: abc}'],
      ['- {name: API_TOKEN,', '   value: ***}'],
    ],
    [
      ['x: &p abc', 'password: *p'],
      ['x: &p ***', 'password: *p'],
    ],
    [
      ['? secretKey', ': abc'],
      ['? secretKey', ': ***'],
    ],
    [
      ['kind: Secret', 'data:', '  a: abc'],
      ['kind: Secret', 'data:', '  a: ***'],
    ],
    [
      ['roles:', '  - passwordSecret:', '      abc'],
      ['roles:', '  - passwordSecret:', '      ***'],
    ],
  ])('is masked in its block: %j', (lines, masked) => expect(shown(...lines)).toEqual(masked))
})

test('a text without passwords stays as it is', () => {
  for (const text of ['max_connections = 100', 'https://git@example.com/x', 'set `password_encryption`', 'tokens = 3'])
    expect(maskInText(text)).toBe(text)
})

test('a user and a password before a host are masked, and nothing else with a colon and a sign', () => {
  for (const text of ['me:abc@host/x', 'me:a@b:c@host', '//me:abc@host', 's3:/me:abc@host', 'dsn=me:abc@tcp(host:3306)/db'])
    expect(maskInText(text)).toMatch(/^(?:\/\/|dsn=)?\*{3}@(?:host|tcp)/)
  const harmless = [
    'postgres:17@sha256:abc',
    'localhost:5000/x:1@sha256:abc',
    'postgres@16',
    'dba@example.com',
    'mailto:dba@example.com',
    'host:5432',
  ]
  const others = [
    'git@github.com:me/x',
    'actions:checkout@v4',
    'a::tsvector @@ b',
    'a::jsonb@>b',
    '10:30@x',
    'me:$(PASSWORD)@host',
    '%u:%d@%h',
  ]
  for (const text of [...harmless, ...others]) expect(maskInText(text)).toBe(text)
})

test('no field of a known object is taken for a secret by its spelling alone', () => {
  const keys = new Set<string>()
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return
    const { properties } = node as { properties?: object }
    if (properties !== undefined) for (const key of Object.keys(properties)) keys.add(key)
    for (const child of Object.values(node)) walk(child)
  }
  const schemas = fileURLToPath(new URL('../../schemas', import.meta.url))
  for (const path of readdirSync(schemas, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.json')) walk(JSON.parse(readFileSync(join(schemas, path), 'utf8')))
  expect([...keys].filter(isSecretKey).sort()).toMatchInlineSnapshot(`
    [
      "accessKey",
      "accessKeyId",
      "applicationCredentials",
      "bearerToken",
      "bindPassword",
      "connectionString",
      "demotionToken",
      "lastPromotionToken",
      "password",
      "promotionToken",
      "secretAccessKey",
      "secretKey",
      "sessionToken",
      "storageKey",
      "storageSasToken",
    ]
  `)
})

describe('nothing prints it', () => {
  let repository: ReturnType<typeof openRepository>
  beforeEach(() => (repository = openRepository()))
  afterEach(() => repository.remove())
  const run = (...argv: string[]) => repository.run(...argv)
  const put = (path: string, text: string) => repository.put(path, text)
  const service = 'databases/orders/values.yaml'
  const basics = 'cluster:\n  storage:\n    size: 10Gi\n'
  const recovery = (text: string) =>
    `mode: recovery\nrecovery:\n  method: pg_basebackup\n  pgBaseBackup:\n    source:\n      host: db\n      ${text}\n`
  const s3 = (text: string) => `${basics}backups:\n  enabled: true\n  provider: s3\n  s3:\n    bucket: b\n    region: eu\n${text}`

  test.each([
    ['block style', basics + recovery('passwordSecret:\n        create: true\n        value: hunter2')],
    [
      'an environment variable',
      `${basics}  env:\n    - {name: DB_PASSWORD, value: hunter2}\n    - name: AWS_SECRET_ACCESS_KEY\n      value: hunter2\n`,
    ],
    [
      'a pooler',
      `${basics}poolers:\n  - name: rw\n    template:\n      spec:\n        containers:\n          - name: pgbouncer\n            env:\n              - {name: API_TOKEN, value: hunter2}\n`,
    ],
    ['a number', s3('    secretKey: 48151623\n    accesKey: 48151623\n')],
    ['a forgotten colon', s3('    secretKey hunter2\n')],
    ['bad indentation', s3('    secretKey: |\n   hunter2\n')],
    ['worse indentation', s3('    secretKey:\n  hunter2\n')],
    ['flow over lines', `${basics}backups: {enabled: true, s3: {secretKey:\n    hunter2, accessKey: "hunter2\n  hunter2"}}\n`],
    ['a map for a text', s3('    secretKey: {hunter2: 1}\n    accessKey:\n      hunter2: x\n')],
    ['a list for a text', s3('    secretKey:\n      - hunter2: x\n')],
    ['text for a reference', `${basics}  roles:\n    - {name: app, passwordSecret: hunter2}\n`],
    [
      'misspelt names',
      s3('    pasword: hunter2\n    secretKye: hunter2\n    secretAccessKey: hunter2\n    accessKeyId: hunter2\n    pwd: hunter2\n'),
    ],
    ['an assignment', `${basics}  env: DB_PASSWORD=hunter2\n`],
    [
      'a connection string',
      `${basics}  postgresql:\n    parameters:\n      primary_conninfo: "host=x password=hunter2"\n      wal_level: [1]\n`,
    ],
    ['an address', `${basics}  annotations:\n    url: https://me:hunter2@example.com\n    other: 1\n`],
    ['an anchor', `${basics}  annotations:\n    note: &p hunter2\n    more: {a: *p}\n${s3('    secretKey: *p\n').slice(basics.length)}`],
    ['an anchor used elsewhere', `${s3('    secretKey: &p hunter2\n')}databases:\n  - name: *p\n    owner: [*p]\nnamespace: *p\n`],
    [
      'a block scalar',
      `${basics}backups:\n  enabled: true\n  provider: google\n  google:\n    bucket: b\n    applicationCredentials: |\n      {"private_key": "hunter2"}\n    gkeEnvironmnt: true\n`,
    ],
    ['SQL', `${basics}  initdb:\n    postInitSQL: "ALTER ROLE app PASSWORD 'hunter2'"\n`],
  ])('%s', async (_, text) => {
    await run('render')
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: repository.root, stdio: 'pipe' })
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('commit', '-qm', 'one')
    put(service, text)
    git('add', '.')
    const seen: string[] = []
    for (const argv of [
      ...['pretty', 'json', 'github', 'gitlab', 'junit', 'sarif'].map((format) => ['check', '--format', format]),
      ['check', '--staged'],
      ['check', '--base', 'HEAD'],
      ['plan', '--base', 'HEAD'],
      ['plan', '--base', 'HEAD', '--format', 'json'],
      ['render', '--check'],
      ['fix', '--dry-run'],
      ['explain', 'orders/prd'],
      ['explain', 'orders/prd', '--format', 'json'],
      ['explain', 'orders/prd', 'cluster'],
      ['explain', 'orders/prd', 'cluster.env', '--format', 'json'],
      ['explain', 'orders/prd', 'cluster.env[0].value', '--format', 'json'],
      ['explain', 'orders/prd', 'Cluster/spec', '--format', 'json'],
      ['explain', 'orders/prd', 'Secret/'],
      ['render'],
      ['check'],
      ['fix'],
    ]) {
      const { code, stdout, stderr } = await run(...argv)
      expect(code, `${argv.join(' ')}\n${stderr}`).not.toBe(3)
      seen.push(`$ ${argv.join(' ')}\n${stdout}${stderr}`)
    }
    const leaks = seen.flatMap((output) =>
      output
        .split('\n')
        .filter((line) => /hunter2|48151623|aHVudGVyM/.test(line))
        .map((line) => `${output.split('\n')[0]}: ${line}`),
    )
    expect(leaks).toEqual([])
  })

  test('the server’s own words', async () => {
    const cluster = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec:\n  instances: 1\n  storage: {size: 1Gi}\n'
    put('a.yaml', `${cluster}  externalClusters:\n    - name: x\n      password: hunter2\n  superuserSecret: creds\n`)
    for (const format of ['pretty', 'json', 'github']) {
      const { code, stdout } = await run('admit', 'a.yaml', '--format', format)
      expect(code).toBe(1)
      expect(stdout).not.toContain('hunter2')
    }
  })

  test('names and keys of Secrets, and keys next to a secret, are shown', async () => {
    put(
      service,
      `${basics}  roles:\n    - name: rep\n      password: hunter2\n    - {name: DB_PASSWORD, value: hunter2, foo: 1}\n${s3('    secretKey: hunter2\n').slice(basics.length)}  secret: {create: false, name: other-creds}\n`,
    )
    const { stdout } = await run('check', '--format', 'json')
    const messages = (JSON.parse(stdout) as { diagnostics: { message: string }[] }).diagnostics.map(({ message }) => message)
    expect(messages).toEqual(
      expect.arrayContaining(['unknown field `password` in `cluster.roles[0]`', 'unknown field `foo` in `cluster.roles[1]`']),
    )
    expect(stdout).not.toContain('hunter2')
    put(service, `${s3('    region: x\n')}  secret: {create: false, name: other-creds}\n`)
    const explained = await run('explain', 'orders/dev', 'backups.secret.name')
    expect(explained.stdout).not.toContain('***')
    expect(explained.stdout).toContain('other-creds')
  })

  test('an environment variable with a secret is reported', async () => {
    put(service, `${basics}  env:\n    - {name: DB_PASSWORD, value: hunter2}\n    - {name: DB_HOST, value: x}\n`)
    const { stdout } = await run('check')
    expect(stdout).toContain('help: take it from a Secret: valueFrom.secretKeyRef')
    expect(stdout).toContain('cluster.env[0].value holds a secret, but values are kept in Git, affects 2 databases in dev, prd [policy/')
    expect(stdout).not.toContain('env[1]')
  })

  test('an address with a password in the place of a size, a schedule or a name is on no page and in no object', async () => {
    const address = 'https://user:hunter2@host'
    put(
      service,
      `${basics}  storage: {size: "${address}"}\n  postgresql: {parameters: {max_connections: "${address}"}}\npoolers: [{name: "${address}", type: rw}]\nbackups: {enabled: true, scheduledBackups: [{name: a, schedule: "${address}"}]}\n`.replace(
        / {2}storage:\n {4}size: .*\n/,
        '',
      ),
    )
    for (const argv of [
      ['report', '--out', '-'],
      ['check', '--format', 'json'],
      ['check', '--format', 'sarif'],
      ['explain', 'orders/dev'],
    ])
      expect((await run(...argv)).stdout, argv.join(' ')).not.toContain('hunter2')
  })

  test('a manifest between fences is read as the YAML that it is', () => {
    const lines = [
      '{{`',
      'metadata:',
      '  annotations: {note: "password: abc", auths: "{\\"auth\\":\\"abc\\"}"}',
      '  name: "{{ .x }}"',
      '# `}}',
    ]
    const masked = [...lines]
    masked[2] = '  annotations: {note: "password: ***", auths: "***"}'
    expect(shown(...lines)).toEqual(masked)
  })

  test('a password in the address of the repository is refused', async () => {
    put('apps/values.yaml', repository.read('apps/values.yaml').replace(/url: https:\/\//, 'url: https://user:hunter2@'))
    const { code, stdout } = await run('render')
    expect(code).toBe(1)
    expect(stdout).toContain('postgres.repository.url holds a password, but is written into generated files [settings/no-password]')
    expect(stdout).not.toContain('hunter2')
  })
})
