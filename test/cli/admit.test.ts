// Does `admit` judge files of manifests as a server would, and point at their lines?
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-admit-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function admit(files: Record<string, string>, ...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  let stdout = ''
  let stderr = ''
  const code = await main(['admit', ...argv], {
    cwd: folder,
    color: false,
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
  })
  return { code, stdout, stderr }
}

const cluster = (name: string, size: string) =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: ${name}\nspec:\n  instances: 2\n  storage:\n    size: ${size}\n`

test('several documents are judged one by one, each at its line', async () => {
  const { code, stdout, stderr } = await admit({ 'two.yaml': `${cluster('good', '1Gi')}---\n${cluster('bad', '1Gx')}` }, 'two.yaml')
  expect(code).toBe(1)
  expect(stdout).toContain('two.yaml:17:11: error: size of storage is "1Gx"')
  expect(stderr).toContain(
    '2 objects checked against CloudNativePG 1.30.0 (the newest known; --operator takes another): 1 accepted, 1 rejected',
  )
})

test('JSON and Lists are read, objects of other kinds are counted and left alone', async () => {
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'a' }, spec: { storage: { size: '1Gi' } } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
    ],
  }
  const { code, stdout, stderr } = await admit({ 'list.json': JSON.stringify(list, null, 2) }, 'list.json')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toContain('1 accepted, 0 rejected, 1 object of other kinds skipped')
})

test('an object of the same kind, namespace and name in --before makes it an update', async () => {
  const files = { 'before.yaml': cluster('db', '5Gi'), 'after.yaml': cluster('db', '1Gi') }
  expect((await admit(files, 'after.yaml')).code).toBe(0)
  const { code, stdout } = await admit(files, 'after.yaml', '--before', 'before.yaml')
  expect(code).toBe(1)
  expect(stdout).toContain('after.yaml:8:11: error: size of storage shrinks from 5Gi to 1Gi')
})

test('an object as kubectl prints it, with status and managed fields, is accepted', async () => {
  const live = cluster('db', '1Gi').replace(
    'metadata:\n',
    'metadata:\n  namespace: shop\n  uid: 11111111-2222-3333-4444-555555555555\n  resourceVersion: "42"\n  generation: 3\n  creationTimestamp: "2026-01-01T00:00:00Z"\n  managedFields:\n    - manager: argocd\n      operation: Apply\n      apiVersion: postgresql.cnpg.io/v1\n      time: "2026-01-01T00:00:00Z"\n      fieldsType: FieldsV1\n      fieldsV1: {"f:spec": {}}\n',
  )
  const { code, stdout } = await admit({ 'live.yaml': `${live}status:\n  phase: Cluster in healthy state\n  instances: 2\n` }, 'live.yaml')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
})

test('a field that the server drops is a warning, and the object stays accepted', async () => {
  const { code, stdout } = await admit(
    { 'drop.yaml': cluster('db', '1Gi').replace('  storage:\n', '  storag: 1\n  storage:\n') },
    'drop.yaml',
  )
  expect(code).toBe(0)
  expect(stdout).toContain('drop.yaml:7:3: warning: unknown field `storag`')
})

test('the operator decides: what one release takes, another refuses', async () => {
  const files = { 'hba.yaml': `${cluster('db', '1Gi')}  postgresql:\n    pg_hba:\n      - host all all \${podselector:nobody} md5\n` }
  expect((await admit(files, 'hba.yaml', '--operator', '1.28.4')).code).toBe(0)
  expect((await admit(files, 'hba.yaml', '--operator', '1.29.2')).code).toBe(1)
  expect((await admit(files, 'hba.yaml', '--operator', '1.31.0')).stderr).toContain('operator 1.31.0 is not known here')
  expect((await admit(files, 'hba.yaml', '--operator', 'newest')).code).toBe(2)
})

test('the JSON report has the verdict of each object', async () => {
  const { stdout } = await admit(
    { 'bad.yaml': cluster('db', '1Gi').replace('instances: 2', 'instances: "2"') },
    'bad.yaml',
    '--format',
    'json',
  )
  const report = JSON.parse(stdout) as { objects: { verdict: string; stage: string }[]; diagnostics: { line: number; message: string }[] }
  expect(report.objects).toMatchObject([{ verdict: 'rejected', stage: 'webhook-decode' }])
  expect(report.diagnostics).toMatchObject([{ line: 6, message: 'spec.instances is "2", but must be an integer' }])
})

test.each([
  ['kind: Cluster', 'kind: Clutser', 2, 'kind is "Clutser" of postgresql.cnpg.io/v1', 'did you mean `Cluster`?'],
  ['cnpg.io/v1', 'cnpg.io/v2', 1, 'but Cluster is served as postgresql.cnpg.io/v1', 'write apiVersion: postgresql.cnpg.io/v1'],
  ['cnpg.io', 'cnpg.oi', 1, 'but Cluster is served as postgresql.cnpg.io/v1', 'write apiVersion: postgresql.cnpg.io/v1'],
  ['kind: Cluster', 'kind: ObjectStore', 1, 'but ObjectStore is served as barmancloud.cnpg.io/v1', 'write apiVersion: barmancloud'],
  ['postgresql.cnpg.io/v1\nkind: Cluster', 'barmancloud.cnpg.io/v1\nkind: Store', 2, 'kind is "Store"', 'there are ObjectStore'],
  ['apiVersion: postgresql.cnpg.io/v1\n', '', 1, 'apiVersion is not set', 'write apiVersion: postgresql.cnpg.io/v1'],
])('%j written as %j is refused', async (right, wrong, line, message, help) => {
  const { code, stdout, stderr } = await admit({ 'slip.yaml': cluster('db', '1Gi').replace(right, wrong) }, 'slip.yaml')
  expect(code).toBe(1)
  expect(stdout).toContain(`slip.yaml:${line}:`)
  expect(stdout).toContain(message)
  expect(stdout).toContain(help)
  expect(stderr).toContain('0 accepted, 1 rejected')
})

test.each(['', '# nothing\n', 'apiVersion: v1\nkind: List\nitems: []\n'])('input without an object (%j) is wrong usage', async (text) => {
  const { code, stdout, stderr } = await admit({ 'empty.yaml': text, 'two.yaml': text }, 'empty.yaml', 'two.yaml')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('empty.yaml holds no object')
})

test('a file without an object beside others is named, and they are judged', async () => {
  const files = { 'empty.yaml': '# moved\n', 'good.yaml': cluster('db', '1Gi') }
  const { code, stderr } = await admit(files, 'good.yaml', 'empty.yaml')
  expect(code).toBe(0)
  expect(stderr).toContain('empty.yaml holds no object\n1 object checked against')
})

test('an object that --before does not have is judged as a create, which is reported', async () => {
  const files = { 'before.yaml': cluster('other', '1Gi'), 'after.yaml': `${cluster('db', '1Gi')}---\n${cluster('other', '2Gi')}` }
  const { code, stderr } = await admit(files, 'after.yaml', '--before', 'before.yaml')
  expect(code).toBe(0)
  expect(stderr).toContain('Cluster/db is not in before.yaml, so it was judged as a create\n')
  expect(stderr).not.toContain('Cluster/other is')
})

test('a typo for which the object is refused is one error at the typo', async () => {
  const { code, stdout } = await admit({ 'slip.yaml': cluster('db', '1Gi').replace('size:', 'sise:') }, 'slip.yaml', '--format', 'json')
  expect(code).toBe(1)
  expect((JSON.parse(stdout) as { diagnostics: object[] }).diagnostics).toMatchObject([
    { rule: 'schema/unknown-field', severity: 'error', line: 8, column: 5, path: 'spec.storage.sise', help: 'did you mean `size`?' },
  ])
})

test('wrong usage', async () => {
  expect((await admit({})).stderr).toContain('no file is named')
  expect((await admit({}, 'nowhere.yaml')).code).toBe(2)
  expect((await admit({ 'x.yaml': 'a: [\n' }, 'x.yaml')).code).toBe(1)
})

test('standard input is read where the file is `-`', () => {
  const launcher = fileURLToPath(new URL('../../bin/cnpg-values.mjs', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [launcher, 'admit', '-'], { input: cluster('db', '1Gx'), encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stdout).toContain('<stdin>:8:11: error:')
})

test('--policies also reports what PostgreSQL and PgBouncer would refuse, but for what the API server refuses already', async () => {
  const spec = '  imageName: postgresql:17.6\n  postgresql:\n    parameters:\n      work_mem: 64mb\n      log_destination: nowhere\n'
  const pooler =
    'apiVersion: postgresql.cnpg.io/v1\nkind: Pooler\nmetadata:\n  name: db-rw\nspec:\n  cluster: {name: db}\n  instances: 6\n  type: rw\n' +
    '  pgbouncer:\n    poolMode: session\n    parameters: {server_lifetime: 1h}\n'
  const files = { 'both.yaml': `${cluster('db', '5Gi')}${spec}---\n${pooler}` }
  const { stdout } = await admit(files, '--policies', 'both.yaml')
  const rules = [...stdout.matchAll(/^both\.yaml:(\d+):.* \[([^\]]+)\]$/gm)].map(([, line, rule]) => `${line} ${rule}`)
  expect(rules).toEqual([
    '12 postgres/parameter-value',
    '13 parameters/not-fixed',
    '18 policy/pooler-name-free',
    '21 policy/connections-fit',
    '25 pgbouncer/parameter-value',
  ])
})

test('values with a placeholder of Flux or envsubst are not judged, all others are', async () => {
  const object = cluster('${APP}-db', '${SIZE:=10Gi}').replace('instances: 2', 'instances: ${COUNT}')
  const { code, stdout, stderr } = await admit({ 'flux.yaml': object }, 'flux.yaml', '--policies')
  expect(code).toBe(0)
  expect(stdout).toContain('flux.yaml:4:9: info: ${APP} is a placeholder, and nothing is said of values with one [schema/filled-in]')
  expect(stdout.match(/\[\w+\/[\w-]+\]/g)).toEqual(['[schema/filled-in]'])
  expect(stderr).toContain('0 accepted, 0 rejected, 1 with placeholders not decided')
  const wrong = await admit({ 'flux.yaml': object.replace('storage:', 'storage: {}\n  podAntiAffinityType:') }, 'flux.yaml')
  expect(wrong.code).toBe(1)
  expect(wrong.stdout).toContain('flux.yaml:7:3: error: size of storage is not set')
  expect(wrong.stdout).toContain('help: `podAntiAffinityType` belongs in `spec.affinity`')
  expect((await admit({ 'shell.yaml': cluster('$name', '$size') }, 'shell.yaml')).code).toBe(0)
})

test('a parameter that a set or Ansible fills in is no value, and a template of Helm is never one', async () => {
  const text = cluster('pay', '"{{ size }}"')
  const { code, stdout } = await admit({ 'a.yaml': text }, 'a.yaml', '--policies')
  expect(code).toBe(0)
  expect(stdout.match(/\[\w+\/[\w-]+\]/g)).toEqual(['[schema/filled-in]'])
  expect(stdout).toContain('{{ size }} is a placeholder')
  expect(stdout).toContain('pipe what the program that fills it in prints into `admit -`')
  expect((await admit({ 'a.yaml': text.replace('{{ size', '{{ .Values.size') }, 'a.yaml')).code).toBe(1)
})

test('what follows from a misspelt key is not said of the others', async () => {
  const text = `${cluster('db', '10Gi')}  walStorge: {size: 50Gi}\n  postgresql: {parameters: {max_wal_size: 20GB, max_slot_wal_keep_size: 20GB}}\n`
  const told = async (file: string): Promise<readonly string[] | null> =>
    (await admit({ 'a.yaml': file }, 'a.yaml', '--policies')).stdout.match(/\[\w+\/[\w-]+\]/g)
  expect(await told(text)).toEqual(['[schema/unknown-field]'])
  expect(await told(text.replace('50Gi', '5Gi'))).toEqual(['[schema/unknown-field]', '[policy/wal-fits]'])
  expect(await told(text.replace('walStorge', 'walStorage'))).toBeNull()
})

test('what SOPS encrypted, and what it writes beside, is not judged', async () => {
  const text = `${cluster('db', 'ENC[AES256_GCM,data:vjWvzQ==,iv:e+7r,tag:a,type:str]')}sops: {version: 3.10.2}\n`
  const { code, stdout } = await admit({ 'sops.yaml': text }, 'sops.yaml', '--policies')
  expect(code).toBe(0)
  expect(stdout.match(/\[\w+\/[\w-]+\]/g)).toEqual(['[schema/filled-in]'])
  expect(stdout).toContain('pipe what `sops decrypt` prints into `admit -`')
})

test.each(['storag:', 'Storage:', 'storages:'])('a volume that is misspelt as %s is one mistake, and so is its size', async (key) => {
  const { code, stdout } = await admit({ 'one.yaml': cluster('db', '1Gi').replace('storage:', key) }, 'one.yaml', '--policies')
  expect(code).toBe(1)
  expect(stdout.match(/\[\w+\/[\w-]+\]/g)).toEqual(['[schema/unknown-field]'])
  const size = await admit({ 'one.yaml': cluster('db', '1Gi').replace('size:', 'storageSize:') }, 'one.yaml', '--policies')
  expect(size.stdout.match(/\[\w+\/[\w-]+\]/g)).toEqual(['[schema/unknown-field]'])
})

test('a placeholder is not what the operator itself replaces, and a valid value is never one', async () => {
  const hba = `${cluster('db', '1Gi')}  postgresql:\n    pg_hba:\n      - host all all \${podselector:nobody} md5\n`
  expect((await admit({ 'hba.yaml': hba }, 'hba.yaml', '--operator', '1.27.1', '--policies')).stdout).not.toContain('placeholder')
  const path = `${cluster('db', '1Gi')}  postgresql:\n    parameters: {search_path: '"$user", public'}\n`
  expect((await admit({ 'path.yaml': path }, 'path.yaml', '--policies')).stdout).toBe('')
})

const scheduled = (schedule: string) =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: {name: nightly}\nspec:\n  cluster: {name: db}\n  schedule: "${schedule}"\n`
test('a schedule by name, over whose words the operator stumbles, is no mistake', async () => {
  const { stdout } = await admit({ 'named.yaml': scheduled('@daily') }, 'named.yaml')
  expect(stdout).toBe('')
  const { objects } = JSON.parse((await admit({ 'named.yaml': scheduled('@daily') }, 'named.yaml', '--format', 'json')).stdout)
  expect(objects[0].warnings).toHaveLength(1)
  expect((await admit({ 'five.yaml': scheduled('0 2 * * *') }, 'five.yaml')).stdout).toContain('[scheduled-backup/six-fields]')
})

