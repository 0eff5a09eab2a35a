// Do the patterns of the settings make names that Kubernetes accepts, a different one for each database?
import { named, phrase } from '../findings/message.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { isDns1035Label, isDns1123Label, isDns1123Subdomain, isReadAsText } from '../kubernetes/dns-name.ts'
import { fill, placeholdersOf } from './layout.ts'
import type { Message } from '../findings/finding.ts'
import { isJsonMap, valueAt } from '../values/value.ts'
import type { Json, Path } from '../values/value.ts'
import type { Settings } from '../model.ts'

type Fail = (key: string, message: Message, help?: Message, path?: Path) => void

/** Patterns that lack a placeholder, or fit no name that Kubernetes accepts: reported at the setting, before any service is looked at. */
export function checkLayout(settings: Settings): LocatedFinding[] {
  const found: LocatedFinding[] = []
  const fail: Fail = (key, message, help, path = ['layout', key]) => {
    const at = nearestSpot(settings.origin, path) ?? {
      file: settings.origin.origin.file,
      span: settings.origin.origin.key ?? settings.origin.origin.value,
    }
    found.push({ rule: 'settings/layout', severity: 'error', message, at, help })
  }
  const { layout } = settings
  // at the base of a change a name can no longer be fixed
  const isPast = settings.origin.origin.file.revision !== undefined
  const isNamed = placeholdersOf(layout.databases).known.includes('name')
  const needs: [keyof Settings['layout'], readonly string[]][] = [
    ['databases', ['service']],
    ['overrides', isNamed ? ['service', 'name', 'env'] : ['service', 'env']],
    ['cluster', []],
    ['application', []],
    ...(layout.release === undefined ? [] : [['release', []] as [keyof Settings['layout'], readonly string[]]]),
  ]
  for (const [key, required] of needs) {
    const pattern = layout[key] ?? ''
    const { known, unknown } = placeholdersOf(pattern)
    for (const name of unknown)
      fail(key, phrase`postgres.layout.${named(key)} has the placeholder {${named(name)}}, but only {service}, {name} and {env} exist`)
    for (const name of required)
      if (!known.includes(name))
        fail(key, phrase`postgres.layout.${named(key)} has no {${named(name)}}, but two databases would share one file`)
    if (!isNamed && known.includes('name'))
      fail(key, phrase`postgres.layout.${named(key)} has {name}, but postgres.layout.databases has none`)
  }
  if (placeholdersOf(layout.databases).known.includes('env'))
    fail('databases', phrase`postgres.layout.databases has {env}, but the base file is the same for all environments`)
  if (/[{}]/.test(layout.manifests ?? ''))
    fail('manifests', phrase`postgres.layout.manifests has a placeholder, but all manifests are in one folder`)
  for (const key of ['databases', 'overrides', 'manifests'] as const)
    if (layout[key]?.startsWith('/') === true || layout[key]?.split('/').includes('..') === true)
      fail(key, phrase`postgres.layout.${named(key)} is \`${named(layout[key])}\`, but must be a relative path inside the repository`)
  for (const { name: environment, application } of settings.environments) {
    const path = ['environments', environment, 'autoSync']
    if (application?.syncPolicy !== undefined && valueAt(settings.origin, path) !== undefined)
      fail('', phrase`postgres.${named(path.join('.'))} is set, but application.syncPolicy decides it`, phrase`remove autoSync`, path)
    for (const text of textsIn(application ?? {}))
      for (const name of placeholdersOf(text).unknown)
        if (/^\w+$/.test(name))
          fail('', phrase`application has the placeholder {${named(name)}}, but only {service}, {name} and {env} exist`, undefined, [
            'environments',
            environment,
            'application',
          ])
  }
  for (const { name: environment, namespace } of settings.environments) {
    const path = ['environments', environment, 'namespace']
    const field = `postgres.${path.join('.')}`
    const { known, unknown } = placeholdersOf(namespace)
    for (const name of unknown)
      fail('', phrase`${named(field)} has the placeholder {${named(name)}}, but only {service}, {name} and {env} exist`, undefined, path)
    if (!isNamed && !isPast && known.includes('name'))
      fail('', phrase`${named(field)} has {name}, but postgres.layout.databases has none`, undefined, path)
  }
  if (found.length === 0 && !isPast) checkPatterns(settings, fail)
  return found
}

function textsIn(node: object | Json): string[] {
  if (typeof node === 'string') return [node]
  if (Array.isArray(node)) return node.flatMap(textsIn)
  return isJsonMap(node as Json) ? Object.values(node as object).flatMap(textsIn) : []
}

/** The shortest possible names show what a pattern makes of every service. */
function checkPatterns({ layout, environments }: Settings, fail: Fail): void {
  const made = (pattern: string): readonly string[] => environments.map(({ name: env }) => fill(pattern, { service: 'a', name: 'a', env }))
  if (!made(layout.cluster).every((name) => isDns1035Label(name) && isReadAsText(name)))
    fail(
      'cluster',
      phrase`postgres.layout.cluster is \`${named(layout.cluster)}\`, but names are lower-case letters, digits and \`-\`, starting with a letter`,
    )
  if (!made(layout.application).every(isDns1123Subdomain))
    fail(
      'application',
      phrase`postgres.layout.application is \`${named(layout.application)}\`, but names are lower-case letters, digits, \`-\` and \`.\``,
    )
  for (const { name: env, namespace } of environments) {
    const name = fill(namespace, { service: 'a', name: 'a', env })
    const path = ['environments', env, 'namespace']
    const must = isReadAsText(name) ? 'be lower-case letters, digits and `-`' : 'not be a word that YAML reads as a number or a boolean'
    if (!isDns1123Label(name) || !isReadAsText(name))
      fail('', phrase`postgres.environments.${named(env)}.namespace is \`${named(namespace)}\`, but must ${must}`, undefined, path)
  }
}
