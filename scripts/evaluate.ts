// What is one database with some settings: its values, its objects, and what is wrong with them?
import { renderDatabase, valuesChecks } from './chart/database-objects.ts'
import type { Repository } from './chart/database-objects.ts'
import type { DatabaseObjects, Evaluated } from './chart/evaluated.ts'
import { generateLayer } from './merge/generator.ts'
import { LayerReader } from './merge/layers.ts'
import { mergeLayers } from './values/merge.ts'
import type { Database, RenderedObject, Settings } from './model.ts'
import type { MapValue } from './values/value.ts'
import type { LocatedFinding } from './findings/spot.ts'
import { once } from './values/once.ts'
import { verdict } from './verdict.ts'

export type { Evaluated } from './chart/evaluated.ts'

/** A database one of whose files can't be read: nothing more can be checked. */
export interface Unreadable {
  readonly database: Database
  readonly unreadable: readonly LocatedFinding[]
}

export interface EvaluateOptions extends Repository {
  /** reads each layer once, however many databases use it; see `layerReader` */
  readonly reader: LayerReader
  /** other values than those that were written, to try them */
  readonly edit?: (merged: MapValue) => MapValue
}

/** Reads the layers of databases with these settings, and the keys in them that no template reads. */
export function layerReader(settings: Settings): LayerReader {
  return new LayerReader(valuesChecks(settings))
}

/** Merges, renders and judges one database. What is costly is computed when it is asked for. */
export function evaluate(database: Database, { settings, root, charts, reader, edit }: EvaluateOptions): Evaluated | Unreadable {
  const { roots, findings: read } = reader.layersOf(database)
  if (roots === undefined) return { database, unreadable: read }
  const written = mergeLayers(roots as [MapValue, ...MapValue[]])
  const tried = edit === undefined ? written : edit(written)
  const generated = generateLayer(database, tried, settings)
  const merged = mergeLayers([tried, generated.layer])
  const rendered = once(() => renderDatabase(database, { values: merged, layers: roots }, { settings, root, charts }))
  const refusals = once(() => [...read, ...generated.findings, ...rendered().findings])
  const findings = once(() => [...refusals(), ...verdict({ database, settings, merged, rendered: rendered() })])
  return new EvaluatedDatabase({ database, settings, layers: [...roots, generated.layer], merged }, { rendered, refusals, findings })
}

interface Answers {
  readonly rendered: () => DatabaseObjects
  readonly refusals: () => readonly LocatedFinding[]
  readonly findings: () => readonly LocatedFinding[]
}

/** A class, as all that is made for each database (`helm/output.ts`). */
class EvaluatedDatabase implements Evaluated {
  readonly database: Database
  readonly settings: Settings
  readonly layers: readonly MapValue[]
  readonly merged: MapValue
  readonly #answers: Answers

  constructor({ database, settings, layers, merged }: Pick<Evaluated, 'database' | 'settings' | 'layers' | 'merged'>, answers: Answers) {
    this.database = database
    this.settings = settings
    this.layers = layers
    this.merged = merged
    this.#answers = answers
  }

  get effective(): MapValue | undefined {
    return this.#answers.rendered().seen?.()?.values
  }

  get defaults(): MapValue | undefined {
    return this.#answers.rendered().seen?.()?.defaults
  }

  get objects(): readonly RenderedObject[] {
    return this.#answers.rendered().objects
  }

  get refusals(): readonly LocatedFinding[] {
    return this.#answers.refusals()
  }

  get findings(): readonly LocatedFinding[] {
    return this.#answers.findings()
  }
}
