// Do the rules about sources, names and syncs of hand-written sets find each mistake once, and not its harmless twin?
import { expect, it } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import type { LocatedFinding } from '../../scripts/findings/spot.ts'
import { application, edited, findingsOf, judgeSet, legacyFiles, legacySet, setFile, shown } from '../support/hand-written-set.ts'

const defaults = '              - $values/helm-values/data/postgres-dev-defaults.yaml\n'
const own = "              - '$values/helm-values/legacy/{{`{{ .service }}`}}.yaml'\n"
const template = '  template:\n'
const compare = '        argocd.argoproj.io/compare-options'
const sync = '      syncPolicy:\n        automated'
const rolling = (expression: string): string =>
  `  strategy:\n    type: RollingSync\n    rollingSync:\n      steps:\n        - matchExpressions:\n            - ${expression}\n  template:\n`
const labelled = (env: string): readonly [string, string] => ['      annotations:', `      labels: { env: ${env} }\n      annotations:`]
const off: readonly [string, string] = ['selfHeal: true', 'selfHeal: true\n          enabled: false']
const hides = (what: string): readonly [string, string] => [
  sync,
  `      ignoreDifferences:\n        - group: postgresql.cnpg.io\n          kind: Cluster\n          ${what}\n${sync}`,
]

it.each<readonly [string, readonly (readonly [string, string])[], string]>([
  ['defaults behind the service', [[defaults + own, own + defaults]], `warning argocd/defaults-first legacy.yaml: ${defaults.trim()}`],
  [
    'a forgotten dollar',
    [['- $values/helm', '- values/helm']],
    'error argocd/value-file-ref legacy.yaml: - values/helm-values/data/postgres-dev-defaults.yaml',
  ],
  [
    'a path of this repository in the chart',
    [['- $values/helm', '- helm']],
    'error argocd/value-file-ref legacy.yaml: - helm-values/data/postgres-dev-defaults.yaml',
  ],
  ['a ref with its dollar', [['          ref: values', '          ref: $values']], 'error argocd/set-generates legacy.yaml: ref: $values'],
  [
    'a ref that deploys, too',
    [['          ref: values', '          ref: values\n          path: databases']],
    'warning argocd/ref-without-path legacy.yaml: path: databases',
  ],
  [
    'a glob that matches nothing',
    [["legacy/{{`{{ .service }}`}}.yaml'", "legacy/zzz-*.yaml'"]],
    "error argocd/value-file-exists legacy.yaml: - '$values/helm-values/legacy/zzz-*.yaml'",
  ],
  [
    'any version',
    [['targetRevision: 0.8.1', 'targetRevision: "*"']],
    'warning argocd/chart-version-exact legacy.yaml: targetRevision: "*"',
  ],
  [
    'a range of versions',
    [['targetRevision: 0.8.1', 'targetRevision: 0.8.x']],
    'warning argocd/chart-version-exact legacy.yaml: targetRevision: 0.8.x',
  ],
  [
    'generate paths',
    [[compare, `        argocd.argoproj.io/manifest-generate-paths: .\n${compare}`]],
    'warning argocd/generate-paths-cover legacy.yaml: argocd.argoproj.io/manifest-generate-paths: .',
  ],
  ['the whole spec ignored', [hides('jsonPointers: [/spec]')], 'warning argocd/differences-shown legacy.yaml: jsonPointers: [/spec]'],
  [
    'a sub-tree ignored',
    [hides('jqPathExpressions: [.spec.postgresql]')],
    'warning argocd/differences-shown legacy.yaml: jqPathExpressions: [.spec.postgresql]',
  ],
  [
    'an Application in no step',
    [[template, rolling('{ key: env, operator: In, values: [dev] }')]],
    'warning argocd/rolling-one-step legacy.yaml: steps:',
  ],
  [
    'another operator',
    [[template, rolling('{ key: env, operator: Exists, values: [dev] }')], labelled('dev')],
    'error argocd/rolling-operator legacy.yaml: - { key: env, operator: Exists, values: [dev] }',
  ],
  [
    'auto-sync that rolls',
    [[template, rolling('{ key: env, operator: In, values: [dev] }')], labelled('dev')],
    'warning argocd/rolling-automated legacy.yaml: automated:',
  ],
  [
    "a misspelt option of the set's own",
    [['sync-options: Prune=false', 'sync-options: Prune=flase']],
    'warning argocd/set-option-known legacy.yaml: argocd.argoproj.io/sync-options: Prune=flase,Delete=false',
  ],
  [
    'an option of Applications on the set',
    [['Prune=false,Delete=false', 'Prune=false,Delete=false,CreateNamespace=true']],
    'warning argocd/set-option-known legacy.yaml: argocd.argoproj.io/sync-options: Prune=false,Delete=false,CreateNamespace=true',
  ],
  [
    'a misspelt annotation',
    [['argocd.argoproj.io/sync-options', 'argocd.argoproj.io/sync-option']],
    'warning argocd/set-option-known legacy.yaml: argocd.argoproj.io/sync-option: Prune=false,Delete=false',
  ],
])('finds %s, once', (_, edits, expected) => {
  expect(judgeSet(...edits)).toEqual([expected])
})

