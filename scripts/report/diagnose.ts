// Which findings are the same mistake, and how is it shown? Findings become diagnostics with file, line and column, each mistake once.
import { invisibleHelp, invisibleIn } from '../findings/invisible.ts'
import { textOf } from '../findings/message.ts'
import type { Diagnostic, Message, RelatedLocation, SourceLocation } from '../findings/finding.ts'
import type { SourceFile } from '../values/value.ts'
import { locate } from '../findings/spot.ts'
import type { Spot, LocatedFinding } from '../findings/spot.ts'
import { byText } from '../values/by-text.ts'
import { byCodeUnit } from '../values/path.ts'
import { maskMessage } from '../secret/message.ts'
import { mask } from '../secret/names.ts'
import { atAliases } from './aliases.ts'
import { suppress } from './suppress.ts'
import type { Surroundings } from './suppress.ts'
import { secretsOf, spansWithin } from '../secret/source.ts'

/**
 * Findings → diagnostics: each mistake once, however many databases it affects, sorted by file, line, column and rule.
 * Two findings are the same mistake when rule, place and words agree: what is reported for one database's values is never reported for
 * another. Names that follow from the database's own (`orders-db-prd`) may differ.
 */
export function diagnose(all: Iterable<LocatedFinding>, around: Surroundings = {}): Diagnostic[] {
  const placeKey = placeKeys()
  const groups = new Map<string, { first: LocatedFinding; databases: Set<string> }>()
  for (const finding of suppress(atAliases([...all]), around)) {
    const place = `${finding.rule}\0${placeKey(finding)}`
    // a list of names is the same for all, and contains the name of each
    const [verbatim, nameless] = [`${place}\0${wordsOf(finding, false)}`, `${place}\0${wordsOf(finding, true)}`]
    const group = groups.get(verbatim) ?? groups.get(nameless) ?? { first: finding, databases: new Set<string>() }
    if (finding.database !== undefined) group.databases.add(finding.database)
    groups.set(verbatim, group).set(nameless, group)
  }
  return withoutExcess([...new Set(groups.values())])
    .map(({ first, databases }) => toDiagnostic(first, [...databases].sort(byCodeUnit)))
    .sort(byPlace)
}

/** The words of a finding; nameless: without the names of its database, which are in values, and in help also in what to type. */
function wordsOf({ message, help = [], related = [], database }: LocatedFinding, isNameless: boolean): string {
  const names = database === undefined || !isNameless ? undefined : namesOf(database)
  const wordsIn = (text: Message): string =>
    textOf(
      text.map((part) =>
        names !== undefined && typeof part === 'object' && 'shown' in part ? part.shown.replaceAll(names.own, '\u0001') : part,
      ),
      Number.POSITIVE_INFINITY,
    )
  const typed = textOf(help, Number.POSITIVE_INFINITY)
  return [
    wordsIn(message),
    names === undefined ? typed : typed.replaceAll(names.all, '\u0001'),
    ...related.map((spot) => wordsIn(spot.message)),
  ].join('\0')
}

/**
 * The parts of a database's id, as whole words: `own` has the environment only inside longer names, since what is reported for
 * one environment must not be shown as reported for another; `all` is for help, which shows what to type.
 */
const namesOf = byText((database) => {
  const names = database.split('/').map((name) => name.replaceAll(/[^\w-]/g, (character) => `\\${character}`))
  const all = names.map((name) => `\\b${name}\\b`)
  const environment = names.at(-1)
  const own = [...all.slice(0, -1), `(?<=[-/])${environment}\\b`, `\\b${environment}(?=[-/])`]
  return { own: new RegExp(own.join('|'), 'g'), all: new RegExp(all.join('|'), 'g') }
})

interface Group {
  readonly first: LocatedFinding
  readonly databases: ReadonlySet<string>
}

/** Nobody reads more of one kind in one file; the rest is one diagnostic that counts them. */
export const mostOfAKind = 1_000

