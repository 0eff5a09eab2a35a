// Which rules are there, in which order, and which part of the program checks each?
import { manifestRules } from '../argocd/rules/judge-file.ts'
import type { Rule } from '../findings/finding.ts'
import { allRules } from '../operator/rules.ts'
import { lifecycle } from '../policy/versions/lifecycle.ts'
import { policies } from '../policy/rules.ts'
import { changePolicies } from '../policy/changes/rules.ts'
import { postgresRules } from '../postgres/judge.ts'
import { stageRules } from './stage-rules.ts'

/** The part of a rule that is listed. */
export type RegisteredRule = Pick<Rule<unknown>, 'id' | 'severity' | 'summary' | 'upstream' | 'since' | 'until' | 'configurable' | 'preset'>

/** A heading and the rules below it, in the order in which they run. */
export interface RuleGroup {
  readonly title: string
  readonly rules: readonly RegisteredRule[]
}

/** Every rule once, in the order of the stages. */
export function ruleGroups(): RuleGroup[] {
  const seen = new Set<string>()
  const [settings, values, schema, ...after] = stageRules as readonly RuleGroup[]
  const policy = { title: 'Policies', rules: policies }
  const dated = { title: 'Policies about versions (check --today)', rules: lifecycle }
  const changes = { title: 'Policies about changes', rules: changePolicies }
  const postgres = { title: 'PostgreSQL', rules: postgresRules }
  const operator = allRules().map(({ title, rules }) => ({
    title: title === 'Every kind' ? 'Operator: every kind' : `Operator: ${title}`,
    rules,
  }))
  const manifests = { title: 'Argo CD: hand-written manifests', rules: manifestRules }
  const groups = [settings, values, schema, ...operator, postgres, policy, dated, changes, ...after, manifests].filter(
    (group) => group !== undefined,
  )
  // some rules are in the lists of several kinds
  return groups
    .map(({ title, rules }) => ({ title, rules: rules.filter(({ id }) => !seen.has(id) && seen.add(id)) }))
    .filter((group) => group.rules.length > 0)
}

/** Every id, in the order of the list. */
export function ruleIds(): string[] {
  return ruleGroups().flatMap((group) => group.rules.map(({ id }) => id))
}

/** Summary of a rule by its id; undefined for an id that no list has. */
export function summaryOf(id: string): string | undefined {
  for (const { rules } of ruleGroups()) {
    const found = rules.find((rule) => rule.id === id)
    if (found !== undefined) return found.summary
  }
  return undefined
}

/** Where the page of a rule is, from the top of this project: one page per area, one heading per rule. */
export function pageOf(id: string): string {
  return `docs/rules/${id.split('/')[0]}.md#${id.replaceAll('/', '')}`
}

/** Which program would refuse it anyway; other mistakes would go unnoticed, which is worse. */
export function whyNotAllowed(id: string): string {
  const isOperators = allRules().some(({ rules }) => rules.some((rule) => rule.id === id))
  if (id !== 'schema/unknown-field' && (isOperators || /^(?:schema|cel)\//.test(id))) return 'the API server would refuse it anyway'
  if (id.startsWith('chart/') || id === 'values/chart-schema') return 'Helm would refuse it anyway'
  if (id.startsWith('postgres/')) return 'PostgreSQL would not start anyway'
  return 'only warnings can be'
}
