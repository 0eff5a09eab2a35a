// Is every regular expression that may meet input linear?
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

// the build without worker threads and native programs
const { checkSync } = createRequire(import.meta.url)(
  join(import.meta.dirname, '../node_modules/recheck/lib/browser.js'),
) as typeof import('recheck')
const scripts = join(import.meta.dirname, '../scripts')

interface Found {
  readonly pattern: string
  readonly flags: string
  readonly at: string
}

/** The literals of a file, by its syntax tree. */
function literalsIn(file: string): Found[] {
  const text = readFileSync(join(scripts, file), 'utf8')
  const found: Found[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { regex, start } = node as { readonly regex?: Pick<Found, 'pattern' | 'flags'>; readonly start?: number }
    if (regex !== undefined) found.push({ ...regex, at: `${file}:${text.slice(0, start).split('\n').length}` })
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseSync(file, text).program)
  return found
}

/** Without what only the generators of this repository run, and two places that have budgets of their own. */
const files = readdirSync(scripts, { recursive: true, encoding: 'utf8' }).filter(
  (file) =>
    file.endsWith('.ts') &&
    !file.endsWith('.generated.ts') &&
    !file.startsWith('derive/') &&
    !file.startsWith('go-template/') &&
    !file.startsWith('report/secret'),
)

/** Backtracking that is bounded by what the text is, with the reason. */
const bounded: Readonly<Record<string, string>> = {
  '"((?:[^"\\\\]|\\\\.)*)"(\\s*:)?|-?\\d[\\d.eE+-]*': 'the text is JSON, in which every quote is closed',
  '(?<=\\.yaml)\\.(\\d+)\\.tmp$': 'names of files have at most 255 characters',
}

test('every literal is linear', { timeout: 300_000 }, () => {
  const slow: string[] = []
  const seen = new Set<string>()
  for (const { pattern, flags, at } of files.flatMap(literalsIn)) {
    if (seen.has(`${pattern}/${flags}`) || Object.hasOwn(bounded, pattern)) continue
    seen.add(`${pattern}/${flags}`)
    const { status } = checkSync(pattern, flags, { checker: 'automaton', timeout: 1_000 })
    if (status === 'vulnerable') slow.push(`${at}: /${pattern}/${flags}`)
  }
  expect(slow).toEqual([])
})
