// What does a branch do to the databases of hand-written sets and Applications?
import { suppress } from '../../scripts/report/suppress.ts'
import { textOf } from '../../scripts/findings/message.ts'
import { describe, expect, it } from 'vitest'
import { application, bareSet, edited, findingsOf, legacyFiles, legacySet, setFile, shown } from '../support/hand-written-set.ts'
import type { Files } from '../support/hand-written-set.ts'

function changes(before: string | undefined, after: string | undefined, more: { base?: Files; now?: Files } = {}): string[] {
  const base = { ...legacyFiles, ...more.base, [setFile]: before }
  const own = new Set(findingsOf(base).map(shown))
  return suppress(findingsOf({ ...legacyFiles, ...more.base, ...more.now, [setFile]: after }, { base }))
    .map(shown)
    .filter((text) => !own.has(text))
}
const unguarded = { base: { 'helm-values/legacy/beta.yaml': '' } }
const beta = '          - service: "beta"\n'

it('says nothing where nothing changes, or where an element comes', () => {
  expect(changes(legacySet, legacySet)).toEqual([])
  expect(changes(legacySet, `# a comment\n${legacySet}`)).toEqual([])
  expect(
    changes(legacySet, edited(legacySet, [beta, `${beta}          - service: "gamma"\n`]), {
      base: { 'helm-values/legacy/gamma.yaml': '' },
    }),
  ).toEqual([])
})

it('names an element that goes: an error where the database goes along, a warning where it lives on', () => {
  expect(changes(bareSet, edited(bareSet, [beta, '']), unguarded)).toEqual(['error changes/database-stays legacy.yaml: elements:'])
  expect(changes(bareSet, edited(bareSet, [beta, '']))).toEqual(['warning changes/application-stays legacy.yaml: elements:'])
  expect(changes(legacySet, edited(legacySet, [beta, '']))).toEqual(['warning changes/application-stays legacy.yaml: elements:'])
})

describe('a selector that hides an element', () => {
  const list = '        elements:\n          - service: "alpha"\n          - service: "beta"\n'
  const select = (text: string): string => edited(bareSet, [list, `${list}      selector: ${text}\n`])
  const matrix = (selector: string, outer: string): string =>
    edited(bareSet, [
      `    - list:\n${list}`,
      `    - matrix:\n        generators:\n          - list: { elements: [{ service: "alpha" }, { service: "beta" }] }\n${selector}          - list: { elements: [{ env: dev }] }\n${outer}`,
    ])
  it('is an error at the selector where the database goes along, and a warning where it lives on', () => {
    const label = '{ matchLabels: { service: alpha } }'
    const expression = '{ matchExpressions: [{ key: service, operator: NotIn, values: [beta] }] }'
    for (const text of [label, expression]) {
      expect(changes(bareSet, select(text), unguarded)).toEqual([`error changes/database-stays legacy.yaml: selector: ${text}`])
      expect(changes(bareSet, select(text))).toEqual([`warning changes/application-stays legacy.yaml: selector: ${text}`])
    }
    expect(changes(select('{ matchLabels: {} }'), select(label), unguarded)).toEqual([
      `error changes/database-stays legacy.yaml: selector: ${label}`,
    ])
    const inner = matrix(`            selector: ${label}\n`, '')
    expect(changes(matrix('', ''), inner, unguarded)).toEqual([`error changes/database-stays legacy.yaml: selector: ${label}`])
    const outer = matrix('', `      selector: ${label}\n`)
    expect(changes(matrix('', ''), outer, unguarded)).toEqual([`error changes/database-stays legacy.yaml: selector: ${label}`])
  })
  it('is not blamed where the list lost the element, too', () => {
    const both = edited(select('{ matchLabels: { service: alpha } }'), [beta, ''])
    expect(changes(bareSet, both, unguarded)).toEqual(['error changes/database-stays legacy.yaml: elements:'])
  })
})

