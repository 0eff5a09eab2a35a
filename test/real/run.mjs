// Do the programs that people install us with run what they installed (npm, npx, pre-commit, a runner of GitHub Actions), and are charts pulled as Helm wrote them?
// Not part of the gate: it needs git, Python and a registry. `npm run test:real [-- WORD…]` runs the trials whose name holds a word.
// `REAL_TOOLS=DIR` keeps the programs that it fetches.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { actionTrials } from './action.mjs'
import { chartTrials } from './charts.mjs'
import { engineTrials } from './engine.mjs'
import { exampleRepository, Failure, expect, git, isOnPath, run, Skipped } from './support.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'cnpg-values-real-'))
const tools = process.env.REAL_TOOLS ?? join(work, 'tools')
mkdirSync(tools, { recursive: true })

/** What is installed is the last commit, in a clone of its own. */
const source = join(work, 'source')
git(work, 'clone', '--quiet', root, source)
const url = pathToFileURL(source).href

/** PATH with one release of npm in front, fetched once. */
function npmPath(major) {
  const folder = join(tools, `npm-${major}`)
  const bin = join(folder, 'node_modules', '.bin')
  if (!existsSync(bin)) {
    const fetched = run('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, `npm@${major}`], { cwd: work })
    if (fetched.code !== 0) throw new Skipped(`npm ${major} can't be fetched`)
  }
  return `${bin}${delimiter}${process.env.PATH}`
}

function preCommit(version) {
  const folder = join(tools, `pre-commit-${version}`)
  const program = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'pre-commit')
  if (existsSync(program)) return program
  const python = ['python3', 'python'].find(isOnPath)
  if (python === undefined) throw new Skipped('there is no Python')
  if (run(python, ['-m', 'venv', folder], { cwd: work }).code !== 0) throw new Skipped('Python has no venv')
  const fetched = run(
    python.replace(/^.*$/, join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python')),
    ['-m', 'pip', 'install', '--quiet', `pre-commit==${version}`],
    { cwd: work },
  )
  if (fetched.code !== 0) throw new Skipped(`pre-commit ${version} can't be fetched`)
  return program
}

/** The installed command finds the mistake of the example, and none where there is none. */
function tryProgram(program, args, env) {
  const repository = exampleRepository(root, mkdtempSync(join(work, 'repository-')))
  const good = run(program, [...args, 'check'], { cwd: repository, env })
  expect(good.code === 0 && /2 databases checked/.test(good.text), 'a good repository passes', good)
  breakExample(repository)
  const bad = run(program, [...args, 'check'], { cwd: repository, env })
  expect(bad.code === 1 && /unknown key `walStorge`/.test(bad.text), 'a bad repository is refused', bad)
}

function breakExample(repository) {
  writeFileSync(join(repository, 'databases/example-api/values.yaml'), 'cluster:\n  walStorge: {}\n')
}

const trials = []
for (const major of ['10', '11']) {
  const environment = () => ({ PATH: npmPath(major), CI: undefined })
  trials.push(
    {
      name: `npm ${major}: npm install -g git+file`,
      run() {
        const prefix = mkdtempSync(join(work, 'global-'))
        const installed = run('npm', ['install', '-g', '--prefix', prefix, `git+${url}`], { cwd: work, env: environment() })
        expect(installed.code === 0, 'the installation succeeds', installed)
        tryProgram(join(prefix, 'bin', 'cnpg-values'), [], environment())
      },
    },
    {
      name: `npm ${major}: npx git+file`,
      run() {
        tryProgram('npx', ['--yes', '--cache', join(work, `npx-${major}`), '--package', `git+${url}`, '--', 'cnpg-values'], environment())
      },
    },
    {
      name: `npm ${major}: npm pack, and the tarball installed`,
      run() {
        const clone = mkdtempSync(join(work, 'pack-'))
        git(work, 'clone', '--quiet', source, clone)
        const ready = run('npm', ['install', '--no-save', '--no-audit', '--no-fund'], { cwd: clone, env: { ...environment(), HUSKY: '0' } })
        expect(ready.code === 0, 'npm install succeeds', ready)
        const packed = run('npm', ['pack'], { cwd: clone, env: { ...environment(), HUSKY: '0' } })
        expect(/^cnpg-values-[\d.]+\.tgz\n$/.test(packed.stdout), 'stdout is the name of the file', packed)
        const prefix = mkdtempSync(join(work, 'tarball-'))
        const flags = ['install', '-g', '--ignore-scripts', '--offline', '--prefix', prefix]
        const installed = run('npm', [...flags, join(clone, packed.stdout.trim())], { cwd: work, env: environment() })
        expect(installed.code === 0, 'the installation succeeds without scripts and network', installed)
        tryProgram(join(prefix, 'bin', 'cnpg-values'), [], environment())
      },
    },
  )
  for (const version of ['3.8.0', '4.5.1', '4.7.0']) {
    trials.push({
      name: `pre-commit ${version} with npm ${major}`,
      run() {
        tryHook(preCommit(version), { ...environment(), PRE_COMMIT_HOME: mkdtempSync(join(work, 'cache-')) })
      },
    })
  }
}
trials.push({
  name: 'a package without dist/ says so in one line',
  run() {
    const folder = mkdtempSync(join(work, 'bare-'))
    mkdirSync(join(folder, 'bin'))
    for (const name of readdirSync(join(root, 'bin'))) writeFileSync(join(folder, 'bin', name), git(root, 'show', `HEAD:bin/${name}`))
    const seen = run(process.execPath, [join(folder, 'bin/cnpg-values.mjs'), 'check'], { cwd: folder })
    expect(seen.code === 3 && seen.text.trim().split('\n').length === 1, 'exit code 3 and one line', seen)
  },
})
trials.push(...actionTrials(root, work), ...chartTrials(root, work), ...engineTrials(root, work))

/** The hook from a Git URL refuses a bad commit and a deletion, and lets a good one pass; `try-repo` runs it, too. */
function tryHook(program, env) {
  const repository = exampleRepository(root, mkdtempSync(join(work, 'hooked-')))
  const head = git(source, 'rev-parse', 'HEAD').trim()
  for (const version of ['', '        language_version: system\n']) {
    const hook = `      - id: cnpg-values-check\n${version}`
    writeFileSync(join(repository, '.pre-commit-config.yaml'), `repos:\n  - repo: ${url}\n    rev: ${head}\n    hooks:\n${hook}`)
    const installed = run(program, ['install', '--install-hooks'], { cwd: repository, env })
    expect(installed.code === 0, 'pre-commit installs the hook', installed)
    git(repository, 'add', '--all')
    const good = run('git', ['commit', '--quiet', '--allow-empty', '--message', 'good'], { cwd: repository, env })
    expect(good.code === 0 && /Passed/.test(good.text), 'a good commit passes', good)
    breakExample(repository)
    git(repository, 'add', '--all')
    const bad = run('git', ['commit', '--quiet', '--message', 'bad'], { cwd: repository, env })
    expect(bad.code === 1 && /unknown key `walStorge`/.test(bad.text), 'a bad commit is refused with our message', bad)
    git(repository, 'reset', '--quiet', '--hard')
    git(repository, 'rm', '--quiet', 'databases/example-api/values.yaml')
    const deletion = run('git', ['commit', '--quiet', '--message', 'deletion'], { cwd: repository, env })
    expect(deletion.code === 1 && !/Skipped/.test(deletion.text), 'a deletion is judged', deletion)
    git(repository, 'reset', '--quiet', '--hard')
  }
  breakExample(repository)
  git(repository, 'add', '--all')
  const tried = run(program, ['try-repo', source, 'cnpg-values-check'], { cwd: repository, env })
  expect(tried.code === 1 && /unknown key `walStorge`/.test(tried.text), 'try-repo runs it', tried)
}

const words = process.argv.slice(2)
let failed = 0
for (const trial of trials) {
  if (words.length > 0 && !words.some((word) => trial.name.includes(word))) continue
  const start = Date.now()
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`
  try {
    await Promise.resolve(trial.run())
    process.stdout.write(`ok       ${trial.name} (${seconds()})\n`)
  } catch (error) {
    if (error instanceof Skipped) process.stdout.write(`skipped  ${trial.name}: ${error.message}\n`)
    else if (error instanceof Failure) {
      failed++
      process.stdout.write(`failed   ${trial.name} (${seconds()}): ${error.message}\n`)
    } else throw error
  }
}
rmSync(work, { recursive: true, force: true })
process.exitCode = failed > 0 ? 1 : 0
