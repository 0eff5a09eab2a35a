// What does the parse tree of a statement name?
import { append } from '../../values/append.ts'
import type { Json } from '../../values/value.ts'
import { isJsonMap } from '../../values/value.ts'

/** All that is in a statement, in its order; expressions may be nested deeper than calls may. */
function* nodesIn(top: Json): Iterable<Json> {
  const open: Json[] = [top]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    yield value
    if (typeof value === 'object' && value !== null) append(open, Object.values(value).toReversed())
  }
}

/** The roles that it names. */
export function roleSpecs(top: Json): string[] {
  return [...nodesIn(top)].flatMap((value) =>
    isJsonMap(value) && value['roletype'] === 'ROLESPEC_CSTRING' && typeof value['rolename'] === 'string' ? [value['rolename']] : [],
  )
}

/** SQL that another server, or another session of this one, runs. */
export function callsDblink(node: Json): boolean {
  for (const value of nodesIn(node)) if (typeof value === 'string' && value.startsWith('dblink')) return true
  return false
}
