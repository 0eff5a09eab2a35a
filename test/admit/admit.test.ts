// Does admission give the verdicts that the API server and the operator gave?
import { said } from '../support/said.ts'
import { textOf } from '../../scripts/findings/message.ts'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { admit } from '../../scripts/admit/admit.ts'
import { examine } from '../../scripts/admit/examine.ts'
import { jsonAt } from '../../scripts/operator/subject.ts'
import { schemaRules } from '../../scripts/admit/rule-ids.ts'
import type { JsonMap } from '../../scripts/values/value.ts'

interface Recorded {
  readonly name: string
  readonly object: JsonMap
  readonly old?: JsonMap
  readonly env?: { readonly volumeSnapshot?: boolean }
  readonly verdict: string
  readonly stage: string
  readonly errors: readonly { readonly field: string; readonly type: string }[]
  readonly pruned: readonly string[]
  readonly defaulted?: JsonMap
}

const versions = ['1.27.1', '1.28.4', '1.29.2', '1.30.0']

const read = new Map<string, Recorded[]>()

function recorded(version: string): Recorded[] {
  const known = read.get(version)
  if (known) return known
  const file = new URL(`../vectors/admission-${version}.jsonl.gz`, import.meta.url)
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const items = lines.map((line) => JSON.parse(line) as Recorded)
  read.set(version, items)
  return items
}

function options(version: string, { old, env }: Recorded): Parameters<typeof admit>[1] {
  return { operator: version, ...(old && { old }), ...(env && { env }) }
}

function fieldSet(errors: readonly { readonly field: string; readonly type: string }[]): string[] {
  return [...new Set(errors.map((error) => `${error.field} ${error.type}`))].sort()
}

/** What differs from the recorded answer, in one text; undefined: nothing. */
function difference(version: string, item: Recorded): string | undefined {
  const got = admit(item.object, options(version, item))
  const want = { verdict: item.verdict, stage: item.stage, pruned: [...item.pruned].sort(), fields: fieldSet(item.errors) }
  const undecodable = item.stage === 'decode' || item.stage === 'webhook-decode'
  const have = { verdict: got.verdict, stage: got.stage, pruned: got.pruned, fields: undecodable ? want.fields : fieldSet(got.errors) }
  if (JSON.stringify(want) !== JSON.stringify(have)) return `${item.name}: want ${JSON.stringify(want)}, got ${JSON.stringify(have)}`
  if (item.defaulted) expect(got.defaulted, item.name).toEqual(item.defaulted)
  return undefined
}

describe('admission', () => {
  it.each(versions)('agrees with every recorded answer of %s', { timeout: 120_000 }, (version) => {
    const different = recorded(version).map((item) => difference(version, item))
    expect(different.filter((text) => text !== undefined)).toEqual([])
  })

  it('does not change its arguments', () => {
    for (const item of recorded('1.30.0').filter((_, index) => index % 20 === 0)) {
      const before = JSON.stringify([item.object, item.old])
      admit(item.object, options('1.30.0', item))
      examine(item.object, options('1.30.0', item))
      expect(JSON.stringify([item.object, item.old])).toBe(before)
    }
  })

  it('accepts what it stored itself', () => {
    for (const item of recorded('1.30.0').filter((_, index) => index % 20 === 0)) {
      if (!item.defaulted) continue
      const again = admit(item.defaulted, options('1.30.0', item))
      expect(again.defaulted, item.name).toEqual(item.defaulted)
    }
  })

  it('keeps the namespace of the object that is updated, and does not let it move', () => {
    const before = { ...clusterOf({}), metadata: { name: 'c1', namespace: 'shop' } }
    expect(admit(clusterOf({ instances: 3 }), { operator: '1.30.0', old: before }).verdict).toBe('accepted')
    const moved = admit({ ...before, metadata: { name: 'c1', namespace: 'other' } }, { operator: '1.30.0', old: before })
    expect(moved.errors.map(({ field, type }) => `${field} ${type}`)).toEqual(['metadata.namespace FieldValueInvalid'])
  })

  it('does not blame an update for what was there before', () => {
    const before = clusterOf({ logLevel: 'loud' })
    expect(admit(before, { operator: '1.30.0' }).stage).toBe('schema')
    expect(admit(clusterOf({ logLevel: 'loud', instances: 3 }), { operator: '1.30.0', old: before }).verdict).toBe('accepted')
    expect(admit(clusterOf({ logLevel: 'louder' }), { operator: '1.30.0', old: before }).stage).toBe('schema')
  })

  it('requires unique keys of an update only if the object before had them', () => {
    const pooler = (names: readonly string[]): JsonMap => {
      const template = { spec: { containers: names.map((name) => ({ name })) } }
      const spec = { cluster: { name: 'c1' }, pgbouncer: { poolMode: 'session' }, template }
      return { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Pooler', metadata: { name: 'p1' }, spec }
    }
    const twice = pooler(['a', 'a'])
    expect(admit(twice, { operator: '1.30.0', old: pooler(['a']) }).errors[0]?.type).toBe('FieldValueDuplicate')
    expect(admit(twice, { operator: '1.30.0', old: pooler(['b', 'b']) }).verdict).toBe('accepted')
  })

  it('uses the schemas of the same minor for a release without its own', () => {
    const cluster = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'c1' }, spec: { storage: { size: '1Gi' } } }
    const stored = admit(cluster, { operator: '1.28.1' }).defaulted
    expect((stored?.['spec'] as JsonMap | undefined)?.['imageName']).toBe('ghcr.io/cloudnative-pg/postgresql:18.1-system-trixie')
  })
})

