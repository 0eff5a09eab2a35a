// Which value of an element, or of a generator's file, fills the place of a set's template that a finding is about?
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import { spotOf } from '../../findings/spot.ts'
import type { AsWritten, Database } from '../../model.ts'
import { split } from '../../values/append.ts'
import { isJsonMap, valueAt } from '../../values/value.ts'
import type { Json, JsonMap, Path } from '../../values/value.ts'
import { parseFirstDocument } from '../../yaml/parse.ts'
import { elementFiles } from './element-files.ts'
import { at } from '../manifest-parts.ts'
import { applicationName, elementOf, nestedElementsOf } from '../manifests.ts'
import type { Manifest } from '../manifests.ts'

/** A value that fills a place in. */
interface Filled {
  readonly spot: Spot
  /** in the set; absent: it is in a file of a generator */
  readonly path?: Path
}

/** What is in a scalar of a template. */
interface Scalar {
  /** the fields that its actions name */
  readonly fields: readonly Path[]
  /** whether it is one action and nothing beside it */
  readonly isWhole: boolean
}

/** The scalar that begins at a place, if actions fill it in. */
function scalarAt({ file, span }: Spot): Scalar | undefined {
  const end = file.text.indexOf('\n', span.start)
  return scalarOf(file.text.slice(span.start, end < 0 ? undefined : end))
}

