// What happens after `npm ci` in a checkout, and when npm or pre-commit make a package from Git? Hooks are set up, dist/ is built.
// Nothing goes to stdout: what `npm pack` prints there is read by programs.
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, realpathSync, unlinkSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const at = (...path) => join(root, ...path)
const { env } = process

/** npm makes a package from Git in a clone below its cache. */
const isClonedByNpm = env.npm_config_cache !== undefined && root.startsWith(join(env.npm_config_cache, '_cacache', 'tmp', sep))
/** A clone of npm or pre-commit, which nobody commits in. */
const isForeignClone = isClonedByNpm || env.NODE_VIRTUAL_ENV !== undefined

/** Sets up the hook of a contributor's checkout. */
async function installHook() {
  if (!existsSync(at('.git')) || isForeignClone || env.CI !== undefined || env.HUSKY === '0') return
  const { default: husky } = await import('husky')
  const complaint = husky()
  if (complaint) process.stderr.write(`husky: ${complaint}\n`)
}

/**
 * `npm install -g git+…` doesn't install what builds the package: the npm that should do so inherits `--global`, and
 * links its clone, which is removed later, into the global folder instead (npm 7 to 11). Both are put right here.
 */
function installBuildTools() {
  const inherited =
    /^npm_config_(?:global|location|prefix|local_prefix|global_prefix|omit|include|only|production|dry_run|package_lock_only)$/i
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !inherited.test(name) && name !== 'NODE_ENV'))
  const flags = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync(process.execPath, [env.npm_execpath, ...flags], { cwd: root, env: clean, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  process.stderr.write(`cnpg-values: the tools that build it can't be installed (${error?.code ?? `npm ci: exit code ${status}`})\n`)
  process.exit(1)
}

/** npm unpacks the package into this folder; the link to its own clone that stands there instead would swallow it. */
function replaceLinkToClone() {
  const prefix = env.npm_config_prefix ?? env.npm_config_global_prefix
  for (const folder of prefix === undefined ? [] : [join(prefix, 'lib', 'node_modules'), join(prefix, 'node_modules')]) {
    const link = join(folder, 'cnpg-values')
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue
    if (!existsSync(link) || realpathSync(link) !== realpathSync(root)) continue
    unlinkSync(link)
    mkdirSync(link)
  }
}

// a package made from a release has dist/ and no sources
const isSource = existsSync(at('scripts')) && existsSync(at('build.mjs'))
const canBuild = () => existsSync(at('node_modules', 'esbuild'))
if (isSource && !canBuild() && isForeignClone && env.npm_execpath !== undefined) installBuildTools()
if (isSource && canBuild()) {
  await installHook()
  process.argv.push('--types')
  await import('./build.mjs')
}
if (isClonedByNpm && env.npm_config_global === 'true') replaceLinkToClone()
