// Which layer do the values make that an Application holds itself, and where is each of them written?
import { fromPlain, isJsonMap, setOwn } from '../../values/value.ts'
import type { Json, JsonMap, MapValue, Origin, Path, Span, Value } from '../../values/value.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import type { DatabaseLayer } from '../../model.ts'
import { yamlFindings } from '../../yaml/findings.ts'
import { parseInside } from '../../yaml/inside.ts'
import { placedInElement } from '../sets/element-values.ts'
import { at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'
import { wrongShape } from './value-findings.ts'

/** An Application, and what makes it. */
interface MadeBy {
  readonly manifest: Manifest
  readonly application: JsonMap
}

/** `valuesObject`; its places are in the manifest. */
export function objectLayer(object: JsonMap, of: MadeBy, base: Path): DatabaseLayer {
  const { manifest } = of
  const origin = (path: Path): Origin => {
    const { file, span } = manifest.spotOf([...base, ...path])
    const key = manifest.spotOf([...base, ...path], 'key')
    return { layer: 'inline', file, path, key: path.length === 0 ? null : key.span, value: span }
  }
  const build = (plain: Json, path: Path): Value => {
    const own = origin(path)
    if (Array.isArray(plain))
      return { kind: 'list', origin: own, overrides: [], items: plain.map((item, at) => build(item, [...path, at])) }
    if (isJsonMap(plain)) {
      const entries = new Map(Object.entries(plain).map(([key, entry]) => [key, build(entry, [...path, key])]))
      return { kind: 'map', origin: own, overrides: [], entries }
    }
    return fromPlain(plain, own)
  }
  const root = placedInElement(build(nullsDropped(object), []) as MapValue, { ...of, path: base })
  return { layer: 'inline', file: root.origin.file, inline: { root, text: JSON.stringify(object) } }
}

/** A values object loses its nulls on the way to Helm. */
function nullsDropped(map: JsonMap): JsonMap {
  const kept: JsonMap = {}
  for (const [key, value] of Object.entries(map)) if (value !== null) setOwn(kept, key, isJsonMap(value) ? nullsDropped(value) : value)
  return kept
}

/** `values: |`, as Helm reads it; its places are in the manifest. */
export function textLayer(text: string, of: MadeBy, path: Path): { layer?: DatabaseLayer; findings: readonly LocatedFinding[] } {
  const { manifest } = of
  const spotOf = spotsOf(text, manifest, path)
  const { file } = spotOf({ start: 0, end: 1 })
  const { root, documents, problems } = parseInside(text, { file, layer: 'inline', spotOf })
  const findings = yamlFindings(file, problems)
  const wrong = problems.some(({ fatal }) => fatal) || root === undefined ? undefined : wrongShape(root, documents.length)
  if (wrong !== undefined) return { findings: [...findings, { ...wrong, at: manifest.spotOf(path) }] }
  if (root?.kind !== 'map' || problems.some(({ fatal }) => fatal)) return { findings }
  return { layer: { layer: 'inline', file, inline: { root: placedInElement(root, { ...of, path }), text } }, findings }
}

/**
 * Spans of a text that a set's template made, where they were written: exact where the lines are as they are written, the
 * line where a part of it was filled in, the whole scalar where lines were added.
 */
function spotsOf(text: string, manifest: Manifest, path: Path): (span: Span) => Spot {
  const whole = manifest.spotOf(path)
  const written = at(manifest.plain, ...path)
  const inText = typeof written === 'string' ? manifest.inText(path) : undefined
  if (inText === undefined || typeof written !== 'string') return () => whole
  if (text === written) return inText
  const [made, lines] = [linesOf(text), linesOf(written)]
  const places = placesOf(made, lines) ?? (made.length === lines.length ? [...made.keys()] : undefined)
  if (places === undefined) return () => whole
  const moved = (offset: number): number => {
    const index = Math.max(
      0,
      made.findLastIndex(({ start }) => start <= offset),
    )
    const [from, to] = [made[index], lines[places[index] ?? index]]
    if (from === undefined || to === undefined) return 0
    const column = offset - from.start
    return to.start + (from.text === to.text ? column : Math.min(column, commonStart(from.text, to.text)))
  }
  return ({ start, end }) => {
    const first = moved(start)
    return inText({ start: first, end: Math.max(moved(Math.max(end - 1, start)) + 1, first + 1) })
  }
}

/**
 * The line of a template that each line of what it made comes from: one without an action is the same, one with an action
 * begins and ends as it is written, and an action alone on its line makes any number of them. Undefined: that does not fit.
 */
function placesOf(made: readonly { text: string }[], lines: readonly { text: string }[]): number[] | undefined {
  const places: number[] = []
  let open: number | undefined
  for (const [index, { text }] of lines.entries()) {
    const trimmed = text.trim()
    if (trimmed.startsWith('{{') && trimmed.endsWith('}}')) {
      open = index
      continue
    }
    const [start, end] = text.includes('{{')
      ? [text.slice(0, text.indexOf('{{')), text.slice(text.lastIndexOf('}}') + 2)]
      : [text, undefined]
    const fits = (line: string): boolean =>
      end === undefined ? line === start : line.length >= start.length + end.length && line.startsWith(start) && line.endsWith(end)
    if (open !== undefined) while (places.length < made.length && !fits(made[places.length]?.text ?? '')) places.push(open)
    const next = made[places.length]
    if (next === undefined || !fits(next.text)) return undefined
    places.push(index)
    open = undefined
  }
  if (open !== undefined) while (places.length < made.length) places.push(open)
  return places.length === made.length ? places : undefined
}

function linesOf(text: string): { readonly start: number; readonly text: string }[] {
  let start = 0
  return text.split('\n').map((line) => {
    const found = { start, text: line }
    start += line.length + 1
    return found
  })
}

function commonStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}
