// Do the operator's rules apply in the right releases, and is its surprising behaviour reproduced?
import { textOf } from '../../scripts/findings/message.ts'
import { describe, expect, it } from 'vitest'
import { admit } from '../../scripts/admit/admit.ts'
import {
  allRules,
  bypassRules,
  changeRulesFor,
  isKnownOperator,
  ruleApplies,
  rulesFor,
  validationBypass,
} from '../../scripts/operator/rules.ts'
import type { JsonMap, Path } from '../../scripts/values/value.ts'
import { isJsonMap } from '../../scripts/values/value.ts'
import { caseFiles, readCases } from '../support/rule-cases.ts'

const releases = '1.27.1 1.27.2 1.27.3 1.27.4 1.28.0 1.28.1 1.28.2 1.28.3 1.28.4 1.29.0 1.29.1 1.29.2 1.30.0'.split(' ')
const rules = allRules().flatMap((group) => group.rules)

function cluster(spec: JsonMap, annotations: JsonMap = {}): JsonMap {
  const metadata = { name: 'orders', annotations }
  return { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata, spec: { instances: 1, storage: { size: '1Gi' }, ...spec } }
}

/** The ids of the rules that refuse an object; `accepted` if none does. */
function refusals(object: JsonMap, operator = '1.30.0', old?: JsonMap): string[] {
  const { verdict, errors } = admit(object, { operator, ...(old && { old }) })
  return verdict === 'accepted' ? ['accepted'] : errors.map(({ rule }) => rule)
}

describe('releases', () => {
  const having = (id: string) => {
    const found = rules.find((rule) => rule.id === id)
    if (!found) throw new Error(id)
    return releases.filter((operator) => ruleApplies(found, operator)).join(' ')
  }
  it('are the stable ones', () => {
    expect(releases.filter((operator) => !isKnownOperator(operator))).toEqual([])
    expect(['1.27.0', '1.27.5', '1.30.1', '1.31.0', '1.26.3', '2.28.0', '1.28', 'v1.28.0', ''].filter(isKnownOperator)).toEqual([])
  })
  const batches: [string, string][] = [
    ['database/unique-fdws', '1.28.0 1.28.1 1.28.2 1.28.3 1.28.4 1.29.0 1.29.1 1.29.2 1.30.0'],
    ['backup/azure-storage-account-set', '1.27.3 1.27.4 1.28.1 1.28.2 1.28.3 1.28.4 1.29.0 1.29.1 1.29.2 1.30.0'],
    ['tablespaces/unique-volume-names', '1.27.4 1.28.2 1.28.3 1.28.4 1.29.0 1.29.1 1.29.2 1.30.0'],
    ['recovery-target/xid-range', '1.28.3 1.28.4 1.29.1 1.29.2 1.30.0'],
    ['parameters/name-syntax', '1.28.4 1.29.2 1.30.0'],
    ['service-account/name-or-template', '1.29.0 1.29.1 1.29.2 1.30.0'],
    ['lease/duration-over-deadline', '1.30.0'],
    ['storage/data-size-set', releases.join(' ')],
  ]
  for (const [id, expected] of batches) it(`that have ${id} are ${expected}`, () => expect(having(id)).toBe(expected))

  it('lose a rule with its last release, and a later minor keeps it lost', () => {
    const rule = { since: ['1.27.2'], until: ['1.28.2', '1.29.1'] }
    expect(releases.filter((operator) => ruleApplies(rule, operator)).join(' ')).toBe('1.27.2 1.27.3 1.27.4 1.28.0 1.28.1 1.29.0')
  })
  it('announce the end of in-tree object stores as time goes by', () => {
    const store = cluster({ backup: { barmanObjectStore: { destinationPath: 's3://b', s3Credentials: { inheritFromIAMRole: true } } } })
    const announced = releases.map((operator) => {
      const rule = rulesFor('Cluster').find(({ id }) => id === 'backup/no-in-tree-store')
      const [finding] = rule?.check({ object: store, operator, env: { volumeSnapshot: true } }) ?? []
      return /for 1\.(\d+)/.exec(textOf(finding?.message ?? []))?.[1]
    })
    expect(announced.join(' ')).toBe('29 29 29 30 29 29 30 30 31 30 30 31 31')
  })
})

