// Can a change, or a setting of git, make a command run something, fetch something or read the work tree?
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gitIn, openChange, runIn } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

let repository: ChangeRepository
let scratch: string
let marker: string
let evil: string
beforeEach(async () => {
  repository = await openChange('infra')
  scratch = mkdtempSync(join(tmpdir(), 'cnpg-values-hostile-'))
  marker = join(scratch, 'ran')
  evil = join(scratch, 'evil.sh')
  writeFileSync(evil, `#!/bin/sh\necho "$0 $@" >> ${marker}\nexit 1\n`)
  chmodSync(evil, 0o755)
})
afterEach(() => {
  repository.remove()
  rmSync(scratch, { recursive: true })
})

/** Settings that make git run a program, use the network, or read elsewhere. */
const settings = (): string => `[core]
	fsmonitor = ${evil}
	hooksPath = ${scratch}
	sshCommand = ${evil}
	askPass = ${evil}
	editor = ${evil}
	pager = ${evil}
	gitProxy = ${evil}
	alternateRefsCommand = ${evil}
	attributesFile = ${scratch}/attributes
[pager]
	ls-files = ${evil}
	ls-tree = ${evil}
	rev-parse = ${evil}
	grep = ${evil}
[filter "evil"]
	clean = ${evil}
	smudge = ${evil}
	process = ${evil}
	required = true
[diff]
	external = ${evil}
[diff "evil"]
	textconv = ${evil}
	command = ${evil}
[merge "evil"]
	driver = ${evil}
[alias]
	ls-files = !${evil}
	rev-parse = !${evil}
	cat-file = !${evil}
[gpg]
	program = ${evil}
[gpg "ssh"]
	program = ${evil}
[log]
	showSignature = true
[credential]
	helper = !${evil}
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[url "ext::${evil} "]
	insteadOf = https://
[remote "origin"]
	url = ext::${evil}
	promisor = true
	partialclonefilter = blob:none
	uploadpack = ${evil}
	receivepack = ${evil}
	proxy = ext::${evil}
	vcs = evil
[include]
	path = ${scratch}/included
[includeIf "gitdir:/"]
	path = ${scratch}/included
[trace2]
	eventTarget = ${scratch}
[submodule]
	recurse = true
[color]
	ui = always
`

/** Each command and option that runs git. */
const commands: readonly (readonly string[])[] = [
  ['check', '--base', 'main'],
  ['check', '--base', 'nowhere'],
  ['check', '--staged'],
  ['check', '--staged', '--changed'],
  ['check', '--base', 'main', '--changed', '--staged'],
  ['plan', '--base', 'main'],
  ['plan', '--base', 'main', '--staged'],
  ['check'],
  ['report', '--out', '-'],
  ['fix', '--dry-run'],
]

const attributes = '* filter=evil diff=evil merge=evil text=auto eol=crlf\n'

async function nothingRuns(run: (...argv: string[]) => ReturnType<typeof runIn>): Promise<void> {
  for (const argv of commands) {
    const { code, stderr } = await run(...argv)
    expect(existsSync(marker) ? readFileSync(marker, 'utf8') : '', argv.join(' ')).toBe('')
    expect(code, `${argv.join(' ')}: ${stderr}`).toBe(argv.includes('nowhere') ? 2 : argv[0] === 'check' && argv.includes('--base') ? 1 : 0)
  }
}

async function shrink(): Promise<void> {
  repository.edit('infra/databases/example-api/values.yaml', 'size: 10Gi', 'size: 9Gi')
  await repository.commit()
  // an intent-to-add file, and one touched since, so that a git that reads the work tree would run its filters
  repository.put('infra/databases/announced/values.yaml', '')
  repository.git('add', '-N', 'infra/databases/announced/values.yaml')
  rmSync(join(repository.root, 'infra/databases/announced'), { recursive: true })
  repository.git('rm', '-q', '--cached', 'infra/databases/announced/values.yaml')
}

