// What do the operator's webhook rules say about a defaulted object?
import type { Path } from '../values/value.ts'
import type { Rule, RuledFinding } from '../findings/finding.ts'
import { bypassRules, changeRulesFor, ruleApplies, rulesFor, validationBypass } from '../operator/rules.ts'
import { jsonAt, type OperatorSubject } from '../operator/subject.ts'

type Rules = readonly Rule<OperatorSubject>[]

/** The rules of a kind in one operator release; needed for every object, so selected once. */
interface Chosen {
  readonly switches: Rules
  readonly create: Rules
  readonly change: Rules
}

/** release of the operator → kind → its rules */
const chosen = new Map<string, Map<string, Chosen>>()

function chooseRules(kind: string, operator: string): Chosen {
  const ofOperator = chosen.get(operator) ?? new Map<string, Chosen>()
  const known = ofOperator.get(kind)
  if (known) return known
  const own = (rules: Rules): Rules => rules.filter((rule) => ruleApplies(rule, operator))
  const choice = { switches: own(bypassRules), create: own(rulesFor(kind)), change: own(changeRulesFor(kind)) }
  chosen.set(operator, ofOperator.set(kind, choice))
  return choice
}

function runRules(rules: Rules, subject: OperatorSubject, findings: RuledFinding[]): void {
  let needs: Path | undefined
  let isThere = true
  for (const rule of rules) {
    if (rule.needs !== needs) {
      needs = rule.needs
      isThere = needs === undefined || jsonAt(subject.object, ...needs) !== undefined
    }
    if (!isThere) continue
    for (const finding of rule.check(subject)) findings.push({ ...finding, rule: rule.id, severity: rule.severity })
  }
}

/**
 * Everything that the validating webhook reports: create rules always, change rules where there is an old object.
 * `cnpg.io/validation: disabled` leaves only a warning, except on a ScheduledBackup, whose webhook ignores it.
 */
export function webhookFindings(kind: string, subject: OperatorSubject): RuledFinding[] {
  const { switches, create, change } = chooseRules(kind, subject.operator)
  const findings: RuledFinding[] = []
  if (create.length === 0) return findings
  const heeds = kind !== 'ScheduledBackup'
  if (heeds) runRules(switches, subject, findings)
  if (heeds && validationBypass(subject.object) === 'skip') return findings
  runRules(create, subject, findings)
  if (subject.old) runRules(change, subject, findings)
  return findings
}
