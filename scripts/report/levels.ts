// How severe is a house rule in one database: by its own severity, the preset of the environment, and the settings?
import type { Rule, Severity } from '../findings/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Level, Preset, Settings } from '../model.ts'

/** What a rule declares of its level. */
export type Leveled = Pick<Rule<unknown>, 'id' | 'severity' | 'configurable' | 'preset'>

export interface Levels {
  readonly preset: Preset
  /** what the settings say of single rules */
  readonly byRule: ReadonlyMap<string, Level>
}

const known = new WeakMap<Settings, Map<string, Levels>>()

/**
 * The preset of a database, and the levels of single rules: its environment first, then the patterns of ids in their order.
 * Databases share them where the settings say the same of them.
 */
export function levelsOf(settings: Settings, { id, environment }: Pick<Database, 'id' | 'environment'>): Levels {
  let all = known.get(settings)
  if (all === undefined) known.set(settings, (all = new Map()))
  const patterns = settings.policies.filter(({ of }) => isPattern(of) && fits(of, id))
  const preset: Preset = environment.guard === 'never' ? 'production' : 'development'
  const key = [preset, environment.name, ...patterns.map(({ of }) => of)].join('\n')
  const found = all.get(key)
  if (found !== undefined) return found
  const entries = [...settings.policies.filter(({ of }) => of === environment.name), ...patterns]
  const levels = {
    preset: entries.reduce((last, entry) => entry.preset ?? last, preset),
    byRule: new Map(entries.flatMap((entry) => [...entry.levels])),
  }
  all.set(key, levels)
  return levels
}

/** The severity of a rule for a database; undefined: it is off there. What Helm, the API server or the operator refuse has one severity. */
export function severityOf(rule: Leveled, { preset, byRule }: Levels): Severity | undefined {
  if (rule.configurable !== true) return rule.severity
  const level = byRule.get(rule.id) ?? (rule.preset === undefined || rule.preset === preset ? rule.severity : 'off')
  return level === 'off' ? undefined : level
}

/** Whether a key of `policies` is a pattern of database ids, not the name of an environment. */
export function isPattern(key: string): boolean {
  return /[*/]/.test(key)
}

/** Whether a pattern fits an id; `*` stands for any text. */
export function fits(pattern: string, id: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === id
  if (!id.startsWith(first) || id.length < first.length + last.length || !id.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const next = id.indexOf(part, at)
    if (next < 0) return false
    at = next + part.length
  }
  return at <= id.length - last.length
}

/** Findings of stages, which have no rule object, with the severity that their database gives them; those that are off are left out. */
export function applyLevels(
  findings: readonly LocatedFinding[],
  rules: readonly Leveled[],
  { settings, databases }: { readonly settings: Settings; readonly databases: readonly Database[] },
): readonly LocatedFinding[] {
  if (settings.policies.length === 0) return findings
  const configurable = new Map(rules.filter((rule) => rule.configurable === true).map((rule) => [rule.id, rule]))
  const byId = new Map(databases.map((database) => [database.id, database]))
  return findings.flatMap((finding) => {
    const rule = configurable.get(finding.rule)
    const database = byId.get(finding.database ?? '')
    if (rule === undefined || database === undefined) return [finding]
    const severity = severityOf(rule, levelsOf(settings, database))
    return severity === undefined ? [] : [{ ...finding, severity }]
  })
}
