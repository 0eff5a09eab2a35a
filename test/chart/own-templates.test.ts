// Is said what templates of one's own lose without a word?
import { expect, test } from 'vitest'
import { toldOf } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

const application = folderApplication({ name: 'pay', url: 'https://github.com/acme/infra.git', path: 'pay' })
const cluster = (name = 'pay', pdb = 'false', size = '10Gi'): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: ${name} }\nspec:\n  instances: 1\n  enablePDB: ${pdb}\n  storage: { size: ${size} }\n`
const loop = (separator: string, body = cluster('{{ . }}')): string => `{{- range .Values.names }}\n${separator}${body}{{- end }}\n`

test.each<readonly [string, string, string, readonly string[]]>([
  [
    'a default over false',
    cluster('pay', '{{ .Values.pdb | default true }}'),
    'pdb: false\n',
    ['pay/templates/a.yaml:6 [chart/default-keeps-value]'],
  ],
  [
    'a default before false',
    cluster('pay', '{{ default true .Values.a.pdb }}'),
    'a: { pdb: false }\n',
    ['pay/templates/a.yaml:6 [chart/default-keeps-value]'],
  ],
  [
    'a default in a helper',
    `{{- define "pdb" }}{{ .pdb | default true }}{{ end }}\n${cluster('pay', '{{ include "pdb" .Values }}')}`,
    'pdb: false\n',
    ['pay/templates/a.yaml:1 [chart/default-keeps-value]'],
  ],
  [
    'a default that nobody reaches',
    `{{ if .Values.on }}{{ .Values.pdb | default true }}{{ end }}${cluster()}`,
    'pdb: false\non: false\n',
    [],
  ],
  [
    'a default that is bound',
    `{{- $on := default true .Values.pdb }}\n${cluster('pay', '{{ if eq (toString .Values.pdb) "false" }}false{{ else }}{{ $on }}{{ end }}')}`,
    'pdb: false\n',
    [],
  ],
  ['a default that is only bound', `{{- $on := .Values.pdb | default true }}\n${cluster('pay', '{{ $on }}')}`, 'pdb: false\n', []],
  [
    'a default beside a comparison',
    cluster('pay', '{{ if eq (toString .Values.pdb) "false" }}false{{ else }}{{ default true .Values.pdb }}{{ end }}'),
    'pdb: false\n',
    [],
  ],
  ['a default that is handed on', cluster('pay', '{{ and (default true .Values.pdb) .Values.on }}'), 'pdb: false\non: false\n', []],
  [
    'a default after hasKey',
    cluster('pay', '{{ if hasKey .Values "pdb" }}{{ .Values.pdb }}{{ else }}{{ .Values.pdb | default true }}{{ end }}'),
    'pdb: false\n',
    [],
  ],
  [
    'a default in a map that is printed whole',
    `${cluster('pay', '{{ .Values.a.pdb | default true }}')}  # {{ .Values.a | toJson }}\n`,
    'a: { pdb: false }\n',
    [],
  ],
  [
    'a default that is printed with quotes',
    `${cluster()}# {{ .Values.lock | default true | quote }}\n`,
    'lock: false\n',
    ['pay/templates/a.yaml:8 [chart/default-keeps-value]'],
  ],
  ['a default over 0 in own values', `${cluster()}  stopDelay: {{ .Values.delay | default 60 }}\n`, 'delay: 0\n', []],
  ['a default of false', cluster('pay', '{{ .Values.pdb | default false }}'), 'pdb: false\n', []],
  ['a default of what is not set', `{{- $a := .Values.pdb | default true }}\n${cluster()}`, '', []],
  ['documents that are joined', loop(''), 'names: [pay, bill]\n', ['pay/templates/a.yaml:2 [chart/documents-apart]']],
  ['documents that are apart', loop('---\n'), 'names: [pay, bill]\n', []],
  ['one document of a loop', loop(''), 'names: [pay]\n', []],
  [
    'a dot that is an item',
    loop('---\n', cluster('{{ . }}', 'false', '{{ .Values.size }}')),
    'names: [pay]\nsize: 10Gi\n',
    ['pay/templates/a.yaml:9 [chart/usable]'],
  ],
  ['a dot that is the whole', loop('---\n', cluster('{{ . }}', 'false', '{{ $.Values.size }}')), 'names: [pay]\nsize: 10Gi\n', []],
])('%s', async (_what, template, values, expected) => {
  const told = await toldOf({
    'argo/pay.yaml': application,
    'pay/Chart.yaml': 'apiVersion: v2\nname: pay\nversion: 0.1.0\n',
    'pay/values.yaml': values,
    'pay/templates/a.yaml': template,
  })
  const found = told.filter((text) => !text.includes('[policy/')).map((text) => text.replace(/: .*\[/, ' ['))
  expect(found).toEqual(expected)
})

const login = (password: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: login }\ntype: kubernetes.io/basic-auth\nstringData:\n  username: app\n  password: ${password}\n`
const withLogin = `${cluster()}  bootstrap: { initdb: { database: app, owner: app, secret: { name: login } } }\n`

test.each<readonly [string, string, string, string, number]>([
  ['a random password', login('{{ randAlphaNum 16 }}'), withLogin, '', 1],
  [
    'one of lookup',
    `{{- $old := lookup "v1" "Secret" "a" "login" }}\n${login('{{ if $old }}a{{ else }}{{ randAlphaNum 9 }}{{ end }}')}`,
    withLogin,
    '',
    1,
  ],
  ['one that is set', login('{{ .Values.password | default (randAlphaNum 16) }}'), withLogin, 'password: "ENC"\n', 0],
  [
    'one of the name of a role',
    login('{{ randAlphaNum 16 }}'),
    `${cluster('login')}  managed: { roles: [{ name: login, login: true }] }\n`,
    '',
    0,
  ],
  ['one that no Cluster reads', login('{{ randAlphaNum 16 }}'), cluster(), '', 0],
])('says of %s that Argo CD renders it anew', async (_what, secret, database, values, count) => {
  const files = {
    'argo/pay.yaml': application,
    'pay/Chart.yaml': 'apiVersion: v2\nname: pay\nversion: 0.1.0\n',
    'pay/values.yaml': values,
    'pay/templates/a.yaml': database,
    'pay/templates/login.yaml': secret,
  }
  const ofSecret = (told: readonly string[]): number => told.filter((text) => text.includes('[chart/secret-stays]')).length
  expect(ofSecret(await toldOf(files))).toBe(count)
  const ignoring = `${application}  ignoreDifferences: [{ kind: Secret, jsonPointers: [/data] }]\n`
  expect(ofSecret(await toldOf({ ...files, 'argo/pay.yaml': ignoring }))).toBe(0)
  const everywhere = (key: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: argocd-cm }\ndata:\n  ${key}: |\n    jsonPointers: [/data]\n`
  for (const [kind, left] of [
    ['Secret', 0],
    ['all', 0],
    ['apps_Deployment', count],
  ] as const) {
    const settings = everywhere(`resource.customizations.ignoreDifferences.${kind}`)
    expect(ofSecret(await toldOf({ ...files, 'argocd/cm.yaml': settings }))).toBe(left)
  }
  const given = everywhere('resource.customizations.ignoreDifferences.Secret').replace(/^[^]*data:/, 'configs:\n cm:')
  expect(ofSecret(await toldOf({ ...files, 'argocd/values.yaml': given }))).toBe(0)
})
