// Is nothing said of repositories in which nothing is wrong?
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { toPlain } from '../../scripts/values/value.ts'
import { parseYaml } from '../../scripts/yaml/parse.ts'
import { toldOf } from '../support/files.ts'

const path = 'healthy.yaml'
const [document] = parseYaml({ path, text: readFileSync(new URL(path, import.meta.url), 'utf8') }, 'service').documents
const twins = (document === undefined ? {} : toPlain(document)) as Record<string, Record<string, string>>

test.each(Object.entries(twins))('%s', async (_, files) => {
  expect(await toldOf(files)).toEqual([])
})
