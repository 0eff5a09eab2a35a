// Is what Helm packs, indexes and pushes pulled byte for byte, over HTTP and from a real registry?
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, Failure, isOnPath, run, Skipped } from './support.mjs'

const wait = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)

/** A server as a process of its own, since the trials block this one. */
function withServer(command, use) {
  const child = spawn(command[0], command.slice(1), { stdio: 'ignore' })
  try {
    use()
  } finally {
    child.kill()
  }
}

const freePort = () => 20_000 + Math.floor(Math.random() * 20_000)

/** Repeats what fails only until a server listens. */
function until(attempt) {
  for (let tries = 0; tries < 50; tries++) {
    const seen = attempt()
    if (seen.code === 0) return seen
    wait(200)
  }
  throw new Failure('the server never answered')
}

/** Two releases of a chart, one with a subchart and one with build metadata, as `helm package` writes them. */
function packCharts(folder) {
  if (!hasHelm(folder)) throw new Skipped('there is no helm')
  const helm = (...args) => {
    const seen = run('helm', args, { cwd: folder, env: helmHome(folder) })
    expect(seen.code === 0, `helm ${args[0]} succeeds`, seen)
  }
  for (const version of ['1.2.3+b7', '1.3.0']) {
    const source = mkdtempSync(join(folder, 'source-'))
    helm('create', join(source, 'demo'))
    if (version === '1.3.0') helm('create', join(source, 'demo/charts/below'))
    helm('package', join(source, 'demo'), '--version', version, '--destination', join(folder, 'charts'))
  }
  helm('repo', 'index', join(folder, 'charts'))
  return readdirSync(join(folder, 'charts')).filter((name) => name.endsWith('.tgz'))
}

const hasHelm = (folder) => run('helm', ['version'], { cwd: folder }).code === 0
const helmHome = (folder) => ({
  HELM_CACHE_HOME: join(folder, 'helm'),
  HELM_CONFIG_HOME: join(folder, 'helm'),
  HELM_DATA_HOME: join(folder, 'helm'),
})
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Pulls both releases and compares the bytes. */
function pullAll(root, folder, { repository, archives }) {
  const wanted = ['1.2.3+b7', '1.3.0'].map((version) => `${repository}/demo@${version}`)
  const to = mkdtempSync(join(folder, 'pulled-'))
  const program = [join(root, 'bin/cnpg-values.mjs'), 'charts', 'pull', '--root', folder, '--to', to]
  const seen = until(() => run(process.execPath, [...program, ...wanted], { cwd: folder }))
  for (const name of archives) {
    const digest = sha256(join(folder, 'charts', name))
    expect(seen.text.includes(`sha256:${digest}`) && sha256(join(to, name)) === digest, `${name} is the same`, seen)
  }
}

const fileServer = `require('http').createServer((request, response) => require('fs').readFile(decodeURI(request.url.slice(1)),
  (error, bytes) => response.writeHead(error ? 404 : 200).end(bytes))).listen(Number(process.argv[1]), '127.0.0.1')`

/** The trials of `charts pull`. */
export function chartTrials(root, work) {
  const folderFor = (name) => {
    const folder = mkdtempSync(join(work, name))
    mkdirSync(join(folder, 'charts'))
    return folder
  }
  return [
    {
      name: 'charts pull: an index that helm wrote',
      run() {
        const folder = folderFor('index-')
        const archives = packCharts(folder)
        const port = freePort()
        const serve = `process.chdir(${JSON.stringify(folder)});${fileServer}`
        withServer([process.execPath, '-e', serve, String(port)], () =>
          pullAll(root, folder, { repository: `http://127.0.0.1:${port}/charts`, archives }),
        )
      },
    },
    {
      name: 'charts pull: a registry that helm pushed to',
      run() {
        if (!isOnPath('docker-registry')) throw new Skipped('there is no docker-registry')
        const folder = folderFor('registry-')
        const archives = packCharts(folder)
        const port = freePort()
        const storage = `storage: { filesystem: { rootdirectory: ${JSON.stringify(join(folder, 'registry'))} } }`
        writeFileSync(join(folder, 'registry.yml'), `version: 0.1\n${storage}\nhttp: { addr: "127.0.0.1:${port}" }\n`)
        withServer(['docker-registry', 'serve', join(folder, 'registry.yml')], () => {
          for (const name of archives) {
            const push = ['push', join(folder, 'charts', name), `oci://127.0.0.1:${port}/team/charts`, '--plain-http']
            until(() => run('helm', push, { cwd: folder, env: helmHome(folder) }))
          }
          for (const scheme of ['oci://', '']) pullAll(root, folder, { repository: `${scheme}127.0.0.1:${port}/team/charts`, archives })
        })
      },
    },
  ]
}
