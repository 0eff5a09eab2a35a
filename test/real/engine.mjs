// Does the engine blame what the model blames, and is a mistake told once at its line with older releases of the chart?
// `CHARTS=DIR` is a folder with `cluster-<version>` for each release: the tags `cluster-v<version>` of cloudnative-pg/charts.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { Failure, run, Skipped } from './support.mjs'

/** Mistakes of `databases/orders/values.yaml`, and the line that each must be told at. */
const planted = [
  ['cluster:\n  walStorge:\n    size: 1Gi\n', 2],
  ['cluster:\n  instances: "3"\n', 2],
  ['cluster:\n  storage:\n    size: 10 Gigs\n', 3],
  ['cluster:\n  primaryUpdateMethod: rolling\n', 2],
  ['cluster:\n  affinity:\n    podAntiAffinityTyp: required\n', 3],
  ['cluster:\n  postgresql:\n    parameters:\n      max_connections: many\n', 4],
  ['backups:\n  enabled: true\n  provider: s3\n  s3:\n    region: eu\n    bucket: b\n', 4],
  ['mode: standalon\n', 1],
  ['cluster:\n  imageName: ghcr.io/x/y:latest\n', 2],
  ['poolers:\n  - name: rw\n    type: write\n    poolMode: transaction\n    instances: 1\n', 3],
  ['cluster:\n  storage:\n    storageClass: "a: b"\n', 3],
  ['cluster:\n  resources:\n    - requests\n', 2],
  ['cluster:\n  cluster:\n    instances: 3\n', 3],
]
/** Findings that differ, each with its reason. */
const explained = new Set([
  // a text that a function cut to nothing has no place of its own
  'image/type timescaledb version EMPTY',
  // the chart prints a list of which only the name is left
  'null/rep-pgbb replica.origin.pg_basebackup.host',
  'databases/10',
])

function chartFolder(version) {
  const folder = process.env.CHARTS === undefined ? undefined : join(process.env.CHARTS, `cluster-${version}`)
  if (folder === undefined || !existsSync(folder)) throw new Skipped(`CHARTS has no cluster-${version}`)
  return folder
}

export function engineTrials(root, work) {
  return [
    { name: 'engine: blames what the model blames on cluster 0.8.1', run: () => compareBlame(root) },
    ...['0.3.1', '0.6.0', '0.7.0'].map((version) => ({
      name: `engine: planted mistakes on cluster ${version}`,
      run: () => tryPlanted(root, work, version),
    })),
  ]
}

function tryPlanted(root, work, version) {
  const charts = chartFolder(version)
  const repository = mkdtempSync(join(work, 'planted-'))
  cpSync(join(root, 'test/projects/base'), repository, { recursive: true })
  const settings = join(repository, 'apps/values.yaml')
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('version: 0.8.1', `version: ${version}`))
  mkdirSync(join(repository, 'charts'))
  cpSync(charts, join(repository, `charts/cluster-${version}`), { recursive: true })
  for (const [text, line] of planted) {
    writeFileSync(join(repository, 'databases/orders/values.yaml'), text)
    const { stdout, text: all } = run(process.execPath, [join(root, 'bin/cnpg-values.mjs'), 'check', '--format', 'json'], {
      cwd: repository,
    })
    const errors = JSON.parse(stdout).diagnostics.filter(({ severity, rule }) => severity === 'error' && !rule.startsWith('emit/'))
    const places = errors.map(({ file, line: at }) => `${file}:${at}`)
    if (places.join() !== `databases/orders/values.yaml:${line}`)
      throw new Failure(`${JSON.stringify(text)} is told at ${places.join()}:\n${all}`)
  }
}

const comparison = `
import { renderedObjects } from './scripts/helm/output.ts'
import { renderHelmChart } from './scripts/helm/render.ts'
import { Recorder } from './scripts/helm/recorder.ts'
import { renderCluster } from './scripts/chart/render.ts'
import { chartDefaults } from './scripts/chart/defaults.ts'
import { coalesce, mergeLayers } from './scripts/merge/merge.ts'
import { parseYaml } from './scripts/yaml/parse.ts'
import { examine } from './scripts/admit/examine.ts'
import { isOperators } from './scripts/operator/objects.ts'
import { locateFinding } from './scripts/locate/finding.ts'
import { textOf } from './scripts/findings/message.ts'
import { locate } from './scripts/findings/spot.ts'
const layerNames = ['environment', 'service', 'service-environment']
export function differences(vectors, files) {
  const found = []
  let count = 0
  for (const vector of vectors) {
    if (vector.objects === undefined || vector.skipSchema) continue
    const roots = vector.layers.flatMap((text, at) => {
      const root = parseYaml({ path: layerNames[at] + '.yaml', text }, layerNames[at]).documents[0]
      return root?.kind === 'map' ? [root] : []
    })
    if (roots.length === 0) continue
    const values = mergeLayers(roots)
    const release = { release: vector.release, namespace: vector.namespace, withTests: vector.withTests }
    const modelled = renderCluster(coalesce(chartDefaults(), values, '4.2'), release)
    if (!modelled.ok) continue
    const recorder = new Recorder()
    const rendered = renderedObjects(renderHelmChart({ ...release, files, layers: [values], recorder, place: 'cluster-0.8.1' }).documents)
    const fallback = { file: roots.at(-1).origin.file, span: { start: 0, end: 1 } }
    for (const object of modelled.objects.filter(({ plain }) => isOperators(plain))) {
      const own = rendered.find(({ kind, name }) => kind === object.kind && name === object.name)
      if (own === undefined) continue
      for (const finding of examine(object.plain, { operator: '1.27.1' })) {
        count++
        const [a, b] = [object, own].map((one) => {
          const told = locateFinding(finding, { object: one, values, fallback, database: { id: 'orders/prd' } })
          const { file, line, column } = locate(told.at)
          return file + ':' + line + ':' + column + ' ' + textOf(told.message)
        })
        if (a !== b) found.push({ name: vector.name, model: a, engine: b })
      }
    }
  }
  return { count, found }
}
`

async function compareBlame(root) {
  const folder = chartFolder('0.8.1')
  const files = {}
  for (const path of readdirSync(folder, { recursive: true }))
    if (statSync(join(folder, path)).isFile()) files[path.replaceAll('\\', '/')] = readFileSync(join(folder, path))
  const vectors = gunzipSync(readFileSync(join(root, 'test/vectors/chart-cluster-0.8.1.jsonl.gz')))
    .toString()
    .trim()
    .split('\n')
    .map(JSON.parse)
  const outfile = join(root, `dist/.blame-${process.pid}.mjs`)
  const banner = { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" }
  const shared = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error', outfile, banner }
  await build({ ...shared, stdin: { contents: comparison, resolveDir: root, loader: 'ts' } })
  const { differences } = await import(pathToFileURL(outfile).href).finally(() => rmSync(outfile))
  const { count, found } = differences(vectors, files)
  const unexplained = found.filter(({ name }) => !explained.has(name))
  if (count < 500 || unexplained.length > 0)
    throw new Failure(
      `${unexplained.length} of ${count} findings differ:\n${unexplained
        .slice(0, 10)
        .map((one) => JSON.stringify(one))
        .join('\n')}`,
    )
}
