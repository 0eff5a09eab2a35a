// Why can't a chart be pulled?
import type { Message } from '../model.ts'
import type { Spot } from '../findings/spot.ts'

/** What a chart's pull can fail at; ids of rules. */
export type FailureRule = 'charts/available' | 'charts/digest' | 'charts/archive'

interface Details {
  readonly rule?: FailureRule
  /** the part of the pin that is to blame; absent: the repository */
  readonly on?: 'repository' | 'name' | 'version'
  readonly help?: string | undefined
  /** the other place that says otherwise */
  readonly related?: Spot & { readonly message: Message }
}

/** The chart stays where it is: what servers, archives and locks say is no mistake of this program. One line, without the chart's name. */
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

/** An address for a person: without login, query and fragment, which may hold secrets. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** The beginning of a digest, which is enough to see that two differ. */
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

/** What node says of a connection to a server, in one line; anything else is our own mistake, and is thrown. */
export function asFailure(error: unknown, url: URL): PullFailure {
  if (error instanceof PullFailure) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (code === undefined) throw error
  const reason = reasons.get(code)
  const help = /^(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)$/.test(code)
    ? 'correct the address; where only a proxy leads out, name it in HTTPS_PROXY'
    : undefined
  if (reason !== undefined) return new PullFailure(`${url.host} ${reason} (${code})`, { help })
  if (code.startsWith('HPE_')) return new PullFailure(`${url.host} does not speak HTTP (${code})`)
  if (/CERT|SIGNATURE|ISSUER|CHAIN/.test(code))
    return new PullFailure(`the certificate of ${url.host} is not trusted (${code})`, {
      help: 'name the file of your own authority in NODE_EXTRA_CA_CERTS',
    })
  return new PullFailure(`${url.host} can't be asked (${code})`)
}
