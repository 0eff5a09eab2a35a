// Which values does the text that Helm shows after an install fail on?
import type { Value } from '../../values/value.ts'
import { entryOf } from './plugins.ts'
import type { Chart } from './print.ts'
import { equalsText, equalsTrue, field, isTrue, kindName, pathText, rangeOf, stringArgument, TemplateFault } from './template.ts'

/** NOTES.txt is rendered with every release, so what it cannot take stops the release. */
export function checkNotes(chart: Chart): void {
  const backups = field(chart.values, 'backups')
  checkScheduled(field(backups, 'scheduledBackups'))
  if (equalsText(field(backups, 'method'), 'plugin'))
    for (const item of rangeOf(field(chart.values, 'cluster', 'plugins'))) equalsTrue(entryOf(item, 'isWALArchiver'))
  const enabled = field(backups, 'enabled')
  boolean(enabled)
  if (isTrue(enabled)) for (const key of ['provider', 'method']) stringArgument(field(backups, key))
  const poolers = field(chart.values, 'poolers')
  if (poolers.kind === 'null') throw new TemplateFault('nil', 'poolers is null, but the chart counts its items', poolers)
  boolean(field(chart.values, 'cluster', 'monitoring', 'enabled'))
}

function boolean(value: Value): void {
  if (value.kind === 'scalar' && typeof value.value === 'boolean') return
  const message = `${pathText(value)} is ${kindName(value)}, but must be true or false`
  throw new TemplateFault(value.kind === 'null' ? 'nil' : 'type', message, value)
}

function checkScheduled(list: Value): void {
  if (list.kind !== 'list') {
    const message = `${pathText(list)} is ${kindName(list)}, but must be a list`
    throw new TemplateFault(list.kind === 'null' ? 'nil' : 'type', message, list)
  }
  for (const item of list.items) if (item.kind !== 'map') field(item, 'name')
}