it('names a set that goes, at the base', () => {
  expect(changes(legacySet, undefined)).toEqual(['warning changes/application-stays main:legacy.yaml: name: legacy-dbs'])
  expect(changes(bareSet, undefined, unguarded)).toEqual(['error changes/database-stays main:legacy.yaml: name: legacy-dbs'])
})

it('follows a set to another file, and another name', () => {
  expect(changes(legacySet, undefined, { now: { 'apps/templates/moved.yaml': legacySet } })).toEqual([])
  const renamed = (text: string): string => edited(text, ['legacy-dbs', 'old-dbs'])
  expect(changes(legacySet, renamed(legacySet))).toEqual(['error changes/application-taken legacy.yaml: name: old-dbs'])
  expect(changes(bareSet, renamed(bareSet), unguarded)).toEqual(['error changes/database-stays legacy.yaml: name: old-dbs'])
})

it.each([
  ['name', "  name: '{{`{{ .service }}`}}-legacy'", 'error changes/application-name-stays'],
  ['release', "releaseName: '{{`{{ .service }}`}}-legacy'", 'error changes/cluster-name-stays'],
  ['namespace', "namespace: '{{`{{ .service }}`}}-legacy'", 'error changes/namespace-stays'],
])('blames the template that changes the %s of every database', (_, from, rule) => {
  const to = from.replace('-legacy', '-other')
  expect(changes(legacySet, edited(legacySet, [from, to]))).toEqual([`${rule} legacy.yaml: ${to.trim()}`])
})

it('warns of a destination, and sees two spellings of one', () => {
  const to = (text: string): string => edited(legacySet, ['server: https://kubernetes.default.svc', text])
  expect(changes(legacySet, to('server: https://other.example'))).toEqual([
    'warning changes/destination-stays legacy.yaml: server: https://other.example',
  ])
  expect(changes(legacySet, to('name: in-cluster'))).toEqual([])
})

it('warns once of brakes that are taken away', () => {
  const policy = '  syncPolicy:\n    applicationsSync: create-update\n    preserveResourcesOnDeletion: true\n'
  expect(changes(legacySet, edited(legacySet, [policy, '']))).toEqual(['warning changes/guard-stays legacy.yaml: spec:'])
  const finalizer = '  finalizers:\n    - resources-finalizer.argocd.argoproj.io\n'
  expect(changes(legacySet, edited(legacySet, [finalizer, '']))).toEqual(['warning changes/guard-stays legacy.yaml: metadata:'])
  expect(changes(legacySet, edited(legacySet, ['Prune=false,Delete=false', 'Delete=false']))).toEqual([
    'warning changes/guard-stays legacy.yaml: argocd.argoproj.io/sync-options: Delete=false',
  ])
  expect(changes(legacySet, legacySet, { now: { 'helm-values/legacy/beta.yaml': 'cluster:\n  instances: 2\n' } })).toEqual([
    'warning changes/guard-stays beta.yaml: cluster:',
  ])
})

it('says that a set which never updates leaves its Applications as they are', () => {
  const only = edited(legacySet, ['create-update', 'create-only'])
  expect(changes(only, edited(only, ['selfHeal: true', 'selfHeal: false']))).toEqual([
    'warning changes/application-updates legacy.yaml: elements:',
  ])
})

it('compares hand-written Applications', () => {
  expect(changes(application, application)).toEqual([])
  expect(changes(application, undefined)).toEqual(['warning changes/application-stays main:legacy.yaml: name: one'])
  expect(changes(application, undefined, { base: { 'helm-values/legacy/alpha.yaml': '' } })).toEqual([
    'error changes/database-stays main:legacy.yaml: name: one',
  ])
  expect(changes(application, edited(application, ['name: one', 'name: uno']))).toEqual([
    'error changes/application-name-stays legacy.yaml: name: uno',
  ])
  expect(changes(application, edited(application, ['namespace: one', 'namespace: two']))).toEqual([
    'error changes/namespace-stays legacy.yaml: namespace: two',
  ])
})

