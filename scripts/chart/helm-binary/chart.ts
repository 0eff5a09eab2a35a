// Where does the helm binary find the pinned chart? Each chart is fetched once, however many databases use it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import type { Charts, FoundChart } from '../../charts/find.ts'
import { sourceOf } from '../../charts/pin.ts'
import type { ChartFiles } from '../../helm/chart.ts'
import type { ChartPin } from '../../model.ts'
import { repositoryTop } from '../../repository/place.ts'
import { isInside } from '../../repository/tree.ts'
import { chartVersion } from '../model/names.ts'

/** A chart on the disk: its folder or its archive. */
export interface HelmChart {
  readonly ok: true
  readonly path: string
  /** its files, so that the engine knows what it reads; absent for a folder that it was not found in */
  readonly found?: FoundChart
}
interface NoHelmChart {
  readonly ok: false
  readonly message: string
  readonly help?: string | undefined
}

/** What Helm is given of a repository. */
export interface HelmCharts {
  /** what a chart's folder lies relative to */
  readonly root: string
  readonly charts: Charts
}

/** By the charts of a run, and there by the pin. */
const known = new WeakMap<Charts, Map<string, HelmChart | NoHelmChart>>()

/** The pinned chart: of the repository or a cache, else as `helm pull` fetches it. */
export function helmChart(pin: ChartPin, { root, charts }: HelmCharts): HelmChart | NoHelmChart {
  const key = [root, pin.repository, pin.name, pin.version].join('\0')
  const all = known.get(charts) ?? new Map<string, HelmChart | NoHelmChart>()
  const made = all.get(key) ?? findOrPull(pin, { root, charts })
  known.set(charts, all.set(key, made))
  return made
}

function findOrPull(pin: ChartPin, { root, charts }: HelmCharts): HelmChart | NoHelmChart {
  const { name, version, repository } = pin
  const found = charts.find(pin)
  if (sourceOf(repository).kind === 'folder') {
    const path = join(resolve(root, repository), name)
    if (leavesRepository(path, root))
      return {
        ok: false,
        message: `clusterChart.repository is ${JSON.stringify(repository).slice(0, 60)}, which leads out of the repository`,
        help: 'copy the chart into the repository',
      }
    return { ok: true, path, ...(found.ok && { found }) }
  }
  if (found.ok) return { ok: true, path: unpacked(found.files, name), found }
  // a chart that is here and may not be used is not replaced by another one in silence
  if (found.rule !== undefined) return found
  const folder = temporary()
  const from =
    sourceOf(repository).kind === 'http'
      ? [`--repo=${repository}`, '--', name]
      : ['--', `oci://${repository.replace(/^oci:\/\//i, '')}/${name}`]
  const run = helm(['pull', `--version=${version}`, `--destination=${folder}`, ...from], folder)
  if (run.failure !== undefined) return { ok: false, ...run.failure(pin) }
  const archive = run.status === 0 ? readdirSync(folder).find((file) => file.endsWith('.tgz')) : undefined
  if (archive === undefined)
    return {
      ok: false,
      message: `helm can't get chart ${name} ${version} from ${repository}`,
      help: 'fix the pin, or run `cnpg-values charts pull` once with network access',
    }
  const path = join(folder, archive)
  const read = charts.readArchive(pin, readFileSync(path))
  return read.ok ? { ok: true, path, found: read } : read
}

/** Helm takes a folder: the files of a chart that was found, written once. */
function unpacked(files: ChartFiles, name: string): string {
  const folder = join(temporary(), name)
  for (const [path, bytes] of Object.entries(files)) {
    const to = resolve(folder, path)
    if (!isInside(folder, to)) continue
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, bytes)
  }
  return folder
}

/** A folder that is gone when the process ends. */
function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

interface HelmRun {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** why helm did not run to its end */
  readonly failure?: (pin: ChartPin) => { readonly message: string; readonly help?: string }
}

/** Runs helm. `cwd`: a folder of our own, since one of the chart's name in the working directory would be taken for the chart. */
export function helm(args: readonly string[], cwd: string): HelmRun {
  const { status, stdout, stderr, error } = spawnSync('helm', args, { cwd, encoding: 'utf8', timeout: 60_000, maxBuffer: 1 << 28 })
  const printed = { status, stdout, stderr }
  if (error === undefined) return printed
  if (!('code' in error) || error.code !== 'ENOENT') return { ...printed, failure: () => ({ message: 'helm could not be run to its end' }) }
  return {
    ...printed,
    failure: ({ name, version }) => ({
      message: `chart ${name} ${version} needs \`helm\`, but none is on PATH`,
      help: `install helm, or pin cluster ${chartVersion} with \`engine: builtin\``,
    }),
  }
}

/** Whether a chart's folder, or a link on the way to it or in it, lies outside: Helm would read what is there. */
function leavesRepository(chart: string, root: string): boolean {
  const base = realpathSync(root)
  const top = repositoryTop(base)
  // `a/../..` leaves it, too, where a link would bring it back
  if (!isInside(top, resolve(base, relative(resolve(root), chart)))) return true
  let real: string
  try {
    real = realpathSync(chart)
  } catch {
    return !isInside(top, nearestReal(chart))
  }
  if (!isInside(top, real)) return true
  return readdirSync(real, { recursive: true, withFileTypes: true }).some((entry) => {
    if (!entry.isSymbolicLink()) return false
    try {
      return !isInside(top, realpathSync(join(entry.parentPath, entry.name)))
    } catch {
      return false
    }
  })
}

/** The nearest folder above that exists, links resolved. */
function nearestReal(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return nearestReal(dirname(path))
  }
}
