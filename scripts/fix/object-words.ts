// What does the CRD know of a field that a diagnostic names?
import { factsOf, knownMembers } from '../admit/field-facts.ts'
import { parsePath } from '../explain/path-text.ts'
import type { Diagnostic, JsonMap, Path } from '../model.ts'

/** The members beside an unknown field. */
export function objectWords({ object, path }: Diagnostic, operator: string): readonly string[] {
  const steps = stepsOf(path)
  return object === undefined || steps === undefined ? [] : (knownMembers(kindOnly(object), steps, operator)?.members ?? [])
}

/** Whether the field that a diagnostic names is a list of plain text. */
export function isTextList({ object, path }: Diagnostic, operator: string): boolean {
  const steps = stepsOf(path)
  return object !== undefined && steps !== undefined && takesTexts(object, steps, operator)
}

/** Whether a field of a kind is a list of plain text. */
export function takesTexts(kind: string, path: Path, operator: string): boolean {
  return factsOf(kindOnly(kind), path, operator)?.type === 'list of text'
}

function stepsOf(path: string | undefined): Path | undefined {
  if (path === undefined) return undefined
  const steps = parsePath(path)
  return Array.isArray(steps) ? (steps as Path) : undefined
}

/** `Cluster/orders-db-prd` or `Cluster` → what the schema is found by. */
function kindOnly(object: string): JsonMap {
  const kind = object.split('/')[0] as string
  return { apiVersion: kind === 'ObjectStore' ? 'barmancloud.cnpg.io/v1' : 'postgresql.cnpg.io/v1', kind }
}
