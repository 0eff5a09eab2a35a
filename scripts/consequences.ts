// Which findings only follow from another one, and are not told beside it?
import type { LocatedFinding, Spot } from './diagnose.ts'

/** A change that took something away speaks for the policy that misses it; a value that must go need not name anything. */
const spokenFor: Readonly<Record<string, string>> = {
  'policy/backups-enabled': 'changes/backups-stay',
  'policy/backups-scheduled': 'changes/backups-stay',
  'replica/primary-known': 'replica/enabled-without-primary',
}

/**
 * One mistake, one finding: leaves out what an unknown key explains, and what a change of the same database says already.
 * `isNew` tells the databases that the change creates: what is said of those that live does not concern them.
 */
export function withoutConsequences(findings: readonly LocatedFinding[], isNew: (database: string) => boolean): LocatedFinding[] {
  const key = ({ file, span }: Spot): string => `${file.path}\0${span.start}`
  const unknown = new Set(findings.filter(({ rule }) => rule === 'values/known-keys').map(({ at }) => key(at)))
  const told = new Set(findings.map(({ rule, database }) => `${rule} ${database}`))
  return findings.filter(({ rule, database, unless }) => {
    if (unless !== undefined && unknown.has(key(unless))) return false
    if (rule === 'policy/recovery-left-on' && database !== undefined && isNew(database)) return false
    const speaker = spokenFor[rule]
    return speaker === undefined || !told.has(`${speaker} ${database}`)
  })
}
