// How do tests pull charts into a cache of their own?
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guard } from '../../scripts/emit/terminal.ts'
import type { Network } from '../../scripts/charts/connect.ts'
import { chartsPull } from '../../scripts/cli/commands/charts.ts'
import type { ChartsFlags } from '../../scripts/cli/commands/charts.ts'
import type { Answer } from './terminal.ts'

const base = fileURLToPath(new URL('../projects/base', import.meta.url))

export interface PullingRepository {
  readonly root: string
  readonly cache: string
  /** settings whose only chart to pull is the one of the databases; `more` is put below `postgres` */
  pin(repository: string, chart?: { readonly name?: string; readonly version?: string; readonly more?: string }): void
  put(path: string, text: string | Buffer): void
  read(path: string): string
  pull(flags?: ChartsFlags & { readonly operands?: readonly string[] }, network?: Partial<Network>): Promise<Answer>
  /** every file below the cache, from its top */
  cached(): readonly string[]
  remove(): void
}

/** A copy of the smallest repository and an empty cache, which XDG_CACHE_HOME names until `remove`. */
export function openPulling(): PullingRepository {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-pull-'))
  const [root, cache] = [join(folder, 'repository'), join(folder, 'cache')]
  cpSync(base, root, { recursive: true })
  const before = process.env['XDG_CACHE_HOME']
  process.env['XDG_CACHE_HOME'] = cache
  const put = (path: string, text: string | Buffer): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return {
    root,
    cache,
    put,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    pin: (repository, { name = 'cluster', version = '0.8.1', more = '' } = {}) =>
      put('apps/values.yaml', settings({ repository, name, version, more })),
    pull: async ({ operands = [], ...flags } = {}, network = {}) => {
      let stdout = ''
      let stderr = ''
      const terminal = guard({ cwd: root, color: false, stdout: (text) => (stdout += text), stderr: (text) => (stderr += text) })
      const code = await chartsPull(flags, operands, terminal, { env: {}, connectTimeout: 5_000, timeout: 10_000, ...network })
      return { code, stdout, stderr }
    },
    cached: () => (existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.')) : []),
    remove: () => {
      if (before === undefined) delete process.env['XDG_CACHE_HOME']
      else process.env['XDG_CACHE_HOME'] = before
      rmSync(folder, { recursive: true })
    },
  }
}

interface Pin {
  readonly repository: string
  readonly name: string
  readonly version: string
  readonly more: string
}

const settings = ({ repository, name, version, more }: Pin): string => `postgres:
  argocd:
    version: "3.5.1"
  repository:
    url: https://github.com/example/example-infrastructure.git
  operator:
    version: "1.27.1"
    chart:
      version: 0.26.1
    manageApplication: false
  clusterChart:
    repository: ${repository}
    name: ${name}
    version: ${version}
  environments:
    dev:
      destination:
        server: https://kubernetes.default.svc
      namespace: "{service}-dev"
${more}`
