// Does `fix` correct what has exactly one correction, and leave every other byte alone?
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'
import { unifiedDiff } from '../../scripts/fix/diff.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-fix-'))
const values = 'databases/orders/values.yaml'
let root = ''
let count = 0
afterAll(() => rmSync(temporary, { recursive: true }))
beforeEach(() => {
  root = join(temporary, String(count++))
  cpSync(join(repository, 'test/projects/base'), root, { recursive: true })
})

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}
const get = (path = values) => readFileSync(join(root, path), 'utf8')
function put(text: string, path = values): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** The content of a file before and after; the part in doubled brackets is `<<before>>after>>`. */
async function expectFix(marked: string, ending = '\n'): Promise<void> {
  const side = (group: '$1' | '$2') => marked.replaceAll(/<<(.*?)>>(.*?)>>/gs, group).replaceAll('\n', ending)
  put(side('$1'))
  const { code } = await run('fix')
  expect(code).toBe(0)
  expect(get()).toBe(side('$2'))
  const again = await run('fix')
  expect(again).toMatchObject({ code: 0, stdout: '' })
  expect(get()).toBe(side('$2'))
}

const many = `# orders, kept as it is   \n\ncluster:   # the cluster
    <<walStorge>>walStorage>>: { size: "1Gi", enabled: true } # odd  layout
    storage: {size: <<10 Gi>>10Gi>>,   storageClass: fast}
    instances: <<"3">>3>>   # three
    postgresql:
        parameters: # all text
            max_connections: <<200>>"200">>
            jit: <<off>>"off">>
            random_page_cost: <<1.10>>"1.10">> # written so
        shared_preload_libraries: <<pg_stat_statements>>[pg_stat_statements]>>
    affinity:
        <<nodeSelectr>>nodeSelector>>: {disk: ssd}
    logLevel: info
<<    logLevel: info\n>>>>    initdb:
        database: orders
        owner: orders
        postInitSQL: <<'SELECT 1'>>['SELECT 1']>>
version:
    postgresql: <<17.10>>"17.10">>
backups:
    enabled: true
    endpointURL: https://s3.example.com
    destinationPath: s3://bucket/
    secret: {create: false, name: creds}
    scheduledBackups:
      - {name: weekly, schedule: <<"0 2 * * 0">>"0 0 2 * * 0">>}   # at two
      - name: early
        schedule: <<0 30 2 * *>>0 30 2 * * *>>
# the end, without a line break`

