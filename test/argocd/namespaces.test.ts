// May a Namespace manifest take databases along?
import { expect, it } from 'vitest'
import { edited, findingsOf, legacyFiles, shown } from '../support/hand-written-set.ts'

const file = 'apps/templates/namespaces.yaml'
const guard = '  annotations:\n    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n'
const of = (name: string, annotations = ''): string => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n${annotations}`
const check = (now: string | undefined, base?: string): string[] =>
  findingsOf({ ...legacyFiles, [file]: now }, base === undefined ? {} : { base: { ...legacyFiles, [file]: base } }).map(shown)

it('warns of a Namespace with a database in it that may be pruned', () => {
  expect(check(of('alpha-legacy'))).toEqual(['warning argocd/namespace-is-kept namespaces.yaml: name: alpha-legacy'])
  expect(check(of('orders-dev'))).toEqual(['warning argocd/namespace-is-kept namespaces.yaml: name: orders-dev'])
  expect(check(of('alpha-legacy', guard))).toEqual([])
  expect(check(of('elsewhere'))).toEqual([])
})

it('refuses to remove it, but where a guard keeps it', () => {
  expect(check(undefined, of('alpha-legacy'))).toEqual(['error changes/namespace-manifest-stays main:namespaces.yaml: name: alpha-legacy'])
  expect(check(of('beta-legacy', guard), of('alpha-legacy', guard))).toEqual([])
  expect(check(undefined, of('elsewhere'))).toEqual([])
  const moved = { ...legacyFiles, 'apps/templates/other.yaml': of('alpha-legacy', guard) }
  expect(findingsOf(moved, { base: { ...legacyFiles, [file]: of('alpha-legacy') } }).map(shown)).toEqual([])
})

it('names a Namespace that the values name', () => {
  const files = {
    ...legacyFiles,
    [file]: edited(of('x'), ['name: x', 'name: {{ .Values.namespace }}']),
    'apps/values.yaml': 'namespace: beta-legacy\n',
  }
  expect(findingsOf(files).map(shown)).toEqual(['warning argocd/namespace-is-kept values.yaml: namespace: beta-legacy'])
})
