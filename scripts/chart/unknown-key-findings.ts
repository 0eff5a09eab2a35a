// How are keys reported that no template of the chart reads?
import { fieldAt, named, phrase } from '../findings/message.ts'
import { spotOf } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Message } from '../findings/finding.ts'
import { grouped } from '../values/append.ts'
import type { Path, Value } from '../values/value.ts'
import { loadKind } from '../kubernetes/load.ts'
import { memberSchema, type Structural } from '../kubernetes/structural.ts'
import { knownOperators } from '../operator/version.ts'
import { moreOfAKind, mostOfAKind } from '../report/diagnose.ts'
import { allNear, commonWords, formatPath, listed, nearest } from '../values/path.ts'
import { passedOn, valueFacts } from './value-facts.ts'

/** A key that does nothing, whoever found that out. */
export interface IdleKey {
  readonly path: Path
  readonly key: string
  readonly value: Value
  /** the map of the layer that has it; absent: nobody asked */
  readonly holder?: Value
  readonly suggestion?: string
  readonly elsewhere: readonly string[]
  /** all keys of the same map that it may have been meant as; absent: those of the model */
  readonly near?: readonly string[]
}

const rule = 'values/known-keys'

/** The findings for one file; `history` may know more of a key than that it is unknown. */
export function* unknownKeyFindings(given: readonly IdleKey[], history?: (path: Path) => string | undefined): Iterable<LocatedFinding> {
  const { found, all } = misnamedMaps(given)
  yield* found
  for (const [index, unknown] of all.entries()) {
    const at = spotOf(unknown.value, 'key')
    if (at === undefined) continue
    const others = all.length - mostOfAKind
    if (index === mostOfAKind && others > 1) {
      yield { rule, severity: 'error', message: phrase`${moreOfAKind(others)}`, at }
      return
    }
    const known = history?.(unknown.path)
    const help = known === undefined ? helpFor(unknown) : phrase`${known}`
    yield { rule, severity: 'error', message: messageFor(unknown), at, help, fix: { rename: unknown.near ?? nearWords(unknown) } }
  }
}

/** Where several keys of a map are read below a name like its own, as below an alias, the name of the map is the mistake. */
function misnamedMaps(given: readonly IdleKey[]): { readonly found: readonly LocatedFinding[]; readonly all: readonly IdleKey[] } {
  const found: LocatedFinding[] = []
  const covered = new Set<IdleKey>()
  for (const keys of grouped(given, ({ path }) => JSON.stringify(path.slice(0, -1))).values()) {
    const [first, second] = keys
    const name = first?.path.at(-2)
    if (first === undefined || second === undefined || typeof name !== 'string') continue
    const [home, ...others] = new Set(keys.map(homeOf))
    const isNear = home !== undefined && others.length === 0 && isLike(name, home)
    const at = isNear && first.holder !== undefined ? spotOf(first.holder, 'key') : undefined
    if (at === undefined) continue
    const message = phrase`no template reads ${listed(keys.map(({ key }) => `\`${key}\``))} of \`${named(name)}\``
    found.push({ rule, severity: 'error', message, at, help: phrase`the chart reads them of \`${named(String(home))}\`` })
    for (const key of keys) covered.add(key)
  }
  return { found, all: given.filter((one) => !covered.has(one)) }
}

/** Names of two or three letters are like those that they begin. */
const isLike = (name: string, other: string): boolean =>
  nearest(name, [other]) !== undefined || ((name.startsWith(other) || other.startsWith(name)) && Math.abs(name.length - other.length) === 1)

/** The only map whose key of that name the chart reads. */
function homeOf({ key, suggestion, elsewhere }: IdleKey): string | undefined {
  const [place = '', ...others] = elsewhere
  return suggestion === undefined && others.length === 0 && place.endsWith(`.${key}`) ? place.slice(0, -key.length - 1) : undefined
}

/** All keys of the model that a misspelt one can have been. */
function nearWords({ key, path }: IdleKey): readonly string[] {
  const facts = valueFacts(path)
  return 'known' in facts ? allNear(key, facts.known) : []
}

function messageFor({ key, path }: IdleKey): Message {
  const inside = path.length === 1 ? '' : phrase` in \`${fieldAt(path.slice(0, -1))}\``
  return phrase`unknown key \`${named(key)}\`${inside}`
}

