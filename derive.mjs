// Brings derived files up to date: the values schema, its types, the list of rules.
// `postgres MAJOR SETTINGS WORDS` derives the parameters of a PostgreSQL instead, from what its server told;
// `chart-keys DIR` the keys of the released cluster charts, from their values files.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('.', import.meta.url))
const bundle = `${root}dist/derive-${process.pid}.mjs`
const [of, major, settings, words] = process.argv.slice(2)
const sources = { postgres: 'postgres-catalogue', 'chart-keys': 'chart-keys' }
await build({
  entryPoints: [`${root}scripts/derive/${sources[of] ?? 'generated-files'}.ts`],
  outfile: bundle,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
})
try {
  const { deriveChartKeys, deriveFiles, derivePostgresCatalogue } = await import(pathToFileURL(bundle).href)
  const catalogue = () => derivePostgresCatalogue(Number(major), readFileSync(settings, 'utf8'), readFileSync(words, 'utf8'))
  const files =
    of === 'postgres'
      ? [{ path: `schemas/postgresql/${major}.json`, text: catalogue() }]
      : of === 'chart-keys'
        ? [{ path: 'scripts/chart/chart-keys.generated.ts', text: deriveChartKeys(major) }]
        : await deriveFiles(root)
  for (const { path, text } of files) {
    let present = ''
    try {
      present = readFileSync(root + path, 'utf8')
    } catch {
      // not there yet
    }
    if (present === text) continue
    mkdirSync(dirname(root + path), { recursive: true })
    writeFileSync(root + path, text)
    process.stdout.write(`written  ${path}\n`)
  }
} finally {
  rmSync(bundle)
}
