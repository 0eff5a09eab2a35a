// What does the chart know of one of its values: kind, default, and the field that it becomes?
import { once } from '../values/once.ts'
import type { Path } from '../values/value.ts'
import { nearest } from '../values/path.ts'
import { valuesShape } from './model/shape.ts'
import type { ClosedShape, Shape } from './model/shape-kinds.ts'

/** A field of a kind of object, `Cluster` and `['spec', 'affinity']`. */
export interface Target {
  readonly kind: string
  readonly path: Path
}

export interface ValueFacts {
  /** `text`, `whole number`, `true or false`, `map`, `list` or `anything` */
  readonly type: string
  /** one line of explanation */
  readonly about?: string
  readonly choices?: readonly string[]
  /** keys of a map that the templates read one by one; empty: any key */
  readonly keys: readonly string[]
  /** the field that it becomes unchanged, if the table of values records one */
  readonly target?: Target
}

/** A key that no template reads; `known` are the keys of the same map. */
export interface UnknownValue {
  readonly step: string
  readonly parent: Path
  readonly known: readonly string[]
  readonly suggestion?: string
}

const typeNames: Readonly<Record<Shape['kind'], string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
  closed: 'map',
  map: 'map',
  list: 'list',
  items: 'list of maps',
  any: 'anything',
}

/** Looks a path up in the table of chart values. Below a value that goes into an object as it is, the path goes on there. */
export function valueFacts(path: Path): ValueFacts | UnknownValue {
  let shape: Shape = valuesShape
  for (const [depth, step] of path.entries()) {
    if (shape.kind === 'items' && typeof step === 'number') shape = shape.item
    else if (shape.kind === 'closed') {
      const next: Shape | undefined = Object.hasOwn(shape.fields, String(step)) ? shape.fields[String(step)] : undefined
      if (next === undefined) return unknown(shape, String(step), path.slice(0, depth))
      shape = next
    } else if (shape.kind === 'map' || shape.kind === 'list' || shape.kind === 'any') return below(shape.into, path.slice(depth))
    else return { step: String(step), parent: path.slice(0, depth), known: [] }
  }
  return facts(shape)
}

function unknown(shape: ClosedShape, step: string, parent: Path): UnknownValue {
  const known = Object.keys(shape.fields).sort()
  const suggestion = nearest(step, known)
  return { step, parent, known, ...(suggestion === undefined ? {} : { suggestion }) }
}

function below(into: string | null, rest: Path): ValueFacts {
  const target = targetOf(into)
  return { type: 'anything', keys: [], ...(target === undefined ? {} : { target: { ...target, path: [...target.path, ...rest] } }) }
}

function facts(shape: Shape): ValueFacts {
  const into = 'into' in shape ? targetOf(shape.into ?? null) : undefined
  return {
    type: typeNames[shape.kind],
    keys: shape.kind === 'closed' ? Object.keys(shape.fields).sort() : shape.kind === 'items' ? Object.keys(shape.item.fields).sort() : [],
    ...(shape.hover === undefined ? {} : { about: shape.hover }),
    ...('choices' in shape && shape.choices !== undefined ? { choices: shape.choices } : {}),
    ...(into === undefined ? {} : { target: into }),
  }
}

function targetOf(into: string | null): Target | undefined {
  const [kind = '', ...path] = into?.split('.') ?? []
  return /^[A-Z]/.test(kind) ? { kind, path } : undefined
}

/** The values of the chart that go into an object as they are, maps and single objects; those of list items as `poolers[].template`. */
export const passedOn = once((): readonly { readonly from: string; readonly target: Target }[] => {
  const found: { from: string; target: Target }[] = []
  const search = (shape: Shape, path: string): void => {
    if (shape.kind === 'items') search(shape.item, `${path}[]`)
    else if (shape.kind === 'closed')
      for (const [key, child] of Object.entries(shape.fields)) search(child, path === '' ? key : `${path}.${key}`)
    const target = (shape.kind === 'map' || shape.kind === 'any') && targetOf(shape.into)
    if (target) found.push({ from: path, target })
  }
  search(valuesShape, '')
  return found
})

/** The value that would set a field, for those that go into an object unchanged: `Cluster` `spec.affinity.nodeSelector` → `cluster.affinity.nodeSelector`. */
export function valueFor(target: Target): Path | undefined {
  let best: { path: Path; length: number } | undefined
  const search = (shape: Shape, path: Path): void => {
    if (shape.kind === 'closed') for (const [key, child] of Object.entries(shape.fields)) search(child, [...path, key])
    const into = 'into' in shape ? targetOf(shape.into ?? null) : undefined
    if (into === undefined || into.kind !== target.kind || into.path.length < (best?.length ?? 0)) return
    if (into.path.every((step, index) => step === target.path[index]))
      best = { path: [...path, ...target.path.slice(into.path.length)], length: into.path.length }
  }
  search(valuesShape, [])
  return best?.path
}
