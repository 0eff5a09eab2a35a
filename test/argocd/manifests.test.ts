// Are the Argo CD files what Argo CD, Helm and a reviewer need?
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { writeApplicationSets } from '../../scripts/argocd/write/applicationset.ts'
import { checkOwnSets, expandHelmTemplate, readOwnObjects } from '../../scripts/argocd/write/expand.ts'
import { generateApplications } from '../../scripts/applicationset/generate.ts'
import { operatorConflicts, writeOperatorApplication } from '../../scripts/argocd/write/operator.ts'
import { writeProject } from '../../scripts/argocd/write/project.ts'
import { isGenerated } from '../../scripts/discover/header.ts'
import type { Database } from '../../scripts/model.ts'
import { databaseOf, environmentOf, fleetOf, settingsOf } from '../support/argocd-fleet.ts'

const golden = (name: string) => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8')
const settings = settingsOf()
const fleet = fleetOf(settings)
const [dev, prd] = [environmentOf('dev'), environmentOf('prd')]

/** Both passes over our own text: the comparison with the plan, and everything that Argo CD would say. */
function expectSound(text: string, databases: readonly Database[], version = '3.5.1'): void {
  checkOwnSets(text, databases, version)
  for (const set of readOwnObjects(text)) expect(generateApplications(set, { argocd: version }).errors).toEqual([])
}

test('three services in two environments give the golden sets', () => {
  const text = writeApplicationSets(settings, fleet)
  expect(text).toBe(golden('postgres-clusters.yaml'))
  expectSound(text, fleet)
})

test('the order of the databases does not matter', () => {
  expect(writeApplicationSets(settings, [...fleet].reverse())).toBe(writeApplicationSets(settings, fleet))
})

test('the operator gets one Application for a shared destination', () => {
  expect(writeOperatorApplication(settings)).toBe(golden('cloudnative-pg.yaml'))
})

test('the project lists repositories, namespaces and kinds', () => {
  expect(writeProject(settings, fleet)).toBe(golden('project.yaml'))
})

test('every file says that it is generated, and a hand-written one does not', () => {
  for (const name of ['postgres-clusters.yaml', 'cloudnative-pg.yaml', 'project.yaml']) expect(isGenerated(golden(name))).toBe(true)
  expect(isGenerated('\ufeff' + golden('project.yaml').replaceAll('\n', '\r\n'))).toBe(true)
  expect(isGenerated('# by hand\napiVersion: v1\n')).toBe(false)
  expect(isGenerated('')).toBe(false)
})

test('files without a template are the same with and without Helm', () => {
  for (const name of ['cloudnative-pg.yaml', 'project.yaml']) expect(expandHelmTemplate(golden(name))).toBe(golden(name))
})

test('an own namespace becomes a key of every element', () => {
  const databases = [databaseOf('orders', dev), databaseOf('billing', dev, { namespace: 'finance' })]
  const text = writeApplicationSets(settings, databases)
  expect(text).toContain('- service: "billing"\n            namespace: "finance"\n')
  expect(text).toContain('- service: "orders"\n            namespace: "orders-dev"\n')
  expect(text).toContain('namespace: "{{ .namespace }}"')
  expectSound(text, databases)
})

test('several clusters a service carry their name in the element', () => {
  const layout = { ...settings.layout, cluster: '{service}-{name}-db-{env}', application: '{service}-{name}-db-{env}' }
  const named = (name: string) =>
    databaseOf('orders', dev, {
      name,
      cluster: `orders-${name}-db-dev`,
      application: `orders-${name}-db-dev`,
      rendered: `helm-values/data/rendered/dev/orders/${name}.yaml`,
    })
  const databases = [named('reports'), named('main')]
  const text = writeApplicationSets(settingsOf({ layout }), databases)
  expect(text).toContain('- service: "orders"\n            name: "main"\n          - service: "orders"\n            name: "reports"\n')
  expect(text).toContain('"$values/helm-values/data/rendered/dev/{{ .service }}/{{ .name }}.yaml"')
  expectSound(text, databases)
})

