// Are numbers that letters follow refused where PostgreSQL 15 refuses them, with its words and at its place?
import { expect, test } from 'vitest'
import { loadSqlParser } from '../../scripts/postgres/sql.ts'

const junk = (near: string, position = 8) => ({
  error: { message: `trailing junk after ${near.startsWith('$') ? 'parameter' : 'numeric literal'} at or near "${near}"`, position },
})

// what 15.18 says
test.each([
  ['SELECT 1OR 2', junk('1OR')],
  ['SELECT 123abc', junk('123abc')],
  ['SELECT 1e+', junk('1e+')],
  ['SELECT 0x1F', junk('0x1F')],
  ['SELECT 1_000', junk('1_000')],
  ['SELECT 1.5x', junk('1.5x')],
  ['SELECT .5x', junk('.5x')],
  ['SELECT 1.e3f', junk('1.e3f')],
  ['SELECT 12é', junk('12é')],
  ["SELECT 'é', 1a", junk('1a', 13)],
  ['SELECT $1a', junk('$1a')],
  ['SELECT $1e5', junk('$1e5')],
  ['SELECT 1e5$a$', junk('1e5$a$')],
  ['SELECT 1e+5x', junk('1e+5x')],
  ['SELECT a.1b', junk('.1b', 9)],
  ['SELECT 1.5.2a', junk('.2a', 11)],
  ['SELECT "a"1b', junk('1b', 11)],
  ['CREATE TABLE t (a int DEFAULT 123abc)', junk('123abc', 31)],
  ['SELECT FROM 5 1a', { error: { message: 'syntax error at or near "5"', position: 13 } }],
  ['SELECT 1..2', { error: { message: 'syntax error at or near ".."', position: 9 } }],
])('%s', async (sql, expected) => expect((await loadSqlParser(15))?.(sql)).toEqual(expected))

test.each([
  'SELECT \'1a\', "1a" FROM (SELECT 1 AS "1a") s /* 1a */; -- 1a',
  'SELECT a1b, $$1a$$, 1 AS a, 1e5, 1.5e-3, 1',
  'SELECT é1b, x$1a, é$$1a',
  'SELECT $1, $é$1a$é$, t1a, 1e5+1',
])('nothing is wrong with %s', async (sql) => expect((await loadSqlParser(15))?.(sql)).toHaveProperty('tree'))

test('14 takes them', async () => expect((await loadSqlParser(14))?.('SELECT 1OR 2')).toHaveProperty('tree'))
