// Which severity does a house rule have in a database?
import { describe, expect, it } from 'vitest'
import type { PolicyLevels } from '../../scripts/model.ts'
import { fits, levelsOf, severityOf } from '../../scripts/report/levels.ts'
import type { Leveled } from '../../scripts/report/levels.ts'
import { databaseOf, environmentOf, settingsOf } from '../support/argocd-fleet.ts'
import { openFiles } from '../support/files.ts'
import { openRepository } from '../support/terminal.ts'

const always: Leveled = { id: 'policy/always', severity: 'warning', configurable: true }
const inProduction: Leveled = { ...always, id: 'policy/in-production', preset: 'production' }
const ofServer: Leveled = { id: 'storage/size-set', severity: 'error' }

function severityIn(rule: Leveled, guard: 'never' | 'confirm', ...policies: readonly PolicyLevels[]) {
  const environment = environmentOf('prd', { guard })
  return severityOf(rule, levelsOf(settingsOf({ environments: [environment], policies }), databaseOf('orders', environment)))
}
const levels = (of: string, ...entries: readonly (readonly [string, 'error' | 'warning' | 'off'])[]): PolicyLevels => ({
  of,
  levels: new Map(entries),
})

describe('the level of a rule', () => {
  it('follows the preset, which is production where the guard is never', () => {
    expect([severityIn(always, 'confirm'), severityIn(always, 'never')]).toEqual(['warning', 'warning'])
    expect([severityIn(inProduction, 'confirm'), severityIn(inProduction, 'never')]).toEqual([undefined, 'warning'])
    expect(severityIn(inProduction, 'confirm', { of: 'prd', preset: 'production', levels: new Map() })).toBe('warning')
    expect(severityIn(inProduction, 'never', { of: 'prd', preset: 'development', levels: new Map() })).toBeUndefined()
    expect(severityIn(inProduction, 'confirm', { of: 'dev', preset: 'production', levels: new Map() })).toBeUndefined()
  })

  it('is what the settings say; a pattern comes after the environment, and the last one counts', () => {
    expect(severityIn(always, 'never', levels('prd', ['policy/always', 'error']))).toBe('error')
    expect(severityIn(inProduction, 'confirm', levels('prd', ['policy/in-production', 'error']))).toBe('error')
    expect(
      severityIn(always, 'never', levels('orders/*', ['policy/always', 'off']), levels('prd', ['policy/always', 'error'])),
    ).toBeUndefined()
    expect(severityIn(always, 'never', levels('*/prd', ['policy/always', 'off']), levels('orders/*', ['policy/always', 'error']))).toBe(
      'error',
    )
    expect(severityIn(always, 'never', levels('billing/*', ['policy/always', 'off']))).toBe('warning')
  })

  it('of what the operator refuses is fixed', () => {
    expect(severityIn(ofServer, 'never', levels('prd', ['storage/size-set', 'off']))).toBe('error')
  })
})

it.each([
  ['orders/*', 'orders/main/prd', true],
  ['*/prd', 'orders/prd', true],
  ['*/prd', 'orders/prd2', false],
  ['orders/prd', 'orders/prd', true],
  ['orders/prd', 'orders/prd/x', false],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'acb', false],
  ['aa*a', 'aa', false],
  ['*', '', true],
])('the pattern %s takes %s: %s', (pattern, id, expected) => {
  expect(fits(pattern, id)).toBe(expected)
})

describe('a key that is no environment', () => {
  it('is an error in policies and in budgets', async () => {
    const repository = openRepository()
    const more =
      '  budgets: { prod: { storage: 1Gi }, nope: { storage: 1Gi }, prd: { storage: 1Ti } }\n  policies: { prod: { preset: production } }\n'
    repository.put('apps/values.yaml', `${repository.read('apps/values.yaml').trimEnd()}\n${more}`)
    const { stdout } = await repository.run('check')
    const told = stdout.split('\n').filter((line) => /known-policy|help:/.test(line))
    expect(told.map((line) => line.replace(/^\S+ error: /, '').trim())).toEqual([
      'postgres.budgets has the key `prod`, but no environment has that name [settings/known-policy]',
      'help: did you mean `prd`?',
      'postgres.budgets has the key `nope`, but no environment has that name [settings/known-policy]',
      'help: write one of dev, prd',
      'postgres.policies has the key `prod`, but no environment has that name [settings/known-policy]',
      'help: did you mean `prd`?',
    ])
    repository.remove()
  })

  it.each([
    ['monitoring/no-pod-monitor', 'a single place is allowed by `# allow monitoring/no-pod-monitor: your reason` above it'],
    ['storage/data-size-set', 'the API server would refuse it anyway'],
  ])('says why no level of %s is read', async (rule, why) => {
    const opened = openFiles({ 'cnpg-values.yaml': `policies: { 'a/*': { ${rule}: off } }\n` }, 'https://github.com/acme/infra.git')
    const { stdout } = await opened.run('check')
    expect(stdout).toContain(`policies sets the level of ${rule}, but only policies have one`)
    expect(stdout).toContain(`help: remove it: ${why}`)
    opened.remove()
  })

  it('is led to the rule that an id now has', async () => {
    const old = 'policy/database-owner-known'
    const opened = openFiles(
      {
        'cnpg-values.yaml': `policies: { 'a/*': { ${old}: off } }\n`,
      },
      'https://github.com/acme/infra.git',
    )
    const { stdout } = await opened.run('check')
    expect(stdout).toContain(`policies names the rule \`${old}\`, but there is none`)
    expect(stdout).toContain('help: did you mean `policy/role-known`?')
    const { stderr } = await opened.run('rules', old)
    expect(stderr).toContain(`there is no rule \`${old}\`; did you mean \`policy/role-known\`?`)
    opened.remove()
  })

  it('is not sent to environments that there are not', async () => {
    const settings = 'policies: { dev: { preset: production } }\nbudgets: { dev: { storage: 1Gi } }\n'
    const opened = openFiles({ 'cnpg-values.yaml': settings }, 'https://github.com/acme/infra.git')
    const { stdout } = await opened.run('check')
    expect(stdout).toContain('policies has the key `dev`, but no environment has that name')
    expect(stdout).toContain('help: write a pattern of databases such as orders/*: these settings have no environments')
    expect(stdout).toContain('budgets has the key `dev`, but no environment has that name')
    expect(stdout).toContain('help: remove it: these settings have no environments')
    opened.remove()
  })
})
