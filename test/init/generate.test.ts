// Does `init --generate` take databases over only where nothing of them changes, and say what would?
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { twoRepositories } from './two-repositories.ts'

let repositories: ReturnType<typeof twoRepositories>
const run = async (...argv: string[]) => repositories.run(argv)
const set = 'platform/apps/templates/data/postgres.yaml'

/** The first step of adoption: the old set keeps what it has when it goes. */
const protection = 'spec:\n  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }\n  goTemplate: true'
beforeEach(() => {
  repositories = twoRepositories()
  repositories.edit(set, 'spec:\n  goTemplate: true', protection)
  repositories.commit()
})
afterEach(() => repositories.remove())

interface Listed {
  readonly id: string
  readonly application: string
  readonly namespace: string
  readonly release: string
  readonly chart: object
  readonly objects: readonly object[]
}

/** What `list` says of each database, but for its id and its layers. */
async function listed(...argv: string[]): Promise<Omit<Listed, 'id'>[]> {
  const { stdout } = await run('list', '--format', 'json', ...argv)
  const { databases } = JSON.parse(stdout) as { databases: Listed[] }
  return databases
    .map(({ application, namespace, release, chart, objects }) => ({ application, namespace, release, chart, objects }))
    .sort((a, b) => (a.application < b.application ? -1 : 1))
}

/** Takes over, renders, and compares with the commit before. */
async function takeOver(...argv: string[]) {
  const before = await listed('--checkout', 'https://github.com/acme/services.git=../services')
  const made = await run('init', '--generate', ...argv)
  expect(made.stderr).not.toContain('error')
  expect(made.code).toBe(0)
  expect((await run('render')).code).toBe(0)
  expect(await listed()).toEqual(before)
  const { code, stdout } = await run('plan', '--base', 'main', '--format', 'json')
  const { databases } = JSON.parse(stdout) as {
    databases: { id: string; result: string; changes: { object: string; path: string; after: unknown }[] }[]
  }
  return { made, code, databases }
}

