// Does git take the patch of `fix --dry-run`, and does the patch show no secret?
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unifiedDiff } from '../../scripts/fix/diff.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cnpg-values-patch-'))
  execFileSync('git', ['init', '-q', root])
})
afterAll(() => rmSync(root, { recursive: true }))

/** The text after `git apply`, or what git says against the patch. */
function applied(before: string, patch: string): string {
  writeFileSync(join(root, 'f.yaml'), before)
  const { status, stderr } = spawnSync('git', ['apply', '--check', '-'], { cwd: root, input: patch, encoding: 'utf8' })
  if (status !== 0) return `refused: ${stderr}`
  execFileSync('git', ['apply', '-'], { cwd: root, input: patch })
  return readFileSync(join(root, 'f.yaml'), 'utf8')
}

describe('git takes it', () => {
  const filler = (from: number, count: number) => Array.from({ length: count }, (_, index) => `k${from + index}: v\n`).join('')
  test.each([
    ['context ends at a secret', `${filler(1, 3)}password: hunter2hunter2\na: "1"\nb: 2\n`, 'a: "1"', 'a: 1', 0],
    ['the end of the file', `${filler(1, 3)}password: hunter2hunter2\na: "1"`, 'a: "1"', 'a: 1', 0],
    ['the beginning of the file', `a: "1"\nb: 2\npassword: hunter2hunter2\n`, 'a: "1"', 'a: 1', 0],
    ['Windows line breaks', `b: 1\r\na: "1"\r\nb2: 2\r\npassword: hunter2hunter2\r\n`, 'a: "1"', 'a: 1', 0],
    ['words like those of secrets', `# User and password: stored elsewhere\na: "1"\n# password of the user\n`, 'a: "1"', 'a: 1', 0],
    ['directly above a secret', `a: "1"\npassword: hunter2hunter2\nb: 2\n`, 'a: "1"', 'a: 1', 1],
    ['the line of a secret', `x: {a: "1", password: hunter2hunter2}\nb: 2\n`, 'a: "1"', 'a: 1', 1],
    ['a block scalar', `sql: |\n  ALTER USER app PASSWORD\n    'hunter2hunter2'\nmore: 1\na: "1"\nb: 1\n`, 'a: "1"', 'a: 1', 0],
    ['a line that steers a runner', `x: |\n  y\n  ::error::z\n  w\na: "1"\nb: 1\n`, 'a: "1"', 'a: 1', 0],
  ])('%s', (_, before, from, to, left) => {
    const after = before.replace(from, to)
    const patch = unifiedDiff('f.yaml', before, after)
    expect(patch.left).toBe(left)
    expect(patch.text).not.toMatch(/hunter2|\*\*\*|^.?\s*::error/m)
    expect(patch.text === '' ? after : applied(before, patch.text)).toBe(after)
  })

  test('of any edits, in any places', () => {
    const line = fc.constantFrom('a: 1', 'b: "2"', 'password: hunter2hunter2', '- x', '# note', "dsn: 'postgres://u:hunter2hunter2@h/d'")
    const edits = fc.array(fc.constantFrom('keep', 'keep', 'keep', 'change', 'remove', 'add'), { minLength: 40, maxLength: 40 })
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        edits,
        fc.boolean(),
        fc.constantFrom('\n', '\r\n'),
        (lines, kinds, isOpen, end) => {
          const keyed = lines.map((text, index) => text.replace(/^(\w+):/, `k${index}_$1:`))
          const edited = keyed.flatMap((text, index) =>
            kinds[index] === 'change'
              ? [`${text} # x`]
              : kinds[index] === 'remove'
                ? []
                : kinds[index] === 'add'
                  ? [text, 'new: 1']
                  : [text],
          )
          const join = (all: readonly string[]) => all.map((text, index) => text + (isOpen && index === all.length - 1 ? '' : end)).join('')
          const [before, after] = [join(keyed), join(edited)]
          const patch = unifiedDiff('f.yaml', before, after)
          expect(patch.text).not.toContain('hunter2')
          if (patch.text === '') return
          const result = applied(before, patch.text)
          expect(result).not.toMatch(/^refused/)
          if (patch.left === 0) expect(result).toBe(after)
        },
      ),
      { numRuns: 60, examples: [[["dsn: 'postgres://u:hunter2hunter2@h/d'"], ['add'], false, '\n']] },
    )
  })

  test('several hunks', () => {
    const before = `${filler(1, 9)}a: "1"\n${filler(20, 9)}password: hunter2hunter2\n${filler(40, 2)}b: "1"\nc: 1\n`
    const after = before.replace('a: "1"', 'a: 1').replace('b: "1"', 'b: 1')
    const { text } = unifiedDiff('f.yaml', before, after)
    expect(text.match(/^@@/gm)).toHaveLength(2)
    expect(applied(before, text)).toBe(after)
  })
})
