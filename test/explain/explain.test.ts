// Does `explain` name the file that won, the field that it becomes, and the allowed values?
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'
import { parseObjectPath, parsePath } from '../../scripts/explain/path-text.ts'
import { formatPath } from '../../scripts/values/path.ts'
import { openRepository } from '../support/terminal.ts'

let repository = openRepository()
beforeEach(() => {
  repository.remove()
  repository = openRepository()
})
afterAll(() => repository.remove())

describe('one value', () => {
  test('each layer with its line, the winner, the field, and the rules that read it', async () => {
    const { code, stdout, stderr } = await repository.run('explain', 'orders/prd', 'cluster.storage.size')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('cluster.storage.size = 10Gi  in orders/prd')
    expect(stdout).toMatch(/→ {2}service +databases\/orders\/values.yaml:3 +10Gi\n/)
    expect(stdout).toMatch(/environment +helm-values\/data\/postgres-prd-defaults.yaml:4 +20Gi \(overridden\)\n/)
    expect(stdout).toMatch(/chart +default of cluster-0\.8\.1 +8Gi \(overridden\)\n/)
    expect(stdout).toContain('Cluster/orders-db-prd  spec.storage.size  10Gi')
    expect(stdout).toContain('storage/data-size-readable')
    expect(stdout).toContain('changes/storage-grows')
    expect(stdout).not.toContain('replication/')
  })
  test.each([
    [
      'work_mem',
      '64MB',
      /type +whole number, in kB without a unit\n/,
      ['parameters/not-fixed'],
      ['parameters/shared-buffers-size', 'postgres/starts'],
    ],
    ['shared_buffers', '1GB', /applies +after a restart\n/, ['parameters/shared-buffers-size'], ['parameters/wal-level-known']],
    ['max_connections', '"200"', /bounds +1 to 262143\n/, ['postgres/starts', 'postgres/parameter-value'], ['parameters/wal-level-known']],
    ['jit', '"off"', /type +on or off\n/, ['postgres/parameter-value'], ['parameters/max-wal-size-readable']],
  ])('a parameter %s has the type that PostgreSQL gives it, and the rules that read it', async (name, value, type, read, unread) => {
    repository.put(
      'databases/orders/values.yaml',
      `cluster:\n  storage: {size: 10Gi}\n  postgresql:\n    parameters:\n      ${name}: ${value}\n`,
    )
    const { stdout } = await repository.run('explain', 'orders/prd', `cluster.postgresql.parameters.${name}`)
    expect(stdout).toMatch(type)
    for (const id of read) expect(stdout).toContain(id)
    for (const id of unread) expect(stdout).not.toContain(id)
  })
  test('an override of one environment wins', async () => {
    repository.put('databases/orders/values-prd.yaml', 'cluster:\n  instances: 5\n')
    const { stdout } = await repository.run('explain', 'orders/prd', 'cluster.instances')
    expect(stdout).toMatch(/→ {2}service-environment +databases\/orders\/values-prd.yaml:2 +5\n/)
    expect(stdout).toMatch(/bounds +at least 1\n/)
    expect(stdout).toContain('replication/max-sync-replicas-below-instances')
  })
  test('a null names the file that switched the value off', async () => {
    repository.put('databases/orders/values-prd.yaml', 'cluster:\n  storage:\n    size: null\n')
    const { stdout } = await repository.run('explain', 'orders/prd', 'cluster.storage.size')
    expect(stdout).toContain('cluster.storage.size is not set in any layer')
    expect(stdout).toMatch(/✗ {2}service-environment +databases\/orders\/values-prd.yaml:3 +null \(switches it off\)/)
  })
  test('a null above removes everything below', async () => {
    repository.put('databases/orders/values-prd.yaml', 'cluster:\n  initdb: null\n')
    const { stdout } = await repository.run('explain', 'orders/prd', 'cluster.initdb.owner')
    expect(stdout).toMatch(/✗ {2}service-environment +databases\/orders\/values-prd.yaml:2 +cluster.initdb is null/)
  })
  test('a value that is not set shows where it would go and what the server fills in', async () => {
    const { code, stdout } = await repository.run('explain', 'orders/prd', 'cluster.affinity.podAntiAffinityType')
    expect(code).toBe(0)
    expect(stdout).toContain('is not set in any layer')
    expect(stdout).toContain('Cluster/orders-db-prd  spec.affinity.podAntiAffinityType')
    expect(stdout).toMatch(/filled in +preferred/)
  })
  test('a map is a table of its leaves', async () => {
    const { stdout } = await repository.run('explain', 'orders/prd', 'cluster.initdb')
    expect(stdout).toMatch(/cluster\.initdb\.database +orders +service +databases\/orders\/values.yaml:5/)
    expect(stdout).toContain('2 keys')
    expect(stdout).toContain('spec.bootstrap.initdb')
  })
  test('what the generator adds points at the line that decides it', async () => {
    const { stdout } = await repository.run('explain', 'orders/prd', 'cluster.annotations')
    expect(stdout).toMatch(/generator +apps\/values.yaml:\d+/)
    expect(stdout).toContain('Prune=')
  })
  test('a label of the generator points at the file that decides it, and becomes a label', async () => {
    repository.put('databases/orders/service.yaml', '# who\nowner: shop\n')
    const owner = await repository.run('explain', 'orders/prd', 'cluster.additionalLabels.owner')
    expect(owner.stdout).toMatch(/→ {2}generator +databases\/orders\/service.yaml:2 +shop\n/)
    expect(owner.stdout).toMatch(/Cluster\/orders-db-prd +metadata\.labels\.owner +shop\n/)
    const labels = await repository.run('explain', 'orders/prd', 'cluster.additionalLabels')
    expect(labels.stdout).toMatch(/additionalLabels\.env +prd +generator +apps\/values.yaml:17\n/)
    expect(labels.stdout).toMatch(/additionalLabels\.service +orders +generator +databases\/orders\/values.yaml:1\n/)
  })
  test('policies that read a value are among its readers', async () => {
    const instances = await repository.run('explain', 'orders/prd', 'cluster.instances')
    expect(instances.stdout).toMatch(/read by policies .*\n +policy\/standby-exists +warning/)
    const backups = await repository.run('explain', 'orders/dev', 'backups.enabled')
    expect(backups.stdout).toContain('policy/backups-enabled')
    const output = JSON.parse((await repository.run('explain', 'orders/prd', 'mode', '--format', 'json')).stdout) as object
    expect(output).toMatchObject({ policies: [{ id: 'policy/recovery-left-on' }, { id: 'policy/declared-on-primary' }] })
  })
  test('rules of parameters do not read the image', async () => {
    const { stdout } = await repository.run('explain', 'orders/prd', 'version.postgresql')
    expect(stdout).toContain('image/major-supported')
    expect(stdout).not.toContain('parameters/')
    const parameter = await repository.run('explain', 'orders/prd', 'Cluster/spec.postgresql.parameters.wal_level')
    expect(parameter.stdout).toContain('parameters/wal-level-known')
  })
  test('no line is wider than the screen', async () => {
    const lines: string[] = []
    const screen = {
      cwd: repository.root,
      color: false,
      columns: 80,
      stdout: (text: string) => lines.push(...text.split('\n')),
      stderr: () => {},
    }
    for (const path of ['version.postgresql', 'cluster.storage.size', 'cluster.affinity', 'Cluster/metadata', 'cluster'])
      expect(await main(['explain', 'orders/prd', path], screen)).toBe(0)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.join('\n')).toMatch(/\n {2}changes\/no-major-downgrade +error +PostgreSQL's/)
    // cells stay aligned if only the last one is too long
    expect(lines.join('\n')).toMatch(/\n {5}environment {2}helm-values\/data\/\S+ {2}20Gi\n {65}\(overridden\)\n/)
  })
})

