// What do `databases`, `poolers` and `backups.scheduledBackups` become?
import type { Value } from '../../values/value.ts'
import type { Names } from './names.ts'
import { constant, listNode, mapNode, quoted, setRaw, setRawIfTrue, setYamlIfTrue } from './print.ts'
import type { Chart, Fields } from './print.ts'
import { field, isTrue, printed, rangeOf, stringArgument } from './template.ts'

function clusterReference(names: Names, at: Value): Value {
  return mapNode(new Map([['name', names.fullname]]), at)
}

/** `default D X`, printed bare. */
function setDefault(chart: Chart, fields: Fields, key: string, from: { value: Value; preset: string }): void {
  if (isTrue(from.value)) setRaw(chart, fields, key, from.value)
  else fields.set(key, constant(from.preset, from.value))
}

const optionalDatabaseFields = [
  'isTemplate',
  'allowConnections',
  'connectionLimit',
  'tablespace',
  'locale',
  'localeProvider',
  'localeCollate',
  'localeCType',
  'icuLocale',
  'icuRules',
  'builtinLocale',
] as const

/** The suffix of a Database's name; underscores are not allowed there. */
export function databaseSuffix(item: Value): string {
  return stringArgument(field(item, 'name')).replaceAll('_', '-')
}

/** `spec` of a Database; templates/databases.yaml. `false` and 0 are lost, because the chart asks for truth. */
export function databaseSpec(chart: Chart, names: Names, item: Value): Value {
  const fields: Fields = new Map()
  setRaw(chart, fields, 'name', field(item, 'name'))
  fields.set('cluster', clusterReference(names, item))
  setDefault(chart, fields, 'ensure', { value: field(item, 'ensure'), preset: 'present' })
  setRaw(chart, fields, 'owner', field(item, 'owner'))
  setDefault(chart, fields, 'template', { value: field(item, 'template'), preset: 'template1' })
  setDefault(chart, fields, 'encoding', { value: field(item, 'encoding'), preset: 'UTF8' })
  setDefault(chart, fields, 'databaseReclaimPolicy', { value: field(item, 'databaseReclaimPolicy'), preset: 'retain' })
  for (const key of optionalDatabaseFields) setRawIfTrue(chart, fields, key, field(item, key))
  const collation = field(item, 'collationVersion')
  if (isTrue(collation)) fields.set('collationVersion', quoted(collation))
  const schemas = field(item, 'schemas')
  if (isTrue(schemas))
    fields.set(
      'schemas',
      listNode(
        rangeOf(schemas).map((schema) => schemaOf(chart, schema)),
        schemas,
      ),
    )
  const extensions = field(item, 'extensions')
  if (isTrue(extensions))
    fields.set(
      'extensions',
      listNode(
        rangeOf(extensions).map((extension) => extensionOf(chart, extension)),
        extensions,
      ),
    )
  return mapNode(fields, item)
}

function schemaOf(chart: Chart, item: Value): Value {
  const fields: Fields = new Map()
  setRaw(chart, fields, 'name', field(item, 'name'))
  setRaw(chart, fields, 'owner', field(item, 'owner'))
  setDefault(chart, fields, 'ensure', { value: field(item, 'ensure'), preset: 'present' })
  return mapNode(fields, item)
}

function extensionOf(chart: Chart, item: Value): Value {
  const fields: Fields = new Map()
  setRaw(chart, fields, 'name', field(item, 'name'))
  setRawIfTrue(chart, fields, 'version', field(item, 'version'))
  setRawIfTrue(chart, fields, 'schema', field(item, 'schema'))
  setDefault(chart, fields, 'ensure', { value: field(item, 'ensure'), preset: 'present' })
  return mapNode(fields, item)
}

/** The name of a pooler, as the chart joins it to the Cluster's name. */
export function poolerSuffix(item: Value): string {
  return `pooler-${printed(field(item, 'name'))}`
}

/** `spec` of a Pooler; templates/pooler.yaml. */
export function poolerSpec(chart: Chart, names: Names, item: Value): Value {
  const fields: Fields = new Map([['cluster', clusterReference(names, item)]])
  setRaw(chart, fields, 'instances', field(item, 'instances'))
  setDefault(chart, fields, 'type', { value: field(item, 'type'), preset: 'rw' })
  const bouncer: Fields = new Map()
  setDefault(chart, bouncer, 'poolMode', { value: field(item, 'poolMode'), preset: 'session' })
  for (const key of ['authQuerySecret', 'authQuery', 'parameters', 'pg_hba']) setYamlIfTrue(bouncer, key, field(item, key))
  fields.set('pgbouncer', mapNode(bouncer, item))
  setYamlIfTrue(fields, 'template', field(item, 'template'))
  return mapNode(fields, item)
}

/** `spec` of a ScheduledBackup; templates/scheduled-backups.yaml. Each one starts with a backup at once. */
export function scheduledBackupSpec(chart: Chart, names: Names, item: Value): Value {
  const fields: Fields = new Map([['immediate', constant(true, item)]])
  fields.set('schedule', quoted(field(item, 'schedule')))
  setRaw(chart, fields, 'method', field(item, 'method'))
  setRaw(chart, fields, 'backupOwnerReference', field(item, 'backupOwnerReference'))
  fields.set('cluster', clusterReference(names, item))
  setYamlIfTrue(fields, 'pluginConfiguration', field(item, 'pluginConfiguration'))
  return mapNode(fields, item)
}
