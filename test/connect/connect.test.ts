// Does `connect` name what the operator creates, and never a password?
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { openRepository } from '../support/terminal.ts'

let repository = openRepository()
beforeEach(() => {
  repository.remove()
  repository = openRepository()
})
afterAll(() => repository.remove())

const poolers = (parameters = '') =>
  `poolers:\n  - name: rw\n    type: rw\n    poolMode: transaction\n    instances: 2\n    parameters:\n      max_client_conn: "500"\n${parameters}`

interface SpringDocument {
  readonly spring?: { readonly datasource: object; readonly flyway?: object }
  readonly env?: readonly {
    readonly name: string
    readonly value?: string
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } }
  }[]
}
const documents = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as SpringDocument)
const keysOf = (document: SpringDocument | undefined) =>
  Object.fromEntries(
    (document?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      value ?? `${valueFrom?.secretKeyRef.name}/${valueFrom?.secretKeyRef.key}`,
    ]),
  )

describe('for people', () => {
  test('secret, services and commands of the requested database', async () => {
    const { code, stdout, stderr } = await repository.run('connect', 'orders/prd')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const part of [
      "kubectl -n orders-prd get secret orders-db-prd-app -o jsonpath='{.data.uri}' | base64 -d",
      'kubectl cnpg -n orders-prd status orders-db-prd -v -v\n',
      'kubectl cnpg -n orders-prd psql orders-db-prd --replica -- orders\n',
      '--cnpg-cluster orders-db-prd --cnpg-user orders\n',
      'kubectl cnpg -n orders-prd restart orders-db-prd\n',
      'kubectl cnpg -n orders-prd reload orders-db-prd\n',
      'kubectl cnpg -n orders-prd promote orders-db-prd 2\n',
      'kubectl krew install cnpg\n',
      'v1.27.1\n',
      'port-forward svc/orders-db-prd-rw 5432:5432',
      'orders-db-prd-ro.orders-prd',
      'fqdn-jdbc-uri',
    ])
      expect(stdout).toContain(part)
    expect(stdout).toContain('keeps it in the Secret')
  })
  test('one instance has no replica to query or to promote', async () => {
    const { stdout } = await repository.run('connect', 'orders/dev')
    expect(stdout).not.toContain('--replica')
    expect(stdout).not.toContain('promote')
  })
  test('a service for standbys leads nowhere if there is none', async () => {
    const output = 'the standbys: reads only; with 1 instance there is no standby, so nothing answers\n'
    expect((await repository.run('connect', 'orders/dev')).stdout).toContain(output)
    expect((await repository.run('connect', 'orders/prd')).stdout).not.toContain('no standby')
    const { code, stderr } = await repository.run('connect', 'orders/dev', '--env', '--via', 'ro')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'warning: orders-db-dev-ro leads to standbys, but orders/dev has 1 instance and so none\n',
    })
    expect((await repository.run('connect', 'orders/dev', '--env', '--via', 'r')).stderr).toBe('')
  })
  test('the owner of a password is named for each secret, and only once', async () => {
    const put = (cluster: string) =>
      repository.put('databases/orders/values-prd.yaml', `cluster:\n  initdb: {secret: {name: given}}\n${cluster}`)
    put('  enableSuperuserAccess: false\n')
    const { stdout } = await repository.run('connect', 'orders/prd')
    expect(stdout).toContain('The password in given comes from whatever creates that Secret')
    expect(stdout).not.toContain('The operator makes')
    put('  enableSuperuserAccess: true\n')
    expect((await repository.run('connect', 'orders/prd')).stdout).toContain(
      'The operator generates the password in orders-db-prd-superuser: ',
    )
  })
  test('superuser, switched-off services, poolers, own secrets and databases', async () => {
    repository.put(
      'databases/orders/values-prd.yaml',
      `${poolers()}cluster:\n  enableSuperuserAccess: true\n  initdb:\n    secret:\n      name: made-elsewhere\n  services:\n    disabledDefaultServices: [r]\n    additional:\n      - selectorType: rw\n        serviceTemplate:\n          metadata:\n            name: orders-public\ndatabases:\n  - name: reports\n    owner: orders\n`,
    )
    const output = JSON.parse((await repository.run('connect', 'orders/prd', '--format', 'json')).stdout) as {
      secrets: object[]
      services: { name: string }[]
      others: object[]
    }
    expect(output.secrets).toMatchObject([
      { name: 'made-elsewhere', by: 'given', keys: ['username', 'password'] },
      { name: 'orders-db-prd-superuser', by: 'operator' },
    ])
    expect(output.services.map(({ name }) => name)).toEqual([
      'orders-db-prd-rw',
      'orders-db-prd-ro',
      'orders-public',
      'orders-db-prd-pooler-rw',
    ])
    expect(output.others).toEqual([{ dbname: 'reports', owner: 'orders' }])
    expect((await repository.run('connect', 'orders/prd')).stdout).toContain('Transaction mode')
  })
})