it('is silent where a generated set takes a kept database over', () => {
  const adopted = edited(
    application,
    ['name: one', 'name: orders-db-dev'],
    ['namespace: one', 'namespace: orders-dev'],
    ['  finalizers:\n    - resources-finalizer.argocd.argoproj.io\n', ''],
  )
  const named = { base: { 'helm-values/legacy/alpha.yaml': 'fullnameOverride: orders-db-dev\n' } }
  expect(changes(adopted, undefined, named)).toEqual([])
  // the chart called it one-cluster
  expect(changes(adopted, undefined)).toEqual(['error changes/cluster-name-stays values.yaml: '])
})

it('tells a mistake once, and not what follows from it', () => {
  const name = "  name: '{{`{{ .service }}`}}-legacy'"
  const braces = edited(legacySet, [name, "  name: '{{ .service }}-legacy'"])
  expect(changes(legacySet, braces)).toEqual(["error argocd/helm-braces legacy.yaml: name: '{{ .service }}-legacy'"])
  expect(changes(legacySet, edited(legacySet, [beta, beta.replace('"beta"', 'null')]))).toEqual([
    'error argocd/element-text legacy.yaml: - service: null',
  ])
  expect(changes(legacySet, edited(legacySet, ['Prune=false', 'Prune=flase']))).toEqual([
    'warning argocd/set-option-known legacy.yaml: argocd.argoproj.io/sync-options: Prune=flase,Delete=false',
  ])
  const long = edited(application, ['releaseName: one', `releaseName: ${'o'.repeat(60)}`])
  expect(changes(application, long)).toEqual([`error argocd/set-generates legacy.yaml: releaseName: ${'o'.repeat(60)}`])
  const taken = edited(application, ['name: one', 'name: orders-db-dev'])
  expect(changes(application, taken)).toEqual(['error argocd/application-once legacy.yaml: name: orders-db-dev'])
  const nowhere = edited(application, ['    server: https://kubernetes.default.svc\n', ''])
  expect(changes(application, nowhere)).toEqual(['error argocd/set-generates legacy.yaml: destination:'])
  const elements = '          - service: "alpha"\n          - service: "beta"\n'
  expect(changes(legacySet, edited(legacySet, [elements, '          []\n']))).toEqual([
    'error argocd/set-generates legacy.yaml: generators:',
  ])
  expect(changes(legacySet, edited(legacySet, ['elements:', 'element:']))).toEqual(['error argocd/known-fields legacy.yaml: element:'])
  expect(changes(legacySet, edited(legacySet, ['valueFiles:', 'valuesFiles:']))).toEqual([
    'error argocd/known-fields legacy.yaml: valuesFiles:',
  ])
})

it('sees a set that generated ones replace', () => {
  const named = (name: string, service: string): string =>
    edited(
      legacySet,
      ['legacy-dbs', name],
      [beta, ''],
      ['"alpha"', `"${service}"`],
      ["  name: '{{`{{ .service }}`}}-legacy'", "  name: '{{`{{ .service }}`}}-db-dev'"],
      ["namespace: '{{`{{ .service }}`}}-legacy'", "namespace: '{{`{{ .service }}`}}-dev'"],
    )
  const orders = { base: { 'helm-values/legacy/orders.yaml': 'fullnameOverride: orders-db-dev\n' } }
  expect(changes(named('old', 'orders'), undefined, orders)).toEqual(['warning changes/application-stays main:legacy.yaml: name: old'])
  expect(changes(named('postgres-clusters-dev', 'orders'), undefined, orders)).toEqual([])
  expect(changes(named('postgres-clusters-dev', 'alpha'), undefined)).toEqual([
    'warning changes/application-stays main:legacy.yaml: name: postgres-clusters-dev',
  ])
})

