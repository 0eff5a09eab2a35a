// Do our verdicts on PostgreSQL's files and SQL agree with those of real servers?
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readHba, refusedIdentLines } from '../../scripts/postgres/hba/hba.ts'
import { expressionProblem } from '../../scripts/postgres/hba/regular-expression.ts'
import { judgePostgres } from '../../scripts/postgres/server.ts'

interface LineVector {
  readonly major: number
  readonly line: string
  readonly accepted: boolean
}
interface SqlVector {
  readonly major: number
  readonly sql: string
  readonly syntax_error: boolean
  readonly position?: number
}

function recorded<T>(name: string): T[] {
  const text = gunzipSync(readFileSync(new URL(`../vectors/postgres-${name}.jsonl.gz`, import.meta.url))).toString('utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

/** Files that the server read, or a host name that it looked up: they are not known here. */
const dependsOnOthers = { hba: /(?:^|[\s,])@|^include|radiusservers=nosuch/, ident: /^include/ }

describe('pg_hba.conf and pg_ident.conf', () => {
  test.each([
    ['hba', (text: string, major: number) => readHba(text, major).refused],
    ['ident', refusedIdentLines],
  ] as const)('each line of %s is refused as the servers refused it', (name, judge) => {
    const vectors = recorded<LineVector>(name)
    const different = vectors.filter(({ line, major, accepted }) => {
      const isRefused = judge(line, major).length > 0
      return accepted ? isRefused : !isRefused && !dependsOnOthers[name].test(line)
    })
    expect(vectors.length).toBeGreaterThan(600)
    expect(different).toEqual([])
  })
  test('a record keeps its fields, and a wrong one its physical line', () => {
    const text =
      '# first\nhost "all",app  alice 10.0.0.0 255.0.0.0 scram-sha-256 # last\n\nhost all all \\\n  all nonsense\nlocal all all peer map=a\n'
    const { records, refused } = readHba(text, 17)
    expect(records.map(({ line, type, mask, method }) => [line, type, mask, method])).toEqual([
      [2, 'host', '255.0.0.0', 'scram-sha-256'],
      [6, 'local', undefined, 'peer'],
    ])
    expect(records[0]?.databases).toMatchObject([
      { text: 'all', quoted: true },
      { text: 'app', quoted: false },
    ])
    expect(refused.map(({ line }) => line)).toEqual([4])
  })
})

test('a regular expression of PostgreSQL takes time in proportion to its length, however deep it nests', () => {
  expect(expressionProblem('('.repeat(200_000) + ')'.repeat(200_000), 17)).toBeUndefined()
  expect(expressionProblem('('.repeat(200_000), 17)).toBe('an opening parenthesis has no closing one')
  expect(expressionProblem('[a-c'.repeat(100_000), 17)).toBeDefined()
})

describe('SQL', () => {
  test('is refused where the server refused it, at the same character', async () => {
    const vectors = recorded<SqlVector>('sql')
    const different: unknown[] = []
    for (const { major, sql, syntax_error: isWrong, position } of vectors) {
      const [error] = (await judgePostgres({ major, sql })).errors
      if ((error !== undefined) !== isWrong || (isWrong && position !== error?.position)) different.push({ major, sql, position, error })
    }
    expect(vectors.length).toBeGreaterThan(100)
    expect(different).toEqual([])
  })
  test('is read by the grammar of its major', async () => {
    const said = async (major: number): Promise<number> => (await judgePostgres({ major, sql: 'SELECT 0x1F' })).errors.length
    expect([await said(13), await said(16)]).toEqual([0, 0])
    const merge = 'MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE'
    expect((await judgePostgres({ major: 14, sql: merge })).errors).toHaveLength(1)
    expect((await judgePostgres({ major: 15, sql: merge })).errors).toEqual([])
  })
  test('positions count characters, as a server does', async () => {
    expect((await judgePostgres({ major: 17, sql: "SELECT '😀é' FRM" })).errors[0]?.position).toBeUndefined()
    expect((await judgePostgres({ major: 17, sql: "SELECT '😀é' FROM FROM" })).errors[0]?.position).toBe(18)
  })
})

test('parameters that are valid alone are judged together, with the defaults of the server', async () => {
  const said = async (parameters: Record<string, string>): Promise<string[]> =>
    (await judgePostgres({ major: 17, parameters })).errors.map(({ message }) => message)
  expect(await said({ max_connections: '3' })).toHaveLength(1)
  expect(await said({ max_connections: '4' })).toEqual([])
  expect(await said({ ssl_max_protocol_version: 'TLSv1.1' })).toEqual([])
  expect(await said({ ssl: 'on', ssl_max_protocol_version: 'TLSv1.1' })).toHaveLength(1)
  expect(await said({ recovery_target: 'immediate', recovery_target_name: 'a' })).toHaveLength(1)
  expect(await said({ recovery_target_name: 'a', recovery_target: '' })).toHaveLength(1)
  expect(await said({ recovery_target: '', recovery_target_name: 'a', recovery_target_timeline: '2' })).toEqual([])
})
