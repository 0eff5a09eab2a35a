// Are an object's metadata checked as the API server checks them, on creation and on update?
import { describe, expect, it } from 'vitest'
import { admit } from '../../scripts/admit/admit.ts'
import type { JsonMap } from '../../scripts/values/value.ts'

function catalog(metadata: JsonMap): JsonMap {
  const spec = { images: [{ major: 17, image: 'x:17' }] }
  return { apiVersion: 'postgresql.cnpg.io/v1', kind: 'ImageCatalog', metadata: { name: 'c1', ...metadata }, spec }
}

function cluster(metadata: JsonMap): JsonMap {
  return { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'c1', ...metadata }, spec: { storage: { size: '1Gi' } } }
}

/** `<stage>: <field> <type>…`; empty: accepted. */
function answer(object: JsonMap, old?: JsonMap): string {
  const { stage, errors } = admit(object, { operator: '1.30.0', ...(old && { old }) })
  const fields = errors.map(({ field, type }) => `${field.replace(/^metadata\./, '')} ${type.replace(/^FieldValue/, '')}`)
  return stage === '' ? '' : `${stage}: ${fields.join(', ')}`
}

const owner = (apiVersion: string): JsonMap => ({ ownerReferences: [{ apiVersion, kind: 'K', name: 'a', uid: 'u' }] })
const manager = (entry: JsonMap): JsonMap => ({ managedFields: [{ operation: 'Update', ...entry }] })

describe('metadata of a new object', () => {
  const cases: [string, JsonMap, string][] = [
    ['an ordinary prefix', { generateName: 'a-' }, ''],
    ['a prefix whose last two characters are replaced', { generateName: 'X-' }, ''],
    ['a prefix of one dash', { generateName: '-' }, 'schema: generateName Invalid'],
    ['an owner of the core group', owner('v1'), ''],
    ['an owner without a version', owner('/'), 'schema: ownerReferences.apiVersion Invalid'],
    ['an owner with a group alone', owner('a/'), 'schema: ownerReferences.apiVersion Invalid'],
    ['an owner with two slashes', owner('a/b/c'), 'schema: ownerReferences.apiVersion Invalid'],
    [
      'an event as owner',
      { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'u' }] },
      'schema: ownerReferences Invalid',
    ],
    [
      'a null owner',
      { ownerReferences: [null] },
      'schema: ownerReferences.apiVersion Invalid, ownerReferences.kind Invalid, ownerReferences.name Invalid, ownerReferences.uid Invalid',
    ],
    ['a null finalizer', { finalizers: [null] }, 'schema: finalizers Invalid'],
    ['a null manager', { managedFields: [null] }, 'schema: managedFields[0].operation Invalid'],
    ['a manager of an odd type', manager({ fieldsType: 'X' }), 'schema: managedFields[0].fieldsType Invalid'],
    ['a long manager', manager({ manager: 'é'.repeat(65) }), 'schema: managedFields[0].manager TooLong'],
    ['a manager with a line break', manager({ manager: 'a\n' }), 'schema: managedFields[0].manager Invalid'],
    ['a long sub-resource', manager({ subresource: 's'.repeat(257) }), 'schema: managedFields[0].subresource TooLong'],
    ['fields of any JSON', manager({ fieldsV1: 5 }), ''],
    ['a time in lower case', manager({ time: '2030-01-01t00:00:00z' }), 'decode: managedFields[0].time Invalid'],
  ]
  it.each(cases)('%s', (_, metadata, expected) => expect(answer(catalog(metadata))).toBe(expected))

  it('a time outside the calendar is unreadable only to a webhook', () => {
    const metadata = { creationTimestamp: '9999-12-31T23:59:59-01:00' }
    expect(answer(cluster(metadata))).toBe('webhook-decode: creationTimestamp Invalid')
    expect(answer(cluster(metadata), cluster({}))).toBe('')
    expect(answer(catalog(metadata))).toBe('')
  })

  it("what is the server's own is not stored as sent", () => {
    const sent = { uid: 'u', generation: -3, resourceVersion: '7', creationTimestamp: '2030-01-01T00:00:00Z' }
    expect(admit(catalog(sent), { operator: '1.30.0' }).defaulted?.['metadata']).toEqual({ name: 'c1', namespace: 'default' })
    expect(answer(catalog(sent), catalog({ uid: 'v' }))).toBe('')
  })
})

describe('metadata of an update', () => {
  const deleted = { deletionTimestamp: '2030-01-01T00:00:00Z' }
  const cases: [string, JsonMap, JsonMap, string][] = [
    ['adds a time of deletion', deleted, {}, 'schema: deletionTimestamp Invalid'],
    ['adds a grace period', { deletionGracePeriodSeconds: 0 }, {}, 'schema: deletionGracePeriodSeconds Invalid'],
    ['writes the same instant in another way', { deletionTimestamp: '2030-01-01T01:00:00+01:00' }, deleted, ''],
    ['adds a finalizer to a dying object', { ...deleted, finalizers: ['a/b'] }, deleted, 'schema: finalizers Forbidden'],
    ['adds a finalizer', { finalizers: ['a/b'] }, {}, ''],
    ['has a prefix that is not a name', { generateName: 'A_' }, {}, ''],
    ['has a prefix with a slash', { generateName: 'a/' }, {}, 'schema: generateName Invalid'],
    ['has a bad finalizer', { finalizers: ['a b'] }, {}, 'schema: finalizers Invalid'],
    ['has a bad finalizer and a bad label', { finalizers: ['a b'], labels: { 'a b': '' } }, {}, 'schema: labels Invalid'],
  ]
  it.each(cases)('%s', (_, metadata, old, expected) => expect(answer(catalog(metadata), catalog(old))).toBe(expected))

  it('without any metadata changes the name', () => {
    const { metadata: _metadata, ...rest } = catalog({})
    expect(answer(rest, catalog({}))).toBe('schema: name Invalid')
  })
})
