// Do the machine-readable reports conform to their formats, and match the text?
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { main } from '../../scripts/cli/cli.ts'
import { writeGithub, writeGithubSummary } from '../../scripts/emit/formats/github.ts'
import { writeJunit } from '../../scripts/emit/formats/junit.ts'
import { writeSarif } from '../../scripts/emit/formats/sarif.ts'
import type { Diagnostic } from '../../scripts/findings/finding.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-formats-'))
let root = ''
let count = 0
const summaryBefore = process.env['GITHUB_STEP_SUMMARY']
afterAll(() => rmSync(temporary, { recursive: true }))
beforeEach(() => {
  delete process.env['GITHUB_STEP_SUMMARY']
  root = join(temporary, String(count++))
  cpSync(join(repository, 'test/projects/base'), root, { recursive: true })
  put(
    'databases/orders/values.yaml',
    'cluster:\n  walStorge: {}\n  storage:\n    size: 10Gi\n  storage:\n    size: 10Gi\nversion:\n  postgresql: 16.10\n',
  )
  put('databases/billing/values.yaml', '')
})
afterEach(() => {
  if (summaryBefore === undefined) delete process.env['GITHUB_STEP_SUMMARY']
  else process.env['GITHUB_STEP_SUMMARY'] = summaryBefore
})

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}
function put(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

interface JsonReport {
  diagnostics: {
    rule: string
    file: string
    line: number
    column: number
    endLine: number
    endColumn: number
    severity: string
    related: object[]
  }[]
}
interface Sarif {
  $schema: string
  version: string
  runs: {
    tool: {
      driver: { name: string; semanticVersion: string; rules: { id: string; shortDescription: { text: string }; help: { text: string } }[] }
    }
    columnKind: string
    results: {
      ruleId: string
      ruleIndex: number
      level: string
      message: { text: string }
      locations: { physicalLocation: { artifactLocation: { uri: string; uriBaseId?: string }; region: Record<string, number> } }[]
      relatedLocations?: { id: number; physicalLocation: object; message: { text: string } }[]
      partialFingerprints: Record<string, string>
    }[]
  }[]
}
const sarifOf = (text: string) => JSON.parse(text) as Sarif

const diagnostic = (over: Partial<Diagnostic> = {}): Diagnostic => ({
  rule: 'values/known-keys',
  severity: 'error',
  message: 'unknown key `x`',
  at: { file: 'databases/a/values.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 },
  related: [],
  databases: ['a/dev'],
  ...over,
})

describe('sarif', () => {
  test('has every result at its place, with its rule, and nothing that the schema does not know', async () => {
    const { code, stdout } = await run('check', '--format', 'sarif')
    expect(code).toBe(1)
    const log = sarifOf(stdout)
    expect(log.version).toBe('2.1.0')
    expect(Object.keys(log)).toEqual(['$schema', 'version', 'runs'])
    const [sarif] = log.runs
    if (sarif === undefined) throw new Error('no run')
    expect(Object.keys(sarif).sort()).toEqual(['columnKind', 'originalUriBaseIds', 'results', 'tool'])
    expect(sarif.columnKind).toBe('utf16CodeUnits')
    const json = JSON.parse((await run('check', '--format', 'json')).stdout) as JsonReport
    expect(sarif.results).toHaveLength(json.diagnostics.length)
    expect(json.diagnostics.length).toBeGreaterThan(2)
    const { rules } = sarif.tool.driver
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    for (const rule of rules) expect(rule.shortDescription.text.length * rule.help.text.length).toBeGreaterThan(0)
    for (const [index, result] of sarif.results.entries()) {
      const known = json.diagnostics[index]
      expect(rules[result.ruleIndex]?.id).toBe(result.ruleId)
      expect(['error', 'warning', 'note']).toContain(result.level)
      expect(result.locations).toHaveLength(1)
      const { artifactLocation, region } = result.locations[0]?.physicalLocation ?? { artifactLocation: { uri: '/' }, region: {} }
      expect(artifactLocation).toEqual({ uri: known?.file, uriBaseId: '%SRCROOT%' })
      expect(region).toEqual({ startLine: known?.line, startColumn: known?.column, endLine: known?.endLine, endColumn: known?.endColumn })
      expect(Object.values(region).every((number) => Number.isInteger(number) && number > 0)).toBe(true)
      expect(result.relatedLocations?.length ?? 0).toBe(known?.related.length)
      expect(Object.values(result.partialFingerprints).every((print) => /^[0-9a-f]{32}$/.test(print))).toBe(true)
    }
  })
  test('the fingerprint of a mistake stays when lines are added above it, and is its own', async () => {
    const prints = async () =>
      sarifOf((await run('check', '--format', 'sarif')).stdout).runs[0]?.results.map(
        (result) => result.partialFingerprints['primaryLocationLineHash'],
      )
    const before = await prints()
    put('databases/orders/values.yaml', `# one\n\n# two\n${readFileSync(join(root, 'databases/orders/values.yaml'), 'utf8')}`)
    expect(await prints()).toEqual(before)
    expect(new Set(before).size).toBe(before?.length)
  })
  test('odd file names become URIs, and equal mistakes of one file differ', () => {
    const odd = diagnostic({ at: { file: 'databases/ä b#%?/c:d.yaml', line: 3, column: 1, endLine: 3, endColumn: 1 } })
    const log = sarifOf(
      writeSarif([odd, odd], {
        version: '1.0.0',
        home: 'https://example.com/tool',
        summaryOf: () => undefined,
        pageOf: (id) => `docs/rules/${id}.md`,
      }),
    )
    const [first, second] = log.runs[0]?.results ?? []
    expect(first?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'databases/%C3%A4%20b%23%25%3F/c%3Ad.yaml', uriBaseId: '%SRCROOT%' },
      region: { startLine: 3 },
    })
    expect(first?.partialFingerprints).not.toEqual(second?.partialFingerprints)
  })
  test('a clean repository has a run without results', async () => {
    put('databases/orders/values.yaml', '')
    await run('render')
    expect(sarifOf((await run('check', '--format', 'sarif')).stdout).runs[0]?.results.filter(({ level }) => level === 'error')).toEqual([])
  })
})

