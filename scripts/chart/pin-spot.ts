// Where is the version of a database's chart pinned?
import { nearestSpot, writtenSpot } from '../findings/spot.ts'
import type { Spot } from '../findings/spot.ts'
import type { Database, Settings } from '../model.ts'

/** The version in the database's environment, or else the one for all of them. */
export function chartSpot({ origin }: Settings, { environment, written }: Database): Spot | undefined {
  if (written !== undefined) return written.chartAt
  return (
    writtenSpot(origin, ['environments', environment.name, 'clusterChart', 'version']) ?? nearestSpot(origin, ['clusterChart', 'version'])
  )
}
