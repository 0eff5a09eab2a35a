// Does a real YAML language server help with the values files as it should?
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const require = createRequire(import.meta.url)
const serverProgram = join(require.resolve('yaml-language-server/package.json'), '../bin/yaml-language-server')

interface Position {
  readonly line: number
  readonly character: number
}
interface Problem {
  readonly range: { readonly start: Position }
  readonly message: string
}
interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: {
    readonly uri?: string
    readonly diagnostics?: readonly Problem[]
    readonly items?: readonly { readonly section?: string }[]
  }
  readonly result?: unknown
}

/** What the server is told when it asks: no network, no schemas but those that a file names. */
const configuration: Record<string, unknown> = {
  yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false }, schemas: {} },
  http: {},
  '[yaml]': {},
  editor: {},
  files: {},
}

let server: ChildProcessWithoutNullStreams
let pending = Buffer.alloc(0)
let last = 0
const answers = new Map<number, (result: unknown) => void>()
const diagnosed = new Map<string, (problems: readonly Problem[]) => void>()

function send(message: object): void {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message })
  server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

function ask<T>(method: string, params: object): Promise<T> {
  const id = ++last
  send({ id, method, params })
  return new Promise((resolve) => answers.set(id, (result) => resolve(result as T)))
}

function receive(chunk: Buffer): void {
  pending = Buffer.concat([pending, chunk])
  for (;;) {
    const end = pending.indexOf('\r\n\r\n')
    const length = Number(/Content-Length: (\d+)/i.exec(pending.subarray(0, Math.max(end, 0)).toString())?.[1] ?? Number.NaN)
    if (end < 0 || Number.isNaN(length) || pending.length < end + 4 + length) return
    const message = JSON.parse(pending.subarray(end + 4, end + 4 + length).toString()) as Message
    pending = pending.subarray(end + 4 + length)
    dispatch(message)
  }
}

function dispatch({ id, method, params, result }: Message): void {
  if (method === 'textDocument/publishDiagnostics') diagnosed.get(params?.uri ?? '')?.(params?.diagnostics ?? [])
  else if (method === 'workspace/configuration')
    send({ id, result: (params?.items ?? []).map(({ section }) => configuration[section ?? ''] ?? null) })
  else if (method !== undefined && id !== undefined) send({ id, result: null })
  else if (id !== undefined) answers.get(id)?.(result)
}

/** Opens a text as a file of the repository, which need not exist; gives its name and what the server finds in it. */
async function open(path: string, text: string): Promise<{ uri: string; problems: readonly Problem[] }> {
  const uri = pathToFileURL(join(root, path)).href
  const problems = new Promise<readonly Problem[]>((resolve) => diagnosed.set(uri, resolve))
  send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } })
  return { uri, problems: await problems }
}

beforeAll(async () => {
  server = spawn(process.execPath, [serverProgram, '--stdio'], { stdio: 'pipe' })
  server.stdout.on('data', receive)
  const rootUri = pathToFileURL(root).href
  await ask('initialize', {
    processId: process.pid,
    rootUri,
    workspaceFolders: [{ uri: rootUri, name: 'root' }],
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true },
      textDocument: { hover: { contentFormat: ['markdown', 'plaintext'] } },
    },
  })
  send({ method: 'initialized', params: {} })
  send({ method: 'workspace/didChangeConfiguration', params: { settings: configuration } })
}, 30_000)
afterAll(() => server.kill())

const modeline = '# yaml-language-server: $schema=../../schemas/values/cluster-0.8.1.json\n'
const texts = { count: 0 }
const values = (text: string) => open(`databases/editor-${texts.count++}/values.yaml`, modeline + text)

