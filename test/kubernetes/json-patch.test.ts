// Does a JSON patch make of a document what kustomize 5.7.1 (json-patch 4.12) and the operator (5.9) make of it?
import { expect, test } from 'vitest'
import { applyPatch, parsePatch } from '../../scripts/kubernetes/json-patch.ts'
import type { Operation } from '../../scripts/kubernetes/json-patch.ts'
import type { Json } from '../../scripts/values/value.ts'

const document: { spec: Record<string, Json> } = { spec: { instances: 1, env: [{ name: 'A' }], storage: null } }
const after = (patch: string, release: 4 | 5): Json => {
  const result = applyPatch(document, parsePatch(patch) as Operation[], release)
  return 'document' in result ? ((result.document as { spec: Json }).spec ?? null) : result.failure
}
const { spec } = document

/** What kustomize printed, and what the operator's library does where it differs. */
const recorded: readonly (readonly [patch: string, kustomize: Json, operator?: Json])[] = [
  ['[{"op":"replace","path":"/spec/a","value":2}]', { ...spec, a: 2 }, 'refused'],
  ['[{"op":"copy","from":"/spec/a","path":"/spec/b"}]', { ...spec, b: null }, 'refused'],
  ['[{"op":"replace","path":"/spec/env/1","value":2}]', 'refused'],
  ['[{"op":"copy","from":"/spec/env/1","path":"/spec/b"}]', 'refused'],
  ['[{"op":"replace","path":"/spec/a/b","value":2}]', 'refused'],
  ['[{"op":"remove","path":"/spec/a"}]', 'refused'],
  ['[{"op":"move","from":"/spec/a","path":"/spec/b"}]', 'refused'],
  ['[{"op":"remove","path":"/spec/env/-1"}]', { ...spec, env: [] }],
  ['[{"op":"add","path":"/spec/env/2","value":1}]', 'refused'],
  ['[{"op":"test","path":"/spec/instances","value":2}]', 'refused'],
  ['[{"op":"test","path":"/spec/a","value":null}]', spec],
]

test.each(recorded.map((one) => [...one] as [string, Json, Json?]))('%s', (patch, kustomize, operator = kustomize) => {
  expect(after(patch, 4)).toEqual(kustomize)
  expect(after(patch, 5)).toEqual(operator)
})
