// Which files that the configuration names are in the pod?
import { describe, expect, test } from 'vitest'
import { objectionsTo } from '../../scripts/postgres/judge.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const official = 'imageName: "ghcr.io/cloudnative-pg/postgresql:17.5-standard-bookworm"'
const mounted =
  'projectedVolumeTemplate: { sources: [{ configMap: { name: a, items: [{ key: a, path: users.txt }, { key: b, path: d/b.conf }] } }] }'
const open = 'projectedVolumeTemplate: { sources: [{ secret: { name: a } }] }'

function objections(fields: string, postgresql: string, metadata = 'name: a'): string[] {
  const text = `kind: Cluster\nmetadata: { ${metadata} }\nspec:\n  ${fields.split('\n').join('\n  ')}\n  postgresql: { ${postgresql} }\n`
  const [manifest] = readManifests({ path: 'cluster.yaml', text }).manifests
  if (manifest === undefined) throw new Error('no Cluster')
  const object = { kind: 'Cluster', name: 'a', value: manifest.value, plain: manifest.plain, hook: false }
  return [...objectionsTo(object, '1.30.0')].map(({ rule }) => rule.id)
}
const hba = (line: string): string => `pg_hba: ['${line}']`
const here = 'postgres/auth-file-there'

describe('lines of pg_hba that name a file', () => {
  test.each([
    ['a name in the data directory', official, 'host app @users.txt all md5', [here]],
    ['a quoted name', official, 'host app @"users.txt" all md5', [here]],
    ['each file once', official, 'host @a @a all md5', [here]],
    ['an included file', official, 'include team.conf', [here]],
    ['an included folder', official, 'include_dir team.d', [here]],
    ['a folder that nothing mounts', official, 'host app @/projected/users.txt all md5', [here]],
    ['what is not mounted', `${official}\n${mounted}`, 'host app @/projected/user.txt all md5', [here]],
    ['a folder where only keys are mounted', `${official}\n${open}`, 'include /projected/d/x.conf', [here]],
    ['an empty folder of the image', official, 'include /mnt/x.conf', [here]],
    ['of Debian, which the images leave empty', official, 'include /etc/postgresql/x.conf', [here]],
    ['one that may be absent', official, 'include_if_exists team.conf', ['postgres/optional-file-there']],
  ])('%s', (_, fields, line, rules) => expect(objections(fields, hba(line))).toEqual(rules))

  test.each([
    ['the file is mounted', `${official}\n${mounted}`, 'host app @/projected/users.txt all md5'],
    ['by another spelling', `${official}\n${mounted}`, 'host app @/projected/d/../users.txt all md5'],
    ['a folder of it is', `${official}\n${mounted}`, 'include_dir /projected/d'],
    ['it may be a key of a Secret', `${official}\n${open}`, 'host app @/projected/users.txt all md5'],
    ['the image may hold it', 'imageName: registry.example.com/postgresql:17', 'include /mnt/x.conf'],
    ['the operator writes it', official, 'include_if_exists pg_ident.conf'],
    ['a quoted name is no file', official, 'host app "@users.txt" all md5'],
    ['an item that the operator expands', official, 'host app @users.txt ${podselector:a} md5'],
  ])('not where %s', (_, fields, line) => expect(objections(fields, hba(line))).toEqual([]))

  test.each(['/mnt/x.conf', '/projected/x.conf'])('not where something else may mount it: %s', (file) => {
    const line = hba(`include ${file}`)
    expect(objections(official, line, 'name: a, annotations: { cnpg.io/podPatch: "[]" }')).toEqual([])
    expect(objections(`${official}\nplugins: [{ name: mounts.example.com }]`, line)).toEqual([])
    expect(objections(`${official}\ninheritedMetadata: { annotations: { vault.hashicorp.com/agent-inject: "true" } }`, line)).toEqual([])
    expect(objections(`${official}\nplugins: [{ name: barman-cloud.cloudnative-pg.io }]`, line)).toEqual([here])
  })
})

test('an include of pg_hba stops every major of an image that the operator chooses', () => {
  expect(objections('instances: 1', hba('include team.conf'))).toEqual([here])
  expect(objections('instances: 1', hba('include /mnt/team.conf'))).toEqual([])
})

describe('parameters that include files', () => {
  test.each([
    ['include: x.conf', ['postgres/included-file-there']],
    ['include_dir: conf.d', ['postgres/included-file-there']],
    ['include_if_exists: x.conf', ['postgres/optional-file-there']],
    ['include: postgresql.auto.conf', []],
    ['include: /usr/share/x.conf', []],
    ['include: ""', ['postgres/parameter-value']],
  ])('%s', (parameter, rules) => expect(objections(official, `parameters: { ${parameter} }`)).toEqual(rules))
})

describe('LDAP below the lines of the user', () => {
  const ldap = 'ldap: { server: l, bindAsAuth: { prefix: "uid=" } }'
  test.each([
    ['host all all all md5', ['postgres/hba-line-used']],
    ['host all all 0.0.0.0/0 scram-sha-256', ['postgres/hba-line-used']],
    ['host all app all md5', []],
    ['host all all 10.0.0.0/8 md5', []],
  ])('%s', (line, rules) => expect(objections(official, `${ldap}, ${hba(line)}`)).toEqual(rules))

  test('its fields fit together', () => {
    expect(objections(official, 'ldap: { server: l, bindAsAuth: {} }')).toEqual(['postgres/ldap-line'])
    const both = 'ldap: { server: l, bindSearchAuth: { baseDN: "dc=a", searchAttribute: uid, searchFilter: "(uid=$username)" } }'
    expect(objections(official, both)).toEqual(['postgres/ldap-line'])
    expect(objections(official, both.replace('searchAttribute: uid, ', ''))).toEqual([])
  })
})
