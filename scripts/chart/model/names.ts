// What are a release's objects called, and which labels do they carry?
import type { Value } from '../../values/value.ts'
import { bare, constant, mapNode, raw, spreadYaml } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { field, isTrue, stringArgument } from './template.ts'

/** The version of the chart that these files model. */
export const chartVersion = '0.8.1'

/** Names that many templates print; `fullname` and `namespace` are read again where they are printed bare. */
export interface Names {
  readonly name: Value
  readonly nameText: string
  readonly fullname: Value
  readonly fullnameText: string
  readonly namespace: Value
  /** the value that decided the full name */
  readonly at: Value
}

/** The first 63 bytes, then one trailing `-` removed. */
function truncateName(text: string): string {
  const cut = text.length <= 21 ? text : Buffer.from(text).subarray(0, 63).toString()
  return cut.endsWith('-') ? cut.slice(0, -1) : cut
}

/** The chart's `cluster.name`, `cluster.fullname` and `cluster.namespace`. Throws where an override is not a string. */
export function namesOf(chart: Chart): Names {
  const fullnameOverride = field(chart.values, 'fullnameOverride')
  const nameOverride = field(chart.values, 'nameOverride')
  const namespaceOverride = field(chart.values, 'namespaceOverride')
  const base = isTrue(nameOverride) ? stringArgument(nameOverride) : chart.name
  const at = isTrue(fullnameOverride) || !isTrue(nameOverride) ? fullnameOverride : nameOverride
  const full = isTrue(fullnameOverride) ? stringArgument(fullnameOverride) : released(chart.release, base)
  const nameText = truncateName(base)
  const fullnameText = truncateName(full)
  return {
    name: bare(chart, nameText, nameOverride),
    nameText,
    fullname: bare(chart, fullnameText, at),
    fullnameText,
    namespace: isTrue(namespaceOverride) ? raw(chart, namespaceOverride) : bare(chart, chart.namespace, namespaceOverride),
    at,
  }
}

function released(release: string, base: string): string {
  return release.includes(base) ? release : `${release}-${base}`
}

/** The name of an object of the release, with the origin of what makes it different from its siblings. */
export function derivedName(chart: Chart, names: Names, suffix: string, at: Value): Value {
  return bare(chart, `${names.fullnameText}-${suffix}`, at)
}

/** The chart's `cluster.selectorLabels`. */
function addSelectorLabels(chart: Chart, names: Names, labels: Fields): void {
  labels.set('app.kubernetes.io/name', names.name)
  labels.set('app.kubernetes.io/instance', bare(chart, chart.release, names.at))
  labels.set('app.kubernetes.io/part-of', constant('cloudnative-pg', names.at))
}

/** The chart's `cluster.labels`; `cluster.additionalLabels` come last and win. */
function addLabels(chart: Chart, names: Names, labels: Fields): void {
  labels.set('helm.sh/chart', constant(`${chart.name}-${chartVersion}`, names.at))
  addSelectorLabels(chart, names, labels)
  labels.set('app.kubernetes.io/managed-by', constant('Helm', names.at))
  const additional = field(chart.values, 'cluster', 'additionalLabels')
  if (isTrue(additional)) spreadYaml(chart, labels, additional)
}

/** What surrounds `cluster.labels` on the different kinds of objects. */
export interface LabelFrame {
  /** `cnpg.io/cluster` first */
  readonly owned: boolean
  readonly before?: ReadonlyMap<string, Value>
  readonly after?: ReadonlyMap<string, Value>
}

/** `metadata` of an object: name, namespace, labels, and `cluster.annotations` where the template prints them. */
export function metadata(
  chart: Chart,
  names: Names,
  parts: { readonly name: Value; readonly labels: LabelFrame; readonly annotations?: Value },
): Value {
  const labels: Fields = new Map(parts.labels.before)
  if (parts.labels.owned) labels.set('cnpg.io/cluster', names.fullname)
  addLabels(chart, names, labels)
  for (const [key, value] of parts.labels.after ?? []) labels.set(key, value)
  const fields: Fields = new Map<string, Value>([
    ['name', parts.name],
    ['namespace', names.namespace],
  ])
  if (parts.annotations !== undefined) fields.set('annotations', parts.annotations)
  fields.set('labels', mapNode(labels, names.at))
  return mapNode(fields, names.at)
}

/** `cluster.annotations` where they are true, as the map that `annotations:` holds. */
export function clusterAnnotations(chart: Chart): { annotations?: Value } {
  const annotations = field(chart.values, 'cluster', 'annotations')
  return isTrue(annotations) ? { annotations } : {}
}

const releaseName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** What Helm finds wrong with a release name, or null. Reproduces `ValidateReleaseName` (pkg/chart/common/util). */
export function releaseNameProblem(release: string): string | null {
  if (release.length > 53) return `release name has ${release.length} characters, but may have at most 53`
  if (!releaseName.test(release)) return `release name is \`${release}\`, but must be lower-case letters, digits, \`-\` and \`.\``
  return null
}

/** What Helm finds wrong with the cluster's Kubernetes version for this chart (`>=1.29.0-0`), or null. */
export function kubeVersionProblem(version: string): string | null {
  const match = /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:[-+].*)?$/.exec(version)
  if (match === null) return `Kubernetes version is \`${version}\`, but must look like 1.33.2`
  const [major, minor] = [Number(match[1]), Number(match[2] ?? 0)]
  if (major > 1 || (major === 1 && minor >= 29)) return null
  return `Kubernetes version is ${version}, but chart cluster ${chartVersion} needs 1.29.0 or newer`
}
