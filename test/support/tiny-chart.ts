// What is the smallest chart that makes a Cluster, as files and as an archive?
import { gzipSync } from 'node:zlib'

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
  const blocks: Buffer[] = []
  for (const [path, text] of Object.entries(files)) {
    const body = Buffer.from(text)
    const header = Buffer.alloc(512)
    header.write(`cluster/${path}`, 0)
    header.write('0000644\0', 100)
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write('0', 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    blocks.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512))
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}
