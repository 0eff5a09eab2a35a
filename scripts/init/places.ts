// Which service, name and environment is each database, and which layer is each of its values files?
import { at, gitPatterns, texts } from '../deployed/manifest-parts.ts'
import type { Message } from '../findings/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { named, phrase } from '../findings/message.ts'
import { isJsonMap } from '../values/value.ts'
import type { Json, JsonMap } from '../values/value.ts'
import { refusal } from './members.ts'
import type { Candidate, Member, NamedFile } from './members.ts'
import { namesIn } from './names.ts'
import type { Names } from './names.ts'

const legalName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const defaultsFile = /^helm-values\/data\/postgres-([a-z](?:[-a-z0-9]*[a-z0-9])?)-defaults\.yaml$/
const environmentWords: ReadonlySet<string> = new Set(
  'dev develop development sandbox lab local test testing tst qa int integration demo stg stage staging acc acceptance uat pre preprod nonprod prd prod production live'.split(
    ' ',
  ),
)

/** Each candidate with its place, or why it has none. `environment` is that of those whose files and names show none. */
export function membersOf(
  candidates: readonly Candidate[],
  environment: string | undefined,
): { readonly members: readonly Member[]; readonly refused: readonly LocatedFinding[] } {
  const refused: LocatedFinding[] = []
  const located: Located[] = []
  for (const candidate of candidates) {
    const env = environmentOf(candidate) ?? environment
    if (env !== undefined && legalName.test(env)) located.push({ candidate, env })
    else {
      const { database } = candidate
      const what: Message =
        env === undefined
          ? phrase`Application ${named(database.application)} shows no environment in its name, namespace and values files`
          : phrase`environment of Application ${named(database.application)} is ${named(env)}, but must be lower-case letters, digits and \`-\``
      refused.push(refusal(database, what, phrase`name it: --environment prd`))
    }
  }
  const readers = readersOf(located)
  const layered: Layered[] = []
  for (const one of located) {
    const layers = layersOf(one, readers)
    if ('refused' in layers) refused.push(layers.refused)
    else layered.push({ ...one, ...layers })
  }
  const names = namesOf(layered)
  const seen = new Map<string, Candidate>()
  const members: Member[] = []
  for (const one of layered) {
    const { candidate, env } = one
    const { database } = candidate
    const found = names.get(one)
    const parts = { ...found, service: found?.service ?? '', env }
    const key = JSON.stringify([parts.service, parts.name ?? '', env])
    const other = seen.get(key)
    if (!legalName.test(parts.service) || (parts.name !== undefined && !legalName.test(parts.name)))
      refused.push(
        refusal(
          database,
          phrase`Application ${named(database.application)} shows no service in its name and values files`,
          phrase`name its values file after the service, or leave it as it is`,
        ),
      )
    else if (other !== undefined)
      refused.push(
        refusal(
          database,
          phrase`Applications ${named(other.database.application)} and ${named(database.application)} are both ${named(parts.service)} in ${named(env)}, but a service has one database per environment`,
          phrase`give each a values file of its own, or leave both as they are`,
        ),
      )
    else {
      seen.set(key, candidate)
      const { defaults, base, override, pattern } = one
      members.push({
        ...candidate,
        parts,
        defaults: defaults.map(({ path }) => path),
        ...(base && { base: base.path }),
        ...(override && { override: override.path }),
        ...(pattern !== undefined && { pattern }),
      })
    }
  }
  return { members, refused }
}

interface Located {
  readonly candidate: Candidate
  readonly env: string
}

/** By the file of defaults, by what list generators call an environment, by a label, else by a word of the field. */
function environmentOf({ database, files }: Candidate): string | undefined {
  for (const { own } of files) {
    const known = defaultsFile.exec(own)?.[1]
    if (known !== undefined) return known
  }
  const { application, maker } = database.written
  const destination = at(application, 'spec', 'destination', 'name')
  const shown = [
    database.application,
    database.namespace,
    ...files.map(({ own }) => own),
    typeof destination === 'string' ? destination : '',
  ]
  const given = givenEnvironments(maker.plain['spec'] ?? null).sort((a, b) => b.length - a.length)
  for (const text of shown) {
    const found = given.find((name) => hasWord(text, name))
    if (found !== undefined) return found
  }
  for (const key of ['env', 'environment', 'stage']) {
    const label = at(application, 'metadata', 'labels', key)
    if (typeof label === 'string' && label !== '') return label
  }
  const words = shown.map((text) => wordsOf(text).filter((word) => environmentWords.has(word)))
  const count = (word: string): number => words.filter((some) => some.includes(word)).length
  let best: string | undefined
  for (const word of words.flatMap((some) => some.toReversed())) if (best === undefined || count(word) > count(best)) best = word
  return best
}

/** The values that elements of list generators have for an environment. */
function givenEnvironments(node: Json): string[] {
  if (Array.isArray(node)) return node.flatMap(givenEnvironments)
  if (!isJsonMap(node)) return []
  const { elements } = node
  const own = Array.isArray(elements) ? elements.filter(isJsonMap).flatMap((element) => texts(environmentsIn(element))) : []
  return [...own, ...Object.values(node).flatMap(givenEnvironments)]
}

function environmentsIn(element: JsonMap): Json[] {
  return Object.entries(element).flatMap(([key, value]) => (/^(?:env|environment|stage|tier)$/i.test(key) ? [value] : []))
}

const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^a-z0-9]+/)

/** Whether a name is in a text between separators. */
export function hasWord(text: string, word: string): boolean {
  if (word === '') return false
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/[A-Za-z0-9]/.test(text[at - 1] ?? '') && !/[A-Za-z0-9]/.test(text[at + word.length] ?? '')) return true
  return false
}