describe('fix', () => {
  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('fixes all kinds of mistakes at once and changes nothing else (%s)', async (_, ending) => {
    await expectFix(many, ending)
    const { stdout } = await run('check')
    expect(
      stdout
        .split('\n')
        .filter(
          (line) =>
            line.startsWith(values) &&
            !line.includes('backup/no-in-tree-store') &&
            !line.includes('[policy/') &&
            !line.includes('[backup/'),
        ),
    ).toEqual([])
  })
  test('a byte order mark stays', async () => {
    await expectFix('\ufeff<<clustr>>cluster>>:\n  instances: <<"2">>2>>\n')
  })
  test('names each edit with its place and rule', async () => {
    put('cluster:\n  walStorge:\n    size: 1Gi\nversion:\n  postgresql: 16.10\n')
    const { stdout, stderr } = await run('fix')
    expect(stdout).toBe(
      `${values}:2:3: \`walStorge\` is now \`walStorage\` [values/known-keys]\n${values}:5:15: 16.10 is now "16.10" [values/chart-schema]\n`,
    )
    expect(stderr).toContain('2 edits in 1 file')
  })
  test('fixes a mistake that another one hid', async () => {
    await expectFix('<<clustr>>cluster>>:\n  <<instnces>>instances>>: <<"2">>2>>\n')
  })
  test('apps/values.yaml is fixed too', async () => {
    const before = get('apps/values.yaml')
    const written = (key: string, revision: string) =>
      before.replace('  repository:\n', `  repository:\n    revision: ${revision}\n`).replace('-dev"\n', `-dev"\n      ${key}: none\n`)
    put(written('gaurd', '1.10'), 'apps/values.yaml')
    await run('fix')
    expect(get('apps/values.yaml')).toBe(written('guard', '"1.10"'))
    expect((await run('check')).stdout).not.toContain('apps/values.yaml')
  })
  test('a misspelt `postgres` in apps/values.yaml is fixed', async () => {
    const before = get('apps/values.yaml')
    put(before.replace('postgres:', 'postgrs:'), 'apps/values.yaml')
    await run('fix')
    expect(get('apps/values.yaml')).toBe(before)
  })
  test('service.yaml is fixed too', async () => {
    put('ownr: shop\nretired:\n  dev: { reson: gone, since: "2026-01-31" }\n', 'databases/orders/service.yaml')
    await run('fix')
    expect(get('databases/orders/service.yaml')).toBe('owner: shop\nretired:\n  dev: { reason: gone, since: "2026-01-31" }\n')
  })
  test('of two equal keys whose value is wrong, one is removed and the other fixed in one run', async () => {
    await expectFix(
      'backups:\n  enabled: true\n  endpointURL: https://s3.example.com\n  destinationPath: s3://bucket/\n  secret: {create: false, name: creds}\n  scheduledBackups:\n    - name: daily\n      schedule: <<"0 2 * * 0"\n      schedule: "0 2 * * 0">>"0 0 2 * * 0">>\n',
    )
  })
  test.each(['no', 'yes', 'off', 'true'])('the text "%s" loses its quotes where a boolean is required', async (word) => {
    await expectFix(`cluster:\n  enableSuperuserAccess: <<"${word}">>${word}>>\n  enablePDB: <<'${word}'>>${word}>>\n`)
  })
  test('check advises the text that fix writes', async () => {
    put('cluster:\n  postgresql:\n    parameters:\n      jit: off\n      log_statement: on\n      random_page_cost: 1.10\n')
    const { stdout } = await run('check')
    expect(stdout.match(/help: .*/g)).toEqual(Array.from({ length: 3 }, () => 'help: put quotes around it'))
  })
})

describe('left alone', () => {
  const same = [
    ['two words are near', 'cluster:\n  postgresXID: 26\n'],
    ['the word meant is used already', 'cluster:\n  instnces: 1\n  instances: 2\n'],
    ['duplicate keys with other values', 'cluster:\n  logLevel: info\n  logLevel: debug\n'],
    ['a duplicate key with a comment', 'cluster:\n  logLevel: info\n  logLevel: info # loud\n'],
    ['a list of maps', 'cluster:\n  imagePullSecrets: regcred\n'],
    ['a text with commas where a list is wanted', 'cluster:\n  postgresql:\n    shared_preload_libraries: a,b\n'],
    ['an alias that is a number elsewhere', 'cluster:\n  instances: &n 3\n  postgresql:\n    parameters:\n      max_connections: *n\n'],
    ['a quantity that means something else', 'cluster:\n  storage:\n    size: 10GB\n'],
    [
      'a schedule of five fields that does not parse',
      'backups:\n  enabled: true\n  endpointURL: https://s3.example.com\n  scheduledBackups:\n    - name: daily\n      schedule: "0 2 * * NEVER"\n',
    ],
    ...['0 0 2 * *', '0 2 * * *', '15 * * * *', '* * * * *', '0 1 * * 7', '*/5 2 1 1 *', '5 4 * JAN *'].map((schedule) => [
      `a schedule of five fields with two meanings: ${schedule}`,
      `backups:\n  enabled: true\n  endpointURL: https://s3.example.com\n  scheduledBackups:\n    - name: daily\n      schedule: "${schedule}"\n`,
    ]),
    ...['010', '1_000', '0x10', '1e3', '+5'].map((number) => [
      `a number that is spelt in a special way: ${number}`,
      `cluster:\n  postgresql:\n    parameters:\n      application_name: ${number}\n`,
    ]),
    ['thousandths of a byte', 'cluster:\n  resources:\n    requests:\n      memory: 512 m\n'],
    ['names with blanks between them', 'cluster:\n  postgresql:\n    shared_preload_libraries: auto_explain pg_stat_statements\n'],
    ['a version that is still none in quotes', 'version:\n  postgresql: 1.27\n'],
    ['duplicate keys of which one is an alias', 'cluster:\n  logLevel: &l info\n  logLevel: *l\n'],
    ['broken YAML', 'cluster: [\n'],
    ['several documents', 'cluster:\n  instnces: 1\n---\na: 1\n'],
  ]
  test.each(same)('%s', async (_, text) => {
    put(text)
    expect(await run('fix')).toMatchObject({ code: 0, stdout: '' })
    expect(get()).toBe(text)
  })
  test('a secret is neither edited nor printed', async () => {
    const text = 'backups:\n  s3:\n    secretKey: 123456789\nversion:\n  postgresql: 16.10 # secretKey: 123456789\n'
    put(text)
    const dry = await run('fix', '--dry-run')
    expect(dry.stdout + dry.stderr).not.toContain('123456789')
    const { stdout, stderr } = await run('fix')
    expect(stdout + stderr).not.toContain('123456789')
    expect(get()).toBe(text.replace('16.10', '"16.10"'))
  })
})

