// Is a mistake in SQL reported at its very word, however the text is written in YAML?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-sql-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function told(items: string): Promise<string[]> {
  const file = join(folder, 'cluster.yaml')
  const head = 'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec:\n  instances: 3\n  storage: {size: 1Gi}\n'
  writeFileSync(file, `${head}  imageName: x/postgresql:17.5\n  bootstrap:\n    initdb:\n      postInitApplicationSQL:\n${items}`)
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
  ['alone', '        - VACUUM\n        - CREATE TABLE a (b int); COMMENT ON TABLE a IS $$it; \\connect$$\n', []],
])('%s', async (_, items, expected) => {
  expect(await told(items)).toEqual(expected)
})
