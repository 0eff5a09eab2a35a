// Which value trees do the events of a YAML text produce, as go-yaml decodes them?
import { lookup } from '../values/lookup.ts'
import { named as shownName, phrase } from '../findings/message.ts'
import { CHOMPING_MODE, EVENT_ID, SCALAR_STYLE } from 'js-yaml'
import type { Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml'
import type { Message } from '../findings/finding.ts'
import type { Origin, Span, Value } from '../values/value.ts'
import { lineStart } from '../values/trim.ts'
import { WrittenOrigin } from './origin.ts'
import type { Trail } from './origin.ts'
import { overriddenByMerge, ownTwice } from './repeated-keys.ts'
import { allowedAliasRatio, Refusal } from './reading.ts'
import type { ParsedYaml, Reading, YamlProblem } from './reading.ts'
import { writtenText } from './quoted.ts'
import { decodeBinary, keyText, resolvePlain } from './scalars.ts'
import type { Resolved } from './scalars.ts'

const none: readonly Value[] = []

/**
 * Builds value trees from the events of a text that parsed; go-yaml's decoder (decode.go) is the model. `base` is the
 * offset of `text` in the file. Throws a Refusal where go-yaml refuses what it decodes.
 */
export function compose(input: Pick<Reading, 'file' | 'layer' | 'base' | 'text' | 'events' | 'openEnd' | 'reader'>): ParsedYaml {
  const r: Reading = { ...input, index: 0, problems: [], anchors: new Map(), sizes: new Map(), decoded: 0, aliased: 0 }
  const { events } = r
  const documents: Value[] = []
  while (r.index < events.length) {
    const event = r.events[r.index++] as Event
    if (event.type !== EVENT_ID.DOCUMENT) continue
    const version = event.directives.find((directive) => directive.kind === 'yaml')
    if (version !== undefined && version.kind === 'yaml' && version.version !== '1.1')
      throw refuse(
        r,
        'yaml/syntax',
        phrase`document asks for YAML ${shownName(version.version)}, but ${shownName(r.reader)} reads YAML 1.1 only`,
        0,
        phrase`remove the %YAML line`,
      )
    r.anchors = new Map()
    if (peek(r).type === EVENT_ID.POP) documents.push(nullValue(r, null, undefined, { start: 0, end: 0 }))
    else documents.push(node(r, null, undefined))
    r.index++
  }
  if (documents.length === 0) documents.push(nullValue(r, null, undefined, { start: 0, end: 0 }))
  return { documents, problems: r.problems }
}

function refuse(r: Reading, rule: YamlProblem['rule'], message: Message, offset: number, help?: Message): Refusal {
  return new Refusal(rule, message, r.base + offset, help)
}

function peek(r: Reading): Event {
  return r.events[r.index] as Event
}

function origin(r: Reading, key: Span | null, path: Trail | undefined, start: number, end: number): Origin {
  return new WrittenOrigin(r, path, { key, value: { start: r.base + start, end: r.base + end } })
}

function nullValue(r: Reading, key: Span | null, path: Trail | undefined, span: Span): Value {
  return { kind: 'null', origin: origin(r, key, path, span.start, span.end), overrides: none }
}

function node(r: Reading, key: Span | null, path: Trail | undefined): Value {
  const event = peek(r)
  r.decoded++
  switch (event.type) {
    case EVENT_ID.SCALAR:
      r.index++
      return named(r, event, scalar(r, event, key, path))
    case EVENT_ID.ALIAS:
      r.index++
      return alias(r, r.text.slice(event.anchorStart, event.anchorEnd), event.anchorStart)
    case EVENT_ID.MAPPING:
      return collection(r, event, () => mapping(r, event, key, path))
    case EVENT_ID.SEQUENCE:
      return collection(r, event, () => sequence(r, event, key, path))
    default:
      throw new Error('a YAML event is out of place')
  }
}

function named(r: Reading, event: ScalarEvent | MappingEvent | SequenceEvent, value: Value): Value {
  if (event.anchorStart >= 0) r.anchors.set(r.text.slice(event.anchorStart, event.anchorEnd), value)
  return value
}

function collection(r: Reading, event: MappingEvent | SequenceEvent, read: () => Value): Value {
  const before = r.decoded
  if (event.anchorStart >= 0) r.anchors.set(r.text.slice(event.anchorStart, event.anchorEnd), 'open')
  const value = named(r, event, read())
  if (event.anchorStart >= 0) r.sizes.set(value, r.decoded - before + 1)
  return value
}

function alias(r: Reading, name: string, offset: number): Value {
  const target = r.anchors.get(name)
  if (target === undefined)
    throw refuse(
      r,
      'yaml/syntax',
      phrase`a value that starts with \`*\` is an alias, but no anchor of that name comes before it`,
      offset,
      phrase`quote the value if it is text`,
    )
  if (target === 'open') throw refuse(r, 'yaml/aliases', phrase`the anchor of an alias contains the alias itself`, offset)
  const size = r.sizes.get(target) ?? 1
  r.decoded += size
  r.aliased += size
  if (r.aliased > 100 && r.decoded > 1000 && r.aliased / r.decoded > allowedAliasRatio(r.decoded))
    throw refuse(r, 'yaml/aliases', phrase`document has more aliases than ${shownName(r.reader)} expands`, offset)
  return target
}

function scalar(r: Reading, event: ScalarEvent, key: Span | null, path: Trail | undefined): Value {
  const span = scalarSpan(r, event, key)
  const resolved = resolve(r, event)
  if (resolved === null) return nullValue(r, key, path, span)
  const value = typeof resolved === 'bigint' ? Number(resolved) : resolved
  if (typeof value === 'number' && !Number.isFinite(value))
    throw refuse(
      r,
      'yaml/syntax',
      phrase`the value is infinite or NaN, but values are passed as JSON, which has neither`,
      span.start,
      phrase`quote it`,
    )
  return { kind: 'scalar', origin: origin(r, key, path, span.start, span.end), overrides: none, value }
}

function scalarSpan(r: Reading, event: ScalarEvent, key: Span | null): Span {
  if (event.valueStart < 0) {
    const at = key === null ? 0 : key.end - r.base
    return { start: at, end: at }
  }
  const quote = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0
  return { start: event.valueStart - quote, end: event.valueEnd + quote }
}

function resolve(r: Reading, event: ScalarEvent): Resolved {
  const text = scalarText(r, event)
  if (event.tagStart >= 0) return tagged(r, r.text.slice(event.tagStart, event.tagEnd), text, event.tagStart)
  return event.style === SCALAR_STYLE.PLAIN ? resolvePlain(text) : text
}

/** A block scalar keeps only line breaks that are there (scannerc.go `yaml_parser_scan_block_scalar`). */
function scalarText(r: Reading, event: ScalarEvent): string {
  const text = event.valueStart < 0 ? '' : writtenText(r.text, event)
  const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK
  if (r.openEnd === undefined || !isBlock || event.valueEnd < r.openEnd) return text
  const lastLine = r.text.slice(lineStart(r.text, r.openEnd), r.openEnd)
  const endsInText = lastLine.slice(event.indent) !== ''
  return event.chomping === CHOMPING_MODE.KEEP || (event.chomping === CHOMPING_MODE.CLIP && endsInText) ? text.replace(/\n$/, '') : text
}

/** What go-yaml calls the kinds of scalars in its tags. */
const kinds: Readonly<Record<string, string>> = lookup({ boolean: 'bool', bigint: 'int', number: 'float', string: 'str' })

/** A scalar with an explicit tag: `!!int '1'` is 1, `!!str 1` is text, a local tag is text. */
function tagged(r: Reading, tag: string, text: string, offset: number): Resolved {
  const name = /^(?:!!|!<tag:yaml\.org,2002:)([a-z]+)>?$/.exec(tag)?.[1]
  if (name === undefined || name === 'str') return text
  if (name === 'binary') {
    const decoded = decodeBinary(text)
    if (decoded === undefined) throw refuse(r, 'yaml/syntax', phrase`a !!binary value is not valid base64`, offset)
    return decoded
  }
  const resolved = resolvePlain(text)
  const kind = resolved === null ? 'null' : kinds[typeof resolved]
  if (kind === name || !['null', 'bool', 'int', 'float'].includes(name)) return resolved
  if (kind === 'int' && name === 'float') return Number(resolved)
  throw refuse(r, 'yaml/syntax', phrase`the value is a ${kind}, but its tag is !!${shownName(name)}`, offset)
}

function sequence(r: Reading, event: SequenceEvent, key: Span | null, path: Trail | undefined): Value {
  r.index++
  const items: Value[] = []
  let end = event.start
  while (peek(r).type !== EVENT_ID.POP) {
    const item = node(r, null, { above: path, step: items.length })
    items.push(item)
    end = Math.max(end, item.origin.value.end - r.base)
  }
  r.index++
  return { kind: 'list', origin: origin(r, key, path, event.start, closing(r, end, ']', event)), overrides: none, items }
}

function mapping(r: Reading, event: MappingEvent, key: Span | null, path: Trail | undefined): Value {
  r.index++
  const entries = new Map<string, Value>()
  const own = new Map<string, Span>()
  const lost = new Map<string, YamlProblem>()
  let end = event.start
  while (peek(r).type !== EVENT_ID.POP) {
    const keyEvent = peek(r)
    if (keyEvent.type === EVENT_ID.SCALAR && isMergeKey(r, keyEvent)) {
      r.index++
      const span = scalarSpan(r, keyEvent, null)
      const merged = mergedEntries(r, span, path)
      for (const [name, problem] of overriddenByMerge(r, { entries, own, merged, span })) lost.set(name, problem)
      for (const [name, value] of merged) entries.set(name, value)
      end = Math.max(end, span.end)
      continue
    }
    const [name, span] = readKey(r, keyEvent)
    const spot = { start: r.base + span.start, end: r.base + span.end }
    const way = { above: path, step: name }
    const value = node(r, spot, way)
    const first = own.get(name)
    if (first !== undefined) r.problems.push(ownTwice(r, { name, first, second: spot }))
    // what is written below a merge key overrides what was merged: this is what merge keys are for
    lost.delete(name)
    own.set(name, spot)
    entries.delete(name)
    entries.set(
      name,
      value.origin.key === spot
        ? value
        : { ...value, origin: new WrittenOrigin(value.origin, way, { key: spot, value: value.origin.value }) },
    )
    end = Math.max(end, span.end, value.origin.value.end - r.base)
  }
  r.index++
  for (const problem of lost.values()) r.problems.push(problem)
  return { kind: 'map', origin: origin(r, key, path, event.start, closing(r, end, '}', event)), overrides: none, entries }
}

/** A flow collection ends at its bracket, a block collection with its last entry. */
function closing(r: Reading, end: number, bracket: string, event: MappingEvent | SequenceEvent): number {
  if (event.start < 0) return end
  const opens = r.text[event.start] === '{' || r.text[event.start] === '['
  if (!opens) return end
  const close = r.text.indexOf(bracket, end)
  return close < 0 ? end : close + 1
}

function readKey(r: Reading, event: Event): [string, Span] {
  if (event.type === EVENT_ID.ALIAS) {
    r.index++
    const target = alias(r, r.text.slice(event.anchorStart, event.anchorEnd), event.anchorStart)
    const text =
      target.kind === 'scalar'
        ? keyText(typeof target.value === 'number' && Number.isInteger(target.value) ? BigInt(target.value) : target.value)
        : undefined
    if (text === undefined) throw refuse(r, 'yaml/syntax', phrase`a key must be text`, event.anchorStart)
    return [text, { start: event.anchorStart - 1, end: event.anchorEnd }]
  }
  if (event.type !== EVENT_ID.SCALAR) {
    const start = event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? Math.max(event.start, 0) : 0
    const braces = r.text.startsWith('{', start)
    throw refuse(
      r,
      'yaml/syntax',
      braces ? phrase`a map is used as a key: braces in an unquoted value open a map` : phrase`a key is a list, but must be text`,
      start,
      braces ? phrase`put quotes around the value` : undefined,
    )
  }
  r.index++
  r.decoded++
  const span = scalarSpan(r, event, null)
  const resolved = resolve(r, event)
  const text = keyText(resolved)
  if (text === undefined)
    throw refuse(
      r,
      'yaml/syntax',
      phrase`key is ${resolved === null ? 'null' : 'too large a number'}, but must be text`,
      span.start,
      phrase`quote the key`,
    )
  if (event.anchorStart >= 0)
    r.anchors.set(r.text.slice(event.anchorStart, event.anchorEnd), {
      kind: 'scalar',
      origin: origin(r, null, undefined, span.start, span.end),
      overrides: none,
      value: typeof resolved === 'bigint' ? Number(resolved) : (resolved as string | number | boolean),
    })
  return [text, span]
}

function isMergeKey(r: Reading, event: ScalarEvent): boolean {
  if (event.valueEnd - event.valueStart !== 2 || r.text.slice(event.valueStart, event.valueEnd) !== '<<') return false
  if (event.tagStart >= 0) return ['!!merge', '!<tag:yaml.org,2002:merge>'].includes(r.text.slice(event.tagStart, event.tagEnd))
  return event.style === SCALAR_STYLE.PLAIN
}

/** What `<<` sets: a map's entries, or those of a list of maps, earlier items winning (decode.go `merge`). */
function mergedEntries(r: Reading, span: Span, path: Trail | undefined): ReadonlyMap<string, Value> {
  const source = node(r, null, path)
  if (source.kind === 'map') return source.entries
  const entries = new Map<string, Value>()
  for (const map of source.kind === 'list' ? source.items.toReversed() : [source]) {
    if (map.kind !== 'map')
      throw refuse(r, 'yaml/syntax', phrase`a merge key \`<<\` holds something other than a map or a list of maps`, span.start)
    for (const [name, value] of map.entries) entries.set(name, value)
  }
  return entries
}
