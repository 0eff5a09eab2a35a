// Which texts do files get that take a database over, with their comments kept?
import { Document, isMap, isScalar, parseDocument, visit } from 'yaml'
import type { Pair, YAMLMap } from 'yaml'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { JsonMap } from '../values/value.ts'
import { plainOf } from './plain.ts'

/** What Helm reads: `yes` is a boolean. */
const asHelm = { version: '1.1', keepSourceTokens: true } as const

/** A file's text with values set at the top of what it has; maps are joined. Undefined: the text can't be edited safely. */
export function withValues(text: string | undefined, values: JsonMap, head = ''): string | undefined {
  if (text === undefined || text.trim() === '') return `${head}${textOf(values)}`
  const document = parseDocument(text, asHelm)
  if (document.errors.length > 0) return undefined
  if (document.contents === null) return `${text.endsWith('\n') ? text : `${text}\n`}${textOf(values)}`
  if (!isMap(document.contents)) return undefined
  set(document, [], values)
  return document.toString({ lineWidth: 0 })
}

/** A map as a file; an empty one is an empty file. */
function textOf(values: JsonMap): string {
  return Object.keys(values).length === 0 ? '' : new Document(values, { version: '1.1' }).toString({ lineWidth: 0 })
}

function set(document: Document, path: readonly string[], values: JsonMap): void {
  for (const [key, value] of Object.entries(values)) {
    const here = [...path, key]
    const there: unknown = document.getIn(here, true)
    if (isJsonMap(value) && isMap(there)) set(document, here, value)
    else document.setIn(here, document.createNode(value))
  }
}

/** Several files as one: maps are joined, and later ones win. Undefined: one of them can't be edited safely. */
export function joinedTexts(texts: readonly string[]): string | undefined {
  let [joined = ''] = texts
  for (const text of texts.slice(1)) {
    const next = joinTwo(joined, text)
    if (next === undefined) return undefined
    joined = next
  }
  return joined
}

function joinTwo(lower: string, higher: string): string | undefined {
  const [below, above] = [parseDocument(lower, asHelm), parseDocument(higher, asHelm)]
  if (below.errors.length + above.errors.length > 0) return undefined
  if (below.contents === null) return lower + higher
  if (above.contents === null) return lower
  if (!isMap(below.contents) || !isMap(above.contents)) return undefined
  // what an anchor names is in one file only
  if (hasAliases(below) || hasAliases(above)) return withValues(lower, plainOf(higher))
  const [first] = above.contents.items
  if (isScalar(first?.key) && above.commentBefore !== null) first.key.commentBefore ??= above.commentBefore
  joinMaps(below.contents, above.contents)
  return below.toString({ lineWidth: 0 })
}

function hasAliases(document: Document): boolean {
  let found = false
  visit(document, {
    Alias: () => {
      found = true
      return visit.BREAK
    },
  })
  return found
}

function joinMaps(lower: YAMLMap, higher: YAMLMap): void {
  for (const pair of higher.items) {
    const there = lower.items.find((one) => nameOf(one) === nameOf(pair))
    if (there === undefined) lower.items.push(pair)
    else if (isMap(there.value) && isMap(pair.value)) joinMaps(there.value, pair.value)
    else there.value = pair.value
  }
}

const nameOf = ({ key }: Pair): string => printed(isScalar(key) ? key.value : key)
