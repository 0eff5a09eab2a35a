// How long do the commands take, as ratios inside one run? Prints a table; `--max` fails when a ratio is above its bound.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeProject } from './bench-project.mjs'

const cli = fileURLToPath(new URL('../bin/cnpg-values.mjs', import.meta.url))
const large = Number(process.env.SERVICES ?? 1000)
const projects = {
  one: makeProject(1),
  large: makeProject(large),
  tenfold: process.argv.includes('--tenfold') ? makeProject(large * 10) : undefined,
}
const empty = join(mkdtempSync(join(tmpdir(), 'cnpg-values-empty-')), 'empty.mjs')
writeFileSync(empty, '')

/** Milliseconds of one whole process. */
function time(command, args) {
  const start = performance.now()
  const { status } = spawnSync(command, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}`)
  return performance.now() - start
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
const check = (root) => [process.execPath, [cli, 'check', '--root', root]]
for (const root of Object.values(projects)) if (root !== undefined) time(process.execPath, [cli, 'render', '--root', root])

const cases = [
  { name: 'check, 1 service', run: check(projects.one), rounds: 9, bound: 3 },
  { name: `check, ${large} services × 2 environments`, run: check(projects.large), rounds: 5, bound: 20 },
  ...(projects.tenfold === undefined
    ? []
    : [{ name: `check, ${large * 10} services × 2 environments`, run: check(projects.tenfold), rounds: 1, bound: 200 }]),
]
const rows = []
let failed = false
for (const { name, run, rounds, bound } of cases) {
  const base = []
  const own = []
  for (let round = 0; round < rounds; round++) {
    base.push(time(process.execPath, [empty]))
    own.push(time(...run))
  }
  const ratio = median(own) / median(base)
  if (ratio > bound) failed = true
  rows.push([name, `${median(own).toFixed(0)} ms`, `${median(base).toFixed(0)} ms`, ratio.toFixed(1), `${bound}`])
}
const table = [['command', 'median', 'empty node', 'ratio', 'bound'], ...rows]
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
for (const row of table)
  console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '))
for (const root of Object.values(projects)) if (root !== undefined) rmSync(root, { recursive: true })
if (failed && process.argv.includes('--max')) process.exitCode = 1
