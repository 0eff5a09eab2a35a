// How long do the commands take, as ratios inside one run? Prints a table; `--max` fails when a ratio is above its bound.
// CHART=DIR adds databases whose chart, such as `cluster` 0.3.1, is in the repository and rendered from its files.
// `--tenfold` also checks ten times as many services, and prints the memory that this takes.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDocument } from 'yaml'
import { makeProject } from './bench-project.mjs'

const cli = fileURLToPath(new URL('../bin/cnpg-values.mjs', import.meta.url))
const large = Number(process.env.SERVICES ?? 1000)
const scratch = mkdtempSync(join(tmpdir(), 'cnpg-values-empty-'))
const empty = join(scratch, 'empty.mjs')
writeFileSync(empty, '')

/** Milliseconds of one whole process. */
function time([command, ...args]) {
  const start = performance.now()
  const { status, error } = spawnSync(command, args, { stdio: 'ignore' })
  if (error !== undefined || status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${status}`)
  return performance.now() - start
}

/** The most memory that a process of Node had, in MB. */
function memoryOf([command, ...args]) {
  const [preload, figure] = [join(scratch, 'memory.cjs'), join(scratch, 'memory.txt')]
  const write = `require('node:fs').writeFileSync(${JSON.stringify(figure)}, String(process.resourceUsage().maxRSS))`
  writeFileSync(preload, `process.on('exit', () => ${write})`)
  time([command, '--require', preload, ...args])
  return Math.round(Number(readFileSync(figure, 'utf8')) / 1024)
}

const node = (...args) => [process.execPath, ...args]
const check = (root, ...flags) => node(cli, 'check', '--root', root, ...flags)
const git = (root, ...args) => ['git', '-C', root, '-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args]

/** A rendered repository with one commit, and a staged change of one service; `chart`: the folder of the chart that it pins. */
function project(services, kind, chart) {
  const root = makeProject(services, kind)
  if (chart !== undefined) pinChart(root, chart)
  time(node(cli, 'render', '--root', root))
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'first'],
  ])
    time(git(root, ...args))
  const values = join(root, 'databases', 'service-00000', 'values.yaml')
  writeFileSync(values, readFileSync(values, 'utf8').replace(/size: .*/, 'size: 500Gi'))
  time(node(cli, 'render', '--root', root))
  time(git(root, 'add', '-A'))
  return root
}

/** A copy in `charts/`; a mirror's address, so that no version of it is modelled. */
function pinChart(root, chart) {
  cpSync(chart, join(root, 'charts/cluster'), { recursive: true })
  const version = /^version: *"?([^"\n]+)/m.exec(readFileSync(join(chart, 'Chart.yaml'), 'utf8'))[1]
  const settings = join(root, 'apps/values.yaml')
  const pinned = readFileSync(settings, 'utf8')
    .replace(/(clusterChart:\n {4}repository: ).*/, '$1https://mirror.example.com/charts')
    .replace(/(clusterChart:\n(?: {4}.*\n)*? {4}version: ).*/, `$1${version}`)
  writeFileSync(settings, pinned)
  for (const env of ['dev', 'prd']) {
    const path = join(root, `helm-values/data/postgres-${env}-defaults.yaml`)
    const defaults = parseDocument(readFileSync(path, 'utf8'))
    // older releases have no such values, which would be errors
    for (const key of [['env'], ['monitoring', 'instrumentation']]) defaults.deleteIn(['cluster', ...key])
    writeFileSync(path, defaults.toString())
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
const one = project(1)
const fleet = project(large)
const alike = project(large, 'alike')
const { CHART: chart } = process.env
const fromFiles = chart === undefined ? undefined : project(large, 'different', chart)
const tenfold = process.argv.includes('--tenfold') ? project(large * 10) : undefined
const nothing = { name: 'empty node', run: node(empty) }
const whole = { name: `check, ${large} services`, run: check(fleet) }
// bounds are what was measured where no two databases are alike, and a third more; wanted are 12 for the whole fleet and 2.5 for the hook
const cases = [
  { name: 'check, 1 service', run: check(one), against: nothing, rounds: 9, bound: 3.5 },
  { name: `check, ${large} services × 2`, run: check(fleet), against: nothing, rounds: 5, bound: 78 },
  { name: `check, ${large} services × 2, all alike`, run: check(alike), against: nothing, rounds: 5, bound: 78 },
  { name: 'check --staged --changed, 1 of them', run: check(fleet, '--staged', '--changed'), against: nothing, rounds: 9, bound: 7.3 },
  { name: `check --base main, ${large} services × 2`, run: check(fleet, '--base', 'main'), against: whole, rounds: 5, bound: 2 },
  // one that the model renders costs a third of it
  ...(fromFiles === undefined
    ? []
    : [
        { name: `check, ${large} services × 2, chart from files`, run: check(fromFiles), against: whole, rounds: 3, bound: 4 },
        {
          name: 'check --staged --changed, chart from files',
          run: check(fromFiles, '--staged', '--changed'),
          against: nothing,
          rounds: 9,
          bound: 9,
        },
      ]),
  ...(tenfold === undefined
    ? []
    : [{ name: `check, ${large * 10} services × 2`, run: check(tenfold), against: whole, rounds: 1, bound: 11 }]),
]
if (spawnSync('helm', ['version']).status === 0) {
  // a chart of one small template: less than any chart of a database
  const chart = join(scratch, 'chart')
  time(['helm', 'create', chart])
  cases.push({ name: 'helm template, 1 release', run: ['helm', 'template', chart], against: nothing, rounds: 5, bound: Infinity })
}

let failed = false
const rows = cases.map(({ name, run, against, rounds, bound }) => {
  const [base, own] = [[], []]
  for (let round = 0; round < rounds; round++) {
    base.push(time(against.run))
    own.push(time(run))
  }
  const ratio = median(own) / median(base)
  if (ratio > bound) failed = true
  const shown = Number.isFinite(bound) ? `${bound}` : ''
  return [name, `${median(own).toFixed(0)} ms`, against.name, `${median(base).toFixed(0)} ms`, ratio.toFixed(1), shown]
})
const table = [['command', 'median', 'against', 'median', 'ratio', 'bound'], ...rows]
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
for (const row of table)
  console.log(
    row.map((cell, column) => (column === 0 || column === 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '),
  )
if (tenfold !== undefined) console.log(`memory of check, ${large * 10} services × 2: ${memoryOf(check(tenfold))} MB`)
for (const folder of [one, fleet, alike, fromFiles, tenfold, scratch]) if (folder !== undefined) rmSync(folder, { recursive: true })
if (failed && process.argv.includes('--max')) process.exitCode = 1