describe('an object field', () => {
  test('is traced back to its value', async () => {
    const { stdout } = await repository.run('explain', 'orders/prd', 'Cluster/spec.storage.size')
    expect(stdout).toContain('Cluster/orders-db-prd spec.storage.size = 10Gi')
    expect(stdout).toMatch(/→ {2}service +databases\/orders\/values.yaml:3/)
  })
  test('that the chart composes shows from what', async () => {
    const { stdout } = await repository.run('explain', 'orders/prd', 'Cluster/spec.imageName')
    expect(stdout).toContain('the chart prints it because of `version.postgresql`')
  })
  test('that no value decides names what does', async () => {
    const pattern = await repository.run('explain', 'orders/prd', 'Cluster/metadata.namespace')
    expect(pattern.stdout).toContain('metadata.namespace = orders-prd\n  the namespace of the release')
    expect(pattern.stdout).toMatch(/→ {2}generator +apps\/values.yaml:20 +orders-prd\n/)
    repository.put('databases/orders/service.yaml', 'namespace: shop\n')
    const own = await repository.run('explain', 'orders/prd', 'Cluster/metadata.namespace')
    expect(own.stdout).toMatch(/→ {2}generator +databases\/orders\/service.yaml:1 +shop\n/)
    const metadata = await repository.run('explain', 'orders/prd', 'Cluster/metadata')
    expect(metadata.stdout).toMatch(/metadata\.namespace +shop +generator +databases\/orders\/service.yaml:1\n/)
  })
  test.each(['apiVersion', 'kind', 'metadata.labels["app.kubernetes.io/managed-by"]'])('%s is a constant of the chart', async (path) => {
    const { stdout } = await repository.run('explain', 'orders/prd', `Cluster/${path}`)
    expect(stdout).toContain("the chart's own text, whatever the values are")
    expect(stdout).toMatch(/→ {2}chart +constant of cluster-0\.8\.1/)
    expect(stdout).not.toContain('databases/orders')
  })
  test('that is not set has a default and a value that would set it', async () => {
    const { stdout } = await repository.run('explain', 'orders/prd', 'Cluster/spec.affinity.nodeSelector')
    expect(stdout).toContain('is not set')
    expect(stdout).toContain('set it with `cluster.affinity.nodeSelector`')
    expect((await repository.run('explain', 'orders/prd', 'Cluster/spec.startDelay')).stdout).toMatch(/default +3600/)
  })
  test('of one of several objects is requested by name', async () => {
    repository.put(
      'databases/orders/values-prd.yaml',
      'poolers:\n  - name: rw\n    instances: 2\n  - name: ro\n    type: ro\n    instances: 1\n',
    )
    const several = await repository.run('explain', 'orders/prd', 'Pooler/spec.instances')
    expect(several).toMatchObject({ code: 2, stdout: '' })
    expect(several.stderr).toContain('Pooler/orders-db-prd-pooler-ro/')
    const one = await repository.run('explain', 'orders/prd', 'Pooler/orders-db-prd-pooler-rw/spec.instances')
    expect(one.stdout).toContain('poolers[0].instances = 2')
  })
})