function helpFor({ suggestion, elsewhere, path }: IdleKey): Message {
  if (suggestion !== undefined) return phrase`did you mean \`${suggestion}\`?`
  const field = fieldOfObject(path)
  // a field of `postgresql` is no setting of postgresql.conf
  if (field !== undefined && parentOf(path) === 'cluster.postgresql') return field
  const inside = path.length === 1 ? [] : homesInside(path).filter((place) => isInside(place, parentOf(path)))
  if (elsewhere.length > 0 && (inside.length === 0 || elsewhere.some((place) => isInside(place, parentOf(path)))))
    return phrase`the chart reads ${elsewhere.map((place) => `\`${place}\``).join(' or ')}`
  if (field !== undefined) return field
  const deeper = inside.length > 0 ? inside : homesInside(path)
  if (deeper.length > 0) return phrase`the chart reads ${deeper.map((place) => `\`${place}\``).join(' or ')}`
  return path.length === 1
    ? phrase`no template reads it; remove it, or list it in postgres.ownKeys`
    : phrase`no template reads it, so it does nothing; remove it`
}

/** Where the values of the chart become fields of an object that has more of them than the chart passes on. */
const objects: readonly { readonly from: readonly string[]; readonly kind: string; readonly spec: readonly string[] }[] = [
  { from: ['cluster', 'initdb'], kind: 'Cluster', spec: ['bootstrap', 'initdb'] },
  { from: ['cluster', 'postgresql'], kind: 'Cluster', spec: ['postgresql'] },
  { from: ['cluster', 'monitoring'], kind: 'Cluster', spec: ['monitoring'] },
  { from: ['cluster', 'storage'], kind: 'Cluster', spec: ['storage'] },
  { from: ['cluster', 'walStorage'], kind: 'Cluster', spec: ['walStorage'] },
  { from: ['cluster'], kind: 'Cluster', spec: [] },
  { from: ['backups', 'wal'], kind: 'Cluster', spec: ['backup', 'barmanObjectStore', 'wal'] },
  { from: ['backups', 'data'], kind: 'Cluster', spec: ['backup', 'barmanObjectStore', 'data'] },
  { from: ['backups'], kind: 'Cluster', spec: ['backup'] },
  { from: ['poolers'], kind: 'Pooler', spec: ['pgbouncer'] },
  { from: ['poolers'], kind: 'Pooler', spec: [] },
  { from: ['databases'], kind: 'Database', spec: [] },
]

/** Help for a key that is a field of the object, which the chart does not pass on; undefined: no object has it there. */
function fieldOfObject(path: Path): Message | undefined {
  const steps = path.filter((step) => typeof step === 'string')
  const key = steps.at(-1) ?? ''
  const parent = steps.slice(0, -1)
  const found = objects.find(({ from, kind, spec }) => from.join() === parent.join() && hasField(kind, ['spec', ...spec, key]))
  if (found === undefined) return undefined
  if (found.kind === 'Cluster' && key === 'externalClusters')
    return phrase`the chart prints externalClusters itself, from recovery.* in mode recovery and replica.origin in mode replica; remove it`
  const field = ['spec', ...found.spec, key].join('.')
  return phrase`${found.kind} has ${named(field)}, but the chart does not pass it on, so it does nothing; remove it`
}

const parentOf = (path: Path): string => formatPath(path.filter((step) => typeof step === 'string').slice(0, -1))
const isInside = (place: string, parent: string): boolean => place.replaceAll('[]', '').startsWith(`${parent}.`)

/** Below these steps, too, a value that goes into an object as it is has fields that people look for elsewhere. */
const inTemplates: readonly (readonly string[])[] = [[], ['spec']]

/** Where a key is a field of what the chart passes on as it is: `nodeSelector` in `cluster.affinity`. At most three places. */
function homesInside(path: Path): readonly string[] {
  const steps = path.filter((step) => typeof step === 'string')
  const key = steps.at(-1) ?? ''
  if (commonWords.has(key)) return []
  const parent = parentOf(path)
  const all = passedOn().flatMap(({ from, target }) =>
    inTemplates
      .filter(
        (more) =>
          hasField(target.kind, [...target.path.map(String), ...more, key]) &&
          !takesAny(target.kind, [...target.path.map(String), ...more]),
      )
      .map((more) => ({ from, place: [from, ...more, key].join('.') })),
  )
  const near = all.filter(({ from }) => parent !== '' && isInside(from, parent))
  const found = near.length > 0 ? near : all.length === 1 ? all : all.filter(({ from }) => from.startsWith('cluster.'))
  return found.map(({ place }) => place).slice(0, 3)
}

/** Whether a part of a Cluster, which values hold under its name, has a field: `resources` has `requests`. */
export const isPartOf = (part: string, key: string): boolean =>
  [['spec'], ['spec', 'bootstrap']].some((above) => hasField('Cluster', [...above, part, key]) && !takesAny('Cluster', [...above, part]))

function hasField(kind: string, path: readonly string[]): boolean {
  return schemaAt(kind, path) !== undefined
}

/** Whether a map has keys of its author's choice, such as parameters. */
function takesAny(kind: string, path: readonly string[]): boolean {
  const schema = schemaAt(kind, path)
  return schema === true || schema?.properties === undefined
}

function schemaAt(kind: string, path: readonly string[]): Structural | true | undefined {
  let schema: Structural | true | undefined = loadKind('postgresql.cnpg.io/v1', kind, knownOperators.last)?.schema
  for (const step of path) {
    if (schema === undefined || schema === true) return undefined
    schema = memberSchema(schema, step)
  }
  return schema
}
