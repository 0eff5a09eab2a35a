#!/usr/bin/env node
// Runs the command line; in a checkout it first builds dist/ when that is missing or older than its sources.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { loadBundle } from './bundle.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bundle = join(root, 'dist', 'cli.cjs')

/** The newest change below a folder, folders included (a removed file changes its folder). */
function newest(folder) {
  let latest = statSync(folder).mtimeMs
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}

// an installed package has no scripts/: there is nothing to build from
if (existsSync(join(root, 'scripts')) && existsSync(join(root, 'build.mjs'))) {
  const sources = Math.max(newest(join(root, 'scripts')), statSync(join(root, 'build.mjs')).mtimeMs)
  // a checkout of a release has dist/ and nothing to build with, and git gives its files any order of times
  const canBuild = existsSync(join(root, 'node_modules', 'esbuild'))
  if (!existsSync(bundle) || (canBuild && statSync(bundle).mtimeMs < sources)) {
    try {
      await import(pathToFileURL(join(root, 'build.mjs')).href)
    } catch (error) {
      process.stderr.write(`cnpg-values: dist/ can't be built (${error.message.split('\n')[0]}); run \`npm ci\` first\n`)
      process.exit(3)
    }
  }
}

if (!existsSync(bundle)) {
  process.stderr.write(`cnpg-values: ${bundle} is missing, and there is nothing to build it from; install the package again\n`)
  process.exit(3)
}

const { main, openQuestions } = loadBundle(dirname(bundle)).exports
// V8 optimises what has run for a while, by default after so little that compiling costs a short run more than it saves: a hook
// took 0.87 of its time, a check of 1,000 services 0.75. Not set before, since V8 refuses code that it compiled with other flags.
setFlagsFromString('--interrupt-budget=600000')
// The young generation starts at 1 MB and doubles: most of what a check makes lives until its end, and would be copied each time.
// At its full 16 MB at once a hook takes 0.9 of its CPU.
setFlagsFromString('--semi-space-growth-factor=16')
const colorful = process.env.NO_COLOR ? false : process.env.FORCE_COLOR ? process.env.FORCE_COLOR !== '0' : process.stdout.isTTY === true
let isUnwritable = false
// a reader that closes the pipe early (head) is no mistake, and changes nothing about the verdict
process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE' || isUnwritable) return
  isUnwritable = true
  process.exitCode = 3
  process.stderr.write(`cnpg-values: the output can't be written (${error.code})\n`)
})
process.stderr.on('error', () => {})
// process.stdin would open it
const isDialogue = isatty(0) && isatty(2)

const code = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  color: colorful,
  columns: process.stdout.isTTY === true ? process.stdout.columns : undefined,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  ...(process.stderr.isTTY === true ? { progress: (line) => process.stderr.write(`\r${line}\x1b[K`) } : {}),
  // questions are talk
  ...(isDialogue ? { ask: openQuestions(process.stdin, process.stderr) } : {}),
})
process.exitCode = isUnwritable ? 3 : code
// else node would wait until V8 has compiled what nothing will run any more
const written = (stream) => new Promise((resolve) => stream.write('', resolve))
await written(process.stdout)
await written(process.stderr)
process.exit()
