// Which values are not one of the allowed words, and which items lack the name that the chart prints?
import { fieldAt, named, phrase } from '../findings/message.ts'
import { nearestSpot, switchSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database } from '../model.ts'
import type { MapValue, Path, Value } from '../values/value.ts'
import type { Message } from '../findings/finding.ts'
import { formatPath, listed, nearest } from '../values/path.ts'
import { valueAt } from '../values/value.ts'

/** A value that the templates compare with a few words: any other makes them do nothing, or stop. */
interface Choice {
  readonly path: Path
  readonly words: readonly string[]
  /** whether the templates look at it; `values` are what they see */
  readonly isRead: (values: MapValue) => boolean
}

/** A mistake in the values, at a value that may be absent. */
export interface ChoiceError {
  readonly path: Path
  readonly message: Message
  readonly help?: Message
}

const stores = ['azure', 'google', 's3']
const isMode =
  (mode: string) =>
  (values: MapValue): boolean =>
    textAt(values, ['mode']) === mode
const hasBackups = (values: MapValue): boolean => {
  const enabled = valueAt(values, ['backups', 'enabled'])
  return enabled?.kind === 'scalar' && enabled.value === true
}

/** The chart itself stops where it looks at it: with an image of one's own it does not. */
const kindOfServer: Pick<Choice, 'path' | 'words'> = { path: ['type'], words: ['postgis', 'postgresql', 'timescaledb'] }

const choices: readonly Choice[] = [
  { path: ['mode'], words: ['recovery', 'replica', 'standalone'], isRead: () => true },
  { path: ['backups', 'method'], words: ['barmanObjectStore', 'plugin'], isRead: hasBackups },
  { path: ['backups', 'provider'], words: stores, isRead: hasBackups },
  {
    path: ['recovery', 'method'],
    words: ['backup', 'import', 'object_store', 'pg_basebackup', 'plugin'],
    isRead: isMode('recovery'),
  },
  {
    path: ['recovery', 'provider'],
    words: stores,
    isRead: (values) => isMode('recovery')(values) && ['object_store', 'plugin'].includes(textAt(values, ['recovery', 'method']) ?? ''),
  },
  { path: ['replica', 'bootstrap', 'source'], words: ['object_store', 'pg_basebackup'], isRead: isMode('replica') },
  {
    path: ['replica', 'origin', 'objectStore', 'provider'],
    words: stores,
    isRead: (values) => isMode('replica')(values) && textAt(values, ['replica', 'origin', 'objectStore', 'provider']) !== '',
  },
]

/** Lists whose items give their names to objects. */
const namedLists: readonly { readonly path: Path; readonly object: string; readonly isRead: (values: MapValue) => boolean }[] = [
  { path: ['poolers'], object: 'Pooler', isRead: () => true },
  { path: ['backups', 'scheduledBackups'], object: 'ScheduledBackup', isRead: hasBackups },
]

/** The words that a value takes, for messages; undefined where any text will do. */
export function wordsOf(path: Path): readonly string[] | undefined {
  const text = formatPath(path)
  return [kindOfServer, ...choices].find((choice) => formatPath(choice.path) === text)?.words
}

/**
 * Mistakes of choice in `values`, the merged layers over the chart's defaults. `known`: the words of another release of the
 * chart, none where it has no such choice.
 */
