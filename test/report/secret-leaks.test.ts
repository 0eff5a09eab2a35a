// Does a planted secret reach any output, in whatever shape and YAML style, with mistakes around it?
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

/** No other text holds it, and neither half of it is a word. */
const marker = 'Zq7xKw3vTm9b'
const head = marker.slice(0, 6)
const base64 = Buffer.from(head).toString('base64')

/** Another secret each time, since what is known as one secret is hidden everywhere. */
const another = (text: string, nth: number): string => text.replaceAll(marker, `${head}${nth + 10}${marker.slice(head.length)}`)
const isLeak = (line: string): boolean => line.includes(head) || line.includes(base64)

/** Shapes of text that hold a secret, wherever they stand. */
const shapes: Readonly<Record<string, string>> = {
  json: `{"password": "${marker}"}`,
  'nested json': `{"a": {"clientSecret": ["${marker}"]}}`,
  'json in json': JSON.stringify({ config: JSON.stringify({ password: marker }) }),
  bearer: `Authorization: Bearer ${marker}`,
  basic: `Authorization: Basic ${marker}`,
  'a Java option': `-Xmx1g -Ddb.password=${marker} -Da=b`,
  'an option': `run --password ${marker}`,
  'an option with a sign': `run --password=${marker} --x`,
  'the user of curl': `curl -u admin:${marker} http://x`,
  'a password in an address': `https://me:${marker}@example.com/x`,
  'a password in an address without a scheme': `me:${marker}@example.com/x`,
  'a sign in a password without a scheme': `me:a@${marker}@bucket/x`,
  'a token in an address': `https://ghp_${marker}@github.com/x`,
  'a slash in a password': `postgres://me:a/${marker}@db/x`,
  'a query': `https://example.com/x?a=1&token=${marker}&b=2`,
  'a signature': `https://a.blob.core.windows.net/x?sv=1&sig=${marker}`,
  'a connection string': `host=db user=me password='${marker}' dbname=x`,
  'an account key': `DefaultEndpointsProtocol=https;AccountKey=${marker}==;X=y`,
  SQL: `ALTER ROLE app PASSWORD '${marker}'`,
  'SQL with a misspelt word': `CREATE ROLE app PASWORD '${marker}'`,
  'SQL with a misspelt word and an escape': `ALTER USER app PASSWROD E'${marker}'`,
  'SQL with an escape': `ALTER ROLE app PASSWORD E'a\\\\${marker}'`,
  'SQL with Unicode': `ALTER ROLE app PASSWORD U&'${marker}'`,
  'SQL in dollars': `ALTER ROLE app PASSWORD $$${marker}$$`,
  'SQL in a tag': `ALTER ROLE app PASSWORD $t$${marker}$t$`,
  'SQL with a quote inside': `ALTER ROLE app PASSWORD 'it''s ${marker}'`,
  'SQL in SQL': `DO $$ BEGIN EXECUTE 'ALTER ROLE app PASSWORD ''${marker}'''; END $$`,
  'SQL put together': `DO $$ BEGIN EXECUTE 'ALTER ROLE app PASSWORD ' || quote_literal('${marker}'); END $$`,
  'SQL with format': `SELECT format('ALTER ROLE app PASSWORD %L', '${marker}')`,
  'SQL with a comment': `ALTER ROLE app PASSWORD /* x */ '${marker}'`,
  'a subscription': `CREATE SUBSCRIPTION s CONNECTION 'host=x password=''${marker}''' PUBLICATION p`,
  'a foreign server': `CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'x', password '${marker}')`,
  'a pass file': `db.example.com:5432:app:me:${marker}`,
  'a token': `x glpat-${marker} y`,
  'a hash': `SCRAM-SHA-256$4096:${marker}`,
  'SQL that sets a setting': `SELECT set_config('app.jwt_secret', '${marker}', false)`,
  'SQL that sets a setting with TO': `ALTER DATABASE app SET app.jwt_secret TO '${marker}'`,
  'SQL with columns': `INSERT INTO users (name, password) VALUES ('a', '${marker}'), ('b', E'${marker}')`,
  'SQL with columns in SQL': `DO $$ BEGIN EXECUTE 'INSERT INTO u ("api_token") SELECT ''${marker}'''; END $$`,
  'SQL that encrypts': `SELECT pgp_sym_encrypt('x', '${marker}'::text)`,
  'SQL with calls in calls': `SELECT encode(hmac(crypt('${marker}', gen_salt('bf')), '${marker}', 'sha256'), 'hex')`,
  'a webhook of Slack': `https://hooks.slack.com/services/T0AAA/B0BBB/${marker}`,
  'a webhook of Discord': `https://discord.com/api/webhooks/123456/${marker}`,
  'a webhook of Teams': `https://acme.webhook.office.com/webhookb2/${marker}@x/IncomingWebhook/a/b`,
  'a webhook of another service': `https://chat.example.com/hooks/${marker}0123456789`,
  kubeconfig: `{"users":[{"user":{"client-key-data":"${marker}"}}]}`,
  'a password of LDAP': `host all all all ldap ldapserver=a ldapbindpasswd=x&${marker}`,
  'a password of LDAP in quotes': `host all all all ldap ldapserver=a "ldapbindpasswd=x ${marker}"`,
  'secrets of RADIUS in quotes': `host all all all radius radiusservers=a "radiussecrets=""x"",""${marker}"""`,
  XML: `<server><password>${marker}</password></server>`,
}
const shapesOverLines: Readonly<Record<string, string>> = {
  'SQL over lines': `ALTER USER app PASSWORD\n  '${marker}'`,
  'a private key': `-----BEGIN RSA PRIVATE KEY-----\n${marker}\n${marker}abc\n-----END RSA PRIVATE KEY-----`,
  'values in a text': `a: 1\nsecretKey: ${marker}\nb: 2`,
  'properties in a text': `a=1\nspring.datasource.password=${marker}\nb=2`,
}

