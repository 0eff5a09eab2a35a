// Which warnings has somebody allowed in place, with a reason?
import type { LocatedFinding } from './diagnose.ts'
import type { Database, SourceFile } from '../model.ts'

/** `# allow area/requirement: reason`, above the line that is blamed or at its end. */
const comment = /(?<=^|\s)#[ \t]*allow[ \t]+([a-z-]+\/[a-z0-9-]+)[ \t]*(?::[ \t]*(.*?))?[ \t]*$/gm

interface Allowance {
  readonly file: SourceFile
  readonly rule: string
  readonly reason: string
  readonly start: number
  readonly end: number
  used: boolean
}

/**
 * Takes allowed warnings out. Errors stay, whatever a comment says: the API server would refuse all the same.
 * An allowance without a reason, or for nothing at all, is itself a warning; one that may serve an `unseen` database is not.
 */
export function applyAllowances(
  findings: readonly LocatedFinding[],
  databases: readonly Database[],
  unseen: Iterable<Database>,
): LocatedFinding[] {
  const allowances = new Map<SourceFile, Allowance[]>()
  const hidden = new Set(unseen)
  const partly = filesOf(hidden)
  for (const file of filesOf(databases.filter((database) => !hidden.has(database)))) {
    if (!file.text.includes('allow')) continue
    const found = [...file.text.matchAll(comment)].map((match): Allowance => ({
      file,
      rule: match[1] as string,
      reason: match[2] ?? '',
      start: match.index,
      end: match.index + match[0].length,
      used: false,
    }))
    if (found.length > 0) allowances.set(file, found)
  }
  const kept = findings.filter((finding) => {
    if (finding.severity === 'error') return true
    const allowance = allowances
      .get(finding.at.file)
      ?.find((candidate) => candidate.rule === finding.rule && covers(candidate, finding.at.span.start))
    if (allowance === undefined || allowance.reason === '') return true
    allowance.used = true
    return false
  })
  // after an error much was not looked at, and a finding may have moved to a higher layer: only what certainly is for nothing is told
  if (kept.some((finding) => finding.severity === 'error')) return kept
  const found = new Set(findings.map((finding) => finding.rule))
  const idle = [...allowances.values()].flat().filter((allowance) => !allowance.used && !allowance.rule.startsWith('changes/'))
  return [...kept, ...idle.filter(({ file, rule, reason }) => reason === '' || !(found.has(rule) || partly.has(file))).map(unused)]
}

function filesOf(databases: Iterable<Database>): Set<SourceFile> {
  return new Set([...databases].flatMap(({ layers }) => layers.map(({ file }) => file)))
}

/** On the same line, or above with nothing but comment lines between: then for that line and the block below it. */
function covers(allowance: Allowance, offset: number): boolean {
  const { text } = allowance.file
  if (offset < allowance.start) return !text.slice(offset, allowance.start).includes('\n')
  if (/\S/.test(text.slice(text.lastIndexOf('\n', allowance.start) + 1, allowance.start))) return false
  const end = text.indexOf('\n', offset)
  const lines = text
    .slice(allowance.end, end < 0 ? undefined : end)
    .split('\n')
    .slice(1)
    .filter((line) => !/^\s*(?:#.*)?$/.test(line))
  const [first, ...below] = lines.map(indentOf)
  return first !== undefined && below.every((indent) => indent > first)
}

/** Blanks before a line; an item of a list stands a little deeper than the key above it. */
function indentOf(line: string): number {
  const blanks = /^\s*/.exec(line)?.[0].length ?? 0
  return line.startsWith('-', blanks) ? blanks + 0.5 : blanks
}

function unused(allowance: Allowance): LocatedFinding {
  const { file, rule, reason, start, end } = allowance
  const message = `allowance of ${rule} ${reason === '' ? 'gives no reason' : 'allows nothing here'}`
  const help = reason === '' ? `write the reason: \`# allow ${rule}: …\`` : 'remove the comment, or look its id up (`cnpg-values rules`)'
  return { rule: 'policy/allowance-used', severity: 'warning', message, at: { file, span: { start, end } }, help }
}
