// What do the databases of an environment use together, and is that within its budget?
import { named, phrase } from '../../findings/message.ts'
import { nearestSpot } from '../../findings/spot.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { bytesOf, showQuantity } from '../../kubernetes/bytes.ts'
import type { RenderedObject, Settings } from '../../model.ts'
import { levelsOf, severityOf } from '../../report/levels.ts'
import { instancesIn, listAt, plainAt } from '../subject.ts'

/** Over all instances of a Cluster, in bytes. */
export interface Usage {
  readonly instances: number
  readonly storage: number
  readonly memory: number
}

/** The instances of a Cluster with their volumes and the memory that they request. */
export function usageOf(cluster: RenderedObject): Usage {
  const { plain } = cluster
  // what is no number is reported as such
  const instances = instancesIn(cluster) ?? 0
  const sizes = [
    plainAt(plain, 'spec', 'storage', 'size'),
    plainAt(plain, 'spec', 'walStorage', 'size'),
    ...listAt(plain, 'spec', 'tablespaces').map((tablespace) => plainAt(tablespace, 'storage', 'size')),
  ]
  const storage = sizes.reduce<number>((sum, size) => sum + (bytesOf(size) ?? 0), 0)
  const requested = plainAt(plain, 'spec', 'resources', 'requests', 'memory') ?? plainAt(plain, 'spec', 'resources', 'limits', 'memory')
  return { instances, storage: instances * storage, memory: instances * (bytesOf(requested) ?? 0) }
}

const kinds = ['instances', 'storage', 'memory'] as const

/** `policy/within-budget`: for each environment with a budget, what its databases use more than that. */
export function overBudget(settings: Settings, used: readonly { readonly environment: string; readonly usage: Usage }[]): LocatedFinding[] {
  return Object.entries(settings.budgets ?? {}).flatMap(([name, budget]) => {
    const own = used.filter(({ environment }) => environment === name)
    const environment = settings.environments.find((one) => one.name === name)
    const rule = { id: 'policy/within-budget', severity: 'warning', configurable: true } as const
    const severity = environment === undefined ? rule.severity : severityOf(rule, levelsOf(settings, { id: `/${name}`, environment }))
    if (severity === undefined) return []
    return kinds.flatMap((kind): LocatedFinding[] => {
      const limit = kind === 'instances' ? budget.instances : bytesOf(budget[kind])
      const sum = own.reduce((total, { usage }) => total + usage[kind], 0)
      if (limit === undefined || sum <= limit) return []
      const [is, must] = kind === 'instances' ? [`${sum}`, `${limit}`] : [showQuantity(sum), showQuantity(limit)]
      const at = nearestSpot(settings.origin, ['budgets', name, kind]) ?? {
        file: settings.origin.origin.file,
        span: settings.origin.origin.value,
      }
      return [
        {
          rule: rule.id,
          severity,
          message: phrase`${kind} of all databases in ${named(name)} ${kind === 'instances' ? 'are' : 'is'} ${named(is)}, but the budget is ${named(must)}`,
          at,
          help: phrase`raise the budget, or make databases smaller; \`cnpg-values report\` shows which are largest`,
        },
      ]
    })
  })
}
