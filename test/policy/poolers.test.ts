// May a Pooler have this name, beside the Services of its Cluster?
import { expect, test } from 'vitest'
import { textOf } from '../../scripts/findings/message.ts'
import { poolers } from '../../scripts/policy/poolers.ts'
import type { ObjectsSubject } from '../../scripts/policy/subject.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const said = (name: string): string[] => {
  const text = `kind: Pooler\nmetadata: {name: ${name}}\nspec: {cluster: {name: orders}, type: rw, pgbouncer: {poolMode: session}}\n`
  const objects = readManifests({ path: 'pooler.yaml', text }).manifests.map(({ kind, name: own, value, plain }) => ({
    kind,
    name: own,
    value,
    plain,
    hook: false,
  }))
  const subject = { objects } as unknown as ObjectsSubject
  const rule = poolers.find(({ id }) => id === 'policy/pooler-name-free')
  return [...(rule?.check(subject) ?? [])].map(({ help }) => textOf(help ?? []))
}

test('not that of a Service', () => {
  expect(said('orders-rw')).toEqual(['rename it, such as orders-pooler-rw'])
  expect(said('orders-r')).toHaveLength(1)
})

test('any other', () => expect([said('orders-pooler-rw'), said('orders-rwx'), said('payments-rw')]).toEqual([[], [], []]))
