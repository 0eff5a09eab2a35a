// Do `policies` and `budgets` of the settings name rules, environments and databases that there are?
import { named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import { fits, isPattern } from '../report/levels.ts'
import { renamedTo } from '../report/renamed-rules.ts'
import { formatPath, listed, nearest } from '../values/path.ts'
import type { Path } from '../values/value.ts'
import { ruleGroups, whyNotAllowed } from './registry.ts'

/** `settings/known-policy` and `settings/policy-used`. */
export function judgePolicySettings(settings: Settings, databases: readonly Database[]): LocatedFinding[] {
  const rules = new Map(ruleGroups().flatMap((group) => group.rules.map((rule) => [rule.id, rule] as const)))
  const changeable = [...rules.values()].filter(({ configurable }) => configurable === true).map(({ id }) => id)
  const environments = settings.environments.map(({ name }) => name)
  const field = (name: string): string => formatPath([...settings.origin.origin.path, name])
  const at = (...path: Path): LocatedFinding['at'] =>
    nearestSpot(settings.origin, path, 'key') ?? { file: settings.origin.origin.file, span: settings.origin.origin.value }
  const wrong = (message: Message, help: Message, ...path: Path): LocatedFinding => ({
    rule: 'settings/known-policy',
    severity: 'error',
    message,
    at: at(...path),
    help,
  })
  const strange = (name: string, of: string): LocatedFinding => {
    const guess = nearest(of, environments)
    const pattern = name === 'policies' ? 'a pattern of databases such as orders/*' : ''
    return wrong(
      phrase`${field(name)} has the key \`${named(of)}\`, but no environment has that name`,
      guess !== undefined
        ? phrase`did you mean \`${guess}\`?`
        : environments.length > 0
          ? phrase`write one of ${listed(environments)}${pattern === '' ? '' : `, or ${pattern}`}`
          : phrase`${pattern === '' ? 'remove it' : `write ${pattern}`}: these settings have no environments`,
      name,
      of,
    )
  }
  const unused = Object.keys(settings.budgets ?? {}).filter((of) => !environments.includes(of))
  const levels = settings.policies.flatMap(({ of, levels }) => {
    const found: LocatedFinding[] = !isPattern(of) && !environments.includes(of) ? [strange('policies', of)] : []
    if (isPattern(of) && !databases.some(({ id }) => fits(of, id)))
      found.push({
        rule: 'settings/policy-used',
        severity: 'warning',
        message: phrase`${field('policies')} has the pattern \`${named(of)}\`, but no database here has such an id`,
        at: at('policies', of),
        help: phrase`ids are such as ${listed(databases.map(({ id }) => id).slice(0, 3))}; \`*\` stands for any text`,
      })
    for (const rule of levels.keys()) {
      const known = rules.get(rule)
      if (known?.configurable === true) continue
      const guess = renamedTo(rule) ?? nearest(rule, changeable)
      found.push(
        known === undefined
          ? wrong(
              phrase`${field('policies')} names the rule \`${named(rule)}\`, but there is none`,
              guess === undefined ? phrase`\`cnpg-values rules\` lists them` : phrase`did you mean \`${guess}\`?`,
              'policies',
              of,
              rule,
            )
          : wrong(
              phrase`${field('policies')} sets the level of ${named(rule)}, but only policies have one`,
              known.severity === 'error'
                ? phrase`remove it: ${whyFixed(rule)}`
                : phrase`remove it: a single place is allowed by \`# allow ${named(rule)}: your reason\` above it`,
              'policies',
              of,
              rule,
            ),
      )
    }
    return found
  })
  return [...levels, ...unused.map((of) => strange('budgets', of))]
}

function whyFixed(id: string): string {
  const why = whyNotAllowed(id)
  return why === 'only warnings can be' ? 'this rule is about files and versions, not about what you want of a database' : why
}
