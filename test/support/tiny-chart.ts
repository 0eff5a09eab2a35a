// What is the smallest chart that makes a Cluster, as files and as an archive?
import { tarball } from './archives.ts'

const clusterTemplate = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: {{ .Values.fullnameOverride | default .Release.Name }}
  {{- with .Values.cluster.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.cluster.additionalLabels }}
  labels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  instances: {{ .Values.cluster.instances }}
  imageName: ghcr.io/cloudnative-pg/postgresql:{{ .Values.version.postgresql }}
  storage:
    size: {{ .Values.cluster.storage.size }}
    {{- with .Values.cluster.storage.storageClass }}
    storageClass: {{ . }}
    {{- end }}
  {{- if .Values.superuser }}
  enableSuperuserAccess: true
  superuserSecret:
    name: {{ required "superuser.secret is needed" .Values.superuser.secret }}
  {{- end }}
  enablePDB: {{ .Values.cluster.enablePDB }}
  {{- with .Values.cluster.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.cluster.parameters }}
  postgresql:
    parameters:
      {{- toYaml . | nindent 6 }}
  {{- end }}
`

const defaults = `# written for tests
fullnameOverride: ""
version:
  postgresql: "17"
cluster:
  instances: 3
  enablePDB: true
  annotations: {}
  additionalLabels: {}
  storage:
    size: 8Gi
  resources: {}
  parameters: {}
`

const schema = JSON.stringify({
  type: 'object',
  properties: {
    cluster: {
      type: 'object',
      properties: { instances: { type: 'integer' }, storage: { type: 'object', properties: { size: { type: 'string' } } } },
    },
  },
})

/** The files of chart `cluster` in some version. */
export function tinyChart(version: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    'Chart.yaml': `apiVersion: v2\nname: cluster\nversion: ${version}\n`,
    'values.yaml': defaults,
    'values.schema.json': schema,
    'templates/cluster.yaml': clusterTemplate,
    ...more,
  }
}

/** A `.tgz` of them, as `helm package` lays it out. */
export function chartArchive(files: Readonly<Record<string, string>>): Buffer {
  return tarball(Object.entries(files).map(([path, text]) => ({ name: `cluster/${path}`, text })))
}
