// Which layout do the files of databases have, or get?
import { staticFolder } from '../discover/layout.ts'
import { isElsewhere } from './members.ts'
import type { Member } from './members.ts'
import { bestPattern } from './patterns.ts'

/** Patterns of paths in the tree. */
export interface Shape {
  readonly databases: string
  readonly overrides: string
}

/** The files stay where they are; undefined: no two patterns give their paths. */
export function keptShape(members: readonly Member[]): Shape | undefined {
  const isNamed = members.some(({ parts }) => parts.name !== undefined)
  const starred = new Set(members.map(({ pattern }) => pattern))
  const [star] = starred
  const databases = starred.size === 1 && star !== undefined ? star : patternOf(members, 'base')
  if (databases === undefined || !fits(databases, isNamed ? ['service', 'name'] : ['service'], ['env'])) return undefined
  const hasOverrides = members.some(({ override }) => override !== undefined)
  const beside = databases.replace(/(?=\.yaml$)/, '-{env}')
  const overrides = hasOverrides ? patternOf(members, 'override') : beside
  if (overrides === undefined || !fits(overrides, isNamed ? ['service', 'name', 'env'] : ['service', 'env'], [])) return undefined
  const folder = staticFolder(databases)
  // a folder of another checkout takes the place of one folder
  const isOneFolder = !isElsewhere(databases) || staticFolder(overrides) === folder || overrides.startsWith(`${folder}/`)
  return isElsewhere(databases) === isElsewhere(overrides) && isOneFolder ? { databases, overrides } : undefined
}

/** The files go to the usual places; undefined: some are in another checkout, where nothing is moved. */
export function usualShape(members: readonly Member[]): Shape | undefined {
  if (members.some(({ base = '', override = '' }) => isElsewhere(base) || isElsewhere(override))) return undefined
  if (members.some(({ parts }) => parts.name !== undefined))
    return { databases: 'databases/{service}/{name}.yaml', overrides: 'databases/{service}/{name}-{env}.yaml' }
  return { databases: 'databases/{service}/values.yaml', overrides: 'databases/{service}/values-{env}.yaml' }
}

/** The one pattern of all files of a layer; the usual one where nobody has such a file. */
function patternOf(members: readonly Member[], layer: 'base' | 'override'): string | undefined {
  const samples = members.flatMap((member) => {
    const { service, name, env } = member.parts
    const parts = layer === 'base' ? { service, ...(name !== undefined && { name }) } : member.parts
    const text = member[layer]
    return text === undefined ? [] : [{ text, parts: { ...parts, ...(layer === 'override' && { env }) } }]
  })
  if (samples.length === 0) return usualShape(members)?.[layer === 'base' ? 'databases' : 'overrides']
  const { pattern, misses } = bestPattern(samples)
  return misses.length === 0 ? pattern : undefined
}

function fits(pattern: string, needs: readonly string[], not: readonly string[]): boolean {
  const has = (name: string): boolean => pattern.includes(`{${name}}`)
  return pattern.endsWith('.yaml') && needs.every(has) && !not.some(has)
}