describe('values that decide about the Cluster', () => {
  const alpha = (text: string): Files => ({ 'helm-values/legacy/alpha.yaml': `${text}\n${legacyFiles['helm-values/legacy/alpha.yaml']}` })
  const unbraked = edited(legacySet, ['    applicationsSync: create-update\n', ''])
  const only = edited(legacySet, ['create-update', 'create-only'])
  it.each([legacySet, unbraked, only])('are compared although the set itself stays as it is', (set) => {
    const compared = (before: string, now: string): string[] => changes(set, set, { base: alpha(before), now: alpha(now) })
    expect(compared('', 'fullnameOverride: zed')).toEqual(['error changes/cluster-name-stays alpha.yaml: fullnameOverride: zed'])
    expect(compared('', 'nameOverride: zed')).toEqual(['error changes/cluster-name-stays alpha.yaml: nameOverride: zed'])
    expect(compared('', 'namespaceOverride: zed')).toEqual(['error changes/namespace-stays alpha.yaml: namespaceOverride: zed'])
    expect(compared('fullnameOverride: zed', '')).toHaveLength(1)
    expect(compared('', 'fullnameOverride: alpha-legacy-cluster')).toEqual([])
    expect(compared('', 'namespaceOverride: alpha-legacy')).toEqual([])
  })
  it('are compared beside a change of the set that leaves all as it is', () => {
    const release = "            releaseName: '{{`{{ .service }}`}}-legacy'\n"
    expect(changes(legacySet, edited(legacySet, [release, '']))).toEqual([])
  })
})

it('counts the databases that a template changes', () => {
  const base = { ...legacyFiles, [setFile]: legacySet }
  const said = (from: string): string[] =>
    findingsOf({ ...base, [setFile]: edited(legacySet, [from, from.replace('-legacy', '-other')]) }, { base })
      .filter(({ rule }) => rule.startsWith('changes/'))
      .map(({ message }) => textOf(message))
  const braces = "'{{`{{ .service }}`}}-legacy'"
  for (const from of [`  name: ${braces}`, `releaseName: ${braces}`, `namespace: ${braces}`])
    expect(said(from)).toEqual([expect.stringMatching(/ \(and 1 more\)$/)])
})

it.each([
  ['chart: cluster', 'chart: redis'],
  ['repoURL: https://cloudnative-pg.github.io/charts', 'repoURL: https://charts.example'],
  ['chart: cluster', 'path: redis'],
])('an Application that stays must go on making its database: %s becomes %s', (from, to) => {
  for (const text of [legacySet, bareSet, application])
    expect(changes(text, edited(text, [from, to])).filter((one) => one.includes(' changes/'))).toEqual([
      // a chart of the same name elsewhere may be a mirror
      to.startsWith('repoURL') ? `warning changes/database-stays legacy.yaml: - ${to}` : `error changes/database-stays legacy.yaml: ${to}`,
    ])
})

it('takes an element whose place another one took for a rename', () => {
  const omega = { now: { 'helm-values/legacy/omega.yaml': '' } }
  const renamed = edited(legacySet, ['"beta"', '"omega"'])
  expect(changes(legacySet, renamed, omega)).toContain('error changes/no-rename legacy.yaml: - service: "omega"')
  const both = edited(legacySet, [beta, `${beta}          - service: "omega"\n`])
  expect(changes(legacySet, both, omega)).toEqual([])
})

it('compares Clusters that stand as manifests in a folder of the repository', () => {
  const chart = application.slice(
    application.indexOf('    - repoURL: https://cloudnative'),
    application.indexOf('    - repoURL: https://github'),
  )
  const folder = edited(application, [
    chart,
    '    - repoURL: https://github.com/example/infra.git\n      targetRevision: main\n      path: m\n',
  ])
  const clusters = (...names: string[]): Files => ({
    'm/pg.yaml': names.map((name) => `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: ${name}\n`).join('---\n'),
  })
  const compared = (before: Files, now: Files): string[] => changes(folder, folder, { base: before, now })
  expect(compared(clusters('a', 'b'), clusters('b', 'a'))).toEqual([])
  expect(compared(clusters('a'), clusters('a', 'b'))).toEqual([])
  expect(compared(clusters('a', 'b'), clusters('a', 'c'))).toEqual(['error changes/cluster-name-stays pg.yaml: name: c'])
  expect(compared(clusters('a', 'b'), clusters('a'))).toEqual(['error changes/database-stays legacy.yaml: path: m'])
  expect(changes(folder, undefined, { base: clusters('a') })).toEqual(['error changes/take-over-complete main:legacy.yaml: name: one'])
  expect(changes(application, folder, { now: clusters('one-cluster') }).filter((text) => text.startsWith('error'))).toEqual([])
})

