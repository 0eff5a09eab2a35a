// Which warnings are allowed in place, with a reason?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { nearest } from '../values/path.ts'
import { renamedTo } from './renamed-rules.ts'
import type { Database } from '../model.ts'
import type { SourceFile } from '../values/value.ts'

/** `# allow area/requirement: reason`, above the reported line or at its end. */
const comment = /(?<=^|\s)#[ \t]*allow[ \t]+([a-z-]+\/[a-z0-9-]+)(.*)$/gm

interface Allowance {
  readonly file: SourceFile
  readonly rule: string
  readonly reason: string
  readonly start: number
  readonly end: number
  /** lines of the file that it covers, including the last one */
  readonly lines: readonly [first: number, last: number]
  used: boolean
}

/**
 * Removes allowed warnings. Errors stay, whatever a comment says: the API server would refuse them anyway.
 * An allowance without a reason, or for nothing at all, is itself a warning; not so one that may serve a skipped database.
 */
export function applyAllowances(
  findings: readonly LocatedFinding[],
  databases: readonly Database[],
  skippedDatabases: Iterable<Database>,
): LocatedFinding[] {
  const allowances = new Map<SourceFile, Allowed>()
  const hidden = new Set(skippedDatabases)
  const partly = filesOf(hidden)
  for (const file of filesOf(databases.filter((database) => !hidden.has(database)))) {
    const allowed = allowedIn(file)
    if (allowed !== undefined) allowances.set(file, allowed)
  }
  // what is in other files, such as manifests, is not known to be looked at whole, so that there nothing is unused
  const elsewhere = new Map<SourceFile, Allowed | undefined>()
  const allowedAt = (file: SourceFile): Allowed | undefined => {
    const own = allowances.get(file)
    if (own !== undefined) return own
    if (!elsewhere.has(file)) elsewhere.set(file, allowedIn(file))
    return elsewhere.get(file)
  }
  const refused = new Set<Allowance>()
  const reported = findings.filter((finding) => {
    const inFile = allowedAt(finding.at.file)
    const candidates = inFile?.byRule.get(finding.rule)
    if (inFile === undefined || candidates === undefined) return true
    const line = lineOf(inFile.starts, finding.at.span.start)
    const allowance = candidates.find((candidate) => candidate.lines[0] <= line && line <= candidate.lines[1])
    if (finding.severity === 'error' && allowance !== undefined) refused.add(allowance)
    if (finding.severity === 'error' || allowance === undefined || allowance.reason === '') return true
    allowance.used = true
    return false
  })
  // after an error much was not checked, and a finding may have moved to a higher layer: only allowances of errors are certainly unused
  if (reported.some((finding) => finding.severity === 'error')) return [...reported, ...[...refused].map(ofError)]
  const found = new Set(findings.map((finding) => finding.rule))
  const idle = [...allowances.values()]
    .flatMap(({ found: all }) => all)
    .filter((allowance) => !allowance.used && !allowance.rule.startsWith('changes/'))
  return [
    ...reported,
    ...idle
      .filter(({ file, rule, reason }) => reason === '' || !(found.has(rule) || partly.has(file)))
      .map((allowance) => unused(allowance, found)),
  ]
}

function filesOf(databases: Iterable<Database>): Set<SourceFile> {
  const files = new Set<SourceFile>()
  for (const { layers } of databases) for (const { file } of layers) files.add(file)
  return files
}

interface Allowed {
  readonly found: readonly Allowance[]
  /** where the lines of the file begin */
  readonly starts: readonly number[]
  readonly byRule: ReadonlyMap<string, readonly Allowance[]>
}

/** Undefined: a file without any. */
function allowedIn(file: SourceFile): Allowed | undefined {
  const found = file.text.includes('allow') ? allowancesIn(file) : []
  return found.length === 0 ? undefined : { found, starts: startsOf(file.text), byRule: groupByRule(found) }
}

function groupByRule(allowances: readonly Allowance[]): ReadonlyMap<string, readonly Allowance[]> {
  const groups = new Map<string, Allowance[]>()
  for (const allowance of allowances) {
    const group = groups.get(allowance.rule)
    if (group === undefined) groups.set(allowance.rule, [allowance])
    else group.push(allowance)
  }
  return groups
}

function startsOf(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The line of an offset, from 0. */
function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** The allowances of a file with the lines that they cover: the block that begins on their own line, or below with nothing but comment lines between. */
function allowancesIn(file: SourceFile): Allowance[] {
  const { text } = file
  const matches = [...text.matchAll(comment)].flatMap((match) => {
    const rest = (match[2] ?? '').trim()
    return rest === '' || rest.startsWith(':') ? [{ match, rule: match[1] as string, reason: rest.slice(1).trim() }] : []
  })
  if (matches.length === 0) return []
  const starts = startsOf(text)
  const blocks = blocksOf(text.split('\n'))
  return matches.map(({ match, rule, reason }) => {
    const { index: start } = match
    const line = lineOf(starts, start)
    const isAlone = !/\S/.test(text.slice(starts[line], start))
    const lines = blocks[isAlone ? line + 1 : line] ?? ([line, line] as const)
    return { file, rule, reason, start, end: start + match[0].length, lines, used: false }
  })
}

/** For each line the first one from there that is not empty or a comment, and the last one of the block that it begins. */
function blocksOf(lines: readonly string[]): readonly (readonly [first: number, last: number] | undefined)[] {
  const indents = lines.map((line) => (/^\s*(?:#.*)?$/.test(line) ? undefined : indentOf(line)))
  const blocks: (readonly [number, number] | undefined)[] = []
  // lines below, nearest last, each deeper than the one before it
  const below: number[] = []
  for (let line = lines.length - 1; line >= 0; line--) {
    const indent = indents[line]
    if (indent === undefined) {
      blocks[line] = blocks[line + 1]
      continue
    }
    while (below.length > 0 && (indents[below.at(-1) as number] as number) > indent) below.pop()
    blocks[line] = [line, (below.at(-1) ?? lines.length) - 1]
    below.push(line)
  }
  return blocks
}

/** Blanks before a line; an item of a list counts as a little deeper than the key above it. */
function indentOf(line: string): number {
  const blanks = /^\s*/.exec(line)?.[0].length ?? 0
  return line.startsWith('-', blanks) ? blanks + 0.5 : blanks
}

/** An error under an allowance is reported anyway, which its author should know. */
function ofError({ file, rule, start, end }: Allowance): LocatedFinding {
  const message = phrase`allowance of ${named(rule)} is for an error, but only warnings can be allowed`
  return {
    rule: 'policy/allowance-used',
    severity: 'warning',
    message,
    at: { file, span: { start, end } },
    help: phrase`fix the error, and remove the comment`,
  }
}

/** `found`: the rules that found something, one of which may have been meant. */
function unused(allowance: Allowance, found: ReadonlySet<string>): LocatedFinding {
  const { file, rule, reason, start, end } = allowance
  const guess = renamedTo(rule) ?? nearest(rule, found)
  const message = phrase`allowance of ${named(rule)} ${reason === '' ? 'gives no reason' : 'allows nothing here'}`
  const help =
    reason === ''
      ? phrase`write the reason: \`# allow ${named(rule)}: …\``
      : guess === undefined
        ? phrase`remove the comment, or look its id up (\`cnpg-values rules\`)`
        : phrase`did you mean \`${guess}\`?`
  return { rule: 'policy/allowance-used', severity: 'warning', message, at: { file, span: { start, end } }, help }
}
