// Does the operator that an Application installs start, and does it look after the databases here?
import { installedBy } from '../../charts/releases.ts'
import { fieldAt, here, named, phrase, shown } from '../../findings/message.ts'
import { nearestSpot } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { Database } from '../../model.ts'
import { reached } from '../../operator/version.ts'
import { misspelt } from '../../values/misspelt.ts'
import { printed } from '../../values/printed.ts'
import type { MapValue, Path } from '../../values/value.ts'
import { isJsonMap, isMap, toPlain, valueAt } from '../../values/value.ts'
import { destinationOf } from '../values/application-values.ts'
import { valueOf } from '../charts/chart-releases.ts'
import type { ChartRelease } from '../charts/chart-releases.ts'
import { at, texts } from '../manifest-parts.ts'
import { unknownText } from '../sets/unknown-text.ts'

/** An operator with values that are all here. */
interface Operator extends ChartRelease {
  readonly values: MapValue
}

/** The `env` tags of `configuration.go`, CloudNativePG 1.27 to 1.30, and what each takes. */
const options: ReadonlyMap<string, 'flag' | 'number' | 'text'> = new Map(
  Object.entries({
    CERTIFICATE_DURATION: 'number',
    CLUSTERS_ROLLOUT_DELAY: 'number',
    CREATE_ANY_SERVICE: 'flag',
    DRAIN_TAINTS: 'text',
    ENABLE_INSTANCE_MANAGER_INPLACE_UPDATES: 'flag',
    ENABLE_WEBHOOK_NAMESPACE_SUFFIX: 'flag',
    EXPIRING_CHECK_THRESHOLD: 'number',
    INCLUDE_PLUGINS: 'text',
    INHERITED_ANNOTATIONS: 'text',
    INHERITED_LABELS: 'text',
    INSTANCES_ROLLOUT_DELAY: 'number',
    KUBERNETES_CLUSTER_DOMAIN: 'text',
    MANAGE_WEBHOOK_CONFIGURATIONS: 'flag',
    METRICS_CERT_DIR: 'text',
    MONITORING_QUERIES_CONFIGMAP: 'text',
    MONITORING_QUERIES_SECRET: 'text',
    OPERATOR_IMAGE_NAME: 'text',
    OPERATOR_NAMESPACE: 'text',
    PGBOUNCER_IMAGE_NAME: 'text',
    PLUGIN_SOCKET_DIR: 'text',
    POSTGRES_IMAGE_NAME: 'text',
    PULL_SECRET_NAME: 'text',
    STANDBY_TCP_USER_TIMEOUT: 'number',
    WATCH_NAMESPACE: 'text',
    WEBHOOK_CERT_DIR: 'text',
  } as const),
)

const data: Path = ['config', 'data']

const valuesSpot = ({ values, at }: Operator, path: Path, on: 'key' | 'value' = 'value'): Spot => nearestSpot(values, path, on) ?? at

/** What the chart makes of `config.data`: a ConfigMap or Secret, all of whose values are texts; `isLeft`: some databases are not watched. */
function dataFindings(operator: Operator, isLeft: boolean): LocatedFinding[] {
  const given = valueAt(operator.values, data)
  if (!isMap(given) || valueOf(operator, ['config', 'create']) === false) return []
  return [...given.entries].flatMap(([key, value]): LocatedFinding[] => {
    const type = options.get(key)
    const place = (on: 'key' | 'value') => ({ at: valuesSpot(operator, [...data, key], on) })
    const field = fieldAt([...data, key], `config.data.${key}`)
    if (value.kind === 'scalar' && typeof value.value !== 'string')
      return [
        {
          rule: 'argocd/operator-data-text',
          severity: 'error',
          message: phrase`${field} is ${shown(value.value)}, but a ConfigMap holds texts only: the API server refuses it`,
          ...place('value'),
          help: phrase`write "${named(printed(value.value))}" in quotes`,
        },
      ]
    // what is not watched for another reason is reported once
    if (key === 'WATCH_NAMESPACE' && isLeft) return []
    if (key === 'WATCH_NAMESPACE')
      return [
        {
          rule: 'argocd/operator-setting-read',
          severity: 'warning',
          message: phrase`${field} has no effect: the operator chooses its namespaces before it reads its ConfigMap`,
          ...place('key'),
          help: phrase`set it as a variable: additionalEnv: [{name: WATCH_NAMESPACE, value: "a,b"}], with config.clusterWide: true`,
        },
      ]
    if (type === undefined) {
      const meant = misspelt(key.toUpperCase().replaceAll('-', '_'), [...options.keys()]) ?? sameButCase(key)
      return meant === undefined
        ? []
        : [
            {
              rule: 'argocd/operator-setting-read',
              severity: 'warning',
              message: phrase`${shown(key)} in config.data is no setting of the operator, which ignores it`,
              ...place('key'),
              help: phrase`did you mean ${named(meant)}?`,
            },
          ]
    }
    const text = value.kind === 'scalar' ? printed(value.value).trim() : ''
    const isRead = type === 'text' || (type === 'number' ? /^[+-]?\d+$/ : /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/).test(text)
    return isRead || text === ''
      ? []
      : [
          {
            rule: 'argocd/operator-setting-read',
            severity: 'warning',
            message: phrase`${field} is ${shown(text)}, but must be ${type === 'number' ? 'a whole number' : '"true" or "false"'}: the operator ignores it`,
            ...place('value'),
            help: type === 'number' ? phrase`write the number (of seconds, or of days), without a unit` : phrase`write "true" or "false"`,
          },
        ]
  })
}

