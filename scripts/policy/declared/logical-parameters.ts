// Does PostgreSQL know the parameters of a Publication and a Subscription, and their values?
import { here, named, phrase, shown } from '../../findings/message.ts'
import type { RenderedObject } from '../../model.ts'
import { likelyMajorOf } from '../../operator/major.ts'
import { misspelt } from '../../values/misspelt.ts'
import type { Path } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'
import { isAbsent, listAt, objectsOf, plainAt, textAt } from '../subject.ts'
import type { ObjectFinding, ObjectRule } from '../subject.ts'

/** `defGetBoolean`: the operator quotes every value (`toPostgresParameters`), and of texts only these are Booleans. */
const booleans = ['false', 'off', 'on', 'true']

/** Whether a parameter of a Publication or Subscription is written to be off; each is on by default that another rule asks for. */
export const isSwitchedOff = ({ plain }: RenderedObject, name: string): boolean =>
  /^(?:false|off)$/i.test(textAt(plain, 'spec', 'parameters', name) ?? '')

const actions = ['delete', 'insert', 'truncate', 'update']

interface Parameter {
  readonly since: number
  /** lower-case words; absent: any text */
  readonly words?: readonly string[]
  readonly isList?: true
}

const flag = (since = 13): Parameter => ({ since, words: booleans })

/** The SQL reference of PostgreSQL 13 to 18: CREATE PUBLICATION, CREATE SUBSCRIPTION. */
const known: Readonly<Record<'Publication' | 'Subscription', ReadonlyMap<string, Parameter>>> = {
  Publication: new Map<string, Parameter>([
    ['publish', { since: 13, words: actions, isList: true }],
    ['publish_generated_columns', { since: 18, words: ['none', 'stored'] }],
    ['publish_via_partition_root', flag()],
  ]),
  Subscription: new Map<string, Parameter>([
    ['binary', flag(14)],
    ['connect', flag()],
    ['copy_data', flag()],
    ['create_slot', flag()],
    ['disable_on_error', flag(15)],
    ['enabled', flag()],
    ['failover', flag(17)],
    ['origin', { since: 16, words: ['any', 'none'] }],
    ['password_required', flag(16)],
    ['run_as_owner', flag(16)],
    ['slot_name', { since: 13 }],
    ['streaming', { since: 14, words: [...booleans, 'parallel'] }],
    ['synchronous_commit', { since: 13 }],
    ['two_phase', flag(15)],
  ]),
}

export const logicalParameters: readonly ObjectRule[] = [
  {
    // "unrecognized subscription parameter", "… requires a Boolean value": the object is never applied
    id: 'policy/logical-parameter',
    severity: 'error',
    configurable: true,
    upstream: 'toPublicationCreateSQL, toSubscriptionCreateSQL',
    summary: 'PostgreSQL knows the parameters of a Publication or Subscription, and takes their values',
    reads: [],
    *check({ objects }) {
      for (const object of objects) {
        const { kind } = object
        if (kind !== 'Publication' && kind !== 'Subscription') continue
        const given = plainAt(object.plain, 'spec', 'parameters')
        if (!isJsonMap(given) || isAbsent(object.plain['spec'])) continue
        const name = textAt(object.plain, 'spec', 'cluster', 'name')
        const cluster = objects.find((one) => one.kind === 'Cluster' && one.name === name)
        const major = cluster === undefined ? undefined : likelyMajorOf(cluster.plain)
        for (const [key, value] of Object.entries(given)) {
          const place: Place = { object, kind, key }
          if (typeof value === 'string') yield* objections(place, value, major)
        }
      }
    },
  },
]

/** What CREATE PUBLICATION has from PostgreSQL 15 on. */
const newer: readonly (readonly [path: Path, what: string])[] = [
  [['tablesInSchema'], 'a whole schema'],
  [['table', 'columns'], 'a list of columns'],
]

