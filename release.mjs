// Which files does a release commit hold beside the sources? Stages dist/, or with --check builds it again and compares.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const dist = join(root, 'dist')
const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })

/** The files of a build, without what V8 compiled: that fits one machine only. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => statSync(join(folder, path)).isFile() && !path.endsWith('.cache') && !path.startsWith('.next-'))
    .sort()
}

/** The first line of the bundle names its build by the time, so two builds differ in it. */
const comparable = (path, text) => (path === 'cli.cjs' ? text.slice(text.indexOf('\n')) : text)

/** Builds the sources that are committed. */
function build() {
  rmSync(dist, { recursive: true, force: true })
  execFileSync(process.execPath, [join(root, 'build.mjs'), '--types'], { cwd: root, stdio: ['ignore', 2, 2] })
}

build()
if (process.argv.includes('--check')) {
  const committed = git('ls-tree', '-r', '--name-only', 'HEAD', 'dist/')
    .split('\n')
    .filter(Boolean)
    .map((path) => path.slice('dist/'.length))
    .sort()
  const built = filesOf(dist)
  const differ = [...new Set([...committed, ...built])].filter((path) => {
    if (!committed.includes(path) || !built.includes(path)) return true
    return comparable(path, git('show', `HEAD:dist/${path}`)) !== comparable(path, readFileSync(join(dist, path), 'utf8'))
  })
  for (const path of differ) process.stderr.write(`dist/${path} is not what the sources build\n`)
  if (committed.length === 0) process.stderr.write('HEAD holds no dist/, so it is no release\n')
  process.exitCode = differ.length > 0 || committed.length === 0 ? 1 : 0
} else {
  git('add', '--force', ...filesOf(dist).map((path) => `dist/${path}`))
}
