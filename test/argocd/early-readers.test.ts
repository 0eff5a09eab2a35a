// Is something reported that waits for a Secret of a database before Argo CD applies that database?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: pay, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: pay }
  source:
    repoURL: https://github.com/acme/infra.git
    targetRevision: main
    path: pay
`
const cluster = (annotations = '', spec = ''): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: pay, annotations: { ${annotations} } }
spec: { instances: 1, enablePDB: false, storage: { size: 10Gi }${spec} }
`
const reader = (
  annotations: string,
  { kind = 'Job', secret = 'pay-app', more = '', namespace = 'pay' } = {},
): string => `apiVersion: batch/v1
kind: ${kind}
metadata: { name: migrate, namespace: ${namespace}, annotations: { ${annotations} } }
spec:
  template:
    spec:
      containers:
        - name: migrate
          env: [{ name: A, valueFrom: { secretKeyRef: { name: ${secret}, key: uri${more} } } }]
`
const external =
  'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: other }\nspec: { target: { name: pay-app } }\n'
const hook = (phase: string): string => `argocd.argoproj.io/hook: "${phase}"`
const wave = (number: number): string => `argocd.argoproj.io/sync-wave: "${number}"`
const helm = (phase: string): string => `helm.sh/hook: "${phase}"`

const cases: readonly (readonly [string, string, string, string?])[] = [
  ['pay/job.yaml:3', reader(hook('PreSync')), cluster()],
  ['pay/job.yaml:3', reader(hook('PreSync,PostSync')), cluster()],
  ['pay/job.yaml:3', reader(helm('pre-install,pre-upgrade')), cluster()],
  ['', reader(hook('PostSync')), cluster()],
  ['', reader(`${hook('PostSync')}, ${helm('pre-install')}`), cluster()],
  ['', reader(hook('Skip')), cluster()],
  ['', reader(helm('post-install')), cluster()],
  ['', reader(hook('Sync')), cluster()],
  ['pay/job.yaml:3', reader(`${hook('Sync')}, ${wave(-1)}`), cluster()],
  ['', reader(`${hook('Sync')}, ${wave(1)}`), cluster()],
  ['pay/cluster.yaml:3', reader('', { kind: 'Deployment' }), cluster(wave(1))],
  ['', reader('', { kind: 'CronJob' }), cluster(wave(1))],
  ['', reader('', { kind: 'Deployment' }).replace('  template:', '  replicas: 0\n  template:'), cluster(wave(1))],
  ['', reader('', { kind: 'DaemonSet' }).replace('  template:', '  updateStrategy: { type: OnDelete }\n  template:'), cluster(wave(1))],
  ['', reader(wave(1)), cluster(wave(1))],
  ['', reader(hook('PreSync'), { secret: 'other-app' }), cluster()],
  ['', reader(hook('PreSync'), { more: ', optional: true' }), cluster()],
  ['', reader(hook('PreSync'), { namespace: 'other' }), cluster()],
  ['', reader(hook('PreSync')), cluster(), external],
  ['', reader(hook('PreSync')), cluster('', ', bootstrap: { initdb: { database: a, owner: a, secret: { name: own } } }')],
]

test.each(cases.map(([at, job, database, more = '']) => ({ at, job, database, more })))(
  'at $at: $job',
  async ({ at, job, database, more }) => {
    const told = await toldOf({
      'argo/pay.yaml': application,
      'pay/cluster.yaml': database,
      'pay/job.yaml': job,
      ...(more !== '' && { 'pay/more.yaml': more }),
    })
    const found = told.filter((text) => text.endsWith('[argocd/reader-after-database]')).map((text) => text.replace(/: .*/, ''))
    expect(found).toEqual(at === '' ? [] : [at])
  },
)

const resources = 'resources: [cluster.yaml, job.yaml]\n'
const early = async (files: Readonly<Record<string, string>>): Promise<number> => {
  const all = { 'argo/pay.yaml': application, 'pay/cluster.yaml': cluster(), 'pay/job.yaml': reader(hook('PreSync')), ...files }
  return (await toldOf(all)).filter((text) => text.endsWith('[argocd/reader-after-database]')).length
}

test.each([
  ['', '', 1],
  ['commonAnnotations: { a: b }\n', '', 0],
  ['namespace: other\n', '', 0],
  ['replicas: [{ name: web, count: 0 }]\n', '', 0],
  ['secretGenerator: [{ name: pay-app, literals: [uri=a] }]\ngeneratorOptions: { disableNameSuffixHash: true }\n', '', 0],
  ['', '{ commonAnnotations: { a: b } }', 0],
  ['', '{ replicas: [{ name: web, count: 0 }] }', 0],
  ['', '{ patches: [{ target: { kind: Job }, patch: "[]" }] }', 0],
])('built by kustomize with %j and %j', async (more, kustomize, count) => {
  const own = kustomize === '' ? application : `${application}    kustomize: ${kustomize}\n`
  expect(await early({ 'argo/pay.yaml': own, 'pay/kustomization.yaml': `${resources}${more}` })).toBe(count)
})

test.each([
  ['pay', 0],
  ['other', 1],
])('a Secret that another Application makes in %s', async (namespace, count) => {
  const other = application
    .replace('name: pay,', 'name: secrets,')
    .replace('path: pay', 'path: secrets')
    .replace('namespace: pay', `namespace: ${namespace}`)
  expect(await early({ 'argo/secrets.yaml': other, 'secrets/pay.yaml': external })).toBe(count)
})
