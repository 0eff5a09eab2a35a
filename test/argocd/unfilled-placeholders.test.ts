// Is a placeholder of a set without Go's templates reported once where it stays in the text, with what to write?
import { expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'

const values = 'cluster:\n  instances: 1\n  enablePDB: false\n  imageName: ghcr.io/cloudnative-pg/postgresql:17.5\n'
const set = (generator: string, release: string, file: string, value: string): string => `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: dbs, namespace: argocd }
spec:
  syncPolicy: { applicationsSync: create-update, preserveResourcesOnDeletion: true }
  generators:
    - ${generator}
  template:
    metadata: { name: 'db-{{${generator.startsWith('git') ? 'path.basename' : 'name'}}}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: shop }
      sources:
        - repoURL: https://cloudnative-pg.github.io/charts
          chart: cluster
          targetRevision: 0.8.1
          helm:
            releaseName: '${release}'
            valueFiles: ['${file}']
            parameters:
              - name: cluster.storage.size
                value: '${value}'
        - { repoURL: https://github.com/acme/infra.git, targetRevision: main, ref: values }
`
const list = (first: string, second: string): string => `list: { elements: [{ name: a, ${first}: 1Gi }, { name: b, ${second}: 2Gi }] }`
const git = 'git: { repoURL: https://github.com/acme/infra.git, revision: main, directories: [{ path: dbs/* }] }'

async function reported(text: string): Promise<string[]> {
  const opened = openFiles(
    { 'apps/set.yaml': text, 'v.yaml': values, 'dbs/a/v.yaml': values, 'dbs/b/v.yaml': values },
    'https://github.com/acme/infra.git',
  )
  try {
    const { stdout } = await opened.run('check', '--format', 'json')
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Readonly<{ line: number; rule: string; help?: string }>[] }
    return diagnostics.map(({ line, rule, help }) => `${line}: ${rule}: ${help}`)
  } finally {
    opened.remove()
  }
}

const shared = '$values/v.yaml'
const goTemplate = 'set goTemplate: true with goTemplateOptions: ["missingkey=error"], or write {{size}}'
test.each([
  ['a text', list('size', 'size'), 'r-{{name}}', shared, '{{size}}', []],
  ['a dot', list('size', 'size'), 'r-{{name}}', shared, '{{ .size }}', [`22: argocd/placeholder-filled: ${goTemplate}`]],
  [
    'a slip in the template',
    list('size', 'size'),
    'r-{{name}}',
    shared,
    '{{sise}}',
    ['22: argocd/placeholder-filled: did you mean `size`?'],
  ],
  [
    'a slip in an element',
    list('size', 'sise'),
    'r-{{name}}',
    shared,
    '{{size}}',
    ['22: argocd/placeholder-filled: write `size` in place of `sise` in the element'],
  ],
  ['a release', git, 'r-{{path.basename}}', '$values/{{path}}/v.yaml', '1Gi', []],
  [
    'a slip in a release',
    git,
    'r-{{path.basname}}',
    '$values/{{path}}/v.yaml',
    '1Gi',
    ['18: argocd/set-generates: did you mean `path.basename`?'],
  ],
  [
    'the path of Go templates',
    git,
    'r-{{path.basename}}',
    '$values/{{path.path}}/v.yaml',
    '1Gi',
    ['19: argocd/placeholder-filled: did you mean `path`?'],
  ],
])('%s', async (_what, generator, release, file, value, wanted) => {
  expect(await reported(set(generator, release, file, value))).toEqual(wanted)
})
test('a release that has capitals is not to be shortened', async () => {
  const [only, ...others] = await reported(set(list('size', 'size'), 'Orders-{{name}}', shared, '{{size}}'))
  expect([only, others]).toEqual([
    '18: argocd/set-generates: use lower-case letters, digits, `-` and `.`, with a letter or digit at both ends',
    [],
  ])
})