describe('values that the operator cannot hold', () => {
  const answer = (object: JsonMap, operator = '1.30.0'): string => {
    const { stage, errors } = admit(object, { operator })
    return `${stage} ${[...new Set(errors.map(({ field, type }) => `${field} ${type.replace(/^FieldValue/, '')}`))].join(', ')}`
  }
  const pooler = (spec: JsonMap): JsonMap => ({
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Pooler',
    metadata: { name: 'p1' },
    spec: { cluster: { name: 'c1' }, pgbouncer: { poolMode: 'session' }, ...spec },
  })
  const role = (validUntil: string): JsonMap => clusterOf({ managed: { roles: [{ name: 'a', validUntil }] } })
  const relabeling = { podMonitorRelabelings: [{ modulus: -1 }] }

  it('a number beyond 64 bits is refused by the schema of every release', () => {
    const object = pooler({ template: { spec: { terminationGracePeriodSeconds: 1e19, containers: [] } } })
    expect(answer(object, '1.27.1')).toBe('schema spec.template.spec.terminationGracePeriodSeconds TypeInvalid')
    expect(answer(pooler({ instances: 1e19 }), '1.27.1')).toBe('schema spec.instances TypeInvalid, .spec.instances Invalid')
  })
  it('a number beyond 32 bits if the schema of the release allows it', () => {
    expect(answer(clusterOf({ stopDelay: 4e9 }), '1.27.1')).toBe('webhook-decode spec.stopDelay Invalid')
    expect(answer(clusterOf({ stopDelay: 4e9 }))).toBe('webhook-decode <nil> Invalid')
  })
  it('a port beyond 32 bits, or a negative number without a sign', () => {
    const ports = (targetPort: number): JsonMap => ({ serviceTemplate: { spec: { ports: [{ port: 1, targetPort }] } } })
    expect(answer(pooler(ports(2 ** 31)))).toBe('webhook-decode spec.serviceTemplate.spec.ports[0].targetPort Invalid')
    expect(answer(pooler(ports(2 ** 31 - 1)))).toBe(' ')
    expect(answer(pooler({ monitoring: relabeling }))).toBe('webhook-decode spec.monitoring.podMonitorRelabelings[0].modulus Invalid')
    expect(answer(clusterOf({ monitoring: relabeling }))).toBe('webhook-decode spec.monitoring.podMonitorRelabelings[0].modulus Invalid')
  })
  it('the zero time is written back as null, a year beyond 9999 as no time', () => {
    expect(answer(role('0001-01-01T01:00:00+01:00'))).toBe('schema spec.managed.roles[0].validUntil TypeInvalid')
    expect(answer(role('0001-01-01T00:00:00.5Z'))).toBe(' ')
    expect(answer(role('9999-12-31T23:59:59-01:00'))).toBe('schema spec.managed.roles[0].validUntil TypeInvalid')
  })
  it('half a character becomes the replacement character', () => {
    const { defaulted } = admit(clusterOf({ description: 'a\ud83d' }), { operator: '1.30.0' })
    expect(jsonAt(defaulted, 'spec', 'description')).toBe('a\ufffd')
  })
  it('an expression is named along with what cannot be decoded, unless the schema refuses too', () => {
    const broken = { monitoring: { metricsQueriesTTL: '1d' }, postgresql: { synchronous: { method: 'any', number: 0 } } }
    expect(answer(clusterOf(broken))).toBe('webhook-decode spec.postgresql.synchronous.number Invalid')
    expect(answer(clusterOf({ ...broken, logLevel: 5 }))).toContain('webhook-decode spec.logLevel TypeInvalid')
  })
  it('a status that the scale sub-resource cannot read', () => {
    expect(answer({ ...clusterOf({}), status: 'x' })).toBe(
      'webhook-decode status TypeInvalid, .status.instances Invalid, .status.selector Invalid',
    )
    expect(answer({ ...clusterOf({}), status: 'x' }, '1.27.1')).toBe('webhook-decode status TypeInvalid, .status.instances Invalid')
  })
})

