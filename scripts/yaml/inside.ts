// Where in a file is each character of a text that stands in a YAML scalar, and what does YAML written there say?
import type { LayerName, MapValue, Origin, SourceFile, Span, Value } from '../values/value.ts'
import { parseYaml } from './parse.ts'
import type { ParsedYaml, YamlProblem } from './parse.ts'

/** Offset in the text of a scalar → offset in its file. */
export type Inside = (offset: number) => number

/**
 * Follows a scalar's text through its file, whatever its style: plain, quoted, folded or literal. Breaks with the blanks
 * around them are matched as one; every other character is matched exactly. Undefined where the text is not what the
 * file has there.
 */
export function inside(source: string, span: Span, text: string): Inside | undefined {
  const isBlock = span.start > 0 && source[span.start - 1] === '\n'
  const isDouble = !isBlock && source[span.start] === '"'
  const isSingle = !isBlock && source[span.start] === "'"
  let at = span.start + (isDouble || isSingle ? 1 : 0)
  const offsets: number[] = []
  let index = 0
  if (isBlock) {
    // the indentation of the first line, and empty lines above it
    for (const blank of /^\s*/.exec(text)?.[0] ?? '') if (blank !== '') offsets.push(at)
    index = offsets.length
    at += /^\s*/.exec(source.slice(at, at + longestBreak))?.[0].length ?? 0
  }
  while (index < text.length) {
    const blanks = /^[ \t]*(?:\r?\n[ \t]*)+/.exec(source.slice(at, Math.min(at + longestBreak, source.length)))
    if (blanks !== null || (isDouble && /^\\\r?\n/.test(source.slice(at, at + 3)))) {
      const skipped = blanks?.[0].length ?? /^\\\r?\n[ \t]*/.exec(source.slice(at))?.[0].length ?? 1
      const printed = blanks === null ? 0 : (/^\s+/.exec(text.slice(index, index + longestBreak))?.[0].length ?? 0)
      for (let count = 0; count < printed; count++) offsets.push(at)
      // a literal scalar keeps the indentation that is its own
      if (blanks !== null && printed === 0 && index > 0) return undefined
      index += printed
      at += skipped
      continue
    }
    if (at >= source.length) return undefined
    if (isDouble && source[at] === '\\') {
      const escape = /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])/.exec(source.slice(at, at + 10))?.[0] ?? '\\'
      const width = (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
      for (let count = 0; count < width; count++) offsets.push(at)
      index += width
      at += escape.length
      continue
    }
    if (source[at] !== text[index]) return undefined
    offsets.push(at)
    index++
    at += isSingle && source[at] === "'" ? 2 : 1
  }
  return (offset) => offsets[offset] ?? (offset <= 0 ? span.start : at)
}

/** No run of breaks in an honest file is longer. */
const longestBreak = 2_000

/** Where values in a text are shown. */
export interface Placement {
  readonly file: SourceFile
  readonly layer: LayerName
  /** where a span of the text was written */
  readonly spotOf: (span: Span) => { readonly file: SourceFile; readonly span: Span }
}

/** Reads values that are written in a text inside another file; every node knows its place there. */
export function parseInside(
  text: string,
  { file, layer, spotOf }: Placement,
): { root: Value | undefined; documents: readonly Value[]; problems: readonly YamlProblem[] } {
  const parsed: ParsedYaml = parseYaml({ path: file.path, text }, layer)
  // the reader of a problem knows one file
  const problems = parsed.problems.map((problem) => {
    const spanOf = (span: Span): Span => {
      const spot = spotOf(span)
      return spot.file === file ? spot.span : spotOf({ start: 0, end: 1 }).span
    }
    const { related } = problem
    return { ...problem, span: spanOf(problem.span), ...(related && { related: { ...related, span: spanOf(related.span) } }) }
  })
  const placed = (origin: Origin): Origin => {
    const value = spotOf(origin.value)
    const key = origin.key === null ? undefined : spotOf(origin.key)
    return {
      layer,
      // found out when it is asked for
      get path() {
        return origin.path
      },
      file: value.file,
      // a key and its value may be in two files, and a node is in one
      key: key !== undefined && key.file === value.file ? key.span : null,
      value: value.span,
    }
  }
  const documents = parsed.documents.map((document) => withPlaces(document, placed))
  return { root: documents[0], documents, problems }
}

/** The same tree with other origins. */
export function withPlaces(value: Value, placed: (origin: Origin) => Origin): Value {
  const origin = placed(value.origin)
  switch (value.kind) {
    case 'map': {
      const entries = new Map([...value.entries].map(([key, entry]) => [key, withPlaces(entry, placed)]))
      return { kind: 'map', origin, overrides: value.overrides, entries } satisfies MapValue
    }
    case 'list':
      return { kind: 'list', origin, overrides: value.overrides, items: value.items.map((item) => withPlaces(item, placed)) }
    case 'null':
      return { kind: 'null', origin, overrides: value.overrides }
    default:
      return { ...value, origin }
  }
}
