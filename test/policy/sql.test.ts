// Is a mistake in SQL reported at its very word, however the text is written in YAML?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-sql-'))
afterAll(() => rmSync(folder, { recursive: true }))

const head = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec:\n  instances: 3\n  storage: {size: 1Gi}\n'
const told = (items: string): Promise<string[]> =>
  admitted(`${head}  imageName: x/postgresql:17.5\n  bootstrap:\n    initdb:\n      postInitApplicationSQL:\n${items}`)

async function admitted(text: string): Promise<string[]> {
  const file = join(folder, 'cluster.yaml')
  writeFileSync(file, text)
  let stdout = ''
  const terminal = { cwd: folder, color: false, stdout: (text: string) => (stdout += text), stderr: () => {} }
  await main(['admit', '--policies', '--format', 'json', file], terminal)
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { rule: string; line: number; column: number; endColumn: number; message: string }[]
  }
  return diagnostics.map(
    ({ rule, line, column, endColumn, message }) => `${rule}:${line}:${column}-${endColumn} ${message.split(': ').at(-1)}`,
  )
}

const syntax = 'syntax error at or near "TABEL"'

it.each([
  ['plain', '        - CREATE TABEL a (b int)\n', [`postgres/sql-syntax:11:18-23 ${syntax}`]],
  ['in single quotes', "        - 'SELECT ''ä''; CREATE TABEL a (b int)'\n", [`postgres/sql-syntax:11:33-38 ${syntax}`]],
  ['in double quotes', '        - "SELECT \\"a\\" FROM b; CREATE TABEL a (b int)"\n', [`postgres/sql-syntax:11:40-45 ${syntax}`]],
  [
    'literal',
    '        - |\n          CREATE TABLE a (b int);\n          CREATE TABEL c (d int);\n',
    [`postgres/sql-syntax:13:18-23 ${syntax}`],
  ],
  ['folded', '        - >-\n          CREATE\n          TABEL c (d int)\n', [`postgres/sql-syntax:13:11-16 ${syntax}`]],
  [
    'a command of psql',
    '        - |\n          \\connect app\n          SELECT 1\n',
    ['postgres/sql-syntax:12:11-12 SQL has `\\connect`, but that is a command of psql, which does not run here'],
  ],
  [
    'one that must run alone',
    '        - CREATE ROLE a; VACUUM\n',
    ["postgres/sql-transaction:11:26-32 VACUUM stands among other statements, but it can't run in the transaction that they share"],
  ],
  ['nothing at all', `        - ""\n        - ' '\n        - ;\n        - "-- nothing"\n`, []],
  ['alone', '        - VACUUM\n        - CREATE TABLE a (b int); COMMENT ON TABLE a IS $it$it; \\connect$it$\n', []],
  [
    'dollars of which Kubernetes takes one',
    '        - DO $$ BEGIN END $$\n',
    ['postgres/sql-syntax:11:14-16 SQL has `$$`, but Kubernetes hands on one `$`, which PostgreSQL 17 refuses'],
  ],
  ['dollars of which Kubernetes leaves two', '        - |\n          DO $$$$ BEGIN CREATE EXTENSION vchord; END $$$$\n', []],
  ['a mistake after dollars', '        - DO $$$$ BEGIN END $$$$; CREATE TABEL a (b int)\n', [`postgres/sql-syntax:11:42-47 ${syntax}`]],
  ['an item without a blank, whose dollars are escaped', '        - SELECT($$a$$)\n', []],
  ['a variable of the container', '        - CREATE ROLE a LOGIN PASSWORD $(POD_NAME)\n', []],
  [
    'a variable that is none',
    '        - CREATE ROLE a LOGIN PASSWORD $(PASSWORD)\n',
    ['postgres/sql-syntax:11:40-41 syntax error at or near "$"'],
  ],
])('%s', async (_, items, expected) => {
  expect(await told(items)).toEqual(expected)
})

const configMap = (sql: string, rest = ''): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec:\n  instances: 3\n  imageName: x/postgresql:17.5\n  storage: {size: 1Gi}\n` +
  `  env: [{name: JWT, value: a}]\n  bootstrap:\n    initdb: {postInitSQLRefs: {configMapRefs: [{name: s, key: s.sql}]}}\n---\n` +
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: s${rest}}\ndata:\n  s.sql: |\n${sql}`