it.each<readonly [string, readonly (readonly [string, string])[]]>([
  ['a file for all before the defaults', [[defaults, `              - $values/helm-values/data/postgres-common.yaml\n${defaults}`]]],
  ['an exact version', [['targetRevision: 0.8.1', 'targetRevision: v0.8.0']]],
  ['a glob that matches', [["legacy/{{`{{ .service }}`}}.yaml'", "legacy/al*.yaml'"]]],
  ['generate paths that cover', [[compare, `        argocd.argoproj.io/manifest-generate-paths: /helm-values;/databases\n${compare}`]]],
  ['a field that the operator fills in', [hides('jsonPointers: [/spec/managed/roles/0/inherit]')]],
  ['differences of another kind', [[sync, `      ignoreDifferences:\n        - kind: Secret\n          jsonPointers: [/spec]\n${sync}`]]],
  ['a step for all', [[template, rolling('{ key: env, operator: In, values: [dev] }')], labelled('dev'), off]],
  ['a step by what is not', [[template, rolling('{ key: env, operator: NotIn, values: [prd] }')], off]],
  ['a short path after the ref', [['legacy/', '../helm-values/legacy/']]],
])('is silent for %s', (_, edits) => {
  const text = edited(legacySet, ...edits)
  const files = { ...legacyFiles, 'helm-values/data/postgres-common.yaml': '' }
  expect(findingsOf({ ...files, [setFile]: text }).map(shown)).toEqual([])
})

it('takes a star for a letter before Argo CD 3.4', () => {
  const files = { ...legacyFiles, [setFile]: edited(legacySet, ["legacy/{{`{{ .service }}`}}.yaml'", "legacy/al*.yaml'"]) }
  expect(findingsOf(files, { argocd: '3.3.0' }).map(shown)).toEqual([
    "error argocd/value-file-exists legacy.yaml: - '$values/helm-values/legacy/al*.yaml'",
  ])
})

it('knows that a single source has nothing to refer to', () => {
  const source =
    'source:\n    repoURL: https://cloudnative-pg.github.io/charts\n    chart: cluster\n    targetRevision: 0.8.1\n    helm:\n      valueFiles:\n        - '
  const single = (entry: string): string => `${application.slice(0, application.indexOf('sources:'))}${source}${entry}\n`
  const judge = (entry: string): string[] => findingsOf({ ...legacyFiles, [setFile]: single(entry) }).map(shown)
  expect(judge('$values/helm-values/legacy/alpha.yaml')).toEqual([
    'error argocd/value-file-ref legacy.yaml: - $values/helm-values/legacy/alpha.yaml',
  ])
  expect(judge('$ARGOCD_APP_NAME.yaml')).toEqual([])
})

