// What does a server respond, with bounded size and time and with safe redirects?
import { request } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { programVersion } from '../repository/package.ts'
import { openConnection, proxyRefusal } from './connect.ts'
import type { Connection, Network } from './connect.ts'
import { asFailure, PullFailure, shownUrl } from './failure.ts'
import { basicAuthorization } from './login.ts'
import { parseUrl } from './pin.ts'

/** One file of a server. */
export interface Wanted {
  readonly url: URL
  /** what it is, for display: `index.yaml` */
  readonly what: string
  /** the most bytes that it may have */
  readonly limit: number
  readonly accept?: string
  /** sent to the address itself, never to another one that it redirects to */
  readonly authorization?: string | undefined
  /** called as bytes arrive; `total` if the server has sent it */
  readonly onBytes?: ((received: number, total: number | undefined) => void) | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** empty unless the status is 200 */
  readonly body: Buffer
}

const mostRedirects = 5
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`
const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MB`

/** GET. Any status but a redirect is returned; everything else that goes wrong is a PullFailure of one line. */
export async function get(wanted: Wanted, network: Network): Promise<Answer> {
  const stop = new AbortController()
  const { what, url } = wanted
  const late = (): void => stop.abort(new PullFailure(`${what} of ${url.host} did not arrive within ${seconds(network.timeout)}`))
  const timer = setTimeout(late, network.timeout)
  try {
    return await follow(wanted, network, stop)
  } catch (error) {
    // any later error is a consequence of aborting
    throw stop.signal.aborted ? stop.signal.reason : asFailure(error, url)
  } finally {
    clearTimeout(timer)
  }
}

async function follow(wanted: Wanted, network: Network, stop: AbortController): Promise<Answer> {
  let { url, authorization } = wanted
  for (let hops = 0; ; hops++) {
    const socketOf = await connectInTime(url, network, stop)
    try {
      const answer = await ask(url, { ...wanted, authorization }, socketOf)
      const { statusCode: status = 0, headers } = answer
      if (!redirects.has(status)) {
        if (status === 407 && socketOf.proxy !== undefined) throw proxyRefusal(socketOf.proxy, status)
        return { status, headers, body: status === 200 ? await readBody(answer, wanted) : Buffer.alloc(0) }
      }
      if (hops === mostRedirects) throw new PullFailure(`${wanted.what} of ${wanted.url.host} redirects more than ${mostRedirects} times`)
      const next = redirectTarget(url, headers.location)
      if (next.origin !== url.origin) authorization = undefined
      url = next
    } catch (error) {
      throw stop.signal.aborted ? error : asFailure(error, url)
    } finally {
      socketOf.socket.destroy()
    }
  }
}

async function connectInTime(url: URL, network: Network, stop: AbortController): Promise<Connection> {
  const late = (): void => stop.abort(new PullFailure(`${url.host} accepted no connection within ${seconds(network.connectTimeout)}`))
  const timer = setTimeout(late, network.connectTimeout)
  try {
    return await openConnection(url, network, stop.signal)
  } catch (error) {
    throw stop.signal.aborted ? error : asFailure(error, url)
  } finally {
    clearTimeout(timer)
  }
}

function ask(url: URL, { accept, authorization }: Wanted, { socket, proxy }: Connection): Promise<IncomingMessage> {
  const proxyLogin = proxy === undefined ? undefined : basicAuthorization(proxy)
  const headers = {
    host: url.host,
    accept: accept ?? '*/*',
    'user-agent': `cnpg-values/${programVersion()}`,
    connection: 'close',
    ...(authorization === undefined ? {} : { authorization }),
    ...(proxyLogin === undefined ? {} : { 'proxy-authorization': proxyLogin }),
  }
  const path = `${proxy === undefined ? '' : url.origin}${url.pathname}${url.search}`
  return new Promise((resolve, reject) => {
    const sent = request({ method: 'GET', path, headers, createConnection: () => socket }, resolve)
    // this listener stays: later errors also reach the reader of the body
    sent.on('error', reject)
    sent.end()
  })
}

async function readBody(answer: IncomingMessage, { what, limit, url, onBytes }: Wanted): Promise<Buffer> {
  const said = answer.headers['content-length']
  const total = said !== undefined && /^\d{1,15}$/.test(said) ? Number(said) : undefined
  const tooLarge = (): PullFailure => new PullFailure(`${what} of ${url.host} is larger than ${megabytes(limit)}`)
  if (total !== undefined && total > limit) throw tooLarge()
  const chunks: Buffer[] = []
  let received = 0
  try {
    for await (const chunk of answer) {
      received += (chunk as Buffer).length
      if (received > limit) throw tooLarge()
      chunks.push(chunk as Buffer)
      onBytes?.(received, total)
    }
  } catch (error) {
    if (error instanceof PullFailure) throw error
    throw new PullFailure(`${what} of ${url.host} ended after ${received}${total === undefined ? '' : ` of ${total}`} bytes`)
  }
  return Buffer.concat(chunks)
}

function redirectTarget(from: URL, location: string | undefined): URL {
  const next = location === undefined ? undefined : parseUrl(location, from)
  if (next === undefined) throw new PullFailure(`${shownUrl(from)} redirects, but not to an address`)
  if (next.protocol !== 'http:' && next.protocol !== 'https:')
    throw new PullFailure(`${shownUrl(from)} redirects to ${next.protocol.slice(0, -1)}, but must stay with https`)
  if (from.protocol === 'https:' && next.protocol === 'http:')
    throw new PullFailure(`${shownUrl(from)} redirects from https to http (${next.host})`)
  // a redirect must not bring a login
  next.username = ''
  next.password = ''
  next.hash = ''
  return next
}