describe('a set with a matrix of environments and files of another repository', () => {
  test('is taken over: every Application and object keeps its name and its values', async () => {
    const { made, code, databases } = await takeOver()
    expect(made.stdout).toContain('same      orders-main-prd: Cluster orders-main-prd-cluster, 3 objects; adds labels env, service;')
    expect(code).toBe(0)
    expect(databases.map(({ id, result }) => [id, result])).toEqual(
      ['billing/main/dev', 'billing/main/prd', 'orders/main/dev', 'orders/main/prd'].map((id) => [id, 'handed-over']),
    )
    expect([...new Set(databases.flatMap(({ changes }) => changes.map(({ path }) => path)))].toSorted()).toEqual([
      'metadata.annotations["argocd.argoproj.io/sync-options"]',
      'metadata.labels.env',
      'metadata.labels.service',
    ])
    expect(made.stderr).toContain('next: the job reads https://github.com/acme/services.git; if that is private, give its step')
    const checked = await run('check', '--base', 'main')
    expect(checked.code).toBe(0)
    expect(existsSync(join(repositories.top, set))).toBe(false)
    const settings = repositories.read('platform/cnpg-values.yaml')
    expect(settings).toContain('url: https://github.com/acme/platform.git')
    expect(settings).toContain('  release: "{service}-{name}-{env}"\n')
    const sets = repositories.read('platform/apps/templates/data/postgres-clusters.yaml')
    expect(sets).toContain('        team: data\n')
    expect(sets).toContain('        managedNamespaceMetadata:\n          labels:\n            env: prd\n')
    expect(sets).not.toContain('ServerSideApply')
  })
  test('--bare adds nothing to any object', async () => {
    const { databases } = await takeOver('--bare', '--argocd', '3.4.0')
    expect(databases.flatMap(({ changes }) => changes)).toEqual([])
    expect(repositories.read('platform/cnpg-values.yaml')).toContain('version: 3.4.0')
  })
  test('the settings name their schema where the repository has it', async () => {
    repositories.put('platform/schemas/values/cnpg-values.json', '{}')
    await takeOver('--argocd', '3.4.0')
    expect(repositories.read('platform/cnpg-values.yaml')).toMatch(
      /^# yaml-language-server: \$schema=schemas\/values\/cnpg-values\.json\nargocd:/,
    )
  })
  test('its hook and its job work without options, from both repositories', async () => {
    await run('init')
    repositories.commit()
    await run('init', '--generate')
    expect((await run('render')).code).toBe(0)
    expect(repositories.read('platform/cnpg-values.yaml')).toContain('databases: ../services/databases\n')
    expect(repositories.read('platform/.github/workflows/cnpg-values.yml')).toMatch(/repository: acme\/services\n +path: services\n/)
    repositories.git('platform', 'add', '-A')
    const hook = await run('check', '--staged', '--changed')
    expect(hook.code).toBe(0)
    repositories.commit()
    repositories.edit('services/databases/orders/postgres/main-dev.yaml', '2Gi', '2Gii')
    repositories.git('services', 'add', '-A')
    const there = await repositories.run(['check', '--root', '../platform', '--staged', '--changed'], undefined, 'services')
    expect(there.stdout).toMatch(/^databases\/orders\/postgres\/main-dev\.yaml:3:11: error: cluster\.storage\.size is "2Gii"/m)
  })
  test('an Application that is given up is retired in the settings, and check says so', async () => {
    repositories.edit(set, '                - path: databases/*/postgres/*-dev.yaml\n                  exclude: true\n', '')
    repositories.commit()
    const names = ['orders-main-dev-dev', 'orders-main-dev-prd']
    expect((await run('init', '--generate', ...names.flatMap((name) => ['--drop', name]))).code).toBe(0)
    expect((await run('render')).code).toBe(0)
    const { code, stdout } = await run('check', '--base', 'main')
    expect(code).toBe(0)
    expect(stdout).toMatch(/warning: Application orders-main-dev-dev is retired: .* \(and 1 more\)/)
    repositories.edit('platform/cnpg-values.yaml', 'orders-main-dev-prd:', 'somebody-else:')
    expect((await run('check', '--base', 'main')).stdout).toContain('error: Application orders-main-dev-prd is left out')
  })
  test('--dry-run prints proof and files, and leaves everything as it is', async () => {
    const { code, stdout, stderr } = await run('init', '--generate', '--dry-run')
    expect(code).toBe(0)
    expect(stdout).toContain('same      orders-main-dev')
    expect(stdout).toContain('write     cnpg-values.yaml:\n    argocd:')
    expect(stdout).toContain('remove    apps/templates/data/postgres.yaml')
    expect(stderr).toContain('nothing was written')
    for (const name of ['platform', 'services']) expect(repositories.git(name, 'status', '--porcelain')).toBe('')
  })
  test('Clusters with names of their own are named in service.yaml', async () => {
    const base = repositories.read('services/databases/billing/postgres/main.yaml')
    repositories.put('services/databases/billing/postgres/main.yaml', `fullnameOverride: ledger\n${base}`)
    for (const name of ['invoices', 'stock', 'users']) repositories.put(`services/databases/${name}/postgres/main.yaml`, base)
    repositories.commit()
    const { made } = await takeOver('--bare')
    expect(made.stdout).toContain('billing-main-dev: Cluster ledger,')
    expect(repositories.read('services/databases/billing/service.yaml')).toBe('cluster:\n  dev: ledger\n  prd: ledger\n')
  })
})

