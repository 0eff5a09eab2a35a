// Are charts pulled from an OCI registry as the distribution specification requires, and is everything else one clear error?
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chartArchive, sha256 } from '../support/archives.ts'
import { selfSigned } from '../support/certificate.ts'
import { openPulling } from '../support/pulls.ts'
import type { PullingRepository } from '../support/pulls.ts'
import { filesOf, startProxy, startRegistry, startServer } from '../support/servers.ts'
import type { Registry, RegistryOptions, RunningServer } from '../support/servers.ts'

const archive = chartArchive('cluster', '0.8.1')
const digest = `sha256:${sha256(archive)}`

let repository: PullingRepository
const open: RunningServer[] = []
beforeEach(() => {
  repository = openPulling()
})
afterEach(async () => {
  repository.remove()
  await Promise.all(open.splice(0).map(async (server) => server.close()))
})

async function registryWith(options: RegistryOptions = {}): Promise<Registry> {
  const registry = await startRegistry(options)
  open.push(registry)
  repository.pin(`oci://${registry.host}/example/charts`)
  return registry
}

describe('a pull', () => {
  test.each(['oci://HOST/example/charts', 'HOST/example/charts', 'oci://HOST/example/charts/'])('accepts %s', async (address) => {
    const { host, push } = await registryWith()
    push('example/charts/cluster', '0.8.1', archive)
    repository.pin(address.replace('HOST', host))
    expect(await repository.pull()).toMatchObject({
      code: 0,
      stdout: `pulled cluster 0.8.1 from oci://${host}/example/charts/cluster:0.8.1 ${digest}\n`,
    })
    const [path = ''] = repository.cached()
    expect(readFileSync(join(repository.cache, path))).toEqual(archive)
  })
  test('keeps both spellings of a registry in one file', async () => {
    const { host, push } = await registryWith()
    push('example/charts/cluster', '0.8.1', archive)
    await repository.pull()
    repository.pin(`${host}/example/charts`)
    expect((await repository.pull()).stdout).toMatch(/^present /)
    repository.pin(host, { name: 'example/charts/cluster' })
    expect((await repository.pull()).stdout).toMatch(/^present /)
  })
  test('accepts a chart whose name has the folders of the registry before it', async () => {
    const { host, push } = await registryWith()
    push('example/charts/cluster', '0.8.1', archive)
    repository.pin(host, { name: 'example/charts/cluster' })
    expect(await repository.pull({ to: 'charts' })).toMatchObject({ code: 0 })
    expect(readFileSync(join(repository.root, 'charts/cluster-0.8.1.tgz'))).toEqual(archive)
  })
  test('asks the realm for a token, and shows it to the registry', async () => {
    const { push, seen } = await registryWith({ token: 'abc.def' })
    push('example/charts/cluster', '0.8.1', archive)
    const { code, stdout, stderr } = await repository.pull()
    expect(code).toBe(0)
    expect(seen.map(({ url, headers }) => [url.split('?')[0], headers.authorization])).toEqual([
      ['/v2/example/charts/cluster/manifests/0.8.1', undefined],
      ['/token', undefined],
      ['/v2/example/charts/cluster/manifests/0.8.1', 'Bearer abc.def'],
      [`/v2/example/charts/cluster/blobs/${digest}`, 'Bearer abc.def'],
    ])
    expect(new URL(seen[1]?.url ?? '', 'http://x').searchParams.get('scope')).toBe('repository:example/charts/cluster:pull')
    expect(stdout + stderr).not.toContain('abc.def')
  })
  test('shows the login of the environment to the realm', async () => {
    const { host, push } = await registryWith({ token: 'abc', login: 'me:secret' })
    push('example/charts/cluster', '0.8.1', archive)
    const env = { CNPG_VALUES_REPOSITORIES: `http://me:secret@${host}/example` }
    expect(await repository.pull({}, { env })).toMatchObject({ code: 0 })
  })
  test('shows the login to a registry that requires no token', async () => {
    const { host, push } = await registryWith({ basic: true, login: 'me:secret' })
    push('example/charts/cluster', '0.8.1', archive)
    const env = { CNPG_VALUES_REPOSITORIES: `http://me:secret@${host}/` }
    expect(await repository.pull({}, { env })).toMatchObject({ code: 0 })
  })
  test('follows the redirect of a blob to another host without the token', async () => {
    const storage = await startServer(filesOf({ [`/blobs/${digest}`]: archive }))
    open.push(storage)
    const { push } = await registryWith({ token: 'abc', blobsAt: () => `http://${storage.host}/blobs` })
    push('example/charts/cluster', '0.8.1', archive)
    expect(await repository.pull()).toMatchObject({ code: 0 })
    expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })
  test('writes the plus sign of a version as a tag can hold it', async () => {
    const { push } = await registryWith()
    push('example/charts/cluster', '0.8.1_build.2', chartArchive('cluster', '0.8.1+build.2'))
    expect(await repository.pull({ operands: ['cluster@0.8.1+build.2'] })).toMatchObject({ code: 0 })
  })
  test('accepts the layer of old charts', async () => {
    const { push } = await registryWith()
    push('example/charts/cluster', '0.8.1', archive, (manifest) => ({
      ...manifest,
      layers: [
        { mediaType: 'application/vnd.cncf.helm.chart.provenance.v1.prov', digest: `sha256:${sha256('x')}`, size: 1 },
        { mediaType: 'application/tar+gzip', digest, size: archive.length },
      ],
    }))
    expect(await repository.pull()).toMatchObject({ code: 0 })
  })
  test('speaks TLS to every registry that is not on this machine', async () => {
    const certificate = selfSigned('registry.test')
    const registry = await startRegistry({ token: 'abc', realm: () => 'https://registry.test/token' }, certificate)
    const proxy = await startProxy(() => registry.port)
    open.push(registry, proxy)
    registry.push('charts/cluster', '0.8.1', archive)
    repository.pin('registry.test/charts')
    const env = { HTTPS_PROXY: `http://${proxy.host}` }
    expect(await repository.pull({}, { env, ca: certificate.cert })).toMatchObject({ code: 0 })
    expect(new Set(proxy.seen.map(({ method, url }) => `${method} ${url}`))).toEqual(new Set(['CONNECT registry.test:443']))
  })
})

