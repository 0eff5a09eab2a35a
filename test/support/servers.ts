// Which servers do tests of downloads talk to? All of them are real, and listen on this machine only.
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { sha256 } from './archives.ts'
import type { Certificate } from './certificate.ts'

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

export interface RunningServer {
  /** `127.0.0.1:41234` */
  readonly host: string
  readonly port: number
  /** what was asked, in order */
  readonly seen: Seen[]
  readonly close: () => Promise<void>
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

function listening(server: Server, seen: Seen[]): Promise<RunningServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const close = (): Promise<void> => {
        for (const socket of sockets) socket.destroy()
        return new Promise((closed) => server.close(() => closed()))
      }
      resolve({ host: `127.0.0.1:${port}`, port, seen, close })
    })
  })
}

/** A server that answers as `listener` does; with a certificate it speaks TLS. */
export function startServer(listener: Listener, certificate?: Certificate): Promise<RunningServer> {
  const seen: Seen[] = []
  const noting: Listener = (request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    listener(request, response)
  }
  return listening(certificate === undefined ? createServer(noting) : createTlsServer(certificate, noting), seen)
}

/** Files by path; a function answers itself. */
export function filesOf(files: Readonly<Record<string, string | Buffer | Listener>>): Listener {
  return (request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const file = Object.hasOwn(files, path) ? files[path] : undefined
    if (typeof file === 'function') file(request, response)
    else if (file === undefined) response.writeHead(404).end('no such file')
    else response.end(file)
  }
}

export const redirectTo =
  (location: string, status = 302): Listener =>
  (_, response) =>
    void response.writeHead(status, { location }).end()

/** A server of anything but HTTP; without a listener it takes connections and never says a word. */
export function startTcpServer(listener: (socket: Socket) => void = () => {}): Promise<RunningServer> {
  return listening(createTcpServer(listener), [])
}

/** A proxy that reaches every host on `127.0.0.1:port`; `seen` has what it was asked, CONNECT included. */
export async function startProxy(target: () => number, login?: string): Promise<RunningServer> {
  const seen: Seen[] = []
  const isKnown = ({ headers }: IncomingMessage): boolean =>
    login === undefined || headers['proxy-authorization'] === `Basic ${Buffer.from(login).toString('base64')}`
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    if (!isKnown(request)) return void response.writeHead(407).end()
    void fetchThrough(request, response, target())
  })
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    seen.push({ method: 'CONNECT', url: request.url ?? '', headers: request.headers })
    if (!isKnown(request)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    const onward = connect(target(), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  return listening(server, seen)
}

async function fetchThrough({ url = '', headers }: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
  const { pathname, search } = new URL(url)
  const authorization = headers.authorization === undefined ? {} : { authorization: headers.authorization }
  const answer = await fetch(`http://127.0.0.1:${port}${pathname}${search}`, { headers: authorization })
  response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
}

export interface RegistryOptions {
  /** `user:password` that a token costs; absent: anybody gets one */
  readonly login?: string
  /** no tokens: the login itself goes with each request */
  readonly basic?: boolean
  /** where blobs are, instead of the registry itself */
  readonly blobsAt?: () => string
  /** a bearer token that is asked for; absent: none */
  readonly token?: string
  /** the realm that hands out tokens */
  readonly realm?: (host: string) => string
}

export interface Registry extends RunningServer {
  /** stores a chart; `change` edits the manifest before it is stored */
  readonly push: (path: string, tag: string, archive: Buffer, change?: (manifest: Record<string, unknown>) => unknown) => string
  readonly blobs: Map<string, Buffer>
}

/** A registry that speaks the part of the distribution specification that pulling needs. */
export async function startRegistry(options: RegistryOptions = {}, certificate?: Certificate): Promise<Registry> {
  const manifests = new Map<string, Buffer>()
  const blobs = new Map<string, Buffer>()
  const basic = options.login === undefined ? undefined : `Basic ${Buffer.from(options.login).toString('base64')}`
  const server: RunningServer = await startServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry')
    const { authorization, accept = '' } = request.headers
    if (pathname === '/token') {
      if (basic !== undefined && authorization !== basic) return void response.writeHead(401).end()
      const isScoped = searchParams.get('scope')?.endsWith(':pull') === true && searchParams.get('service') === 'registry.test'
      return void response.end(JSON.stringify(isScoped ? { token: options.token } : {}))
    }
    const wanted = options.basic === true ? basic : options.token === undefined ? undefined : `Bearer ${options.token}`
    if (wanted !== undefined && authorization !== wanted) {
      const realm = options.realm?.(server.host) ?? `http://${server.host}/token`
      const path = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(pathname)?.[1]
      const bearer = `Bearer realm="${realm}",service="registry.test",scope="repository:${path}:pull"`
      return void response.writeHead(401, { 'www-authenticate': options.basic === true ? 'Basic realm="registry"' : bearer }).end()
    }
    const blob = /^\/v2\/.+\/blobs\/(sha256:[0-9a-f]+)$/.exec(pathname)?.[1]
    if (blob !== undefined && options.blobsAt !== undefined) return redirectTo(`${options.blobsAt()}/${blob}`, 307)(request, response)
    const found = blob === undefined ? manifests.get(pathname) : blobs.get(blob)
    if (found === undefined) return void response.writeHead(404).end()
    if (blob !== undefined) return void response.end(found)
    if (!accept.includes('application/vnd.oci.image.manifest.v1+json')) return void response.writeHead(404).end()
    response.writeHead(200, {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
      'docker-content-digest': `sha256:${sha256(found)}`,
    })
    response.end(found)
  }, certificate)
  const push: Registry['push'] = (path, tag, archive, change = (manifest) => manifest) => {
    const digest = `sha256:${sha256(archive)}`
    blobs.set(digest, archive)
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: `sha256:${sha256('{}')}`, size: 2 },
      layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest, size: archive.length }],
    }
    manifests.set(`/v2/${path}/manifests/${tag}`, Buffer.from(JSON.stringify(change(manifest))))
    return digest
  }
  return { ...server, push, blobs }
}
