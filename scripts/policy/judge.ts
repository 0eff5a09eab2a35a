// Would we want a database like this in its environment?
import type { LocatedFinding } from '../diagnose.ts'
import type { Path } from '../model.ts'
import { availability } from './availability.ts'
import { backup } from './backup.ts'
import { naming } from './naming.ts'
import { locatePolicy } from './subject.ts'
import type { PolicyRule, PolicySubject } from './subject.ts'

/** Every policy about a single database. */
export const policies: readonly PolicyRule[] = [...availability, ...backup, ...naming]

/** The policies that look at a value of the values. */
export function policiesOn(path: Path): readonly PolicyRule[] {
  return policies.filter(({ reads }) => reads.some((read) => read.every((step, index) => step === path[index])))
}

/** Runs the policies; without a Cluster there is nothing to judge, since the chart or Helm refused the values. */
export function judgeDatabase(subject: PolicySubject): LocatedFinding[] {
  if (subject.objects.length === 0) return []
  return policies.flatMap((rule) => [...rule.check(subject)].map((finding) => locatePolicy(rule, finding, subject)))
}