/** How a YAML file may write a text; `indent`: of lines below the key. */
const styles: Readonly<Record<string, (text: string, indent: string) => string>> = {
  double: (text) => JSON.stringify(text),
  single: (text) => `'${text.replaceAll("'", "''")}'`,
  literal: (text, indent) => `|-\n${text.replaceAll(/^/gm, indent)}`,
  folded: (text, indent) => `>-\n${text.replaceAll(/^/gm, indent)}`,
  escaped: (text) => `"${[...text].map((character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}"`,
}

const basics = 'cluster:\n  storage:\n    size: 10Gi\n'
/** Where such a text stands; the last ones hold a mistake beside it. */
const places: Readonly<Record<string, (written: (indent: string) => string) => string>> = {
  'an annotation': (text) => `${basics}  annotations:\n    note: ${text('      ')}\n`,
  SQL: (text) => `${basics}  initdb:\n    postInitSQL:\n      - ${text('        ')}\n`,
  'an environment variable': (text) => `${basics}  env:\n    - name: CONFIG\n      value: ${text('        ')}\n`,
  'a parameter': (text) =>
    `${basics}  postgresql:\n    parameters:\n      primary_conninfo: ${text('        ')}\n      max_connections: many\n`,
  'text for a number': (text) => `${basics}  instances: ${text('    ')}\n`,
  'an unknown key': (text) => `${basics}  walStorge: ${text('    ')}\n`,
  'a list for a text': (text) => `${basics}  imageName: [1]\n  priorityClassName:\n    - ${text('      ')}\n`,
  'a key given twice': (text) => `${basics}  annotations:\n    a: ${text('      ')}\n    a: x\n`,
  'an anchor': (text) => `${basics}  annotations:\n    a: &x ${text('      ')}\n    b: *x\n  imageName: *x\n`,
}

