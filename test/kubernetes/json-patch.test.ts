// Does a JSON patch parse and apply as it does in the operator?
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPatch, parsePatch } from '../../scripts/kubernetes/json-patch.ts'
import type { Json } from '../../scripts/values/value.ts'

const options = { seed: 20260901, numRuns: 300 }

/** The patched document; undefined: an operation fails. */
function documentOf(document: Json, text: string): Json | undefined {
  const patched = applyPatch(document, parsePatch(text) ?? [])
  return 'document' in patched ? patched.document : undefined
}

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
  it('apply completely or not at all', () => {
    const apply = (text: string) => documentOf({ a: [1, 2], 'b/c': { d: 1 } }, text)
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
  it('read nothing if the last step is empty, and the root itself if it is the only one', () => {
    const apply = (text: string) => documentOf({ a: { b: 1 }, c: [1] }, text)
    expect(apply('[{"op":"replace","path":"/a/","value":2}]')).toEqual({ a: { b: 1, '': 2 }, c: [1] })
    expect(apply('[{"op":"copy","from":"/a/","path":"/d"}]')).toEqual({ a: { b: 1 }, c: [1], d: null })
    expect(apply('[{"op":"test","path":"/a/","value":null}]')).toBeDefined()
    expect(apply('[{"op":"test","path":"/","value":{"a":{"b":1},"c":[1]}}]')).toBeDefined()
    expect(apply('[{"op":"add","path":"//a/x","value":2}]')).toEqual({ a: { b: 1 }, c: [1] })
    expect(apply('[{"op":"move","from":"/a","path":""}]')).toEqual({ c: [1], '': { b: 1 } })
    for (const text of [
      '[{"op":"test","path":"/","value":null}]',
      '[{"op":"replace","path":"/c/","value":1}]',
      '[{"op":"remove","path":"/a/"}]',
      '[{"op":"add","path":"/a//b","value":1}]',
      '[{"op":"add","path":"","value":null}]',
    ])
      expect(apply(text), text).toBeUndefined()
  })
  it('crash if a compared list has a null', () => {
    const test = (value: string) => applyPatch({ a: [1, 2] }, parsePatch(`[{"op":"test","path":"/a","value":${value}}]`) ?? [])
    expect(test('[1,null]')).toEqual({ failure: 'crash' })
    expect(test('[3,null]')).toEqual({ failure: 'refused' })
    expect(test('[null]')).toEqual({ failure: 'refused' })
  })
  it('do not change the document itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const document = { a: structuredClone(value) as never }
        const copy = structuredClone(document)
        applyPatch(document, [
          { op: 'add', path: '/b', value: 1 },
          { op: 'remove', path: '/a' },
        ])
        expect(document).toEqual(copy)
      }),
      options,
    )
  })
})
