// Where was a value written, without a list of steps for each?
import type { LayerName, Origin, Path, SourceFile, Span } from '../values/value.ts'

/** The way to a collection: its own last step, and the way to the collection that holds it. */
export interface Trail {
  readonly above: Trail | undefined
  readonly step: string | number
}

/** The steps of a trail, from the root. */
function stepsOf(trail: Trail | undefined): (string | number)[] {
  const steps: (string | number)[] = []
  for (let at = trail; at !== undefined; at = at.above) steps.push(at.step)
  return steps.reverse()
}

/** What all values of one text have in common. */
interface Text {
  readonly layer: LayerName
  readonly file: SourceFile
}

/**
 * An origin whose path is built on demand: lists of steps for all nodes of a deeply nested text of 1 MiB take
 * gigabytes. `path` is not an own property: a copy by `...` lacks it and must set its own.
 */
export class WrittenOrigin implements Origin {
  readonly layer: LayerName
  readonly file: SourceFile
  readonly key: Span | null
  readonly value: Span
  readonly #trail: Trail | undefined

  constructor({ layer, file }: Text, trail: Trail | undefined, { key, value }: { readonly key: Span | null; readonly value: Span }) {
    this.layer = layer
    this.file = file
    this.key = key
    this.value = value
    this.#trail = trail
  }

  get path(): Path {
    return stepsOf(this.#trail)
  }
}