describe('a planted secret', () => {
  let repository: ReturnType<typeof openRepository>
  beforeEach(() => (repository = openRepository()))
  afterEach(() => repository.remove())

  /** Lines that hold a secret, of commands over a repository with a service for each text; `each`: a command for some services alone. */
  async function leaks(
    texts: Readonly<Record<string, string>>,
    commands: readonly (readonly string[])[],
    each: readonly (readonly string[])[] = [],
  ): Promise<string[]> {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: repository.root, stdio: 'pipe' })
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('commit', '-qm', 'one')
    const names = Object.keys(texts)
    for (const [nth, text] of Object.values(texts).entries()) repository.put(`databases/s${nth}/values.yaml`, text)
    const found: string[] = []
    const alone = each.flatMap((argv) =>
      names.flatMap((_, nth) => (nth % 9 === 0 ? [argv.map((word) => word.replace('SERVICE', `s${nth}`))] : [])),
    )
    for (const argv of [...commands, ...alone]) {
      const { code, stdout, stderr } = await repository.run(...argv)
      expect(code, `${argv.join(' ')}\n${stderr}`).not.toBe(3)
      const printed = `${stdout}${stderr}`
      for (const line of printed.split('\n')) if (isLeak(line)) found.push(`${argv.join(' ')}: ${line}`)
    }
    return found
  }
  const combine = (all: Readonly<Record<string, string>>, place: string, some: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      Object.entries(all).flatMap(([shape, text], nth) =>
        some.map((style, turn) => [
          `${shape}, ${style}`,
          (places[place] as (written: (indent: string) => string) => string)((indent) =>
            (styles[style] as (text: string, indent: string) => string)(another(text, nth * some.length + turn), indent),
          ),
        ]),
      ),
    )

  test.each(Object.keys(places))('as %s', { timeout: 120_000 }, async (place) => {
    const texts = { ...combine(shapes, place, ['double']), ...combine(shapesOverLines, place, ['double', 'literal']) }
    const commands = [['check'], ['fix', '--dry-run'], ['plan', '--base', 'HEAD', '--format', 'json']]
    expect(await leaks(texts, commands, [['explain', 'SERVICE/dev', '--format', 'json']])).toEqual([])
  })

  test('in every style', { timeout: 120_000 }, async () => {
    const some = ['SQL', 'json', 'a password in an address', 'SQL with a quote inside']
    const texts = Object.fromEntries(Object.entries(shapes).filter(([name]) => some.includes(name)))
    const all = {
      ...combine(texts, 'a list for a text', Object.keys(styles)),
      ...combine(texts, 'an environment variable', Object.keys(styles)),
    }
    expect(await leaks(all, [['check'], ['check', '--format', 'json'], ['fix', '--dry-run'], ['plan', '--base', 'HEAD']])).toEqual([])
  })

  test('in every command and format', { timeout: 120_000 }, async () => {
    const some = ['SQL', 'json', 'a connection string']
    const texts = Object.fromEntries(Object.entries(shapes).filter(([name]) => some.includes(name)))
    expect(
      await leaks(
        combine(texts, 'text for a number', ['double', 'literal']),
        [
          ...['pretty', 'json', 'github', 'gitlab', 'junit', 'sarif'].map((format) => ['check', '--format', format]),
          ['check', '--base', 'HEAD'],
          ...['pretty', 'markdown', 'json'].map((format) => ['plan', '--base', 'HEAD', '--format', format]),
          ['render', '--check'],
          ['render'],
          ['report', '--out', '-'],
        ],
        [
          ['explain', 'SERVICE/dev'],
          ['explain', 'SERVICE/dev', 'cluster.instances'],
          ['explain', 'SERVICE/dev', 'Cluster/spec.instances', '--format', 'json'],
          ['upgrade', 'SERVICE', '--operator', '1.30.0'],
          ['connect', 'SERVICE/dev'],
          ['fix'],
        ],
      ),
    ).toEqual([])
  })

  const keys = [
    'password',
    'db_pass',
    'clientSecret',
    'credentials',
    'signingKey',
    'my.org/password',
    'ssl_passphrase_command',
    'sslpassword',
    'passwordHash',
    'ENCRYPTION_KEY',
    'accessKeyId',
    'secret',
    'adminSecret',
    'my.secret',
    'client-key-data',
    'clientKeyData',
    'auth',
  ]
  test.each([
    ['plain', (key: string, secret: string) => `    ${key}: ${secret}\n`],
    ['single quotes', (key: string, secret: string) => `    '${key}': '${secret}'\n`],
    ['an escaped key', (key: string, secret: string) => `    "\\x${key.charCodeAt(0).toString(16)}${key.slice(1)}": "${secret}" # note\n`],
    ['literal', (key: string, secret: string) => `    ${key}: |\n      ${secret}\n      ${secret}2\n`],
    ['folded', (key: string, secret: string) => `    ${key}: >-\n      ${secret}\n      ${secret}2\n`],
    ['over lines', (key: string, secret: string) => `    ${key}:\n      ${secret}\n      ${secret}2\n`],
    ['flow, with a mistake on its line', (key: string, secret: string) => `    x: {${key}: ${secret}, b: [1]}\n`],
    ['a list', (key: string, secret: string) => `    ${key}:\n      - ${secret}\n`],
    ['an anchor', (key: string, secret: string) => `    other: &s ${secret}\n    ${key}: *s\n    more: [*s]\n`],
    ['a tag', (key: string, secret: string) => `    ${key}: !!binary ${Buffer.from(secret).toString('base64')}\n`],
    ['an explicit key', (key: string, secret: string) => `    ? ${key}\n    : ${secret}\n`],
    ['a key given twice', (key: string, secret: string) => `    ${key}: ${secret}\n    ${key}: ${secret}2\n`],
    ['a broken file', (key: string, secret: string) => `    "${key}": "${secret}\n  x: [\n`],
    ['bad indentation', (key: string, secret: string) => `    a: 1\n     ${key}: ${secret}\n`],
    ['a comment', (key: string, secret: string) => `    # ${key}: ${secret}\n    walStorge: 1\n`],
  ])('at a key, %s', { timeout: 120_000 }, async (_, write) => {
    const texts = Object.fromEntries(
      keys.map((key, nth) => [key, `${basics}  annotations:\n${write(key, another(marker, nth))}  walStorge: 1\n`]),
    )
    const commands = [['check'], ['check', '--format', 'json'], ['fix', '--dry-run'], ['plan', '--base', 'HEAD']]
    expect(await leaks(texts, commands, [['explain', 'SERVICE/dev']])).toEqual([])
  })
})