test('names that YAML would read as something else stay texts', () => {
  const on = environmentOf('on')
  const databases = ['on', 'yes', 'null', 'n'].map((service) => databaseOf(service, on))
  const text = writeApplicationSets(settingsOf({ environments: [on] }), databases)
  expect(text).toContain('env: "on"')
  expectSound(text, databases)
})

test('the tree below a folder of the repository is found there', () => {
  const text = writeApplicationSets(settingsOf({ repository: { ...settings.repository, path: '/infra/pg/' } }), fleet)
  expect(text).toContain('"$values/infra/pg/helm-values/data/rendered/dev/{{ .service }}.yaml"')
  expectSound(text, fleet)
})

test('waves follow the order of the settings', () => {
  const text = writeApplicationSets(settingsOf({ environments: [prd, dev] }), fleet)
  expect(text.indexOf('postgres-clusters-prd')).toBeLessThan(text.indexOf('postgres-clusters-dev'))
  expect(text).toMatch(/postgres-clusters-prd\n(?:.*\n){3}.*sync-wave: "10"/)
})

test('an environment without databases gets no set', () => {
  const text = writeApplicationSets(settings, [databaseOf('orders', dev)])
  expect(text).not.toContain('postgres-clusters-prd')
})

test('without auto-sync the block stays and is switched off', () => {
  const manual = environmentOf('dev', { autoSync: false })
  const databases = [databaseOf('orders', manual)]
  const text = writeApplicationSets(settingsOf({ environments: [manual] }), databases)
  expect(text).toContain('automated:\n          enabled: false\n')
  expectSound(text, databases)
})

test('an Argo CD without automated.enabled gets no such field', () => {
  const argocd = { ...settings.argocd, version: '3.0.6' }
  const text = writeApplicationSets(settingsOf({ argocd }), fleet)
  expect(text).not.toContain('enabled:')
  expect(text).not.toContain('refresh:')
  expect(text).toContain('automated: null')
  checkOwnSets(text, fleet, '3.0.6')
})

test('a destination by name is written as a name', () => {
  const remote = environmentOf('prd', { destination: { name: 'prd-eu' } })
  const both = settingsOf({ environments: [dev, remote] })
  const databases = [databaseOf('orders', dev), databaseOf('orders', remote)]
  expectSound(writeApplicationSets(both, databases), databases)
  expect(writeOperatorApplication(both)).toMatch(/name: cloudnative-pg\n[^]*---\n[^]*name: cloudnative-pg-prd\n/)
  expect(writeProject(both, databases)).toContain('- name: prd-eu\n      namespace: orders-prd\n')
})

test('two pins of the operator on one destination are a conflict', () => {
  const other = environmentOf('prd', { operator: { ...prd.operator, version: '1.28.4' } })
  expect(operatorConflicts(settingsOf({ environments: [dev, other] })).map(({ other: { name } }) => name)).toEqual(['prd'])
  expect(operatorConflicts(settings)).toEqual([])
})

test('sets that differ from the plan are an internal error', () => {
  const text = writeApplicationSets(settings, fleet)
  const check =
    (changed: string, databases = fleet) =>
    () =>
      checkOwnSets(changed, databases, '3.5.1')
  expect(check(text, fleet.slice(1))).toThrow(/no database has that Application/)
  expect(check(text, [...fleet, databaseOf('more', dev)])).toThrow(/gives nothing/)
  expect(check(text.replace('{{`', ''))).toThrow(/fence/)
  expect(check(text.replace('releaseName: "{{ .service }}', 'releaseName: "x{{ .service }}'))).toThrow(/the plan is/)
  expect(check(text.replace('{{ .service }}-db-dev', '{{ .servce }}-db-dev'))).toThrow(/fails to expand/)
})
