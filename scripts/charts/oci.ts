// Which archive does an OCI registry hold for a chart?
import { createHash } from 'node:crypto'
import type { ChartPin } from '../model.ts'
import { answerProblem } from './answers.ts'
import type { Network } from './connect.ts'
import { PullFailure, shortDigest } from './failure.ts'
import { get } from './http.ts'
import type { Answer, Wanted } from './http.ts'
import { loginFor } from './login.ts'
import { parseUrl } from './pin.ts'
import { isLoopback } from './proxy.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const configType = 'application/vnd.cncf.helm.config.v1+json'
const chartType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
/** What Helm 3 wrote before charts in registries were standardised. */
const oldChartType = 'application/tar+gzip'

/** The distribution specification requires registries to accept manifests of this size. */
const largestManifest = 4 * 1024 * 1024
const largestToken = 256 * 1024

/** A chart in a registry: `host`, and the path with the chart's name at its end. */
export interface OciChart {
  readonly host: string
  readonly path: string
  readonly version: string
  /** the repository is written without `oci://`, as Argo CD expects it */
  readonly isBare: boolean
}

export interface OciLayer {
  readonly url: URL
  readonly digest: string
  readonly size: number
  readonly authorization: string | undefined
}

/** The chart of a pin whose repository is `oci://host/folder` or `host/folder`. */
export function ociChart({ host, path }: { readonly host: string; readonly path: string }, pin: ChartPin): OciChart {
  return {
    // Docker Hub's registry has a different host name
    host: host === 'docker.io' ? 'registry-1.docker.io' : host,
    path: path === '' ? pin.name : `${path}/${pin.name}`,
    version: pin.version,
    isBare: !/^oci:/i.test(pin.repository),
  }
}

/** Where the chart's layer is, according to the manifest of its tag. */
export async function findLayer(chart: OciChart, network: Network): Promise<OciLayer> {
  // a tag can't hold a plus sign
  const url = addressOf(chart, `manifests/${chart.version.replaceAll('+', '_')}`)
  const wanted: Wanted = { url, what: 'the manifest', limit: largestManifest, accept: manifestType }
  const { answer, authorization } = await getWithToken(wanted, chart, network)
  if (answer.status === 404)
    throw new PullFailure(`${chart.host}/${chart.path} has no version ${chart.version}`, {
      on: 'version',
      help: chart.isBare ? 'an address without https:// is taken for an OCI registry' : undefined,
    })
  if (answer.status !== 200) throw answerProblem(url, answer.status, 'the manifest')
  checkDigest(answer, chart)
  const { digest, size } = chartLayer(manifestIn(answer.body, chart), chart)
  return { url: addressOf(chart, `blobs/${digest}`), digest, size, authorization }
}

/** Like other clients, uses no TLS for a registry on this machine. */
function addressOf({ host, path }: OciChart, rest: string): URL {
  const name = /^(?:\[([^\]]*)\]|([^:]*))/.exec(host)
  const scheme = isLoopback(name?.[1] ?? name?.[2] ?? '') ? 'http' : 'https'
  const url = parseUrl(`${scheme}://${host}/v2/${path}/${rest}`)
  if (url === undefined || url.username !== '') throw new PullFailure('the repository is not the address of a registry')
  return url
}

/** The manifest, requested again with the credentials that the registry asks for. */
async function getWithToken(
  wanted: Wanted,
  chart: OciChart,
  network: Network,
): Promise<{ readonly answer: Answer; readonly authorization: string | undefined }> {
  const answer = await get(wanted, network)
  if (answer.status !== 401) return { answer, authorization: undefined }
  const challenge = answer.headers['www-authenticate'] ?? ''
  const login = loginFor(new URL(`${wanted.url.protocol}//${chart.host}/${chart.path}`), network.env)
  const authorization = /\bbearer\s/i.test(challenge) ? await askToken(challenge, { chart, login, network, from: wanted.url }) : login
  if (authorization === undefined) return { answer, authorization }
  return { answer: await get({ ...wanted, authorization }, network), authorization }
}

interface TokenRequest {
  readonly chart: OciChart
  readonly login: string | undefined
  readonly network: Network
  readonly from: URL
}

/** `WWW-Authenticate: Bearer realm="…",service="…",scope="…"`: the realm gives a token to anyone who may read the chart. */
async function askToken(challenge: string, { chart, login, network, from }: TokenRequest): Promise<string> {
  const fields = new Map<string, string>()
  for (const [, name = '', quoted, plain = ''] of challenge.matchAll(/\b([a-z]{1,40})=(?:"([^"]{0,2000})"?|([^\s",]{1,2000}))/gi))
    fields.set(name.toLowerCase(), quoted ?? plain)
  const url = parseUrl(fields.get('realm') ?? '')
  if (url === undefined || (url.protocol !== 'https:' && (url.protocol !== 'http:' || from.protocol === 'https:')))
    throw new PullFailure(`${from.host} requires a token, but does not say where to get one`)
  const service = fields.get('service')
  if (service !== undefined) url.searchParams.set('service', service)
  url.searchParams.set('scope', fields.get('scope') ?? `repository:${chart.path}:pull`)
  const { status, body } = await get({ url, what: 'the token', limit: largestToken, authorization: login }, network)
  if (status !== 200) throw answerProblem(url, status, 'a token')
  const answer = jsonIn(body)
  const token = textAt(answer, 'token') ?? textAt(answer, 'access_token')
  if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw new PullFailure(`${url.host} answers without a token`)
  return `Bearer ${token}`
}

function checkDigest({ headers, body }: Answer, { host }: OciChart): void {
  const said = headers['docker-content-digest']
  if (typeof said !== 'string' || !said.startsWith('sha256:')) return
  const found = `sha256:${createHash('sha256').update(body).digest('hex')}`
  if (found === said) return
  throw new PullFailure(`its manifest is ${shortDigest(found)}, but ${host} has ${shortDigest(said)}`, {
    rule: 'charts/digest',
    on: 'version',
  })
}

function manifestIn(body: Buffer, { host }: OciChart): unknown {
  const manifest = jsonIn(body)
  if (fieldOf(manifest, 'schemaVersion') === 2) return manifest
  throw new PullFailure(`the response of ${host} is not a manifest`, { on: 'version' })
}

function chartLayer(manifest: unknown, { host, path }: OciChart): { readonly digest: string; readonly size: number } {
  const layers = fieldOf(manifest, 'layers')
  const found: unknown = (Array.isArray(layers) ? layers : []).find((layer: unknown) =>
    [chartType, oldChartType].includes(textAt(layer, 'mediaType') ?? ''),
  )
  if (found === undefined || textAt(fieldOf(manifest, 'config'), 'mediaType') !== configType)
    throw new PullFailure(`${host}/${path} holds no Helm chart`, { rule: 'charts/archive', on: 'name' })
  const digest = textAt(found, 'digest')
  const size = fieldOf(found, 'size')
  if (digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest) && typeof size === 'number' && size > 0) return { digest, size }
  throw new PullFailure(`the manifest of ${host}/${path} names no layer by its sha256 and its size`, { on: 'version' })
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

function textAt(value: unknown, name: string): string | undefined {
  const found = fieldOf(value, name)
  return typeof found === 'string' ? found : undefined
}
