// Which value of an element, or of a generator's file, fills the place of a set's template that a finding is about?
import type { LocatedFinding, Spot } from '../findings/spot.ts'
import { isSameSpot, spotOf } from '../findings/spot.ts'
import type { Database } from '../model.ts'
import { isJsonMap, valueAt } from '../values/value.ts'
import type { Json, JsonMap, Path } from '../values/value.ts'
import { parseFirstDocument } from '../yaml/parse.ts'
import { elementFiles } from './element-files.ts'
import { at } from './manifest-parts.ts'
import { applicationName, elementOf, nestedElementsOf } from './manifests.ts'
import type { Manifest } from './manifests.ts'

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
 * where the set also makes databases of the same words in which nothing is wrong.
 */
export function blameElements(findings: readonly LocatedFinding[], databases: readonly Database[]): LocatedFinding[] {
  const byId = new Map(databases.flatMap((one) => (one.written?.filledAt === undefined ? [] : [[one.id, one] as const])))
  if (byId.size === 0) return [...findings]
  return findings.map((finding) => {
    const database = finding.database === undefined ? undefined : byId.get(finding.database)
    const filled = database?.written?.filledAt?.(finding.at)
    if (filled === undefined) return finding
    if (!filled.isWhole) {
      const wrong = new Set(
        findings.flatMap((one) => (one.rule === finding.rule && isSameSpot(one.at, finding.at) ? (one.database ?? []) : [])),
      )
      const right = databases.filter(({ id, written }) => !wrong.has(id) && written?.maker.plain === database?.written?.maker.plain)
      if (right.length === 0 || right.some(({ written }) => isSamePlace(written?.filledAt?.(finding.at)?.spot, filled.spot))) return finding
    }
    return { ...finding, at: filled.spot, fix: undefined }
  })
}

const isSamePlace = (one: Spot | undefined, other: Spot): boolean => one !== undefined && isSameSpot(one, other)