it('computes the name of the Cluster as the chart does', () => {
  const named = (length: number, values = ''): string[] => {
    const service = 'a'.repeat(length)
    const files = { ...legacyFiles, [`helm-values/legacy/${service}.yaml`]: values }
    return findingsOf({ ...files, [setFile]: edited(legacySet, ['"alpha"', `"${service}"`]) }).map(shown)
  }
  // <service>-legacy-cluster
  expect(named(35)).toEqual([])
  expect(named(36)).toEqual([`error argocd/cluster-name legacy.yaml: - service: "${'a'.repeat(36)}"`])
  expect(named(36, 'fullnameOverride: short\n')).toEqual([])
  const digit = edited(application, ['releaseName: one', 'releaseName: 1one'])
  expect(findingsOf({ ...legacyFiles, [setFile]: digit }).map(shown)).toEqual(['error argocd/cluster-name legacy.yaml: releaseName: 1one'])
})

it('measures a hand-written set', () => {
  const element = (index: number): string => `          - service: "alpha"\n            id: "${String(index).padStart(100, '0')}"\n`
  const many = Array.from({ length: 1800 }, (_, index) => element(index)).join('')
  const set = edited(legacySet, ['          - service: "alpha"\n', many])
  expect(findingsOf({ ...legacyFiles, [setFile]: set }).map(({ rule }) => rule)).toContain('argocd/set-size')
  expect(judgeSet()).toEqual([])
})

it('finds what makes Argo CD delete and re-create a Cluster', () => {
  const withOption = (option: string): string[] => judgeSet(['- CreateNamespace=true', `- CreateNamespace=true\n          - ${option}`])
  expect(withOption('Replace=true')).toEqual(['warning argocd/cluster-is-not-overwritten legacy.yaml: - Replace=true'])
  // which is read of objects alone
  expect(withOption('Force=true')).toEqual(['warning argocd/set-option-known legacy.yaml: - Force=true'])
  expect(judgeSet(['- CreateNamespace=true', '- CreateNamespace=true\n          - Replace=false'])).toEqual([])
  const guarded = legacyFiles['helm-values/legacy/alpha.yaml'] ?? ''
  const alpha = (text: string): string[] => findingsOf({ ...legacyFiles, 'helm-values/legacy/alpha.yaml': text }).map(shown)
  expect(alpha(`${guarded}    helm.sh/hook: pre-upgrade\n`)).toEqual([
    'error argocd/cluster-is-no-hook alpha.yaml: helm.sh/hook: pre-upgrade',
  ])
  const line = (options: string): string => `alpha.yaml: argocd.argoproj.io/sync-options: ${options}`
  const alphaWith = (options: string): string[] => alpha(guarded.replace('Prune=false,Delete=false', options))
  expect(alphaWith('Prune=false,Replace=true,Delete=false')).toEqual([
    `warning argocd/cluster-is-not-overwritten ${line('Prune=false,Replace=true,Delete=false')}`,
  ])
  for (const options of ['Prune=false,Delete=false,ServerSideApply=false,Force=true', 'Prune=false,Delete=false,Replace=true,Force=true'])
    expect(alphaWith(options)).toEqual([`error argocd/cluster-is-not-replaced ${line(options)}`])
  // the set applies server-side
  expect(alphaWith('Prune=false,Delete=false,Force=true')).toEqual([])
})

it('tells a mistake of the template once, however many databases have it', () => {
  const glob = edited(legacySet, ["{{ .service }}`}}.yaml'", "{{ .service }}`}}*.yaml'"])
  expect(findingsOf({ ...legacyFiles, [setFile]: glob }, { argocd: '3.3.0' }).map(shown)).toEqual([
    "error argocd/value-file-exists legacy.yaml: - '$values/helm-values/legacy/{{`{{ .service }}`}}*.yaml'",
  ])
  expect(judgeSet(['targetRevision: 0.8.1', 'targetRevision: ""'])).toEqual([
    'error argocd/set-generates legacy.yaml: - repoURL: https://cloudnative-pg.github.io/charts',
  ])
  const bare = edited(legacySet, ['  goTemplate: true\n', ''])
  expect(findingsOf({ ...legacyFiles, [setFile]: bare }, { base: legacyFiles }).map(shown)).toEqual([
    "error argocd/set-generates legacy.yaml: name: '{{`{{ .service }}`}}-legacy'",
  ])
})

