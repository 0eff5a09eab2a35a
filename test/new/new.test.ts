// Does `new` write files that pass `check`, and nothing else?
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openQuestions } from '../../scripts/new/answers.ts'
import { databaseName, databaseProblem, sizeProblem } from '../../scripts/new/service.ts'
import { openRepository } from '../support/terminal.ts'

let repository = openRepository()
beforeEach(() => {
  repository.remove()
  repository = openRepository()
})
afterAll(() => repository.remove())

/** A layout with several clusters per service. */
function severalAService(): void {
  const settings = repository.read('apps/values.yaml')
  repository.put(
    'apps/values.yaml',
    `${settings.trimEnd()}\n  layout:\n    databases: "databases/{service}/postgres/{name}.yaml"\n    overrides: "databases/{service}/postgres/{name}-{env}.yaml"\n    cluster: "{service}-{name}-db-{env}"\n    application: "{service}-{name}-db-{env}"\n`,
  )
}

describe('what is written', () => {
  test.each([
    [['payments']],
    [['on', '--owner', 'null']],
    [['a-b', '--size', '10Gi', '--env', 'prd', '--owner', 'team-a', '--database', 'orders_v2']],
  ])('%j passes check after render', async (argv) => {
    const made = await repository.run('new', ...argv)
    expect(made).toMatchObject({ code: 0 })
    expect(made.stdout).toContain(`written  databases/${argv[0]}/values.yaml`)
    expect((await repository.run('render')).code).toBe(0)
    const checked = await repository.run('check')
    expect(checked).toMatchObject({ code: 0, stdout: '' })
  })
  test('the smallest file explains where the rest comes from', async () => {
    await repository.run('new', 'pay-ments')
    const text = repository.read('databases/pay-ments/values.yaml')
    expect(text).toContain('    database: pay_ments\n    owner: pay_ments\n')
    expect(text).not.toMatch(/^ {2}storage:/m)
    expect(existsSync(join(repository.root, 'databases/pay-ments/service.yaml'))).toBe(false)
  })
  test('owner and environments go to service.yaml', async () => {
    await repository.run('new', 'payments', '--env', 'prd', '--owner', 'team-a')
    expect(repository.read('databases/payments/service.yaml')).toMatch(/^owner: team-a\n(?:#.*\n)environments:\n {2}- prd\n$/m)
    expect((await repository.run('completion', 'databases')).stdout).toBe('orders/dev\norders/prd\npayments/prd\n')
  })
  test('each file names the schema that the repository has of it', async () => {
    for (const name of ['cluster-0.8.1', 'service']) repository.put(`schemas/values/${name}.json`, '{}')
    await repository.run('new', 'payments', '--owner', 'team-a')
    const lines = ['values', 'service'].map((name) => repository.read(`databases/payments/${name}.yaml`).split('\n')[0])
    expect(lines).toEqual([
      '# yaml-language-server: $schema=../../schemas/values/cluster-0.8.1.json',
      '# yaml-language-server: $schema=../../schemas/values/service.json',
    ])
    expect((await repository.run('render')).code).toBe(0)
    expect(await repository.run('check')).toMatchObject({ code: 0, stdout: '' })
  })
  test('the layout decides the paths', async () => {
    severalAService()
    expect((await repository.run('new', 'shop')).stderr).toContain('--name is not set')
    expect((await repository.run('new', 'shop', '--name', 'main')).stdout).toBe('written  databases/shop/postgres/main.yaml\n')
    expect(repository.read('databases/shop/postgres/main.yaml')).toContain('    database: shop_main\n')
  })
  test('--dry-run prints and writes nothing', async () => {
    const { code, stdout } = await repository.run('new', 'payments', '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toContain('# databases/payments/values.yaml')
    expect(existsSync(join(repository.root, 'databases/payments'))).toBe(false)
  })
})

test('on a terminal it asks for what is not given', async () => {
  const talked = await repository.talk(['payments', 'dev', 'team-a', ''], 'new', '--size', '2Gi')
  expect(talked.code).toBe(0)
  expect(talked.questions).toHaveLength(4)
  expect(repository.read('databases/payments/values.yaml')).toContain('size: 2Gi')
  expect(repository.read('databases/payments/service.yaml')).toContain('- dev')
})

test('a wrong answer is reported at once, with the reason, and asked for again', async () => {
  const answers = ['', 'Bad', 'orders', 'payments', 'pdr', 'prd', '10GB', '', 'a b', 'team-a', 'postgres', 'pay']
  const talked = await repository.talk(answers, 'new')
  expect(talked.code).toBe(0)
  expect(talked.questions.map((question) => question.replace(/[:[].*/, '').trim())).toEqual([
    ...Array<string>(4).fill('name of the service'),
    'environments',
    'environments',
    'size of each volume',
    'size of each volume',
    'owner, a team',
    'owner, a team',
    'database and role in PostgreSQL',
    'database and role in PostgreSQL',
  ])
  for (const reason of [
    'try `bad`',
    'already exists',
    'did you mean `prd`?',
    '  size is `10GB`',
    'must be a label',
    'a database of that name',
  ])
    expect(talked.stderr).toContain(reason)
  expect(repository.read('databases/payments/values.yaml')).toContain('database: pay\n')
})

test('a wrong flag fails before the first question', async () => {
  const talked = await repository.talk(['payments'], 'new', '--size', '10GB')
  expect(talked).toMatchObject({ code: 2, questions: [] })
})

test.each([
  ['interrupt', 130],
  ['end', 2],
] as const)('a dialogue that is ended (%s) is not our error, and writes nothing', async (stopped, code) => {
  const talked = await repository.talk(['payments', { stopped }], 'new')
  expect(talked).toMatchObject({ code, stdout: '', stderr: '\nnothing was written\n' })
  expect(existsSync(join(repository.root, 'databases/payments'))).toBe(false)
})

describe('at a terminal', () => {
  const keys = (typed: string) => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const ask = openQuestions(input, output)
    input.write(typed)
    return { ask, input }
  }
  test('Enter answers, and what was pasted answers the questions that follow', async () => {
    const { ask } = keys('one\rtwo\rthree')
    expect([await ask('1? '), await ask('2? ')]).toEqual(['one', 'two'])
  })
  test('Ctrl-C, Ctrl-D and a line that is cut off end the dialogue', async () => {
    expect(await keys('on\x03').ask('? ')).toEqual({ stopped: 'interrupt' })
    expect(await keys('\x04').ask('? ')).toEqual({ stopped: 'end' })
    const { ask, input } = keys('')
    input.end()
    expect(await ask('? ')).toEqual({ stopped: 'end' })
  })
})

describe('a service that has databases already', () => {
  beforeEach(() => {
    severalAService()
    for (const name of ['main', 'audit']) repository.put(`databases/shop/postgres/${name}.yaml`, '')
  })
  const ids = async () => (await repository.run('completion', 'databases')).stdout.split('\n')

  test.each([
    ['--env', 'prd'],
    ['--owner', 'team-a'],
  ])('%s would change them, so it is refused', async (flag, value) => {
    const before = await ids()
    const { code, stderr } = await repository.run('new', 'shop', '--name', 'extra', flag, value)
    expect(code).toBe(2)
    expect(stderr).toContain(`${flag} is \`${value}\`, but `)
    expect(stderr).toContain(`set per service, and shop has audit, main already; leave ${flag} out\n`)
    expect(await ids()).toEqual(before)
  })
  test('all environments is what it has', async () => {
    expect((await repository.run('new', 'shop', '--name', 'extra', '--env', 'prd,dev')).stdout).toBe(
      'written  databases/shop/postgres/extra.yaml\n',
    )
  })
  test('its service.yaml is not changed', async () => {
    repository.put('databases/shop/service.yaml', 'environments: [dev]\n')
    const { code, stderr } = await repository.run('new', 'shop', '--name', 'extra', '--env', 'dev')
    expect(code).toBe(2)
    expect(stderr).toContain('databases/shop/service.yaml sets it for all of shop; change it there')
    expect((await repository.run('new', 'shop', '--name', 'extra')).code).toBe(0)
    expect(await ids()).toContain('shop/extra/dev')
  })
  test('what the service has decided is not asked', async () => {
    const talked = await repository.talk(['shop', 'extra', '', ''], 'new')
    expect(talked.code).toBe(0)
    expect(talked.questions.join()).not.toMatch(/environments \[|owner/)
  })
  test('a name whose file would be an override of another one is refused', async () => {
    const { code, stderr } = await repository.run('new', 'shop', '--name', 'main-prd')
    expect(code).toBe(2)
    expect(stderr).toContain(
      'name is `main-prd`, but databases/shop/postgres/main-prd.yaml would be read as the override of `main` for prd',
    )
  })
})

test('if the layout has no folder for a service.yaml, flags that need one are refused', async () => {
  repository.put(
    'apps/values.yaml',
    `${repository.read('apps/values.yaml').trimEnd()}\n  layout:\n    databases: "databases/{service}.yaml"\n    overrides: "databases/{service}-{env}.yaml"\n`,
  )
  const { code, stderr } = await repository.run('new', 'shop', '--owner', 'team-a')
  expect(code).toBe(2)
  expect(stderr).toContain('has no folder for a service.yaml')
})

test('a name that is too long is reported as it was typed, with its limit', async () => {
  const long = await repository.run('new', 'a'.repeat(68))
  expect(long.code).toBe(2)
  expect(long.stderr).toBe(
    'cnpg-values: service has 68 characters, but must have at most 43: the cluster is {service}-db-{env}, at most 50\n',
  )
  expect((await repository.run('new', 'a'.repeat(44))).code).toBe(2)
  expect((await repository.run('new', 'a'.repeat(43), '--dry-run')).code).toBe(0)
  severalAService()
  const named = await repository.run('new', 'shop', '--name', 'b'.repeat(50))
  expect(named.stderr).toContain('name has 50 characters, but must have at most 38: the cluster is shop-{name}-db-{env}, at most 50')
})

test.each([
  [['new'], 'no service is named'],
  [['new', 'Pay_ments'], 'try `pay-ments`'],
  [['new', '../x'], 'must be lower-case letters'],
  [['new', 'x', '--env', 'pdr'], 'did you mean `prd`?'],
  [['new', 'x', '--size', '10'], 'such as 10Gi'],
  [['new', 'x', '--size', '10GB'], 'such as 10Gi'],
  [['new', 'x', '--database', 'postgres'], 'has a database of that name'],
  [['new', 'x', '--database', 'a"b'], 'lower-case letters'],
  [['new', 'x', '--owner', 'a b'], 'must be a label'],
  [['new', 'x', '--name', 'a'], 'has no {name}'],
  [['new', 'x', 'y'], 'unexpected argument'],
  [['new', 'orders'], 'overwrites nothing'],
])('%j is wrong usage', async (argv, part) => {
  const { code, stdout, stderr } = await repository.run(...argv)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(part)
})

test('what `check` would refuse is not written', async () => {
  repository.put('apps/values.yaml', repository.read('apps/values.yaml').replace('    prd:', '    production-north:'))
  const name = `a${'b'.repeat(39)}`
  const { code, stderr } = await repository.run('new', name)
  expect(code).toBe(1)
  expect(stderr).toContain('nothing was written')
  expect(existsSync(join(repository.root, 'databases', name))).toBe(false)
})

test('a link that leads out of the repository is not followed, and the same name in capitals is refused', async () => {
  const outside = join(tmpdir(), `cnpg-values-outside-${process.pid}`)
  mkdirSync(outside, { recursive: true })
  symlinkSync(outside, join(repository.root, 'databases/payments'))
  const linked = await repository.run('new', 'payments')
  expect(linked.code).not.toBe(0)
  expect(existsSync(join(outside, 'values.yaml'))).toBe(false)
  rmSync(outside, { recursive: true })
  mkdirSync(join(repository.root, 'databases/Billing'))
  expect((await repository.run('new', 'billing')).stderr).toContain('only in case')
})

test('names and sizes', () => {
  expect(databaseName('a-b')).toBe('a_b')
  expect(databaseName('on')).toBe('on_db')
  expect(databaseName('postgres')).toBe('postgres_db')
  expect(databaseName('pg-api')).toBe('db_pg_api')
  expect(databaseProblem('pg_x')).toContain('reserve that name')
  expect(sizeProblem('1.5Ti')).toBeUndefined()
  expect(sizeProblem('0Gi')).toBeDefined()
})