describe('for applications', () => {
  test('Spring takes all three from the secret', async () => {
    const { code, stdout, stderr } = await repository.run('connect', 'orders/prd', '--spring')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [application, deployment] = documents(stdout)
    expect(application?.spring?.datasource).toMatchObject({ url: '${SPRING_DATASOURCE_URL}', password: '${SPRING_DATASOURCE_PASSWORD}' })
    expect(keysOf(deployment)).toEqual({
      SPRING_DATASOURCE_URL: 'orders-db-prd-app/jdbc-uri',
      SPRING_DATASOURCE_USERNAME: 'orders-db-prd-app/username',
      SPRING_DATASOURCE_PASSWORD: 'orders-db-prd-app/password',
    })
  })
  test('through PgBouncer in transaction mode prepared statements are off, and migrations go past it', async () => {
    repository.put('databases/orders/values-prd.yaml', poolers())
    const { stdout, stderr } = await repository.run('connect', 'orders/prd', '--spring', '--via', 'orders-db-prd-pooler-rw')
    const [application, deployment] = documents(stdout)
    expect(keysOf(deployment)['SPRING_DATASOURCE_URL']).toBe(
      'jdbc:postgresql://orders-db-prd-pooler-rw.orders-prd:5432/$(DB_NAME)?prepareThreshold=0',
    )
    expect(deployment?.env?.[0]?.name).toBe('DB_NAME')
    expect(application?.spring?.flyway).toMatchObject({ url: '${MIGRATION_URL}' })
    expect(stderr).toContain('prepareThreshold=0')
    expect(stderr).toContain('max_prepared_statements')
    expect((await repository.run('connect', 'orders/prd', '--spring')).stderr).toContain('--via orders-db-prd-pooler-rw')
  })
  test('a pooler that tracks prepared statements needs no threshold', async () => {
    repository.put('databases/orders/values-prd.yaml', poolers('      max_prepared_statements: "200"\n'))
    const { stdout, stderr } = await repository.run('connect', 'orders/prd', '--spring', '--via', 'orders-db-prd-pooler-rw')
    expect(stdout).not.toContain('prepareThreshold')
    expect(stderr).toContain('max_prepared_statements is 200')
  })
  test.each(['--env', '--node', '--python'])('%s reads everything from the secret', async (flag) => {
    const { code, stdout } = await repository.run('connect', 'orders/prd', flag)
    expect(code).toBe(0)
    expect(keysOf(documents(stdout)[0])).toMatchObject({
      PGHOST: 'orders-db-prd-app/host',
      PGPASSWORD: 'orders-db-prd-app/password',
      PGDATABASE: 'orders-db-prd-app/dbname',
    })
  })
  test('a migration is printed, or written once', async () => {
    expect((await repository.run('connect', 'orders/prd', '--flyway')).stdout).toContain('CREATE TABLE')
    const folder = 'src/main/resources/db/migration'
    expect((await repository.run('connect', 'orders/prd', '--flyway', folder)).stdout).toBe(`written  ${folder}/V1__init.sql\n`)
    expect(existsSync(join(repository.root, folder, 'V1__init.sql'))).toBe(true)
    const again = await repository.run('connect', 'orders/prd', '--flyway', folder)
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('already exists')
  })
})

