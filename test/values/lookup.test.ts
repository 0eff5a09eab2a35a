import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { expect, it } from 'vitest'
import { lookup } from '../../scripts/values/lookup.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('has no keys but its own', () => {
  const table: Readonly<Record<string, number>> = lookup({ one: 1 })
  expect(table['one']).toBe(1)
  for (const key of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) expect(table[key]).toBeUndefined()
})

it('makes every table of words in the program: a literal object would answer to the names of its prototype', () => {
  const files = execFileSync('git', ['-C', root, 'ls-files', 'scripts'], { encoding: 'utf8' }).split('\n')
  const bare = files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.generated.ts'))
    .flatMap((file) => bareTables(readFileSync(join(root, file), 'utf8')).map((name) => `${file}: ${name}`))
  expect(bare).toEqual([])
  expect(bareTables('const words: Readonly<Record<string, string>> = { a: "b" }')).toEqual(['words'])
})

/** Names of the tables with keys of any text that a module declares without `lookup`. */
function bareTables(text: string): string[] {
  return parseSync('file.ts', text).program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration?.type !== 'VariableDeclaration') return []
    return declaration.declarations.flatMap(({ id, init }) => {
      if (id.type !== 'Identifier' || init?.type !== 'ObjectExpression' || init.properties.length === 0) return []
      const type = id.typeAnnotation == null ? '' : text.slice(id.typeAnnotation.start, id.typeAnnotation.end)
      return /Record<string,/.test(type) ? [id.name] : []
    })
  })
}