describe('everything', () => {
  test('is one line per leaf, with layer and place', async () => {
    const { code, stdout } = await repository.run('explain', 'orders/dev')
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(100)
    expect(lines.find((line) => line.startsWith('cluster.instances '))).toMatch(
      / 1 +environment +helm-values\/data\/postgres-dev-defaults.yaml:2$/,
    )
    expect(stdout).not.toMatch(/ $/m)
  })
  test('as JSON holds the same', async () => {
    const output = JSON.parse((await repository.run('explain', 'orders/dev', 'cluster.instances', '--format', 'json')).stdout) as {
      layers: object[]
      objects: { rules: object[]; schema: object }[]
    }
    expect(output).toMatchObject({ version: 1, database: 'orders/dev', path: 'cluster.instances', value: 1 })
    expect(output.layers).toContainEqual({
      layer: 'environment',
      file: 'helm-values/data/postgres-dev-defaults.yaml',
      line: 2,
      column: 14,
      value: 1,
      role: 'wins',
    })
    expect(output.objects[0]).toMatchObject({
      object: 'Cluster/orders-db-dev',
      path: 'spec.instances',
      value: 1,
      schema: { type: 'whole number', default: 1 },
    })
    const tree = JSON.parse((await repository.run('explain', 'orders/dev', '--format', 'json')).stdout) as { values: object[] }
    expect(tree.values.length).toBeGreaterThan(100)
  })
})

