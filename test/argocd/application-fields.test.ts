// Are small mistakes of an Application found in each spelling, and their twins left alone?
import { expect, it } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { application, edited, findingsOf, legacyFiles, legacySet, setFile, shown } from '../support/hand-written-set.ts'

const rest = '  sources:\n'
const judged = (...edits: readonly (readonly [string, string])[]) =>
  findingsOf({ ...legacyFiles, [setFile]: edited(application, ...edits) })
const said = (...edits: readonly (readonly [string, string])[]): string[] =>
  judged(...edits).map(({ rule, help }) => `${rule.replace('argocd/', '')}: ${textOf(help ?? [])}`)
const entry = (text: string): readonly [string, string] => [rest, `  ignoreDifferences:\n    - { ${text} }\n${rest}`]
const operators = (text: string): readonly [string, string] => entry(`group: postgresql.cnpg.io, kind: Cluster, ${text}`)
const policy = (text: string): readonly [string, string] => [rest, `  syncPolicy:\n    ${text}\n${rest}`]
const finalizer = (text: string): readonly [string, string] => ['resources-finalizer.argocd.argoproj.io', text]
const address = (url: string): readonly [string, string] => ['https://cloudnative-pg.github.io/charts', url]

// the verdicts are those of gojq 0.12.17 about `del(…)`
it.each([
  ['/spec/probes', 'move it to jsonPointers'],
  ['spec.probes', 'write .spec.probes'],
  ['$.spec.probes', 'write .spec.probes'],
  ['.spec.managed.roles[*].inherit', 'write .spec.managed.roles[].inherit'],
  ['.spec.managed.roles.0.inherit', 'write .spec.managed.roles[0].inherit'],
  ['.spec..probes', 'write .spec.probes'],
  ['.spec.managed.roles[.inherit', 'write a list as .spec.managed.roles[].inherit'],
  ['.metadata.annotations.cnpg.io/hibernation', 'write .metadata.annotations["cnpg.io/hibernation"]'],
  ['.metadata.annotations.my-key', 'write .metadata.annotations["my-key"]'],
  [".metadata.annotations['cnpg.io/x']", 'write .metadata.annotations["cnpg.io/x"]'],
  [".spec.env[] | select(.name == 'a')", 'write "…" for \'…\''],
])('reports a path that jq can not read: %s', (path, help) => {
  expect(said(operators(`jqPathExpressions: [${JSON.stringify(path)}]`))).toEqual([`differences-readable: ${help}`])
})

it.each([
  '.spec.probes',
  '.spec.managed.roles[].inherit',
  '.spec.managed.roles.[0].inherit',
  '.spec.managed.roles[0:2]',
  '.metadata.annotations["cnpg.io/hibernation"]',
  '.metadata.annotations.["cnpg.io/hibernation"]',
  '.metadata.annotations."cnpg.io/hibernation"',
  '.spec.managed.roles[]? | select(.name == "a") | .inherit',
  '.spec.a - 1',
  '.spec.a-1',
  '..',
  '.spec.a?.b',
  '.spec.env[] | select(.name == "it\'s")',
])('takes a path that jq can read: %s', (path) => {
  expect(said(operators(`jqPathExpressions: [${JSON.stringify(path)}]`))).toEqual([])
})

it.each<readonly [readonly [string, string], string]>([
  [operators('jsonPointers: [/metadata/annotations/cnpg.io/hibernation]'), 'write /metadata/annotations/cnpg.io~1hibernation'],
  [operators('jsonPointers: [spec/probes]'), 'write /spec/probes'],
  [operators('jsonPointers: [.spec.probes]'), 'move it to jqPathExpressions'],
  [operators('jsonPointers: [/spec/managed/roles/*/inherit]'), 'move it to jqPathExpressions: .spec.managed.roles[].inherit'],
  [operators('jsonPointers: ["/spec/managed/roles[0]/inherit"]'), 'move it to jqPathExpressions: .spec.managed.roles[0].inherit'],
  [entry('group: postgresql.cnpg.io/v1, kind: Cluster, jsonPointers: [/spec/probes]'), 'write postgresql.cnpg.io'],
  [entry('group: v1, kind: Secret, jsonPointers: [/data]'), 'remove it: the group of Secret has no name'],
  [entry('kind: Cluster, jsonPointers: [/spec/probes]'), 'add `group: postgresql.cnpg.io`'],
  [entry('group: "", kind: Deployment, jsonPointers: [/spec/replicas]'), 'add `group: apps`'],
  [entry('group: postgresql.cnpg.io, kind: clusters, jsonPointers: [/spec/probes]'), 'write Cluster'],
])('reports an entry that matches nothing', (edit, help) => {
  expect(said(edit)).toEqual([`differences-match: ${help}`])
})

