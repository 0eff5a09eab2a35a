// How is a server reached: directly or through a proxy, with or without TLS?
import { request } from 'node:http'
import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { asFailure, PullFailure } from './failure.ts'
import { basicAuthorization } from './login.ts'
import { hostOf, portOf, proxyFor } from './proxy.ts'

/** What a download may use from the environment, and how long it may take. */
export interface Network {
  /** proxies (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, also in lower case), and logins */
  readonly env: Readonly<Record<string, string | undefined>>
  /** milliseconds until a server must have accepted a connection, TLS included */
  readonly connectTimeout: number
  /** milliseconds for one file, redirects included */
  readonly timeout: number
  /** certificates to trust instead of Node's own, in PEM */
  readonly ca?: string
}

export interface Connection {
  readonly socket: Socket
  /** the proxy that gets the whole address in a request, if there is no tunnel */
  readonly proxy?: URL
}

/** A socket to the server of an address, with TLS and any tunnel established. Destroyed when `signal` aborts. */
export async function openConnection(url: URL, network: Network, signal: AbortSignal): Promise<Connection> {
  const proxy = proxyFor(url, network.env)
  if (proxy === undefined) return { socket: await openDirect(url, network, signal) }
  const socket = await throughProxy(url, { url: proxy, network, signal })
  return url.protocol === 'http:' ? { socket, proxy } : { socket: await startTls(socket, { url, network, signal }) }
}

/** A socket to the proxy, or through it; errors there are attributed to the proxy. */
async function throughProxy(url: URL, proxy: Target): Promise<Socket> {
  try {
    const socket = await openDirect(proxy.url, proxy.network, proxy.signal)
    return url.protocol === 'http:' ? socket : await openTunnel(url, { proxy: proxy.url, socket })
  } catch (error) {
    throw asFailure(error, proxy.url)
  }
}

async function openDirect(url: URL, network: Network, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: hostOf(url), port: portOf(url) })
  await untilReady(socket, 'connect', signal)
  return url.protocol === 'https:' ? startTls(socket, { url, network, signal }) : socket
}

interface Target {
  readonly url: URL
  readonly network: Network
  readonly signal: AbortSignal
}

async function startTls(socket: Socket, { url, network, signal }: Target): Promise<Socket> {
  const host = hostOf(url)
  const secure = connectTls({
    socket,
    host,
    ALPNProtocols: ['http/1.1'],
    // the SNI extension takes names only
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(network.ca === undefined ? {} : { ca: network.ca }),
  })
  await untilReady(secure, 'secureConnect', signal)
  return secure
}

/** The signal destroys the socket at any time, also long after it is ready. */
function untilReady(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  const stop = (): void => void socket.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', stop))
  if (signal.aborted) stop()
  return new Promise((resolve, reject) => {
    socket.once(event, resolve)
    // this listener stays: an unhandled error event would end the program
    socket.on('error', reject)
    socket.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })))
  })
}

/** `CONNECT host:port`: from then on the proxy only forwards bytes. */
function openTunnel(url: URL, { proxy, socket }: { readonly proxy: URL; readonly socket: Socket }): Promise<Socket> {
  const target = `${url.hostname}:${portOf(url)}`
  const login = basicAuthorization(proxy)
  const asked = request({
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(login === undefined ? {} : { 'proxy-authorization': login }) },
    createConnection: () => socket,
  })
  return new Promise((resolve, reject) => {
    asked.once('connect', ({ statusCode = 0 }, tunnel, head) => {
      if (statusCode !== 200 || head.length > 0) {
        tunnel.destroy()
        reject(proxyRefusal(proxy, statusCode))
      } else resolve(tunnel)
    })
    asked.once('error', reject)
    asked.end()
  })
}

/** What a proxy's own response means. */
export function proxyRefusal(proxy: URL, status: number): PullFailure {
  if (status === 407)
    return new PullFailure(`the proxy ${proxy.host} requires a login (407)`, {
      help: 'write user and password into its address, in the variable that names it',
    })
  return new PullFailure(`the proxy ${proxy.host} opens no tunnel (${status})`)
}