describe('the shipped files', () => {
  const shipped = [
    'helm-values/data/postgres-dev-defaults.yaml',
    'helm-values/data/postgres-prd-defaults.yaml',
    ...readdirSync(join(root, 'databases')).map((service) => `databases/${service}/values.yaml`),
  ]
  test.each(shipped)('%s names a schema that exists and is without complaint', async (path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const schema = /^# yaml-language-server: \$schema=(\S+)/.exec(text)?.[1] ?? ''
    expect(JSON.parse(readFileSync(join(root, path, '..', schema), 'utf8'))).toHaveProperty('properties.cluster')
    expect((await open(path, text)).problems).toEqual([])
  })
})

describe('settings', () => {
  const settings = readFileSync(join(root, 'apps/values.yaml'), 'utf8')
  const [, , , ...below] = settings.split('\n')
  const top = below.slice(below.indexOf('postgres:') + 1).map((line) => line.replace(/^ {2}/, ''))
  const texts = {
    'apps/values.yaml': settings,
    'cnpg-values.yaml': ['# yaml-language-server: $schema=schemas/values/cnpg-values.json', ...top].join('\n'),
    'databases/editor-service/service.yaml':
      '# yaml-language-server: $schema=../../schemas/values/service.json\nowner: team-a\nenvironments: [dev]\nretired:\n  prd: { reason: moved, since: "2026-01-31" }\n',
  }
  test.each(Object.entries(texts))('%s is without complaint, and a typo is underlined', async (path, text) => {
    expect((await open(path, text)).problems).toEqual([])
    const key = path.endsWith('service.yaml') ? 'ownr: x' : path.startsWith('apps') ? '  ownKys: []' : 'ownKys: []'
    const { problems } = await open(path.replace('.yaml', '-2.yaml'), `${text.trimEnd()}\n${key}\n`)
    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(/ownr|ownKys/)])
  })

  test('cnpg-values.yaml needs less where nothing is generated', async () => {
    const line = '# yaml-language-server: $schema=schemas/values/cnpg-values.json\n'
    expect((await open('cnpg-values-3.yaml', `${line}operator: { version: 1.29.2 }\n`)).problems).toEqual([])
  })
})

describe('mistakes', () => {
  test.each([
    ['a typo', 'cluster:\n  walStorge: {}\n', 2, /walStorge/],
    ['a wrong type', 'cluster:\n  instances: "3"\n', 2, /type|expected/i],
    ['a word that is no choice', 'mode: standby\n', 1, /accepted|valid values/i],
  ])('%s is underlined', async (_, text, line, message) => {
    const { problems } = await values(text)
    expect(problems.map(({ range, message: told }) => [range.start.line, message.test(told)])).toEqual([[line, true]])
  })
})

describe('hover', () => {
  const text =
    'cluster:\n  instances: 3\n  storage:\n    size: 10Gi\n  postgresql:\n    parameters:\n      work_mem: 8MB\nbackups:\n  retentionPolicy: 7d\npoolers: []\n'
  test.each([
    ['cluster.instances', 2, 'Number of PostgreSQL instances'],
    ['cluster.storage.size', 4, 'it can only grow'],
    ['cluster.postgresql.parameters', 6, 'postgresql.conf'],
    ['backups.retentionPolicy', 9, 'How long backups are kept'],
    ['poolers', 10, 'PgBouncer'],
  ])('tells what %s is', async (_, line, part) => {
    const { uri } = await values(text)
    const character = /\S/.exec((modeline + text).split('\n')[line] ?? '')?.index ?? 0
    const hover = await ask<{ contents: { value: string } } | null>('textDocument/hover', {
      textDocument: { uri },
      position: { line, character: character + 1 },
    })
    expect(hover?.contents.value).toContain(part)
  })
})

test('completion offers the keys that fit', async () => {
  const { uri } = await values('cluster:\n  instances: 3\n  \n')
  const offered = await ask<{ items: readonly { label: string }[] }>('textDocument/completion', {
    textDocument: { uri },
    position: { line: 3, character: 2 },
  })
  const labels = offered.items.map(({ label }) => label)
  expect(labels).toContain('walStorage')
  expect(labels).toContain('storage')
  expect(labels).not.toContain('instances')
  expect(labels).not.toContain('poolers')
})