test('a secret is never printed, neither in values nor in the Secret that the chart makes from it', async () => {
  const secret = 'hunter2-very-secret'
  repository.put(
    'databases/orders/values-prd.yaml',
    `backups:\n  enabled: true\n  provider: s3\n  s3:\n    region: eu\n    accessKey: ${secret}\n    secretKey: ${secret}x\n    bucket: b\n    path: /${secret}\n`,
  )
  const paths = [
    undefined,
    'backups',
    'backups.s3',
    'backups.s3.secretKey',
    'backups.s3.accessKey',
    'Secret/data',
    'Secret/data.ACCESS_SECRET_KEY',
    'Cluster/spec.backup',
    'backups.s3.path',
  ]
  for (const path of paths)
    for (const format of ['pretty', 'json']) {
      const { code, stdout, stderr } = await repository.run(
        'explain',
        'orders/prd',
        ...(path === undefined ? [] : [path]),
        '--format',
        format,
      )
      expect({ path, code }).toEqual({ path, code: 0 })
      expect(stdout + stderr).not.toContain(secret)
      expect(stdout + stderr).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20))
    }
})

test.each([
  [['explain'], 'there are orders/dev, orders/prd'],
  [['explain', 'orders'], '`orders` matches several databases; name one of orders/dev, orders/prd'],
  [['explain', 'ordrs/prd'], 'did you mean `orders/prd`?'],
  [['explain', 'orders/prd', 'cluster.storge.size'], 'did you mean `cluster.storage`?'],
  [['explain', 'orders/prd', 'clustr'], 'did you mean `cluster`?'],
  [['explain', 'orders/prd', 'a..b'], 'is not a path'],
  [['explain', 'orders/prd', 'Clustr/spec'], 'did you mean `Cluster`?'],
  [['explain', 'orders/prd', 'Cluster/spec.storge'], 'did you mean `storage`'],
  [['explain', 'orders/prd', 'a', 'b'], 'is an unexpected argument'],
  [['explain', 'orders/prd', '--format', 'xml'], 'must be one of json, pretty'],
])('%j is wrong usage', async (argv, part) => {
  const { code, stdout, stderr } = await repository.run(...argv)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(part)
})

test('a file that cannot be read is reported, and a refused one is explained as far as possible', async () => {
  repository.put('databases/orders/values-prd.yaml', 'cluster: [\n')
  const broken = await repository.run('explain', 'orders/prd')
  expect(broken).toMatchObject({ code: 1, stdout: '' })
  expect(broken.stderr).toContain('databases/orders/values-prd.yaml:')
  repository.put('databases/orders/values-prd.yaml', 'cluster:\n  instances: "three"\n')
  const refused = await repository.run('explain', 'orders/prd', 'cluster.instances')
  expect(refused.code).toBe(0)
  expect(refused.stdout).toContain('databases/orders/values-prd.yaml:2')
  expect(refused.stderr).toContain('run `check orders/prd`')
})

test.each(['cluster.roles[0].name', 'cluster.annotations["a/b"].c', 'a[1][2]', 'cluster["with space"]'])(
  '%s is read as it is written',
  (text) => {
    expect(formatPath(parsePath(text) ?? [])).toBe(text)
  },
)

test('paths that are typed differently are understood', () => {
  expect(parsePath('.cluster.roles.0.name')).toEqual(['cluster', 'roles', 0, 'name'])
  expect(parsePath("a['b.c']")).toEqual(['a', 'b.c'])
  expect(parsePath('a b')).toEqual(['a b'])
  expect(parsePath('a.')).toBeUndefined()
  expect(parsePath(String.raw`a["\q"]`)).toBeUndefined()
  expect(parseObjectPath('Pooler/x/spec', ['Pooler'], new Set(['x']))).toEqual({ kind: 'Pooler', name: 'x', path: ['spec'] })
})
