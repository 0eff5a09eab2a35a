// What does the real Helm make of a chart that is not modelled here (`engine: helm`)?
import { releaseOf } from './release.ts'
import { maskSentence } from '../secret/values.ts'
import { printed } from '../values/printed.ts'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { repositoryTop } from '../repository/place.ts'
import { isInside } from '../repository/tree.ts'
import { writeYaml } from '../yaml/write.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { JsonMap, MapValue, Origin, SourceFile, Value } from '../values/value.ts'
import { parseYaml } from '../yaml/parse.ts'
import { toPlain } from '../values/value.ts'
import { chartVersion } from './names.ts'

export type HelmOutcome =
  | { readonly ok: true; readonly objects: readonly RenderedObject[] }
  | { readonly ok: false; readonly rule: string; readonly message: string; readonly help?: string; readonly blame: 'pin' | 'values' }

const isUnavailable =
  /cannot be reached|no such host|failed to (?:fetch|download|locate|resolve)|could not (?:find|download)|not found in|path "[^"\n]*" not found/i
/** Charts that could not be had: asked for once, not once a database. */
const unavailable = new Map<string, HelmOutcome>()

/**
 * Runs `helm template` of the pinned chart with the merged values. Origins are coarse: a scalar is born where the values
 * hold the same text, anything else nowhere. The chart comes from its repository (Helm's own cache, or the network if it
 * has to), or from a folder when `repository` is a path. Every failure is a finding, not an exception.
 * `root`: of the repository, where a chart that is a folder lies relative to.
 */
export function runHelm(database: Database, values: MapValue, root: string): HelmOutcome {
  const { name, version, repository } = database.environment.clusterChart
  const pin = [root, repository, name, version].join(' ')
  const known = unavailable.get(pin)
  if (known !== undefined) return known
  if (/^[./]/.test(repository) && leavesRepository(resolve(root, repository, name), root))
    return {
      ok: false,
      rule: 'helm-engine',
      message: `clusterChart.repository is ${JSON.stringify(repository).slice(0, 60)}, which leads out of the repository`,
      help: 'copy the chart into the repository',
      blame: 'pin',
    }
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-'))
  try {
    const file = join(folder, 'values.yaml')
    writeFileSync(file, writeYaml(values))
    const isFolder = /^[./]/.test(repository)
    const isOci = repository.startsWith('oci://')
    const chart = isFolder ? join(resolve(root, repository), name) : isOci ? `${repository}/${name}` : name
    const from = isFolder ? [] : isOci ? [`--version=${version}`] : [`--repo=${repository}`, `--version=${version}`]
    const args = [
      'template',
      `--namespace=${database.namespace}`,
      `--values=${file}`,
      '--skip-tests',
      '--include-crds',
      ...from,
      // whatever follows is a name, also if it begins with a dash
      '--',
      releaseOf(database),
      chart,
    ]
    // a folder of the chart's name in the working directory would be taken for the chart
    const run = spawnSync('helm', args, { cwd: folder, encoding: 'utf8', timeout: 60_000, maxBuffer: 1 << 28 })
    if (run.error !== undefined) {
      const missing = 'code' in run.error && run.error.code === 'ENOENT'
      const message = missing ? `chart ${name} ${version} needs \`helm\`, but none is on PATH` : 'helm could not be run to its end'
      return {
        ok: false,
        rule: 'helm-engine',
        message,
        help: missing ? `install helm, or pin cluster ${chartVersion} with \`engine: builtin\`` : undefined,
        blame: 'pin',
      } as HelmOutcome
    }
    if (run.status === 0) return { ok: true, objects: readObjects(run.stdout, values) }
    if (!isUnavailable.test(run.stderr))
      return { ok: false, rule: 'helm-engine', ...helmSays(maskSentence(run.stderr, [values])), blame: 'values' }
    const outcome: HelmOutcome = {
      ok: false,
      rule: 'helm-engine',
      message: `helm can't get chart ${name} ${version} from ${repository}`,
      help: 'fix the pin, or run `helm pull` once with network access',
      blame: 'pin',
    }
    unavailable.set(pin, outcome)
    return outcome
  } finally {
    rmSync(folder, { recursive: true, force: true })
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

/** The line with the error; what follows it is not cut off. */
function helmSays(text: string): { readonly message: string; readonly help?: string } {
  const lines = text.split('\n').map((line) => line.trim())
  const start = Math.max(
    lines.findIndex((line) => /error/i.test(line)),
    0,
  )
  const whole = lines
    .slice(start)
    .filter((line) => line !== '' && !/^Use --debug flag/.test(line))
    .join(' ')
    .replace(/^Error:\s*/, '')
  const message = `helm reports: ${whole}`
  return message.length <= 120 ? { message } : { message: `${message.slice(0, 119)}…`, help: `the whole message: ${whole.slice(0, 4_000)}` }
}

function readObjects(text: string, values: MapValue): RenderedObject[] {
  const file: SourceFile = { path: 'helm template', text, builtin: true }
  const born = birthplaces(values)
  const objects: RenderedObject[] = []
  for (const document of parseYaml(file, 'chart').documents) {
    if (document.kind !== 'map') continue
    const value = withOrigins(document, born, values.origin) as MapValue
    const plain = toPlain(value) as JsonMap
    const metadata = plain['metadata'] as JsonMap | undefined
    const annotations = metadata?.['annotations'] as JsonMap | null | undefined
    const name = typeof metadata?.['name'] === 'string' ? metadata['name'] : ''
    objects.push({ kind: printed(plain['kind'] ?? ''), name, value, plain, hook: annotations?.['helm.sh/hook'] !== undefined })
  }
  return objects
}

/** Scalars of the values by their last key and text: the best guess at where a printed leaf comes from. */
function birthplaces(values: Value, key = '', found = new Map<string, Origin>()): Map<string, Origin> {
  if (values.kind === 'map') for (const [name, entry] of values.entries) birthplaces(entry, name, found)
  else if (values.kind === 'list') for (const item of values.items) birthplaces(item, key, found)
  else if (values.kind === 'scalar') found.set(`${key}\0${printed(values.value)}`, values.origin)
  return found
}

function withOrigins(value: Value, born: ReadonlyMap<string, Origin>, fallback: Origin, key = ''): Value {
  if (value.kind === 'map') {
    const entries = new Map([...value.entries].map(([name, entry]) => [name, withOrigins(entry, born, fallback, name)]))
    return { ...value, entries, origin: { ...value.origin, path: [] } }
  }
  if (value.kind === 'list')
    return { ...value, items: value.items.map((item) => withOrigins(item, born, fallback, key)), origin: { ...value.origin, path: [] } }
  const origin = value.kind === 'scalar' ? born.get(`${key}\0${printed(value.value)}`) : undefined
  return { ...value, origin: origin ?? { ...value.origin, path: [] } }
}
