// Do the levels in `policies` of the settings name rules, environments and databases that there are?
import { named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import { fits, isPattern } from '../report/levels.ts'
import { listed, nearest } from '../values/path.ts'
import type { Path } from '../values/value.ts'
import { ruleGroups, whyNotAllowed } from './registry.ts'

/** `settings/known-policy` and `settings/policy-used`. */
export function judgePolicySettings(settings: Settings, databases: readonly Database[]): LocatedFinding[] {
  const rules = new Map(ruleGroups().flatMap((group) => group.rules.map((rule) => [rule.id, rule] as const)))
  const changeable = [...rules.values()].filter(({ configurable }) => configurable === true).map(({ id }) => id)
  const environments = settings.environments.map(({ name }) => name)
  const at = (...path: Path): LocatedFinding['at'] =>
    nearestSpot(settings.origin, ['policies', ...path], 'key') ?? { file: settings.origin.origin.file, span: settings.origin.origin.value }
  const wrong = (message: Message, help: Message, ...path: Path): LocatedFinding => ({
    rule: 'settings/known-policy',
    severity: 'error',
    message,
    at: at(...path),
    help,
  })
  return settings.policies.flatMap(({ of, levels }) => {
    const found: LocatedFinding[] = []
    if (!isPattern(of) && !environments.includes(of)) {
      const guess = nearest(of, environments)
      found.push(
        wrong(
          phrase`postgres.policies has the key \`${named(of)}\`, but no environment has that name`,
          guess === undefined
            ? phrase`write one of ${listed(environments)}, or a pattern of databases such as orders/*`
            : phrase`did you mean \`${guess}\`?`,
          of,
        ),
      )
    }
    if (isPattern(of) && !databases.some(({ id }) => fits(of, id)))
      found.push({
        rule: 'settings/policy-used',
        severity: 'warning',
        message: phrase`postgres.policies has the pattern \`${named(of)}\`, but no database here has such an id`,
        at: at(of),
        help: phrase`ids are such as ${listed(databases.map(({ id }) => id).slice(0, 3))}; \`*\` stands for any text`,
      })
    for (const rule of levels.keys()) {
      const known = rules.get(rule)
      if (known?.configurable === true) continue
      const guess = nearest(rule, changeable)
      found.push(
        known === undefined
          ? wrong(
              phrase`postgres.policies names the rule \`${named(rule)}\`, but there is none`,
              guess === undefined ? phrase`\`cnpg-values rules\` lists them` : phrase`did you mean \`${guess}\`?`,
              of,
              rule,
            )
          : wrong(
              phrase`postgres.policies sets the level of ${named(rule)}, but only policies have one`,
              phrase`remove it: ${whyFixed(rule)}`,
              of,
              rule,
            ),
      )
    }
    return found
  })
}

function whyFixed(id: string): string {
  const why = whyNotAllowed(id)
  return why === 'only warnings can be' ? 'this rule is about files and versions, not about what you want of a database' : why
}
