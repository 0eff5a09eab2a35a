// Are the pinned operators compatible, and are they known here?
import { named, phrase } from '../../findings/message.ts'
import { operatorConflicts } from '../write/operator.ts'
import type { Settings } from '../../model.ts'
import { operatorSupport } from '../../policy/lifecycle.ts'
import { levelsOf, severityOf } from '../../report/levels.ts'
import { unknownOperator, unknownOperatorHelp } from '../../operator/known.ts'
import { writtenSpot } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'

/** Environments on one Kubernetes cluster that want different operators (only one is installed there), and operators that are not known here. */
export function operatorPins(settings: Settings): LocatedFinding[] {
  const spot = spotOfPin(settings)
  const conflicts = operatorConflicts(settings).map(({ first, other }) => ({
    rule: 'settings/one-operator',
    severity: 'error' as const,
    message: phrase`environment \`${named(other.name)}\` pins another operator than \`${named(first.name)}\`, but both are on one Kubernetes cluster`,
    at: spot(other.name),
    help: phrase`give both the same operator, or another destination`,
  }))
  const unknown = settings.environments.flatMap(({ name, operator }) => {
    const message = unknownOperator(operator.version)
    const finding = { rule: 'settings/known-operator', severity: 'info' as const, help: phrase`${unknownOperatorHelp}` }
    return message === undefined ? [] : [{ ...finding, message: phrase`${message}`, at: spot(name) }]
  })
  return [...conflicts, ...unknown]
}

/** Where the operator of an environment is pinned. */
function spotOfPin(settings: Settings): (environment: string) => LocatedFinding['at'] {
  const root = { file: settings.origin.origin.file, span: settings.origin.origin.key ?? settings.origin.origin.value }
  return (environment) =>
    writtenSpot(settings.origin, ['environments', environment, 'operator', 'version']) ??
    writtenSpot(settings.origin, ['operator', 'version']) ??
    root
}

/** `policy/operator-supported`: minors of the operator that are out of support on a day, or soon will be. */
export function operatorsOutOfSupport(settings: Settings, today: string): LocatedFinding[] {
  const spot = spotOfPin(settings)
  return settings.environments.flatMap((environment) => {
    const support = operatorSupport(environment.operator.version, today)
    const rule = { id: 'policy/operator-supported', severity: 'warning', configurable: true } as const
    const severity = severityOf(rule, levelsOf(settings, { id: `/${environment.name}`, environment }))
    if (support === undefined || severity === undefined) return []
    return [{ rule: rule.id, severity, message: phrase`${support.said}`, at: spot(environment.name), help: phrase`${support.help}` }]
  })
}