it('blames the right line after list items that are no texts', () => {
  const options = edited(application, [
    '  sources:',
    '  syncPolicy:\n    syncOptions:\n      - CreateNamespace: true\n      - null\n      - ServerSideApply=true\n      - Prune=False\n  sources:',
  ])
  expect(findingsOf({ ...legacyFiles, [setFile]: options }).map(shown)).toContain(
    'warning argocd/set-option-known legacy.yaml: - Prune=False',
  )
  const replaced = options.replace('Prune=False', 'Replace=true')
  expect(findingsOf({ ...legacyFiles, [setFile]: replaced }).map(shown)).toContain(
    'warning argocd/cluster-is-not-overwritten legacy.yaml: - Replace=true',
  )
  const files = edited(application, [
    '          - $values/helm-values/legacy/alpha.yaml',
    '          - 7\n          - $values/helm-values/legacy/none.yaml',
  ])
  expect(findingsOf({ ...legacyFiles, [setFile]: files }).map(shown)).toContain(
    'error argocd/value-file-exists legacy.yaml: - $values/helm-values/legacy/none.yaml',
  )
})

it.each([
  [
    'a function that is none',
    "namespace: '{{`{{ path }}`}}'",
    '{{`{{ path }}`}}',
    /^a field begins with a dot: write \{\{ \.path\.path \}\}/,
  ],
  ['another function that is none', "namespace: '{{`{{ service }}`}}'", '{{`{{ service }}`}}', /^a field begins with a dot, as in/],
  ['an index that goes too far', "namespace: '{{`{{ index (list 1) 2 }}`}}'", 'index (list 1) 2', /^count from 0/],
])('blames the text of a template that can not be rendered: %s', (_, to, line, help) => {
  const [found, ...others] = refused(edited(legacySet, ["namespace: '{{`{{ .service }}`}}-legacy'", to]))
  expect(others).toEqual([])
  expect(shown(found!)).toContain(line)
  expect(textOf(found!.help ?? [])).toMatch(help)
})

it('blames a templatePatch, and what it can not do', () => {
  const patch = '  templatePatch: |\n    spec:\n      source:\n        helm:\n          valuesObject: { cluster: { instances: 3 } }\n'
  const source =
    '      sources:\n        - repoURL: https://cloudnative-pg.github.io/charts\n          chart: cluster\n          targetRevision: 0.8.1\n          helm:\n'
  const single =
    '      source:\n          repoURL: https://cloudnative-pg.github.io/charts\n          chart: cluster\n          targetRevision: 0.8.1\n          helm:\n            valuesObject: { cluster: { instances: 1 } }\n'
  const rest = legacySet.slice(legacySet.indexOf('            valueFiles:'), legacySet.indexOf('      syncPolicy:\n        automated'))
  const [found, ...others] = refused(edited(legacySet, [source, single], [rest, '']) + patch)
  expect(others).toEqual([])
  expect(shown(found!)).toBe('error argocd/set-generates legacy.yaml: spec:')
  expect(textOf(found!.help ?? [])).toMatch(/valuesObject/)
})

it.each([
  ['an operator that is none', '{ matchExpressions: [{ key: service, operator: Is, values: [alpha] }] }'],
  ['an operator that lacks values', '{ matchExpressions: [{ key: service, operator: In }] }'],
  ['a key that is none', '{ matchLabels: { "a b": c } }'],
])('blames a selector once: %s', (_, selector) => {
  const list = '          - service: "beta"\n'
  const [found, ...others] = refused(edited(legacySet, [list, `${list}      selector: ${selector}\n`]))
  expect(others).toEqual([])
  expect(shown(found!)).toBe(`error argocd/set-generates legacy.yaml: selector: ${selector}`)
  expect(textOf(found!.help ?? [])).toMatch(/^write matchLabels, or matchExpressions/)
})