const listedRules = schemaRules.map((rule) => rule.id)

function clusterOf(spec: JsonMap): JsonMap {
  return { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'c1' }, spec: { storage: { size: '1Gi' }, ...spec } }
}

function findingsOf(spec: JsonMap): string[] {
  const findings = examine(clusterOf(spec), { operator: '1.30.0' })
  return findings.map((finding) => `${finding.severity} ${finding.rule} ${finding.places[0].path.join('.')}`)
}

describe('examination', () => {
  it.each(['1.27.1', '1.30.0'])('finds a mistake exactly where %s refuses an object', { timeout: 120_000 }, (version) => {
    const different = recorded(version).filter((item) => {
      const errors = examine(item.object, options(version, item)).filter((finding) => finding.severity === 'error')
      const known = errors.filter((finding) => finding.rule !== 'schema/unknown-field')
      // a misspelt name is reported instead of the missing member that it causes
      if (item.verdict === 'rejected' && item.pruned.length > 0) return errors.length === 0
      return known.length > 0 !== (item.verdict === 'rejected')
    })
    expect(different.map((item) => item.name)).toEqual([])
  })

  it('has messages that fit a line', () => {
    for (const item of recorded('1.30.0'))
      for (const { message, rule } of examine(item.object, options('1.30.0', item))) {
        if (!/^(?:schema|cel)\//.test(rule)) continue
        expect(listedRules).toContain(rule)
        const said = textOf(message)
        expect(said.length, said).toBeLessThanOrEqual(120)
        expect(said).not.toMatch(/\.$|\n/)
      }
  })

  it('shows mistakes of all stages at once', () => {
    const found = findingsOf({
      instances: '3',
      postgresql: { synchronous: { method: 'any', number: 0 } },
      replica: { enabled: false, source: 'x' },
    })
    expect(found).toContain('error schema/type spec.instances')
    expect(found).toContain('error cel/expression spec.postgresql.synchronous.number')
    expect(found.some((text) => text.startsWith('error replica/'))).toBe(true)
  })

  it('reports a misspelt name once, with the name that was meant', () => {
    const object = { ...clusterOf({}), spec: { instances: 3, storage: { siz: '1Gi' } } }
    const findings = examine(object, { operator: '1.30.0' })
    expect(findings.map(said).map(({ rule, help, places }) => ({ rule, help, at: places[0] }))).toEqual([
      { rule: 'schema/unknown-field', help: 'did you mean `size`?', at: { path: ['spec', 'storage', 'siz'], on: 'key' } },
    ])
  })

  it('names the release that has a field which the operator does not have yet', () => {
    const helpOf = (operator: string): unknown => {
      const synchronous = { method: 'any', number: 1, failoverQuorum: true }
      const object = { ...clusterOf({}), spec: { instances: 3, storage: { size: '1Gi' }, postgresql: { synchronous } } }
      return examine(object, { operator }).map(said)[0]?.help
    }
    // which of the patches between the two are the first to have it is not known
    for (const operator of ['1.27.1', '1.27.4'])
      expect(helpOf(operator)).toBe('operator 1.28.4 has it, 1.27.1 does not: raise the operator, or remove it')
    expect(helpOf('1.28.0')).toBeUndefined()
  })

  it('sends a field to the one place that has it, unless many have its name', () => {
    const helpOf = (monitoring: JsonMap): unknown =>
      examine({ ...clusterOf({}), spec: { instances: 3, storage: { size: '1Gi' }, ...monitoring } }, { operator: '1.30.0' }).map(said)[0]
        ?.help
    expect(helpOf({ storage: { size: '1Gi', resources: {} } })).toBe('`resources` belongs in `spec.storage.pvcTemplate`')
    expect(helpOf({ monitoring: { enabled: true } })).toMatch(/^known here: .*enablePodMonitor/)
  })

  it('warns where the server stores an empty value instead of a missing one', () => {
    expect(findingsOf({ externalClusters: [{ connectionParameters: { host: 'h' } }] })).toEqual([
      'warning schema/zero-value spec.externalClusters.0.name',
    ])
  })

  it('names the field of a value that the operator cannot decode', () => {
    expect(findingsOf({ monitoring: { metricsQueriesTTL: '1d' } })).toEqual(['error schema/duration spec.monitoring.metricsQueriesTTL'])
  })

  it('reports nothing about a correct object', () => {
    expect(findingsOf({ instances: 3 })).toEqual([])
  })
})
