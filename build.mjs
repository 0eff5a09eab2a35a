// Builds dist/: validators compiled by ajv, then the command line and the library as bundles with shared chunks.
// `--types` also writes the library's type declarations (needs the TypeScript compiler; done by `npm ci`).
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('.', import.meta.url))
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
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
  for (const name of ['settings', 'service']) ajv.addSchema(JSON.parse(readFileSync(`${root}scripts/${name}.schema.json`, 'utf8')), name)
  const code = standalone.default(ajv, { validateSettings: 'settings', validateService: 'service' })
  await build({ ...shared, stdin: { contents: code, resolveDir: root, loader: 'js' }, outfile: `${root}dist/validators.js`, minify: true })
  const declaration =
    "import type { ErrorObject } from 'ajv'\ntype Validate = ((data: unknown) => boolean) & { errors?: ErrorObject[] | null }\n" +
    'export declare const validateSettings: Validate\nexport declare const validateService: Validate\n'
  writeFileSync(`${root}dist/validators.d.ts`, declaration)
}

async function buildBundles() {
  // a second process may be running the old bundle: the new one is built beside it and moved into place
  const staged = `${root}dist/.next-${process.pid}`
  await build({
    ...shared,
    entryPoints: ['scripts/cli.ts', 'scripts/index.ts'],
    outdir: staged,
    splitting: true,
    minifySyntax: true,
    chunkNames: 'chunk-[hash]',
    banner,
  })
  const { readdirSync } = await import('node:fs')
  const built = readdirSync(staged)
  for (const file of built) renameSync(`${staged}/${file}`, `${root}dist/${file}`)
  rmSync(staged, { recursive: true })
  for (const file of readdirSync(`${root}dist`)) if (file.startsWith('chunk-') && !built.includes(file)) rmSync(`${root}dist/${file}`)
}

mkdirSync(`${root}dist`, { recursive: true })
await buildValidators()
await buildBundles()
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
    stdio: 'inherit',
  })
}
