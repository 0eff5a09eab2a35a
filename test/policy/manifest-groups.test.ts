// Are the objects of several environments kept apart where `admit` reads them all at once?
import { expect, test } from 'vitest'
import { groupsOf, groupsWithHolders } from '../../scripts/policy/manifest-groups.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const cluster = '{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: pay }, spec: { superuserSecret: { name: login } } }'
const pooler = (name: string): string =>
  `{ apiVersion: postgresql.cnpg.io/v1, kind: Pooler, metadata: { name: ${name} }, spec: { cluster: { name: pay } } }`
const store = (name: string): string => `{ apiVersion: barmancloud.cnpg.io/v1, kind: ObjectStore, metadata: { name: ${name} }, spec: {} }`
const login = '{ apiVersion: v1, kind: Secret, metadata: { name: login } }'

const read = (files: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(files).flatMap(([path, objects]) => readManifests({ path, text: objects.join('\n---\n') }).manifests)
const shown = (
  groups: readonly (readonly {
    readonly name: string
    readonly value: { readonly origin: { readonly file: { readonly path: string } } }
  }[])[],
) => groups.map((group) => group.map(({ name, value }) => `${name} ${value.origin.file.path}`))

test('each folder, or each file, is an environment; what is above them is of both', () => {
  expect(
    shown(
      groupsOf(
        read({
          'dev/db/c.yaml': [cluster],
          'dev/p.yaml': [pooler('one')],
          'prd/db/c.yaml': [cluster],
          'prd/p.yaml': [pooler('one')],
          'st.yaml': [store('st')],
        }),
      ),
    ),
  ).toEqual([
    ['pay dev/db/c.yaml', 'one dev/p.yaml', 'st st.yaml'],
    ['pay prd/db/c.yaml', 'one prd/p.yaml', 'st st.yaml'],
  ])
  expect(shown(groupsOf(read({ 'dev.yaml': [cluster, pooler('a')], 'prd.yaml': [cluster, pooler('a')] })))).toEqual([
    ['pay dev.yaml', 'a dev.yaml'],
    ['pay prd.yaml', 'a prd.yaml'],
  ])
})

test('folders of kinds above those of environments keep the environments apart, too', () => {
  for (const [dev, prd] of [
    ['dev/a.yaml', 'prd/a.yaml'],
    ['dev.yaml', 'prd.yaml'],
  ] as const)
    expect(
      shown(
        groupsOf(
          read({
            [`clusters/${dev}`]: [cluster],
            [`clusters/${prd}`]: [cluster],
            [`poolers/${dev}`]: [pooler('one')],
            'poolers/all/st.yaml': [store('st')],
          }),
        ),
      ),
    ).toEqual([
      [`pay clusters/${dev}`, `one poolers/${dev}`, 'st poolers/all/st.yaml'],
      [`pay clusters/${prd}`, 'st poolers/all/st.yaml'],
    ])
})

test('a Cluster that comes twice in one file was changed: what names it goes with the last', () => {
  expect(groupsOf(read({ 'a.yaml': [cluster, cluster, pooler('a')] })).map((group) => group.map(({ kind }) => kind))).toEqual([
    ['Cluster'],
    ['Cluster', 'Pooler'],
  ])
})

test('a Secret of another environment is none of this one', () => {
  const groups = groupsWithHolders(read({ 'dev/a.yaml': [cluster, login], 'prd/a.yaml': [cluster] }))
  expect(groups.map(({ all }) => all.length)).toEqual([2, 1])
  expect(
    groupsWithHolders(read({ 'dev/a.yaml': [cluster], 'prd/a.yaml': [cluster], 's.yaml': [login] })).map(({ all }) => all.length),
  ).toEqual([2, 2])
})
