// Are charts pulled from the index.yaml of an HTTP server, and is everything else that a server can do one clear error?
import { readFileSync, symlinkSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chartArchive, sha256, tarball } from '../support/archives.ts'
import { selfSigned } from '../support/certificate.ts'
import { openPulling } from '../support/pulls.ts'
import type { PullingRepository } from '../support/pulls.ts'
import { filesOf, redirectTo, startServer, startTcpServer } from '../support/servers.ts'
import type { RunningServer } from '../support/servers.ts'

const archive = chartArchive('cluster', '0.8.1')
const digest = sha256(archive)
type Files = Parameters<typeof filesOf>[0]

const indexOf = (url: string, more = `digest: ${digest}`, version = '0.8.1'): string => `apiVersion: v1
entries:
  cluster:
  - name: cluster
    version: 0.8.0
    urls: [old.tgz]
  - name: cluster
    version: ${version}
    ${more}
    urls:
    - ${url}
  cloudnative-pg:
  - name: cloudnative-pg
    version: 0.26.1
    urls: [operator.tgz]
`

let repository: PullingRepository
const open: RunningServer[] = []
beforeEach(() => {
  repository = openPulling()
})
afterEach(async () => {
  repository.remove()
  await Promise.all(open.splice(0).map(async (server) => server.close()))
})

async function serve(files: Files): Promise<RunningServer> {
  const server = await startServer(filesOf(files))
  open.push(server)
  repository.pin(`http://${server.host}/charts`)
  return server
}

const good: Files = { '/charts/index.yaml': indexOf('cluster-0.8.1.tgz'), '/charts/cluster-0.8.1.tgz': archive }

