// How does a plan look on a terminal, and to a program?
import type { Compared, DatabaseChange } from '../../findings/database-change.ts'
import { visible } from '../../values/untrusted.ts'
import { locate } from '../../findings/spot.ts'
import type { Diagnostic } from '../../findings/finding.ts'
import type { Json } from '../../values/value.ts'
import { diagnosticsToJson } from './json.ts'
import { count, plural, printable } from './text.ts'

/** What a plan shows before the databases. */
export interface PlanHead extends Compared {
  /** as the user named it */
  readonly base: string
  /** the options of `check` that compare the same */
  readonly asked: string
  /** with the paths that the reader can open */
  readonly diagnostics: readonly Diagnostic[]
  /** the path of another file as the reader can open it, and the repository that it is in where that is another one */
  readonly place: (file: string) => { readonly file: string; readonly repository?: string }
  /** how many hand-written Clusters are made as before, under their names */
  readonly kept: number
  /** what could not be compared, in words */
  readonly uncompared: readonly string[]
}

/** The JSON of a plan, version 1, with every database, untouched ones too. */
export function writePlanJson(
  { base, asked, compared, repositories, diagnostics, place, kept, uncompared }: PlanHead,
  databases: readonly DatabaseChange[],
): string {
  const { errors } = count(diagnostics)
  const plan = {
    version: 1,
    base,
    compared,
    repositories,
    errors,
    blocked: blockedBy(asked, errors),
    handWritten: { kept, notCompared: uncompared },
    databases: databases.map(({ id, result, application, effect, reason, changes, steps }) => ({
      id,
      result,
      application,
      effect,
      reason,
      changes: changes.map((change) => {
        const { file, line, revision } = locate(change.spot)
        const { object, path, before, after } = change
        return { object, path, before, after, ...place(file), line, revision, effect: change.effect, reason: change.reason }
      }),
      steps: steps.map(({ text }) => text),
    })),
    diagnostics: diagnosticsToJson(diagnostics),
  }
  return `${JSON.stringify(plan, null, 2)}\n`
}

/** What prevents a merge; undefined: nothing. */
export function blockedBy(asked: string, errors: number): string | undefined {
  return errors === 0 ? undefined : `\`check ${asked}\` finds ${plural(errors, 'error')}: this can't be merged as it is`
}

/** What a plan does not see: of hand-written Clusters more than their names, and what is made in ways that are not run here. */
export function unseenLines({ kept, uncompared }: Pick<PlanHead, 'kept' | 'uncompared'>): string[] {
  const same =
    kept === 0
      ? []
      : [
          `${plural(kept, 'hand-written Cluster')} ${kept === 1 ? 'keeps its name and place' : 'keep their names and places'}; what else changes in ${kept === 1 ? 'it' : 'them'} was not compared`,
        ]
  return [...same, ...uncompared.map((text) => printable(`not compared: ${text}`))]
}

/** The errors of a plan, one a line: what merging does hangs on them. */
export function errorLines(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.filter(({ severity }) => severity === 'error').map(diagnosticLine)
}

/** What is warned of in the change itself, one a line. */
export function warningLines(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.filter(({ severity, rule }) => severity === 'warning' && rule.startsWith('changes/')).map(diagnosticLine)
}

function diagnosticLine({ at, message, rule, severity }: Diagnostic): string {
  const place = `${at.revision === undefined ? '' : `${at.revision}:`}${at.file}:${at.line}:${at.column}`
  return printable(`${place}: ${severity}: ${message} [${rule}]`)
}

/** Databases that change in the same way, shown once. */
export interface PlanGroup {
  readonly first: DatabaseChange
  readonly ids: readonly string[]
}

