// Builds dist/: validators compiled by ajv, then the command line and the library, each as one bundle.
// `--types` also writes the library's type declarations (needs the TypeScript compiler; done by `npm ci`).
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'
import { cacheOf, loadBundle } from './bin/bundle.mjs'

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
  for (const name of ['settings', 'service'])
    ajv.addSchema(JSON.parse(readFileSync(`${root}scripts/discover/${name}.schema.json`, 'utf8')), name)
  const code = standalone.default(ajv, { validateSettings: 'settings', validateService: 'service' })
  await build({ ...shared, stdin: { contents: code, resolveDir: root, loader: 'js' }, outfile: `${root}dist/validators.js`, minify: true })
  const declaration =
    "import type { ErrorObject } from 'ajv'\ntype Validate = ((data: unknown) => boolean) & { errors?: ErrorObject[] | null }\n" +
    'export declare const validateSettings: Validate\nexport declare const validateService: Validate\n'
  writeFileSync(`${root}dist/validators.d.ts`, declaration)
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
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    define: { 'import.meta.url': '__url' },
    banner: { js: `// ${Date.now()}-${process.pid}\nconst __url=require('node:url').pathToFileURL(__filename).href;` },
  })
  const built = readdirSync(staged)
  for (const file of built) renameSync(`${staged}/${file}`, `${root}dist/${file}`)
  rmSync(staged, { recursive: true })
  for (const file of readdirSync(`${root}dist`)) if (/^(?:chunk-|cli-|cli\.js$)/.test(file)) rmSync(`${root}dist/${file}`)
}

/** What each start of a check, of a render and of the hook runs; without git the last one ends early. */
const usual = [['render', '--check'], ['check'], ['check', '--staged', '--changed']]

/** A chart that uses what charts use most: its files by path. */
const chart = {
  'Chart.yaml': 'apiVersion: v2\nname: cluster\nversion: 0.0.1\n',
  'values.yaml': 'cluster:\n  instances: 1\n  storage: { size: 1Gi }\n  env: []\n',
  'values.schema.json': '{ "type": "object", "properties": { "cluster": { "type": "object" } } }',
  'templates/_helpers.tpl':
    '{{- define "name" -}}\n{{- if .Values.name }}{{ .Values.name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name }}{{ end }}\n{{- end }}\n',
  'templates/cluster.yaml': `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: {{ include "name" . }}
  {{- with .Values.cluster.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  instances: {{ .Values.cluster.instances | default 1 }}
  storage:
    size: {{ .Values.cluster.storage.size | quote }}
  {{- if and .Values.cluster.resources (not (empty .Values.cluster.env)) (eq (toString .Values.cluster.instances) "3") }}
  resources: {{ toYaml .Values.cluster.resources | nindent 4 }}
  {{- end }}
  env:
  {{- range $index, $one := .Values.cluster.env }}
    - name: {{ tpl $one.name $ | lower }}
      value: |-
        {{ required "a value" $one.value }}
  {{- end }}
`,
}

/** A copy of the example whose chart is in the repository, for the engine. */
function putFleet() {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-build-'))
  for (const name of ['apps', 'helm-values', 'databases']) cpSync(`${root}${name}`, join(folder, name), { recursive: true })
  for (const [path, text] of Object.entries(chart)) {
    mkdirSync(dirname(join(folder, 'charts/cluster', path)), { recursive: true })
    writeFileSync(join(folder, 'charts/cluster', path), text)
  }
  const settings = join(folder, 'apps/values.yaml')
  writeFileSync(settings, readFileSync(settings, 'utf8').replace(/(clusterChart:\n(?: {4}.*\n)*? {4}version: ).*/, '$10.0.1'))
  return folder
}

/** Keeps what V8 compiles for the usual commands on the example, so that no later start compiles it again. */
async function keepCompiled() {
  const { exports, script, source } = loadBundle(`${root}dist`)
  const quiet = () => undefined
  const run = (words, folder) => exports.main([...words, '--root', folder], { cwd: folder, color: false, stdout: quiet, stderr: quiet })
  for (const words of usual) await run(words, root)
  const fleet = putFleet()
  try {
    await run(['check'], fleet)
  } finally {
    rmSync(fleet, { recursive: true })
  }
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