describe('a pull', () => {
  test('writes the archive into the cache and reports where it came from', async () => {
    const { host, seen } = await serve(good)
    const { code, stdout, stderr } = await repository.pull()
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `pulled cluster 0.8.1 from http://${host}/charts/cluster-0.8.1.tgz sha256:${digest}\n`,
    })
    expect(stderr).toBe(`1 chart for ${repository.cache}/cnpg-values/charts: 1 pulled, 0 present\n`)
    const [path = ''] = repository.cached()
    expect(path).toMatch(/^cnpg-values[/\\]charts[/\\]cluster-0\.8\.1-[0-9a-f]{12}\.tgz$/)
    expect(readFileSync(join(repository.cache, path))).toEqual(archive)
    expect(seen.map(({ url }) => url)).toEqual(['/charts/index.yaml', '/charts/cluster-0.8.1.tgz'])
    expect(seen[0]?.headers['user-agent']).toMatch(/^cnpg-values\/\d/)
  })
  test('makes no request if the chart is already there', async () => {
    const { seen } = await serve(good)
    await repository.pull()
    seen.length = 0
    expect(await repository.pull()).toMatchObject({ code: 0, stdout: `present cluster 0.8.1 sha256:${digest}\n` })
    expect(seen).toEqual([])
  })
  test('replaces a file in the cache that is not a chart', async () => {
    await serve(good)
    await repository.pull()
    const [path = ''] = repository.cached()
    repository.put(join('../cache', path), 'half of somethi')
    expect((await repository.pull()).stdout).toMatch(/^pulled /)
    expect(readFileSync(join(repository.cache, path))).toEqual(archive)
  })
  test('writes into a folder with --to, under the usual name', async () => {
    await serve(good)
    expect((await repository.pull({ to: 'charts' })).stderr).toBe('1 chart for charts: 1 pulled, 0 present\n')
    expect(readFileSync(join(repository.root, 'charts/cluster-0.8.1.tgz'))).toEqual(archive)
    expect(repository.cached()).toEqual([])
  })
  test('writes nothing and makes no request with --dry-run', async () => {
    const { host, seen } = await serve(good)
    expect(await repository.pull({ 'dry-run': true })).toEqual({
      code: 0,
      stdout: `would pull cluster 0.8.1 from http://${host}/charts\n`,
      stderr: '1 chart would be pulled\n',
    })
    await repository.pull()
    seen.length = 0
    expect((await repository.pull({ 'dry-run': true })).stdout).toBe(`present cluster 0.8.1 sha256:${digest}\n`)
    expect(seen).toEqual([])
  })
  test.each([
    ['an absolute address', (host: string) => `http://${host}/elsewhere/c.tgz`, '/elsewhere/c.tgz'],
    ['an absolute path', () => '/elsewhere/c.tgz', '/elsewhere/c.tgz'],
    ['a relative path', () => '../elsewhere/c.tgz', '/elsewhere/c.tgz'],
  ])('follows %s in the index', async (_, url, path) => {
    const files: Record<string, string | Buffer> = { [path]: archive }
    const { host } = await serve(files)
    files['/charts/index.yaml'] = indexOf(url(host))
    expect(await repository.pull()).toMatchObject({ code: 0, stdout: expect.stringContaining(`http://${host}${path} `) })
  })
  test('keeps the query of a repository for the index and its archives, and does not print it', async () => {
    const { host, seen } = await serve(good)
    repository.pin(`http://${host}/charts/?ticket=abc123`)
    const { code, stdout, stderr } = await repository.pull()
    expect(code).toBe(0)
    expect(seen.map(({ url }) => url)).toEqual(['/charts/index.yaml?ticket=abc123', '/charts/cluster-0.8.1.tgz?ticket=abc123'])
    expect(stdout + stderr).not.toContain('abc123')
  })
  test.each([
    ['a digest with its algorithm before it', indexOf('cluster-0.8.1.tgz', `digest: sha256:${digest.toUpperCase()}`)],
    ['no digest', indexOf('cluster-0.8.1.tgz', 'description: x')],
    ['a `v` before the version', indexOf('cluster-0.8.1.tgz', `digest: ${digest}`, 'v0.8.1')],
    ['an index in JSON', JSON.stringify({ entries: { cluster: [{ version: '0.8.1', digest, urls: ['cluster-0.8.1.tgz'] }] } })],
  ])('takes %s', async (_, index) => {
    await serve({ ...good, '/charts/index.yaml': index })
    expect(await repository.pull()).toMatchObject({ code: 0 })
  })
  test('reads the index once for several charts, and pulls each chart once', async () => {
    const operator = chartArchive('cloudnative-pg', '0.26.1')
    const { host, seen } = await serve({ ...good, '/charts/operator.tgz': operator })
    repository.pin(`http://${host}/charts`, {
      more: `    prd:
      destination:
        server: https://kubernetes.default.svc
      namespace: "{service}-prd"
      clusterChart:
        repository: http://${host}/charts/
`,
    })
    const text = repository.read('apps/values.yaml')
    repository.put(
      'apps/values.yaml',
      text
        .replace('    manageApplication: false\n', '')
        .replace('      version: 0.26.1', `      version: 0.26.1\n      repository: http://${host}/charts`),
    )
    const { code, stdout } = await repository.pull()
    expect(code).toBe(0)
    expect(stdout.match(/^pulled \S+ \S+/gm)).toEqual(['pulled cluster 0.8.1', 'pulled cloudnative-pg 0.26.1'])
    expect(seen.filter(({ url }) => url.endsWith('index.yaml'))).toHaveLength(1)
  })
  test('leaves folders of the repository alone', async () => {
    repository.pin('./my-charts')
    expect(await repository.pull()).toEqual({
      code: 0,
      stdout: '',
      stderr: 'there is no chart to pull: each of them is a folder of this repository\n',
    })
  })
  test.each([
    ['apps/values.yaml', () => {}, 'a part of the path is a file, but must be a folder'],
    ['charts', () => symlinkSync(repository.cache, join(repository.root, 'charts')), 'charts is a link to nothing'],
  ])('with --to %s is refused if that cannot be written', async (to, prepare, message) => {
    await serve(good)
    prepare()
    await expect(repository.pull({ to })).rejects.toThrow(message)
    expect(repository.cached()).toEqual([])
  })
  test('of two charts of one name and version into one folder is refused', async () => {
    const { host } = await serve(good)
    const operands = [`http://${host}/charts/cluster@0.8.1`, `http://${host}/others/cluster@0.8.1`]
    const { code, stdout, stderr } = await repository.pull({ to: 'charts', operands })
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/^pulled [^\n]*\n$/) })
    expect(stderr).toContain(
      `it is wanted from two repositories, but ${join(repository.root, 'charts')} can hold only one of this name and version`,
    )
  })
  test('pulls one that is named, in any version, if there are no settings', async () => {
    const { host } = await serve(good)
    repository.put('apps/values.yaml', 'x: 1\n')
    expect(await repository.pull({ operands: [`http://${host}/charts/cluster@0.8.1`] })).toMatchObject({ code: 0 })
    expect(await repository.pull({ operands: [`http://${host}/charts/cluster@0.8.2`] })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `cnpg-values: chart cluster 0.8.2 can't be pulled: http://${host}/charts/ has no version 0.8.2 of cluster\n  help: did you mean \`0.8.0\`?\n`,
      ),
    })
  })
  test('pulls a pinned chart in another version from the repository of its pin', async () => {
    const old = chartArchive('cluster', '0.8.0')
    await serve({ ...good, '/charts/old.tgz': old })
    expect((await repository.pull({ operands: ['cluster@0.8.0'] })).stdout).toContain(`sha256:${sha256(old)}`)
  })
  test.each([
    ['clustr@0.8.0', 'there is no pinned chart `clustr`; did you mean `cluster`?'],
    ['cluster', '`cluster` is not a chart, but must be like cluster@0.8.1'],
    ['cluster@latest', '`cluster@latest` is not a chart'],
    ['../../x@1.0.0/..', '`../../x@1.0.0/..` is not a chart'],
    ['https://me:secret@host/x', '`https://me:***@host/x` is not a chart'],
  ])('%s is wrong usage', async (operand, message) => {
    await serve(good)
    await expect(repository.pull({ operands: [operand] })).rejects.toThrow(message)
  })
})

