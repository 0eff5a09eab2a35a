// Which archive does an HTTP repository's index.yaml name for a chart?
import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml'
import type { ChartPin } from '../model.ts'
import { listed, nearest } from '../values/path.ts'
import type { Network } from './connect.ts'
import { PullFailure, shownUrl } from './failure.ts'
import { get } from './http.ts'
import type { Wanted } from './http.ts'
import { loginFor } from './login.ts'
import { answerProblem } from './answers.ts'
import { baseName, parseUrl } from './pin.ts'

/** The largest index of a public repository had 25 MB. */
const largestIndex = 32 * 1024 * 1024
/** An index of that size written by Helm has this many; each costs half a kilobyte while it is read. */
const mostSeparators = 1_200_000

/** An index that was read: name of a chart → its releases as they are written. */
export interface ChartIndex {
  /** the address of the repository, with a slash at the end */
  readonly base: URL
  readonly entries: ReadonlyMap<string, unknown>
}

export interface IndexedArchive {
  readonly url: URL
  /** `sha256:…`; absent: the index has none */
  readonly digest?: string
}

/** Downloads and reads `<repository>/index.yaml`. */
export async function readIndex(repository: URL, network: Network, onBytes?: Wanted['onBytes']): Promise<ChartIndex> {
  const base = new URL(repository)
  base.pathname = `${base.pathname.replace(/\/{1,100}$/, '')}/`
  const url = new URL(base)
  url.pathname += 'index.yaml'
  const authorization = loginFor(url, network.env)
  const { status, body } = await get({ url, what: 'index.yaml', limit: largestIndex, authorization, onBytes }, network)
  if (status === 404)
    throw new PullFailure(`${shownUrl(url)} does not exist (404)`, { help: 'for an OCI registry write oci:// instead of https://' })
  if (status !== 200) throw answerProblem(url, status, 'index.yaml')
  return { base, entries: entriesOf(body.toString('utf8'), url) }
}

/** Every scalar is text, so that a version like 1.10 stays one. */
function entriesOf(text: string, url: URL): ReadonlyMap<string, unknown> {
  if (separatorsIn(text) > mostSeparators) throw new PullFailure(`index.yaml of ${url.host} has too many parts to be read`)
  let root: unknown
  try {
    root = load(text, { schema: FAILSAFE_SCHEMA })
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    throw new PullFailure(`index.yaml of ${url.host} is not valid YAML (${error.reason}${lineOf(error)})`)
  }
  const entries = fieldsOf(fieldsOf(root).get('entries'))
  if (entries.size === 0) throw new PullFailure(`${shownUrl(url)} holds no charts, so it is not the index of a repository`)
  return entries
}

/** Every further value of a YAML text needs at least one of these. */
function separatorsIn(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // a line break , [ {
    if (code === 10 || code === 13 || code === 44 || code === 91 || code === 123) count++
  }
  return count
}

const lineOf = ({ mark }: YAMLException): string => (mark === undefined ? '' : `, line ${mark.line + 1}`)

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [])
}

interface Release {
  readonly version: string
  readonly fields: ReadonlyMap<string, unknown>
}

/** The archive of the pinned release: of exactly this version, else of the one that differs only by a `v`. */
export function findRelease({ base, entries }: ChartIndex, pin: ChartPin): IndexedArchive {
  const name = baseName(pin)
  const listedReleases = entries.get(name)
  if (!Array.isArray(listedReleases)) {
    const guess = nearest(name, entries.keys())
    throw new PullFailure(`${shownUrl(base)} has no chart ${name}`, {
      on: 'name',
      help: guess === undefined ? `it has ${listed([...entries.keys()].sort())}` : `did you mean \`${guess}\`?`,
    })
  }
  const releases = listedReleases.flatMap((item): Release[] => {
    const fields = fieldsOf(item)
    const version = fields.get('version')
    return typeof version === 'string' ? [{ version, fields }] : []
  })
  const found = releases.find(({ version }) => version === pin.version) ?? releases.find(({ version }) => version === `v${pin.version}`)
  if (found === undefined)
    throw new PullFailure(`${shownUrl(base)} has no version ${pin.version} of ${name}`, { on: 'version', help: versionHelp(releases, pin) })
  return archiveOf(found.fields, base)
}

function versionHelp(releases: readonly Release[], { version }: ChartPin): string | undefined {
  const known = releases.map((release) => release.version)
  const guess = nearest(version, known)
  if (guess !== undefined) return `did you mean \`${guess}\`?`
  return known.length === 0 ? undefined : `it has ${known.slice(0, 5).join(', ')}${known.length > 5 ? ` and ${known.length - 5} more` : ''}`
}

function archiveOf(fields: ReadonlyMap<string, unknown>, base: URL): IndexedArchive {
  const urls = fields.get('urls')
  const written: unknown = Array.isArray(urls) ? urls[0] : undefined
  const url = typeof written === 'string' ? parseUrl(written, base) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new PullFailure(`index.yaml of ${base.host} has no address from which the archive can be downloaded`, { on: 'version' })
  // a repository with a token in the query of its address requires it for its own archives, too
  if (url.origin === base.origin && url.search === '') url.search = base.search
  const digest = digestIn(fields.get('digest'))
  if (base.protocol === 'https:' && url.protocol === 'http:' && digest === undefined)
    throw new PullFailure(`index.yaml of ${base.host} leads from https to http (${url.host}), and has no digest`, { on: 'version' })
  return { url, ...(digest === undefined ? {} : { digest }) }
}

/** With or without the algorithm before it. Anything else is ignored: old indexes have MD5 digests. */
function digestIn(value: unknown): string | undefined {
  const hex = typeof value === 'string' ? /^(?:sha256:)?([0-9a-f]{64})$/i.exec(value)?.[1] : undefined
  return hex === undefined ? undefined : `sha256:${hex.toLowerCase()}`
}
