// Does every command report, once and in the same words, which release judged in place of an unknown one?
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

const commands: readonly (readonly string[])[] = [
  ['check'],
  ['check', '--staged'],
  ['explain', 'example-api/prd', 'cluster.instances'],
  ['explain', 'example-api/prd'],
  ['connect', 'example-api/prd'],
  ['plan', '--base', 'main'],
  ['report', '--out', '-'],
  ['upgrade', '--postgres', '18'],
]

describe.each([
  [
    'operator',
    'version: "1.27.1"',
    '1.25.1',
    'operator 1.25.1 is not known here: objects are checked as by 1.27.1, the nearest known release',
  ],
  [
    'operator',
    'version: "1.27.1"',
    '1.31.0',
    'operator 1.31.0 is not known here: objects are checked as by 1.30.0, the nearest known release',
  ],
  [
    'Argo CD',
    'version: "3.5.1"',
    '3.6.0',
    'Argo CD 3.6.0 is newer than any known here: sets and values are checked as by 3.5, with Helm 4.2',
  ],
  ['chart', 'version: 0.8.1', '0.9.0', 'chart cluster 0.9.0 is neither in the repository nor in a cache, but its templates are needed'],
])('%s pinned by %s as %s', (_, from, version, words) => {
  let repository: ChangeRepository
  beforeAll(async () => {
    repository = await openChange()
    repository.edit('apps/values.yaml', from, from.startsWith('version: "') ? `version: "${version}"` : `version: ${version}`)
    repository.git('add', '-A')
  })
  afterAll(() => repository.remove())
  test.each(commands.map((argv) => [argv.join(' '), argv] as const))('%s', async (text, argv) => {
    const { code, stdout, stderr } = await repository.run(...argv)
    expect(code).not.toBe(3)
    // an upgrade of PostgreSQL says in its own words that nothing could be compared
    if (version === '0.9.0' && text.startsWith('upgrade')) {
      expect(stdout).toContain('chart cluster 0.9.0 is not here, so what it prints today could not be compared')
      expect(stdout).not.toMatch(/\d+ fields|not set → /)
      return
    }
    const said = `${stdout}${stderr}`.split('\n').filter((line) => line.replaceAll('&#39;', "'").includes(words))
    expect(said.length).toBeGreaterThan(0)
    // the page has it in its list, too
    if (!text.startsWith('report')) expect(said).toHaveLength(1)
    if (version === '0.9.0' && text.startsWith('check')) expect(stderr).toContain('0 of 2 databases checked')
    if (version === '1.25.1') expect(`${stdout}${stderr}`).not.toMatch(/(?:against|as) CloudNativePG 1\.25/)
  })
})

test('an upgrade lists no warning that is the same before and after', async () => {
  const repository = await openChange()
  try {
    repository.edit('apps/values.yaml', 'version: "3.5.1"', 'version: "3.6.0"')
    repository.edit('databases/example-api/values.yaml', 'cluster:\n', 'cluster:\n  instances: 1\n')
    expect((await repository.run('check', '--format', 'json')).stdout).toMatch(/"severity": "(?:warning|info)"/)
    const { stdout } = await repository.run('upgrade', '--postgres', '18')
    expect(stdout).not.toContain('New or reworded warnings')
  } finally {
    repository.remove()
  }
})
