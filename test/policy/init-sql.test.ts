// Is SQL of a new Cluster told apart that names what is not there yet?
import { expect, test } from 'vitest'
import { judgeSqlOf } from '../../scripts/policy/manifests.ts'
import { judgePostgres } from '../../scripts/postgres/server.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'
import { costOfAsync } from '../support/cost.ts'

type Lists = Readonly<Record<string, readonly string[]>>

async function found(lists: Lists, rest = '', beside = '', image = 'x/postgresql:17.5'): Promise<string[]> {
  const spec = Object.entries(lists).map(([list, items]) => `${list}: ${JSON.stringify(items)}`)
  const text = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: a }
spec:
  imageName: ${image}
  instances: 1
  bootstrap: { initdb: { database: app, owner: app, ${spec.join(', ')} } }
${rest}${beside}`
  const findings = await judgeSqlOf(readManifests({ path: 'a.yaml', text }).manifests, '1.30.0')
  return findings.map(({ rule, finding, word }) => {
    const { span, file } = word ?? {}
    return `${rule.replace(/^.*\//, '')}: ${finding.places[0].path.slice(-2).join('.')} ${span === undefined ? '' : file?.text.slice(span.start, span.end)}`
  })
}

const managed = '  managed: { roles: [{ name: reader, login: true }] }\n'
const select = 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader'

test.each<readonly [Lists, readonly string[]]>([
  [{ postInitSQL: ['GRANT CONNECT ON DATABASE app TO PUBLIC'] }, ['sql-name-exists: postInitSQL.0 app']],
  [{ postInitTemplateSQL: ['ALTER DATABASE app OWNER TO postgres'] }, ['sql-name-exists: postInitTemplateSQL.0 app']],
  [{ postInitSQL: ["ALTER ROLE app IN DATABASE app SET work_mem = '8MB'"] }, ['sql-name-exists: postInitSQL.0 app']],
  [{ postInitApplicationSQL: ['GRANT CONNECT ON DATABASE app TO PUBLIC'] }, []],
  [{ postInitSQL: ['CREATE DATABASE b', 'ALTER DATABASE b SET work_mem TO 8'] }, []],
  [{ postInitSQL: ['DROP DATABASE IF EXISTS b', "COMMENT ON DATABASE app IS ''"] }, []],
  [{ postInitApplicationSQL: [select] }, ['sql-name-exists: postInitApplicationSQL.0 reader']],
  [{ postInitApplicationSQL: ['CREATE ROLE reader', select] }, []],
  [{ postInitSQL: ['CREATE ROLE reader'], postInitApplicationSQL: [select] }, []],
  // the lists run in the order of the operator
  [{ postInitApplicationSQL: ['CREATE ROLE reader'], postInitSQL: ['GRANT app TO reader'] }, ['sql-name-exists: postInitSQL.0 reader']],
  [{ postInitSQL: ['CREATE ROLE r IN ROLE s'] }, ['sql-name-exists: postInitSQL.0 s']],
  [{ postInitSQL: ['CREATE DATABASE b OWNER s'] }, ['sql-name-exists: postInitSQL.0 s']],
  [{ postInitSQL: ['GRANT s TO app', 'GRANT s TO postgres'] }, ['sql-name-exists: postInitSQL.0 s']],
  [{ postInitSQL: ['CREATE ROLE "Big"', 'GRANT Big TO app'] }, ['sql-name-exists: postInitSQL.1 Big']],
  [{ postInitSQL: ['ALTER ROLE app RENAME TO b', 'GRANT b TO CURRENT_USER', 'GRANT pg_monitor TO b'] }, []],
  [{ postInitSQL: ['CREATE ROLE a', 'ALTER ROLE a RENAME TO b', 'CREATE ROLE a'] }, []],
  [{ postInitSQL: ['CREATE ROLE a', 'ALTER ROLE a RENAME TO b', 'GRANT a TO app'] }, ['sql-name-exists: postInitSQL.2 a']],
  [{ postInitSQL: ['CREATE DATABASE a', 'ALTER DATABASE a RENAME TO b', 'GRANT CONNECT ON DATABASE b TO app', 'CREATE DATABASE a'] }, []],
  [{ postInitSQL: ["SELECT dblink_exec('dbname=postgres', 'CREATE ROLE a')", 'GRANT a TO app'] }, []],
  // roles that a block of code, a function or another extension may make
  [{ postInitSQL: ['DO $$$$ BEGIN CREATE ROLE s; END $$$$', 'GRANT s TO app'] }, []],
  [{ postInitSQL: ['CREATE EXTENSION anything', 'GRANT s TO app'] }, []],
  [{ postInitSQL: ['CREATE EXTENSION pg_tle', 'GRANT pgtle_admin TO app'] }, []],
  [{ postInitSQL: ['CREATE EXTENSION pgcrypto', 'GRANT s TO app'] }, ['sql-name-exists: postInitSQL.1 s']],
  [{ postInitSQL: ['DROP ROLE IF EXISTS s'] }, []],
  [{ postInitSQL: ['CREATE DATABASE app'], postInitApplicationSQL: ['SELECT 1'] }, ['application-sql-runs: postInitSQL.0 app']],
  [{ postInitSQL: ['CREATE DATABASE app'] }, []],
  [{ postInitApplicationSQL: ['CREATE DATABASE app'] }, ['sql-name-free: postInitApplicationSQL.0 app']],
  [{ postInitSQL: ['CREATE DATABASE b', 'CREATE DATABASE b'] }, ['sql-name-free: postInitSQL.1 b']],
  [{ postInitSQL: ['CREATE DATABASE b', 'DROP DATABASE b', 'CREATE DATABASE b'] }, []],
  [{ postInitSQL: ['CREATE USER App'] }, ['sql-name-free: postInitSQL.0 App']],
  [{ postInitSQL: ['CREATE USER "App"', 'CREATE USER b', 'DROP USER b', 'CREATE USER b'] }, []],
  [{ postInitSQL: ["ALTER SYSTEM SET work_mem = '8MB'"] }, ['sql-allowed: postInitSQL.0 ALTER']],
])('knows what is there when it runs: %j', async (lists, expected) => {
  expect(await found(lists)).toEqual(expected)
})

