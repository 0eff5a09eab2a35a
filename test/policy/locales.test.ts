// Which encodings and locales can a new Cluster or a Database not have?
import { expect, test } from 'vitest'
import { judgeManifests } from '../../scripts/policy/manifests.ts'
import { readManifests } from '../../scripts/yaml/manifests.ts'

const found = (image: string, initdb: string, database = ''): string[] => {
  const cluster = `apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: a }\nspec:\n  imageName: ghcr.io/cloudnative-pg/postgresql:${image}\n  bootstrap: { ${initdb} }\n`
  const made = `---\napiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: { name: d }\nspec: { name: d, owner: app, cluster: { name: a }, ${database} }\n`
  const { manifests } = readManifests({ path: 'a.yaml', text: database === '' ? cluster : cluster + made })
  return judgeManifests(manifests, '1.30.0')
    .filter(({ rule }) => /^policy\/(?:encoding|locale)-/.test(rule))
    .map(({ rule, finding }) => `${rule.slice('policy/'.length)}: ${finding.places[0].path.at(-1)}`)
}
const standard = '17.5-standard-bookworm'
const minimal = '17.5-minimal-bookworm'

test.each([
  [standard, 'localeProvider: icu', 'localeProvider'],
  ['15.13-standard-bookworm', 'localeProvider: icu, locale: C', 'localeProvider'],
  ['14.18-standard-bookworm', 'localeProvider: libc', 'localeProvider'],
  [standard, 'localeProvider: builtin', 'localeProvider'],
  ['16.9-standard-bookworm', 'localeProvider: builtin, builtinLocale: C', 'localeProvider'],
  [standard, 'localeProvider: constructor', 'localeProvider'],
  [standard, 'localeProvider: builtin, builtinLocale: PG_UNICODE_FAST', 'builtinLocale'],
  [standard, 'localeProvider: builtin, builtinLocale: C.UTF-8, encoding: LATIN1', 'builtinLocale'],
  ['15.13-standard-bookworm', 'localeProvider: icu, icuLocale: de, icuRules: "&a < b"', 'icuRules'],
  [standard, 'encoding: UTF-16', 'encoding'],
  [standard, 'encoding: SJIS', 'encoding'],
  [standard, 'localeCollate: ru_RU', 'localeCollate'],
  [minimal, 'localeCType: de_DE.UTF-8', 'localeCType'],
])('initdb of %s refuses %s', (image, fields, field) => expect(found(image, `initdb: { ${fields} }`)).toEqual([`locale-exists: ${field}`]))

test.each([
  [standard, 'localeProvider: icu, icuLocale: en'],
  [standard, 'localeProvider: icu, locale: en_US.UTF-8'],
  ['16.9-standard-bookworm', 'localeProvider: icu, icuLocale: de, icuRules: "&a < b"'],
  [standard, 'locale: C'],
  [standard, 'locale: de_DE.UTF-8, localeCollate: de_DE.UTF-8, localeCType: de_DE.UTF-8'],
  [standard, 'localeProvider: builtin, builtinLocale: C.UTF-8'],
  [standard, 'localeProvider: builtin, builtinLocale: C, encoding: LATIN1'],
  ['18.0-standard-trixie', 'localeProvider: builtin, builtinLocale: PG_UNICODE_FAST'],
  [standard, 'encoding: utf-8'],
  [standard, 'localeCollate: ru_RU.UTF-8'],
  [standard, 'localeCollate: de_DE, encoding: LATIN1'],
  [standard, 'localeCollate: hi_IN'],
  [minimal, 'localeCType: C.UTF-8'],
  [standard, 'options: [--locale=de_DE.UTF-8], localeProvider: icu'],
])('initdb of %s takes %s', (image, fields) => expect(found(image, `initdb: { ${fields} }`)).toEqual([]))

test.each([
  ['', 'locale: de_DE.UTF-8', 'locale-of-template: locale'],
  ['', 'localeCType: de_DE.UTF-8', 'locale-of-template: localeCType'],
  ['', 'encoding: LATIN1', 'locale-of-template: encoding'],
  ['', 'localeProvider: icu, icuLocale: en', 'locale-of-template: localeProvider'],
  ['', 'encoding: UTF-9', 'locale-exists: encoding'],
  ['', 'encoding: SQL_ASCII', 'locale-of-template: encoding'],
  ['', 'encoding: SQL_ASCII, template: template0', 'encoding-checked: encoding'],
  ['initdb: { database: d }', 'encoding: SQL_ASCII', 'encoding-checked: encoding'],
  ['initdb: { localeProvider: icu, icuLocale: de }', 'localeProvider: libc', 'locale-of-template: localeProvider'],
])('below %j a Database cannot have %s', (bootstrap, database, what) => expect(found(standard, bootstrap, database)).toEqual([what]))

test.each([
  ['', 'locale: de_DE.UTF-8, template: template0'],
  ['', 'locale: de_DE.UTF-8, template: own'],
  ['', 'locale: POSIX, encoding: unicode'],
  ['', 'locale: de_DE.UTF-8, ensure: absent'],
  ['initdb: { localeCollate: de_DE.UTF-8, localeCType: de_DE.UTF-8 }', 'locale: de_DE.utf8'],
  ['initdb: { database: d }', 'locale: de_DE.UTF-8'],
  ['initdb: { postInitSQL: [CREATE DATABASE d LOCALE "de_DE.UTF-8" TEMPLATE template0] }', 'locale: de_DE.UTF-8'],
  ['initdb: { options: [--locale=de_DE.UTF-8] }', 'locale: de_DE.UTF-8'],
  ['recovery: { source: old }', 'locale: de_DE.UTF-8'],
  ['initdb: { import: { type: monolith } }', 'locale: de_DE.UTF-8'],
])('below %j a Database may have %s', (bootstrap, database) => expect(found(standard, bootstrap, database)).toEqual([]))

test('the locale alone does not sort', () => {
  expect(found(standard, 'initdb: { locale: de_DE.UTF-8 }')).toEqual(['locale-sorts: locale'])
  expect(found(standard, 'initdb: { locale: de_DE.UTF-8, localeCType: de_DE.UTF-8 }')).toEqual(['locale-sorts: locale'])
  expect(found(standard, 'initdb: { locale: de_DE.UTF-8 }', 'locale: de_DE.UTF-8')).toEqual([
    'locale-sorts: locale',
    'locale-of-template: locale',
  ])
})
