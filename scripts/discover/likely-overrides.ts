// Which files of a layout were most likely meant for an environment, and are read as something else, or not at all?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Base } from './base-names.ts'
import { fileFinding } from './file-reader.ts'
import type { Reader } from './file-reader.ts'
import { fill, matcher, serviceFolder } from './layout.ts'
import type { Parts } from './layout.ts'
import type { Settings } from '../model.ts'
import { nearest } from '../values/path.ts'

/** What people call environments; a part of a database that has such a name beside its own is one that nobody wanted. */
const usual: ReadonlySet<string> = new Set(['dev', 'test', 'qa', 'uat', 'stage', 'staging', 'prod', 'prd', 'production', 'development'])

const keyOf = ({ service, name }: Parts): string => `${service}\0${name ?? ''}`

/** Base files such as `main-prod.yaml` beside `main.yaml`, where the environment is called `prd`: each would be a database of its own. */
export function likelyOverrides(bases: readonly Base[], settings: Settings, source: Reader): LocatedFinding[] {
  const { layout } = settings
  const [own, theirs] = [layout.databases, layout.overrides].map((pattern) => pattern.lastIndexOf('/'))
  const isFixed = !layout.databases.slice(own).includes('{') && layout.databases.slice(0, own) === layout.overrides.slice(0, theirs)
  // a file of one name is no override, which spares a look at each of thousands
  if (isFixed) return []
  const environments = settings.environments.map(({ name }) => name)
  const asOverride = matcher(layout.overrides)
  const known = new Set(bases.map(({ parts }) => keyOf(parts)))
  return bases.flatMap((base): LocatedFinding[] => {
    const read = asOverride(base.path)
    const env = read?.env
    if (read === undefined || env === undefined || !known.has(keyOf(read)) || keyOf(read) === keyOf(base.parts)) return []
    const guess = nearest(env, environments)
    if (guess === undefined && !usual.has(env)) return []
    const own = base.parts.name ?? base.parts.service
    const finding = fileFinding(
      'discover/environment-exists',
      phrase`${named(base.path)} makes a database \`${named(own)}\`, but seems to be meant for an environment \`${named(env)}\``,
      base.path,
      source,
      guess === undefined
        ? phrase`add the environment to postgres.environments, or give the database another name`
        : phrase`did you mean ${named(fill(layout.overrides, { ...read, env: guess }))}?`,
    )
    return [{ ...finding, severity: 'warning' }]
  })
}

/** The names that values have in the usual layout, in the folder of a service; undefined: the path is none of them. */
export function usualValues(path: string, { layout, environments }: Settings): Parts | undefined {
  const folder = serviceFolder(layout.databases)
  if (folder === undefined) return undefined
  const base = matcher(`${folder}/values.yaml`)(path)
  if (base !== undefined) return base
  const override = matcher(`${folder}/values-{env}.yaml`)(path)
  return environments.some(({ name }) => name === override?.env) ? override : undefined
}

/** What values of the chart begin with; other tools have files of these names, too. */
const isOfChart = /^(?:cluster|backups|poolers|recovery|replica)[ \t]*:/m

/** A file of the usual layout where another one is set, so that nothing reads it. */
export function unreadValues(path: string, parts: Parts, { layout }: Settings, source: Reader): LocatedFinding[] {
  if (!isOfChart.test(source(path)?.text ?? '')) return []
  const pattern = parts.env === undefined ? layout.databases : layout.overrides
  const finding = fileFinding(
    'discover/file-name',
    phrase`${named(path)} is never read: no such name is in the layout`,
    path,
    source,
    phrase`values of ${named(parts.service)} are read from ${named(fill(pattern, { ...parts, name: '<name>' }))}`,
  )
  return [{ ...finding, severity: 'warning' }]
}
