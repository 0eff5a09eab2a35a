// Which names in the settings are words that YAML reads as a boolean?
import { named, phrase } from '../findings/message.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { formatPath } from '../values/path.ts'
import type { Path, Value } from '../values/value.ts'
import { valueAt } from '../values/value.ts'

/** Maps whose keys are names of environments. */
const maps = ['environments', 'policies', 'budgets'] as const

/** `on:` is the key `true`: an environment of that name is not what its author meant. */
export function booleanNames(settings: Value, prefix: Path): LocatedFinding[] {
  return maps.flatMap((name) => {
    const map = valueAt(settings, [name])
    if (map?.kind !== 'map') return []
    return [...map.entries].flatMap(([key, { origin }]): LocatedFinding[] => {
      if (origin.key === null || !/^(?:true|false)$/.test(key)) return []
      const { file, key: span } = origin
      const written = file.text.slice(span.start, span.end)
      if (/^["']/.test(written)) return []
      return [
        {
          rule: 'settings/schema',
          severity: 'error',
          message: phrase`${named(formatPath([...prefix, name]))} has the key \`${named(written)}\`, but YAML reads that as the boolean ${named(key)}`,
          at: { file, span },
          help: phrase`quote it: "${named(written)}"`,
        },
      ]
    })
  })
}
