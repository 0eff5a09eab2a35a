// Does a proxy from the environment get what Go's net/http would send through it, and nothing else?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { proxyFor } from '../../scripts/charts/proxy.ts'
import { chartArchive, sha256 } from '../support/archives.ts'
import { selfSigned } from '../support/certificate.ts'
import { openPulling } from '../support/pulls.ts'
import type { PullingRepository } from '../support/pulls.ts'
import { filesOf, startProxy, startServer, startTcpServer } from '../support/servers.ts'
import type { RunningServer } from '../support/servers.ts'

const archive = chartArchive('cluster', '0.8.1')
const index = `entries: {cluster: [{version: 0.8.1, digest: ${sha256(archive)}, urls: [c.tgz]}]}`
const files = filesOf({ '/charts/index.yaml': index, '/charts/c.tgz': archive })
const certificate = selfSigned('charts.test')

let repository: PullingRepository
let plain: RunningServer
let secure: RunningServer
const open: RunningServer[] = []
beforeAll(async () => {
  plain = await startServer(files)
  secure = await startServer(files, certificate)
})
afterAll(async () => {
  await plain.close()
  await secure.close()
})
beforeEach(() => {
  repository = openPulling()
})
afterEach(async () => {
  repository.remove()
  await Promise.all(open.splice(0).map(async (server) => server.close()))
})
async function proxyTo(target: RunningServer, login?: string): Promise<RunningServer> {
  const proxy = await startProxy(() => target.port, login)
  open.push(proxy)
  return proxy
}

describe('a proxy', () => {
  test('gets whole addresses for http', async () => {
    const proxy = await proxyTo(plain)
    repository.pin('http://charts.test/charts')
    expect(await repository.pull({}, { env: { http_proxy: `http://${proxy.host}` } })).toMatchObject({ code: 0 })
    expect(proxy.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET http://charts.test/charts/index.yaml',
      'GET http://charts.test/charts/c.tgz',
    ])
  })
  test('opens a tunnel for https, and sees nothing in it', async () => {
    const proxy = await proxyTo(secure, 'proxy:pass word')
    repository.pin('https://charts.test/charts')
    const env = { HTTPS_PROXY: `http://proxy:pass%20word@${proxy.host}`, CNPG_VALUES_REPOSITORIES: 'https://me:secret@charts.test' }
    const { code, stdout, stderr } = await repository.pull({}, { env, ca: certificate.cert })
    expect({ code, stderr: stderr.includes('word') }).toEqual({ code: 0, stderr: false })
    expect(stdout).toContain('from https://charts.test/charts/c.tgz ')
    expect(proxy.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['CONNECT charts.test:443', 'CONNECT charts.test:443'])
    expect(proxy.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
    expect(secure.seen.at(-1)?.headers).toMatchObject({ authorization: `Basic ${Buffer.from('me:secret').toString('base64')}` })
    expect(secure.seen.at(-1)?.headers['proxy-authorization']).toBeUndefined()
  })
  test.each(['http', 'https'])('that requires a login is one clear error, for %s', async (scheme) => {
    const proxy = await proxyTo(scheme === 'http' ? plain : secure, 'proxy:secret')
    repository.pin(`${scheme}://charts.test/charts`)
    const env = { [`${scheme.toUpperCase()}_PROXY`]: proxy.host }
    const { code, stderr } = await repository.pull({}, { env, ca: certificate.cert })
    expect(code).toBe(1)
    expect(stderr).toContain(`chart cluster 0.8.1 can't be pulled: the proxy ${proxy.host} requires a login (407) [charts/available]`)
  })
  test.each([
    ['HTTP/1.1 403 Forbidden\r\n\r\n', 'the proxy HOST opens no tunnel (403)'],
    ['', 'HOST closed the connection (ECONNRESET)'],
    ['SSH-2.0-OpenSSH_9.2\r\n', 'HOST does not speak HTTP (HPE_INVALID_CONSTANT)'],
  ])('that answers %j to CONNECT is one clear error', async (answer, message) => {
    const server = await startTcpServer((socket) => socket.once('data', () => socket.end(answer)))
    open.push(server)
    repository.pin('https://charts.test/charts')
    const { stderr } = await repository.pull({}, { env: { https_proxy: `http://${server.host}` } })
    expect(stderr).toContain(`chart cluster 0.8.1 can't be pulled: ${message.replace('HOST', server.host)} [charts/available]`)
  })
  test("that can't be reached is named, not the server behind it", async () => {
    const proxy = await startServer(() => {})
    await proxy.close()
    repository.pin('https://charts.test/charts')
    expect((await repository.pull({}, { env: { HTTPS_PROXY: proxy.host } })).stderr).toContain(
      `${proxy.host} refuses connections (ECONNREFUSED)`,
    )
  })
  test.each([
    ['socks5://127.0.0.1:1', 'HTTPS_PROXY names a proxy of type socks5, but must be http or https'],
    ['http://me:secret@:x', 'HTTPS_PROXY is set, but is not the address of a proxy'],
  ])('at %s is one clear error', async (address, message) => {
    repository.pin('https://charts.test/charts')
    const { stderr } = await repository.pull({}, { env: { HTTPS_PROXY: address } })
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('secret')
  })
})

describe('which proxy', () => {
  const all = { HTTPS_PROXY: 'https://secure:1', HTTP_PROXY: 'plain:2' }
  const chosen = (url: string, env: Record<string, string>): string | undefined => proxyFor(new URL(url), env)?.href
  test.each([
    ['https://a.example/x', all, 'https://secure:1/'],
    ['http://a.example/x', all, 'http://plain:2/'],
    ['http://a.example/x', { HTTPS_PROXY: 'x' }, undefined],
    ['https://a.example/x', { https_proxy: 'x' }, 'http://x/'],
    ['https://a.example/x', { HTTPS_PROXY: '', https_proxy: 'x' }, 'http://x/'],
    ['https://localhost:8443/x', all, undefined],
    ['https://127.3.2.1/x', all, undefined],
    ['https://[::1]/x', all, undefined],
  ])('%s with %j: %s', (url, env, proxy) => {
    expect(chosen(url, env as Record<string, string>)).toBe(proxy)
  })
  test.each([
    ['https://a.example/', '*', true],
    ['https://a.example/', 'example', true],
    ['https://a.example/', 'A.Example', true],
    ['https://a.example/', '.example', true],
    ['https://a.example/', '*.example', true],
    ['https://example/', '.example', false],
    ['https://aexample/', 'example', false],
    ['https://a.example/', 'b.example, a.example', true],
    ['https://a.example/', 'b.example a.example', true],
    ['https://a.example/', 'a.example:443', true],
    ['https://a.example:8443/', 'a.example:443', false],
    ['https://10.1.2.3/', '10.0.0.0/8', true],
    ['https://11.1.2.3/', '10.0.0.0/8', false],
    ['https://10.1.2.3/', '10.1.2.3', true],
    ['https://10.1.2.3/', '2.3', false],
    ['https://[fd00::1]/', 'fd00::/8', true],
    ['https://[fd00::1]/', '[fd00::1]:443', true],
    ['https://[fd00::1]/', '10.0.0.0/8', false],
    ['https://10.1.2.3/', '10.0.0.0/99', false],
    ['https://a.example/', ' , ', false],
  ])('%s is%s excluded by NO_PROXY=%s: %s', (url, list, isDirect) => {
    expect(chosen(url, { ...all, NO_PROXY: list }) === undefined).toBe(isDirect)
    expect(chosen(url, { ...all, no_proxy: list }) === undefined).toBe(isDirect)
  })
})
