// Do fields of the operator's objects hold templates that nobody renders, of Helm or of an ApplicationSet?
import { fieldAt, named, phrase } from '../../findings/message.ts'
import { spotOf } from '../../findings/spot.ts'
import { printed } from '../../values/printed.ts'
import { isOperators } from '../../operator/objects.ts'
import { isJsonMap, leavesOf } from '../../values/value.ts'
import type { Json, Path } from '../../values/value.ts'
import type { ObjectRule } from '../subject.ts'

/** What only a template of Helm begins with; braces of Prometheus and of SQL are others. */
const template = /\{\{-?[ \t]*\$?\.(?:Values|Release|Chart)\./

/** A parameter of a set, which stays as it is written where the elements lack it (argo-cd#13731); `{{ end }}` belongs to other templates. */
const parameter = /\{\{[ \t]*(?!(?:end|else|break|continue|nil)[ \t}])[A-Za-z_][\w.-]{0,100}[ \t]*\}\}/
/** Texts of other programs, and of SQL, which writes arrays so. */
const ofOthers = /annotations|description|SQL$|^pg_/

const holdsParameter = (path: Path, text: string): boolean =>
  parameter.test(text) && !path.some((step) => typeof step === 'string' && ofOthers.test(step))

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
    summary: 'no field holds a template that nobody renders',
    reads: [],
    *check({ objects }) {
      for (const object of objects) {
        // places are found out only where there is something to say
        if (!isOperators(object.plain) || !holdsBraces(object.plain)) continue
        const leaf = [...leavesOf(object.value)].find(
          ({ path, value }) =>
            value.kind === 'scalar' && typeof value.value === 'string' && (template.test(value.value) || holdsParameter(path, value.value)),
        )
        // a template itself is what Helm renders, once somebody asks it to
        if (leaf === undefined || /(?:^|\/)templates\//.test(spotOf(leaf.value)?.file.path ?? '')) continue
        const text = leaf.value.kind === 'scalar' ? printed(leaf.value.value) : ''
        if (!template.test(text)) {
          yield {
            object,
            message: phrase`${fieldAt(leaf.path)} holds \`${named(parameter.exec(text)?.[0] ?? '')}\`, but nothing fills it in`,
            places: [{ path: leaf.path }],
            help: phrase`give each element of the set this parameter, or write what is meant`,
          }
          continue
        }
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