const withSql = (database: string, rest: string) =>
  `${cluster('db', '1Gi')}  bootstrap:\n    initdb:\n      database: ${database}\n      postInitSQL:\n        - CREATE EXTENSION vector\n        - CREATE EXTENSION pg_trgm\n        - CREATE EXTENSION IF NOT EXISTS plpgsql\n${rest}`
test('extensions in another database than the application are reported once, and only where it lacks them', async () => {
  const said = async (text: string) => (await admit({ 'sql.yaml': text }, 'sql.yaml', '--policies')).stdout
  const bad = await said(withSql('shop', ''))
  expect(bad.match(/extension-in-application-database/g)).toHaveLength(1)
  expect(bad).toContain('sql.yaml:14:11: so is "pg_trgm"')
  expect(await said(withSql('postgres', '  enableSuperuserAccess: true\n'))).toBe('')
  const own = '      postInitApplicationSQL: ["CREATE EXTENSION IF NOT EXISTS vector; CREATE EXTENSION pg_trgm"]\n'
  expect(await said(withSql('shop', own))).toBe('')
  const database =
    '---\napiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: shop}\nspec:\n  cluster: {name: db}\n  name: shop\n  owner: app\n  extensions: [{name: vector}, {name: pg_trgm}]\n'
  expect(await said(withSql('shop', database))).toBe('')
})
