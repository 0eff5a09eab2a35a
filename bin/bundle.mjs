// How is the command line loaded, together with what V8 compiled of it when it was built?
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'

/** The code of one build: its first line holds the name of the build. */
export const cacheOf = (folder, source) => join(folder, `cli-${source.slice(3, source.indexOf('\n'))}.cache`)

/**
 * Runs dist/cli.cjs, which is a function of what a module sees, and returns what it exports, and its script. Compiling it takes
 * longer than a check of one service, so V8's code of the same build is handed over; V8 itself refuses that of another release of
 * Node, and compiles anew.
 */
export function loadBundle(folder) {
  const file = join(folder, 'cli.cjs')
  // all of it is ASCII
  const source = readFileSync(file, 'latin1')
  let cachedData
  try {
    cachedData = readFileSync(cacheOf(folder, source))
  } catch {
    // it is a courtesy: an installed package has none
  }
  const script = new Script(source, { filename: file, cachedData })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  return { exports: module.exports, script, source }
}