describe('a secret elsewhere than in values', () => {
  let repository: ReturnType<typeof openRepository>
  beforeEach(() => (repository = openRepository()))
  afterEach(() => repository.remove())
  const formats = ['pretty', 'json', 'github', 'gitlab', 'junit', 'sarif']

  let isFirst = true
  beforeEach(() => (isFirst = true))
  /** Lines that hold the secret, of a check in every format, later in one; `isSaid`: what must be said all the same. */
  async function leaksOf(argv: readonly string[], isSaid: RegExp): Promise<string[]> {
    const found: string[] = []
    const some = isFirst ? formats : ['pretty']
    isFirst = false
    for (const format of some) {
      const { code, stdout, stderr } = await repository.run('check', '--format', format, ...argv)
      expect(code, stderr).not.toBe(3)
      expect(`${stdout}${stderr}`).toMatch(isSaid)
      for (const line of `${stdout}${stderr}`.split('\n'))
        if (line.includes(marker.slice(0, 9)) || line.includes(base64)) found.push(`${format}: ${line}`)
    }
    return found
  }
  const written = (text: string): string => JSON.stringify(text)
  const all = { ...shapes, ...shapesOverLines }

  test.each([
    ['an image', (text: string) => `imageName: ${written(text)}`],
    ['a size', (text: string) => `storage: { size: ${written(text)} }`],
    ['SQL', (text: string) => `bootstrap: { initdb: { postInitSQL: [${written(text)}] } }`],
    ['an environment variable', (text: string) => `env: [{ name: CONFIG, value: ${written(text)} }]`],
    ['a parameter', (text: string) => `postgresql: { parameters: { max_connections: ${written(text)} } }`],
    ['a number of instances', (text: string) => `instances: ${written(text)}`],
  ])('in what lives: %s', { timeout: 120_000 }, async (_, spec) => {
    for (const [shape, text] of Object.entries(all)) {
      const cluster = `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: orders-db-dev, namespace: orders-dev, annotations: { note: ${written(text)} } }\nspec: { ${spec(text)} }\n`
      const application = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: orders-db-dev, namespace: argocd }\nspec: { project: ${written(text)}, source: { helm: { values: ${written(text)} } }, destination: { namespace: ${written(text)} } }\n`
      repository.put('live.yaml', `${cluster}---\n${application}`)
      expect(await leaksOf(['--live', 'live.yaml'], /./), shape).toEqual([])
    }
  })

  test('in a file of what lives that is broken', async () => {
    for (const line of [`password: "${marker}`, `password: ${marker}: [`, `  password: *${marker}`, `password: !!int ${marker}`]) {
      repository.put('live.yaml', `kind: List\nspec:\n  a: 1\n${line}\n`)
      const { stdout, stderr } = await repository.run('check', '--live', 'live.yaml')
      expect(`${stdout}${stderr}`).not.toContain(marker)
    }
  })

  const set = (text: string, template: string, more = ''): string =>
    `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: hand, namespace: argocd }
spec:
  goTemplate: true
  goTemplateOptions: ["missingkey=error"]
  generators: [{ list: { elements: [{ service: one, text: ${written(text)}, password: ${marker} }] } }]
${more}  template:
    metadata: { name: hand-one }
    spec:
      project: legacy
      destination: { name: in-cluster, namespace: one }
      source:
        repoURL: https://cloudnative-pg.github.io/charts
        chart: cluster
        targetRevision: 0.8.1
        helm:
          releaseName: ${template}
`
  const braces = (text: string): string => `'{{\`{{ ${text} }}\`}}'`
  test.each([
    ['the name of a release', '.text', ''],
    ['a number', 'int .text | div 0', ''],
    ['a key that is missing', '.text.password', ''],
    ['an index', 'index .text 100', ''],
    ['a call that fails', 'fail .text', ''],
    ['a regular expression', 'regexFind .text "x"', ''],
    ['YAML', 'fromYaml .text', ''],
    ['a patch', '.service', `  templatePatch: |\n    spec: {{\`{{ toJson .text }}\`}}\n`],
    ['a patch that is none', '.service', `  templatePatch: |\n    {{\`{{ .password }}\`}}: [\n`],
  ])('in what a template of Argo CD refuses: %s', { timeout: 120_000 }, async (_, template, more) => {
    for (const [shape, text] of Object.entries(all)) {
      repository.put('apps/templates/hand.yaml', set(text, braces(template), more))
      expect(await leaksOf([], /hand\.yaml/), `${shape}: ${template}`).toEqual([])
    }
  })

  test('in generated files that are stale', { timeout: 120_000 }, async () => {
    const file = 'helm-values/data/rendered/dev/orders.yaml'
    const values = (text: string): string =>
      `${basics}  annotations:\n    note: ${written(text)}\n  env:\n    - name: DB_PASSWORD\n      value: ${written(text)}\n`
    for (const [shape, text] of Object.entries(all)) {
      repository.put('databases/orders/values.yaml', values(text))
      await repository.run('render')
      for (const now of ['none', text.replace(marker, 'other')]) {
        repository.put('databases/orders/values.yaml', values(now))
        expect(await leaksOf([], /stale/), `${shape} to ${now}`).toEqual([])
      }
    }
    for (const line of [`password: ${marker}`, `    - { name: PGPASSWORD, value: ${marker} }`, `  note: https://me:${marker}@x`]) {
      repository.put('databases/orders/values.yaml', basics)
      await repository.run('render')
      const text = repository.read(file).split('\n')
      repository.put(file, [...text.slice(0, 4), line, ...text.slice(4)].join('\n'))
      expect(await leaksOf([], /stale/), line).toEqual([])
    }
  })
})

