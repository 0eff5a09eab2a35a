// What do new pins mean for a database, and what do many have in common?
import { gravest } from '../findings/database-change.ts'
import type { Effect } from '../findings/database-change.ts'
import { textOf } from '../findings/message.ts'
import { clusterEffect } from '../changes/effect.ts'
import { differences } from '../changes/difference.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Diagnostic } from '../findings/finding.ts'
import { valueAt } from '../values/value.ts'
import type { Move } from './pins.ts'
import type { Evaluated } from '../chart/evaluated.ts'
import type { FieldChange } from './stored.ts'

/** From most to least severe. `unknown`: the chart can't be rendered here. */
export type Verdict = 'breaks' | 'unknown' | 'warns' | 'changes' | 'unchanged'

/** One database with its verdict. */
export interface DatabaseVerdict {
  readonly id: string
  readonly verdict: Verdict
  readonly effect: Effect
  /** mistakes that it already has, whatever is pinned */
  readonly alreadyBroken: number
  readonly breaks: number
  readonly warnings: number
  readonly values: readonly FieldChange[]
  readonly changes: readonly FieldChange[]
}

/** A generated file whose lines differ. */
export interface FileChange {
  readonly path: string
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** A note with the databases that it concerns; none: all of them. */
export interface Note {
  readonly text: string
  readonly databases: readonly string[]
}

/** Everything that the command reports. */
export interface Upgrade {
  readonly moves: readonly Move[]
  readonly databases: readonly DatabaseVerdict[]
  /** what would break, and new or reworded warnings */
  readonly diagnostics: readonly Diagnostic[]
  /** what would no longer be reported */
  readonly gone: readonly Diagnostic[]
  readonly files: readonly FileChange[]
  readonly notes: readonly Note[]
}

/** Findings of one side that the other does not have. A reworded one is new only if it is a warning with another text. */
export function newFindings(before: readonly LocatedFinding[], after: readonly LocatedFinding[]): LocatedFinding[] {
  const known = new Map(before.map((finding) => [identityOf(finding), finding]))
  return after.filter((finding) => {
    const old = known.get(identityOf(finding))
    return (
      old === undefined ||
      (finding.severity === 'error' && old.severity !== 'error') ||
      (finding.severity !== 'error' && textOf(old.message, Infinity) !== textOf(finding.message, Infinity))
    )
  })
}

/** Findings of the first side that the second does not have under any wording. */
export function goneFindings(before: readonly LocatedFinding[], after: readonly LocatedFinding[]): LocatedFinding[] {
  const known = new Set(after.map(identityOf))
  return before.filter((finding) => !known.has(identityOf(finding)))
}

function identityOf({ rule, object, path, database, at }: LocatedFinding): string {
  return [database, rule, object, path, at.file.path, at.span.start].join('\0')
}

/**
 * What happens to the servers of a database. Another operator rolls every Cluster, unless it replaces the program inside
 * the running pods (`inPlace`); the rest follows from the fields that differ.
 */
export function effectOf(before: Evaluated, after: Evaluated, inPlace: boolean): Effect {
  const [left, right] = [before, after].map((side) => side.objects.find(({ kind }) => kind === 'Cluster')?.value)
  if (left === undefined || right === undefined) return 'nothing'
  const found = [...differences(left, right)].map(({ path }) => clusterEffect(path, { before: left, after: right }))
  const isRolled = before.database.environment.operator.version !== after.database.environment.operator.version && !inPlace
  if (isRolled) found.push(instancesOf(before) > 1 ? 'rolling update with switchover' : 'restart')
  return gravest(found)
}

/** The instances of a database's Cluster; 1 if not set. */
function instancesOf({ objects }: Evaluated): number {
  const value = objects.find(({ kind }) => kind === 'Cluster')?.value
  const instances = value === undefined ? undefined : valueAt(value, ['spec', 'instances'])
  return instances?.kind === 'scalar' ? Number(instances.value) : 1
}

/** Whether the primary waits for a manual switchover. */
export function isSupervised({ objects }: Evaluated): boolean {
  const value = objects.find(({ kind }) => kind === 'Cluster')?.value
  const strategy = value === undefined ? undefined : valueAt(value, ['spec', 'primaryUpdateStrategy'])
  return strategy?.kind === 'scalar' && strategy.value === 'supervised'
}

/** The lines of a text that differ, without their order: generated files list the same lines in the same order. */
export function changedLines(path: string, before: string, after: string): FileChange[] {
  if (before === after) return []
  const rest = (text: string, other: string): string[] => {
    const counts = new Map<string, number>()
    for (const line of other.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1)
    return text
      .split('\n')
      .filter((line) => {
        const left = counts.get(line) ?? 0
        counts.set(line, left - 1)
        return left <= 0
      })
      .map((line) => line.trim())
  }
  return [{ path, removed: [...new Set(rest(before, after))], added: [...new Set(rest(after, before))] }]
}

/** Notes of several databases, each once, in the order of their first occurrence. */
export function collectNotes(notes: Iterable<{ readonly text: string; readonly database?: string }>): Note[] {
  const found = new Map<string, string[]>()
  for (const { text, database } of notes) {
    const databases = found.get(text) ?? []
    if (database !== undefined) databases.push(database)
    found.set(text, databases)
  }
  return [...found].map(([text, databases]) => ({ text, databases }))
}
