// Does a command stop at a file that never ends or is not a file?
import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(() => (repository = openRepository()))
afterEach(() => repository.remove())

const isWindows = process.platform === 'win32'

test.skipIf(isWindows)('a committed link to a device is refused in each place where a file is named', { timeout: 60_000 }, async () => {
  for (const name of ['base.json', 'live.yaml', 'fleet.html', 'crds.yaml', 'package.json'])
    symlinkSync('/dev/zero', join(repository.root, name))
  for (const argv of [
    ['check', '--baseline', 'base.json'],
    ['check', '--live', 'live.yaml'],
    ['report', '--out', 'fleet.html'],
    ['admit', 'crds.yaml'],
    ['schemas', 'derive', '--from', 'crds.yaml', '--version', '9.9.9'],
  ])
    expect((await repository.run(...argv)).code, argv.join(' ')).toBe(2)
  expect((await repository.run('check')).code).toBeLessThan(2)
  expect((await repository.run('render')).code).toBeLessThan(2)
})

test.skipIf(isWindows)('a pipe that nobody writes to is not waited for', { timeout: 60_000 }, async () => {
  execFileSync('mkfifo', [join(repository.root, 'pipe')])
  expect((await repository.run('admit', 'pipe')).code).toBeLessThan(3)
  expect((await repository.run('check', '--live', 'pipe')).code).toBe(2)
})

test('a file that is missing, or a folder, is wrong usage', async () => {
  for (const argv of [
    ['check', '--baseline', 'databases'],
    ['check', '--live', 'databases'],
    ['admit', 'databases'],
    ['admit', 'nowhere.yaml'],
    ['schemas', 'derive', '--from', 'nowhere.yaml', '--version', '9.9.9'],
  ])
    expect((await repository.run(...argv)).code, argv.join(' ')).toBe(2)
})
