// What is one database at one commit, up to its objects?
import type { Evaluated } from '../chart/evaluated.ts'
import type { Spot } from '../findings/spot.ts'
import { serviceSpot } from '../merge/generator.ts'
import type { Database, RenderedObject } from '../model.ts'
import type { MapValue } from '../values/value.ts'

export interface Side {
  readonly database: Database
  readonly values: MapValue
  readonly objects: readonly RenderedObject[]
  readonly fallback: Spot
}

/** A side of a comparison. */
export function sideOf({ database, merged, objects }: Pick<Evaluated, 'database' | 'merged' | 'objects'>): Side {
  return { database, values: merged, objects, fallback: serviceSpot(database) }
}

export function clusterOf({ objects }: Pick<Side, 'objects'>): RenderedObject | undefined {
  return objects.find(({ kind }) => kind === 'Cluster')
}
