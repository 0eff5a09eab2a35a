// Are objects of the operator judged whose Cluster is deployed elsewhere, and what is said where it is nowhere?
import { afterEach, expect, test } from 'vitest'
import { openFiles } from '../support/files.ts'
import { folderApplication } from '../support/folder-application.ts'

let opened: ReturnType<typeof openFiles> | undefined
const close = (): void => {
  opened?.remove()
  opened = undefined
}
afterEach(close)

const url = 'https://github.com/acme/infra.git'
const application = (name: string, path: string, namespace = 'data'): string => folderApplication({ name, namespace, url, path })
const cluster =
  'apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: { name: shared }\nspec:\n  instances: 1\n  enablePDB: false\n  imageName: ghcr.io/cloudnative-pg/postgresql:17.5\n  storage: { size: 1Gi }\n'
const database = (name: string, more = 'owner: app'): string =>
  `apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: { name: app }\nspec:\n  name: app\n  ${more}\n  cluster: { name: ${name} }\n`

function told(files: Readonly<Record<string, string>>): Promise<string[]> {
  const base = { 'apps/pg.yaml': application('pg', 'pg'), 'apps/app.yaml': application('app', 'app'), 'pg/cluster.yaml': cluster }
  close()
  opened = openFiles({ ...base, ...files }, url)
  return opened.told()
}

test('an object without its Cluster in the same folder is judged at its lines', async () => {
  expect(await told({ 'app/database.yaml': database('shared') })).toEqual([])
  expect(await told({ 'app/database.yaml': database('shared', 'ownr: app') })).toEqual([
    expect.stringMatching(/^app\/database\.yaml:6: unknown field `ownr`/),
  ])
})
test('a Cluster that nothing here deploys is reported, with one of nearly the same name', async () => {
  const near = 'app/database.yaml:7: spec.cluster.name is sharde, but no Application here deploys a Cluster of this name in namespace data'
  expect(await told({ 'app/database.yaml': database('sharde') })).toEqual([`${near} [policy/cluster-exists]`])
  expect((await opened?.run('check'))?.stdout).toContain('help: did you mean `shared`?')
  await told({ 'app/database.yaml': database('other') })
  expect((await opened?.run('check'))?.stdout).toMatch(
    /info: spec\.cluster\.name is other.*\n.*\n.*\n {2}help: if another repository makes it/,
  )
  await told({ 'pg/cluster.yaml': cluster.replace('shared', 'shared-1'), 'app/database.yaml': database('shared-2') })
  expect((await opened?.run('check'))?.stdout).toMatch(/info: spec\.cluster\.name is shared-2/)
})
test.each([
  [
    'a Cluster that a chart makes',
    {
      'apps/pg.yaml': application('pg', 'chart'),
      'chart/Chart.yaml': 'apiVersion: v2\nname: pg\nversion: 1.0.0\n',
      'chart/templates/c.yaml': cluster.replace('shared', '{{ .Release.Name }}'),
    },
  ],
  ['a Cluster in a folder that nobody is known to deploy', { 'later/cluster.yaml': cluster.replace('shared', 'other') }],
  [
    'something that can not be looked at',
    { 'apps/more.yaml': application('more', 'more').replace('path: more', 'path: more, plugin: { name: own }'), 'more/main.yaml': cluster },
  ],
  ['a name that is filled in later', { 'app/database.yaml': database('"${NAME}"') }],
])('nothing is said of it beside %s', async (_title, files: Readonly<Record<string, string>>) => {
  expect(await told({ 'app/database.yaml': database('other'), ...files })).not.toContainEqual(expect.stringContaining('cluster-exists'))
})
