// Which Applications of a set are gone only because an element in their place is wrong now?
import { applicationName } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { nameRules } from '../application/names.ts'
import { shapeRules } from '../sets/shape.ts'

/** Steps of `spec.generators[0].list.elements[0]`. */
const elementDepth = 6

/** The Applications of elements that were replaced by an invalid one: the element is reported. */
export function replacedNames(before: Manifest, after: Manifest): ReadonlySet<string> {
  const wrong = [...shapeRules, ...nameRules].flatMap((rule) => [...rule.check(after)].map(({ places: [{ path }] }) => path))
  const elements = new Set(wrong.map((path) => path.slice(0, elementDepth).join('.')))
  const replaced = before.elements().filter(({ path }) => elements.has(path.join('.')))
  return new Set(replaced.flatMap(({ applications }) => applications.map(applicationName)))
}
