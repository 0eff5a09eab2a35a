// Is this a database that we want in its environment?
import type { LocatedFinding } from '../findings/spot.ts'
import type { Path } from '../values/value.ts'
import { amounts } from './amounts.ts'
import { availability } from './availability.ts'
import { backup } from './backup.ts'
import { deletion } from './deletion.ts'
import { naming } from './naming.ts'
import { store } from './store.ts'
import { support } from './support.ts'
import { levelsOf, severityOf } from '../report/levels.ts'
import { locatePolicy } from './subject.ts'
import type { PolicyRule, PolicySubject } from './subject.ts'

/** Every policy about a single database. */
export const policies: readonly PolicyRule[] = [...availability, ...amounts, ...backup, ...deletion, ...store, ...support, ...naming]

/** The policies that read a path of the values. */
export function policiesOn(path: Path): readonly PolicyRule[] {
  return policies.filter(({ reads }) => reads.some((read) => read.every((step, index) => step === path[index])))
}

/** Runs the policies; without objects little is left to judge: the chart or Helm refused the values, or took all objects for unknown hooks. */
export function judgeDatabase(subject: PolicySubject): LocatedFinding[] {
  const asked = subject.objects.length === 0 ? deletion : policies
  const findings: LocatedFinding[] = []
  const levels = levelsOf(subject.settings, subject.database)
  for (const rule of asked) {
    const severity = severityOf(rule, levels)
    if (severity === undefined) continue
    for (const finding of rule.check(subject)) findings.push(locatePolicy({ id: rule.id, severity }, finding, subject))
  }
  return findings
}
