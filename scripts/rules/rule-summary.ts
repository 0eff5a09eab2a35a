// What does a rule ask for, in one sentence?
import { allRules } from '../operator/rules.ts'
import { manifestRules } from '../argocd/rules/hand-written.ts'
import { policies } from '../policy/judge.ts'
import { postgresRules } from '../postgres/judge.ts'
import { stageRules } from './stage-rules.ts'

/** Summary of a rule by its id; undefined for an id that no list has. */
export function summaryOf(id: string): string | undefined {
  for (const list of [
    policies,
    postgresRules,
    manifestRules,
    ...stageRules.map(({ rules }) => rules),
    ...allRules().map(({ rules }) => rules),
  ]) {
    const found = list.find((rule) => rule.id === id)
    if (found !== undefined) return found.summary
  }
  return undefined
}
