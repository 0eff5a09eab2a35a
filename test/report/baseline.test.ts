// Does adoption work: known problems stay quiet, new ones fail, stale entries are reported?
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { main } from '../../scripts/cli/cli.ts'

const base = fileURLToPath(new URL('../projects/base', import.meta.url))
const temporary = mkdtempSync(join(tmpdir(), 'cnpg-values-baseline-'))
let root = ''
let count = 0
afterAll(() => rmSync(temporary, { recursive: true }))

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = ''
  let stderr = ''
  const code = await main(argv, { cwd: root, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
  return { code, stdout, stderr }
}
const put = (path: string, text: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

const broken = 'clustr: {}\nclustr2: {}\n'
beforeEach(() => {
  root = join(temporary, String(count++))
  cpSync(base, root, { recursive: true })
  put('databases/billing/values.yaml', broken)
})

test('known problems are left out, also when their lines move; new ones fail', async () => {
  expect((await run('check')).code).toBe(1)
  expect(await run('check', '--write-baseline', 'known.json')).toMatchObject({ code: 0, stdout: '' })
  const { problems } = JSON.parse(readFileSync(join(root, 'known.json'), 'utf8')) as { problems: { rule: string; file: string }[] }
  expect(problems).toMatchObject([{ rule: 'values/known-keys', file: 'databases/billing/values.yaml' }, { rule: 'values/known-keys' }])
  put('databases/billing/values.yaml', `# moved\n\n${broken}`)
  const quiet = await run('check', '--baseline', 'known.json')
  expect(quiet).toMatchObject({ code: 0, stdout: '' })
  expect(quiet.stderr).toContain('2 known problems left out')
  put('databases/billing/values.yaml', `${broken}clustr3: {}\n`)
  const failed = await run('check', '--baseline', 'known.json')
  expect(failed.code).toBe(1)
  expect(failed.stdout.match(/: error: /g)).toHaveLength(1)
  expect(failed.stdout).toContain('clustr3')
})

test('one more of the same is new', async () => {
  put('databases/billing/values.yaml', 'cluster:\n  storage: { size: 5 Gi }\n')
  await run('check', '--write-baseline', 'known.json')
  put('databases/other/values.yaml', 'cluster:\n  storage: { size: 5 Gi }\n')
  expect((await run('check', '--baseline', 'known.json')).code).toBe(1)
})

test('a mistake that one more service has is known where it is one for all of them', async () => {
  const application = (name: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: ${name} }\nspec:\n  project: data\n  destination: { name: in-cluster, namespace: ${name} }\n  source: { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1, helm: { values: "clustr: {}" } }\n`
  const set = (elements: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: { name: dbs }\nspec:\n  goTemplate: true\n  generators:\n    - list: { elements: [${elements}] }\n  template:\n${application(
      "'{{ .name }}'",
    )
      .split('\n')
      .slice(2, -1)
      .map((line) => `    ${line}\n`)
      .join('')}`
  put('argocd/set.yaml', set('{ name: a }'))
  await run('check', '--write-baseline', 'known.json')
  put('argocd/set.yaml', set('{ name: a }, { name: b }, { name: c }'))
  expect(await run('check', '--baseline', 'known.json')).toMatchObject({ code: 0, stdout: '' })
})

test('entries that no longer match anything are reported, but fail nothing', async () => {
  await run('check', '--write-baseline', 'known.json')
  put('databases/billing/values.yaml', 'clustr: {}\n')
  const { code, stderr } = await run('check', '--baseline', 'known.json')
  expect(code).toBe(0)
  expect(stderr).toContain('1 entry of known.json no longer match')
  expect(stderr).toContain('unknown key `clustr2`')
  expect((await run('check', '--baseline', 'known.json', 'orders')).stderr).not.toContain('fit')
})

test('a baseline that is missing or broken is wrong usage', async () => {
  expect((await run('check', '--baseline', 'nowhere.json')).code).toBe(2)
  for (const text of ['{', '[]', '{"version":2,"problems":[]}', '{"version":1,"problems":[{}]}', 'null']) {
    put('known.json', text)
    const { code, stderr } = await run('check', '--baseline', 'known.json')
    expect(code).toBe(2)
    expect(stderr).toContain('is not a baseline')
  }
})
