// Does what V8 compiles in advance leave everything else alone?
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const warmUp = fileURLToPath(new URL('../../warm-up.mjs', import.meta.url))

test('a build that a hook runs touches neither the index nor the objects of its repository', () => {
  const root = mkdtempSync(join(tmpdir(), 'cnpg-values-hook-'))
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  try {
    git('init', '-q')
    writeFileSync(join(root, 'a'), 'a')
    git('add', 'a')
    const state = () => [
      readFileSync(join(root, '.git/index'), 'hex'),
      new Set(readdirSync(join(root, '.git'), { recursive: true, encoding: 'utf8' })),
    ]
    const before = state()
    const code = `const { runUsual } = await import(${JSON.stringify(warmUp)}); let runs = 0; await runUsual(() => void runs++); console.log(runs)`
    const variables = { GIT_DIR: join(root, '.git'), GIT_INDEX_FILE: join(root, '.git/index'), GIT_WORK_TREE: root, GIT_PREFIX: '' }
    const env = { ...process.env, ...variables }
    const runs = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, env, encoding: 'utf8' })
    expect(Number(runs)).toBeGreaterThan(4)
    expect(state()).toEqual(before)
  } finally {
    rmSync(root, { recursive: true })
  }
})
