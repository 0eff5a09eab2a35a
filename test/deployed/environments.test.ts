// Does one Application keep what is its own, where others share its chart and destination?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

let opened: ReturnType<typeof openFiles> | undefined
afterEach(() => opened?.remove())

const application = (name: string, sync: string): string =>
  `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: ${name} }
  source: { repoURL: https://cloudnative-pg.github.io/charts, chart: cluster, targetRevision: 0.8.1, helm: { values: "cluster: {instances: 2}" } }
${sync}`

test('a plan syncs by hand only where auto-sync is off', async () => {
  opened = openFiles({ 'argocd/a.yaml': application('a', ''), 'argocd/b.yaml': application('b', '  syncPolicy: { automated: {} }\n') })
  for (const name of ['a', 'b']) opened.edit(`argocd/${name}.yaml`, 'instances: 2', 'instances: 3')
  const { stdout } = await opened.run('plan', '--base', 'HEAD')
  expect(stdout).toContain('argocd app sync a')
  expect(stdout).not.toContain('argocd app sync b')
})
