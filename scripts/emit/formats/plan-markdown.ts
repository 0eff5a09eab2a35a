// How does a plan look as a comment on a pull request?
import type { DatabaseChange } from '../../findings/database-change.ts'
import { locate } from '../../findings/spot.ts'
import type { Json } from '../../values/value.ts'
import {
  blockedBy,
  errorLines,
  describeEffect,
  groupChanges,
  isRemovedWhole,
  mergeMatching,
  nameGroup,
  nameObjects,
  shownJson,
  summarize,
  unseenLines,
  warningLines,
} from './plan.ts'
import { markdownCode, markdownText } from './markdown.ts'
import type { PlanGroup, PlanHead } from './plan.ts'

/** More lines than this are folded. */
const longest = 12
/** More groups than this are counted only: a comment on GitHub holds 65,536 characters. */
const mostGroups = 100

/** The plan as GitHub-flavoured Markdown: a table of what changes, details folded where they are long. */
export function writePlanMarkdown(about: PlanHead, databases: readonly DatabaseChange[]): string {
  const { base, compared, diagnostics } = about
  const groups = groupChanges(databases)
  const errors = errorLines(diagnostics)
  const blocked = blockedBy(about.asked, errors.length)
  const list = errors.slice(0, mostGroups).map((line) => `- ${markdownText(line)}\n`)
  const left = errors.length > mostGroups ? `- and ${errors.length - mostGroups} more\n` : ''
  const warning =
    blocked === undefined
      ? ''
      : `**${blocked.replace(/`([^`]*)`/, (_, command: string) => markdownCode(command))}**\n\n${list.join('')}${left}\n`
  const title = `### What merging this does to the databases\n\n${markdownText(compared)}\n\n`
  const unseen = [...warningLines(diagnostics), ...unseenLines(about)].map((line) => `\n${markdownText(line)}\n`)
  if (groups.length === 0)
    return `${title}${warning}Nothing${errors.length === 0 ? '' : ' else'} changes (since ${markdownCode(base)}).\n${unseen.join('')}`
  const rows = groups
    .slice(0, mostGroups)
    .map((group) => `| ${markdownCode(nameGroup(group))} | ${group.first.result} | ${group.first.effect} |\n`)
    .join('')
  const table = `| database | result | effect on PostgreSQL |\n| --- | --- | --- |\n${rows}`
  const details = groups
    .slice(0, mostGroups)
    .map((group) => writeDetails(group, about))
    .filter((text) => text !== '')
  const lines = details.join('').split('\n').length
  const body = details.join('\n')
  const folded = lines > longest ? `<details><summary>Changes and steps</summary>\n\n${body}\n</details>\n` : body
  const rest = groups.length > mostGroups ? `\nand ${groups.length - mostGroups} more kinds of change: see \`cnpg-values plan\`\n` : ''
  return `${title}${warning}${summarize(databases)} (since ${markdownCode(base)})\n${unseen.join('')}\n${table}${rest}\n${folded}`
}

function writeDetails(group: PlanGroup, { place }: PlanHead): string {
  const { changes, steps } = group.first
  if (changes.length + steps.length === 0) return ''
  const lines = mergeMatching(changes).map(({ change, others }) => {
    const { file, line, revision } = locate(change.spot)
    const where = markdownCode(`${revision === undefined ? '' : `${revision}:`}${place(file).file}:${line}`)
    const what =
      change.path === ''
        ? `${markdownCode(change.object)} is ${change.after === null ? 'removed' : 'new'}`
        : `${markdownCode(nameObjects(change.object, others))} ${markdownCode(change.path)}${isRemovedWhole(change) ? ' is removed' : `: ${value(change.before)} → ${value(change.after)}`}`
    const effect = describeEffect(change)
    return `- ${what}${effect === undefined ? '' : `, ${markdownText(effect)}`} (${where})\n`
  })
  // a checkbox is for a step that someone has to do
  const actions = steps.map(({ text, by }) => `- ${by === 'person' ? '[ ] ' : ''}${markdownText(text)}\n`)
  const others = group.ids.length > 1 && steps.length > 0 ? ['- the same for the others\n'] : []
  return `**${markdownText(nameGroup(group))}**\n\n${[...lines, ...actions, ...others].join('')}`
}

/** A value as code; an absent one is shown as text. */
function value(json: Json): string {
  return json === null ? 'nothing' : markdownCode(shownJson(json))
}
