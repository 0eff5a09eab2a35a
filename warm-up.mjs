// Which commands is V8 to compile when dist/ is built, and on what repositories do they run?
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))

/** Runs what people run most on repositories of its own: `run` takes the words of a command, and the folder. */
export async function runUsual(run) {
  for (const ownChart of [false, true]) {
    const folder = putRepository(ownChart)
    try {
      for (const words of usual) await run(words, folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

/** A hook, which may be what builds, names its own index and folder in variables; and no settings of a person count. */
function gitEnvironment() {
  const others = Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name))
  const person = ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'build'],
    [`GIT_${who}_EMAIL`, 'build@example.com'],
  ])
  return Object.fromEntries([...others, ...person, ['GIT_CONFIG_GLOBAL', '/dev/null'], ['GIT_CONFIG_NOSYSTEM', '1']])
}

/** What each start of a render, of a check and of the hook runs; without git the last one ends early. */
const usual = [['render'], ['render', '--check'], ['check'], ['check', '--staged', '--changed']]

/** A chart that uses what charts use most, and passes on what the example sets: its files by path. */
const chart = {
  'Chart.yaml': 'apiVersion: v2\nname: cluster\nversion: 0.0.1\n',
  'values.yaml':
    'version: { postgresql: "16" }\ncluster:\n  instances: 1\n  storage: { size: 1Gi }\n  env: []\nbackups: { enabled: false }\npoolers: []\n',
  'values.schema.json':
    '{ "type": "object", "properties": { "cluster": { "type": "object", "properties": { "instances": { "type": "integer" } } } } }',
  'rules/one.yaml': 'alert: One\nexpr: |\n  up{job="{{ .Release.Name }}"} < 1\nlabels: [one, two]\n',
  'templates/_helpers.tpl':
    '{{- define "name" -}}\n{{- if .Values.name }}{{ .Values.name | trunc 63 | trimSuffix "-" }}{{ else }}{{ .Release.Name }}{{ end }}\n{{- end }}\n',
  'templates/cluster.yaml': `{{- $all := toYaml .Values }}
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: {{ include "name" . }}
  {{- with .Values.cluster.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  instances: {{ .Values.cluster.instances | default 1 }}
  imageName: "ghcr.io/cloudnative-pg/postgresql:{{ .Values.version.postgresql }}"
  bootstrap:
    initdb: {{- toYaml .Values.cluster.initdb | nindent 6 }}
  storage:
    size: {{ .Values.cluster.storage.size | quote }}
  {{- if (dig "enabled" false (.Values.cluster.walStorage | default dict)) }}
  walStorage: {{ toYaml (omit .Values.cluster.walStorage "enabled") | nindent 4 }}
  {{- end }}
  {{- if and .Values.cluster.resources (not (empty .Values.cluster.env)) (eq (toString .Values.cluster.instances) "3") }}
  resources: {{ toYaml .Values.cluster.resources | nindent 4 }}
  {{- end }}
  {{- range $key := list "affinity" "enablePDB" "enableSuperuserAccess" "postgresql" }}
  {{- with get $.Values.cluster $key }}
  {{ $key }}: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- if .Values.cluster.monitoring }}
  monitoring:
    enablePodMonitor: {{ .Values.cluster.monitoring.enabled }}
  {{- end }}
  {{- if and .Values.backups .Values.backups.enabled }}
  backup:
    barmanObjectStore:
      destinationPath: {{ required "destinationPath" .Values.backups.destinationPath | quote }}
      endpointURL: {{ .Values.backups.endpointURL }}
      s3Credentials:
        accessKeyId: { name: {{ .Values.backups.secret.name }}, key: ACCESS_KEY_ID }
        secretAccessKey: { name: {{ .Values.backups.secret.name }}, key: ACCESS_SECRET_KEY }
    retentionPolicy: {{ .Values.backups.retentionPolicy }}
  {{- end }}
  managed:
    roles:
    {{- range .Values.cluster.roles }}
    - name: {{ .name }}
      login: {{ .login | default false }}
      inRoles: {{ toYaml (.inRoles | default list) | nindent 8 }}
    {{- end }}
  env:
  {{- range $index, $one := .Values.cluster.env }}
    - name: {{ tpl $one.name $ }}
      value: |-
        {{ required "a value" $one.value }}
  {{- end }}
`,
  'templates/poolers.yaml': `{{- range .Values.poolers }}
---
apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata:
  name: {{ include "name" $ }}-pooler-{{ .name }}
spec:
  cluster:
    name: {{ include "name" $ }}
  instances: {{ .instances }}
  type: {{ .type | default "rw" }}
  pgbouncer:
    poolMode: {{ .poolMode }}
    {{- with .parameters }}
    parameters:
      {{- toYaml . | nindent 6 }}
    {{- end }}
{{- end }}
`,
  'templates/rules.yaml': `{{- range $path, $_ := .Files.Glob "rules/**.yaml" }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ printf "%s-%d" (include "name" $) (len $path) }}
data:
  rule: {{ tpl ($.Files.Get $path) $ | fromYaml | toYaml | quote }}
{{- end }}
`,
}

const shared = ['core/cloudnative-pg', 'data/postgres-dev-defaults', 'data/postgres-prd-defaults'].map((name) => `helm-values/${name}.yaml`)
const service = 'databases/orders/values.yaml'
const values = `cluster:
  storage:
    size: 10Gi
  initdb:
    database: orders
    owner: orders
  roles:
    - name: reader
      login: true
      inRoles: [pg_read_all_data]
`

/** A repository with this one's settings and defaults, and a service with a staged change; `ownChart`: with a chart in it, for the engine. */
function putRepository(ownChart) {
  const folder = mkdtempSync(join(tmpdir(), 'cnpg-values-build-'))
  const put = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const settings = existsSync(`${root}apps/values.yaml`) ? readFileSync(`${root}apps/values.yaml`, 'utf8') : ''
  put('apps/values.yaml', ownChart ? settings.replace(/(clusterChart:\n(?: {4}.*\n)*? {4}version: ).*/, '$10.0.1') : settings)
  for (const path of shared) if (existsSync(root + path)) put(path, readFileSync(root + path, 'utf8'))
  for (const [path, text] of Object.entries(ownChart ? chart : {})) put(`charts/cluster/${path}`, text)
  put(service, values)
  const git = (...args) => spawnSync('git', args, { cwd: folder, env: gitEnvironment(), stdio: 'ignore' })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-qm', 'one')
  put(service, `${values.replace('10Gi', '11Gi')}  postgresql:\n    parameters:\n      autovacuum: "off"\n`)
  git('add', '-A')
  return folder
}
