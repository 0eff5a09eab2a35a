// How are the rule cases of test/rules/*.yaml read, run and printed?
import { textOf } from '../../scripts/findings/message.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { examine } from '../../scripts/admit/examine.ts'
import { ruleApplies, rulesFor, changeRulesFor } from '../../scripts/operator/rules.ts'
import { stringAt } from '../../scripts/operator/subject.ts'
import type { JsonMap } from '../../scripts/values/value.ts'
import type { Place, RuledFinding } from '../../scripts/findings/finding.ts'

/** One document. Its leading comments are the name and directives, its trailing `# expect: <rule>` marks the lines to blame. */
export interface RuleCase {
  readonly name: string
  /** line of the document's first line in the file, from 0 */
  readonly line: number
  readonly document: Document
  readonly lines: LineCounter
  readonly object: JsonMap
  /** `<line> <rule>`, sorted */
  readonly expected: readonly string[]
  /** release of the operator, `# operator: 1.27.1` */
  readonly operator: string
  /** `# raw`: the operator's rules alone, without schema and defaults, for what those hide */
  readonly raw: boolean
  /** `# no snapshots`: the Kubernetes cluster has no VolumeSnapshots */
  readonly volumeSnapshot: boolean
  /** `# old: <name>`: the case that is the object before the update */
  readonly old?: string
}

const folder = new URL('../rules/', import.meta.url)

export function caseFiles(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
}

export function readCases(file: string): RuleCase[] {
  return parseCases(readFileSync(new URL(file, folder), 'utf8'))
}

export function parseCases(text: string): RuleCase[] {
  const cases: RuleCase[] = []
  let line = 0
  for (const part of text.split(/^---\n/m)) {
    if (/^[^#\s]/m.test(part)) cases.push(parseCase(part, line))
    line += part.split('\n').length
  }
  return cases
}

function parseCase(text: string, line: number): RuleCase {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors.length > 0) throw new Error(`line ${line + 1}: ${document.errors[0]?.message}`)
  const comments = text.split('\n').filter((row) => row.startsWith('# '))
  const directive = (name: string) => comments.find((row) => row.startsWith(`# ${name}: `))?.slice(name.length + 4)
  const old = directive('old')
  const expected = text.split('\n').flatMap((row, index) => {
    const rules = /# expect: (.*)$/.exec(row)?.[1]?.split(', ') ?? []
    return rules.map((rule) => `${line + index + 1} ${rule}`)
  })
  return {
    name: (comments[0] ?? '').slice(2),
    line,
    document,
    lines,
    object: document.toJS() as JsonMap,
    expected: expected.toSorted(),
    operator: directive('operator') ?? '1.30.0',
    raw: comments.includes('# raw'),
    volumeSnapshot: !comments.includes('# no snapshots'),
    ...(old !== undefined && { old }),
  }
}

/** What is found in a case, in the order of the stages. */
export function runCase(subject: RuleCase, all: readonly RuleCase[]): RuledFinding[] {
  const { object, operator, volumeSnapshot } = subject
  const before = all.find((other) => other.name === subject.old)?.object
  const env = { volumeSnapshot }
  if (!subject.raw) return examine(object, { operator, env, ...(before && { old: before }) })
  const kind = stringAt(object, 'kind')
  const rules = [...rulesFor(kind), ...changeRulesFor(kind)].filter((rule) => ruleApplies(rule, operator))
  const context = { object, operator, env, ...(before && { old: before }) }
  return rules.flatMap((rule) => [...rule.check(context)].map((finding) => ({ ...finding, rule: rule.id, severity: rule.severity })))
}

/** Line and column in the file, both from 1, of the place or of the nearest thing around it that exists. */
export function locate(subject: RuleCase, place: Place): { line: number; column: number } {
  const position = subject.lines.linePos(offsetOf(subject.document, place))
  return { line: subject.line + position.line, column: position.col }
}

function offsetOf(document: Document, place: Place): number {
  let node: unknown = document.contents
  let offset = 0
  for (const [index, step] of place.path.entries()) {
    const isLast = index === place.path.length - 1
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (!pair) return offset
      const key = startOf(pair.key as Node)
      offset = isLast && place.on !== 'key' ? (startOf(pair.value as Node | null) ?? key ?? offset) : (key ?? offset)
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      offset = startOf(node as Node) ?? offset
    } else return offset
  }
  return offset
}

function startOf(node: Node | null | undefined): number | undefined {
  return node?.range?.[0]
}

/** The lines that are to blame, in the form of `expected`. */
export function blamed(subject: RuleCase, findings: readonly RuledFinding[]): string[] {
  return findings.map((finding) => `${locate(subject, finding.places[0]).line} ${finding.rule}`).toSorted()
}

/** The text of an `.out` file. */
export function printCases(cases: readonly RuleCase[]): string {
  const blocks: string[] = []
  for (const subject of cases) {
    const rows: string[] = []
    for (const { places, message, rule, severity, help } of runCase(subject, cases)) {
      const [first, ...others] = places
      const at = (place: Place) => `${locate(subject, place).line}:${locate(subject, place).column}`
      rows.push(`${at(first)}: ${severity}: ${textOf(message)} [${rule}]`)
      for (const place of others) rows.push(`  ${at(place)}: ${textOf(place.label ?? ['here'])}`)
      if (help !== undefined) rows.push(`  help: ${textOf(help, 300)}`)
    }
    if (rows.length > 0) blocks.push(`${subject.name}\n${rows.join('\n')}\n`)
  }
  return blocks.join('\n')
}
