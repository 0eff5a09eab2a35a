// Which objects is a patch of a kustomization meant for?
import { compileGoRegexp } from '../../go-template/regexp.ts'
import type { GoRegexp } from '../../go-template/regexp.ts'
import type { RenderedObject } from '../../model.ts'
import { isOperators } from '../../operator/objects.ts'
import { printed } from '../../values/printed.ts'
import type { JsonMap, Value } from '../../values/value.ts'
import { isJsonMap, toPlain } from '../../values/value.ts'
import { parseSelector } from './selectors.ts'
import { at } from '../manifest-parts.ts'

interface Id {
  readonly name: string
  readonly namespace: string
}

/** An object on its way, with the names that it had before, the one that it was written with first. */
export interface Made extends RenderedObject {
  readonly earlier: readonly Id[]
}

/** Its name and namespace; without one it is as if in `default`. */
export const idOf = ({ name, plain }: RenderedObject): Id => ({ name, namespace: effective(at(plain, 'metadata', 'namespace')) })

const effective = (namespace: unknown): string => (typeof namespace === 'string' && namespace !== '' ? namespace : 'default')

/** Those that a patch changes; a text: why it is not known; `absent`: kustomize stops if no object that is not held here is meant. */
export type Targets = (objects: readonly Made[]) => ReadonlySet<Made> | string | { readonly absent: string }

/** A target selects by expressions that must match as a whole; without one a patch names its object. */
export function targetsOf(target: Value | undefined, patch: Value): Targets | string {
  const plain = toPlain(target ?? patch)
  if (!isJsonMap(plain)) return 'a patch of it has no target'
  return target === undefined ? named(plain) : selected(plain)
}

/** The one object with a name, now or before. */
function named(patch: JsonMap): Targets {
  const [kind, name] = [printed(patch['kind'] ?? ''), printed(at(patch, 'metadata', 'name') ?? '')]
  const namespace = effective(at(patch, 'metadata', 'namespace'))
  return (objects) => {
    const found = objects.filter(
      (object) =>
        object.kind === kind &&
        object.plain['apiVersion'] === patch['apiVersion'] &&
        [...object.earlier, idOf(object)].some((id) => id.name === name && id.namespace === namespace),
    )
    if (found.length > 1) return `a patch is for ${kind} ${name}, of which there are several`
    // objects of others are not held here
    if (found.length === 0 && isOperators(patch))
      return { absent: `a patch is for ${kind} ${name} in namespace ${namespace}, which is not there` }
    return new Set(found)
  }
}

const keys = ['group', 'version', 'kind', 'name', 'namespace'] as const
const selectors = { labelSelector: 'labels', annotationSelector: 'annotations' } as const

function selected(target: JsonMap): Targets | string {
  const strange = Object.keys(target).find((key) => !Object.hasOwn(selectors, key) && !keys.some((known) => known === key))
  if (strange !== undefined) return `a target of it has the unknown key \`${strange}\``
  const patterns = new Map<string, GoRegexp>()
  for (const key of keys) {
    const pattern = printed(target[key] ?? '')
    if (pattern === '') continue
    const whole = wholly(pattern)
    if (whole === undefined) return `a target of it has a ${key} that is no regular expression`
    patterns.set(key, whole)
  }
  const chosen: ((object: Made) => boolean)[] = []
  for (const [key, field] of Object.entries(selectors)) {
    const fits = parseSelector(printed(target[key] ?? ''))
    if (fits === undefined) return `a target of it has a ${key} that is no selector`
    chosen.push(({ plain }) => fits(at(plain, 'metadata', field)))
  }
  const fits = (key: (typeof keys)[number], ...texts: readonly string[]): boolean => {
    const pattern = patterns.get(key)
    return pattern === undefined || texts.some((text) => pattern.find(text) !== undefined)
  }
  return (objects) => {
    const found = objects.filter((object) => {
      const [group = '', version = ''] = printed(object.plain['apiVersion'] ?? '').split('/')
      const id = idOf(object)
      // the first name counts, not those between
      const [first = id] = object.earlier
      const isKind = fits('group', group) && fits('version', version) && fits('kind', object.kind)
      const isNamed = isKind && fits('name', first.name, id.name) && fits('namespace', first.namespace, id.namespace)
      return isNamed && chosen.every((fitsObject) => fitsObject(object))
    })
    return new Set(found)
  }
}

/** An expression for a whole text; one that is too large to be compiled counts as none. */
function wholly(pattern: string): GoRegexp | undefined {
  try {
    return compileGoRegexp(`^(?:${pattern})$`)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
