// Is an entry of `helmCharts` reported that kustomize does not read?
import { expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const url = 'https://github.com/acme/infra.git'
const quiet = 'cluster:\n  enablePDB: false\n  instances: 1\n  imageName: ghcr.io/cloudnative-pg/postgresql:17.5\n'
const head = 'helmCharts:\n  - name: cluster\n    repo: https://cloudnative-pg.github.io/charts\n'

async function reported(rest: string, values = quiet, start = head): Promise<string[]> {
  const opened = openFiles(
    {
      'argocd/orders.yaml': folderApplication({ name: 'orders', url, path: 'pg' }),
      'pg/kustomization.yaml': `${start}${rest}`,
      'pg/values.yaml': values,
    },
    url,
  )
  try {
    const { stdout } = await opened.run('check', '--format', 'json')
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: readonly Readonly<{ file: string; line: number; column: number; message: string; help?: string }>[]
    }
    return diagnostics.map(({ line, column, message, help }) => `${line}:${column}: ${message} | ${help}`)
  } finally {
    opened.remove()
  }
}

const stops = "kustomize can't build this: "
const given = '    releaseName: orders\n    version: 0.8.1\n'

// each as `kustomize build` 5.7.1 answers it: `json: unknown field`, `cannot unmarshal number into Go struct field`
test.each([
  ['relaeseName: orders', '6:5', 'pg/kustomization.yaml: a chart of it has the unknown key `relaeseName`', 'did you mean `releaseName`?'],
  ['values: values.yaml', '6:5', 'pg/kustomization.yaml: a chart of it has the unknown key `values`', 'did you mean `valuesFile`?'],
  ['values: { cluster: {} }', '6:5', 'pg/kustomization.yaml: a chart of it has the unknown key `values`', 'did you mean `valuesInline`?'],
  ['kubeVersion: 1.31', '6:18', '`kubeVersion` of its chart is the number 1.31, but must be text', 'put quotes around it'],
  ['includeCRDs: "true"', '6:18', '`includeCRDs` of its chart is text, but must be true or false', 'write true or false, without quotes'],
  ['apiVersions: a/v1', '6:18', '`apiVersions` of its chart is text, but must be a list of texts', 'write it as an item of a list: - a/v1'],
  ['valuesMerge: mrge', '6:18', '`valuesMerge` of its chart is none of merge, override and replace', 'write merge, override or replace'],
])('%s', async (line, place, message, help) => {
  expect(await reported(`${given}    ${line}\n`)).toEqual([`${place}: ${stops}${message} | ${help}`])
})
test.each(['valuesFile: values.yaml', 'ValuesFile: values.yaml', 'includeCRDs: true', 'skipTests: yes', 'apiVersions: [a/v1]', 'debug:'])(
  '%s is read',
  async (line) => {
    expect(await reported(`${given}    ${line}\n${/values/i.test(line) ? '' : '    valuesFile: values.yaml\n'}`)).toEqual([])
  },
)
test('a chart that its repository does not have', async () => {
  expect(await reported(`${given}    valuesFile: values.yaml\n`, quiet, head.replace('name: cluster', 'name: clutser'))).toEqual([
    `2:11: ${stops}pg/kustomization.yaml: its repository has no chart clutser | did you mean \`cluster\`?`,
  ])
})
test('a map in place of the list', async () => {
  expect(await reported('', quiet, 'helmCharts:\n  name: cluster\n  repo: https://cloudnative-pg.github.io/charts\n')).toEqual([
    `1:1: ${stops}\`helmCharts\` is a map, but must be a list | begin each chart with \`- \``,
  ])
})
test('a file of values without a document has nothing merged into it', async () => {
  const merged = '    valuesInline: { cluster: { instances: 1, enablePDB: false, imageName: "ghcr.io/cloudnative-pg/postgresql:17.5" } }\n'
  const file = `${given}    valuesFile: values.yaml\n`
  const refused = `6:17: ${stops}\`valuesFile\` of its chart is empty, but has \`valuesInline\` merged into it | write {} into the file, or remove valuesFile`
  for (const text of ['', '# later\n']) expect(await reported(file + merged, text)).toEqual([refused])
  for (const text of ['{}\n', '---\n']) expect(await reported(file + merged, text)).toEqual([])
  expect(await reported(`${file}${merged}    valuesMerge: replace\n`, '')).toEqual([])
  expect(await reported(`${given}${merged}`)).toEqual([])
})