describe('what is no secret is shown', () => {
  let repository: ReturnType<typeof openRepository>
  beforeEach(() => (repository = openRepository()))
  afterEach(() => repository.remove())

  test('references, ordinary words and messages', async () => {
    repository.put(
      'databases/orders/values.yaml',
      `${['# password of the user: see the vault', 'cluster:', '  storage:', '    size: 10Gi', '  superuserSecret: my-creds', '  certificates: {serverTLSSecret: tls, clientCASecret: ca}', '  walStorge: 1'].join('\n')}
  annotations:
    note: "basic authentication with bearer tokens; the password 8 characters long"
    size: "10 Gi"
    existingSecret: creds
    nginx.ingress.kubernetes.io/auth-secret: creds
    option: "--password=$PGPASSWORD --token=\${TOKEN}"
  postgresql:
    parameters:
      log_line_prefix: "user=%u password=%x"
  initdb:
    secret: {name: app-creds}
    postInitSQL: ["SELECT set_config('app.name', 'x', false)", "INSERT INTO users (name, password_changed_at) VALUES ('a', '2026-01-01')"]
  roles:
    - name: app
      passwordSecret: {name: app-password, key: x}
  env:
    - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: app-creds, key: password}}}
    - {name: DB_PASSWORD_FILE, value: /run/secrets/password}
    - {name: OTHER, value: $(DB_PASSWORD)}
  imagePullSecrets:
    - name: pull-creds
`,
    )
    for (const argv of [['check'], ['explain', 'orders/dev'], ['fix', '--dry-run']]) {
      const { stdout, stderr } = await repository.run(...argv)
      expect(`${stdout}${stderr}`).not.toContain('***')
    }
  })

  test('where a secret is kept is no secret in values', async () => {
    const kept = ['{ name: creds, key: password }', '{ secretName: creds, path: password }', '{ secret_name: creds }', '{ file: /run/pw }']
    const said = async (text: string) => {
      repository.put('databases/orders/values.yaml', `${basics}extra:\n  password: ${text}\n`)
      return (await repository.run('check')).stdout
    }
    for (const text of kept) expect(await said(text), text).not.toContain('policy/secret-in-values')
    expect(await said('hunter2')).toContain('policy/secret-in-values')
    expect(await said('{ text: hunter2 }')).toContain('policy/secret-in-values')
  })

  test('a weak secret hides no word of a message', async () => {
    repository.put(
      'databases/orders/values.yaml',
      `${basics}backups:\n  enabled: true\n  provider: s3\n  s3:\n    bucket: b\n    region: eu\n    accessKey: secret\n    secretKey: values\n`,
    )
    const { stdout } = await repository.run('check')
    expect(stdout).toContain('backups.s3.accessKey holds a secret, but values are kept in Git')
    expect(stdout).toContain('accessKey: ***')
    expect(stdout).toContain('secretKey: ***')
  })

  test('how long a secret is, is not shown', async () => {
    const say = async (secret: string) => {
      repository.put('databases/orders/values.yaml', `${basics}  initdb:\n    postInitSQL: "ALTER ROLE app PASSWORD '${secret}'"\n`)
      const seen: string[] = []
      for (const format of ['pretty', 'json', 'sarif', 'gitlab', 'github'])
        seen.push((await repository.run('check', '--format', format)).stdout)
      return seen
    }
    expect(await say('abcdefgh1')).toEqual(await say('abcdefgh1-and-much-more'))
  })
})

