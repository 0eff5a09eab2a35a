// What was an unknown field of an Application or a set meant to be, or where does it belong?
import { decodeObject } from '../kubernetes/decode.ts'
import { checkSchema } from '../kubernetes/schema.ts'
import type { Structural } from '../kubernetes/structural.ts'
import { lookup } from '../values/lookup.ts'
import { formatPath, nearest } from '../values/path.ts'
import { printed } from '../values/printed.ts'
import { isJsonMap } from '../values/value.ts'
import type { JsonMap, Path } from '../values/value.ts'
import { at } from './manifest-parts.ts'
import type { Manifest } from './manifests.ts'

/** Fields that people look for on the wrong kind. */
const strays: Readonly<Record<string, string>> = lookup({
  preserveResourcesOnDeletion: 'it belongs in spec.syncPolicy of an ApplicationSet',
  applicationsSync: 'it belongs in spec.syncPolicy of an ApplicationSet',
})

/** A field that Argo CD does not know. */
export interface UnknownField {
  readonly path: Path
  /** what to do about it */
  readonly help?: string
  /** the field that was meant, and that is not set: whatever else is wrong may follow from that */
  readonly meant?: string
  /** where the field belongs, which is not set there */
  readonly place?: Path
}

/** By the version of Argo CD, and there by the manifest. */
const known = new Map<string, WeakMap<JsonMap, readonly UnknownField[]>>()

/** The fields of an Application or a set that are none; a map where a text is wanted is another mistake, and has none. */
export function unknownFields({ plain, settings }: Pick<Manifest, 'plain' | 'settings'>): readonly UnknownField[] {
  const { version } = settings.argocd
  const same = known.get(version) ?? new WeakMap<JsonMap, readonly UnknownField[]>()
  const found = same.get(plain) ?? fieldsOf(plain, version)
  known.set(version, same.set(plain, found))
  return found
}

/** Whether a misspelt field explains that others are not set. */
export function isMisspelt(manifest: Pick<Manifest, 'plain' | 'settings'>): boolean {
  return unknownFields(manifest).some(({ meant }) => meant !== undefined)
}

/** Whether a field was meant as another, or for another place: that is no field of a newer Argo CD. */
export function hasMistakenField(manifest: Pick<Manifest, 'plain' | 'settings'>): boolean {
  return unknownFields(manifest).some(({ help }) => help !== undefined)
}

function fieldsOf(plain: JsonMap, argocd: string): UnknownField[] {
  const decoded = decodeObject(plain, argocd)
  if ('issues' in decoded) return []
  const { schema } = decoded.kind
  const mistyped = checkSchema(decoded.object, schema, { integerRange: true }).filter(({ keyword }) => keyword === 'type')
  return decoded.unknown
    .filter((path) => !mistyped.some((issue) => issue.path.every((step, index) => path[index] === step)))
    .map((path): UnknownField => {
      const name = printed(path.at(-1))
      const parent = path.slice(0, -1)
      const guess = nearField(
        name,
        path[0] === 'metadata' && path.length === 2 ? metadata : [...(schemaAt(schema, parent)?.properties?.keys() ?? [])],
      )
      if (guess === undefined) {
        const place = placeOf(name, parent, schema)
        if (place === undefined) return { path, ...(strays[name] !== undefined && { help: strays[name] }) }
        const help = `it belongs in ${formatPath(place)}`
        return at(plain, ...place, name) === undefined ? { path, help, place: [...place, name] } : { path, help }
      }
      const holder = at(plain, ...parent)
      if (isJsonMap(holder) && holder[guess] !== undefined) return { path, help: `\`${guess}\` is there too: remove one of the two` }
      return { path, help: `did you mean \`${guess}\`?`, meant: guess }
    })
}

const metadata = ['name', 'namespace', 'labels', 'annotations', 'finalizers']

/** Of several that are as near, one that begins alike. */
function nearField(name: string, fields: readonly string[]): string | undefined {
  return (
    nearest(
      name,
      fields.filter((field) => field[0] === name[0]),
    ) ?? nearest(name, fields)
  )
}

function schemaAt(schema: Structural, path: Path): Structural | undefined {
  let at: Structural | undefined = schema
  for (const step of path) {
    if (typeof step === 'number') at = at?.items
    else at = at?.properties?.get(step) ?? (at?.additional === true ? undefined : at?.additional)
  }
  return at
}

const deepest = 5

/** The nearest map on the way up, or below one of those, that has such a field; undefined: none, or several. */
function placeOf(name: string, parent: Path, schema: Structural): Path | undefined {
  for (let length = parent.length; length > 0; length--) {
    const above = parent.slice(0, length)
    const node = schemaAt(schema, above)
    const found = node === undefined ? [] : mapsWith(name, node, deepest - length)
    if (found.length > 1) return undefined
    if (found[0] !== undefined) return [...above, ...found[0]]
  }
  return undefined
}

/** Paths of the maps at the least depth that have the field, through maps alone. */
function mapsWith(name: string, node: Structural, depth: number): Path[] {
  let level: { readonly path: Path; readonly node: Structural }[] = [{ path: [], node }]
  for (let step = 0; step <= depth && level.length > 0; step++) {
    const found = level.filter((one) => one.node.properties?.has(name) === true).map(({ path }) => path)
    if (found.length > 0) return found
    level = level.flatMap((one) => [...(one.node.properties ?? [])].map(([key, inner]) => ({ path: [...one.path, key], node: inner })))
  }
  return []
}