export function* checkChoices(values: MapValue, known?: (path: Path) => readonly string[]): Iterable<ChoiceError> {
  for (const { path, words: own, isRead } of choices) {
    const words = known?.(path) ?? own
    const text = textAt(values, path)
    if (text !== undefined && isOther(text, words) && isRead(values)) yield choiceError(path, text, words)
  }
  if ((known === undefined || known(['backups', 'method']).includes('plugin')) && lacksPlugin(values)) {
    const path = ['backups', 'pluginConfiguration', 'name']
    yield {
      path,
      message: phrase`${fieldAt(path)} is not set, but ${fieldAt(['backups', 'method'])} is plugin`,
      help: phrase`set ${fieldAt(path)}: barman-cloud.cloudnative-pg.io`,
    }
  }
  for (const { path, object, isRead } of namedLists) {
    const list = valueAt(values, path)
    if (list?.kind !== 'list' || !isRead(values)) continue
    const count = list.items.filter((item) => item.kind === 'map' && !isBlank(item.entries.get('name'))).length
    for (const [index, item] of list.items.entries())
      if (item.kind === 'map' && isBlank(item.entries.get('name')))
        yield {
          path: [...path, index, 'name'],
          message: phrase`${fieldAt([...path, index, 'name'])} is not set, but becomes part of the ${named(object)}'s name`,
          help: item.origin.layer === 'parameter' ? helpForIndex(path, index, count) : phrase`write \`name: …\``,
        }
  }
}

/** A parameter with an index that the list does not have appends to it, with nulls before that, which the chart can't read. */
function helpForIndex(list: Path, index: number, count: number): Message {
  const name = phrase`set ${named(formatPath([...list, index, 'name']))} as well`
  if (count === 0 && index === 0) return name
  if (count === 0) return phrase`the list is empty: begin with ${named(formatPath([...list, 0]))}`
  const last = phrase`the last one is ${named(formatPath([...list, count - 1]))}: correct the index`
  return index === count ? phrase`${last}, or ${name}` : last
}

/** `method: plugin` without a plugin, neither here nor in `cluster.plugins`: the chart then makes no backups at all. */
function lacksPlugin(values: MapValue): boolean {
  const plugins = valueAt(values, ['cluster', 'plugins'])
  const configuration = valueAt(values, ['backups', 'pluginConfiguration'])
  // of another type it is refused as such
  if (configuration !== undefined && configuration.kind !== 'map' && configuration.kind !== 'null') return false
  if (!hasBackups(values) || textAt(values, ['backups', 'method']) !== 'plugin' || (plugins?.kind === 'list' && plugins.items.length > 0))
    return false
  return isBlank(valueAt(values, ['backups', 'pluginConfiguration', 'name']))
}

/** What is wrong with a word; an empty one counts as not set. */
export function choiceError(path: Path, text: string, words: readonly string[]): ChoiceError {
  const guess = nearest(text, words)
  const is = text === '' ? 'not set' : phrase`\`${named(text)}\``
  return {
    path,
    message: phrase`${fieldAt(path)} is ${is}, but must be one of ${listed(words)}`,
    ...(guess === undefined ? {} : { help: phrase`did you mean \`${guess}\`?` }),
  }
}

/** Values as people wrote them that may hold one: what templates see of the rest is looked at only then. */
export function mayChooseWrongly(written: MapValue, known: (path: Path) => readonly string[]): boolean {
  if (choices.some(({ path }) => isOther(textAt(written, path), known(path)))) return true
  if (textAt(written, ['backups', 'method']) === 'plugin') return true
  return namedLists.some(({ path }) => {
    const list = valueAt(written, path)
    return list?.kind === 'list' && list.items.some((item) => item.kind === 'map' && isBlank(item.entries.get('name')))
  })
}

const isOther = (text: string | undefined, words: readonly string[]): boolean =>
  text !== undefined && words.length > 0 && !words.includes(text)

/** The finding for one, where it was written, or where it is switched on. */
export function choiceFinding({ path, message, help }: ChoiceError, values: MapValue, database: Database): LocatedFinding {
  const at = nearestSpot(values, path) ?? switchSpot(values, path) ?? serviceSpot(database)
  return { rule: 'values/known-choice', severity: 'error', message, at, help, database: database.id, path: formatPath(path) }
}

function isBlank(value: Value | undefined): boolean {
  return value === undefined || value.kind === 'null' || (value.kind === 'scalar' && value.value === '')
}

function textAt(values: MapValue, path: Path): string | undefined {
  const value = valueAt(values, path)
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}
