// Which annotations would make Argo CD delete, re-create or lose a database that is wanted?
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openChange } from '../support/change-repository.ts'
import type { ChangeRepository } from '../support/change-repository.ts'

let repository: ChangeRepository
beforeEach(async () => {
  repository = await openChange()
})
afterEach(() => repository.remove())

const values = 'databases/example-api/values.yaml'
const annotate = (annotation: string): void => repository.edit(values, 'cluster:\n', `cluster:\n  annotations:\n    ${annotation}\n`)

describe('an annotation that hides or replaces the Cluster is one error', () => {
  test.each([
    ['helm.sh/hook: pre-install', 'argocd/cluster-is-no-hook'],
    ['helm.sh/hook: post-upgrade,post-install', 'argocd/cluster-is-no-hook'],
    ['helm.sh/hook: crd-install', 'argocd/cluster-is-no-hook'],
    ['helm.sh/hook: test', 'argocd/cluster-is-no-hook'],
    ['helm.sh/hook: ""', 'argocd/cluster-is-no-hook'],
    ['argocd.argoproj.io/hook: Sync', 'argocd/cluster-is-no-hook'],
    ['argocd.argoproj.io/hook: Skip', 'argocd/cluster-is-no-hook'],
    ['argocd.argoproj.io/sync-options: ServerSideApply=false,Force=true', 'argocd/cluster-is-not-replaced'],
    ['argocd.argoproj.io/sync-options: Replace=true,Force=true', 'argocd/cluster-is-not-replaced'],
    ['argocd.argoproj.io/sync-options: ServerSideApply=false, Force=true,Replace=true', 'argocd/cluster-is-not-replaced'],
  ])('%s', async (annotation, rule) => {
    annotate(annotation)
    const without = JSON.parse((await repository.run('check', '--format', 'json')).stdout) as {
      diagnostics: { rule: string; line: number }[]
    }
    expect(without.diagnostics.filter((one) => !one.rule.startsWith('emit/')).map((one) => [one.rule, one.line])).toEqual([[rule, 7]])
    const found = await repository.told()
    expect(found.map((one) => [one.rule, one.severity, one.file, one.line])).toEqual([[rule, 'error', values, 7]])
    for (const format of ['pretty', 'markdown', 'json']) {
      const { stdout } = await repository.run('plan', '--base', 'main', '--format', format)
      expect(stdout).not.toMatch(/kubectl delete cluster/)
    }
  })
})

test.each([
  'argocd.argoproj.io/hook-delete-policy: HookFailed',
  'helm.sh/resource-policy: keep',
  'argocd.argoproj.io/sync-options: Replace=false',
  // generated sets apply server-side, where kubectl deletes nothing
  'argocd.argoproj.io/sync-options: Force=true',
  'argocd.argoproj.io/sync-options: ServerSideApply=true',
  'argocd.argoproj.io/sync-wave: "3"',
])('%s is harmless', async (annotation) => {
  annotate(annotation)
  expect(await repository.places()).toEqual([])
})