describe('files', () => {
  test('--dry-run prints a diff, writes nothing, and exits with 1 only where there is one', async () => {
    const text = 'cluster:\n  instances: 1\n  walStorge:\n    size: 1Gi\n'
    put(text)
    const dry = await run('fix', '--dry-run')
    expect(dry.code).toBe(1)
    expect(dry.stdout).toBe(
      `--- a/${values}\n+++ b/${values}\n@@ -1,4 +1,4 @@\n cluster:\n   instances: 1\n-  walStorge:\n+  walStorage:\n     size: 1Gi\n`,
    )
    expect(get()).toBe(text)
    await run('fix')
    expect(await run('fix', '--dry-run')).toMatchObject({ code: 0, stdout: '' })
  })
  test('a link still leads to its file, the mode stays, and no temporary file is left', async () => {
    mkdirSync(join(root, 'texts'))
    writeFileSync(join(root, 'texts/orders.yaml'), 'clustr: {}\n')
    chmodSync(join(root, 'texts/orders.yaml'), 0o640)
    rmSync(join(root, values))
    symlinkSync('../../texts/orders.yaml', join(root, values))
    await run('fix')
    expect(get('texts/orders.yaml')).toBe('cluster: {}\n')
    expect(statSync(join(root, 'texts/orders.yaml')).mode & 0o777).toBe(0o640)
    expect(readdirSync(root, { recursive: true }).filter((path) => String(path).includes('.tmp'))).toEqual([])
  })
  test('databases of another checkout are fixed there', async () => {
    const other = join(temporary, `${count++}-deploy`)
    mkdirSync(join(other, 'payments'), { recursive: true })
    writeFileSync(join(other, 'payments/values.yaml'), 'clustr: {}\n')
    await run('fix', '--databases', other)
    expect(readFileSync(join(other, 'payments/values.yaml'), 'utf8')).toBe('cluster: {}\n')
  })
})

describe('the diff', () => {
  test('keeps far changes in hunks of their own, with line breaks as they are', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}\r\n`)
    const after = lines.map((line, index) => (index === 1 ? 'one\r\n' : line)).filter((_, index) => index !== 15)
    expect(unifiedDiff('f', lines.join(''), after.join('')).text).toBe(
      '--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n line 0\r\n-line 1\r\n+one\r\n line 2\r\n line 3\r\n line 4\r\n' +
        '@@ -13,7 +13,6 @@\n line 12\r\n line 13\r\n line 14\r\n-line 15\r\n line 16\r\n line 17\r\n line 18\r\n',
    )
  })
  test('shows where the last line break is missing', () => {
    expect(unifiedDiff('f', 'a\nb', 'a\nc').text).toBe(
      '--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n',
    )
    expect(unifiedDiff('f', 'a', 'a').text).toBe('')
  })
})