test('hostile settings of the real repository run nothing', async () => {
  await shrink()
  // git refuses a file that includes itself before it reads anything else
  writeFileSync(join(scratch, 'included'), settings().replace(/\[include[^[]*/g, ''))
  writeFileSync(join(scratch, 'attributes'), attributes)
  for (const hook of ['post-index-change', 'reference-transaction', 'pre-auto-gc', 'fsmonitor-watchman']) cpSync(evil, join(scratch, hook))
  const config = join(repository.root, '.git/config')
  writeFileSync(config, readFileSync(config, 'utf8') + settings().replace('[core]\n', `[core]\n\tworktree = ${scratch}\n`))
  repository.put('infra/.gitattributes', attributes)
  writeFileSync(join(repository.root, '.git/info/attributes'), attributes)
  await nothingRuns(repository.run)
})

test.each(['main', 'HEAD'])('an embedded bare repository of plain files is not treated as one: %s', async (head) => {
  await shrink()
  for (const folder of ['objects', 'refs/heads']) repository.put(`infra/${folder}/.keep`, '')
  repository.put('infra/HEAD', 'ref: refs/heads/main\n')
  repository.put('infra/packed-refs', `# pack-refs with: peeled fully-peeled sorted \n${'1'.repeat(40)} refs/heads/${head.toLowerCase()}\n`)
  repository.put(
    'infra/config',
    `[core]\n\tbare = false\n\tworktree = .\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n${settings()}`,
  )
  await repository.commit()
  await nothingRuns(repository.run)
})

test('what a partial clone lacks is not fetched, but reported once with the command to run', async () => {
  await shrink()
  repository.git('config', 'uploadpack.allowFilter', 'true')
  const clone = join(scratch, 'clone')
  for (const filter of ['blob:none', 'tree:0']) {
    rmSync(clone, { recursive: true, force: true })
    repository.git('clone', '-q', '--no-local', `--filter=${filter}`, '--branch', 'change', `file://${repository.root}`, clone)
    const { code, stdout, stderr } = await runIn(join(clone, 'infra'), 'check', '--base', 'origin/main')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^cnpg-values: this is a partial clone [^\n]*`git fetch --refetch --no-filter`\n$/)
  }
})

test('an object that is missing for another reason is named', async () => {
  await shrink()
  const id = gitIn(repository.root, 'rev-parse', 'main:infra/databases/example-api/values.yaml').trim()
  rmSync(join(repository.root, '.git/objects', id.slice(0, 2), id.slice(2)))
  const { code, stderr } = await repository.run('check', '--base', 'main')
  expect(code).toBe(2)
  expect(stderr).toMatch(new RegExp(`^cnpg-values: the git repository of [^\\n]* lacks object ${id}, [^\\n]*\`git fsck\`[^\\n]*\\n$`))
})

test("a repository of another owner is refused with git's reason", async () => {
  process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'] = '1'
  try {
    for (const argv of [
      ['check', '--base', 'main'],
      ['check', '--staged'],
      ['plan', '--base', 'main'],
    ]) {
      const { code, stderr } = await repository.run(...argv)
      expect(code).toBe(2)
      expect(stderr).toMatch(
        /^cnpg-values: git says: detected dubious ownership in repository at [^\n]+; run `git config --global --add safe\.directory [^\n]+`\n$/,
      )
    }
    expect((await repository.run('check')).code).toBe(0)
  } finally {
    delete process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER']
  }
})

test('what a sparse checkout leaves out is neither missing nor deleted', async () => {
  repository.git('sparse-checkout', 'set', '--no-cone', 'infra/apps', '!infra/databases')
  expect(existsSync(join(repository.root, 'infra/databases'))).toBe(false)
  for (const argv of [['check'], ['check', '--staged'], ['check', '--base', 'main'], ['check', '--base', 'main', '--changed']])
    expect(await repository.run(...argv), argv.join(' ')).toMatchObject({ code: 0, stdout: '' })
  expect((await repository.run('plan', '--base', 'main')).stdout).not.toContain('deleted')
})

test('a base is found by its name in this clone, and one that is HEAD is reported as such', async () => {
  await repository.commit()
  const clone = join(scratch, 'clone')
  repository.git('clone', '-q', '--branch', 'change', repository.root, clone)
  const run = (base: string) => runIn(join(clone, 'infra'), 'check', '--base', base)
  for (const base of ['main', 'refs/heads/main', 'origin/refs/heads/main'])
    expect(await run(base)).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean `origin/main`?') })
  expect(await run('origin/')).toMatchObject({ code: 2, stderr: expect.stringContaining('names no branch') })
  expect(await run('change')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('which is HEAD: only what is not committed can differ'),
  })
  expect((await run('origin/main')).stderr).not.toContain('which is HEADcommitted')
})