it.each([
  ['in a ConfigMap', configMap('    DO $$ BEGIN END $$;\n    CREATE TABEL a (b int);\n'), [`postgres/sql-syntax:18:12-17 ${syntax}`]],
  ['right in a ConfigMap', configMap("    DO $$ BEGIN END $$;\n    SELECT '$(OTHER)';\n"), []],
  ['with a variable in a comment', configMap('    -- $(JWT) is set elsewhere\n    SELECT 1;\n'), []],
  ['with placeholders of another program', configMap('    CREATE ROLE ${name};\n'), []],
  ['in a ConfigMap that another program fills', configMap('    CREATE TABEL\n', ', annotations: {replicator/sync: b}'), []],
  [
    'with a variable that nobody puts in',
    configMap("    SELECT '$(JWT)';\n"),
    ['policy/variable-put-in:16:3-8 s.sql has $(JWT), but variables are put into SQL of the Cluster itself only'],
  ],
])('%s', async (_, text, expected) => {
  expect(await admitted(text)).toEqual(expected)
})

const queries = (text: string): string =>
  `${head}  imageName: x/postgresql:17.5\n  monitoring: {customQueriesConfigMap: [{name: q, key: q}]}\n---\n` +
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: q, labels: {cnpg.io/reload: ""}}\ndata:\n  q: |\n${text.replaceAll(/^/gm, '    ')}\n`
const one = (sql: string, metrics = '[{a: {usage: GAUGE}}]', rest = ''): string => `one:\n  query: ${sql}\n  metrics: ${metrics}\n${rest}`

it.each([
  ['SQL that is wrong', one('SELECT 1 AS a FORM b c'), ['postgres/sql-syntax:16:28-32 syntax error at or near "FORM"']],
  [
    'an unknown usage',
    one('SELECT 1 AS a', '[{a: {usage: gauge}}]'),
    [`policy/queries-give-metrics:17:29-34 query one gives no metrics at all`],
  ],
  ['no usage', one('SELECT 1 AS a', '[{a: {description: b}}]'), [`policy/queries-give-metrics:17:21-37 query one gives no metrics at all`]],
  ['a column more', one('SELECT 1 AS a, 2 AS b'), ['policy/queries-give-metrics:17:16-37 it gives no metrics at all']],
  [
    'a column of another name',
    one('SELECT 1 AS b'),
    ['policy/queries-give-metrics:17:16-37 query one has the column b, but metrics do not list it'],
  ],
  [
    'metrics as a map',
    one('SELECT 1 AS a', '{a: {usage: GAUGE}}'),
    ['policy/queries-readable:17:16-35 metrics of query one must be a list'],
  ],
  [
    'a misspelt key',
    one('SELECT 1 AS a', undefined, '  predicateQuery: SELECT true'),
    ['policy/queries-give-metrics:18:7-21 query one has the key `predicateQuery`, which the exporter does not read'],
  ],
  ['YAML that is none', 'one:\n  query: [', ['policy/queries-readable:16:14-15 `[` is opened here, but never closed']],
  ['a key that comes twice', one('SELECT 1 AS a', undefined, 'one: {}'), ['policy/queries-readable:18:5-8 this key comes twice']],
  ['a column that other readers take for a boolean', one('SELECT count(*) AS n FROM a', '[{n: {usage: GAUGE}}]'), []],
  ['columns that are not counted', one('SELECT a.*, 1 FROM a'), []],
  ['an expression without a name', one('SELECT count(*) FROM a', '[{count: {usage: COUNTER}}]'), []],
  [
    'labels, buckets and unions',
    one(
      'SELECT b AS l, c AS h, d AS h_bucket, e AS h_sum, f AS h_count FROM x UNION ALL SELECT 1, 2, 3, 4, 5',
      '[{l: {usage: LABEL}}, {h: {usage: HISTOGRAM}}]',
    ),
    [],
  ],
  ['a query of other releases', one('SELEKT 1', undefined, '  runonserver: "<13"'), []],
])('custom queries: %s', async (_, text, expected) => {
  expect(await admitted(queries(text))).toEqual(expected)
})
