// What do the house rules about changes say of one database, and at which line?
import { locateFinding } from '../locate/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Settings } from '../model.ts'
import { changePolicies } from '../policy/changes/rules.ts'
import type { ObjectFinding } from '../policy/subject.ts'
import { levelsOf, severityOf } from '../report/levels.ts'
import { valueAt } from '../values/value.ts'
import { causeOf } from './cause.ts'
import type { Side } from './side.ts'

/** Findings about the change of a database, with the severity that the settings give them. */
export function policyFindings(before: Side, after: Side, settings: Settings): LocatedFinding[] {
  const levels = levelsOf(settings, after.database)
  const [was, now] = [before, after].map((side) => ({ ...side, operator: side.database.environment.operator.version }))
  if (was === undefined || now === undefined) return []
  return changePolicies.flatMap((rule) => {
    const severity = severityOf(rule, levels)
    if (severity === undefined) return []
    return [...rule.check({ before: was, after: now })].map((finding) => locate({ rule: rule.id, severity }, finding, { before, after }))
  })
}

/** What is gone is blamed on the line that made it go. */
function locate(
  rule: { readonly rule: string; readonly severity: LocatedFinding['severity'] },
  { object, ...finding }: ObjectFinding,
  { before, after }: { readonly before: Side; readonly after: Side },
): LocatedFinding {
  const { database, values, fallback } = after
  const located = locateFinding({ ...finding, ...rule }, { object, values, fallback, database })
  const [{ path }] = finding.places
  const old = before.objects.find(({ kind, name }) => kind === object.kind && name === object.name)
  const gone = after.objects.includes(object) && valueAt(object.value, path) !== undefined ? undefined : valueAt(old?.value, path)
  if (gone === undefined) return located
  const cause = causeOf(gone.origin.path, { before: before.values, after: values })
  return { ...located, at: cause?.at ?? fallback, ...(cause?.unless && { unless: cause.unless }) }
}