function withoutExcess(groups: readonly Group[]): Group[] {
  if (groups.length <= mostOfAKind) return [...groups]
  const kinds = new Map<string, Group[]>()
  for (const group of groups) {
    const { rule, at } = group.first
    const kind = `${rule}\0${at.file.revision ?? ''}\0${at.file.path}`
    const own = kinds.get(kind)
    if (own === undefined) kinds.set(kind, [group])
    else own.push(group)
  }
  return [...kinds.values()].flatMap((own) => {
    if (own.length <= mostOfAKind) return own
    const inOrder = own.sort((a, b) => a.first.at.span.start - b.first.at.span.start)
    const [shown, [next, ...others]] = [inOrder.slice(0, mostOfAKind), inOrder.slice(mostOfAKind)]
    if (next === undefined || others.length === 0) return own
    const severity = [next, ...others].some(({ first }) => first.severity === 'error') ? 'error' : next.first.severity
    const { rule, at } = next.first
    return [...shown, { first: { rule, severity, message: [moreOfAKind(others.length + 1)], at }, databases: next.databases }]
  })
}

/** The message of that diagnostic. */
export const moreOfAKind = (count: number): string => `and ${count} more of this kind in this file`

/** Numbers stand for files, since a key is made for each finding. */
function placeKeys(): (finding: LocatedFinding) => string {
  const numbers = new Map<string, number>()
  const files = new WeakMap<SourceFile, number>()
  return ({ at: { file, span } }) => {
    let number = files.get(file)
    if (number === undefined) {
      const name = `${file.revision ?? ''}\0${file.path}`
      number = numbers.get(name) ?? numbers.size
      numbers.set(name, number)
      files.set(file, number)
    }
    return `${number}:${span.start}`
  }
}

function toDiagnostic(finding: LocatedFinding, databases: readonly string[]): Diagnostic {
  const at = shownPlace(finding.at)
  // a cut secret would no longer be recognised, so the whole message is checked first
  const shown = (message: Message, limit?: number): string => {
    const whole = textOf(message, Number.POSITIVE_INFINITY)
    const masked = maskMessage(whole, places)
    return shorten(masked === whole ? textOf(message, limit) : masked)
  }
  const spots = (finding.related ?? []).map((spot) => ({ ...shownPlace(spot), message: spot.message }))
  // all lines of a text, of which only the first is shown if it holds a secret
  const { file, alias } = finding.at
  const repeated = alias === undefined ? [] : [{ file, span: alias }]
  const places = [finding.at, ...repeated, ...(finding.related ?? [])].map((spot) => ({ ...locate(spot), text: spot.file.text }))
  const help = spoiledBy(finding) ?? finding.help
  const related = spots.map((spot): RelatedLocation => ({ ...spot, message: shown(spot.message) }))
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: shown(finding.message),
    at,
    related,
    ...(help === undefined ? {} : { help: shown(help, longestHelp) }),
    ...(finding.fix === undefined ? {} : { fix: finding.fix }),
    databases,
    ...(finding.object === undefined ? {} : { object: maskMessage(finding.object, places) }),
    ...(finding.path === undefined ? {} : { path: shown([finding.path]) }),
  }
}

/** Help for a value or a key that the message shows, and that holds a character which nobody sees there. */
function spoiledBy({ at: { file, span }, message }: LocatedFinding): Message | undefined {
  const written = invisibleHelp(file.text.slice(span.start, Math.min(span.end, span.start + longestHelp)))
  return written && message.some((part) => typeof part === 'object' && 'shown' in part && invisibleIn(part.shown)) ? written : undefined
}

/** The span of a secret is as long as the mask, since its real length would reveal part of it. */
function shownPlace(spot: Spot): SourceLocation {
  const place = locate(spot)
  if (spotIsPublic(spot)) return place
  return { ...place, endLine: place.line, endColumn: place.column + mask.length }
}

function spotIsPublic({ file, span }: Spot): boolean {
  return file.builtin === true || spansWithin(secretsOf(file.text), span).length === 0
}

/** A key or a value may be as long as its author likes; nobody reads that. */
function shorten(text: string): string {
  return text.replaceAll(/[^\s`"]{160,}/g, (word) => `${word.slice(0, 60)}…`)
}

/** Help may show what to type, so it has more room for values than a message. */
const longestHelp = 300

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (
    byCodeUnit(a.at.file, b.at.file) ||
    a.at.line - b.at.line ||
    a.at.column - b.at.column ||
    byCodeUnit(a.rule, b.rule) ||
    byCodeUnit(a.message, b.message)
  )
}
