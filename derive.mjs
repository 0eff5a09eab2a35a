// Brings derived files up to date: the values schema, its types, the list of rules.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('.', import.meta.url))
const bundle = `${root}dist/derive-${process.pid}.mjs`
await build({
  entryPoints: [`${root}scripts/derive/generated-files.ts`],
  outfile: bundle,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
})
try {
  const { deriveFiles } = await import(pathToFileURL(bundle).href)
  for (const { path, text } of await deriveFiles(root)) {
    let present = ''
    try {
      present = readFileSync(root + path, 'utf8')
    } catch {
      // not there yet
    }
    if (present === text) continue
    writeFileSync(root + path, text)
    process.stdout.write(`written  ${path}\n`)
  }
} finally {
  rmSync(bundle)
}