/** path → environment → how many databases of it read the file */
type Readers = ReadonlyMap<string, ReadonlyMap<string, number>>

function readersOf(located: readonly Located[]): Readers {
  const readers = new Map<string, Map<string, number>>()
  for (const { candidate, env } of located)
    for (const { path } of candidate.files) {
      const own = readers.get(path) ?? new Map<string, number>()
      readers.set(path, own.set(env, (own.get(env) ?? 0) + 1))
    }
  return readers
}

interface Layers {
  readonly defaults: readonly NamedFile[]
  readonly base?: NamedFile
  readonly override?: NamedFile
  readonly names?: Names
  readonly pattern?: string
}
type Layered = Located & Layers

/** What all of an environment read comes first, then the file of the database, then that of it for the environment. */
function layersOf({ candidate, env }: Located, readers: Readers): Layers | { readonly refused: LocatedFinding } {
  const { database, files } = candidate
  const starred = starsIn(candidate, env)
  const kinds = files.map(({ path, own }): 'defaults' | 'base' | 'override' => {
    if (defaultsFile.test(own) || (readers.get(path)?.get(env) ?? 0) > 1) return 'defaults'
    return (readers.get(path)?.size ?? 0) > 1 || !hasWord(own, env) ? 'base' : 'override'
  })
  const isBase = starred !== undefined && !starred.isOverride
  const first = isBase ? starred.index : kinds.lastIndexOf('base')
  const last = kinds.findLastIndex((kind, index) => index > first && (kind === 'override' || (isBase && kind !== 'base')))
  const [base, override] = [files[first], files[last]]
  const defaults = files.filter((_file, index) => (first < 0 ? index < (last < 0 ? files.length : last) : index < first))
  const known = defaults.length + (base === undefined ? 0 : 1) + (override === undefined ? 0 : 1)
  if (known < files.length)
    return {
      refused: refusal(
        database,
        phrase`Application ${named(database.application)} reads ${named(files.length)} values files, but generated sets read defaults, a file of the database, and one of it for the environment`,
        phrase`merge files of the same scope`,
      ),
    }
  return {
    defaults,
    ...(base && { base }),
    ...(override && { override }),
    ...(starred && { names: starred.names, ...(!starred.isOverride && { pattern: starred.pattern }) }),
  }
}

interface Starred {
  readonly index: number
  readonly names: Names
  readonly isOverride: boolean
  /** from the tree's top */
  readonly pattern: string
}

/** The stars of a git generator's pattern are the service, the name and the environment. */
function starsIn({ database, files }: Candidate, env: string): Starred | undefined {
  for (const [index, { path, own }] of files.entries()) {
    for (const pattern of gitPatterns(database.written.maker.plain['spec'] ?? null)) {
      const pieces = pattern.split('*')
      if (pieces.length < 2 || pieces.length > 4 || pattern.includes('**')) continue
      // a generator of directories matches the beginning
      const match = new RegExp(`^${pieces.map(escaped).join('([^/]+)')}(/.*)?$`).exec(own)
      if (match === null) continue
      const stars = match.slice(1, pieces.length)
      const [service, name, ...more] = stars.filter((star) => star !== env)
      if (service === undefined || more.length > 0) continue
      const keys = stars.map((star) => (star === env ? '{env}' : star === service ? '{service}' : '{name}'))
      const made = pieces.map((piece, nth) => piece + (keys[nth] ?? '')).join('') + (match[pieces.length] ?? '')
      const isOverride = stars.includes(env)
      const names = { service, ...(name !== undefined && { name }) }
      return { index, names, isOverride, pattern: path.slice(0, path.length - own.length) + made }
    }
  }
  return undefined
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/** By the stars of generators, else by what differs between the files of databases, else between the names of Applications. */
function namesOf(layered: readonly Layered[]): Map<Layered, Names> {
  const names = new Map<Layered, Names>()
  const rest: Layered[] = []
  for (const one of layered) {
    if (one.names === undefined) rest.push(one)
    else names.set(one, one.names)
  }
  const bySort = new Map<string, Layered[]>()
  for (const one of rest) {
    const sort = one.base !== undefined ? 'base' : one.override !== undefined ? 'override' : 'name'
    bySort.set(sort, [...(bySort.get(sort) ?? []), one])
  }
  const nameText = ({ candidate, env }: Layered): string => withoutWord(candidate.database.application, env)
  for (const [sort, some] of bySort) {
    const text = (one: Layered): string =>
      sort === 'name' ? nameText(one) : withoutWord((one.base ?? one.override)?.own.replace(/\.ya?ml$/, '') ?? '', one.env)
    const byFiles = namesIn(some.map(text))
    const byName = namesIn(some.map(nameText))
    const keys = some.map((one) => JSON.stringify([byFiles?.get(text(one)), one.env]))
    const isDistinct = byFiles !== undefined && new Set(keys).size === keys.length
    for (const one of some) {
      const found = isDistinct ? byFiles.get(text(one)) : byName?.get(nameText(one))
      if (found !== undefined) names.set(one, found)
    }
  }
  return names
}

/** A text with `{env}` for a word of it. */
function withoutWord(text: string, word: string): string {
  let made = ''
  let start = 0
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (/[A-Za-z0-9]/.test(text[at - 1] ?? '') || /[A-Za-z0-9]/.test(text[at + word.length] ?? '')) continue
    made += `${text.slice(start, at)}{env}`
    start = at + word.length
  }
  return made + text.slice(start)
}
