// Which files are the pinned chart, and where do they come from?
import { trimEndOf } from '../values/trim.ts'
import { createHash } from 'node:crypto'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { readArchive } from '../helm/archive.ts'
import { HelmRefusal } from '../helm/error.ts'
import type { ChartFiles } from '../helm/chart.ts'
import type { ChartPin } from '../model.ts'
import { diskBytes, leadsOut } from '../repository/bytes.ts'
import type { Bytes, FolderBytes } from '../repository/bytes.ts'
import { printed } from '../values/printed.ts'
import { parseFirstDocument } from '../yaml/parse.ts'
import { cachePath } from './cache.ts'
import { assemble } from './dependencies.ts'
import { lockFile, lockIn, unlocked } from './lock.ts'
import { digestOf } from './verify.ts'

/** Where charts are looked for. */
export interface ChartPlaces {
  /** the repository in the state that is judged */
  readonly repository: Bytes
  /** `charts` of the settings: folders of the repository */
  readonly folders: readonly string[]
  /** `--charts`: an absolute path */
  readonly given?: string | undefined
}

export interface FoundChart {
  readonly ok: true
  /** the same object for the same content, so that what is made of it is made once */
  readonly files: ChartFiles
  /** the folder as a person names it: `charts/cluster-0.3.1`, or `cluster-0.3.1` out of a cache */
  readonly place: string
  /** dependencies that are not here, so that the chart is without them */
  readonly without?: readonly ChartPin[]
  /** its files with those dependencies still declared */
  readonly declaring?: ChartFiles
  /** dependencies that are not here and for which the built-in model stands */
  readonly modelled?: readonly ChartPin[]
  /** of the archive that it was read from */
  readonly digest?: string
}
export interface MissingChart {
  readonly ok: false
  /** absent: it is not here */
  readonly rule?: 'charts/digest'
  readonly message: string
  readonly help: string
}

/** Finds the charts of a run, each once. */
export interface Charts {
  find(pin: ChartPin): FoundChart | MissingChart
  /** the same in the folders that a person named, without the caches */
  findGiven(pin: ChartPin): FoundChart | MissingChart | undefined
  /** one that somebody else has fetched: compared with the pin and the lock */
  readArchive(pin: ChartPin, bytes: Uint8Array): FoundChart | MissingChart
}

export function openCharts(places: ChartPlaces): Charts {
  const known = new Map<string, FoundChart | MissingChart>()
  let lock: ReturnType<typeof lockIn> | undefined
  const looking: Looking = { ...places, lock: () => (lock ??= lockIn(places.repository)) }
  return {
    find: (pin) => {
      const key = [pin.repository, pin.name, pin.version].join('\0')
      const found = known.get(key) ?? whole(findChart(pin, looking), looking)
      known.set(key, found)
      return found
    },
    readArchive: (pin, bytes) => {
      const path = `${basename(pin.name)}-${pin.version}`
      return whole(fromArchive(bytes, pin, { path: `${path}.tgz`, shown: path, to: '', looking }), looking)
    },
    findGiven: (pin) => (isFolder(pin.repository) ? undefined : onShelves(pin, looking)),
  }
}

/** A chart with the dependencies that it declares and does not hold, as `helm dependency build` would fetch them. */
function whole(found: FoundChart | MissingChart, looking: Looking): FoundChart | MissingChart {
  if (!found.ok) return found
  const folder = (path: string): ChartFiles | undefined => {
    const read = looking.repository.folder(path)
    return read?.ok === true && read.files['Chart.yaml'] !== undefined ? read.files : undefined
  }
  const pinned = (pin: ChartPin): ChartFiles | undefined => {
    const one = pin.version === '' || pin.repository === '' ? undefined : findChart(pin, looking)
    return one?.ok === true ? one.files : undefined
  }
  const { files, missing, declaring } = assemble(found.files, found.place, { folder, pinned })
  if (files === found.files) return found
  return { ...found, files: intern(files), ...(missing.length > 0 && { without: missing }), ...(declaring && { declaring }) }
}

interface Looking extends ChartPlaces {
  /** charts.lock, read when an archive is found */
  readonly lock: () => ReturnType<typeof lockIn>
}

/** A folder that holds charts, and how a person names what is in it. */
interface Shelf {
  readonly bytes: Bytes
  readonly folder: string
  readonly shown: string
}

