// Are the CRDs' own expressions evaluated as the API server does?
import { describe, expect, it } from 'vitest'
import { checkCel, isReadableExpression } from '../../scripts/kubernetes/cel.ts'
import { loadKind, servedKinds } from '../../scripts/kubernetes/load.ts'
import { readStructural, type Structural } from '../../scripts/kubernetes/structural.ts'
import type { Json, JsonMap } from '../../scripts/values/value.ts'

function schemaWith(rule: JsonMap, below: JsonMap = {}): Structural {
  return readStructural({ type: 'object', properties: { a: { ...below, 'x-kubernetes-validations': [rule] } } })
}

function problems(schema: Structural, value: Json, old?: Json): string[] {
  return checkCel({ a: value }, schema, old === undefined ? undefined : { a: old }).map((issue) => `${issue.field} ${issue.type}`)
}

describe('CEL', () => {
  it('compiles every expression of every kind', () => {
    for (const operator of ['1.27.1', '1.28.4', '1.29.2', '1.30.0'])
      for (const kind of servedKinds(operator)) {
        const served = loadKind('postgresql.cnpg.io/v1', kind, operator)
        expect(served, kind).toBeDefined()
        for (const rule of rulesOf(served?.schema)) expect(isReadableExpression(rule), rule).toBe(true)
      }
  })

  it('refuses a value for which the expression is false', () => {
    const schema = schemaWith({ rule: 'self > 0' }, { type: 'integer' })
    expect(problems(schema, 0)).toEqual(['a FieldValueInvalid'])
    expect(problems(schema, 1)).toEqual([])
  })

  it('refuses when an absent member is read, unless the other side decides', () => {
    const schema = schemaWith({ rule: "!has(self.x) || self.y == 'z'" }, { type: 'object' })
    expect(problems(schema, { x: 1 })).toEqual(['a FieldValueInvalid'])
    expect(problems(schema, {})).toEqual([])
  })

  it('runs transition rules only on a value that was there before', () => {
    const schema = schemaWith({ rule: 'self == oldSelf', message: 'frozen' }, { type: 'string' })
    expect(problems(schema, 'b')).toEqual([])
    expect(problems(schema, 'b', 'a')).toEqual(['a FieldValueInvalid'])
    expect(problems(schema, 'a', 'a')).toEqual([])
  })

  it('finds the old value of a list item by its map keys', () => {
    const item = { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.v == oldSelf.v' }] }
    const schema = readStructural({
      type: 'object',
      properties: { a: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], items: item } },
    })
    const before = [
      { k: '1', v: 'x' },
      { k: '2', v: 'y' },
    ]
    expect(
      problems(
        schema,
        [
          { k: '2', v: 'y' },
          { k: '3', v: 'q' },
        ],
        before,
      ),
    ).toEqual([])
    expect(problems(schema, [{ k: '2', v: 'z' }], before)).toEqual(['a[0] FieldValueInvalid'])
  })

  it('reports the place and the type that the rule states', () => {
    const schema = schemaWith(
      { rule: '!has(self.serverName)', reason: 'FieldValueForbidden', fieldPath: '.serverName' },
      { type: 'object' },
    )
    expect(problems(schema, { serverName: 's' })).toEqual(['a.serverName FieldValueForbidden'])
  })
})

function rulesOf(schema: Structural | undefined): string[] {
  if (!schema?.hasRules) return []
  const below = [...(schema.properties?.values() ?? []), ...(schema.items ? [schema.items] : [])]
  if (typeof schema.additional === 'object') below.push(schema.additional)
  return [...schema.rules.map((rule) => rule.rule), ...below.flatMap(rulesOf)]
}
