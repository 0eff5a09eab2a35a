// Is a version of PostgreSQL that cannot be ever taken?
import { afterAll, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

const repository = openRepository()
afterAll(() => repository.remove())

async function errors(version: string): Promise<string[]> {
  repository.put('databases/orders/values-dev.yaml', version)
  const { stdout } = await repository.run('check', '--format', 'json', 'orders/dev')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string; message: string; help?: string }[] }
  return diagnostics.filter(({ rule }) => !rule.startsWith('emit/')).map(({ rule, message, help }) => `${rule}: ${message}; ${help}`)
}

test.each(['19', '26', '30', '99', '170'])('PostgreSQL %s is refused', async (major) => {
  const [error, ...others] = await errors(`version: { postgresql: "${major}" }\n`)
  expect(others).toEqual([])
  expect(error).toContain(
    `policy/operator-supports-major: PostgreSQL is ${major}, but CloudNativePG 1.27.1 supports 13 to 18; stay with PostgreSQL 18`,
  )
})

test('a version with a zero before it is no tag that exists', async () => {
  expect(await errors('version: { postgresql: "017" }\n')).toEqual([
    'policy/operator-supports-major: PostgreSQL is "017", but a version does not begin with a zero; write "17"',
  ])
})

test('help names no version that the operator refuses', async () => {
  expect(await errors('version: { postgresql: "12" }\n')).toEqual([
    'image/major-supported: PostgreSQL is version 12, but must be 13 or later; use an image of PostgreSQL 13 to 18',
  ])
})

test.each(['13', '17', '17.4', '18'])('PostgreSQL %s is taken', async (version) => {
  expect(await errors(`version: { postgresql: "${version}" }\n`)).toEqual([])
})

test.each(['20260101', '142'])('the date or build %s is taken for a version', async (tag) => {
  expect(await errors(`cluster: { imageName: "ghcr.io/me/postgresql:${tag}" }\n`)).toEqual([
    `policy/tag-begins-with-version: the tag of imageName is "${tag}", which the operator takes for PostgreSQL ${tag}; begin it with PostgreSQL's version, or name the image in an ImageCatalog with its major`,
  ])
})

test('an upgrade to one breaks', async () => {
  repository.put('databases/orders/values-dev.yaml', '')
  expect(await repository.run('upgrade', '--postgres', '99')).toMatchObject({ code: 1, stdout: expect.stringContaining('2 broken') })
  const { stdout } = await repository.run('upgrade', '--postgres', '12', 'orders/dev')
  expect(stdout.match(/: error: /g)).toHaveLength(1)
})