/** Databases whose changes differ only in names, in the order of their first; untouched ones are left out. */
export function groupChanges(databases: readonly DatabaseChange[]): PlanGroup[] {
  const groups = new Map<string, { first: DatabaseChange; ids: string[] }>()
  for (const database of databases) {
    if (database.result === 'untouched') continue
    const { id, result, effect, changes, steps } = database
    const like = changes.map((change) => {
      const { file, line } = locate(change.spot)
      return [change.object.split('/')[0], change.path, change.before, change.after, file, line, change.effect]
    })
    const key = changes.length === 0 ? id : JSON.stringify([result, effect, like, steps.length])
    const group = groups.get(key) ?? { first: database, ids: [] }
    group.ids.push(id)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** `orders/prd`, or `orders/prd and 3 more`. */
export function nameGroup({ ids }: PlanGroup): string {
  return ids.length === 1 ? (ids[0] as string) : ids.length <= 3 ? ids.join(', ') : `${ids[0]} and ${ids.length - 1} more`
}

/** One line of a count by result: `2 changed, 1 created, 40 untouched`. */
export function summarize(databases: readonly DatabaseChange[]): string {
  const results = ['gone', 'recreated', 'renamed', 'handed-over', 'retired', 'changed', 'created', 'untouched'] as const
  return results
    .flatMap((result) => {
      const number = databases.filter((database) => database.result === result).length
      return number === 0 ? [] : [`${number} ${result}`]
    })
    .join(', ')
}

const widest = 60

/** A value on one line; long ones are cut. */
export function shownJson(value: Json): string {
  const text = value === null ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value)
  const line = visible(text)
  return line.length <= widest ? line : `${line.slice(0, widest - 1)}…`
}

/** Changes of one line that affect several objects in the same way, shown once; the Cluster stands for the others. */
export function mergeMatching(
  changes: DatabaseChange['changes'],
): readonly { readonly change: DatabaseChange['changes'][number]; readonly others: number }[] {
  const merged = new Map<string, { change: DatabaseChange['changes'][number]; others: number }>()
  for (const change of changes) {
    const { file, line } = locate(change.spot)
    const key = change.path === '' ? change.object : JSON.stringify([change.path, change.before, change.after, file, line, change.effect])
    const known = merged.get(key)
    if (known === undefined) merged.set(key, { change, others: 0 })
    else merged.set(key, { change: change.object.startsWith('Cluster/') ? change : known.change, others: known.others + 1 })
  }
  return [...merged.values()]
}

/** `Cluster/orders-db-prd`, or `Cluster/orders-db-prd and 2 more`. */
export function nameObjects(object: string, others: number): string {
  return others === 0 ? object : `${object} and ${others} more`
}

/** Whether a map or a list is removed, whose content would only be noise. */
export function isRemovedWhole({ before, after }: DatabaseChange['changes'][number]): boolean {
  return after === null && typeof before === 'object' && before !== null
}

/** `refused: volumes can only grow`, `restart`; undefined for none. */
export function describeEffect({ effect, reason }: Pick<DatabaseChange, 'effect' | 'reason'>): string | undefined {
  if (effect === 'nothing') return undefined
  return reason === undefined ? effect : `${effect}: ${reason}`
}

/** A change in words: `spec.storage.size: 20Gi → 40Gi`, `new` or `removed` for whole objects. */
function describeChange(change: DatabaseChange['changes'][number], others: number): string {
  if (change.path === '') return change.after === null ? `${change.object} is removed` : `${change.object} is new`
  if (isRemovedWhole(change)) return `${nameObjects(change.object, others)}: ${change.path} is removed`
  return `${nameObjects(change.object, others)} ${change.path}: ${shownJson(change.before)} → ${shownJson(change.after)}`
}

/** The plan as a person reads it on a terminal. */
export function writePlanText(about: PlanHead, databases: readonly DatabaseChange[]): string {
  const { base, compared, diagnostics, place } = about
  const groups = groupChanges(databases)
  const errors = errorLines(diagnostics)
  const blocked = blockedBy(about.asked, errors.length)
  const unseen = [...warningLines(diagnostics), ...unseenLines(about)].map((line) => `${visible(line)}\n`)
  const end = [...unseen, ...(blocked === undefined ? [] : [...errors.map((line) => `${line}\n`), `${visible(blocked)}\n`])].join('')
  const head = `${visible(compared)}\n\n`
  if (groups.length === 0) {
    const what = errors.length === 0 ? 'nothing changes for' : 'these errors remain, and nothing else changes for'
    return `${head}${what} ${plural(databases.length, 'database')} (since ${visible(base)})\n${end}`
  }
  const blocks = groups.map((group) => {
    const { first } = group
    const lines = [
      `${visible(nameGroup(group))}: ${first.result}${first.effect === 'nothing' || first.effect === 'creation' ? '' : `, ${first.effect}`}`,
    ]
    for (const { change, others } of mergeMatching(first.changes)) {
      const { file, line, revision } = locate(change.spot)
      const effect = describeEffect(change)
      lines.push(
        `  ${visible(describeChange(change, others))}${effect === undefined ? '' : `  (${visible(effect)})`}`,
        `    ${visible(`${revision === undefined ? '' : `${revision}:`}${place(file).file}`)}:${line}`,
      )
    }
    for (const { text } of first.steps) lines.push(`  - ${visible(text)}`)
    if (group.ids.length > 1 && first.steps.length > 0) lines.push('  - the same for the others')
    return `${lines.join('\n')}\n`
  })
  return `${head}${blocks.join('\n')}\n${summarize(databases)} (since ${visible(base)})\n${end}`
}
