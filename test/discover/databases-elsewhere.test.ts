// Do the settings name the folder of databases in another checkout, so that no command has to?
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWorkspace } from '../../scripts/discover/open-workspace.ts'
import { UsageError } from '../../scripts/repository/workspace.ts'

let top: string
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'cnpg-values-elsewhere-')))
  put('platform/cnpg-values.yaml', 'databases: ../services/databases\n')
  put('services/databases/orders/values.yaml', '')
  put('other/databases/orders/values.yaml', '')
})
afterEach(() => rmSync(top, { recursive: true }))

function put(path: string, text: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true })
  writeFileSync(join(top, path), text)
}

test('the folder is relative to the settings, wherever the command runs', () => {
  const here = openWorkspace(join(top, 'platform'), {})
  const there = openWorkspace(join(top, 'services'), { root: '../platform' })
  for (const workspace of [here, there])
    expect(workspace).toMatchObject({ root: join(top, 'platform'), databases: join(top, 'services/databases') })
})

test('--databases wins', () => {
  const workspace = openWorkspace(join(top, 'platform'), { databases: '../other/databases' })
  expect(workspace.databases).toBe(join(top, 'other/databases'))
  expect(workspace.hasSetDatabases).toBeUndefined()
})

test('a folder that is not there is wrong usage, with what to do', () => {
  rmSync(join(top, 'services'), { recursive: true })
  expect(() => openWorkspace(join(top, 'platform'), {})).toThrow(UsageError)
  expect(() => openWorkspace(join(top, 'platform'), {})).toThrow(
    /`\.\.\/services\/databases`, but there is no such folder: check .* out there/,
  )
})

test('settings without the key leave the databases where they are', () => {
  put('platform/cnpg-values.yaml', 'layout:\n  databases: databases/{service}/values.yaml\n')
  expect(openWorkspace(join(top, 'platform'), {}).databases).toBeUndefined()
})
