// Which values files hold together what each database was given, by files and by its Application?
import { fileReader } from '../deployed/file-cache.ts'
import { environmentDefaults } from '../discover/inputs.ts'
import { fill } from '../discover/layout.ts'
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Tree } from '../repository/tree.ts'
import { grouped } from '../values/append.ts'
import { byCodeUnit, formatPath } from '../values/path.ts'
import { isJsonMap, setOwn, toPlain } from '../values/value.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { joinedTexts, withValues } from './edits.ts'
import { refusal } from './members.ts'
import type { Member } from './members.ts'
import { commonPart, joined, missingIn, plainOf, plainOfFile } from './plain.ts'
import type { Shape } from './shape.ts'

export interface PlannedValues {
  /** path in the tree → its text, where it is new, moved or changed */
  readonly files: ReadonlyMap<string, string>
  /** paths of files whose values are elsewhere now */
  readonly moved: ReadonlySet<string>
  /** for people: values in files that had no effect and now are what the Application gave */
  readonly replaced: readonly string[]
  readonly refused: readonly LocatedFinding[]
}

/**
 * What all databases of an environment are given goes to its defaults, what one is given to a file of its own; the files
 * go to their places of the layout.
 */
export function planValues(members: readonly Member[], { databases, overrides }: Shape, tree: Tree): PlannedValues {
  const read = fileReader(tree)
  const textAt = (path: string | undefined): string | undefined => (path === undefined ? undefined : read(path)?.text)
  const files = new Map<string, string>()
  const moved = new Set<string>()
  const replaced: string[] = []
  const refused: LocatedFinding[] = []
  const put = (member: Member, path: string, text: string | undefined): void => {
    if (text !== undefined) files.set(path, text)
    else
      refused.push(
        refusal(member.database, phrase`${named(path)} can't be edited safely`, phrase`fix it first: check reports what is wrong`),
      )
  }
  const move = (from: string | undefined, to: string): void => {
    if (from !== undefined && from !== to && textAt(from) !== undefined) moved.add(from)
  }
  const below = new Map<string, JsonMap>()
  for (const [env, some] of groupsOf(members, ({ parts }) => parts.env)) {
    const lists = groupsOf(some, ({ defaults }) => JSON.stringify(defaults))
    const [usual] = lists.toSorted(([, a], [, b]) => b.length - a.length)[0] ?? []
    const odd = some.find(({ defaults }) => JSON.stringify(defaults) !== usual)
    const [first] = some
    if (first === undefined) continue
    if (odd !== undefined) {
      const others = some.find((one) => JSON.stringify(one.defaults) === usual)
      const file =
        odd.defaults.find((path) => others?.defaults.includes(path) !== true) ??
        others?.defaults.find((path) => !odd.defaults.includes(path)) ??
        ''
      refused.push(
        refusal(
          odd.database,
          phrase`${named(tree.shown?.(file) ?? file)} is read by some Applications of ${named(env)}, but defaults are those of all`,
          phrase`move its values into the files of the databases`,
        ),
      )
    }
    const target = environmentDefaults(env)
    const texts = first.defaults.flatMap((path) => textAt(path) ?? [])
    // what one database alone is given may be its own
    const given = some.length === 1 ? {} : commonPart(some.map(givenTo))
    const isThere = first.defaults.length === 1 && first.defaults[0] === target && texts.length === 1
    if (!first.defaults.includes(target) && textAt(target) !== undefined)
      refused.push(
        refusal(
          first.database,
          phrase`${named(target)} exists, but no Application of ${named(env)} reads it`,
          phrase`remove it, or let them read it`,
        ),
      )
    const before = joinedTexts(texts)
    const isSame = isThere && Object.keys(given).length === 0
    const after = before === undefined ? undefined : withValues(before, given, `# All databases in ${env} have these values.\n`)
    if (!isSame) put(first, target, after)
    for (const path of first.defaults) move(path, target)
    below.set(env, plainOf(isSame ? texts[0] : after))
  }
  for (const [, own] of groupsOf(members, ({ parts }) => JSON.stringify([parts.service, parts.name ?? '']))) {
    const [first] = own
    if (first === undefined) continue
    const { service, name } = first.parts
    const [base, ...others] = groupsOf(own, ({ base: path }) => path ?? '').flatMap(([path]) => (path === '' ? [] : [path]))
    const odd = own.find((member) => member.base !== undefined && member.base === others[0])
    if (odd !== undefined)
      refused.push(
        refusal(
          odd.database,
          phrase`Application ${named(odd.database.application)} reads ${named(odd.base)}, but other databases of ${named(service)} read ${named(base)}`,
          phrase`let all of them read one file, and one for their environment after it`,
        ),
      )
    const target = fill(databases, { service, ...(name !== undefined && { name }) })
    const rests = own.map((member) => restOf(member, textAt(base), textAt(member.override), below))
    const overridden = (path: Path): boolean => own.some(({ override }) => hasPath(plainOf(textAt(override)), path))
    const added = withoutLeaves(commonPart(rests), overridden)
    const text = textAt(base)
    if (text === undefined || base !== target || Object.keys(added).length > 0)
      put(
        first,
        target,
        Object.keys(added).length === 0
          ? (text ?? `# The database of ${[service, name ?? ''].join(' ').trim()}, in all environments.\n`)
          : withValues(text, added),
      )
    move(base, target)
    for (const [index, member] of own.entries()) {
      const more = missingIn(rests[index] ?? {}, added)
      const before = textAt(member.override)
      const place = fill(overrides, member.parts)
      if (Object.keys(more).length > 0) put(member, place, withValues(before, more))
      else if (before !== undefined && member.override !== place) put(member, place, before)
      move(member.override, place)
      const lower = joined(plainOf(text), plainOf(before))
      for (const path of leaves(joined(added, more)))
        if (isJsonMap(lower) && hasPath(lower, path)) replaced.push(`${formatPath(path)} of ${member.database.application}`)
    }
  }
  return { files, moved, replaced, refused }
}

