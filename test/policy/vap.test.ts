// Do the exported admission policies say what the rules say?
import { Environment } from '@marcbachmann/cel-js'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { objectPolicies, policies } from '../../scripts/policy/rules.ts'
import { admissionExpressions, writeAdmissionPolicies } from '../../scripts/policy/vap.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const cel = new Environment({ unlistedVariablesAreDyn: true }).registerVariable('object', 'dyn')
const cluster = (spec: string): string => `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: a}\nspec: ${spec}\n`
const schedule = (text: string): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: {name: a}\nspec: {schedule: "${text}", cluster: {name: a}}\n`
const quorum = '{method: any, number: 1, dataDurability: preferred, failoverQuorum: true}'
const image = (flavour: string): string => `imageName: "ghcr.io/cloudnative-pg/postgresql:17.6-${flavour}-trixie"`
const store = 'backup: {barmanObjectStore: {destinationPath: "s3://a"}}'

/** A bad and a good object for each. */
const cases: Readonly<Record<string, readonly [bad: string, good: string]>> = {
  'policy/standby-exists': [cluster('{instances: 1}'), cluster('{instances: 2}')],
  'policy/drainable': [cluster('{}'), cluster('{instances: 1, enablePDB: false}')],
  'policy/spare-synchronous-standby': [
    cluster('{instances: 3, postgresql: {synchronous: {method: any, number: 2}}}'),
    cluster('{instances: 3, postgresql: {synchronous: {method: any, number: 2, dataDurability: preferred}}}'),
  ],
  'policy/streaming-probe-starts': [
    cluster(`{probes: {startup: {type: streaming}}, postgresql: {synchronous: ${quorum}}}`),
    cluster(`{probes: {startup: {type: pg_isready}}, postgresql: {synchronous: ${quorum}}}`),
  ],
  'policy/plugin-name': [cluster('{plugins: [{name: barman-cloud}]}'), cluster('{plugins: [{name: barman-cloud.cloudnative-pg.io}]}')],
  'policy/image-has-barman': [cluster(`{${image('standard')}, ${store}}`), cluster(`{${image('system')}, ${store}}`)],
  'policy/superuser-secret-used': [
    cluster('{superuserSecret: {name: a}}'),
    cluster('{superuserSecret: {name: a}, enableSuperuserAccess: true}'),
  ],
  'policy/target-time-readable': [
    cluster('{bootstrap: {recovery: {recoveryTarget: {targetTime: "2026-01-31 12:00:00Z"}}}}'),
    cluster('{bootstrap: {recovery: {recoveryTarget: {targetTime: "2026-01-31 12:00:00+00:00"}}}}'),
  ],
  'policy/schedule-frequency': [schedule('0 3 * * * *'), schedule('0 0 3 * * *')],
}

it.each(admissionExpressions)('$id agrees with the rule', ({ id, expression }) => {
  const rule = objectPolicies.find((one) => one.id === id) ?? policies.find((one) => one.id === id)
  for (const [index, text] of (cases[id] ?? []).entries()) {
    const [manifest] = readManifests({ path: 'a.yaml', text }).manifests
    if (manifest === undefined) throw new Error('no object')
    expect(cel.evaluate(expression, { object: numbered(manifest.plain) })).toBe(index === 1)
    if (!objectPolicies.some((one) => one.id === id)) continue
    const object = { kind: manifest.kind, name: 'a', value: manifest.value, plain: manifest.plain, hook: false }
    expect([...(rule?.check({ objects: [object], operator: '1.30.0' } as never) ?? [])]).toHaveLength(index === 1 ? 0 : 1)
  }
  expect(cases[id]).toBeDefined()
})

it('writes a policy and a binding for each', () => {
  const objects = parseAllDocuments(writeAdmissionPolicies(policies)).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string }; spec: { policyName?: string } },
  )
  expect(objects.map(({ kind }) => kind)).toEqual(
    admissionExpressions.flatMap(() => ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']),
  )
  for (const { kind, metadata, spec } of objects) if (kind.endsWith('Binding')) expect(spec.policyName).toBe(metadata.name)
})

/** CEL's own whole numbers. */
function numbered(value: unknown): unknown {
  if (typeof value === 'number') return BigInt(value)
  if (Array.isArray(value)) return value.map(numbered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, numbered(one)]))
}
