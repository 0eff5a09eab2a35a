// After `npm ci`: git hooks and dist/. Quiet where the development dependencies are absent (an installed package has dist/).
import { existsSync } from 'node:fs'

const here = (path) => new URL(path, import.meta.url)
if (existsSync(here('node_modules/esbuild'))) {
  if (existsSync(here('.git')) && process.env.CI === undefined && process.env.HUSKY !== '0') {
    const { default: husky } = await import('husky')
    const complaint = husky()
    if (complaint) process.stderr.write(`husky: ${complaint}\n`)
  }
  process.argv.push('--types')
  await import('./build.mjs')
}