/** Members by what they are called, sorted by that. */
function groupsOf(members: readonly Member[], name: (member: Member) => string): (readonly [string, readonly Member[]])[] {
  return [...grouped(members, name)].sort(([a], [b]) => byCodeUnit(a, b))
}

/** The values that the Application itself holds. */
function givenTo({ database }: Member): JsonMap {
  const given = database.layers.flatMap(({ inline }) => (inline === undefined ? [] : [toPlain(inline.root)])).reduce<Json>(joined, {})
  if (!isJsonMap(given)) return {}
  const { fullnameOverride, ...others } = given
  // the generator gives it
  return fullnameOverride === database.cluster ? others : given
}

/** What its files and the defaults don't give to a database that was given it. */
function restOf(member: Member, base: string | undefined, override: string | undefined, below: ReadonlyMap<string, JsonMap>): JsonMap {
  const files = member.database.layers.filter(({ inline }) => inline === undefined).map(({ file }) => plainOfFile(file))
  const wanted = [...files, givenTo(member)].reduce<Json>(joined, {})
  const there = [below.get(member.parts.env) ?? {}, plainOf(base), plainOf(override)].reduce<Json>(joined, {})
  return isJsonMap(wanted) && isJsonMap(there) ? missingIn(wanted, there) : {}
}

/** A map without some of its leaves. */
function withoutLeaves(map: JsonMap, isOut: (path: Path) => boolean, path: Path = []): JsonMap {
  const kept: JsonMap = {}
  for (const [key, value] of Object.entries(map)) {
    const here = [...path, key]
    const below = isJsonMap(value) && Object.keys(value).length > 0 ? withoutLeaves(value, isOut, here) : value
    const isEmptied = isJsonMap(below) && Object.keys(below).length === 0 && below !== value
    if (!isEmptied && (isJsonMap(below) || !isOut(here))) setOwn(kept, key, below)
  }
  return kept
}

function leaves(value: Json, path: Path = []): Path[] {
  if (!isJsonMap(value)) return [path]
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry, [...path, key]))
}

function hasPath(root: Json, [step, ...rest]: Path): boolean {
  if (step === undefined) return true
  return isJsonMap(root) && typeof step === 'string' && Object.hasOwn(root, step) && hasPath(root[step] ?? null, rest)
}