/**
 * The files of a pinned chart; the first place that has it wins: the folder that is pinned, `charts/` of the repository,
 * `charts` of the settings and `--charts`, this program's cache, Helm's cache. The network is never asked.
 */
function findChart(pin: ChartPin, looking: Looking): FoundChart | MissingChart {
  if (isFolder(pin.repository)) return inPinnedFolder(pin, looking)
  const given = onShelves(pin, looking)
  if (given !== undefined) return given
  const shown = `${basename(pin.name)}-${pin.version}`
  const own = archiveAt(cachePath(pin))
  if (own !== undefined) return fromArchive(own, pin, { path: cachePath(pin), shown, to: '', looking })
  // Helm's cache may hold the chart of this name and version from another repository
  const helms = join(helmCache(), `${shown}.tgz`)
  const bytes = archiveAt(helms)
  const found = bytes === undefined ? undefined : fromArchive(bytes, pin, { path: helms, shown, to: '', looking })
  if (found !== undefined && (found.ok || found.rule === undefined)) return found
  return {
    ok: false,
    message: `chart ${pin.name} ${pin.version} is neither in the repository nor in a cache, but its templates are needed`,
    help: 'run `cnpg-values charts pull` with network access, or copy the chart into charts/',
  }
}

function archiveAt(path: string): Uint8Array | undefined {
  const read = diskBytes(dirname(path), dirname(path)).file(basename(path))
  return read?.ok === true ? read.bytes : undefined
}

/** Where the charts of a repository are, unless its settings name more folders. */
export const usualCharts = 'charts'

