// Which parameters does a PostgreSQL have, and which values do they take?
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemasFolder } from '../repository/package.ts'

/** The majors whose parameters are known here. */
export const majors = [13, 14, 15, 16, 17, 18] as const

/** One parameter, as `pg_settings` describes it; bounds are in the unit. */
export interface Parameter {
  /** in the server's own spelling */
  readonly name: string
  readonly type: 'bool' | 'enum' | 'integer' | 'real' | 'string'
  /** `8kB`, `ms` …; absent: a bare number */
  readonly unit?: string
  readonly min?: number
  readonly max?: number
  readonly words?: readonly string[]
  /** words that are also accepted, but not recommended */
  readonly hidden?: readonly string[]
  /** `internal`: the server determines it itself */
  readonly context: string
}

type Written = Omit<Parameter, 'name'> | { readonly alias: string }

const catalogues = new Map<number, ReadonlyMap<string, Parameter>>()

/** The parameters of a major by their lower-case names; undefined: it is not known here. */
export function parametersOf(major: number): ReadonlyMap<string, Parameter> | undefined {
  const known = catalogues.get(major)
  if (known !== undefined || !majors.some((one) => one === major)) return known
  const file = join(schemasFolder(), 'postgresql', `${major}.json`)
  const { parameters } = JSON.parse(readFileSync(file, 'utf8')) as { readonly parameters: Readonly<Record<string, Written>> }
  const catalogue = new Map<string, Parameter>()
  for (const [name, written] of Object.entries(parameters)) {
    const meant = 'alias' in written ? parameters[written.alias] : written
    if (meant !== undefined && 'type' in meant) catalogue.set(name.toLowerCase(), { name, ...meant })
  }
  catalogues.set(major, catalogue)
  return catalogue
}
