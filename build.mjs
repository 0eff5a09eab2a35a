// Builds dist/: validators compiled by ajv, then the command line and the library, each as one bundle.
// `--types` also writes the library's type declarations (needs the TypeScript compiler; done by `npm ci`).
import { execFileSync, spawnSync } from 'node:child_process'
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

/** Escapes what is not ASCII: such a script takes half the memory and a third less time to read. */
function asAscii(file) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/[^\0-\x7f]/g, escaped))
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
  asAscii(`${staged}/cli.cjs`)
  const built = readdirSync(staged)
  for (const file of built) renameSync(`${staged}/${file}`, `${root}dist/${file}`)
  rmSync(staged, { recursive: true })
  for (const file of readdirSync(`${root}dist`)) if (/^(?:chunk-|cli-|cli\.js$)/.test(file)) rmSync(`${root}dist/${file}`)
}

/** What each start of a render, of a check and of the hook runs; without git the last one ends early. */
const usual = [['render'], ['render', '--check'], ['check'], ['check', '--staged', '--changed']]

/** A chart that uses what charts use most, and passes on what the example sets: its files by path. */
const chart = {
  'Chart.yaml': 'apiVersion: v2\nname: cluster\nversion: 0.0.1\n',
  'values.yaml':
    'version: { postgresql: "16" }\ncluster:\n  instances: 1\n  storage: { size: 1Gi }\n  env: []\nbackups: { enabled: false }\npoolers: []\n',
  'values.schema.json':
    '{ "type": "object", "properties": { "cluster": { "type": "object", "properties": { "instances": { "type": "integer" } } } } }',
  'templates/_helpers.tpl':
    '{{- define "name" -}}\n{{- if .Values.name }}{{ .Values.name | trunc 63 | trimSuffix "-" }}{{ else }}{{ .Release.Name }}{{ end }}\n{{- end }}\n',
  'templates/cluster.yaml': `{{- $all := toYaml .Values }}
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: {{ include "name" . }}
  {{- with .Values.cluster.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  instances: {{ .Values.cluster.instances | default 1 }}
  imageName: "ghcr.io/cloudnative-pg/postgresql:{{ .Values.version.postgresql }}"
  bootstrap:
    initdb: {{- toYaml .Values.cluster.initdb | nindent 6 }}
  storage:
    size: {{ .Values.cluster.storage.size | quote }}
  {{- if (dig "enabled" false (.Values.cluster.walStorage | default dict)) }}
  walStorage: {{ toYaml (omit .Values.cluster.walStorage "enabled") | nindent 4 }}
  {{- end }}
  {{- if and .Values.cluster.resources (not (empty .Values.cluster.env)) (eq (toString .Values.cluster.instances) "3") }}
  resources: {{ toYaml .Values.cluster.resources | nindent 4 }}
  {{- end }}
  {{- range $key := list "affinity" "enablePDB" "enableSuperuserAccess" "postgresql" }}
  {{- with get $.Values.cluster $key }}
  {{ $key }}: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- if .Values.cluster.monitoring }}
  monitoring:
    enablePodMonitor: {{ .Values.cluster.monitoring.enabled }}
  {{- end }}
  {{- if and .Values.backups .Values.backups.enabled }}
  backup:
    barmanObjectStore:
      destinationPath: {{ required "destinationPath" .Values.backups.destinationPath | quote }}
      endpointURL: {{ .Values.backups.endpointURL }}
      s3Credentials:
        accessKeyId: { name: {{ .Values.backups.secret.name }}, key: ACCESS_KEY_ID }
        secretAccessKey: { name: {{ .Values.backups.secret.name }}, key: ACCESS_SECRET_KEY }
    retentionPolicy: {{ .Values.backups.retentionPolicy }}
  {{- end }}
  env:
  {{- range $index, $one := .Values.cluster.env }}
    - name: {{ tpl $one.name $ }}
      value: |-
        {{ required "a value" $one.value }}
  {{- end }}
`,
  'templates/poolers.yaml': `{{- range .Values.poolers }}
---
apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata:
  name: {{ include "name" $ }}-pooler-{{ .name }}
spec:
  cluster:
    name: {{ include "name" $ }}
  instances: {{ .instances }}
  type: {{ .type | default "rw" }}
  pgbouncer:
    poolMode: {{ .poolMode }}
    {{- with .parameters }}
    parameters:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end }}
`,
}

/** A repository like the example with a staged change that has mistakes; `ownChart`: with a chart in it, for the engine. */
function putRepository(ownChart) {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-build-'))
  for (const name of ['apps', 'helm-values', 'databases']) cpSync(`${root}${name}`, join(folder, name), { recursive: true })
  const edit = (path, from, to) => writeFileSync(join(folder, path), readFileSync(join(folder, path), 'utf8').replace(from, to))
  if (ownChart) {
    for (const [path, text] of Object.entries(chart)) {
      mkdirSync(dirname(join(folder, 'charts/cluster', path)), { recursive: true })
      writeFileSync(join(folder, 'charts/cluster', path), text)
    }
    edit('apps/values.yaml', /(clusterChart:\n(?: {4}.*\n)*? {4}version: ).*/, '$10.0.1')
  }
  const git = (...args) => spawnSync('git', ['-c', 'user.name=build', '-c', 'user.email=build', ...args], { cwd: folder, stdio: 'ignore' })
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-qm', 'one'],
  ])
    git(...args)
  edit('databases/example-api/values.yaml', 'size: 10Gi', 'size: 11Gi\n  postgresql:\n    parameters:\n      autovacuum: "off"')
  git('add', '-A')
  return folder
}

/** Keeps what V8 compiles for the usual commands on the example, so that no later start compiles it again. */
async function keepCompiled() {
  const { exports, script, source } = loadBundle(`${root}dist`)
  const quiet = () => undefined
  const run = (words, folder) => exports.main([...words, '--root', folder], { cwd: folder, color: false, stdout: quiet, stderr: quiet })
  for (const ownChart of [false, true]) {
    const folder = putRepository(ownChart)
    try {
      for (const words of usual) await run(words, folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
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
