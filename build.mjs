// Builds dist/: validators compiled by ajv, then the command line and the library, each as one bundle.
// `--types` also writes the library's type declarations (needs the TypeScript compiler; done by `npm ci`).
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'
import { cacheOf, loadBundle } from './bin/bundle.mjs'
import { runUsual } from './warm-up.mjs'

const root = fileURLToPath(new URL('.', import.meta.url))
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Node has them: else each becomes `new RegExp(…)`, made anew at each use
  supported: { 'regexp-unicode-property-escapes': true },
  legalComments: 'none',
  logLevel: 'warning',
}
const banner = { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" }

/** Schemas of hand-written files → one module of validating functions: no schema is compiled at run time. */
async function buildValidators() {
  const ajv = new Ajv({
    allErrors: true,
    verbose: false,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    code: { source: true, esm: true },
  })
  for (const name of ['settings', 'service'])
    ajv.addSchema(JSON.parse(readFileSync(`${root}scripts/discover/${name}.schema.json`, 'utf8')), name)
  const code = standalone.default(ajv, { validateSettings: 'settings', validateService: 'service' })
  await build({ ...shared, stdin: { contents: code, resolveDir: root, loader: 'js' }, outfile: `${root}dist/validators.js`, minify: true })
  const declaration =
    "import type { ErrorObject } from 'ajv'\ntype Validate = ((data: unknown) => boolean) & { errors?: ErrorObject[] | null }\n" +
    'export declare const validateSettings: Validate\nexport declare const validateService: Validate\n'
  writeFileSync(`${root}dist/validators.d.ts`, declaration)
}

/** One function of what a module sees. Escapes what is not ASCII: such a script takes half the memory and a third less time to read. */
function asFunction(file) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  const ascii = readFileSync(file, 'utf8').replaceAll(/[^\0-\x7f]/g, escaped)
  writeFileSync(file, `${ascii.replace('\n', '\n(function (exports, require, module, __filename, __dirname) {')}\n})\n`)
}

/** The library as an ES module; the command line as one script, which V8's code can be kept of. */
async function buildBundles() {
  // a second process may be running the old bundle: the new one is built beside it and moved into place
  const staged = `${root}dist/.next-${process.pid}`
  await build({ ...shared, entryPoints: ['scripts/index.ts'], outdir: staged, minifySyntax: true, banner })
  await build({
    ...shared,
    entryPoints: ['scripts/cli/cli.ts'],
    outfile: `${staged}/cli.cjs`,
    format: 'cjs',
    // a script whose compiled code is kept can't ask for modules later
    supported: { ...shared.supported, 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    define: { 'import.meta.url': '__url' },
    banner: { js: `// ${Date.now()}-${process.pid}\nconst __url=require('node:url').pathToFileURL(__filename).href;` },
  })
  asFunction(`${staged}/cli.cjs`)
  const built = readdirSync(staged)
  for (const file of built) renameSync(`${staged}/${file}`, `${root}dist/${file}`)
  rmSync(staged, { recursive: true })
  for (const file of readdirSync(`${root}dist`)) if (/^(?:chunk-|cli-|cli\.js$)/.test(file)) rmSync(`${root}dist/${file}`)
}

/** Keeps what V8 compiles for the usual commands on the example, so that no later start compiles it again. */
async function keepCompiled() {
  const { exports, script, source } = loadBundle(`${root}dist`)
  const quiet = () => undefined
  // V8 forgets what it compiled and did not run for a few collections; it refuses code of other flags than it is started with
  setFlagsFromString('--no-flush-bytecode')
  await runUsual((words, folder) => exports.main([...words, '--root', folder], { cwd: folder, color: false, stdout: quiet, stderr: quiet }))
  setFlagsFromString('--flush-bytecode')
  const cache = cacheOf(`${root}dist`, source)
  writeFileSync(`${cache}.tmp`, script.createCachedData())
  renameSync(`${cache}.tmp`, cache)
}

mkdirSync(`${root}dist`, { recursive: true })
await buildValidators()
await buildBundles()
try {
  await keepCompiled()
} catch (error) {
  process.stderr.write(`what V8 compiled is not kept (${error.message}): each start takes a little longer\n`)
}
if (process.argv.includes('--types')) {
  const flags = [
    '--noEmit',
    'false',
    '--emitDeclarationOnly',
    '--declaration',
    '--rewriteRelativeImportExtensions',
    '--outDir',
    'dist/types',
    '--rootDir',
    'scripts',
  ]
  execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json', ...flags], {
    cwd: root,
    // stdout belongs to whoever called npm
    stdio: ['ignore', 2, 2],
  })
}
