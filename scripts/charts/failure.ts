// Why can't a chart be pulled?
import type { Message } from '../findings/finding.ts'
import type { Spot } from '../findings/spot.ts'

/** How pulling a chart can fail; ids of rules. */
export type FailureRule = 'charts/available' | 'charts/digest' | 'charts/archive'

interface Details {
  readonly rule?: FailureRule
  /** the part of the pin that is to blame; absent: the repository */
  readonly on?: 'repository' | 'name' | 'version'
  readonly help?: string | undefined
  /** the other place that disagrees */
  readonly related?: Spot & { readonly message: Message }
}

/** A chart could not be pulled: what servers, archives and locks contain is not an error of this program. One line, without the chart's name. */
export class PullFailure extends Error {
  readonly rule: FailureRule
  readonly on: 'repository' | 'name' | 'version'
  readonly help: string | undefined
  readonly related: Details['related']
  constructor(message: string, { rule = 'charts/available', on = 'repository', help, related }: Details = {}) {
    super(message)
    this.rule = rule
    this.on = on
    this.help = help
    this.related = related
  }
}

/** An address for display: without login, query and fragment, which may hold secrets. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** The beginning of a digest, enough to see that two differ. */
export function shortDigest(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':', 2)
  return hex.length > 16 ? `${algorithm}:${hex.slice(0, 12)}…` : digest
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'has no address'],
  ['EAI_AGAIN', 'has no address'],
  ['ECONNREFUSED', 'refuses connections'],
  ['ECONNRESET', 'closed the connection'],
  ['EPIPE', 'closed the connection'],
  ['ETIMEDOUT', "can't be reached"],
  ['EHOSTUNREACH', "can't be reached"],
  ['ENETUNREACH', "can't be reached"],
  ['EPROTO', 'does not speak TLS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
])

/** Node's error about a connection to a server, in one line; anything else is our own mistake, and is thrown. */
export function asFailure(error: unknown, url: URL): PullFailure {
  if (error instanceof PullFailure) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code === undefined) throw error
  const reason = reasons.get(code)
  const help = /^(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)$/.test(code)
    ? 'correct the address; if a proxy is required, name it in HTTPS_PROXY'
    : undefined
  if (reason !== undefined) return new PullFailure(`${url.host} ${reason} (${code})`, { help })
  if (code.startsWith('HPE_')) return new PullFailure(`${url.host} does not speak HTTP (${code})`)
  if (/CERT|SIGNATURE|ISSUER|CHAIN/.test(code))
    return new PullFailure(`the certificate of ${url.host} is not trusted (${code})`, {
      help: 'name the certificate file of your own authority in NODE_EXTRA_CA_CERTS',
    })
  return new PullFailure(`the request to ${url.host} failed (${code})`)
}