describe('what a set holds itself', () => {
  const changed = (from: string, to: string): void => {
    repositories.edit(set, from, to)
    repositories.commit()
  }
  test('goes to the defaults of the environment, and to the file of a database where it is its own', async () => {
    changed('path: "/{{ "{{" }} .env {{ "}}" }}"', 'path: "/{{ "{{" }} .path.path {{ "}}" }}"')
    const { databases } = await takeOver('--bare')
    expect(databases.flatMap(({ changes }) => changes)).toEqual([])
    expect(repositories.read('platform/helm-values/data/postgres-prd-defaults.yaml')).toContain('    bucket: acme-postgres\n')
    expect(repositories.read('services/databases/billing/postgres/main.yaml')).toMatch(/s3:\n +path: \/databases\/billing\/postgres\n$/)
    expect(repositories.read('services/databases/orders/postgres/main.yaml')).toMatch(/s3:\n +path: \/databases\/orders\/postgres\n$/)
  })
  test('replaces what a file of a database sets without effect', async () => {
    const exclude = '                - path: databases/*/postgres/*-dev.yaml\n                  exclude: true\n'
    changed(exclude, exclude + exclude.replace('dev', 'prd'))
    repositories.put('services/databases/billing/postgres/main-prd.yaml', 'backups:\n  s3:\n    region: eu-north-1\n')
    repositories.commit()
    const { made } = await takeOver('--bare')
    expect(made.stdout).toContain('replaced  backups.s3.region of billing-main-prd: its file held another value')
    expect(repositories.read('services/databases/billing/postgres/main-prd.yaml')).toBe('backups:\n  s3:\n    region: eu-west-1\n')
  })
  test('sources besides the chart, infos, and defaults under other names', async () => {
    changed('      project: default', '      project: default\n      info: [{ name: docs, value: https://docs.acme.dev }]')
    const secrets =
      '        - repoURL: {{ .Values.here.repoURL }}\n          targetRevision: main\n          path: secrets/{{ "{{" }} .env {{ "}}" }}\n'
    changed('        - repoURL: {{ .Values.here.repoURL }}\n', `${secrets}        - repoURL: {{ .Values.here.repoURL }}\n`)
    changed('helm-values/data/postgres-{{ "{{" }} .env {{ "}}" }}-defaults.yaml', 'values/{{ "{{" }} .env {{ "}}" }}.yaml')
    for (const env of ['dev', 'prd']) {
      const text = repositories.read(`platform/helm-values/data/postgres-${env}-defaults.yaml`)
      repositories.put(`platform/values/${env}.yaml`, `# of everybody\n${text}`)
      repositories.git('platform', 'rm', '-qf', `helm-values/data/postgres-${env}-defaults.yaml`)
    }
    repositories.commit()
    const { made } = await takeOver('--bare')
    expect(made.stdout).toContain('unread    values/prd.yaml: remove it when')
    expect(repositories.read('platform/helm-values/data/postgres-prd-defaults.yaml')).toMatch(/^# of everybody\n/)
    const sets = repositories.read('platform/apps/templates/data/postgres-clusters.yaml')
    expect(sets).toContain(
      '          ref: values\n        - repoURL: https://github.com/acme/platform.git\n          path: secrets/prd\n          targetRevision: main\n',
    )
    expect(sets).toContain('      info:\n        - name: docs\n          value: https://docs.acme.dev\n')
  })
})

describe('refused, with the reason, and nothing is written', () => {
  const refused = async (...argv: string[]): Promise<string> => {
    const { code, stderr } = await run('init', '--generate', ...argv)
    expect(code).toBe(1)
    expect(stderr).toContain('nothing was written')
    for (const name of ['platform', 'services']) expect(repositories.git(name, 'status', '--porcelain')).toBe('')
    return stderr
  }
  const changed = (from: string, to: string): void => {
    repositories.edit(set, from, to)
    repositories.commit()
  }
  test('a set that deletes its Applications when it goes', async () => {
    changed('applicationsSync: create-update, ', '')
    expect(await refused()).toMatch(
      /postgres\.yaml:\d+:\d+: error: set postgres deletes its Applications .*\n {2}help: first, in a change of its own/,
    )
  })
  test('an Application that an override makes by mistake, unless it is given up', async () => {
    changed('                - path: databases/*/postgres/*-dev.yaml\n                  exclude: true\n', '')
    const names = ['orders-main-dev-dev', 'orders-main-dev-prd']
    const said = await refused()
    for (const name of names) {
      expect(said).toContain(`Application ${name} would be gone, and its Cluster ${name}-cluster with it`)
      expect(said).toContain(`help: if it holds nothing, give it up: --drop ${name}`)
    }
    const { code, stdout } = await run('init', '--generate', '--dry-run', ...names.flatMap((name) => ['--drop', name]))
    expect(code).toBe(0)
    expect(stdout).not.toContain('same      orders-main-dev-dev')
    expect(stdout).toContain('    retired:\n      orders-main-dev-dev:\n        reason: given up')
  })
  test.each([
    [
      '            ignoreMissingValueFiles: true',
      '            ignoreMissingValueFiles: true\n            kubeVersion: 1.31.0',
      'sets helm.kubeVersion',
    ],
    [
      '          ref: services',
      '          path: extras\n          helm: { valueFiles: [$platform/x.yaml] }\n          ref: services',
      'that reads files of another one',
    ],
    ['applicationsSync: create-update', 'applicationsSync: create-only', 'set postgres never updates its Applications'],
    ['      labels:\n', '      annotations: { argocd.argoproj.io/manifest-generate-paths: / }\n      labels:\n', 'manifest-generate-paths'],
    ['spec:\n  syncPolicy', 'spec:\n  strategy: { type: RollingSync }\n  syncPolicy', 'set postgres has spec.strategy'],
    [
      '      labels:\n',
      '      finalizers: [resources-finalizer.argocd.argoproj.io]\n      labels:\n',
      'preserveResourcesOnDeletion has no effect',
    ],
    ['          targetRevision: 0.8.1', '          targetRevision: 0.8.x', 'takes a range of chart versions'],
    [
      'postgres-{{ "{{" }} .env {{ "}}" }}-defaults.yaml',
      '{{ "{{" }} .env {{ "}}" }}.yaml',
      'postgres-dev-defaults.yaml exists, but no Application of dev reads it',
    ],
  ])('%s', async (from, to, reason) => {
    changed(from, to)
    expect(await refused()).toContain(reason)
  })
  test('a file that holds something else, too', async () => {
    repositories.put(set, `${repositories.read(set)}---\nkind: ConfigMap\napiVersion: v1\nmetadata:\n  name: other\n`)
    repositories.commit()
    expect(await refused()).toContain('postgres.yaml also makes ConfigMap other, which would go with it')
  })
  test('options without --generate, and names of no Application, are wrong usage', async () => {
    expect(await run('init', '--bare')).toMatchObject({ code: 2 })
    const { code, stderr } = await run('init', '--generate', '--drop', 'nobody')
    expect([code, stderr]).toEqual([2, expect.stringContaining('--drop is `nobody`, but there is no such Application')])
  })
})

describe('what harms after a take-over is an error of check', () => {
  beforeEach(async () => {
    expect((await run('init', '--generate')).code).toBe(0)
  })
  const errors = async (): Promise<string[]> => {
    await run('render')
    const { code, stdout } = await run('check', '--base', 'main')
    expect(code).toBe(1)
    return stdout.match(/(?<=: error: )[^\n]*/g) ?? []
  }
  test('names without what the chart appended', async () => {
    repositories.edit('platform/cnpg-values.yaml', '{env}-cluster"', '{env}"')
    expect((await errors()).join('\n')).toContain('but that is new and empty')
  })
  test('labels of namespaces that are lost', async () => {
    for (const env of ['dev', 'prd'])
      repositories.edit('platform/cnpg-values.yaml', `        managedNamespaceMetadata:\n          labels:\n            env: ${env}\n`, '')
    const found = await errors()
    expect(found.filter((text) => text.includes('[changes/namespace-labels-stay]'))).toHaveLength(2)
  })
  test('a project that is defined twice', async () => {
    repositories.edit('platform/cnpg-values.yaml', 'manageProject: false', 'manageProject: true')
    repositories.edit('platform/cnpg-values.yaml', 'project: default', 'project: data')
    const project =
      'apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata:\n  name: data\n  namespace: argocd\nspec:\n  sourceRepos: ["*"]\n'
    repositories.put('platform/apps/templates/core/project.yaml', project)
    expect((await errors()).join('\n')).toContain('`render` writes an AppProject of that name [argocd/manifest-once]')
  })
})
