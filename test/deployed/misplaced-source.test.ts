// Is a list at `source`, or a map at `sources`, told once, and where it is?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const open: { remove(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.remove()
})

const head = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: pay, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: pay }
`
const values = 'helm: { valuesObject: { cluster: { instances: 1, enablePDB: false } } }'
const chart = `repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1, ${values}`

test.each([
  [`  source:\n    - { ${chart} }\n`, ['apps/pay.yaml:7: spec.source is a list, but must be a map [argocd/manifest-schema]']],
  [`  sources: { ${chart} }\n`, ['apps/pay.yaml:7: spec.sources is a map, but must be a list [argocd/manifest-schema]']],
  [`  sources:\n    - { ${chart} }\n`, []],
  ['  source:\n    - { repoURL: https://charts.example.com, chart: other, targetRevision: 1.0.0 }\n', undefined],
])('%s', async (source, wanted) => {
  const opened = openFiles({ 'apps/pay.yaml': head + source }, 'https://github.com/acme/infra.git')
  open.push(opened)
  const told = (await opened.told()).filter((text) => !text.includes('[policy/') && !text.includes('[discover/operator'))
  if (wanted === undefined) expect(told.join()).toContain('discover/any-database')
  else expect(told).toEqual(wanted)
})
