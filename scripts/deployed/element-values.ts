// Which values of an Application are those of an element of its set, and where does that hold them?
import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonMap, MapValue, Path, Value } from '../values/value.ts'
import { isJsonMap, toPlain } from '../values/value.ts'
import { applicationName } from './manifests.ts'
import type { Manifest } from './manifests.ts'

/** An honest element has no more maps and lists. */
const mostParts = 200

/**
 * The values that a template prints from maps and lists of a list generator's element, as by `toYaml .values`, with the
 * places that they have there: that is where a person changes them. The rest stays as it is.
 */
export function placedInElement(
  root: MapValue,
  { manifest, application }: { readonly manifest: Manifest; readonly application: JsonMap },
): MapValue {
  if (manifest.kind !== 'ApplicationSet' || !manifest.file.text.includes('elements')) return root
  const name = applicationName(application)
  const element = manifest.elements().find(({ applications }) => applications.some((made) => applicationName(made) === name))
  if (element === undefined) return root
  const parts = partsOf(element.plain, element.path)
  if (parts.length === 0) return root
  const place = (value: Value, path: Path): Value => {
    const at = manifest.spotOf(path)
    const key = manifest.spotOf(path, 'key')
    const origin = { ...value.origin, file: at.file, value: at.span, key: value.origin.key === null ? null : key.span }
    if (value.kind === 'map')
      return { ...value, origin, entries: new Map([...value.entries].map(([step, entry]) => [step, place(entry, [...path, step])])) }
    if (value.kind === 'list') return { ...value, origin, items: value.items.map((item, index) => place(item, [...path, index])) }
    return { ...value, origin }
  }
  const visit = (value: Value): Value => {
    if (value.kind === 'scalar' || value.kind === 'null') return value
    const plain = toPlain(value)
    const found = parts.find((part) => isDeepStrictEqual(part.plain, plain))
    if (found !== undefined) return place(value, found.path)
    if (value.kind === 'list') return { ...value, items: value.items.map(visit) }
    return { ...value, entries: new Map([...value.entries].map(([step, entry]) => [step, visit(entry)])) }
  }
  return visit(root) as MapValue
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