it('takes an empty pointer for the whole object', () => {
  expect(said(operators('jsonPointers: [""]'))).toEqual([expect.stringContaining('differences-shown')])
})

it.each([
  [operators('jsonPointers: [/metadata/annotations/cnpg.io~1hibernation]')],
  [operators('jsonPointers: [/spec/managed/roles/0/inherit]')],
  [entry('kind: Secret, jsonPointers: [/data]')],
  [entry('group: "*.cnpg.io", kind: "*", jsonPointers: [/spec/probes]')],
  [entry('group: example.com, kind: Widget, jsonPointers: [/spec/labels/a/b]')],
])('takes an entry that can match', (edit) => {
  expect(said(edit)).toEqual([])
})

it.each<readonly [readonly [string, string], string | undefined]>([
  [finalizer('resources-finalizers.argocd.argoproj.io'), 'finalizer-known: write resources-finalizer.argocd.argoproj.io'],
  [finalizer('foreground-finalizer.argocd.argoproj.io'), 'finalizer-known: write resources-finalizer.argocd.argoproj.io/foreground'],
  [finalizer('resources-finalizer.argocd.argoproj.io/foreground'), undefined],
  [finalizer('post-delete-finalizer.argocd.argoproj.io/cleanup'), undefined],
  [finalizer('example.com/finalizer'), undefined],
  [finalizer('platform.example.com/argocd-audit'), undefined],
  [policy('retry: { backoff: { duration: 1d, maxDuration: 3m } }'), 'retry-readable: write 24h'],
  [policy('retry: { backoff: { duration: 30sec } }'), 'retry-readable: write 30s'],
  [policy('retry: { backoff: { duration: "30", maxDuration: 1h30m } }'), undefined],
  [
    policy('managedNamespaceMetadata: { labels: { a: b } }'),
    'namespace-metadata-applies: add CreateNamespace=true to syncOptions, or label a Namespace manifest',
  ],
  [policy('managedNamespaceMetadata: { labels: { a: b } }\n    syncOptions: [CreateNamespace=true]'), undefined],
  [policy('managedNamespaceMetadata: {}'), undefined],
  [
    address('https://github.com/CloudNative-PG/charts.git'),
    'chart-address: write the address of its charts, mostly https://cloudnative-pg.github.io/charts; for git, `path` instead of `chart`',
  ],
  [
    address('oci://ghcr.io/cloudnative-pg/charts/'),
    'chart-address: write ghcr.io/cloudnative-pg/charts/, or oci://ghcr.io/cloudnative-pg/charts/cluster with `path: .` instead of `chart`',
  ],
  [address('ghcr.io/cloudnative-pg/charts'), undefined],
  [
    ['      ref: values\n', '      ref: values\n      helm: { skipTests: true }\n'] as const,
    'helm-of-chart: move it to the source of the chart, and begin its valueFiles with $values/',
  ],
])('reports what a small field does not do', (edit, expected) => {
  expect(said(edit)).toEqual(expected === undefined ? [] : [expected])
})

it('points at the word', () => {
  expect(judged(finalizer('resource-finalizer.argocd.argoproj.io')).map(shown)).toEqual([
    'warning argocd/finalizer-known legacy.yaml: - resource-finalizer.argocd.argoproj.io',
  ])
})

it.each([
  ['mergeKeys: [servce]', ['set-generates: did you mean service?']],
  ['mergeKeys: [service]', []],
])('looks for what a merge overrides: %s', (keys, expected) => {
  const list = '    - list:\n        elements:\n          - service: "alpha"\n          - service: "beta"\n'
  const merge = (second: string): string =>
    `    - merge:\n        ${keys}\n        generators:\n          - list: { elements: [{ service: alpha, env: a }, { service: beta, env: b }] }\n          - list: { elements: [{ service: ${second}, env: c }] }\n`
  const found = (second: string): string[] =>
    findingsOf({ ...legacyFiles, [setFile]: edited(legacySet, [list, merge(second)]) }).flatMap(({ rule, help }) =>
      /merge-matches|set-generates/.test(rule) ? [`${rule.slice('argocd/'.length)}: ${textOf(help ?? [])}`] : [],
    )
  expect(found('alpha')).toEqual(expected)
  if (expected.length === 0) expect(found('gamma')).toEqual(['merge-matches: correct it, or add such an element to the first generator'])
})

it('knows which namespaces there can be', () => {
  expect(said(['namespace: one', 'namespace: One_DB'])).toEqual(['destination-namespace: write one-db'])
  expect(said(['namespace: one', 'namespace: one-2'])).toEqual([])
})
