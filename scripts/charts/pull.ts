// Which of the wanted charts are there, which are pulled now, and which can't be pulled?
import { phrase } from '../findings/message.ts'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocatedFinding } from '../findings/spot.ts'
import type { ChartPin } from '../model.ts'
import { writeWhole } from '../repository/write.ts'
import type { Network } from './connect.ts'
import { cachePath } from './cache.ts'
import { PullFailure, shortDigest } from './failure.ts'
import { fetchArchive, largestArchive } from './fetch.ts'
import type { ChartIndex } from './index-file.ts'
import { lockFile } from './lock.ts'
import type { LockedChart } from './lock.ts'
import { archiveName, baseName, chartKey } from './pin.ts'
import type { WantedChart } from './pin.ts'
import { digestOf, verifyArchive } from './verify.ts'

export interface PullOptions {
  /** the folder for `<name>-<version>.tgz`; absent: the cache */
  readonly to?: string | undefined
  /** the entries of charts.lock */
  readonly locked: readonly LockedChart[]
  /** what folders with charts have already, where nothing else is asked for */
  readonly given?: ((pin: ChartPin) => GivenChart | undefined) | undefined
  /** the folder that no link on the way to a file may leave */
  readonly inside: string
  readonly network: Network
  readonly onProgress?: ((pin: ChartPin, received: number, total: number | undefined) => void) | undefined
}

/** A chart that is there, as a folder or an archive. */
export interface GivenChart {
  /** as a person names it: `charts/cluster` */
  readonly place: string
  /** of an archive */
  readonly digest?: string
}

export type PullOutcome =
  | { readonly state: 'pulled'; readonly pin: ChartPin; readonly digest: string; readonly from: string }
  | ({ readonly state: 'present'; readonly pin: ChartPin } & ({ readonly digest: string } | GivenChart))
  | { readonly state: 'failed'; readonly pin: ChartPin; readonly failure: PullFailure; readonly finding?: LocatedFinding }

/** The file that a chart is kept in. */
export function targetOf(pin: ChartPin, { to }: Pick<PullOptions, 'to'>): string {
  return to === undefined ? cachePath(pin) : join(to, archiveName(pin))
}

/** The archive that is already there, if it is the chart and the locked one; no server is asked. */
export function presentDigest(pin: ChartPin, options: Pick<PullOptions, 'to' | 'locked'>): string | undefined {
  const bytes = presentFile(targetOf(pin, options))
  if (bytes === undefined) return undefined
  const digest = digestOf(bytes)
  if ((lockOf(pin, options.locked)?.digest ?? digest) !== digest) return undefined
  try {
    verifyArchive(bytes, pin)
    return digest
  } catch (error) {
    if (error instanceof PullFailure) return undefined
    throw error
  }
}

/** Undefined also for what can't be read: writing it again reports why. */
function presentFile(path: string): Buffer | undefined {
  try {
    const stats = lstatSync(path)
    return stats.isFile() && stats.size <= largestArchive ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

/** Pulls what is missing, one after the other; each is complete on disk when its outcome is yielded. */
export async function* pullCharts(charts: readonly WantedChart[], options: PullOptions): AsyncIterable<PullOutcome> {
  const indexes = new Map<string, Promise<ChartIndex>>()
  const taken = new Map<string, WantedChart>()
  for (const chart of charts) {
    try {
      const given = options.given?.(chart.pin)
      if (given !== undefined) {
        yield { state: 'present', pin: chart.pin, ...given }
        continue
      }
      const target = targetOf(chart.pin, options)
      const other = taken.get(target)
      if (other !== undefined) throw clash(options.to ?? '')
      taken.set(target, chart)
      yield await pullChart(chart.pin, { ...options, indexes })
    } catch (error) {
      if (!(error instanceof PullFailure)) throw error
      yield failed(chart, error)
    }
  }
}

async function pullChart(
  pin: ChartPin,
  { indexes, ...options }: PullOptions & { readonly indexes: Map<string, Promise<ChartIndex>> },
): Promise<PullOutcome> {
  const present = presentDigest(pin, options)
  if (present !== undefined) return { state: 'present', pin, digest: present }
  const { network, onProgress } = options
  const onBytes = (received: number, total: number | undefined): void => onProgress?.(pin, received, total)
  const { bytes, digest, from } = await fetchArchive(pin, { network, indexes, onBytes })
  const locked = lockOf(pin, options.locked)
  if (locked !== undefined && locked.digest !== digest)
    throw new PullFailure(`the archive is ${shortDigest(digest)}, but ${lockFile} has ${shortDigest(locked.digest)}`, {
      rule: 'charts/digest',
      on: 'version',
      help: `find out why the release was replaced; if that is intended, remove its entry from ${lockFile}`,
      ...(locked.at === undefined ? {} : { related: { ...locked.at, message: phrase`locked as ${shortDigest(locked.digest)}` } }),
    })
  const target = targetOf(pin, options)
  writeWhole(target, bytes, { inside: options.inside, shown: target })
  return { state: 'pulled', pin, digest, from }
}

function lockOf(pin: ChartPin, locked: readonly LockedChart[]): LockedChart | undefined {
  return locked.find((entry) => chartKey(entry) === chartKey(pin))
}

function clash(folder: string): PullFailure {
  return new PullFailure(`it is wanted from two repositories, but ${folder} can hold only one of this name and version`, {
    help: 'pull into the cache, without --to',
  })
}

function failed({ pin, places }: WantedChart, failure: PullFailure): PullOutcome {
  if (places === undefined) return { state: 'failed', pin, failure }
  const finding: LocatedFinding = {
    rule: failure.rule,
    severity: 'error',
    message: phrase`${failureText(pin, failure)}`,
    at: places[failure.on],
    help: failure.help === undefined ? undefined : phrase`${failure.help}`,
    ...(failure.related === undefined ? {} : { related: [failure.related] }),
  }
  return { state: 'failed', pin, failure, finding }
}

/** The one line that is shown. */
export function failureText(pin: ChartPin, { message }: PullFailure): string {
  return `chart ${baseName(pin)} ${pin.version} can't be pulled: ${message}`
}
