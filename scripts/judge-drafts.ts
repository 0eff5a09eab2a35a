// What is wrong with the template of a set, whatever its generators find?
import { assess } from './assess.ts'
import type { Bench } from './assess.ts'
import type { Draft, Variant } from './deployed/sets/drafts.ts'
import { textOf } from './findings/message.ts'
import type { LocatedFinding, Spot } from './findings/spot.ts'
import { sqlFindings } from './judge-sql.ts'

/** Rules about one value by itself, which no other value makes right. */
const ofOneValue = /^(?:values|yaml|schema)\//
/** Of those, what another layer may add or switch on. */
const ofSeveral: ReadonlySet<string> = new Set(['values/has-effect', 'schema/required', 'schema/min-properties'])

/** What the variants of a draft have in common, at places that hang on no placeholder. */
export async function draftFindings(drafts: readonly Draft[], bench: Bench): Promise<LocatedFinding[]> {
  const alone: Bench = { ...bench, comparison: undefined, live: undefined }
  const all = await Promise.all(
    drafts.map(async ({ name, variants, isPartial }) => {
      const judged = await Promise.all(variants.map((variant) => judge(variant, alone)))
      const rendered = judged.filter(({ hasCluster }) => hasCluster)
      // where a chart stops at a sample, nothing is known of what it would print
      const [first, ...others] = (rendered.length > 1 ? rendered : judged).map(({ findings }) => findings)
      const keys = others.map((findings) => new Set(findings.map(keyOf)))
      return (first ?? [])
        .filter((finding) => keys.every((known) => known.has(keyOf(finding))))
        .filter(({ rule, at }) => !isOpen(at, rule) && (!isPartial || (ofOneValue.test(rule) && !ofSeveral.has(rule))))
        .map((finding) => ({ ...finding, database: name }))
    }),
  )
  return all.flat()
}

interface Judged {
  readonly findings: readonly LocatedFinding[]
  readonly hasCluster: boolean
}

async function judge({ databases, findings }: Variant, bench: Bench): Promise<Judged> {
  const assessed = databases.map((database) => assess(database, bench))
  const sql = await sqlFindings(assessed.flatMap((one) => one.sql ?? []))
  return {
    findings: [...findings, ...assessed.flatMap((one) => one.findings), ...sql],
    hasCluster: assessed.every(({ facts }) => facts !== undefined),
  }
}

const keyOf = ({ rule, message, at: { file, span } }: LocatedFinding): string =>
  [rule, file.path, span.start, span.end, textOf(message)].join('\0')

/** Whether a placeholder is in a line that a spot is in; a key is known whatever its value will be. */
function isOpen({ file: { text }, span: { start, end } }: Spot, rule: string): boolean {
  if (rule === 'values/known-keys') return text.slice(start, end).includes('{{')
  const [from, to] = [text.lastIndexOf('\n', start - 1) + 1, text.indexOf('\n', Math.max(end - 1, start))]
  return text.slice(from, to < 0 ? text.length : to).includes('{{')
}