test('knows what comes later, and what it can not know', async () => {
  expect(await found({ postInitApplicationSQL: [select] }, managed)).toEqual(['sql-name-exists: postInitApplicationSQL.0 reader'])
  const system = { postInitSQL: ["ALTER SYSTEM SET work_mem = '8MB'"] }
  expect(await found(system, '', '', 'x/postgresql:16.9')).toEqual([])
  expect(await found(system, '  postgresql: { enableAlterSystem: true }\n')).toEqual([])
  const refs = (what: string): string =>
    `{ initdb: { database: app, owner: app, postInitSQLRefs: { ${what}: [{ name: c, key: k }] }, postInitApplicationSQL: [${select}] } }`
  const held = (sql: string): string => `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { k: "${sql}" }\n`
  const text = (what: string, beside: string): string =>
    `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: a }\nspec:\n  imageName: x/postgresql:17.5\n  bootstrap: ${refs(what)}\n${beside}`
  const rules = async (one: string): Promise<string[]> =>
    (await judgeSqlOf(readManifests({ path: 'a.yaml', text: one }).manifests, '1.30.0')).map(({ rule }) => rule)
  expect(await rules(text('configMapRefs', held('CREATE ROLE reader')))).toEqual([])
  expect(await rules(text('configMapRefs', held('CREATE ROLE other')))).toEqual(['postgres/sql-name-exists'])
  // somewhere else
  expect(await rules(text('configMapRefs', ''))).toEqual([])
  expect(await rules(text('secretRefs', ''))).toEqual([])
})

const many = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('')

test('says of what is nested too deeply that it was not parsed, and goes on with other databases', async () => {
  const deep = `SELECT ${'1+'.repeat(60_000)}1; GRANT s TO app`
  expect(await found({ postInitSQL: ['GRANT t TO app', deep] })).toEqual(['sql-depth: postInitSQL.1 '])
  expect(await found({ postInitSQL: ['GRANT t TO app'] })).toEqual(['sql-name-exists: postInitSQL.0 t'])
  expect(await judgePostgres({ major: 17, sql: deep })).toEqual({ errors: [] })
})

test('goes through expressions that are nested deeply', async () => {
  expect(await found({ postInitSQL: [`SELECT ${'1+'.repeat(3_000)}1; GRANT s TO app`] })).toEqual(['sql-name-exists: postInitSQL.0 s'])
})

test('takes a time linear in the length of a text', { timeout: 30_000 }, async () => {
  const cost = await costOfAsync(async () => {
    expect(await found({ postInitSQL: [many(5_000, (index) => `GRANT s${index} TO app;\n`)] })).toHaveLength(5_000)
    expect(await found({ postInitSQL: [many(20_000, () => "INSERT INTO t VALUES ('ü');\n")] })).toEqual([])
    expect(await found({ postInitSQL: [many(5_000, () => 'VACUUM;\n')] })).toHaveLength(5_000)
  })
  expect(cost).toBeLessThan(15_000)
})