it('names the prefix that two git generators need', () => {
  const list = '    - list:\n        elements:\n          - service: "alpha"\n          - service: "beta"\n'
  const git =
    '          - git: { repoURL: https://github.com/example/infra.git, revision: main, files: [{ path: databases/*/values.yaml }] }\n'
  const [found] = refused(
    edited(
      legacySet,
      [list, `    - matrix:\n        generators:\n${git}${git.replace('databases/*/values', 'helm-values/legacy/*')}`],
      ['  goTemplate: true\n  goTemplateOptions: ["missingkey=error"]\n', ''],
    ).replaceAll('{{ .service }}', '{{path.basename}}'),
  )
  expect(textOf(found!.help ?? [])).toBe('set pathParamPrefix on one of the two git generators: both set `path`')
})

const old = (text: string): string =>
  edited(text, ['  goTemplate: true\n  goTemplateOptions: ["missingkey=error"]\n', '']).replaceAll('{{ .service }}', '{{service}}')
const namespace = "        namespace: '{{`{{ .service }}`}}-legacy'"
it.each([
  [
    'without goTemplate, a dot',
    old(legacySet).replace("namespace: '{{`{{service}}", "namespace: '{{`{{ .service }}"),
    /^set goTemplate: true/,
  ],
  [
    'a parameter that is misspelt',
    old(legacySet).replace("namespace: '{{`{{service}}", "namespace: '{{`{{servcie}}"),
    /^did you mean `service`\?/,
  ],
  ['a parameter of no element', old(legacySet).replace("namespace: '{{`{{service}}", "namespace: '{{`{{elsewhere}}"), /^add `elsewhere`/],
  ['a map', edited(legacySet, [namespace, '        namespace: \'a-{{`{{ dict "a" 1 }}`}}\'']), /^write the part/],
  [
    'a key that is missing',
    edited(legacySet, ['missingkey=error', 'missingkey=default'], [namespace, "        namespace: 'a-{{`{{ .x }}`}}'"]),
    /^add the key/,
  ],
])('blames a placeholder that nothing fills in: %s', (_, set, help) => {
  const found = findingsOf({ ...legacyFiles, [setFile]: set })
  expect(found.map(({ rule }) => rule)).toEqual(['argocd/placeholder-filled'])
  expect(shown(found[0]!)).toContain('namespace:')
  expect(textOf(found[0]!.help ?? [])).toMatch(help)
})
it('names the placeholder once, where the name has it', () => {
  const set = edited(legacySet, ['  goTemplate: true\n  goTemplateOptions: ["missingkey=error"]\n', ''])
  for (const text of [set, edited(set, ['          - service: "beta"\n', ''])]) {
    const found = findingsOf({ ...legacyFiles, [setFile]: text })
    expect(found.map(({ rule, help }) => [rule, textOf(help ?? []).slice(0, 20)])).toEqual([
      ['argocd/set-generates', 'set goTemplate: true'],
    ])
    expect(shown(found[0]!)).toContain("name: '{{`{{ .service }}`}}-legacy'")
  }
})
it('says nothing of what another mistake leaves unfilled', () => {
  const misspelt = edited(legacySet, ['goTemplate: true', 'gotemplate: true'])
  expect(findingsOf({ ...legacyFiles, [setFile]: misspelt }).map(({ rule }) => rule)).not.toContain('argocd/placeholder-filled')
  const empty = edited(legacySet, ['service: "beta"', 'service: null'])
  expect(findingsOf({ ...legacyFiles, [setFile]: empty }).map(({ rule }) => rule)).toEqual(['argocd/element-text'])
})
it('says nothing of placeholders that are filled in, or of other texts', () => {
  expect(findingsOf({ ...legacyFiles, [setFile]: old(legacySet) })).toEqual([])
  const values = '            values: \'note: "{{`{{ "{{ x }}" }}`}}"\'\n            skipTests: true\n'
  expect(findingsOf({ ...legacyFiles, [setFile]: edited(legacySet, ['            skipTests: true\n', values]) })).toEqual([])
})

function refused(set: string): readonly LocatedFinding[] {
  return findingsOf({ ...legacyFiles, [setFile]: set }).filter(({ rule }) => rule === 'argocd/set-generates')
}