describe('names from the files are names, whatever they contain', () => {
  const odd = (database: string, more = '') =>
    repository.put(
      'databases/orders/values-prd.yaml',
      `${poolers()}cluster:\n  initdb:\n    database: ${JSON.stringify(database)}\n    owner: "o'x"\n${more}`,
    )
  /** The words into which a shell splits kubectl commands, one line per command. */
  const wordsOf = (commands: readonly string[]) => {
    const input = [String.raw`kubectl() { printf '%s\0' "$@"; echo; }`, ...commands].join('\n')
    return execFileSync('sh', { input, encoding: 'utf8' })
  }
  const commandsOf = async () => {
    const output = JSON.parse((await repository.run('connect', 'orders/prd', '--format', 'json')).stdout) as {
      commands: Record<string, { command: string }[]>
    }
    return [...(output.commands['cnpg'] ?? []), ...(output.commands['kubectl'] ?? [])].map(({ command }) => command)
  }

  test.each([
    ['orders; touch /tmp/pwned', 'orders; touch /tmp/pwned'],
    ['$(id)`id`"\\', '$(id)`id`"\\'],
    ["a'b", "a'b"],
    ['a\nb\u001b[2J', 'a\nb\u001b[2J'],
    ['--command=drop', "dbname='--command=drop'"],
    ["host=evil'\\", "dbname='host=evil\\'\\\\'"],
    ['postgres://evil', "dbname='postgres://evil'"],
  ])('%j is one word of a command', async (database, word) => {
    odd(database)
    const commands = await commandsOf()
    const psql = commands.filter((command) => command.includes(' psql '))
    expect(psql).toHaveLength(3)
    for (const line of wordsOf(psql).split('\0\n').slice(0, -1)) expect(line.split('\0').at(-1)).toBe(word)
    expect(wordsOf(commands.filter((command) => command.includes('certificate')))).toContain("--cnpg-user\0o'x\0")
    const { stdout } = await repository.run('connect', 'orders/prd')
    for (const command of commands) expect(stdout).toContain(`  ${command}\n`)
    expect(stdout).not.toMatch(/\u001b|^b/m)
  })
  test('a secret of any name is one word, and one scalar of YAML', async () => {
    odd('orders', '    secret:\n      name: "--x: #$(id)"\n')
    expect(
      wordsOf((await commandsOf()).filter((command) => command.includes('jsonpath')).map((command) => command.replace(/ \|.*/, ''))),
    ).toContain('get\0secret/--x: #$(id)\0')
    const [, deployment] = documents((await repository.run('connect', 'orders/prd', '--spring')).stdout)
    expect(keysOf(deployment)['SPRING_DATASOURCE_USERNAME']).toBe('--x: #$(id)/username')
  })
  test('a database is encoded in a URL, escaped for Kubernetes, and breaks no comment', async () => {
    odd('a$(B)?x=1\nDROP TABLE t;')
    const [, deployment] = documents((await repository.run('connect', 'orders/prd', '--spring', '--via', 'orders-db-prd-pooler-rw')).stdout)
    expect(keysOf(deployment)['SPRING_DATASOURCE_URL']).toBe(
      'jdbc:postgresql://orders-db-prd-pooler-rw.orders-prd:5432/a%24(B)%3Fx%3D1%0ADROP%20TABLE%20t%3B?prepareThreshold=0',
    )
    expect((await repository.run('connect', 'orders/prd', '--flyway')).stdout).not.toMatch(/^DROP/m)
    odd('a$(B)', '    secret:\n      name: given\n')
    expect(keysOf(documents((await repository.run('connect', 'orders/prd', '--env')).stdout)[0])['PGDATABASE']).toBe('a$$(B)')
  })
})

test('nothing that looks like a password is printed, even if one is in the values', async () => {
  repository.put(
    'databases/orders/values-prd.yaml',
    'cluster:\n  roles:\n    - name: x\n      login: true\nbackups:\n  enabled: true\n  provider: s3\n  s3:\n    region: eu\n    bucket: b\n    accessKey: hunter2hunter2\n    secretKey: hunter2hunter2\n',
  )
  for (const flags of [[], ['--format', 'json'], ['--spring'], ['--env'], ['--node'], ['--python']]) {
    const { code, stdout, stderr } = await repository.run('connect', 'orders/prd', ...flags)
    expect(code).toBe(0)
    expect(stdout + stderr).not.toContain('hunter2')
  }
})

test.each([
  [['connect'], 'no database is named'],
  [['connect', 'orders'], 'name one of'],
  [['connect', 'orders/prd', 'x'], 'only --flyway takes a folder'],
  [['connect', 'orders/prd', '--spring', '--env'], 'one at a time'],
  [['connect', 'orders/prd', '--spring', '--format', 'json'], '--format is `json`, but --spring prints a snippet'],
  [['connect', 'orders/prd', '--flyway', '--via', 'rw'], '--spring, --env, --node and --python use it'],
  [['connect', 'orders/prd', '--spring', '--via', 'rx'], '--via is `rx`'],
  [['connect', 'orders/prd', '--via', 'ro'], '--spring, --env, --node and --python use it'],
])('%j is wrong usage', async (argv, part) => {
  const { code, stdout, stderr } = await repository.run(...argv)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(part)
})

test('the commands are lines that a shell can read', async () => {
  const { stdout } = await repository.run('connect', 'orders/prd')
  const lines = stdout.split('\n').filter((line) => /^ {2}(?:kubectl|curl) /.test(line))
  expect(lines.length).toBeGreaterThan(12)
  execFileSync('bash', ['-n'], { input: lines.join('\n') })
})
