// Which charts does a chart need that are not packed into it, and where are they?
import { posix } from 'node:path'
import type { ChartFiles } from '../helm/chart.ts'
import type { ChartPin } from '../model.ts'
import { append } from '../values/append.ts'
import { printed } from '../values/printed.ts'
import { firstPlain, isJsonMap } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'
import { parseFirstDocument } from '../yaml/parse.ts'

/** A chart with what it needs, as `helm dependency build` would put it together. */
export interface Assembled {
  readonly files: ChartFiles
  /** dependencies that are not here: the chart is without them */
  readonly missing: readonly ChartPin[]
  /** the files with those still declared; absent: nothing is missing */
  readonly declaring?: ChartFiles
}

/** The files of a chart at a folder of the repository, or those of a pin; undefined: they are not here. */
export interface Sources {
  readonly folder: (path: string) => ChartFiles | undefined
  readonly pinned: (pin: ChartPin) => ChartFiles | undefined
}

/** Charts within charts; an honest one has two or three. */
const deepest = 5

/** `folder`: where the chart is in the repository, for dependencies at `file://`; undefined: it is no folder there. */
export function assemble(files: ChartFiles, folder: string | undefined, sources: Sources, depth = 0): Assembled {
  const wanted = depth < deepest ? dependenciesOf(files).filter((one) => !isPacked(files, one.name)) : []
  if (wanted.length === 0) return { files, missing: [] }
  const all: Record<string, Uint8Array> = { ...files }
  const missing: ChartPin[] = []
  for (const pin of wanted) {
    const below =
      /^file:\/\//.test(pin.repository) && folder !== undefined ? posix.normalize(`${folder}/${pin.repository.slice(7)}`) : undefined
    const path = below?.replace(/\/$/, '')
    const found =
      path === undefined
        ? sources.pinned(pin)
        : path.startsWith('..') && folder?.startsWith('..') !== true
          ? undefined
          : sources.folder(path)
    if (found === undefined) {
      missing.push(pin)
      continue
    }
    const inner = assemble(found, path, sources, depth + 1)
    append(missing, inner.missing)
    for (const [name, bytes] of Object.entries(inner.files)) all[`charts/${pin.name}/${name}`] = bytes
  }
  const gone = new Set(missing.map(({ name }) => name))
  return gone.size === 0 ? { files: all, missing } : { files: withoutDependencies(all, gone), missing, declaring: all }
}

function dependenciesOf(files: ChartFiles): ChartPin[] {
  const locked = new Map(listIn(plainOf(files, 'Chart.lock') ?? plainOf(files, 'requirements.lock')).map((one) => [one.name, one.version]))
  const declared = [...listIn(plainOf(files, 'Chart.yaml')), ...listIn(plainOf(files, 'requirements.yaml'))]
  return declared.map((pin) => ({ ...pin, version: locked.get(pin.name) ?? pin.version }))
}

function listIn(plain: JsonMap | undefined): ChartPin[] {
  const list = plain?.['dependencies']
  return Array.isArray(list)
    ? list.filter(isJsonMap).map(({ name = '', version = '', repository = '' }) => ({
        repository: printed(repository),
        name: printed(name),
        version: printed(version),
      }))
    : []
}

function plainOf(files: ChartFiles, path: string): JsonMap | undefined {
  const bytes = files[path]
  if (bytes === undefined) return undefined
  const text = Buffer.from(bytes).toString('utf8')
  if (!text.includes('dependencies')) return undefined
  const plain = firstPlain(parseFirstDocument({ path, text, builtin: true }, 'chart').documents)
  return isJsonMap(plain) ? plain : undefined
}

function isPacked(files: ChartFiles, name: string): boolean {
  return Object.keys(files).some(
    (path) => path === `charts/${name}/Chart.yaml` || (path.startsWith(`charts/${name}-`) && path.endsWith('.tgz')),
  )
}

/** Helm refuses a chart whose declared dependencies are not there. */
export function withoutDependencies(files: ChartFiles, gone: ReadonlySet<string>): ChartFiles {
  const changed: Record<string, Uint8Array> = { ...files }
  for (const path of ['Chart.yaml', 'requirements.yaml']) {
    const plain = plainOf(files, path)
    const list = plain?.['dependencies']
    if (plain === undefined || !Array.isArray(list)) continue
    const kept = list.filter((one) => !isJsonMap(one) || !gone.has(printed(one['name'] ?? '')))
    changed[path] = Buffer.from(JSON.stringify({ ...plain, dependencies: kept }))
  }
  return changed
}