describe('a login', () => {
  const login = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  test('comes from the environment, for its own server only, and is never printed', async () => {
    const other = await startServer(filesOf({ '/c.tgz': archive }))
    open.push(other)
    const { host, seen } = await serve({
      '/charts/index.yaml': indexOf('first.tgz'),
      '/charts/first.tgz': redirectTo(`http://${other.host}/c.tgz`),
    })
    const env = { CNPG_VALUES_REPOSITORIES: `http://x:y@${host}/others http://me:p%40ss@${host}/charts` }
    const { code, stdout, stderr } = await repository.pull({}, { env })
    expect(code).toBe(0)
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([login, login])
    expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect(stdout + stderr).not.toMatch(/p%40ss|p@ss|me:/)
  })
  test('stays on a redirect within its server', async () => {
    const { host, seen } = await serve({ ...good, '/charts/cluster-0.8.1.tgz': redirectTo('/new.tgz', 308), '/new.tgz': archive })
    await repository.pull({}, { env: { CNPG_VALUES_REPOSITORIES: `http://me:p%40ss@${host}` } })
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([login, login, login])
  })
  test.each([401, 403])('is requested if the server responds with %i', async (status) => {
    const { host } = await serve({ '/charts/index.yaml': (_, response) => void response.writeHead(status).end() })
    const { stderr } = await repository.pull()
    expect(stderr).toContain(`${host} refuses index.yaml without a valid login (${status}) [charts/available]\n`)
    expect(stderr).toContain('into CNPG_VALUES_REPOSITORIES')
  })
  test('in the settings is refused, and not sent', async () => {
    const { host, seen } = await serve(good)
    repository.pin(`http://token@${host}/charts`)
    expect((await repository.pull()).stderr).toContain("can't be pulled: its repository has a login in its address [charts/available]\n")
    expect(seen).toEqual([])
  })
})

const answering =
  (status: number): Files[string] =>
  (_, response) =>
    void response.writeHead(status).end()
/** No length is sent, so only counting helps. */
function big(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(1 << 20)));
  }
  response.on('drain', more)
  more()
}
const withArchive = (body: Buffer): Files => ({
  '/charts/index.yaml': indexOf('cluster-0.8.1.tgz', `digest: ${sha256(body)}`),
  '/charts/cluster-0.8.1.tgz': body,
})
const withEntry = (name: string, type = '0', link = ''): Files => withArchive(chartArchive('cluster', '0.8.1', [{ name, type, link }]))

