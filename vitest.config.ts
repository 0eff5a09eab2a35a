import { defineConfig } from 'vitest/config'
import type { Plugin } from 'vitest/config'

/**
 * `FUZZ=SEED` runs the properties (fast-check) with another seed than the fixed one of the gate, and ten times as often;
 * the same number gives the same inputs again.
 */
const otherSeeds: Plugin = {
  name: 'other-seeds',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('.test.ts')) return undefined
    return code
      .replaceAll(/\bseed: [\d_]+/g, `seed: ${Number(process.env['FUZZ'])}`)
      .replaceAll(/\bnumRuns: ([\d_]+)/g, (_, runs: string) => `numRuns: ${Number(runs.replaceAll('_', '')) * 10}`)
  },
}

export default defineConfig({
  plugins: process.env['FUZZ'] === undefined ? [] : [otherSeeds],
  test: {
    include: ['test/**/*.test.ts'],
    // tests are pure or work in folders of their own, so they can share a process
    pool: 'forks',
    isolate: false,
    // as many as there are, also where there are two
    maxWorkers: '100%',
    testTimeout: process.env['FUZZ'] === undefined ? 60_000 : 600_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'coverage/tests.json' }]],
  },
})
