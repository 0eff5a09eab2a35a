// Which schema does a reference name?
import type { Json, JsonMap } from '../values/value.ts'
import { isJsonMap } from '../values/value.ts'
import { SchemaProblem, checkShape } from './json-schema-shape.ts'
import type { Draft } from './json-schema-shape.ts'

export const rootUrl = 'file:///values.schema.json'

export interface Resource {
  readonly schema: Json
  readonly base: string
}
export interface Registry {
  readonly draft: Draft
  /** schemas by URL without fragment, and by URL with anchor */
  readonly byUrl: Map<string, Resource>
  readonly bases: Map<JsonMap, string>
  /** objects that match a schema, if its evaluated properties are not needed */
  readonly fitting: WeakMap<object, Set<Json>> | undefined
  /** whether a value will be asked about again */
  readonly isShared: (value: object) => boolean
}

export function draftOf(schema: Json): Draft {
  const named = isJsonMap(schema) && typeof schema['$schema'] === 'string' ? schema['$schema'] : ''
  const match = /draft[-/](\d\d)|draft\/(20\d\d)-\d\d/.exec(named)
  const number = Number(match?.[1] ?? match?.[2] ?? 2020)
  return number === 4 || number === 6 || number === 7 || number === 2019 ? number : 2020
}

/** Schemas with a URL or an anchor of their own. */
export function register(node: Json, base: string, registry: Registry): void {
  if (Array.isArray(node)) {
    for (const item of node) register(item, base, registry)
    return
  }
  if (!isJsonMap(node)) return
  const id = node[registry.draft === 4 ? 'id' : '$id']
  let own = base
  if (typeof id === 'string' && (registry.draft > 7 || node['$ref'] === undefined)) {
    const url = resolve(id, base)
    if (id.startsWith('#')) registry.byUrl.set(url, { schema: node, base })
    else {
      own = url.replace(/#.*$/s, '')
      registry.byUrl.set(own, { schema: node, base: own })
    }
  }
  for (const key of ['$anchor', '$dynamicAnchor']) {
    const anchor = node[key]
    if (typeof anchor === 'string' && registry.draft >= 2019) registry.byUrl.set(`${own}#${anchor}`, { schema: node, base: own })
  }
  registry.bases.set(node, own)
  checkShape(node, registry.draft)
  for (const [key, child] of Object.entries(node))
    if (!['enum', 'const', 'default', 'examples'].includes(key)) register(child, own, registry)
}

function resolve(reference: string, base: string): string {
  try {
    return new URL(reference, base).href
  } catch {
    throw new SchemaProblem(`invalid uri ${reference}`)
  }
}

/** The schema that a reference names; undefined: it is elsewhere, and the network is never used. */
export function lookUp(reference: string, at: { readonly registry: Registry; readonly base: string }): Resource | undefined {
  const url = resolve(reference, at.base)
  const whole = at.registry.byUrl.get(url)
  if (whole !== undefined) return whole
  const hash = url.indexOf('#')
  const document = hash < 0 ? url : url.slice(0, hash)
  const found = at.registry.byUrl.get(document)
  if (found === undefined) {
    if (document.startsWith('file:')) throw new SchemaProblem(`failing loading "${document}"`)
    return undefined
  }
  const fragment = hash < 0 ? '' : decodeURIComponent(url.slice(hash + 1))
  if (fragment === '') return found
  if (!fragment.startsWith('/')) throw new SchemaProblem(`anchor ${fragment} not found`)
  let node: Json | undefined = found.schema
  let { base } = found
  for (const part of fragment.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    node = Array.isArray(node) ? node[Number(key)] : isJsonMap(node) && Object.hasOwn(node, key) ? node[key] : undefined
    if (node === undefined) throw new SchemaProblem(`"${url}" is not found`)
    if (isJsonMap(node)) base = at.registry.bases.get(node) ?? base
  }
  return { schema: node, base }
}