describe('rules', () => {
  it('exist only for kinds with a webhook', () => {
    expect(rulesFor('Publication')).toEqual([])
    expect(changeRulesFor('Pooler')).toEqual([])
    expect(bypassRules.length).toBe(2)
  })
})

describe('surprises', () => {
  it('archive_mode is replaced silently, other fixed parameters are refused', () => {
    expect(refusals(cluster({ postgresql: { parameters: { archive_mode: 'off' } } }))).toEqual(['accepted'])
    expect(refusals(cluster({ postgresql: { parameters: { ssl: 'on' } } }))).toEqual(['parameters/not-fixed'])
    expect(refusals(cluster({ postgresql: { parameters: { log_filename: 'postgres' } } }))).toEqual(['accepted'])
    expect(refusals(cluster({ postgresql: { parameters: { Port: '1' } } }))).toEqual(['accepted'])
  })
  it('shared_buffers without a unit is megabytes to the operator', () => {
    const parameters = { shared_buffers: '1025' }
    expect(refusals(cluster({ resources: { requests: { memory: '1Gi' } }, postgresql: { parameters } }))).toEqual([
      'resources/memory-fits-shared-buffers',
    ])
    expect(admit(cluster({ postgresql: { parameters } }), { operator: '1.30.0' }).warnings).toHaveLength(1)
  })
  it('WAL sizes are compared with defaults', () => {
    expect(refusals(cluster({ postgresql: { parameters: { max_wal_size: '64MB' } } }))).toEqual(['parameters/min-wal-size-below-max'])
    expect(refusals(cluster({ postgresql: { parameters: { min_wal_size: '1GB' } } }))).toEqual(['parameters/min-wal-size-below-max'])
  })
  it('memory limits alone are never compared', () => {
    expect(refusals(cluster({ resources: { limits: { memory: '1Mi' } }, postgresql: { parameters: { shared_buffers: '1GB' } } }))).toEqual([
      'accepted',
    ])
  })
  it('PostgreSQL 13 passes, 12 does not, and a date is a version', () => {
    expect(refusals(cluster({ imageName: 'p:13' }))).toEqual(['accepted'])
    expect(refusals(cluster({ imageName: 'p:12' }))).toEqual(['image/major-supported'])
    expect(refusals(cluster({ imageName: 'p:2024.01.15' }))).toEqual(['accepted'])
    expect(refusals(cluster({ imageName: 'localhost:5000/p' }))).toEqual(['image/tag-not-latest'])
  })
  it('a disabled replica section still needs a source, and an empty one makes a replica', () => {
    expect(refusals(cluster({ replica: { enabled: false, source: 'x' } }))).toEqual(['replica/source-known'])
    const externalClusters = [{ name: 'x', connectionParameters: {} }]
    expect(refusals(cluster({ externalClusters, replica: { source: 'x' } }))).toEqual(['replica/bootstrap-method'])
    const old = cluster({ externalClusters })
    expect(refusals(cluster({ externalClusters, replica: { enabled: true, source: 'x' } }), '1.30.0', old)).toEqual(['accepted'])
  })
  it('a changed slot prefix is refused while the slots are enabled, and so is deleting the section', () => {
    const old = cluster({ replicationSlots: { highAvailability: { slotPrefix: '_a_' } } })
    expect(refusals(cluster({}), '1.30.0', old)).toEqual(['changes/slot-prefix-stays'])
    expect(refusals(cluster({}), '1.30.0', cluster({ replicationSlots: { highAvailability: { slotPrefix: '_cnpg_' } } }))).toEqual([
      'accepted',
    ])
  })
  it('an extension path that only looks as if it left the image is refused, an absolute one is not', () => {
    const withPath = (path: string) =>
      cluster({ postgresql: { extensions: [{ name: 'a', image: { reference: 'r/a:1' }, ld_library_path: [path] }] } })
    expect(refusals(withPath('..foo'))).toEqual(['extensions/path-inside-image'])
    expect(refusals(withPath('/../x'))).toEqual(['accepted'])
  })
  it('the bypass skips the rules, but not those of a ScheduledBackup', () => {
    const annotations = { 'cnpg.io/validation': 'disabled' }
    const bad = cluster({ imageName: 'p:latest' }, annotations)
    expect(validationBypass(bad)).toBe('skip')
    expect(refusals(bad)).toEqual(['accepted'])
    expect(refusals(cluster({ imageName: 'p:latest' }, { 'cnpg.io/validation': 'Disabled' }))).toEqual(['image/tag-not-latest'])
    const metadata = { name: 'nightly', annotations }
    const scheduled = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'ScheduledBackup',
      metadata,
      spec: { cluster: { name: 'orders' }, schedule: 'x' },
    }
    expect(refusals(scheduled)).toEqual(['scheduled-backup/schedule-readable'])
  })
  it('Backup needs a plugin configuration with method plugin, ScheduledBackup does not', () => {
    const spec = { cluster: { name: 'orders' }, method: 'plugin' }
    const object = (kind: string, more: JsonMap): JsonMap => ({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind,
      metadata: { name: 'b' },
      spec: { ...spec, ...more },
    })
    expect(refusals(object('Backup', {}))).toEqual(['backup-object/plugin-named'])
    expect(refusals(object('ScheduledBackup', { schedule: '0 0 2 * * *' }))).toEqual(['accepted'])
  })
  it('an object store with two providers gets errors about the last one only', () => {
    const barmanObjectStore = { destinationPath: 's3://b', s3Credentials: {}, googleCredentials: { gkeEnvironment: true } }
    expect(refusals(cluster({ backup: { barmanObjectStore } }))).toEqual(['backup/one-provider'])
  })
  it('image and parameters may change together unless updates switch over', () => {
    const change = (primaryUpdateMethod: string, operator: string) =>
      refusals(
        cluster({ primaryUpdateMethod, imageName: 'p:17.6', postgresql: { parameters: { work_mem: '8MB' } } }),
        operator,
        cluster({ imageName: 'p:17.5' }),
      )
    expect(change('restart', '1.30.0')).toEqual(['accepted'])
    expect(change('switchover', '1.30.0')).toEqual(['changes/image-apart-from-parameters'])
    expect(change('restart', '1.27.1')).toEqual(['changes/image-apart-from-parameters'])
  })
  it('a liveness pinger needs whole numbers of 64 bits, and a long s is an s', () => {
    const pinger = (text: string): string[] => refusals(cluster({}, { 'alpha.cnpg.io/livenessPinger': text }))
    expect(pinger('{"enabled":true,"reque\u017ftTimeout":5}')).toEqual(['accepted'])
    expect(pinger('{"enabled":true,"x":"a:3.5","requestTimeout":4294967296}')).toEqual(['accepted'])
    for (const digits of ['3.0', '1e2', '9223372036854775808', '"5"'])
      expect(pinger(`{"enabled":true,"requestTimeout":${digits}}`)).toEqual(['annotations/liveness-pinger-readable'])
  })
})

describe('a rule that needs a stanza', () => {
  const without = (object: JsonMap, [step, ...rest]: Path): JsonMap => {
    const { [String(step)]: member, ...kept } = object
    return rest.length > 0 && isJsonMap(member) ? { ...kept, [String(step)]: without(member, rest) } : kept
  }
  const subjects = caseFiles()
    .flatMap(readCases)
    .map(({ object }) => object)
  const needing = rules.filter(({ needs }) => needs !== undefined)
  it('there are such rules, and objects to try them with', () => {
    expect(needing.length).toBeGreaterThan(100)
    expect(subjects.length).toBeGreaterThan(500)
  })
  for (const operator of ['1.27.1', '1.30.0'])
    it(`reports nothing if the stanza is absent (${operator})`, () => {
      const env = { volumeSnapshot: true }
      const loud = needing.filter((rule) =>
        subjects.some((object) => [...rule.check({ object: without(object, rule.needs ?? []), operator, env })].length > 0),
      )
      expect(loud.map(({ id }) => id)).toEqual([])
    })
})
