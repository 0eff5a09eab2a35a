// What do the stages around the operator's rules say, and under which ids?
import type { Severity } from './model.ts'

/** A rule as a list shows it. */
export interface ListedRule {
  readonly id: string
  readonly severity: Severity
  readonly summary: string
}

const rule = (id: string, summary: string, severity: Severity = 'error'): ListedRule => ({ id, severity, summary })

/** Ids that no list of rule objects has, because the stage itself says them; in the order of the stages. */
export const stageRules: readonly { readonly title: string; readonly rules: readonly ListedRule[] }[] = [
  {
    title: 'Settings and files',
    rules: [
      rule('settings/schema', 'postgres in apps/values.yaml and service.yaml have known keys and values of the right type'),
      rule('settings/layout', 'layout and namespaces use {service}, {name} and {env} so that no two databases share a file or a name'),
      rule('settings/safe-text', 'settings hold plain text: no template braces, backticks or control characters'),
      rule('settings/known-operator', 'the version of the operator has schemas here', 'warning'),
      rule('settings/one-operator', 'environments of one Kubernetes cluster have the same operator'),
      rule('discover/any-database', 'there is at least one database'),
      rule('discover/base-exists', 'an override and a service.yaml stand beside a base file'),
      rule('discover/database-name', 'names of clusters are lower-case letters, digits and `-`'),
      rule('discover/defaults-exist', 'each environment has its file of defaults'),
      rule('discover/environment-exists', 'environments that files name exist'),
      rule('discover/file-name', 'names of files are those of the layout, and end in .yaml'),
      rule('discover/override-used', 'an override is for an environment that the service is in', 'warning'),
      rule('discover/operator-values', 'the file of values for the chart of the operator exists'),
      rule('discover/readable', 'files are regular UTF-8 files inside the repository, of at most 10 MiB'),
      rule('discover/service-name', 'names of services are lower-case letters, digits and `-`'),
      rule('discover/unique-name', 'no two Applications, and no two Clusters of a namespace, have one name'),
    ],
  },
  {
    title: 'YAML and values',
    rules: [
      rule('yaml/syntax', 'a file is YAML as Helm reads it'),
      rule('yaml/aliases', 'aliases do not blow a file up'),
      rule('yaml/duplicate-key', 'a key stands once in a map'),
      rule('yaml/encoding', 'a file is UTF-8'),
      rule('yaml/indentation', 'indentation is made of plain spaces'),
      rule('yaml/nesting', 'nesting has at most 1,000 levels'),
      rule('yaml/one-document', 'a values file is one document'),
      rule('yaml/root-map', 'a values file is a map of keys'),
      rule('values/known-keys', 'some template reads each key'),
      rule('values/chart-schema', 'values have the type that the chart asks for'),
      rule(
        'values/known-choice',
        'values that the templates compare with a few words are one of them, and list items that name objects have a name',
      ),
      rule('values/generated-key', 'names and labels that the generator sets are not set by hand'),
      rule('values/guard-agrees', 'sync options agree with the guard of the environment'),
      rule('chart/refuses', 'the chart does not stop with a message of its own'),
      rule('chart/needs-value', 'templates find the maps that they read from'),
      rule('chart/wrong-kind', 'templates find the kind of value that they expect'),
      rule('chart/template', 'values that the chart runs as templates can be run'),
      rule('chart/printed-yaml', 'what the templates print is YAML'),
      rule('chart/release-name', 'the name of the release is one that Helm takes'),
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
      rule('schema/range', 'a whole number fits into its integer type'),
      rule('schema/scale', 'the number of replicas is one that the scale sub-resource can read'),
      rule('schema/min-length', 'a text is not too short'),
      rule('schema/max-length', 'a text is not too long'),
      rule('schema/min-items', 'a list is not too short'),
      rule('schema/max-items', 'a list is not too long'),
      rule('schema/min-properties', 'a map has enough keys'),
      rule('schema/max-properties', 'a map has not too many keys'),
      rule('schema/duplicate', 'items of a set or of a keyed list differ'),
      rule('schema/metadata', 'name, labels and annotations follow the rules of Kubernetes'),
      rule('schema/kind', 'the API server serves the kind'),
      rule('schema/quantity', 'an amount is a Kubernetes quantity'),
      rule('schema/duration', 'a length of time is written as Go reads it'),
      rule('schema/time', 'a point in time is written as RFC 3339 says'),
      rule('schema/zero-value', 'a required field is written, and not filled with zero by the operator', 'warning'),
      rule('cel/expression', 'the expressions of the CRD hold'),
      rule('cel/unchanged', 'fields that the CRD makes immutable do not change'),
    ],
  },
  {
    title: 'Changes and generated files',
    rules: [
      rule('changes/application-name-stays', 'the Application of a database keeps its name'),
      rule('changes/cluster-name-stays', 'the Cluster of a database keeps its name'),
      rule('changes/namespace-stays', 'a database stays in its namespace'),
      rule('changes/destination-stays', 'a database stays in its Kubernetes cluster', 'warning'),
      rule('changes/no-rename', 'a service is not renamed: that would be a new, empty database'),
      rule('changes/retired-first', 'a database is retired before its files go'),
      rule('changes/set-shrinks', 'a set does not lose Applications that are not retired'),
      rule('changes/database-stays', 'no hand-written set or Application takes a database along when it goes'),
      rule('changes/application-taken', 'what a hand-written set wants is not owned by another set'),
      rule('changes/application-stays', 'no Application of a hand-written set lives on unseen', 'warning'),
      rule('changes/application-updates', 'a change of a hand-written set reaches its Applications', 'warning'),
      rule('changes/guard-stays', 'the guard of an environment is not lowered', 'warning'),
      rule('changes/backups-stay', 'backups are not switched off', 'warning'),
      rule('changes/hook-only', 'a change reaches more than Helm hooks, which auto-sync does not run', 'warning'),
      rule('changes/pins-apart', 'versions and databases do not change at once', 'warning'),
      rule('changes/chart-installs-operator', 'the pinned chart installs the pinned operator', 'warning'),
      rule('emit/stale', 'a generated file is what would be written'),
      rule('emit/missing', 'a generated file is there'),
      rule('emit/orphan', 'a generated file belongs to a database'),
      rule('emit/foreign-file', 'no hand-written file stands where a generated one goes'),
    ],
  },
  {
    title: 'Policies about several databases and texts',
    rules: [
      rule('policy/allowance-used', 'an allowance exempts something, and has a reason', 'warning'),
      rule('policy/own-archive', 'no two databases write to one archive'),
      rule('policy/recovery-reads-another', 'a recovery reads another archive than it writes'),
      rule('policy/object-store-exists', 'a plugin names an ObjectStore that is rendered', 'warning'),
      rule('policy/secret-in-values', 'no secret stands in values', 'warning'),
    ],
  },
  {
    title: 'Argo CD',
    rules: [
      rule('argocd/version-new-enough', 'the pinned Argo CD understands the generated sets'),
      rule('argocd/application-name', 'names of Applications are those that Kubernetes takes'),
      rule('argocd/namespace-name', 'names of namespaces are those that Kubernetes takes'),
      rule('argocd/set-size', 'a set is small enough for a client-side apply', 'warning'),
      rule('argocd/helm-braces', 'templates of Argo CD are hidden from Helm'),
      rule('argocd/manifest-readable', 'what a hand-written template deploys is not left to control structures of Helm', 'info'),
      rule('argocd/application-once', 'no two manifests make one Application'),
      rule('argocd/cluster-once', 'no two Applications deploy one Cluster'),
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
      rule('live/cluster-as-wanted', 'a live Cluster has the fields that are wanted', 'warning'),
    ],
  },
  {
    title: 'Other versions (upgrade)',
    rules: [
      rule('upgrade/parameter-exists', 'the new PostgreSQL knows each parameter that is set'),
      rule('upgrade/parameter-word', 'the new PostgreSQL takes the words that parameters have'),
      rule('upgrade/catalog-has-major', 'the image catalog has an image of the new PostgreSQL'),
      rule('upgrade/chart-reads', 'the other chart reads the values that are set'),
      rule('upgrade/in-tree-store', 'backups go through what the new operator still has'),
    ],
  },
]
