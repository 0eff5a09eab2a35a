// Do the databases that the settings retire exist, and are they theirs to retire?
import { impossibleDays } from '../discover/service.ts'
import { named, phrase } from '../findings/message.ts'
import type { Message } from '../findings/finding.ts'
import { nearestSpot } from '../findings/spot.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'
import { nearest } from '../values/path.ts'

/** `settings/retired-used`: an id that nothing has retires nothing. What could not be looked at may have it. */
export function retirementFindings(
  settings: Settings,
  { databases, skipped }: { readonly databases: readonly Database[]; readonly skipped: readonly unknown[] },
): LocatedFinding[] {
  const { retired, origin } = settings
  const ids = databases.flatMap(({ id, written }) => (written === undefined ? [] : [id]))
  const wrong = (id: string, message: Message, help: Message): LocatedFinding => ({
    rule: 'settings/retired-used',
    severity: 'warning',
    message,
    at: nearestSpot(origin, ['retired', id], 'key') ?? { file: origin.origin.file, span: origin.origin.value },
    help,
  })
  const found = Object.keys(retired).flatMap((id): LocatedFinding[] => {
    if (ids.includes(id)) return []
    const generated = databases.find((database) => database.id === id)
    if (generated !== undefined)
      return [
        wrong(
          id,
          phrase`retired has \`${named(id)}\`, but that database is generated, and its service.yaml decides`,
          phrase`write \`retired: {${named(generated.environment.name)}: {reason: …, since: …}}\` in service.yaml of ${named(generated.service)}`,
        ),
      ]
    if (skipped.length > 0) return []
    const guess = nearest(id, ids)
    return [
      wrong(
        id,
        phrase`retired has \`${named(id)}\`, but no database here has that id`,
        guess === undefined ? phrase`remove the entry if the database is gone; \`list\` shows the ids` : phrase`did you mean \`${guess}\`?`,
      ),
    ]
  })
  return [...found, ...impossibleDays(origin)]
}
