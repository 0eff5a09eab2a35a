// What does a rule look at that a small example can't show?
import { lookup } from '../values/lookup.ts'

const handWritten = 'hand-written Applications and ApplicationSets in apps/templates/'
const live = '`check --live FILE`: what the cluster has, as kubectl prints it, compared with what these files want'
const generated = 'the files that `render` writes, compared with what it would write now'
const tried = '`upgrade`: the databases with the versions that are tried'
const pulled = '`charts pull`: what the repositories of the pinned charts respond'
const dated = '`check --today DAY`:'
const besides = 'Secrets and ConfigMaps that come with what reads them: in files (`admit --policies`), folders, or from a chart'
const unbounded = 'bounds of the CRDs; no known CRD has one of this kind on a field that users set'

const byRule: Readonly<Record<string, string>> = lookup({
  'settings/installed-version':
    'Applications and kustomizations that install the operator or Argo CD, compared with operator.version and argocd.version in the settings',
  'argocd/application-name': 'names that follow from layout.application',
  'argocd/namespace-name': 'namespaces that follow from the patterns of the environments and from service.yaml',
  'argocd/set-size': 'how long the ApplicationSet of an environment is, compared with what a client-side apply can store',
  'changes/application-taken': `${handWritten}, with \`--base\``,
  'changes/application-updates': `${handWritten}, with \`--base\``,
  'changes/base-readable': 'settings and values of the base that cannot be read there, with `--base`',
  'changes/set-shrinks': 'the files of three or more databases that go at once, with `--base`',
  'chart/available': 'charts/ of the repository, the folders of `charts` and `--charts`, and the caches, for a chart that is not modelled',
  'chart/cross-check': 'what helm prints of the pinned chart, beside the model of it',
  'chart/helm-engine': 'whether `helm` is on PATH and what it prints, for a chart with `engine: helm`',
  'chart/kube-version': 'the version of Kubernetes that Helm is told, for the library',
  'chart/usable': 'the files of a chart that is not modelled: Chart.yaml, values.yaml, subcharts and templates',
  'discover/operator-values': 'whether helm-values/core/cloudnative-pg.yaml is there',
  'discover/readable': 'files that are links out of the repository, devices, unreadable or larger than 1 MiB',
  'policy/kubernetes-supported': `${dated} the Kubernetes that \`kubernetes.version\` or an Application's \`kubeVersion\` names`,
  'policy/operator-supported': `${dated} the operator that each environment pins`,
  'policy/pgbouncer-supported': `${dated} images of PgBouncer in poolers`,
  'policy/postgres-minor-current': `${dated} images whose tag names a minor release`,
  'policy/postgres-supported': `${dated} the major version of each database`,
  'policy/streaming-probe-starts': 'manifests (`admit --policies`): the chart passes no probes on',
  'policy/argument-whole': 'ObjectStores of hand-written manifests: the chart passes no arguments on',
  'policy/plugin-archives': 'Clusters and ScheduledBackups of hand-written manifests',
  'policy/plugin-has-store': 'plugins of hand-written manifests: the chart names its own store',
  'policy/extension-images-work': 'postgresql.extensions of hand-written manifests: the chart passes none on',
  'policy/plugin-parameter-known': 'plugins of hand-written manifests: the chart names its own parameters',
  'policy/pooler-container-named': 'templates of hand-written Poolers',
  'policy/imported-database-keeps-owner': 'imports of hand-written manifests: the chart writes them itself',
  'policy/start-has-time': 'startDelay of hand-written manifests: the chart passes none on',
  'policy/spread-counts-instances': 'topologySpreadConstraints of hand-written Clusters and Poolers: the chart passes none on',
  'policy/store-has-credentials': 'ObjectStores of hand-written manifests: the chart writes credentials',
  'policy/publication-streams': 'Publications of hand-written manifests',
  'policy/source-usable': 'external clusters of hand-written manifests: the chart writes them itself',
  'policy/cold-snapshot-spares-primary': 'snapshots that ScheduledBackups of hand-written manifests take',
  'policy/declared-on-primary': 'Databases, DatabaseRoles, Publications and Subscriptions of hand-written manifests',
  'policy/declared-once': 'DatabaseRoles, Publications and Subscriptions of hand-written manifests',
  'policy/hot-snapshot-has-archive': 'snapshots that ScheduledBackups of hand-written manifests take',
  'policy/recovery-names-server': 'recoveries by the Barman plugin in hand-written manifests, beside the Cluster whose store they read',
  'policy/inherited-label-free': 'inheritedMetadata of hand-written manifests: the chart passes none on',
  'policy/logical-parameter': 'Publications and Subscriptions of hand-written manifests',
  'policy/recovery-has-source': 'recoveries of hand-written manifests: the chart names a source itself',
  'policy/snapshots-whole': 'recoveries of hand-written manifests: the chart restores from no snapshots',
  'policy/subscriptions-have-workers': 'Subscriptions of hand-written manifests',
  'policy/subscription-source-known': 'Subscriptions of hand-written manifests',
  'policy/catalog-exists': 'image catalogs in the same files (`admit --policies`)',
  'policy/cluster-exists': 'manifests that are applied together: files (`admit --policies`), or folders that Applications deploy',
  'policy/key-is-held': besides,
  'policy/key-without-line-break': besides,
  'policy/login-secret-fits': besides,
  'policy/variable-put-in': besides,
  'policy/secret-made-once': besides,
  'policy/sealed-where-it-is': besides,
  'policy/wave-brings-needs': 'sync waves of Secrets, ConfigMaps, stores and catalogs in the same files (`admit --policies`) or folders',
  'policy/network-lets-through': 'NetworkPolicies in the same files (`admit --policies`) or folders, or from a chart',
  'policy/reload-is-label': besides,
  'policy/import-keeps-name': 'Subscriptions, Publications and Databases beside imports of hand-written manifests',
  'policy/publication-database-named': 'Subscriptions of hand-written manifests',
  'policy/catalog-kind': 'image catalogs of hand-written manifests: the chart writes the kind itself',
  'policy/extension-finds-libraries': 'postgresql.extensions of hand-written manifests: the chart passes none on',
  'policy/backup-parameters-read': 'Backups and ScheduledBackups of hand-written manifests',
  'policy/replication-certificate-names-user': "cert-manager's Certificates in the same files (`admit --policies`)",
  'policy/shm-fits-queries': 'ephemeralVolumesSizeLimit of hand-written manifests: the chart passes none on',
  'postgres/sql-depth': 'thousands of operators or brackets in each other in one text of SQL',
  'policy/database-once': 'all Database objects of one release',
  'policy/pooler-name-free': 'Poolers of charts that name them freely, and of hand-written manifests',
  'policy/null-keeps-major': 'a null at version.postgresql above a lower layer that names a newer PostgreSQL',
  'schema/filled-in': 'manifests with placeholders of Flux or envsubst (`admit`)',
  'schema/max-properties': unbounded,
  'schema/min-properties': unbounded,
  'schema/multiple': unbounded,
  'yaml/aliases': 'how much text the aliases of a file expand to',
  'yaml/encoding': 'the bytes of a file',
  'yaml/indentation': 'characters before a key that look like spaces but are not, such as those copied from a web page',
  'yaml/nesting': 'how deep the maps and lists of a file are nested',
})
const byArea: Readonly<Record<string, string>> = lookup({ argocd: handWritten, charts: pulled, emit: generated, live, upgrade: tried })

/** What a rule without an example looks at; undefined: nothing is written down. */
export function subjectOf(id: string): string | undefined {
  return byRule[id] ?? byArea[id.split('/')[0] ?? '']
}
