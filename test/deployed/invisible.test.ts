// Is a character that nobody sees named, whoever refuses the value that holds it?
import { afterEach, expect, test } from 'vitest'
import { openFiles, ordersApplication } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const application = `${ordersApplication}      values: |
        cluster:
          instances: 2
          logLevel: info
          storage: { size: 8Gi }
          initdb: { database: orders, owner: orders }
          roles: [{ name: reader, comment: "reads, and nothing more" }]
`

async function said(from: string, to: string): Promise<string[]> {
  opened = openFiles({ 'orders.yaml': application.replace(from, to) }, 'https://github.com/acme/infra.git')
  const { stdout } = await opened.run('check', '--format', 'json')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { line: number; rule: string; help?: string }[] }
  return diagnostics.map(({ line, rule, help }) => `${line} ${rule}: ${help}`)
}

test.each([
  ['an error of a value', 'info', 'info\u200b', '16 schema/enum', 'zero width space (U+200B)'],
  ['an error of a key', 'storage', 'stor\u00adage', '17 values/known-keys', 'soft hyphen (U+00AD)'],
  ['an error with a no-break space', '8Gi', '"8\u00a0Gi"', '17 storage/data-size-readable', 'no-break space (U+00A0)'],
  ['a value that is taken', 'database: orders', 'database: ord\u200bers', '18 yaml/visible-characters', 'zero width space (U+200B)'],
])('%s has it in its help', async (_title, from, to, what, name) => {
  expect(await said(from, to)).toEqual([`${what}: type it anew, without the ${name}`])
})

test.each(['reads,\u00a0and nothing more', 'reads \ud83d\udc68\u200d\ud83d\udcbb'])('a sentence may hold %j', async (comment) => {
  expect(await said('reads, and nothing more', comment)).toEqual([])
})
