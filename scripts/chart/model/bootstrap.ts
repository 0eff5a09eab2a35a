// How does the Cluster start: initdb, recovery, a copy, an import, or as a replica?
import { lookup } from '../../values/lookup.ts'
import type { Value } from '../../values/value.ts'
import type { Names } from './names.ts'
import {
  bare,
  bareItem,
  constant,
  listNode,
  mapNode,
  mapOrNull,
  nothing,
  setRaw,
  setRawIfTrue,
  setYamlAtKey,
  setYamlIfTrue,
} from './print.ts'
import type { Chart, Fields } from './print.ts'
import { equalsText, field, isTrue, kindName, pathText, printed, rangeOf, TemplateFault } from './template.ts'
import { runTemplate } from './tpl.ts'

/** Adds `spec.bootstrap` (and `spec.replica`); the chart's `cluster.bootstrap`. */
export function addBootstrap(chart: Chart, names: Names, spec: Fields): void {
  const mode = field(chart.values, 'mode')
  if (equalsText(mode, 'standalone')) return setBootstrap(spec, 'initdb', initdb(chart, names), mode)
  if (equalsText(mode, 'recovery')) return addRecovery(chart, names, spec)
  if (equalsText(mode, 'replica')) return addReplica(chart, spec)
  throw new TemplateFault('fail', 'Invalid cluster mode!', mode)
}

function setBootstrap(spec: Fields, method: string, body: Value, at: Value): void {
  spec.set('bootstrap', mapNode(new Map([[method, body]]), at))
}

/** `omit` of sprig: the entries without some keys. */
function withoutKeys(map: Value, keys: readonly string[]): Fields {
  if (map.kind === 'map') return new Map([...map.entries].filter(([key]) => !keys.includes(key)))
  if (map.kind === 'null') return new Map()
  throw new TemplateFault('type', `${pathText(map)} is ${kindName(map)}, but must be a map`, map)
}

function initdb(chart: Chart, names: Names): Value {
  const values = field(chart.values, 'cluster', 'initdb')
  const fields = isTrue(values) ? withoutKeys(values, ['postInitApplicationSQL', 'owner', 'import']) : new Map<string, Value>()
  setOwner(chart, names, fields, values)
  const statements = field(values, 'postInitApplicationSQL')
  const constants = extensionStatements(chart)
  if (constants.length > 0 || isTrue(statements)) {
    const items = rangeOf(statements).flatMap((item) => bareItem(chart, statementText(item), item))
    const all = [...constants, ...items]
    fields.set('postInitApplicationSQL', all.length > 0 ? listNode(all, statements) : nothing(statements))
  }
  return mapOrNull(fields, values)
}

function setOwner(chart: Chart, names: Names, fields: Fields, values: Value): void {
  const owner = field(values, 'owner')
  if (isTrue(owner)) fields.set('owner', bare(chart, runTemplate(chart, names, owner), owner))
}

/** `printf "%s"`, where a number prints its Go type (and breaks the text, as `%` starts no scalar). */
function statementText(item: Value): string {
  if (item.kind === 'scalar' && typeof item.value === 'string') return item.value
  return item.kind === 'scalar' ? '%!s' : printed(item)
}

const typeExtensions: Readonly<Record<string, readonly string[]>> = lookup({
  postgis: ['postgis', 'postgis_topology', 'fuzzystrmatch', 'postgis_tiger_geocoder'],
  timescaledb: ['timescaledb'],
})

function extensionStatements(chart: Chart): readonly Value[] {
  const type = field(chart.values, 'type')
  const statistics = field(chart.values, 'cluster', 'monitoring', 'instrumentation', 'pgStatStatements')
  const ofType = equalsText(type, 'postgis') || equalsText(type, 'timescaledb') ? (typeExtensions[printed(type)] ?? []) : []
  const statements = ofType.map((name) => constant(`CREATE EXTENSION IF NOT EXISTS ${name};`, type))
  if (isTrue(statistics)) statements.push(constant('CREATE EXTENSION IF NOT EXISTS pg_stat_statements;', statistics))
  return statements
}

