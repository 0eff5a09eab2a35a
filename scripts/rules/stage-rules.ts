// What do the stages around the operator's rules report, and under which ids?
import type { Severity } from '../findings/finding.ts'

/** A rule as shown in a list. */
export interface ListedRule {
  readonly id: string
  readonly severity: Severity
  readonly summary: string
  readonly configurable?: true
}

const rule = (id: string, summary: string, severity: Severity = 'error'): ListedRule => ({ id, severity, summary })

const policy = (id: string, summary: string, severity: Severity = 'error'): ListedRule => ({
  ...rule(id, summary, severity),
  configurable: true,
})

/** Ids that are in no list of rule objects, because the stage itself reports them; in the order of the stages. */
export const stageRules: readonly { readonly title: string; readonly rules: readonly ListedRule[] }[] = [
  {
    title: 'Settings and files',
    rules: [
      rule('settings/schema', 'postgres in apps/values.yaml and service.yaml have known keys and values of the right type'),
      rule('settings/layout', 'layout and namespaces use {service}, {name} and {env} so that no two databases share a file or a name'),
      rule('settings/safe-text', 'settings hold plain text: no template braces, backticks or control characters'),
      rule('settings/no-password', 'settings hold no password, since they are written into generated files'),
      rule('settings/known-policy', 'policies name environments, and rules whose level can be set'),
      rule('settings/policy-used', 'a pattern in policies fits a database', 'warning'),
      rule('settings/one-place', 'the settings are in one file'),
      rule('settings/known-operator', 'there are schemas for the version of the operator', 'info'),
      rule('settings/known-argocd', 'the version of Argo CD is known here', 'info'),
      rule('settings/one-operator', 'environments of one Kubernetes cluster have the same operator'),
      rule('discover/any-database', 'there is at least one database'),
      rule('discover/base-exists', 'an override and a service.yaml come with a base file'),
      rule('discover/database-name', 'names of clusters are lower-case letters, digits and `-`'),
      rule('discover/defaults-exist', 'each environment has its file of defaults'),
      rule('discover/environment-exists', 'the environments named by files exist'),
      rule('discover/file-name', 'file names follow the layout and end in .yaml'),
      rule('discover/override-used', 'an override is for an environment that the service is in', 'warning'),
      rule('discover/operator-values', 'the file of values for the chart of the operator exists'),
      rule('discover/readable', 'files are regular UTF-8 files inside the repository, of at most 1 MiB'),
      rule('discover/service-name', 'names of services are lower-case letters, digits and `-`'),
      rule('discover/unique-name', 'no two Applications, and no two Clusters of a namespace, have the same name'),
    ],
  },
  {
    title: 'YAML and values',
    rules: [
      rule('yaml/syntax', 'a file is YAML as Helm reads it'),
      rule('yaml/aliases', 'aliases do not blow up a file'),
      rule('yaml/duplicate-key', 'a key appears once in a map'),
      rule('yaml/merge-key', 'a merge key `<<` does not replace a different value written above it'),
      rule('yaml/encoding', 'a file is UTF-8'),
      rule('yaml/indentation', 'indentation is made of plain spaces'),
      rule('yaml/nesting', 'nesting has at most 1,000 levels'),
      rule('yaml/one-document', 'a values file is one document'),
      rule('yaml/root-map', 'a values file is a map of keys'),
      rule('values/known-keys', 'some template reads each key'),
      rule('values/chart-schema', 'values have the type that the chart requires'),
      rule(
        'values/known-choice',
        'values that the templates compare with a few words are one of those, and list items that name objects have a name',
      ),
      rule('values/has-effect', 'values have an effect, and another value does not disable them', 'warning'),
      rule('values/generated-key', 'names and labels that the generator sets are not set by hand'),
      rule('values/guard-agrees', 'sync options agree with the guard of the environment'),
      rule('chart/available', 'the pinned chart is in the repository or in a cache, in the pinned version'),
      rule('chart/usable', 'the pinned chart can be loaded, and its templates can be run'),
      rule('chart/helm-engine', 'helm can be run and renders the chart (with `engine: helm`)'),
      rule('chart/refuses', 'the chart does not stop with a message of its own'),
      rule('chart/needs-value', 'templates find the maps that they read from'),
      rule('chart/wrong-kind', 'templates find the kind of value that they expect'),
      rule('chart/template', 'values that the chart runs as templates can be run'),
      rule('chart/printed-yaml', 'what the templates print is YAML'),
      rule('chart/release-name', 'the name of the release is one that Helm accepts'),
      rule('chart/cross-check', 'helm prints what the model of the chart prints (with `check --cross-check helm`)'),
      rule('chart/kube-version', 'the chart supports the version of Kubernetes'),
    ],
  },
  {
    title: 'Schema and CEL',
    rules: [
      rule('schema/unknown-field', 'the CRD has each field; the API server would drop it silently'),
      rule('schema/type', 'a field has the type of the CRD'),
      rule('schema/required', 'fields that the CRD requires are set'),
      rule('schema/enum', 'a field has one of the values of the CRD'),
      rule('schema/pattern', 'a text matches the pattern of the CRD'),
      rule('schema/format', 'a text has the format of the CRD'),
      rule('schema/minimum', 'a number is not too small'),
      rule('schema/maximum', 'a number is not too large'),
      rule('schema/multiple', 'a number is a multiple of the step of the CRD'),
      rule('schema/range', 'a whole number fits its integer type'),
      rule('schema/scale', 'the number of replicas is one that the scale sub-resource can read'),
      rule('schema/min-length', 'a text is not too short'),
      rule('schema/max-length', 'a text is not too long'),
      rule('schema/min-items', 'a list is not too short'),
      rule('schema/max-items', 'a list is not too long'),
      rule('schema/min-properties', 'a map has enough keys'),
      rule('schema/max-properties', 'a map does not have too many keys'),
      rule('schema/duplicate', 'items of a set or of a keyed list differ'),
      rule('schema/metadata', 'name, labels and annotations follow the rules of Kubernetes'),
      rule('schema/kind', 'the API server serves the kind'),
      rule('schema/quantity', 'an amount is a Kubernetes quantity'),
      rule('schema/duration', 'a length of time is written as Go reads it'),
      rule('schema/time', 'a point in time is written in the format of RFC 3339'),
      rule('schema/zero-value', 'a required field is set, not filled with zero by the operator', 'warning'),
      rule('cel/expression', 'the expressions of the CRD hold'),
      rule('cel/unchanged', 'fields that the CRD makes immutable do not change'),
    ],
  },
  {
    title: 'Changes and generated files',
    rules: [
      rule('changes/base-readable', 'settings and values of the base can be read, so that a change can be judged'),
      rule('changes/application-name-stays', 'the Application of a database keeps its name and its namespace'),
      rule('changes/cluster-name-stays', 'the Cluster of a database keeps its name'),
      rule('changes/namespace-stays', 'a database stays in its namespace'),
      rule('changes/destination-stays', 'a database stays in its Kubernetes cluster', 'warning'),
      rule('changes/no-rename', 'a service is not renamed: that would be a new, empty database'),
      rule('changes/retired-first', 'a database is retired before its files are removed'),
      rule('changes/set-shrinks', 'a set does not lose Applications that are not retired'),
      rule('changes/database-stays', 'no hand-written set or Application deletes a database when it is removed'),
      rule('changes/application-taken', 'what a hand-written set wants is not owned by another set'),
      rule('changes/application-stays', 'no Application of a hand-written set stays behind unnoticed', 'warning'),
      rule('changes/application-updates', 'a change of a hand-written set reaches its Applications', 'warning'),
      rule('changes/take-over-complete', 'a set that takes over databases from another takes all of them, each with unchanged names'),
      rule('changes/set-comparable', 'what a set of databases deploys can be compared with what it deployed at the base'),
      rule('changes/guard-stays', 'the guard of an environment is not lowered', 'warning'),
      rule('changes/backups-stay', 'backups are not switched off', 'warning'),
      rule('changes/archive-is-empty', 'the archive that an existing cluster starts to write to is empty', 'warning'),
      rule('changes/read-at-creation', 'fields that only a new cluster or a new volume reads do not change', 'warning'),
      rule('changes/hook-only', 'a change reaches more than Helm hooks, which auto-sync does not run', 'warning'),
      rule('changes/pins-together', 'the version of the operator and that of its chart change together', 'warning'),
      rule('changes/pins-apart', 'versions and databases do not change at the same time', 'warning'),
      rule('changes/chart-installs-operator', 'the pinned chart installs the pinned operator', 'warning'),
      rule('emit/stale', 'a generated file is up to date'),
      rule('emit/missing', 'a generated file exists'),
      rule('emit/orphan', 'a generated file belongs to a database'),
      rule('emit/foreign-file', 'no hand-written file is in the place of a generated one'),
    ],
  },
  {
    title: 'Policies about several databases and texts',
    rules: [
      rule('policy/allowance-used', 'an allowance exempts something, and has a reason', 'warning'),
      policy('policy/own-archive', 'no two databases write to one archive'),
      policy('policy/recovery-reads-another', 'a recovery does not read the archive that it writes'),
      policy('policy/recovery-check-skipped', 'a recovery whose check for an empty archive is skipped writes elsewhere', 'warning'),
      policy('policy/object-store-exists', 'a plugin names an ObjectStore that is rendered', 'warning'),
      rule('postgres/sql-syntax', 'SQL in the values is what the PostgreSQL of the database parses'),
      rule('postgres/sql-transaction', 'a statement that must run alone, such as CREATE DATABASE, is an item of its own'),
      policy('policy/operator-supported', 'the minor release of the operator is supported (with `--today`)', 'warning'),
      policy('policy/claimed-once', 'no two databases claim one node port, address, host name or Secret'),
      policy('policy/own-login', 'no two databases of a namespace have one Secret as their login', 'warning'),
      policy('policy/secret-in-values', 'values hold no secret', 'warning'),
    ],
  },
  {
    title: 'Argo CD',
    rules: [
      rule('argocd/version-new-enough', 'the pinned Argo CD understands the generated sets'),
      rule('argocd/application-name', 'names of Applications are ones that Kubernetes accepts'),
      rule('argocd/namespace-name', 'names of namespaces are ones that Kubernetes accepts'),
      rule('argocd/set-size', 'a set is small enough for a client-side apply', 'warning'),
      rule('argocd/helm-braces', 'templates of Argo CD are hidden from Helm'),
      rule('argocd/template-renders', 'Helm can print each template of a chart of Applications'),
      rule('argocd/manifest-readable', 'the values that a template of Applications needs are set in this repository', 'info'),
      rule('argocd/not-computed', 'what a set or an Application deploys can be found out here', 'info'),
      rule('argocd/assumed-version', 'a chart is pinned to one version', 'info'),
      rule('argocd/parameter', 'Helm can read the parameters of an Application'),
      rule('argocd/manifest-once', 'no two manifests have the same kind and name'),
      rule('argocd/application-once', 'no two manifests create the same Application'),
      rule('argocd/project-permits', 'the AppProject of an Application permits its sources, its destination and Clusters'),
      rule('argocd/cluster-once', 'no two Applications deploy the same Cluster'),
    ],
  },
  {
    title: 'What is live (check --live)',
    rules: [
      rule('live/any-object', 'the file holds Applications or Clusters'),
      rule('live/application-exists', 'each wanted Application is live', 'warning'),
      rule('live/application-wanted', 'each live Application is wanted', 'warning'),
      rule('live/cluster-wanted', 'each live Cluster is a database of the repository', 'warning'),
      rule('live/cluster-exists', 'each wanted Cluster is live', 'warning'),
      rule('live/cluster-as-wanted', 'a live Cluster has the wanted fields', 'warning'),
    ],
  },
  {
    title: 'Charts from elsewhere (charts pull)',
    rules: [
      rule('charts/available', 'the repository of each pinned chart can be reached, and has the chart'),
      rule('charts/digest', 'an archive has the digest of its repository and of charts.lock'),
      rule('charts/archive', 'an archive is the pinned chart, and nothing in it leads outside of it'),
    ],
  },
  {
    title: 'Other versions (upgrade)',
    rules: [
      rule('upgrade/parameter-exists', 'the new PostgreSQL knows each parameter that is set'),
      rule('upgrade/parameter-word', 'the new PostgreSQL accepts the words that parameters are set to'),
      rule('upgrade/chart-reads', 'the other chart reads the values that are set'),
      rule('upgrade/in-tree-store', 'backups use what the new operator still has'),
    ],
  },
]

/** The same without their titles. */
export const allStageRules: readonly ListedRule[] = stageRules.flatMap(({ rules }) => rules)
