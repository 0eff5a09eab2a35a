// Does a JSON patch parse and apply as it does in the operator?
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePatch, patchApplies } from '../scripts/json-patch.ts'

const options = { seed: 20260901, numRuns: 300 }

describe('JSON patches', () => {
  it('need the members of their operation', () => {
    expect(parsePatch('null')).toEqual([])
    expect(parsePatch('[{"op":"add","path":"/a","value":null}]')).toHaveLength(1)
    for (const text of [
      '',
      '{}',
      '[1]',
      '[{"op":"add","path":"/a"}]',
      '[{"op":"move","path":"/a"}]',
      '[{"op":"set","path":"/a","value":1}]',
      '[{"op":"remove"}]',
    ])
      expect(parsePatch(text)).toBeUndefined()
  })
  it('apply as they say, or not at all', () => {
    const apply = (text: string) => patchApplies({ a: [1, 2], 'b/c': { d: 1 } }, parsePatch(text) ?? [])
    expect(apply('[{"op":"add","path":"/a/-","value":3}]')).toEqual({ a: [1, 2, 3], 'b/c': { d: 1 } })
    expect(apply('[{"op":"move","from":"/b~1c/d","path":"/e"}]')).toEqual({ a: [1, 2], 'b/c': {}, e: 1 })
    expect(apply('[{"op":"test","path":"/nope"},{"op":"copy","from":"/a/0","path":"/a/0"}]')).toEqual({ a: [1, 1, 2], 'b/c': { d: 1 } })
    for (const text of [
      '[{"op":"remove","path":"/x"}]',
      '[{"op":"replace","path":"/a/2","value":1}]',
      '[{"op":"add","path":"a","value":1}]',
      '[{"op":"test","path":"/a/0","value":2}]',
    ])
      expect(apply(text)).toBeUndefined()
  })
  it('leave the document itself alone', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const document = { a: structuredClone(value) as never }
        const copy = structuredClone(document)
        patchApplies(document, [
          { op: 'add', path: '/b', value: 1 },
          { op: 'remove', path: '/a' },
        ])
        expect(document).toEqual(copy)
      }),
      options,
    )
  })
})
