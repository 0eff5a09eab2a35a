// Does a field that its schema refuses keep a policy from what it says of another one?
import { expect, test } from 'vitest'
import { toldOf } from './support/files.ts'

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: orders, namespace: argocd }
spec:
  project: default
  destination: { server: https://kubernetes.default.svc, namespace: orders }
  source: { repoURL: https://github.com/acme/infra.git, targetRevision: main, path: pg }
`
const cluster = (name: string, parameters: string, fields = 'enablePDB: false'): string => `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: ${name} }
spec:
  instances: 1
  ${fields}
  imageName: ghcr.io/cloudnative-pg/postgresql:17.5
  storage: { size: 5Gi }
  resources: { requests: { memory: 512Mi }, limits: { memory: 512Mi } }
  postgresql: { parameters: { ${parameters} } }
`

/** The rules, in order, that report something of these Clusters, which a chart prints. */
async function rulesOf(...clusters: readonly string[]): Promise<string[]> {
  const told = await toldOf({
    'apps/orders.yaml': application,
    'pg/Chart.yaml': 'apiVersion: v2\nname: pg\nversion: 1.0.0\n',
    'pg/values.yaml': '{}\n',
    'pg/templates/clusters.yaml': clusters.join('---\n'),
  })
  return told.map((line) => line.replace(/^[^:]*:(\d+): .*\[(.*)\]$/, '$1: $2'))
}

test.each<[string, string[], string[]]>([
  ['healthy', [cluster('a', 'max_connections: "100"')], []],
  [
    'another setting of the same rule',
    [cluster('a', 'ignore_checksum_failure: true, zero_damaged_pages: "on"')],
    ['10: policy/damage-not-hidden', '10: schema/type'],
  ],
  ['a setting that the dropped one makes right', [cluster('a', 'random_page_cost: "0.6", seq_page_cost: 0.5')], ['10: schema/type']],
  [
    'a setting of nearly the same name',
    [cluster('a', 'max_standby_archive_delay: 30000, max_standby_streaming_delay: "50"')],
    ['10: policy/setting-has-unit', '10: schema/type'],
  ],
  [
    'a field of the same item',
    [cluster('a', '', 'enablePDB: false\n  managed: { roles: [{ name: r, login: "true", inRoles: [pg_nothing] }] }')],
    ['7: policy/predefined-role-exists', '7: schema/type'],
  ],
  ['a field that is missing because it is misspelt', [cluster('a', '', 'enabelPDB: false')], ['6: schema/unknown-field']],
  [
    'a field of another Cluster',
    [cluster('a', '', 'enabelPDB: false'), cluster('b', '', 'logLevel: info')],
    ['16: policy/drainable', '6: schema/unknown-field'],
  ],
])('%s', async (_, clusters, rules) => expect((await rulesOf(...clusters)).toSorted()).toEqual(rules))
