// `rules`: what is checked, and what do a bad and a good example of a rule look like?
import { append } from '../../values/append.ts'
import { styleText } from 'node:util'
import { writeAdmissionPolicies } from '../../policy/vap.ts'
import { nearest } from '../../values/path.ts'
import { ruleGroups, whyNotAllowed } from '../../rules/registry.ts'
import { renamedTo } from '../../report/renamed-rules.ts'
import type { RegisteredRule, RuleGroup } from '../../rules/registry.ts'
import { ruleExamples } from '../../rules/rule-examples.generated.ts'
import { subjectOf } from '../../rules/rule-subjects.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { UsageError } from '../../repository/workspace.ts'

export interface RulesFlags {
  readonly format?: 'pretty' | 'json' | undefined
  readonly export?: 'vap' | undefined
}

/** Every rule in the order of the stages, or one of them; an id that does not exist is wrong usage. */
export function rules(flags: RulesFlags, operands: readonly string[], terminal: Terminal): number {
  const format = flags.format ?? 'pretty'
  const [id, ...rest] = operands
  if (rest.length > 0) throw new UsageError(`\`${rest[0]}\` is an unexpected argument; rules takes one id`)
  const groups = ruleGroups()
  if (flags.export === 'vap') {
    if (id !== undefined) throw new UsageError(`\`${id}\` is an unexpected argument; --export takes all rules`)
    terminal.stdout(writeAdmissionPolicies(groups.flatMap((group) => group.rules)))
    return 0
  }
  if (id === undefined) {
    terminal.stdout(format === 'json' ? toJson(groups.flatMap((group) => group.rules)) : listText(groups, terminal.color))
    return 0
  }
  const chosen = choose(groups, id)
  const [only] = chosen
  if (format === 'json') terminal.stdout(toJson(chosen))
  else if (chosen.length === 1 && only !== undefined) terminal.stdout(ruleText(only, terminal.color))
  else terminal.stdout(listText([{ title: id, rules: chosen }], terminal.color))
  return 0
}

/** The rule of an id, or all rules of an area such as `storage`. */
function choose(groups: readonly RuleGroup[], id: string): readonly RegisteredRule[] {
  const all = groups.flatMap((group) => group.rules)
  const found = all.filter((rule) => rule.id === id)
  const area = all.filter((rule) => rule.id.startsWith(`${id.replace(/\/$/, '')}/`))
  if (found.length + area.length > 0) return found.length > 0 ? found : area
  const similar =
    renamedTo(id) ?? nearest(id, [...all.map((rule) => rule.id), ...new Set(all.map((rule) => rule.id.split('/')[0] as string))])
  const guess = similar ?? all.find((rule) => rule.id.split('/')[1] === id)?.id
  throw new UsageError(`there is no rule \`${id}\`${guess === undefined ? '; `rules` lists them' : `; did you mean \`${guess}\`?`}`)
}

function listText(groups: readonly RuleGroup[], color: boolean): string {
  const width = Math.max(...groups.flatMap(({ rules }) => rules.map(({ id }) => id.length)))
  const paint = (text: string): string => (color ? styleText('cyan', text, { validateStream: false }) : text)
  const tables = groups.map(({ title, rules }) =>
    [paint(title), ...rules.map(({ id, severity, summary }) => `  ${id.padEnd(width)}  ${severity.padEnd(7)}  ${summary}`)].join('\n'),
  )
  return `${tables.join('\n\n')}\n`
}

function ruleText({ id, severity, summary, upstream, since, until, configurable, preset }: RegisteredRule, color: boolean): string {
  const paint = (text: string): string => (color ? styleText('cyan', text, { validateStream: false }) : text)
  const lines = [`${id} ${severity}`, `  ${summary}`]
  if (since !== undefined) lines.push(`  from operator ${since.join(', ')}`)
  if (until !== undefined) lines.push(`  until operator ${until.join(', ')}`)
  if (upstream !== undefined) lines.push(`  as the operator's ${upstream}`)
  lines.push(
    severity !== 'error' ? `  allow it where it is reported: # allow ${id}: your reason` : `  cannot be allowed: ${whyNotAllowed(id)}`,
  )
  if (configurable === true)
    lines.push(
      `  on in ${preset === undefined ? 'every preset' : `the preset \`${preset}\``}; policies: { <environment>: { ${id}: error | warning | off } } changes that`,
    )
  const example = ruleExamples[id]
  if (example === undefined) {
    const subject = subjectOf(id)
    if (subject !== undefined) lines.push(`  looks at ${subject}`)
    return `${lines.join('\n')}\n`
  }
  const block = (title: string, text: string): string[] => [
    '',
    paint(title),
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ]
  if (example.before !== undefined) append(lines, block('before', example.before))
  append(lines, block('bad', example.bad))
  if (example.says !== '') lines.push(`  # ${severity}: ${example.says}`)
  append(lines, block('good', example.good))
  return `${lines.join('\n')}\n`
}

function toJson(listed: readonly RegisteredRule[]): string {
  const rows = listed.map(({ id, severity, summary, upstream, since, until, configurable, preset }) => ({
    id,
    severity,
    summary,
    upstream,
    since,
    until,
    configurable,
    preset,
    example: ruleExamples[id],
    looksAt: ruleExamples[id] === undefined ? subjectOf(id) : undefined,
  }))
  return `${JSON.stringify({ version: 1, rules: rows }, null, 2)}\n`
}
