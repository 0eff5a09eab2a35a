// Are the pinned operators compatible, and are they known here?
import { named, phrase } from '../../findings/message.ts'
import { operatorConflicts } from '../write/operator.ts'
import type { Settings } from '../../model.ts'
import { unknownOperator, unknownOperatorHelp } from '../../operator/known.ts'
import { operatorPinSpot } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'

/** Environments on one Kubernetes cluster that want different operators (only one is installed there), and operators that are not known here. */
export function operatorPins(settings: Settings): LocatedFinding[] {
  const spot = (environment: string): LocatedFinding['at'] => operatorPinSpot(settings.origin, environment)
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
