// Which databases does a change remove, and is that allowed?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { meantPath } from '../discover/layout.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database } from '../model.ts'
import type { Message } from '../findings/finding.ts'
import { identityOf } from './application.ts'
import { serviceFile, serviceKey, settingSpot } from './places.ts'
import type { State } from './places.ts'
import { valueAt } from '../values/value.ts'

/** A database under another identity: the same files, another id. */
export interface Rename {
  readonly before: Database
  readonly after: Database
}

export interface Vanished {
  /** gone, and not renamed */
  readonly gone: readonly Database[]
  readonly renamed: readonly Rename[]
  /** the same database at another place in the layout */
  readonly moved: readonly Rename[]
}

/**
 * The databases of the base whose id no longer exists. Where one of the same identity took its place, it lives on; those whose
 * content is under another name in the same environment are renames.
 */
export function findVanished(before: Iterable<Database>, after: readonly Database[]): Vanished {
  const old = [...before]
  const ids = new Set(after.map((database) => database.id))
  const oldIds = new Set(old.map((database) => database.id))
  const fresh = new Set(after.filter((database) => !oldIds.has(database.id)))
  const gone: Database[] = []
  const renamed: Rename[] = []
  const moved: Rename[] = []
  const byIdentity = new Map([...fresh].map((database) => [identityOf(database), database]))
  for (const database of old) {
    if (ids.has(database.id)) continue
    const same = byIdentity.get(identityOf(database))
    if (same === undefined) continue
    fresh.delete(same)
    moved.push({ before: database, after: same })
  }
  const kept = new Set(moved.map(({ before }) => before))
  for (const database of old) {
    if (ids.has(database.id) || kept.has(database)) continue
    const match = database.retired === undefined ? nearestMatch(database, fresh) : undefined
    if (match === undefined) gone.push(database)
    else {
      fresh.delete(match)
      renamed.push({ before: database, after: match })
    }
  }
  return { gone, renamed, moved }
}

/** Half of the lines in common make a match, as for git's own renames. */
const likeness = 0.5

function nearestMatch(database: Database, candidates: Iterable<Database>): Database | undefined {
  let best: Database | undefined
  let bestScore = likeness
  for (const candidate of candidates) {
    const isNear =
      candidate.environment.name === database.environment.name ||
      (candidate.service === database.service && candidate.name === database.name)
    if (!isNear) continue
    const score = similarity(ownText(database), ownText(candidate))
    if (score > bestScore || (score === bestScore && best === undefined)) [best, bestScore] = [candidate, score]
  }
  return best
}

function ownText(database: Database): string {
  return database.layers
    .filter(({ layer }) => layer !== 'environment')
    .map(({ file }) => file.text)
    .join('\n')
}

/** The share of lines with content that both texts have, from 0 to 1; two empty texts are equal. */
function similarity(a: string, b: string): number {
  if (a === b) return 1
  const lines = (text: string): string[] =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
  const [left, right] = [lines(a), lines(b)]
  if (left.length + right.length === 0) return 1
  const rest = new Map<string, number>()
  for (const line of right) rest.set(line, (rest.get(line) ?? 0) + 1)
  let common = 0
  for (const line of left) {
    const count = rest.get(line) ?? 0
    if (count === 0) continue
    rest.set(line, count - 1)
    common++
  }
  return (2 * common) / (left.length + right.length)
}

/** What is wrong with databases that go: not retired first, renamed, or so many at once that a pattern must have slipped. */
export function* vanishedFindings(
  then: State,
  now: State,
  vanished: Vanished,
  counts: ReadonlyMap<string, number>,
): Iterable<LocatedFinding> {
  for (const rename of vanished.renamed) yield renameFinding(then, now, rename)
  const revision = then.tree.revision ?? 'the base'
  // a file that is there but can't be read, or whose name is invalid now, is reported by the rule for that file
  const isReportedElsewhere = (database: Database): boolean => {
    const file = database.layers.find(({ layer }) => layer === 'service')?.file
    if (file === undefined) return false
    const path = pathIn(then, file.path)
    const read = now.tree.read(path)
    return read === undefined ? now.tree.paths.some((other) => isMeantFor(path, other, now)) : !read.ok
  }
  const unretired = vanished.gone.filter((database) => database.retired === undefined && !isReportedElsewhere(database))
  for (const environment of new Set(unretired.map((database) => database.environment.name))) {
    const lost = unretired.filter((database) => database.environment.name === environment)
    const total = counts.get(environment) ?? lost.length
    const blamed = lost.map((database) => ({ database, place: blame(then, now, database) }))
    const isMisspelt =
      blamed.every(({ place }) => place.isBase) && ((total >= 3 && lost.length === total) || (lost.length >= 5 && lost.length * 2 > total))
    if (isMisspelt) yield* shrunkSet(now, environment, { lost, total, revision })
    else for (const { database, place } of blamed) yield vanishedFinding(database, place, revision)
  }
}

/** Whether a file's name is a misspelling of another one, or has another extension. */
function isMeantFor(path: string, other: string, { settings }: State): boolean {
  if (other === path.replace(/\.yaml$/, '.yml')) return true
  const environments = settings.environments.map(({ name }) => name)
  return /\.ya?ml$/.test(other) && meantPath(other, settings.layout, environments) === path
}

