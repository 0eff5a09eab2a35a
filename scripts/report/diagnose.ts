// Which mistakes are one, and how are they shown? Findings become diagnostics with file, line and column, each mistake once.
import type { Diagnostic, RelatedLocation, SourceLocation } from '../model.ts'
import { locate } from '../findings/spot.ts'
import type { Spot, LocatedFinding } from '../findings/spot.ts'
import { byCodeUnit } from '../values/path.ts'
import { maskMessage } from '../secret/message.ts'
import { mask } from '../secret/names.ts'
import { secretsOf, spansWithin } from '../secret/source.ts'

/**
 * Findings → diagnostics: one mistake once, however many databases it reaches, sorted by file, line, column and rule.
 * Two findings are the same mistake when rule and place agree (and it is the same occurrence within its database).
 * A warning where an error stands waits until that is mended.
 */
export function diagnose(all: Iterable<LocatedFinding>): Diagnostic[] {
  const findings = [...all]
  const wrong = new Set(findings.filter(({ severity }) => severity === 'error').map(placeKey))
  const groups = new Map<string, { first: LocatedFinding; databases: Set<string> }>()
  const occurrences = new Map<string, number>()
  for (const finding of findings) {
    if (finding.severity !== 'error' && wrong.has(placeKey(finding))) continue
    const place = `${finding.rule}\0${placeKey(finding)}`
    const database = finding.database ?? ''
    const nth = occurrences.get(`${place}\0${database}\0${finding.message}`) ?? 0
    occurrences.set(`${place}\0${database}\0${finding.message}`, nth + 1)
    if (nth > 0) continue
    const inDatabase = occurrences.get(`${place}\0${database}`) ?? 0
    occurrences.set(`${place}\0${database}`, inDatabase + 1)
    const key = `${place}\0${inDatabase}`
    const group = groups.get(key) ?? { first: finding, databases: new Set<string>() }
    if (finding.database !== undefined) group.databases.add(finding.database)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ first, databases }) => toDiagnostic(first, [...databases].sort(byCodeUnit))).sort(byPlace)
}

function placeKey({ at }: LocatedFinding): string {
  return `${at.file.revision ?? ''}\0${at.file.path}\0${at.span.start}`
}

function toDiagnostic(finding: LocatedFinding, databases: readonly string[]): Diagnostic {
  const at = shownPlace(finding.at)
  const shown = (text: string): string => shorten(maskMessage(text, places))
  const spots = (finding.related ?? []).map((spot) => ({ ...shownPlace(spot), message: spot.message, text: spot.file.text }))
  const places = [{ ...at, text: finding.at.file.text }, ...spots]
  const related = spots.map(({ text: _text, ...spot }): RelatedLocation => ({ ...spot, message: shown(spot.message) }))
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: shown(finding.message),
    at,
    related,
    ...(finding.help === undefined ? {} : { help: shown(finding.help) }),
    databases,
    ...(finding.object === undefined ? {} : { object: finding.object }),
    ...(finding.path === undefined ? {} : { path: shown(finding.path) }),
  }
}

/** The place of a secret ends where it begins, and a mask's length behind: how long a secret is, is a part of it. */
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
  const words = text.replaceAll(/[^\s`"]+/g, (word) => (word.length < 160 ? word : `${word.slice(0, 60)}…`))
  return words.length > 400 ? `${words.slice(0, 399)}…` : words
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (
    byCodeUnit(a.at.file, b.at.file) ||
    a.at.line - b.at.line ||
    a.at.column - b.at.column ||
    byCodeUnit(a.rule, b.rule) ||
    byCodeUnit(a.message, b.message)
  )
}