it('says nothing of other spellings of the same databases', () => {
  const list = '    - list:\n        elements:\n          - service: "alpha"\n          - service: "beta"\n'
  const git =
    '    - git:\n        repoURL: https://github.com/example/infra.git\n        revision: main\n        files:\n          - path: databases/hand/*.yaml\n'
  const named = { base: { 'databases/hand/a.yaml': 'service: alpha\n', 'databases/hand/b.yaml': 'service: beta\n' } }
  const byFiles = edited(legacySet, [list, git])
  expect(changes(legacySet, byFiles, named)).toEqual([])
  expect(
    changes(byFiles, byFiles, { ...named, now: { 'databases/hand/c.yaml': 'service: gamma\n', 'helm-values/legacy/gamma.yaml': '' } }),
  ).toEqual([])
  const renamed = { ...named, now: { 'databases/hand/a.yaml': 'service: omega\n', 'helm-values/legacy/omega.yaml': '' } }
  expect(changes(byFiles, byFiles, renamed).map((text) => text.split(' ').slice(0, 2).join(' '))).toContain('error changes/no-rename')
  const fasttemplate = edited(legacySet, ['  goTemplate: true\n  goTemplateOptions: ["missingkey=error"]\n', '']).replaceAll(
    '{{ .service }}',
    '{{service}}',
  )
  expect(changes(legacySet, fasttemplate).filter((text) => text.startsWith('error'))).toEqual([])
})