function onShelves(pin: ChartPin, looking: Looking): FoundChart | MissingChart | undefined {
  const { repository, ...places } = looking
  const given = places.given === undefined ? [] : [{ bytes: diskBytes(places.given, places.given), folder: '', shown: places.given }]
  const shelves: readonly Shelf[] = [
    { bytes: repository, folder: usualCharts, shown: usualCharts },
    ...places.folders.map((folder) => ({ bytes: repository, folder, shown: folder.replace(/^\.\//, '').replace(/\/$/, '') })),
    ...given,
  ]
  for (const shelf of shelves) {
    const found = onShelf(pin, shelf, looking)
    if (found !== undefined) return found
  }
  return undefined
}

const isFolder = (repository: string): boolean => /^[./]/.test(repository)

function inPinnedFolder(pin: ChartPin, looking: Looking): FoundChart | MissingChart {
  const { repository: bytes } = looking
  const folder = trimEndOf(pin.repository.replace(/^(?:\.\/)+/, ''), '/')
  const shelf: Shelf = { bytes, folder: folder === '.' ? '' : folder, shown: folder === '.' ? '' : folder }
  const found = onShelf(pin, shelf, looking)
  if (found !== undefined) return found
  // the folder may be the chart itself
  const own = bytes.folder(shelf.folder)
  if (own?.ok === true && own.files['Chart.yaml'] !== undefined) return checked(own, pin, folder)
  const shown = JSON.stringify(pin.repository).slice(0, 60)
  if (own?.ok === false && own.message === leadsOut)
    return {
      ok: false,
      message: `clusterChart.repository is ${shown}, which ${leadsOut}`,
      help: 'copy the chart into the repository',
    }
  return {
    ok: false,
    message: `clusterChart.repository is ${shown}, but there is no chart ${pin.name} in it`,
    help: `put the chart into ${shelf.folder === '' ? '' : `${shelf.folder}/`}${pin.name}/`,
  }
}

/** The chart in a folder of charts: in a folder or an archive with its version in the name, or in a folder of its name. */
function onShelf(pin: ChartPin, { bytes, folder, shown }: Shelf, looking: Looking): FoundChart | MissingChart | undefined {
  const name = basename(pin.name)
  const at = (path: string): string => (folder === '' ? path : `${folder}/${path}`)
  const show = (path: string): string => (shown === '' ? path : `${shown}/${path}`)
  let other: MissingChart | undefined
  for (const path of [`${name}-${pin.version}`, `${name}-${pin.version}.tgz`, pin.name]) {
    if (path.endsWith('.tgz')) {
      const read = bytes.file(at(path))
      if (read === undefined) continue
      if (!read.ok) return unreadable(show(path), read.message)
      return fromArchive(read.bytes, pin, { path: show(path), shown: show(path), to: ` --to ${shown === '' ? '.' : shown}`, looking })
    }
    const read = bytes.folder(at(path))
    if (read === undefined || (read.ok && read.files['Chart.yaml'] === undefined)) continue
    const found = checked(read, pin, show(path))
    if (found.ok) return found
    other ??= found
  }
  return other
}

interface ArchivePlace {
  readonly path: string
  readonly shown: string
  /** the flag with which `charts pull` replaces it */
  readonly to: string
  readonly looking: Looking
}

function fromArchive(bytes: Uint8Array, pin: ChartPin, { path, shown, to, looking }: ArchivePlace): FoundChart | MissingChart {
  const digest = digestOf(bytes)
  const refused = unlocked(pin, digest, looking.lock())
  if (refused !== undefined)
    return {
      ok: false,
      rule: 'charts/digest',
      message: `chart ${path.slice(-60)} ${refused}`,
      help: `\`cnpg-values charts pull${to}\` replaces it by the locked one; if the change is intended, remove its entry from ${lockFile}`,
    }
  try {
    const key = `archive ${digest}`
    const files = interned.get(key) ?? Object.fromEntries(readArchive(bytes))
    interned.set(key, files)
    const found = checked({ ok: true, files }, pin, path)
    return found.ok ? { ...found, place: shown, digest } : found
  } catch (error) {
    if (!(error instanceof HelmRefusal)) throw error
    return unreadable(path, `is no archive of a chart (${error.message})`)
  }
}

function unreadable(place: string, message: string): MissingChart {
  const isOut = message === leadsOut
  return {
    ok: false,
    message: `chart ${place.slice(-60)} ${isOut ? 'is a link that leads out of the repository' : message}`,
    help: isOut ? 'copy the chart into the repository' : 'replace it: `cnpg-values charts pull` downloads the chart',
  }
}

/** Whether what was found is the pinned chart in the pinned version. */
function checked(read: FolderBytes, pin: ChartPin, place: string): FoundChart | MissingChart {
  if (!read.ok) return unreadable(place, read.message)
  const { name, version } = headOf(read.files)
  const wanted = basename(pin.name)
  if (name === wanted && version === pin.version) return { ok: true, files: intern(read.files), place }
  const isOtherChart = name !== wanted
  return {
    ok: false,
    message: `${place.slice(-60)} holds chart ${name} ${version}, but ${wanted} ${pin.version} is pinned`,
    help: isOtherChart ? 'rename the folder, or pin that chart' : `pin ${version}, or replace the folder`,
  }
}

function headOf(files: ChartFiles): { readonly name: string; readonly version: string } {
  const text = Buffer.from(files['Chart.yaml'] ?? []).toString('utf8')
  const [root] = parseFirstDocument({ path: 'Chart.yaml', text, builtin: true }, 'chart').documents
  const field = (key: string): string => {
    const value = root?.kind === 'map' ? root.entries.get(key) : undefined
    return value?.kind === 'scalar' ? printed(value.value) : 'without a name'
  }
  return { name: field('name'), version: field('version') }
}

/** Charts by their content. */
const interned = new Map<string, ChartFiles>()

function intern(files: ChartFiles): ChartFiles {
  const hash = createHash('sha256')
  for (const path of Object.keys(files).sort()) hash.update(`${path}\0${files[path]?.length}\0`).update(files[path] as Uint8Array)
  const key = hash.digest('hex')
  const known = interned.get(key) ?? files
  interned.set(key, known)
  return known
}

/** Where Helm keeps the archives that it downloaded (`helm.sh/helm/v4/pkg/helmpath`). */
function helmCache(): string {
  const { HELM_REPOSITORY_CACHE: own, HELM_CACHE_HOME: home, XDG_CACHE_HOME: shared } = process.env
  if (own) return own
  if (home) return join(home, 'repository')
  if (shared) return join(shared, 'helm', 'repository')
  const usual =
    process.platform === 'darwin'
      ? join(homedir(), 'Library', 'Caches')
      : process.platform === 'win32'
        ? tmpdir()
        : join(homedir(), '.cache')
  return join(usual, 'helm', 'repository')
}
