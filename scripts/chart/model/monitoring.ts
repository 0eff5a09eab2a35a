// What does the chart make for Prometheus: pod monitors, rules, queries?
import { templateBudget } from '../../go-template/budget.ts'
import { quoteGo } from '../../go-template/go-quote.ts'
import { TemplateError } from '../../go-template/go-value.ts'
import { writeYaml } from '../../go-template/go-yaml.ts'
import { writeJson } from '../../go-template/sprig/encoding.ts'
import { toGo } from '../../helm/render.ts'
import type { Value } from '../../values/value.ts'
import { poolerSuffix } from './database.ts'
import type { Names } from './names.ts'
import { bare, constant, listNode, mapNode, setYamlIfTrue, unreadable } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { field, isTrue, pathText, printed, rangeOf, TemplateFault } from './template.ts'
import { runTemplate } from './tpl.ts'

/** `cluster.monitoring` asks for this kind of object. */
export function isMonitored(chart: Chart, part: 'podMonitor' | 'prometheusRule'): boolean {
  const monitoring = field(chart.values, 'cluster', 'monitoring')
  return isTrue(field(monitoring, 'enabled')) && isTrue(field(monitoring, part, 'enabled'))
}

function podMonitorSpec(labels: Fields, endpoint: Fields, at: Value): Value {
  const selector = mapNode(new Map([['matchLabels', mapNode(labels, at)]]), at)
  const endpoints = listNode([mapNode(endpoint, at)], at)
  return mapNode(
    new Map([
      ['selector', selector],
      ['podMetricsEndpoints', endpoints],
    ]),
    at,
  )
}

/** `spec` of the PodMonitor of the instances; templates/podmonitor-cluster.yaml. */
export function clusterMonitorSpec(chart: Chart, names: Names): Value {
  const monitoring = field(chart.values, 'cluster', 'monitoring')
  const values = field(monitoring, 'podMonitor')
  const labels: Fields = new Map([
    ['cnpg.io/cluster', names.fullname],
    ['cnpg.io/podRole', constant('instance', values)],
  ])
  const endpoint: Fields = new Map([['port', constant('metrics', values)]])
  const tls = field(monitoring, 'tls', 'enabled')
  if (isTrue(tls)) {
    endpoint.set('scheme', constant('https', tls))
    const secret = new Map([
      ['name', bare(chart, `${names.fullnameText}-ca`, tls)],
      ['key', constant('ca.crt', tls)],
    ])
    const authority = mapNode(new Map([['secret', mapNode(secret, tls)]]), tls)
    const serverName = bare(chart, `${names.fullnameText}-rw`, tls)
    endpoint.set(
      'tlsConfig',
      mapNode(
        new Map([
          ['ca', authority],
          ['serverName', serverName],
        ]),
        tls,
      ),
    )
  }
  setYamlIfTrue(endpoint, 'relabelings', field(values, 'relabelings'))
  setYamlIfTrue(endpoint, 'metricRelabelings', field(values, 'metricRelabelings'))
  return podMonitorSpec(labels, endpoint, values)
}

/** True when one of `poolers` asks for a PodMonitor of its own. */
export function isPoolerMonitored(pooler: Value): boolean {
  const monitoring = field(pooler, 'monitoring')
  if (!isTrue(monitoring) || !isTrue(field(monitoring, 'enabled'))) return false
  const podMonitor = field(monitoring, 'podMonitor')
  return isTrue(podMonitor) && isTrue(field(podMonitor, 'enabled'))
}

/** `spec` of the PodMonitor of a pooler; templates/podmonitor-pooler.yaml. */
export function poolerMonitorSpec(chart: Chart, names: Names, pooler: Value): Value {
  const values = field(pooler, 'monitoring', 'podMonitor')
  const labels: Fields = new Map([
    ['cnpg.io/cluster', names.fullname],
    ['cnpg.io/podRole', constant('pooler', values)],
    ['cnpg.io/poolerName', bare(chart, `${names.fullnameText}-${poolerSuffix(pooler)}`, field(pooler, 'name'))],
  ])
  const endpoint: Fields = new Map([['port', constant('metrics', values)]])
  setYamlIfTrue(endpoint, 'relabelings', field(values, 'relabelings'))
  setYamlIfTrue(endpoint, 'metricRelabelings', field(values, 'metricRelabelings'))
  return podMonitorSpec(labels, endpoint, values)
}

/** The alert rules themselves are constant text; what is checked is what they read. */
export function checkRules(chart: Chart): void {
  const rule = field(chart.values, 'cluster', 'monitoring', 'prometheusRule')
  const excluded = field(rule, 'excludeRules')
  if (excluded.kind !== 'list' && excluded.kind !== 'null')
    throw new TemplateFault('tpl', `${pathText(excluded)} must be a list of rule names`, excluded)
  const labels = field(rule, 'additionalLabels')
  if (isTrue(labels) && labels.kind !== 'map') throw new TemplateFault('tpl', `${pathText(labels)} must be a map of labels`, labels)
}

/** `toYaml`, which prints nothing of what can't be written. */
function yamlText(value: Value): string {
  try {
    return writeYaml(toGo(value), templateBudget())
  } catch (error) {
    if (error instanceof TemplateError) return ''
    throw error
  }
}

/** `data` of the ConfigMap with the user's queries; templates/user-metrics.yaml. */
export function customQueriesData(chart: Chart, names: Names, queries: Value): Value {
  const lines: string[] = []
  for (const item of rangeOf(queries)) {
    lines.push(`${printed(field(item, 'name'))}:`)
    const query = field(item, 'query')
    lines.push(`  query: ${query.kind === 'null' ? '' : quoteGo(printed(query))}`)
    const databases = field(item, 'target_databases')
    if (isTrue(databases)) lines.push(`  target_databases: ${writeJson(toGo(databases), { html: true, budget: templateBudget() })}`)
    const predicate = field(item, 'predicate_query')
    if (isTrue(predicate)) lines.push(`  predicate_query: ${quoteGo(runTemplate(chart, names, predicate))}`)
    lines.push('  metrics:')
    for (const line of yamlText(field(item, 'metrics')).split('\n')) lines.push(`    ${line}`)
  }
  const isBroken = rangeOf(queries).some((item) => /[\r\n]/.test(printed(field(item, 'name'))))
  const text = isBroken ? unreadable(chart, queries) : constant(`${lines.join('\n')}\n`, queries)
  return mapNode(new Map([['custom-queries', text]]), queries)
}
