// Does a call put a list on the stack that a file decides the length of?
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'

const scripts = join(import.meta.dirname, '../scripts')

interface Node {
  readonly type?: string
  readonly start?: number
  readonly callee?: { readonly property?: { readonly name?: string } }
  readonly arguments?: readonly Node[]
}

/** `list.push(...items)` and `list.unshift(...items)`: they fail from about a hundred thousand items on. */
function spreadsIn(file: string): string[] {
  const text = readFileSync(join(scripts, file), 'utf8')
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, callee, arguments: given = [], start } = node as Node
    const name = callee?.property?.name
    if (type === 'CallExpression' && (name === 'push' || name === 'unshift') && given.some((item) => item.type === 'SpreadElement'))
      found.push(`${file}:${text.slice(0, start).split('\n').length}`)
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseSync(file, text).program)
  return found
}

test('lists of any length are joined by `append`', () => {
  const files = readdirSync(scripts, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('derive/'),
  )
  expect(files.flatMap(spreadsIn)).toEqual([])
})