/** A strict reader of the XML that is written here: declaration, elements, attributes, text, five escapes. */
function readXml(text: string): { tag: string; attributes: Record<string, string>; text: string }[] {
  const elements: { tag: string; attributes: Record<string, string>; text: string }[] = []
  const open: { tag: string; attributes: Record<string, string>; text: string }[] = []
  const unescape = (raw: string): string => {
    expect(raw).not.toMatch(/[<\0-\x08\x0b\x0c\x0e-\x1f]|&(?!(?:amp|lt|gt|quot|#13);)/)
    return raw.replaceAll('&#13;', '\r').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
  }
  let rest = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  while (rest.trim() !== '') {
    const part = /^(?:<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+))/.exec(rest)
    if (part === null) throw new Error(`not XML: ${rest.slice(0, 80)}`)
    const [whole, closing, tag, attributes, empty, content] = part
    rest = rest.slice(whole.length)
    if (content !== undefined) {
      const holder = open.at(-1)
      if (holder !== undefined) holder.text += unescape(content)
    } else if (closing === '/') expect(open.pop()?.tag).toBe(tag)
    else {
      const pairs = [...(attributes ?? '').matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [
        name as string,
        unescape(value as string),
      ])
      const element = { tag: tag as string, attributes: Object.fromEntries(pairs) as Record<string, string>, text: '' }
      elements.push(element)
      if (empty === '') open.push(element)
    }
  }
  expect(open).toEqual([])
  return elements
}

describe('junit', () => {
  test('counts each mistake once, and healthy databases pass', async () => {
    const { code, stdout } = await run('check', '--format', 'junit')
    expect(code).toBe(1)
    const elements = readXml(stdout)
    const failures = elements.filter(({ tag }) => tag === 'failure')
    const json = JSON.parse((await run('check', '--format', 'json')).stdout) as JsonReport
    expect(failures).toHaveLength(json.diagnostics.filter(({ severity }) => severity === 'error').length)
    expect(elements[0]).toMatchObject({ tag: 'testsuites', attributes: { failures: String(failures.length) } })
    const cases = elements.filter(({ tag }) => tag === 'testcase')
    expect(elements[0]?.attributes['tests']).toBe(String(cases.length))
    expect(cases.filter(({ attributes }) => attributes['classname'] === 'databases').map(({ attributes }) => attributes['name'])).toEqual([
      'billing/dev',
      'billing/prd',
    ])
    expect(failures[0]?.text).toContain('databases/orders/values.yaml:2:3: error: unknown key `walStorge`')
  })
  test('text that is not XML is escaped', () => {
    const message = 'a <b> & "c" \u0000\u001b[31m \ud800 ]]> \r\n'
    const failure = readXml(writeJunit([diagnostic({ message })], [])).find(({ tag }) => tag === 'failure')
    expect(failure?.attributes['message']).toBe(String.raw`a <b> & "c" \u0000\u001b[31m \ud800 ]]> \u000d\u000a`)
  })
})

test('gitlab gets unique fingerprints, known severities and paths from the root', async () => {
  const { code, stdout } = await run('check', '--format', 'gitlab')
  expect(code).toBe(1)
  const entries = JSON.parse(stdout) as {
    fingerprint: string
    severity: string
    description: string
    check_name: string
    location: { path: string; lines: { begin: number } }
  }[]
  expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(entries.length)
  expect(entries[0]).toMatchObject({
    description: 'unknown key `walStorge` in `cluster` (2 databases); help: did you mean `walStorage`?',
    check_name: 'values/known-keys',
    severity: 'critical',
    location: { path: 'databases/orders/values.yaml', lines: { begin: 2, end: 2 } },
  })
})

describe('github', () => {
  test('shows ten of each type, those that affect the most databases first, and counts the rest', () => {
    const many = Array.from({ length: 13 }, (_, index) =>
      diagnostic({ message: `mistake ${index}`, databases: Array.from({ length: index }, (__, n) => `d${n}/dev`) }),
    )
    const lines = writeGithub([...many, diagnostic({ severity: 'warning' }), ...many.map((one) => ({ ...one, severity: 'info' as const }))])
      .trimEnd()
      .split('\n')
    const errors = lines.filter((line) => line.startsWith('::error '))
    expect(errors).toHaveLength(10)
    expect(errors[0]).toContain('mistake 12 (12 databases)')
    expect(lines.filter((line) => line.startsWith('::notice '))).toHaveLength(10)
    expect(lines.at(-1)).toBe('::notice title=cnpg-values::3 more errors and 4 more notes not shown here; the summary of the job lists all')
  })
  test('writes a summary of the job if GitHub asks for one', async () => {
    const file = join(root, 'summary.md')
    writeFileSync(file, 'before\n')
    process.env['GITHUB_STEP_SUMMARY'] = file
    const { stdout, stderr } = await run('check', '--format', 'github')
    expect(stdout).toMatch(/^(?:::[^\n]*\n)+$/)
    const summary = readFileSync(file, 'utf8')
    expect(summary).toMatch(/^before\n### cnpg-values\n/)
    expect(summary).toContain('| error | databases/orders/values.yaml:2:3 |')
    process.env['GITHUB_STEP_SUMMARY'] = join(root, 'missing/summary.md')
    const again = await run('check', '--format', 'github')
    expect(again.stdout).toBe(stdout)
    expect(again.stderr).toContain(stderr)
  })
  test('nothing in the summary becomes Markdown or HTML', () => {
    const summary = writeGithubSummary([diagnostic({ message: '<img src=x> | [a](http://b) `c` @team\n# d' })], '1 error')
    expect(summary).not.toMatch(/<img|\]\(|@team|\n# d/)
  })
})

describe('the action', () => {
  const action = parse(readFileSync(join(repository, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { description: string; default: string }>
    runs: { using: string; steps: { name?: string; run?: string; shell?: string; env?: Record<string, string> }[] }
  }
  const step = action.runs.steps.find(({ name }) => name === 'Check')
  const runStep = (inputs: Record<string, string>) =>
    spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? 'exit 9'], {
      cwd: root,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'] ?? '',
        PROGRAM: repository,
        ROOT: '.',
        DATABASES: '',
        FORMAT: 'github',
        BASE: '',
        CHECKOUT: '',
        BASE_OF: '',
        OUTPUT: '',
        ...inputs,
      },
    })
  test('takes other repositories, and their bases, one on each line', () => {
    const { stderr, status } = runStep({ FORMAT: 'pretty', CHECKOUT: 'https://x.example.com/a.git=nowhere\r\n\n', BASE_OF: '' })
    expect([status, stderr]).toEqual([2, expect.stringContaining('nowhere')])
    const other = runStep({ FORMAT: 'pretty', BASE_OF: 'https://x.example.com/b.git=main\n' })
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('https://x.example.com/b.git')])
  })
  test('passes every input on, and executes none of them', () => {
    expect(Object.keys(action.inputs)).toEqual(['root', 'databases', 'checkout', 'format', 'base', 'base-of', 'output'])
    expect(step?.run).not.toContain('${{')
    for (const { run: text, shell } of action.runs.steps) expect(text === undefined || shell === 'bash').toBe(true)
    for (const name of Object.keys(action.inputs)) expect(step?.env?.[name.toUpperCase().replace('-', '_')]).toBe(`\${{ inputs.${name} }}`)
  })
  test('fails with the check, and keeps the report', () => {
    const { status } = runStep({ FORMAT: 'sarif', OUTPUT: 'report.sarif' })
    expect(status).toBe(1)
    expect(sarifOf(readFileSync(join(root, 'report.sarif'), 'utf8')).version).toBe('2.1.0')
    expect(runStep({ ROOT: '$(touch hacked)' }).status).toBe(2)
    expect(existsSync(join(root, 'hacked'))).toBe(false)
  })
})
