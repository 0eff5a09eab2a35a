// Which values of an Application are those of an element of its set, and where does that hold them?
import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonMap, MapValue, Path, Value } from '../../values/value.ts'
import { isJsonMap, toPlain } from '../../values/value.ts'
import { at } from '../manifest-parts.ts'
import { elementOf, nestedElementsOf } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'

/** An honest element has no more maps and lists. */
const mostParts = 200

interface Printing {
  readonly manifest: Manifest
  readonly application: JsonMap
  /** of the values in the template */
  readonly path: Path
}

/**
 * The values that a template prints from maps and lists of a list generator's element, as by `toYaml .values`, with the
 * places that they have there: that is where a person changes them. The rest stays as it is, and so does what the template
 * writes itself, or what may be of several parts of the element.
 */
export function placedInElement(root: MapValue, { manifest, application, path: above }: Printing): MapValue {
  if (manifest.kind !== 'ApplicationSet' || !manifest.file.text.includes('elements')) return root
  const own = elementOf(manifest, application)
  const elements =
    own === undefined && printsMaps(at(manifest.plain, ...above)) ? nestedElementsOf(manifest, application) : own ? [own] : []
  const parts = elements.flatMap(({ plain, path }) => partsOf(plain, path))
  if (parts.length === 0) return root
  const template = at(manifest.plain, ...above)
  const [isWritten, isNamed] = [writtenIn(template), writtenIn(template, 'any')]
  const place = (value: Value, path: Path): Value => {
    const spot = manifest.spotOf(path)
    const key = manifest.spotOf(path, 'key')
    const origin = { ...value.origin, file: spot.file, value: spot.span, key: value.origin.key === null ? null : key.span }
    if (value.kind === 'map')
      return { ...value, origin, entries: new Map([...value.entries].map(([step, entry]) => [step, place(entry, [...path, step])])) }
    if (value.kind === 'list') return { ...value, origin, items: value.items.map((item, index) => place(item, [...path, index])) }
    return { ...value, origin }
  }
  const visit = (value: Value, path: Path): Value => {
    const isLeaf = value.kind === 'scalar' || value.kind === 'null'
    const plain = toPlain(value)
    const found = (isLeaf ? isNamed : isWritten)(path) ? undefined : isLeaf ? leafFor(path, plain, parts) : partFor(path, plain, parts)
    if (found !== undefined) return place(value, found.path)
    if (isLeaf) return value
    if (value.kind === 'list') return { ...value, items: value.items.map((item, index) => visit(item, [...path, index])) }
    return { ...value, entries: new Map([...value.entries].map(([step, entry]) => [step, visit(entry, [...path, step])])) }
  }
  return visit(root, []) as MapValue
}

const printsMaps = (template: Json | undefined): boolean => /\bto(?:Raw|Pretty)?(?:Yaml|Json)/.test(JSON.stringify(template ?? null))

/** The part that is meant: of several that hold the same, the one whose path ends most like that of the value. */
function partFor(path: Path, plain: Json, parts: readonly Part[]): Part | undefined {
  const equal = parts.filter((part) => isDeepStrictEqual(part.plain, plain))
  const ends = equal.map((part) => commonEnd(part.path, path))
  const longest = Math.max(...ends)
  return ends.filter((length) => length === longest).length === 1 ? equal[ends.indexOf(longest)] : undefined
}

/** The same of a value in a map that the template adds keys to. */
function leafFor(path: Path, plain: Json, parts: readonly Part[]): Part | undefined {
  const key = path.at(-1)
  const holding = parts.filter((part) => typeof key === 'string' && isJsonMap(part.plain) && Object.hasOwn(part.plain, key))
  return partFor(
    path,
    plain,
    holding.map((part) => ({ path: [...part.path, key ?? ''], plain: at(part.plain, key ?? '') ?? null })),
  )
}

function commonEnd(one: Path, other: Path): number {
  let length = 0
  while (length < other.length && one.at(-1 - length) === other.at(-1 - length)) length++
  return length
}

/**
 * Whether a template holds the value at a path in its own words: by the values that it has there, or by the keys of its text.
 * `any`: also where an action fills in what is behind the key, which `blameElements` looks at.
 */
function writtenIn(template: Json | undefined, which: 'own' | 'any' = 'own'): (path: Path) => boolean {
  if (typeof template !== 'string') return (path) => isJsonMap(template) && path.length > 0 && at(template, ...path) !== undefined
  const lines = template.split('\n').filter((line) => line.trim() !== '')
  const keys = new Set<string>()
  for (const [index, line] of lines.entries()) {
    const [, key, rest = ''] = /^\s*(?:- +)?["']?([^\s"':#{}]+)["']?\s*:(?:\s+(.*))?$/.exec(line) ?? []
    if (key !== undefined && (which === 'any' || !(rest || (lines[index + 1] ?? '')).includes('{{'))) keys.add(key)
  }
  return (path) => keys.has(String(path.findLast((step) => typeof step === 'string')))
}

interface Part {
  readonly plain: Json
  readonly path: Path
}

/** The maps and lists of an element that hold something, the outer ones first. */
function partsOf(plain: Json, path: Path): Part[] {
  const found: Part[] = []
  const open: Part[] = [{ plain, path }]
  for (const part of open) {
    if (found.length >= mostParts) break
    const below = Array.isArray(part.plain) ? [...part.plain.entries()] : isJsonMap(part.plain) ? Object.entries(part.plain) : []
    if (below.length === 0) continue
    found.push(part)
    for (const [step, entry] of below) open.push({ plain: entry, path: [...part.path, step] })
  }
  return found
}
