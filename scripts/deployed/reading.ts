// What is one document of a text, and where was it written?
import type { Spot } from '../findings/spot.ts'
import type { Json, SourceFile, Span, Value } from '../values/value.ts'

/** One document, wherever its text is. */
export interface Reading {
  readonly file: SourceFile
  readonly plain: Json
  /** with the places that a person can edit */
  readonly value: () => Value
  /** as it is in `text`, and where it begins there */
  readonly raw: Value
  readonly text: string
  readonly start: number
  /** where a span of `text` was written */
  readonly spotOfText: (span: Span) => Spot
}
