// Which rules about PostgreSQL read a field of a Cluster?
import type { RenderedObject } from '../model.ts'
import type { Path } from '../values/value.ts'
import { readersOfParameter } from '../postgres/explain.ts'
import type { Reader } from '../admit/field-facts.ts'

/** The PostgreSQL parameter that a field of a Cluster holds, or undefined. */
export function parameterOf({ kind }: RenderedObject, path: Path): string | undefined {
  const isParameter = kind === 'Cluster' && path.length === 4 && path[1] === 'postgresql' && path[2] === 'parameters'
  return isParameter ? String(path[3]) : undefined
}

/** The rules about PostgreSQL that read a field. */
export function postgresReaders(objects: readonly RenderedObject[], path: Path): Reader[] {
  const cluster = objects.find(({ kind }) => kind === 'Cluster')
  const parameter = cluster === undefined ? undefined : parameterOf(cluster, path)
  if (cluster === undefined || parameter === undefined) return []
  return readersOfParameter(cluster, parameter).map(({ id, severity, summary }) => ({ id, severity, summary, onChange: false }))
}