describe('one clear error for', () => {
  const cases: readonly (readonly [string, Files, string, 'repository' | 'name' | 'version'])[] = [
    ['a repository without index.yaml', {}, 'http://HOST/charts/index.yaml does not exist (404)', 'repository'],
    ['a server that fails', { '/charts/index.yaml': answering(503) }, 'HOST fails to answer (503)', 'repository'],
    ['a server with a rate limit', { '/charts/index.yaml': answering(429) }, 'HOST accepts no more requests for now (429)', 'repository'],
    ['an odd status', { '/charts/index.yaml': answering(204) }, 'HOST answers 204 for index.yaml', 'repository'],
    [
      'a server that fails without end',
      { '/charts/index.yaml': (_, response) => big(response.writeHead(500)) },
      'HOST fails to answer (500)',
      'repository',
    ],
    [
      'an index that is nested without end',
      { '/charts/index.yaml': `entries: ${'['.repeat(1e6)}` },
      'index.yaml of HOST is not valid YAML (',
      'repository',
    ],
    [
      'an index of more parts than memory holds',
      { '/charts/index.yaml': `entries: {cluster: [${'x,'.repeat(10 << 20)}]}` },
      'index.yaml of HOST has too many parts to be read',
      'repository',
    ],
    ['an index that is not YAML', { '/charts/index.yaml': 'entries: {a: [}' }, 'index.yaml of HOST is not valid YAML (', 'repository'],
    ['an HTML page', { '/charts/index.yaml': '<html></html>' }, 'http://HOST/charts/index.yaml holds no charts', 'repository'],
    ['an endless index', { '/charts/index.yaml': (_, response) => big(response) }, 'index.yaml of HOST is larger than 32 MB', 'repository'],
    [
      'an index with a declared length of 50 MB',
      { '/charts/index.yaml': (_, response) => void response.writeHead(200, { 'content-length': 50 << 20 }).write('entries:\n') },
      'index.yaml of HOST is larger than 32 MB',
      'repository',
    ],
    ['a chart that is not there', { '/charts/index.yaml': 'entries: {clusters: []}' }, 'http://HOST/charts/ has no chart cluster', 'name'],
    [
      'a version that is not there',
      { '/charts/index.yaml': 'entries: {cluster: [{version: 0.7.0}]}' },
      'http://HOST/charts/ has no version 0.8.1 of cluster',
      'version',
    ],
    ['a release without an address', { '/charts/index.yaml': 'entries: {cluster: [{version: 0.8.1}]}' }, 'has no address', 'version'],
    ['a release at a file of this machine', { '/charts/index.yaml': indexOf('file:///etc/passwd') }, 'has no address', 'version'],
    [
      'an archive that is not there',
      { '/charts/index.yaml': indexOf('c.tgz') },
      'http://HOST/charts/c.tgz does not exist (404)',
      'repository',
    ],
    [
      'a wrong digest',
      { ...good, '/charts/cluster-0.8.1.tgz': chartArchive('cluster', '0.8.1', [{ name: 'cluster/evil.txt' }]) },
      `, but index.yaml of HOST has sha256:${digest.slice(0, 12)}…`,
      'version',
    ],
    [
      'an endless archive',
      { ...good, '/charts/cluster-0.8.1.tgz': (_, response) => big(response) },
      'the archive of HOST is larger than 20 MB',
      'repository',
    ],
    [
      'a connection that breaks in the middle',
      {
        ...good,
        '/charts/cluster-0.8.1.tgz': (_, response) => {
          response.writeHead(200, { 'content-length': 5000 })
          response.write('x'.repeat(1000), () => response.destroy())
        },
      },
      'the archive of HOST ended after 1000 of 5000 bytes',
      'repository',
    ],
    ['a truncated archive', withArchive(archive.subarray(0, archive.length - 40)), 'the archive is broken (unexpected EOF)', 'version'],
    ['something that is not an archive', withArchive(Buffer.from('<html>')), 'the archive is broken (gzip: invalid header)', 'version'],
    ['an empty archive', withArchive(tarball([])), 'the archive is broken (no files in chart archive)', 'version'],
    ['an archive without a chart', withArchive(tarball([{ name: 'cluster/x' }])), 'the archive has no Chart.yaml', 'version'],
    [
      'a Chart.yaml of 2 MB',
      withArchive(tarball([{ name: 'cluster/Chart.yaml', text: `name: cluster\nversion: 0.8.1\nkeywords: [${'x,'.repeat(1 << 20)}]\n` }])),
      'its Chart.yaml is larger than 1 MB',
      'version',
    ],
    [
      'a Chart.yaml that is not YAML',
      withArchive(tarball([{ name: 'cluster/Chart.yaml', text: 'name: [' }])),
      'its Chart.yaml is not a YAML map',
      'version',
    ],
    ['another chart', withArchive(chartArchive('clusters', '0.8.1')), 'the archive holds chart clusters', 'name'],
    ['another version', withArchive(chartArchive('cluster', '0.8.2')), 'the archive holds version 0.8.2', 'version'],
    [
      'a path upward',
      withEntry('cluster/../../etc/cron.d/x'),
      'the archive holds a path that leads out of it (cluster/../../etc/cron.d/x)',
      'version',
    ],
    ['a path that is only upward', withEntry('../x'), 'the archive holds a path that leads out of it (../x)', 'version'],
    ['a path with backslashes', withEntry('cluster\\..\\x'), 'the archive holds a path that leads out of it (cluster\\..\\x)', 'version'],
    ['an absolute path', withEntry('/etc/passwd'), 'the archive holds a path that leads out of it (/etc/passwd)', 'version'],
    ['a path with a drive', withEntry('C:/x'), 'the archive holds a path that leads out of it (C:/x)', 'version'],
    ['a symbolic link', withEntry('cluster/files', '2', '/etc'), 'the archive holds a link (cluster/files)', 'version'],
    ['a hard link', withEntry('cluster/files', '1', 'x'), 'the archive holds a link (cluster/files)', 'version'],
    ['a device', withEntry('cluster/null', '3'), 'the archive holds something that is neither a file nor a folder', 'version'],
    ['a name that steers a terminal', withEntry('/\u001b[2J'), 'leads out of it (/\\u001b[2J)', 'version'],
    [
      'an archive that grows a thousandfold',
      withArchive(tarball([{ name: 'cluster/big', text: '\0'.repeat(120 << 20) }])),
      'the archive is broken (decompressed chart is larger than the maximum size 104857600)',
      'version',
    ],
    [
      'redirects to itself',
      { '/charts/index.yaml': redirectTo('/charts/index.yaml') },
      'index.yaml of HOST redirects more than 5 times',
      'repository',
    ],
    [
      'a redirect to nowhere',
      { '/charts/index.yaml': answering(302) },
      '/charts/index.yaml redirects, but not to an address',
      'repository',
    ],
    [
      'a redirect to a file',
      { '/charts/index.yaml': redirectTo('file:///etc/passwd') },
      'redirects to file, but must stay with https',
      'repository',
    ],
  ]
  test.each(cases)('%s', async (_, files, message, on) => {
    const { host } = await serve(files)
    const { code, stdout, stderr } = await repository.pull()
    const place = { repository: '12:17', name: '13:11', version: '14:14' }[on]
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const [line = '', ...rest] = stderr.split('\n')
    expect(line).toContain(`apps/values.yaml:${place}: error: chart cluster 0.8.1 can't be pulled: `)
    expect(line).toContain(message.replaceAll('HOST', host))
    expect(line).toMatch(/ \[charts\/(?:available|digest|archive)\]$/)
    expect(rest.filter((text) => !text.startsWith('  help: '))).toEqual([expect.stringContaining('0 pulled, 0 present, 1 failed'), ''])
    expect(repository.cached()).toEqual([])
  })
  test('a server that accepts no connection', async () => {
    const server = await startServer(() => {})
    await server.close()
    repository.pin(`http://${server.host}`)
    expect((await repository.pull()).stderr).toContain(`${server.host} refuses connections (ECONNREFUSED) [charts/available]`)
  })
  test('a host that has no address', async () => {
    // a name that is too long is never resolved
    const host = `${'a'.repeat(64)}.invalid`
    repository.pin(`https://${host}/x`)
    expect((await repository.pull()).stderr).toContain(`${host} has no address (`)
  })
  test('a server that accepts the connection and sends nothing', async () => {
    const server = await startTcpServer()
    open.push(server)
    repository.pin(`http://${server.host}`)
    expect((await repository.pull({}, { timeout: 200 })).stderr).toContain(`index.yaml of ${server.host} did not arrive within 0.2 s`)
    repository.pin(`https://charts.test:${server.port}`)
    const env = { HTTPS_PROXY: `http://${server.host}` }
    expect((await repository.pull({}, { connectTimeout: 200, env })).stderr).toContain(
      `charts.test:${server.port} accepted no connection within 0.2 s`,
    )
  })
  test('a server that sends one byte after the other', async () => {
    const { host } = await serve({
      ...good,
      '/charts/cluster-0.8.1.tgz': (_, response) => {
        const timer = setInterval(() => response.write('x'), 20)
        response.once('close', () => clearInterval(timer))
      },
    })
    expect((await repository.pull({}, { timeout: 300 })).stderr).toContain(`the archive of ${host} did not arrive within 0.3 s`)
  })
  test('a server that does not speak HTTP', async () => {
    const { host } = await serve({ '/charts/index.yaml': ({ socket }) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n') })
    expect((await repository.pull()).stderr).toContain(`${host} does not speak HTTP (HPE_`)
  })
  test('a repository of a kind that is not a chart server', async () => {
    repository.pin('git+https://github.com/example/charts')
    expect((await repository.pull()).stderr).toContain('its repository is of type git+https, but must be https, http or oci')
  })
  test('a repository that cannot be reached, once for all its charts', async () => {
    const { host, seen } = await serve({})
    const prd = `    prd:
      destination:
        server: https://kubernetes.default.svc
      namespace: "{service}-prd"
      clusterChart:
        version: 0.7.0
`
    repository.pin(`http://${host}/charts`, { more: prd })
    const { stderr } = await repository.pull()
    expect(stderr.match(/^apps\/values\.yaml:\d+/gm)).toEqual(['apps/values.yaml:12'])
    expect(stderr).toContain('2 failed')
    expect(seen).toHaveLength(1)
  })
})

describe('with TLS', () => {
  const certificate = selfSigned('localhost')
  let server: RunningServer
  const files: Record<string, Files[string]> = {}
  beforeAll(async () => {
    server = await startServer(filesOf(files), certificate)
  })
  afterAll(async () => server.close())
  const pin = (): void => repository.pin(`https://localhost:${server.port}/charts`)

  test('a server with a trusted certificate is used', async () => {
    Object.assign(files, good)
    pin()
    expect(await repository.pull({}, { ca: certificate.cert })).toMatchObject({ code: 0 })
  })
  test('an untrusted certificate is one clear error', async () => {
    pin()
    const { stderr } = await repository.pull()
    expect(stderr).toMatch(/the certificate of localhost:\d+ is not trusted \((?:DEPTH_ZERO_)?SELF_SIGNED_CERT\) \[charts\/available\]/)
    expect(stderr).toContain('help: name the certificate file of your own authority in NODE_EXTRA_CA_CERTS')
  })
  test('a certificate for another name is one clear error', async () => {
    repository.pin(`https://127.0.0.1:${server.port}/charts`)
    expect((await repository.pull({}, { ca: certificate.cert })).stderr).toContain('is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)')
  })
  test('a server without TLS is one clear error', async () => {
    const { port } = await serve(good)
    repository.pin(`https://localhost:${port}/charts`)
    expect((await repository.pull()).stderr).toMatch(/localhost:\d+ does not speak TLS \(/)
  })
  test('a redirect from https to http is refused', async () => {
    const { host } = await serve(good)
    files['/charts/cluster-0.8.1.tgz'] = redirectTo(`http://${host}/charts/cluster-0.8.1.tgz?X-Amz-Signature=abc`)
    pin()
    const { stderr } = await repository.pull({}, { ca: certificate.cert })
    expect(stderr).toContain(`https://localhost:${server.port}/charts/cluster-0.8.1.tgz redirects from https to http (${host})`)
    expect(stderr).not.toContain('abc')
  })
  test('an archive without TLS is accepted only with a digest', async () => {
    const { host } = await serve(good)
    pin()
    files['/charts/index.yaml'] = indexOf(`http://${host}/charts/cluster-0.8.1.tgz`)
    expect(await repository.pull({}, { ca: certificate.cert })).toMatchObject({ code: 0 })
    files['/charts/index.yaml'] = indexOf(`http://${host}/charts/cluster-0.8.1.tgz`, 'description: x')
    expect(await repository.pull({ to: 'charts' }, { ca: certificate.cert })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`leads from https to http (${host}), and has no digest`),
    })
  })
})