type Change = Parameters<Registry['push']>[3]
const layer =
  (fields: Record<string, unknown>): Change =>
  (manifest) => ({
    ...manifest,
    layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest, size: archive.length, ...fields }],
  })

describe('one clear error for', () => {
  test.each<readonly [string, Change, string, 'repository' | 'name' | 'version']>([
    ['a manifest that is none', () => [1], 'the response of HOST is not a manifest', 'version'],
    [
      'an image',
      (manifest) => ({ ...manifest, config: { mediaType: 'application/vnd.oci.image.config.v1+json' } }),
      'HOST/example/charts/cluster holds no Helm chart',
      'name',
    ],
    ['a manifest without layers', (manifest) => ({ ...manifest, layers: 'x' }), 'HOST/example/charts/cluster holds no Helm chart', 'name'],
    ['a digest that is none', layer({ digest: 'sha256:../../x' }), 'names no layer by its sha256 and its size', 'version'],
    ['a layer without a size', layer({ size: 'large' }), 'names no layer by its sha256 and its size', 'version'],
    ['a layer of 100 MB', layer({ size: 100 << 20 }), 'the archive of HOST is larger than 20 MB', 'repository'],
    [
      'a blob that is not there',
      layer({ digest: `sha256:${sha256('x')}` }),
      `http://HOST/v2/example/charts/cluster/blobs/sha256:${sha256('x')} does not exist (404)`,
      'repository',
    ],
  ])('%s', async (_, change, message, on) => {
    const { host, push } = await registryWith()
    push('example/charts/cluster', '0.8.1', archive, change)
    const { code, stdout, stderr } = await repository.pull()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const place = { repository: '12:17', name: '13:11', version: '14:14' }[on]
    expect(stderr).toContain(`apps/values.yaml:${place}: error: chart cluster 0.8.1 can't be pulled: `)
    expect(stderr).toContain(`${message.replaceAll('HOST', host)} [charts/`)
    expect(repository.cached()).toEqual([])
  })
  test('a version that the registry does not have', async () => {
    const { host } = await registryWith()
    expect((await repository.pull()).stderr).toContain(
      `14:14: error: chart cluster 0.8.1 can't be pulled: ${host}/example/charts/cluster has no version 0.8.1 [`,
    )
  })
  test('a server of index.yaml whose https:// was left out', async () => {
    const server = await startServer(filesOf({ '/charts/index.yaml': 'entries: {}' }))
    open.push(server)
    repository.pin(`${server.host}/charts`)
    expect((await repository.pull()).stderr).toContain('help: an address without https:// is taken for an OCI registry\n')
  })
  test('a blob with different bytes', async () => {
    const { host, push, blobs } = await registryWith()
    push('example/charts/cluster', '0.8.1', archive)
    blobs.set(digest, chartArchive('cluster', '0.8.1', [{ name: 'cluster/evil' }]))
    const { stderr } = await repository.pull()
    expect(stderr).toMatch(
      /the archive is sha256:[0-9a-f]{12}…, but its manifest at 127\.0\.0\.1:\d+ has sha256:[0-9a-f]{12}… \[charts\/digest\]/,
    )
    expect(stderr).toContain(host)
    expect(repository.cached()).toEqual([])
  })
  test('a manifest with different bytes', async () => {
    const manifest = JSON.stringify({ schemaVersion: 2 })
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'docker-content-digest': `sha256:${sha256('other')}` }).end(manifest)
    })
    open.push(server)
    repository.pin(`oci://${server.host}/x`)
    expect((await repository.pull()).stderr).toMatch(/its manifest is sha256:\w+…, but 127\.0\.0\.1:\d+ has sha256:\w+… \[charts\/digest\]/)
  })
  test('a registry that requires a login', async () => {
    const { host } = await registryWith({ token: 'abc', login: 'me:secret' })
    const { stderr } = await repository.pull()
    expect(stderr).toContain(`${host} refuses a token without a valid login (401) [charts/available]`)
    expect(stderr).toContain('for a private one put the address with user and password into CNPG_VALUES_REPOSITORIES\n')
  })
  test('a registry that refuses the token of its own realm', async () => {
    const { host } = await registryWith({ token: 'ab\ncd' })
    expect((await repository.pull()).stderr).toContain(`${host} answers without a token`)
  })
  test.each(['file:///etc/passwd', '', 'ftp://x/y'])('a realm at %j', async (realm) => {
    const { host } = await registryWith({ token: 'abc', realm: () => realm })
    expect((await repository.pull()).stderr).toContain(`${host} requires a token, but does not say where to get one`)
  })
  test('a realm without TLS of a registry with TLS', async () => {
    const certificate = selfSigned('registry.test')
    const registry = await startRegistry({ token: 'abc', realm: () => 'http://registry.test/token' }, certificate)
    const proxy = await startProxy(() => registry.port)
    open.push(registry, proxy)
    repository.pin('registry.test/charts')
    const env = { HTTPS_PROXY: proxy.host, CNPG_VALUES_REPOSITORIES: 'oci://me:secret@registry.test/charts' }
    expect((await repository.pull({}, { env, ca: certificate.cert })).stderr).toContain(
      'requires a token, but does not say where to get one',
    )
    expect(registry.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })
  test.each(['oci://me@127.0.0.1:1/x', 'oci://127.0.0.1:99999/x'])('a repository at %s', async (address) => {
    repository.pin(address)
    expect((await repository.pull()).stderr).toContain('the repository is not the address of a registry')
  })
})