/** `{{ .instances }}`, `"{{ .values.size | quote }}"`, `{{instances}}`, also behind the backquote of an app-of-apps chart; with or without words beside it. */
function scalarOf(text: string): Scalar | undefined {
  const actions = [...text.matchAll(/\{\{([^{}]*)\}\}/g)]
  const fields = actions.flatMap(([, inside = '']) => fieldIn(inside))
  if (fields.length === 0 || fields.length < actions.length) return undefined
  const isWhole = actions.length === 1 && /^["'`{]{0,4}\{\{[^{}]*\}\}(?:`\}\})?["']?\s*(?:[,\]}#]|$)/.test(text)
  return { fields, isWhole }
}

/** The only field that an action names. */
function fieldIn(action: string): Path[] {
  const inside = action.replace(/^-|-$/g, '').trim()
  if (/^(?:if|else|end|range|with|define|template|block)\b/.test(inside)) return []
  const names =
    /^[\w.-]+$/.test(inside) && !inside.startsWith('.')
      ? [inside]
      : [...inside.matchAll(/(?<![\w)"'$])\.([A-Za-z_][\w.]*)/g)].map(([, name = '']) => name)
  const [only, ...others] = names
  return only === undefined || others.length > 0 ? [] : [only.split('.')]
}

/** Where the elements that an Application comes from, or its generator's file, hold a field. */
function placeOf(field: Path, manifest: Manifest, application: JsonMap): Filled | undefined {
  const name = applicationName(application)
  const top = elementOf(manifest, application)
  const all = [...(top === undefined ? [] : [top]), ...nestedElementsOf(manifest, application)]
  const [element, ...others] = all.filter(({ plain }) => isLeaf(at(plain, ...field)))
  if (element !== undefined) {
    const path = [...element.path, ...field]
    return others.length > 0 ? undefined : { spot: manifest.spotOf(path), path }
  }
  const own = elementFiles(manifest).get(name)
  const [root] = own === undefined ? [] : parseFirstDocument(own.file, 'service').documents
  const node = valueAt(root, field)
  const spot = node === undefined || node.kind === 'map' || node.kind === 'list' ? undefined : spotOf(node)
  return spot && { spot }
}

const isLeaf = (value: Json | undefined): boolean => value !== undefined && !isJsonMap(value) && !Array.isArray(value)

/** The path of the element's value in a text of the template, if an element holds one. */
export function filledPath(text: string, manifest: Manifest, application: JsonMap): Path | undefined {
  const [path, ...others] = (scalarOf(text)?.fields ?? []).flatMap((field) => {
    const found = placeOf(field, manifest, application)?.path
    return found === undefined ? [] : [found]
  })
  return others.length > 0 ? undefined : path
}

/** What fills in a place of the template that makes an Application: `isWhole` if nothing is written beside it. */
export function filledAt(
  spot: Spot,
  manifest: Manifest,
  application: JsonMap,
): { readonly spot: Spot; readonly isWhole: boolean } | undefined {
  const scalar = spot.file === manifest.file ? scalarAt(spot) : undefined
  if (scalar === undefined) return undefined
  const [found, ...others] = scalar.fields.flatMap((field) => placeOf(field, manifest, application) ?? [])
  return found === undefined || others.length > 0 ? undefined : { spot: found.spot, isWhole: scalar.isWhole }
}

/**
 * Findings about a place that a set fills in are moved to what fills it in: where nothing is written beside that, and else
 * where the set also makes databases of the same words in which nothing is wrong. What is wrong with all of several is the
 * template's, and so are quotes.
 */
export function blameElements(findings: readonly LocatedFinding[], databases: readonly Database[]): LocatedFinding[] {
  const byId = new Map(databases.flatMap((one) => (one.written?.filledAt === undefined ? [] : [[one.id, one] as const])))
  if (byId.size === 0) return [...findings]
  const said = new Map<string, LocatedFinding['message']>()
  /** One mistake is one report, though each Application shows a value of its own. */
  const alike = (finding: LocatedFinding): LocatedFinding => {
    const words = finding.message.map((part) => (typeof part === 'object' && 'shown' in part ? '\u0001' : JSON.stringify(part)))
    const key = [finding.rule, finding.at.file.path, finding.at.span.start, ...words].join('\0')
    const message = said.get(key) ?? finding.message
    said.set(key, message)
    return { ...finding, message }
  }
  const placeOf = ({ rule, at: { file, span } }: LocatedFinding): string => [rule, file.path, span.start].join('\0')
  const wrongAt = new Map<string, Set<string>>()
  for (const one of findings) {
    const wrong = wrongAt.get(placeOf(one)) ?? new Set<string>()
    if (one.database !== undefined) wrongAt.set(placeOf(one), wrong.add(one.database))
  }
  const siblings = new Map<AsWritten['maker']['plain'], Siblings>()
  for (const database of databases) {
    const maker = database.written?.maker.plain
    if (maker === undefined) continue
    const own: Siblings = siblings.get(maker) ?? { databases: [], fillers: new Map() }
    own.databases.push(database)
    siblings.set(maker, own)
  }
  return findings.map((finding) => {
    const written = finding.database === undefined ? undefined : byId.get(finding.database)?.written
    const filled = written?.filledAt?.(finding.at)
    const own = written && siblings.get(written.maker.plain)
    if (filled === undefined || own === undefined) return finding
    const place = placeOf(finding)
    const fillers = own.fillers.get(place) ?? fillersAt(finding, own.databases, wrongAt.get(place))
    own.fillers.set(place, fillers)
    const { right, wrong, isRight } = fillers
    const isOfAll = !isRight && [...wrong].some((one) => one !== spotKey(filled.spot))
    const isOfWords = !filled.isWhole && (!isRight || right.has(spotKey(filled.spot)))
    // the same quotes are around what is right
    const isOfQuotes = aboutTypes.has(finding.rule) && !isRight && isQuotedValue(finding.at)
    return alike(isOfAll || isOfWords || isOfQuotes ? finding : { ...finding, at: filled.spot, fix: undefined })
  })
}

/** A text of the template that is text whatever fills it in; Helm reads that of a parameter. */
function isQuotedValue({ file: { text }, span: { start } }: Spot): boolean {
  const line = text.slice(text.lastIndexOf('\n', start) + 1, start)
  return /["']/.test(text[start] ?? '') && !/^[ \t]*(?:-[ \t]+)?value:[ \t]*$/.test(line)
}

/** The databases of one set, and what fills in the places of its template: asked once of a place, whatever their number. */
interface Siblings {
  readonly databases: Database[]
  readonly fillers: Map<string, Fillers>
}

interface Fillers {
  /** where what fills in the place is, of databases with the mistake and of others */
  readonly wrong: ReadonlySet<string>
  readonly right: ReadonlySet<string>
  /** whether there is any without it */
  readonly isRight: boolean
}

function fillersAt({ at: spot }: LocatedFinding, databases: readonly Database[], wrong: ReadonlySet<string> | undefined): Fillers {
  const [bad, right] = split(databases, ({ id }) => wrong?.has(id) === true)
  const keysOf = (some: readonly Database[]): Set<string> => new Set(some.map(({ written }) => spotKey(written?.filledAt?.(spot)?.spot)))
  return { wrong: keysOf(bad), right: keysOf(right), isRight: right.length > 0 }
}

const spotKey = (spot: Spot | undefined): string => (spot === undefined ? '' : `${spot.file.path} ${String(spot.span.start)}`)

const aboutTypes: ReadonlySet<string> = new Set(['values/chart-schema', 'schema/type'])
