// Is a Cluster reported that lies deeper in a folder than Argo CD looks?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'

const url = 'https://github.com/acme/infra.git'
const application = (rest = ''): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: pay, namespace: argocd }
spec:
  project: default
  destination: { name: in-cluster, namespace: pay }
  source:
    repoURL: ${url}
    path: pay
${rest}`
const cluster =
  'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: pay }\nspec: { instances: 1, enablePDB: false, storage: { size: 10Gi } }\n'

test.each<readonly [Readonly<Record<string, string>>, string, readonly string[]]>([
  [{ 'pay/db/cluster.yaml': cluster }, '', ['apps/pay.yaml:9']],
  [{ 'pay/db/cluster.yaml': cluster }, '    directory: { recurse: true }\n', []],
  [{ 'pay/cluster.yaml': cluster }, '', []],
  [{ 'pay/db/cluster.yaml': cluster }, '    directory: { include: "*.yaml" }\n', []],
  [{ 'pay/db/cluster.yaml': cluster, 'pay/kustomization.yaml': 'resources: [db/cluster.yaml]\n' }, '', []],
  [{ 'other/db/cluster.yaml': cluster }, '', []],
])('looks as deep as Argo CD: %j', async (files, rest, expected) => {
  expect(
    (
      await toldOf({
        'apps/pay.yaml': application(rest),
        'pay/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\n',
        ...files,
      })
    ).flatMap((text) => (text.includes('folder-depth') ? [text.replace(/: .*/, '')] : [])),
  ).toEqual(expected)
})

test.each<readonly [string, string | undefined]>([
  ['*.yaml', undefined],
  ['*.yml', 'apps/pay.yaml:10'],
  ['*.yaml,*.json', 'apps/pay.yaml:10'],
  ['{*.yaml,*.json}', undefined],
  ['service.yaml', undefined],
])('includes %s', async (include, expected) => {
  const told = await toldOf({
    'apps/pay.yaml': application(`    directory: { include: "${include}" }\n`),
    'pay/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\n',
    'pay/cluster.yaml': cluster,
  })
  const found = told.filter((text) => text.includes('include-matches')).map((text) => text.replace(/: .*/, ''))
  expect(found).toEqual(expected === undefined ? [] : [expected])
})

test('a pattern that a patch may replace is not judged', async () => {
  const files = { 'apps/pay.yaml': application('    directory: { include: ENV.yaml }\n'), 'pay/cluster.yaml': cluster }
  const kustomization = 'resources: [pay.yaml]\npatches: [{ target: { kind: Application }, path: patch.yaml }]\n'
  expect((await toldOf(files)).join('\n')).toContain('include-matches')
  expect((await toldOf({ ...files, 'apps/kustomization.yaml': kustomization })).join('\n')).not.toContain('include-matches')
})