test.each(['pretty', 'json'])('a secret in pg_hba is not in what explain says of it: %s', async (format) => {
  const repository = openRepository()
  const lines = [`ldapbindpasswd=${marker}`, `radiussecrets=${marker}`, `ldapurl=ldap://u:${marker}@h`, `"ldapbindpasswd=a ${marker}"`]
  const hba = lines.map((option) => `      - ${JSON.stringify(`host all all all ldap ${option}`)}\n`).join('')
  repository.put('databases/orders/values.yaml', `${basics}  postgresql:\n    pg_hba:\n${hba}`)
  const { stdout, stderr } = await repository.run('explain', 'orders/dev', 'pg_hba', '--format', format)
  expect(stdout).toContain('ldapbindpasswd=***')
  expect(`${stdout}${stderr}`).not.toContain(marker)
  repository.remove()
})

test('a password in an address of an Application is in no output, and in no file that init writes', async () => {
  const repository = openRepository()
  for (const path of ['apps/values.yaml', 'databases/orders/values.yaml']) rmSync(join(repository.root, path))
  const source = `{ repoURL: "https://me:${marker}@example.com/charts", chart: cluster, targetRevision: 9.9.9, helm: { values: "a: 1" } }`
  const application = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: one, namespace: argocd }\nspec:\n  project: default\n  destination: { server: "https://me:${marker}@k8s", namespace: one }\n  source: ${source}\n`
  repository.put('argo/one.yaml', application)
  repository.put('charts/cluster/Chart.yaml', 'apiVersion: v2\nname: cluster\nversion: 9.9.9\n')
  const cluster =
    'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: one }\nspec: { instances: 3, storage: { size: 1Gi } }\n'
  repository.put('charts/cluster/templates/cluster.yaml', cluster)
  const commands = [
    ['list'],
    ['list', '--format', 'json'],
    ['connect', 'one'],
    ['connect', 'one', '--format', 'json'],
    ['check', '--format', 'json'],
    ['charts', 'pull', '--dry-run'],
    ['init'],
  ]
  for (const command of commands) {
    const { stdout, stderr } = await repository.run(...command)
    expect(stdout, command.join(' ')).toMatch(/one|cluster/)
    expect(`${stdout}${stderr}`, command.join(' ')).not.toContain(marker)
  }
  repository.remove()
})

test('secrets in the values of an Application are hidden where they are, and nothing else of them', async () => {
  const repository = openRepository()
  for (const path of ['apps/values.yaml', 'databases/orders/values.yaml']) rmSync(join(repository.root, path))
  const values = [
    'cluster:',
    '  instances: 3',
    '  walStorge: { size: 1Gi }',
    '  storage: { size: 1Gi }',
    '  env:',
    '    - name: DB_PASSWORD',
    `      value: ${marker}`,
    '    - name: OTHER',
    '      valueFrom: { secretKyRef: { name: x, key: y } }',
    'backups:',
    '  enabled: true',
    '  provider: s3',
    `  s3: { bucket: b, region: r, accessKey: s3, secretKey: ${marker} }`,
  ]
  const block = values.map((line) => `        ${line}\n`).join('')
  const source = `repoURL: https://cloudnative-pg.github.io/charts\n    chart: cluster\n    targetRevision: 0.8.1\n    helm:\n      values: |\n${block}`
  const application = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: one, namespace: argocd }\nspec:\n  project: default\n  destination: { name: in-cluster, namespace: one }\n  source:\n    ${source}`
  repository.put('argo/one.yaml', application)
  const { stdout, stderr } = await repository.run('check')
  expect(`${stdout}${stderr}`).not.toContain(marker)
  expect(stdout).toContain('unknown key `walStorge` in `cluster`')
  expect(stdout).toContain(' 15 |           walStorge: { size: 1Gi }')
  expect(stdout).toContain('help: did you mean `secretKeyRef`?')
  expect(stdout).toContain('backups.s3.secretKey holds a secret')
  expect(stdout).toContain(' 25 |           s3: { bucket: b, region: r, accessKey: ***, secretKey: *** }')
  repository.remove()
})
