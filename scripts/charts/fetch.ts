// How is an archive downloaded from its repository, with the digest that the repository itself states?
import type { ChartPin } from '../model.ts'
import { answerProblem } from './answers.ts'
import type { Network } from './connect.ts'
import { PullFailure, shortDigest, shownUrl } from './failure.ts'
import { get } from './http.ts'
import type { Wanted } from './http.ts'
import { findRelease, readIndex } from './index-file.ts'
import type { ChartIndex } from './index-file.ts'
import { loginFor, loginVariable } from './login.ts'
import { findLayer, ociChart } from './oci.ts'
import { repositoryKey, sourceOf } from './pin.ts'
import { digestOf, verifyArchive } from './verify.ts'

/** Far above any chart: those with all their subcharts have 1 MB. */
export const largestArchive = 20 * 1024 * 1024

export interface Archive {
  readonly bytes: Buffer
  readonly digest: string
  /** where it came from, for display */
  readonly from: string
}

/** Requests to one repository for several charts are made once; so are failures. */
export interface Download {
  readonly network: Network
  readonly indexes: Map<string, Promise<ChartIndex>>
  readonly onBytes?: Wanted['onBytes']
}

/** Downloads and verifies the archive of a pin. Throws PullFailure. */
export async function fetchArchive(pin: ChartPin, download: Download): Promise<Archive> {
  const source = sourceOf(pin.repository)
  if (source.kind === 'folder') throw new PullFailure('its repository is a folder, but must be a server')
  if (source.kind === 'unknown') throw new PullFailure(`its repository is of type ${source.scheme}, but must be https, http or oci`)
  const archive = source.kind === 'http' ? await fromIndex(pin, source.url, download) : await fromRegistry(pin, source, download)
  verifyArchive(archive.bytes, pin)
  return archive
}

async function fromIndex(pin: ChartPin, repository: URL, { network, indexes, onBytes }: Download): Promise<Archive> {
  if (repository.username !== '' || repository.password !== '')
    throw new PullFailure('its repository has a login in its address', { help: `put the address with the login into ${loginVariable}` })
  const key = repositoryKey(pin)
  const index = indexes.get(key) ?? readIndex(repository, network, onBytes)
  indexes.set(key, index)
  const { url, digest } = findRelease(await index, pin)
  const wanted = { url, what: 'the archive', limit: largestArchive, authorization: loginFor(url, network.env), onBytes }
  const { status, body } = await get(wanted, network)
  if (status !== 200) throw answerProblem(url, status, 'the archive')
  return { bytes: body, digest: verifyDigest(body, digest, `index.yaml of ${repository.host}`), from: shownUrl(url) }
}

async function fromRegistry(
  pin: ChartPin,
  registry: { readonly host: string; readonly path: string },
  { network, onBytes }: Download,
): Promise<Archive> {
  const chart = ociChart(registry, pin)
  const { url, digest, size, authorization } = await findLayer(chart, network)
  const tooLarge = new PullFailure(`the archive of ${url.host} is larger than 20 MB`)
  if (size > largestArchive) throw tooLarge
  const { status, body } = await get({ url, what: 'the archive', limit: largestArchive, authorization, onBytes }, network)
  if (status !== 200) throw answerProblem(url, status, 'the archive')
  const from = `oci://${registry.host}/${chart.path}:${pin.version}`
  return { bytes: body, digest: verifyDigest(body, digest, `its manifest at ${registry.host}`), from }
}

function verifyDigest(bytes: Buffer, wanted: string | undefined, who: string): string {
  const digest = digestOf(bytes)
  if (wanted === undefined || wanted === digest) return digest
  throw new PullFailure(`the archive is ${shortDigest(digest)}, but ${who} has ${shortDigest(wanted)}`, {
    rule: 'charts/digest',
    on: 'version',
  })
}
