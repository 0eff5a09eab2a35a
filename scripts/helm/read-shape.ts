// Which keys of the values could templates read?

import type { TemplateTree } from '../go-template/go-tree.ts'

/** A `default` with a constant that is printed in the place of the values that Sprig takes for not set. */
export interface Replacement {
  /** the constant as it is written */
  readonly instead: string
  readonly tree: TemplateTree
  /** offset in its text */
  readonly at: number
}

/** What is known about one map or list of the values: the keys that some template reads. */
export class ReadShape {
  readonly keys = new Map<string, ReadShape>()
  /** entries whose key is known only at run time: loops, `index` with a variable */
  #any: ReadShape | undefined
  /** texts that templates compare it with */
  readonly words = new Set<string>()
  /** where something else is printed for it */
  readonly replacements: Replacement[] = []
  /** how many times templates read it by its name */
  reads = 0
  /** it is printed or handed on as a whole */
  whole = false

  key(name: string): ReadShape {
    const known = this.keys.get(name)
    if (known !== undefined) return known
    const made = new ReadShape()
    this.keys.set(name, made)
    return made
  }

  any(): ReadShape {
    this.#any ??= new ReadShape()
    return this.#any
  }

  /** What is read of entries whose key is known only at run time. */
  get rest(): ReadShape | undefined {
    return this.#any
  }

  /** Whether any template reads inside it. */
  get isOpened(): boolean {
    return this.keys.size > 0 || this.#any !== undefined
  }

  /** What may be read of an entry; undefined: nothing. */
  at(name: string): ReadShape | undefined {
    return this.keys.get(name) ?? this.#any
  }
}

/** What an expression may evaluate to. */
export type Reading =
  | { readonly kind: 'other' }
  | { readonly kind: 'values'; readonly shapes: readonly ReadShape[] }
  /** the context of a chart: `.Values` and its neighbours */
  | { readonly kind: 'context'; readonly values: ReadShape; readonly subcharts: ReadonlyMap<string, Reading> }
  /** a `dict` or `list` of a template */
  | { readonly kind: 'made'; readonly entries: ReadonlyMap<string, Reading>; readonly rest: readonly Reading[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'either'; readonly of: readonly Reading[] }

export const other: Reading = { kind: 'other' }

export function either(readings: readonly Reading[]): Reading {
  const shapes = new Set<ReadShape>()
  const rest: Reading[] = []
  for (const reading of readings.flatMap((one) => (one.kind === 'either' ? one.of : [one]))) {
    if (reading.kind === 'values') for (const shape of reading.shapes) shapes.add(shape)
    else if (reading.kind !== 'other' && !rest.includes(reading)) rest.push(reading)
  }
  const all: Reading[] = shapes.size > 0 ? [{ kind: 'values', shapes: [...shapes] }, ...rest] : rest
  return all.length === 0 ? other : all.length === 1 ? (all[0] as Reading) : { kind: 'either', of: all.slice(0, 24) }
}

/** `.key` of an expression. */
export function keyOf(reading: Reading, name: string): Reading {
  switch (reading.kind) {
    case 'values':
      return { kind: 'values', shapes: reading.shapes.map((shape) => shape.key(name)) }
    case 'context':
      if (name === 'Values') return { kind: 'values', shapes: [reading.values] }
      return name === 'Subcharts' ? { kind: 'made', entries: reading.subcharts, rest: [] } : other
    case 'made':
      return reading.entries.get(name) ?? either(reading.rest)
    case 'either':
      return either(reading.of.map((one) => keyOf(one, name)))
    default:
      return other
  }
}

/** An item known only at run time. */
export function anyOf(reading: Reading): Reading {
  switch (reading.kind) {
    case 'values':
      return { kind: 'values', shapes: reading.shapes.map((shape) => shape.any()) }
    case 'made':
      return either([...reading.entries.values(), ...reading.rest])
    case 'either':
      return either(reading.of.map(anyOf))
    default:
      return other
  }
}

/** A template reads it, if only to ask something of it. */
export function countRead(reading: Reading): void {
  if (reading.kind === 'values') for (const shape of reading.shapes) shape.reads += 1
  else if (reading.kind === 'either') for (const one of reading.of) countRead(one)
  else if (reading.kind === 'made') for (const one of [...reading.entries.values(), ...reading.rest]) countRead(one)
}

/** It is printed, or passed to an unknown function. */
export function readWhole(reading: Reading): void {
  if (reading.kind === 'values') for (const shape of reading.shapes) shape.whole = true
  else if (reading.kind === 'context') reading.values.whole = true
  else if (reading.kind === 'made')
    for (const entry of [...reading.entries.values(), ...reading.rest]) if (entry.kind !== 'context') readWhole(entry)
  if (reading.kind === 'either') for (const one of reading.of) readWhole(one)
}
