// Do fields of the operator's objects hold templates of Helm that nobody renders?
import { fieldAt, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import { isOperators } from '../../operator/objects.ts'
import { isJsonMap, leavesOf } from '../../values/value.ts'
import type { Json } from '../../values/value.ts'
import type { ObjectRule } from '../subject.ts'

/** What only a template of Helm begins with; braces of Prometheus and of SQL are others. */
const template = /\{\{-?[ \t]*\$?\.(?:Values|Release|Chart)\./

/** Asked of every object: most have none, and no paths are made for them. */
function holdsBraces(plain: Json): boolean {
  if (typeof plain === 'string') return plain.includes('{{')
  if (Array.isArray(plain)) return plain.some(holdsBraces)
  return isJsonMap(plain) && Object.values(plain).some(holdsBraces)
}

export const unrendered: readonly ObjectRule[] = [
  {
    // Helm renders the files in templates/ once: what values hold is text, unless a template runs `tpl` on it (helm#2492); plain folders not at all
    id: 'policy/template-rendered',
    severity: 'error',
    configurable: true,
    summary: 'no field holds a template of Helm that nobody renders',
    reads: [],
    *check({ objects }) {
      for (const object of objects) {
        // places are found out only where there is something to say
        if (!isOperators(object.plain) || !holdsBraces(object.plain)) continue
        const leaf = [...leavesOf(object.value)].find(
          ({ value }) => value.kind === 'scalar' && typeof value.value === 'string' && template.test(value.value),
        )
        // a template itself is what Helm renders, once somebody asks it to
        if (leaf === undefined || /(?:^|\/)templates\//.test(spotOf(leaf.value)?.file.path ?? '')) continue
        yield {
          object,
          message: phrase`${fieldAt(leaf.path)} holds \`{{ … }}\`, but Helm renders no template inside of values or plain manifests`,
          places: [{ path: leaf.path }],
          help: phrase`write what it is meant to become, or build it in a template of the chart`,
        }
      }
    },
  },
]
