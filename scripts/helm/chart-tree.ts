// What is a chart while it is processed?
import type { MapValue } from '../values/value.ts'
import type { Dependency, Metadata } from './metadata.ts'

/** A chart while it is processed: names, parents and dependencies change as Helm changes them. */
export interface Chart {
  name: string
  readonly metadata: Metadata
  requirements: Dependency[] | undefined
  values: MapValue
  readonly schema: string | undefined
  readonly templates: readonly { readonly path: string; readonly text: string }[]
  /** what `.Files` offers */
  readonly files: ReadonlyMap<string, Uint8Array>
  dependencies: Chart[]
  parent: Chart | undefined
  /** where its files are, as a person names the place: with a `/` at the end, or empty */
  readonly folder: string
}