function* shrunkSet(
  now: State,
  environment: string,
  { lost, total, revision }: { lost: readonly Database[]; total: number; revision: string },
): Iterable<LocatedFinding> {
  const at = settingSpot(now, ['environments', environment], 'key')
  const left = total - lost.length
  const related = lost.slice(0, 3).map((database) => ({ ...serviceSpot(database), message: phrase`${database.id} was here` }))
  for (const database of lost)
    yield {
      rule: 'changes/set-shrinks',
      severity: 'error',
      message: phrase`the set of ${named(environment)} shrinks from ${named(total)} databases to ${named(left)}, but only those retired at ${named(revision)} may leave`,
      at,
      related,
      help: phrase`bring the files back (was a folder moved, or postgres.layout changed?), or retire the databases first`,
      database: database.id,
    }
}

interface Blame {
  readonly at: Spot
  readonly related: readonly Spot[]
  /** the place is at the base: the file is gone */
  readonly isBase: boolean
  readonly message: Message
  readonly help: Message
}

/** The line in the branch that made a database go, or its file at the base. */
function blame(then: State, now: State, database: Database): Blame {
  const { service, environment } = database
  const env = environment.name
  const before = serviceSpot(database)
  const retire = (path: string): Message =>
    phrase`restore it, and retire it first: \`retired: {${named(env)}: {reason: …, since: …}}\` in ${path}`
  const own = `service.yaml of ${service}`
  if (!now.settings.environments.some(({ name }) => name === env)) {
    const at = settingSpot(now, ['environments'], 'key')
    const was = settingSpot(then, ['environments', env], 'key')
    return {
      at,
      related: [was],
      isBase: false,
      message: phrase`environment \`${named(env)}\` is removed`,
      help: phrase`restore ${named(env)}; retire its databases in their service.yaml first`,
    }
  }
  const base = database.layers.find(({ layer }) => layer === 'service')?.file
  const root = serviceFile(now, service)
  const listed = root === undefined ? undefined : valueAt(root, ['environments'])
  const isLeftOut = listed?.kind === 'list' && !listed.items.some((item) => item.kind === 'scalar' && item.value === env)
  const isThere = base !== undefined && now.tree.read(pathIn(then, base.path)) !== undefined
  const at = isLeftOut && isThere ? serviceKey(now, service, ['environments'], 'key') : undefined
  if (at !== undefined)
    return {
      at,
      related: [before],
      isBase: false,
      message: phrase`\`environments\` leaves \`${named(env)}\` out`,
      help: retire('the same file'),
    }
  if (isThere) {
    const at = settingSpot(now, ['layout', 'databases'])
    return {
      at,
      related: [before],
      isBase: false,
      message: phrase`there is no file for ${named(database.id)} any more`,
      help: phrase`restore the layout, or move the files with it`,
    }
  }
  return { at: before, related: [], isBase: true, message: phrase`the file of ${named(database.id)} is gone`, help: retire(own) }
}

/** The path in a tree of a file that is shown under another one. */
function pathIn({ tree }: State, shown: string): string {
  return tree.shown === undefined ? shown : (tree.paths.find((path) => tree.shown?.(path) === shown) ?? shown)
}

function vanishedFinding(database: Database, { at, related, message, help }: Blame, revision: string): LocatedFinding {
  return {
    rule: 'changes/retired-first',
    severity: 'error',
    message: phrase`${message}, but the database was not retired at ${named(revision)}`,
    at,
    related: related.map((spot) => ({ ...spot, message: phrase`${named(database.id)} came from here` })),
    help,
    database: database.id,
  }
}

/** The path of a database's base file. */
function baseOf({ layers }: Database): string | undefined {
  return layers.find(({ layer }) => layer === 'service')?.file.path
}

function renameFinding(then: State, now: State, { before, after }: Rename): LocatedFinding {
  const [from, to] = [before.environment.name, after.environment.name]
  const has = ({ settings }: State, name: string): boolean => settings.environments.some((environment) => environment.name === name)
  if (from !== to && !has(now, from) && !has(then, to))
    return {
      rule: 'changes/no-rename',
      severity: 'error',
      message: phrase`environment ${named(from)} becomes ${named(to)}, but its databases would start there new and empty, next to the old ones`,
      at: settingSpot(now, ['environments', to], 'key'),
      related: [{ ...settingSpot(then, ['environments', from], 'key'), message: phrase`${named(from)} came from here` }],
      help: phrase`name it ${named(from)} again; to rename, add ${named(to)}, copy the data, then retire the databases of ${named(from)}`,
      database: after.id,
    }
  if (baseOf(before) === baseOf(after) && then.settings.layout.databases !== now.settings.layout.databases)
    return {
      rule: 'changes/no-rename',
      severity: 'error',
      message: phrase`layout makes ${named(before.id)} into ${named(after.id)}, but a renamed database is a new, empty one next to the old`,
      at: settingSpot(now, ['layout', 'databases']),
      related: [{ ...settingSpot(then, ['layout', 'databases']), message: phrase`the layout before this change` }],
      help: phrase`restore the layout, or leave {name} out of layout.cluster, layout.application and the namespaces: then each is the same database`,
      database: after.id,
    }
  return {
    rule: 'changes/no-rename',
    severity: 'error',
    message: phrase`${named(before.id)} becomes ${named(after.id)}, but a renamed database is a new, empty one next to the old`,
    at: serviceSpot(after),
    related: [{ ...serviceSpot(before), message: phrase`${named(before.id)} came from here` }],
    help: phrase`name it ${named(before.id)} again; to rename, make a new service, copy the data, then retire the old one`,
    database: after.id,
  }
}
