// Do CRDs become schemas, completely and reproducibly?
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { formatSchema, shareRepeated, sortKeys, withoutProse } from '../../scripts/derive/compact.ts'
import { deriveFiles } from '../../scripts/derive/generated-files.ts'
import { deriveSchemas } from '../../scripts/derive/crd-to-schema.ts'
import type { Json, JsonMap } from '../../scripts/values/value.ts'

const secret = `{type: object, description: a reference, required: [name, key], properties: {name: {type: string, description: its name, minLength: 1, maxLength: 253}, key: {type: string, pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$', maxLength: 253}}}`
const crd = (kind: string, extra = '') => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${kind.toLowerCase()}s.postgresql.cnpg.io}
spec:
  group: postgresql.cnpg.io
  scope: Namespaced
  names: {kind: ${kind}, plural: ${kind.toLowerCase()}s}
  versions:
  - name: v1alpha1
    served: true
    storage: false
    schema: {openAPIV3Schema: {type: object}}
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.instances, statusReplicasPath: .status.instances}}
    schema:
      openAPIV3Schema:
        description: long prose
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations: [{rule: self == oldSelf, message: frozen}]
            properties:
              description: {type: string, default: text, nullable: true}
              first: ${secret}
              second: ${secret}
${extra}`

function derive(...texts: string[]): ReturnType<typeof deriveSchemas> {
  return deriveSchemas(
    texts.map((text, index) => ({ path: `crds/${index}.yaml`, text })),
    { version: '1.99.0' },
  )
}

function parsed(result: ReturnType<typeof deriveSchemas>, name: string): JsonMap {
  return JSON.parse(result.files.find((file) => file.path === `schemas/cloudnative-pg/1.99.0/${name}.json`)?.text ?? 'null') as JsonMap
}

describe('deriving schemas', () => {
  it('keeps rules and defaults, drops prose, shares what repeats', () => {
    const shared = { $ref: '#/$defs/first' }
    expect(parsed(derive(crd('Thing')), 'Thing')).toEqual({
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'frozen' }],
          properties: { description: { type: 'string', default: 'text', nullable: true }, first: shared, second: shared },
        },
      },
      $defs: {
        first: {
          type: 'object',
          required: ['name', 'key'],
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 253 },
            key: { type: 'string', pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$', maxLength: 253 },
          },
        },
      },
    })
  })

  it('records kinds, sub-resources and the sum of the input', () => {
    const source = parsed(derive(crd('Thing')), 'SOURCE') as unknown as { kinds: JsonMap[]; sources: JsonMap[] }
    expect(source.kinds).toEqual([
      {
        kind: 'Thing',
        group: 'postgresql.cnpg.io',
        plural: 'things',
        scope: 'Namespaced',
        version: 'v1',
        served: ['v1alpha1', 'v1'],
        status: true,
        scale: { specReplicasPath: '.spec.instances', statusReplicasPath: '.status.instances' },
      },
    ])
    expect(source.sources[0]?.['sha256']).toMatch(/^[0-9a-f]{64}$/)
  })

  it('reads single files, multi-document manifests and lists in the same way', () => {
    const apart = derive(crd('One'), crd('Two'))
    const together = derive(`${crd('Two')}\n---\nkind: ConfigMap\n---\n${crd('One')}`)
    const list = derive(JSON.stringify({ kind: 'List', items: [crdObject('One'), crdObject('Two')] }))
    for (const kind of ['One', 'Two']) {
      expect(parsed(together, kind)).toEqual(parsed(apart, kind))
      expect(parsed(list, kind)).toEqual(parsed(apart, kind))
    }
  })

  it('gives equal bytes whatever the order of the input', () => {
    const files = [crd('One'), crd('Two')].map((text, index) => ({ path: `crds/${index}.yaml`, text }))
    expect(deriveSchemas(files.toReversed(), { version: '1.99.0' })).toEqual(deriveSchemas(files, { version: '1.99.0' }))
  })

  it('reports what it cannot derive from', () => {
    expect(derive('a: b').problems[0]?.message).toBe('the input has no CustomResourceDefinition, but must have at least one')
    expect(derive('a: [').problems[0]?.message).toContain("can't be read as YAML")
    expect(derive(crd('Thing').replace('group: postgresql.cnpg.io', 'group: example.com')).problems[0]?.message).toContain('group of')
    expect(derive(crd('Thing').replace('extensions.k8s.io/v1', 'extensions.k8s.io/v1beta1')).files).toEqual([])
  })
})

function crdObject(kind: string): Json {
  const text = crd(kind)
  const versions = ['v1alpha1', 'v1']
  const schema = parsed(derive(text), kind)
  const definitions = schema['$defs'] as JsonMap
  const inlined = JSON.parse(
    JSON.stringify({ ...schema, $defs: undefined }).replaceAll('{"$ref":"#/$defs/first"}', JSON.stringify(definitions['first'])),
  ) as Json
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.toLowerCase()}s.postgresql.cnpg.io` },
    spec: {
      group: 'postgresql.cnpg.io',
      scope: 'Namespaced',
      names: { kind, plural: `${kind.toLowerCase()}s` },
      versions: versions.map((name) => ({ name, served: true, storage: name === 'v1', schema: { openAPIV3Schema: inlined } })),
    },
  }
}

describe('compact schemas', () => {
  it('are what the committed files contain', () => {
    const root = new URL('../../schemas/', import.meta.url)
    for (const product of readdirSync(root).filter((name) => name !== 'values' && name !== 'postgresql'))
      for (const version of readdirSync(new URL(`${product}/`, root)))
        for (const file of readdirSync(new URL(`${product}/${version}/`, root))) {
          const text = readFileSync(new URL(`${product}/${version}/${file}`, root), 'utf8')
          expect(formatSchema(JSON.parse(text) as JsonMap), `${product}/${version}/${file}`).toBe(text)
        }
  })

  it('mean the same after sharing', () => {
    const part = {
      type: 'object',
      properties: { a: { type: 'string', maxLength: 63, minLength: 1, pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$' } },
      required: ['a'],
      maxProperties: 12345,
      minProperties: 1,
      nullable: true,
      description: 'x',
    }
    const schema: JsonMap = {
      type: 'object',
      properties: { one: part, two: { type: 'array', items: part }, three: { type: 'object', additionalProperties: part } },
    }
    const plain = sortKeys(withoutProse(schema))
    const shared = shareRepeated(plain)
    const definitions = shared['$defs'] as JsonMap
    const inline = (value: Json): Json => {
      if (Array.isArray(value)) return value.map(inline)
      if (typeof value !== 'object' || value === null) return value
      if (typeof value['$ref'] === 'string') return inline(definitions[value['$ref'].slice(8)] as Json)
      return Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => key !== '$defs')
          .map(([key, entry]) => [key, inline(entry)]),
      )
    }
    expect(Object.keys(definitions)).toEqual(['one'])
    expect(inline(shared)).toEqual(plain)
  })
})

it('finds every derived file up to date', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const derived = await deriveFiles(root)
  const committed = derived.map(({ path }) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  expect(derived.filter(({ text }, index) => committed[index]?.text !== text).map(({ path }) => path)).toEqual([])
})
