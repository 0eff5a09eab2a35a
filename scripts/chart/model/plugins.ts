// Which plugins does the Cluster load, and does the barman plugin do the backups?
import type { Value } from '../../values/value.ts'
import type { Names } from './names.ts'
import { bare, constant, listNode, mapNode, nothing, raw, spreadYaml } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { equalsText, equalsTrue, field, goText, isTrue, pathText, rangeOf, TemplateFault } from './template.ts'

export const barmanPlugin = 'barman-cloud.cloudnative-pg.io'

/** True when `backups` asks for the barman plugin. */
export function isBarmanRequired(chart: Chart): boolean {
  const backups = field(chart.values, 'backups')
  if (!isTrue(field(backups, 'enabled')) || !equalsText(field(backups, 'method'), 'plugin')) return false
  return equalsText(field(backups, 'pluginConfiguration', 'name'), barmanPlugin)
}

/** True when `cluster.plugins` makes the barman plugin the WAL archiver. */
export function isBarmanEnabled(chart: Chart): boolean {
  let enabled = false
  for (const item of rangeOf(field(chart.values, 'cluster', 'plugins'))) {
    const named = equalsText(entryOf(item, 'name'), barmanPlugin)
    if (equalsTrue(entryOf(item, 'isWALArchiver')) && named) enabled = true
  }
  return enabled
}

/** An entry of a plugin; the chart's own list functions let null items pass. */
export function entryOf(item: Value, key: string): Value {
  if (item.kind === 'map') return field(item, key)
  if (item.kind === 'null') return nothing(item)
  throw new TemplateFault('type', `${pathText(item)} is no map, but a plugin must be one`, item)
}

/** Adds `spec.plugins`: all other plugins as they are, then the barman plugin with its object store. */
export function addPlugins(chart: Chart, names: Names, spec: Fields): void {
  const plugins = field(chart.values, 'cluster', 'plugins')
  if (plugins.kind === 'null') throw new TemplateFault('nil', `${pathText(plugins)} is null, but the chart counts its items`, plugins)
  if (plugins.kind === 'scalar' && typeof plugins.value !== 'string')
    throw new TemplateFault('type', `${pathText(plugins)} is no list, but must be one`, plugins)
  const isRequired = isTrue(plugins) ? false : isBarmanRequired(chart)
  if (!isTrue(plugins) && !isRequired) return
  const others: Value[] = []
  const barman: Value[] = []
  for (const item of rangeOf(plugins)) (equalsText(entryOf(item, 'name'), barmanPlugin) ? barman : others).push(item)
  const required = isBarmanRequired(chart)
  const items = [...others]
  if (barman.length > 0 || required) items.push(barmanEntry(chart, names, barman[0], required))
  spec.set('plugins', items.length > 0 ? listNode(items, plugins) : nothing(plugins))
}

function barmanEntry(chart: Chart, names: Names, item: Value | undefined, required: boolean): Value {
  const at = item ?? field(chart.values, 'backups', 'pluginConfiguration')
  const fields: Fields = new Map([['name', constant(barmanPlugin, item === undefined ? field(at, 'name') : entryOf(item, 'name'))]])
  for (const key of ['enabled', 'isWALArchiver']) {
    const own = item === undefined ? undefined : entryOf(item, key)
    fields.set(key, own === undefined || own.kind === 'null' ? constant(required, at) : raw(chart, own))
  }
  const parameters = item === undefined ? nothing(at) : entryOf(item, 'parameters')
  const entries: Fields = new Map()
  if (isTrue(parameters)) spreadYaml(chart, entries, parameters)
  const store = entries.get('barmanObjectName')
  entries.delete('barmanObjectName')
  const name = store !== undefined && isTrue(store) ? goText(store) : `${names.fullnameText}-backups`
  entries.set('barmanObjectName', bare(chart, name, store ?? at))
  fields.set('parameters', mapNode(entries, parameters.kind === 'null' ? at : parameters))
  return mapNode(fields, at)
}
