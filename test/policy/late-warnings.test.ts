// Are settings reported that hide errors, put off freezing, or name defaults that there are not?
import { expect, test } from 'vitest'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const ids = /^policy\/(?:errors-logged|wraparound-prevented-early|session-default-exists)$/
function found(parameters: string, more = '', image = 'ghcr.io/cloudnative-pg/postgresql:17.6-standard-trixie'): string[] {
  const text = `{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { instances: 3, storage: { size: 10Gi },
  imageName: "${image}", postgresql: { parameters: { ${parameters} }${more} } } }`
  return judgeManifests(readManifests({ path: 'a.yaml', text }).manifests, '1.27.1').flatMap(({ rule }) => (ids.test(rule) ? [rule] : []))
}

test.each<readonly [string, string | undefined]>([
  ['log_min_messages: PANIC', 'errors-logged'],
  ['log_min_messages: fatal', 'errors-logged'],
  ['log_min_messages: error', undefined],
  ['log_min_messages: log', undefined],
  ['log_min_error_statement: panic', undefined],
  ['autovacuum_freeze_max_age: "2000000000"', 'wraparound-prevented-early'],
  ['autovacuum_freeze_max_age: "1600000000"', undefined],
  ['autovacuum_multixact_freeze_max_age: "1900000000"', 'wraparound-prevented-early'],
  ['default_table_access_method: columnar', 'session-default-exists'],
  ['default_table_access_method: heap', undefined],
  ['default_text_search_config: pg_catalog.englisch', 'session-default-exists'],
  ['default_text_search_config: pg_catalog.klingon', 'session-default-exists'],
  ['default_text_search_config: englich', 'session-default-exists'],
  ['default_text_search_config: pg_catalog.English', undefined],
  ['default_text_search_config: de_unaccent', undefined],
  ['default_text_search_config: public.englisch', undefined],
  ['default_text_search_config: german2', undefined],
])('%s', (parameters, rule) => expect(found(parameters)).toEqual(rule === undefined ? [] : [`policy/${rule}`]))

test('another image, or an extension, may bring access methods', () => {
  expect(found('default_table_access_method: columnar', '', 'registry.example.com/citus:17.6')).toEqual([])
  expect(found('default_table_access_method: columnar', ', extensions: [{ name: x, image: { reference: "r/x:1" } }]')).toEqual([])
})