const sameButCase = (key: string): string | undefined => {
  const upper = key.toUpperCase().replaceAll('-', '_')
  return upper !== key && options.has(upper) ? upper : undefined
}

interface Watch {
  readonly names: readonly string[]
  /** what decides that */
  readonly path: Path
}

/** The namespaces that an operator watches; undefined: all, or not known. */
function watchOf(operator: Operator): Watch | undefined {
  const variables = valueOf(operator, ['additionalEnv'])
  const index = Array.isArray(variables) ? variables.findLastIndex((one) => at(one, 'name') === 'WATCH_NAMESPACE') : -1
  if (Array.isArray(variables) && index >= 0) {
    const text = at(variables[index], 'value')
    const names = typeof text !== 'string' || text.includes('{{') ? [] : text.split(',').flatMap((name) => name.trim() || [])
    return names.length === 0 ? undefined : { names: [...names, operator.namespace], path: ['additionalEnv', index, 'value'] }
  }
  const path = ['config', 'clusterWide']
  return valueOf(operator, path) === false && operator.namespace !== '' ? { names: [operator.namespace], path } : undefined
}

/** Databases that no operator of their Kubernetes cluster looks at (cnpg#7713, #7928): their Clusters are accepted, and nothing happens. */
function unwatched(operators: readonly ChartRelease[], databases: readonly Database[]): LocatedFinding[] {
  const destinations = new Set(operators.map(({ destination }) => destination))
  return [...destinations].flatMap((destination): LocatedFinding[] => {
    const there = operators.filter((one) => one.destination === destination)
    const known = there.filter(isKnown).flatMap((operator) => {
      const watch = watchOf(operator)
      return watch === undefined ? [] : [{ operator, watch }]
    })
    const [first] = known
    if (first === undefined || known.length < there.length) return []
    const names = new Set(known.flatMap(({ watch }) => watch.names))
    const left = databases.filter(
      ({ environment, namespace }) =>
        destinationOf(environment.destination.server, environment.destination.name) === destination &&
        !names.has(namespace) &&
        !namespace.includes(unknownText) &&
        !/\{\{|<no value>/.test(namespace),
    )
    const [one] = left
    if (one === undefined) return []
    const others = left.length === 1 ? '' : ` and ${String(left.length - 1)} more`
    return [
      {
        rule: 'argocd/operator-watches',
        severity: 'error',
        message: phrase`the operator watches ${named([...names].join(', '))} only, but ${named(one.id)}${others} is in ${named(one.namespace)}: nothing is made there`,
        at: valuesSpot(first.operator, first.watch.path),
        help:
          first.watch.path[0] === 'additionalEnv'
            ? phrase`add ${named(one.namespace)} to WATCH_NAMESPACE`
            : phrase`set config.clusterWide: true; additionalEnv may then limit it: {name: WATCH_NAMESPACE, value: "${named(one.namespace)}"}`,
      },
    ]
  })
}

const isKnown = (release: ChartRelease): release is Operator => release.values !== undefined

/** The CRD of Pooler has more than the 262144 bytes that an annotation holds, in each chart from 0.21 on: measured for 0.22.1 to 0.29.0. */
function tooLong(operator: Operator): LocatedFinding[] {
  const {
    application,
    values,
    chart: { version },
  } = operator
  if (!/^0\.(?:2[1-9]|[3-9]\d)\./.test(version) || at(toPlain(values), 'crds', 'create') === false) return []
  const given = texts(at(application, 'spec', 'syncPolicy', 'syncOptions'))
  if (given.some((option) => /^\s*(?:ServerSideApply|Replace)\s*=\s*true\s*$/.test(option) || option.includes(unknownText))) return []
  const policy = at(application, 'spec', 'syncPolicy')
  // who syncs by hand can tick Server-Side Apply there
  const automated = at(policy, 'automated')
  const isAutomatic = isJsonMap(automated) && automated['enabled'] !== false
  const path = isJsonMap(policy) ? ['spec', 'syncPolicy', ...('syncOptions' in policy ? ['syncOptions'] : [])] : ['spec']
  return [
    {
      rule: 'argocd/operator-applies',
      severity: isAutomatic ? 'error' : 'warning',
      message: phrase`ServerSideApply is not set, but the CRD of Pooler is too long for a client-side apply: "metadata.annotations: Too long"`,
      at: operator.spotOf(path),
      help: phrase`add ServerSideApply=true to spec.syncPolicy.syncOptions`,
    },
  ]
}

/** First releases of a minor that watch EndpointSlices, which charts before 0.29.0 do not permit (charts#939). */
const needsSlices = ['1.28.4', '1.29.2', '1.30.0']

/** An image that is not the one of the chart, whose CRDs, arguments and permissions are made for another operator (charts#500, #551). */
function imageFindings(operator: Operator): LocatedFinding[] {
  const tag = printed(valueOf(operator, ['image', 'tag']) ?? '').replace(/^v/, '')
  const own = installedBy[operator.chart.version]
  if (own === undefined || !/^\d+\.\d+\.\d+$/.test(tag) || tag === own) return []
  const crashes = reached(tag, needsSlices) && !reached(own, needsSlices) && valueOf(operator, ['rbac', 'create']) !== false
  if (sameMinor(tag, own) && !crashes) return []
  const [fitting] = Object.entries(installedBy)
    .filter(([, version]) => version === tag)
    .map(([chart]) => chart)
  const [near] = Object.entries(installedBy)
    .flatMap(([chart, version]) => (sameMinor(version, tag) ? [chart] : []))
    .reverse()
  return [
    {
      ...(crashes
        ? { rule: 'argocd/operator-permitted', severity: 'error' as const }
        : { rule: 'argocd/operator-image-of-chart', severity: 'warning' as const }),
      message: crashes
        ? phrase`${here('image.tag')} is ${named(tag)}, which watches EndpointSlices, but chart ${named(operator.chart.version)} does not permit that: the operator does not start`
        : phrase`${here('image.tag')} is ${named(tag)}, but chart ${named(operator.chart.version)} has the CRDs, arguments and permissions of ${own}`,
      at: valuesSpot(operator, ['image', 'tag']),
      related: [{ ...operator.at, message: phrase`the chart is pinned here` }],
      help: crashes
        ? phrase`pin chart 0.29.0 or later with its own operator, or an earlier patch release`
        : phrase`remove image.tag, or pin chart ${named(fitting ?? near ?? 'of that release')}`,
    },
  ]
}

const sameMinor = (a: string, b: string): boolean => a.split('.', 2).join('.') === b.split('.', 2).join('.')

/** Plugins in another namespace than the operator, which looks for their Services in its own (`plugin_controller.go`; plugin-barman-cloud, "Installation"). */
function lostPlugins(plugins: readonly ChartRelease[], operators: readonly ChartRelease[]): LocatedFinding[] {
  return plugins.flatMap((plugin): LocatedFinding[] => {
    const there = operators.filter(({ destination }) => destination === plugin.destination)
    const [operator] = there
    if (operator === undefined || plugin.namespace === '' || there.some(({ namespace }) => ['', plugin.namespace].includes(namespace)))
      return []
    return [
      {
        rule: 'argocd/plugin-beside-operator',
        severity: 'warning',
        message: phrase`the plugin is installed into ${named(plugin.namespace)}, but the operator looks for it in its own namespace, ${named(operator.namespace)}`,
        at: plugin.spotOf(['spec', 'destination', 'namespace']),
        related: [{ ...operator.spotOf(['spec', 'destination', 'namespace']), message: phrase`the operator` }],
        help: phrase`install it into ${named(operator.namespace)}`,
      },
    ]
  })
}

export function operatorSettingFindings(releases: {
  readonly operators: readonly ChartRelease[]
  readonly plugins: readonly ChartRelease[]
  readonly databases: readonly Database[]
}): LocatedFinding[] {
  const known = releases.operators.filter(isKnown)
  const left = unwatched(releases.operators, releases.databases)
  return [
    // settings of one file are those of several operators
    ...new Map(
      known
        .flatMap((operator) => [...tooLong(operator), ...imageFindings(operator), ...dataFindings(operator, left.length > 0)])
        .map((finding) => [`${finding.rule} ${finding.at.file.path} ${String(finding.at.span.start)}`, finding]),
    ).values(),
    ...left,
    ...lostPlugins(releases.plugins, releases.operators),
  ]
}