export const publications: readonly ObjectRule[] = [
  {
    // `toPublicationObjectSQL` of CloudNativePG 1.27 to 1.30 quotes the whole name; PostgreSQL 15: `relation "public.t" does not exist`
    id: 'policy/published-table-named',
    severity: 'warning',
    configurable: true,
    summary: 'the schema of a table that is published is not a part of its name',
    reads: [],
    *check(subject) {
      for (const object of objectsOf(subject, 'Publication')) {
        if (isAbsent(object.plain['spec'])) continue
        const list = ['spec', 'target', 'objects']
        for (const [index, item] of listAt(object.plain, ...list).entries()) {
          const name = textAt(item, 'table', 'name') ?? ''
          const [schema = '', table = ''] = name.split('.')
          const beside = textAt(item, 'table', 'schema') ?? ''
          if (!/^\w+\.\w+$/.test(name) || (beside !== '' && beside !== schema)) continue
          yield {
            object,
            message: phrase`${here('name')} is ${shown(name)}, all of which is the name of the table: PostgreSQL finds none`,
            places: [{ path: [...list, index, 'table', 'name'] }],
            help: beside === '' ? phrase`write schema: ${named(schema)} and name: ${named(table)}` : phrase`write ${named(table)}`,
          }
        }
      }
    },
  },
  {
    // release notes of PostgreSQL 15: "Allow publication of all tables in a schema", "Allow publication of table columns"
    id: 'policy/publication-objects-known',
    severity: 'error',
    configurable: true,
    upstream: 'toPublicationCreateSQL',
    summary: 'PostgreSQL can publish what a Publication names',
    reads: [],
    *check(subject) {
      for (const object of objectsOf(subject, 'Publication')) {
        const name = textAt(object.plain, 'spec', 'cluster', 'name')
        const cluster = subject.objects.find((one) => one.kind === 'Cluster' && one.name === name)
        const major = cluster === undefined ? undefined : likelyMajorOf(cluster.plain)
        if (major === undefined || major >= 15 || isAbsent(object.plain['spec'])) continue
        const list = ['spec', 'target', 'objects']
        for (const [index, item] of listAt(object.plain, ...list).entries())
          for (const [path, what] of newer) {
            if (plainAt(item, ...path) === undefined) continue
            yield {
              object,
              message: phrase`${named(path.at(-1))} publishes ${what}, which PostgreSQL can from 15 on, but the Cluster runs ${major}: nothing is created`,
              places: [{ path: [...list, index, ...path], on: 'key' }],
              help: phrase`name each table, without columns, or upgrade PostgreSQL`,
            }
          }
      }
    },
  },
]

interface Place {
  readonly object: ObjectFinding['object']
  readonly kind: 'Publication' | 'Subscription'
  readonly key: string
}

function* objections({ object, kind, key }: Place, value: string, major: number | undefined): Iterable<ObjectFinding> {
  const parameters = known[kind]
  const parameter = parameters.get(key)
  const path = ['spec', 'parameters', key]
  if (parameter === undefined) {
    // what a newer PostgreSQL knows
    if (major === undefined || major > 18) return
    const meant =
      misspelt(key, [...parameters.keys()]) ?? [...parameters.keys()].find((one) => one === key.toLowerCase().replaceAll('-', '_'))
    yield {
      object,
      message: phrase`${shown(key)} is no parameter of a ${named(kind)}: PostgreSQL refuses it, and nothing is created`,
      places: [{ path, on: 'key' }],
      help: meant === undefined ? phrase`known are ${named([...parameters.keys()].join(', '))}` : phrase`did you mean ${named(meant)}?`,
    }
    return
  }
  if (major !== undefined && major < parameter.since) {
    yield {
      object,
      message: phrase`${shown(key)} is a parameter from PostgreSQL ${parameter.since} on, but the Cluster runs ${major}: nothing is created`,
      places: [{ path, on: 'key' }],
      help: phrase`remove it, or upgrade PostgreSQL`,
    }
    return
  }
  const given = parameter.isList === true ? value.split(',').map((one) => one.trim().replaceAll('"', '')) : [value]
  const wrong = parameter.words === undefined ? undefined : given.find((one) => !parameter.words?.includes(one.toLowerCase()))
  if (wrong === undefined || (parameter.isList === true && value.trim() === '')) return
  yield {
    object,
    message: phrase`${here(key)} is ${shown(wrong)}, but must be ${parameter.isList === true ? 'of' : 'one of'} ${(parameter.words ?? []).join(', ')}`,
    places: [{ path }],
    help:
      parameter.words === booleans || key === 'streaming'
        ? phrase`write "true" or "false": PostgreSQL refuses anything else, and nothing is created`
        : phrase`PostgreSQL refuses it, and nothing is created`,
  }
}
