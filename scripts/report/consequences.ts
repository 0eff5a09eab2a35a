// Which findings only follow from another one, and are not told beside it?
import { locate } from '../findings/spot.ts'
import type { LocatedFinding, Spot } from '../findings/spot.ts'

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
  const line = ({ at }: LocatedFinding): string => `${at.file.path}\0${locate(at).line}`
  const generated = new Set(findings.filter(({ rule }) => rule === 'values/generated-key').map(line))
  // backups whose method is incomplete are none, which is told as that
  const methods = findings.filter(({ rule, path }) => rule === 'values/known-choice' && path?.startsWith('backups.') === true)
  const undecided = new Set(methods.map(({ database }) => database))
  const told = new Set(findings.map(({ rule, database }) => `${rule} ${database}`))
  return findings.filter((finding) => {
    const { rule, database, unless } = finding
    if (rule === 'schema/metadata' && generated.has(line(finding))) return false
    if (unless !== undefined && unknown.has(key(unless))) return false
    if (undecided.has(database) && (rule === 'changes/backups-stay' || rule === 'policy/schedule-has-method')) return false
    if (rule === 'policy/recovery-left-on' && database !== undefined && isNew(database)) return false
    const speaker = spokenFor[rule]
    return speaker === undefined || !told.has(`${speaker} ${database}`)
  })
}