describe('a folder of the repository', () => {
  const chart = application.slice(
    application.indexOf('    - repoURL: https://cloudnative'),
    application.indexOf('    - repoURL: https://github'),
  )
  const folder = (path: string, more = ''): string =>
    edited(application, [
      chart,
      `    - repoURL: https://github.com/example/infra.git\n      targetRevision: main\n      path: ${path}\n${more}`,
    ])
  const cluster = (name: string): string => `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: ${name}\n`
  const compared = (source: string, before: Files, now: Files): string[] => changes(source, source, { base: before, now })

  it.each(['.', './', ''])('is the whole repository where the path is %j', (path) => {
    const source = folder(JSON.stringify(path))
    if (path === '') expect(compared(source, { 'pg.yaml': cluster('a') }, { 'pg.yaml': cluster('b') })).toEqual([])
    else
      expect(compared(source, { 'pg.yaml': cluster('a') }, { 'pg.yaml': cluster('b') })).toEqual([
        'error changes/cluster-name-stays pg.yaml: name: b',
      ])
  })
  it.each([
    ['      directory: { include: "*.yaml" }\n', true],
    ['      directory: { include: "{old,pg}.yaml" }\n', true],
    ['      directory: { include: "[a-z]?.y*l" }\n', true],
    ['      directory: { include: "old/*" }\n', false],
    ['      directory: { exclude: "pg.*" }\n', false],
    ['      directory: { exclude: "{p" }\n', true],
    ['      directory: { include: "{p" }\n', false],
  ])('has the files that the source takes: %j', (directory, isSeen) => {
    const found = compared(folder('m', directory), { 'm/pg.yaml': cluster('a') }, { 'm/pg.yaml': cluster('b') })
    expect(found).toEqual(isSeen ? ['error changes/cluster-name-stays pg.yaml: name: b'] : [])
  })
  it('is looked through where the source says so, with lists, JSON and files that are left out', () => {
    const deep = folder('m', '      directory: { recurse: true, exclude: "{old/*,*.bak.yaml}" }\n')
    const list = `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: postgresql.cnpg.io/v1\n    kind: Cluster\n    metadata:\n      name: a\n`
    const json = (name: string): string => JSON.stringify({ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name } })
    expect(compared(deep, { 'm/x/l.yaml': list }, { 'm/x/l.yaml': list.replace('name: a', 'name: b') })).toEqual([
      'error changes/cluster-name-stays l.yaml: name: b',
    ])
    expect(compared(deep, { 'm/x/j.json': json('a') }, { 'm/x/j.json': json('b') })).toHaveLength(1)
    expect(compared(deep, { 'm/old/c.yaml': cluster('a') }, { 'm/old/c.yaml': cluster('b') })).toEqual([])
    const skipped = `# +argocd:skip-file-rendering\n${cluster('a')}`
    expect(compared(deep, { 'm/s.yaml': skipped }, { 'm/s.yaml': skipped.replace('name: a', 'name: b') })).toEqual([])
  })

  const vendored: Files = { 'charts/pg/Chart.yaml': 'name: cluster\nversion: 0.8.1\n', 'charts/pg/templates/cluster.yaml': cluster('x') }
  it('may be the official chart, which names the Cluster as it does elsewhere', () => {
    const source = folder('charts/pg', '      helm: { valueFiles: [own.yaml] }\n')
    const values = (text: string): Files => ({ ...vendored, 'charts/pg/own.yaml': text })
    expect(compared(source, values(''), values('nameOverride: pg'))).toEqual([
      'error changes/cluster-name-stays own.yaml: nameOverride: pg',
    ])
    expect(compared(source, values(''), values('fullnameOverride: one-cluster'))).toEqual([])
    expect(
      compared(source, values(''), { ...values(''), 'charts/pg/values.yaml': 'fullnameOverride: pg' }).map((text) => text.split(' ')[1]),
    ).toEqual(['changes/cluster-name-stays'])
    // from the registry to a copy, and back
    const copy = folder('charts/pg')
    expect(changes(application, copy, { base: vendored }).filter((text) => text.startsWith('error'))).toEqual([])
    expect(changes(copy, application, { base: vendored }).filter((text) => text.startsWith('error'))).toEqual([])
    expect(changes(copy, undefined, { base: vendored })).toEqual(['error changes/take-over-complete main:legacy.yaml: name: one'])
  })

  const kustomized: Files = { 'k/prd/kustomization.yaml': 'resources: [../base]\n', 'k/base/pg.yaml': cluster('a') }
  it.each([
    ['a chart of its own', 'm', { 'm/Chart.yaml': 'name: own\n', 'm/templates/pg.yaml': cluster('a') }, 'm/templates/pg.yaml'],
    [
      'a chart around the official one',
      'm',
      {
        'm/Chart.yaml':
          'name: own\ndependencies: [{ name: cluster, repository: https://cloudnative-pg.github.io/charts, version: 0.8.1 }]\n',
      },
      'm/values.yaml',
    ],
    ['a kustomization with resources elsewhere', 'k/prd', kustomized, 'k/base/pg.yaml'],
    ['Jsonnet', 'm', { 'm/pg.jsonnet': '{ apiVersion: "postgresql.cnpg.io/v1" }' }, 'm/pg.jsonnet'],
  ] as const)('that is %s is not compared: said where it changes', (_, path, files: Files, changed) => {
    const source = folder(path)
    expect(compared(source, files, {})).toEqual([])
    expect(compared(source, files, { [changed]: 'a: b # postgresql.cnpg.io\n' })).toEqual([
      `info changes/set-comparable legacy.yaml: path: ${path}`,
    ])
    expect(changes(source, undefined, { base: files })).toEqual([`warning changes/set-comparable main:legacy.yaml: path: ${path}`])
  })
  it('without databases is nobody to speak of', () => {
    const files = { 'm/kustomization.yaml': 'resources: [a.yaml]\n', 'm/a.yaml': 'kind: ConfigMap\n' }
    expect(compared(folder('m'), files, { 'm/a.yaml': 'kind: Secret\n' })).toEqual([])
    expect(changes(folder('m'), undefined, { base: files }).filter((text) => text.includes('set-comparable'))).toEqual([])
  })
})