function addRecovery(chart: Chart, names: Names, spec: Fields): void {
  const recovery = field(chart.values, 'recovery')
  const method = field(recovery, 'method')
  if (equalsText(method, 'pg_basebackup'))
    return setBootstrap(spec, 'pg_basebackup', baseBackup(chart, field(recovery, 'pgBaseBackup')), method)
  if (equalsText(method, 'import')) return setBootstrap(spec, 'initdb', importInto(chart, names), method)
  const fields: Fields = new Map()
  const time = field(recovery, 'pitrTarget', 'time')
  if (isTrue(time)) {
    const target: Fields = new Map()
    setRaw(chart, target, 'targetTime', time)
    fields.set('recoveryTarget', mapNode(target, time))
  }
  setRawIfTrue(chart, fields, 'database', field(recovery, 'database'))
  setRawIfTrue(chart, fields, 'owner', field(recovery, 'owner'))
  if (equalsText(method, 'backup')) {
    const backup: Fields = new Map()
    setRaw(chart, backup, 'name', field(recovery, 'backupName'))
    fields.set('backup', mapNode(backup, method))
  } else if (equalsText(method, 'object_store')) fields.set('source', constant('objectStoreRecoveryCluster', method))
  else if (equalsText(method, 'plugin')) fields.set('source', constant('pluginRecoveryCluster', method))
  setBootstrap(spec, 'recovery', mapOrNull(fields, recovery), method)
}

function baseBackup(chart: Chart, values: Value): Value {
  const fields: Fields = new Map([['source', constant('pgBaseBackupSource', values)]])
  setRawIfTrue(chart, fields, 'database', field(values, 'database'))
  setRawIfTrue(chart, fields, 'owner', field(values, 'owner'))
  const secret = field(values, 'secretName')
  if (isTrue(secret)) {
    const reference: Fields = new Map()
    setRaw(chart, reference, 'name', secret)
    fields.set('secret', mapNode(reference, secret))
  }
  return mapNode(fields, values)
}

function importInto(chart: Chart, names: Names): Value {
  const values = field(chart.values, 'cluster', 'initdb')
  const fields = isTrue(values) ? withoutKeys(values, ['owner', 'import']) : new Map<string, Value>()
  setOwner(chart, names, fields, values)
  const from = field(chart.values, 'recovery', 'import')
  const type = field(from, 'type')
  const source = mapNode(new Map([['externalCluster', constant('importSource', from)]]), from)
  const body: Fields = new Map([['source', source]])
  setRaw(chart, body, 'type', type)
  body.set('databases', field(from, 'databases'))
  setYamlIfTrue(body, 'roles', field(from, 'roles'))
  setYamlAtKey(chart, body, 'postImportApplicationSQL', field(from, 'postImportApplicationSQL'))
  setRaw(chart, body, 'schemaOnly', field(from, 'schemaOnly'))
  setYamlAtKey(chart, body, 'pgDumpExtraOptions', field(from, 'pgDumpExtraOptions'))
  setYamlAtKey(chart, body, 'pgRestoreExtraOptions', field(from, 'pgRestoreExtraOptions'))
  fields.set('import', mapNode(body, from))
  return mapNode(fields, values)
}

function addReplica(chart: Chart, spec: Fields): void {
  const replica = field(chart.values, 'replica')
  const bootstrap = field(replica, 'bootstrap')
  const source = field(bootstrap, 'source')
  const method = equalsText(source, 'pg_basebackup') ? 'pg_basebackup' : equalsText(source, 'object_store') ? 'recovery' : null
  if (method === null) throw new TemplateFault('fail', 'Invalid replica bootstrap mode!', source)
  const fields: Fields = new Map([['source', constant('originCluster', source)]])
  setRawIfTrue(chart, fields, 'database', field(bootstrap, 'database'))
  setRawIfTrue(chart, fields, 'owner', field(bootstrap, 'owner'))
  setYamlIfTrue(fields, 'secret', field(bootstrap, 'secret'))
  setBootstrap(spec, method, mapNode(fields, bootstrap), source)
  const mode = field(chart.values, 'mode')
  const body: Fields = new Map([
    ['enabled', constant(true, mode)],
    ['source', constant('originCluster', mode)],
  ])
  for (const key of ['self', 'primary', 'promotionToken', 'minApplyDelay']) setRawIfTrue(chart, body, key, field(replica, key))
  spec.set('replica', mapNode(body, replica))
}
