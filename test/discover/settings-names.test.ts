// Is a pattern that fits no name reported once, at the setting, however many services there are?
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRepository } from '../support/terminal.ts'

let repository: ReturnType<typeof openRepository>
beforeEach(() => {
  repository = openRepository()
  for (const service of ['victim', 'third']) repository.put(`databases/${service}/values.yaml`, 'cluster:\n  storage:\n    size: 10Gi\n')
})
afterEach(() => repository.remove())

async function expectOne(...parts: string[]): Promise<void> {
  const { code, stdout } = await repository.run('check')
  expect(code).toBe(1)
  expect(stdout.match(/: (?:error|warning): /g), stdout).toHaveLength(1)
  for (const part of parts) expect(stdout).toContain(part)
}

test.each([
  [
    'cluster: "{service}-DB"',
    'postgres.layout.cluster is `{service}-DB`, but names are lower-case letters, digits and `-`, starting with a letter',
  ],
  ['cluster: "{service}/x"', 'postgres.layout.cluster is `{service}/x`, but'],
  ['cluster: "{service}-"', 'postgres.layout.cluster is `{service}-`, but'],
  ['cluster: "1{service}"', 'postgres.layout.cluster is `1{service}`, but'],
  ['application: db', 'postgres.layout.application is `db`, but without {service} several Applications have one name'],
  ['application: "{service}"', 'postgres.layout.application is `{service}`, but without {env} several Applications have one name'],
  ['application: "{service}_{env}"', 'postgres.layout.application is `{service}_{env}`, but names are lower-case letters'],
])('layout %s', async (line, message) => {
  repository.put('apps/values.yaml', `${repository.read('apps/values.yaml').trimEnd()}\n  layout:\n    ${line}\n`)
  await expectOne('apps/values.yaml:', message)
})

test.each([
  ['{service}-Dev', 'namespace is `{service}-Dev`, but must be lower-case letters, digits and `-`'],
  ['123', 'namespace is `123`, but must not be a word that YAML reads as a number or a boolean'],
  ['on', 'namespace is `on`, but must not be a word'],
  ['{name}-x', 'namespace has {name}, but postgres.layout.databases has none'],
])('namespace %s', async (namespace, message) => {
  repository.put('apps/values.yaml', repository.read('apps/values.yaml').replace('"{service}-dev"', `"${namespace}"`))
  await expectOne('apps/values.yaml:', `postgres.environments.dev.${message}`)
})

test('a cluster pattern that separates services by their namespace is legal', async () => {
  repository.put('apps/values.yaml', `${repository.read('apps/values.yaml').trimEnd()}\n  layout:\n    cluster: db-{env}\n`)
  expect((await repository.run('render')).code).toBe(0)
})

test('one that does not is reported once', async () => {
  const settings = repository.read('apps/values.yaml').replace('"{service}-dev"', 'data')
  repository.put('apps/values.yaml', `${settings.trimEnd()}\n  layout:\n    cluster: db-{env}\n`)
  await expectOne('apps/values.yaml:', 'postgres.layout.cluster is `db-{env}`, but without {service} several Clusters have one name')
})

test('an illegal namespace of a service is reported once', async () => {
  repository.put('databases/victim/service.yaml', 'namespace: "123"\n')
  await expectOne('databases/victim/', 'namespace is `123`, but must be no word that YAML reads as a number or a switch')
})

test('a service with a name of 63 letters is reported once', async () => {
  repository.put(`databases/${'a'.repeat(63)}/values.yaml`, '')
  await expectOne('cluster name has 70 characters, but may have at most 50')
})
