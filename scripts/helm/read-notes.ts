// What do templates make of a value besides printing it?
import type { Command, TemplateTree } from '../go-template/go-tree.ts'
import { nodeText } from '../go-template/go-tree.ts'
import type { Reading } from './read-shape.ts'

interface Around {
  readonly tree: TemplateTree
  readonly isTaken: boolean
}

/** Functions whose result is the text of their argument. */
const printing = new Set('quote squote toString int int64 float64 toYaml toJson indent nindent print'.split(' '))

/** Whether a function may make something else of its argument than its text. */
export function takes({ args: [first] }: Command): boolean {
  return first.kind !== 'function' || !printing.has(first.name)
}

/** The texts that a value is compared with. */
export function noteWords(args: readonly Reading[]): void {
  const words = args.flatMap((arg) => (arg.kind === 'text' ? [arg.text] : []))
  const note = (reading: Reading): void => {
    if (reading.kind === 'values') for (const shape of reading.shapes) for (const word of words) shape.words.add(word)
    else if (reading.kind === 'either') reading.of.forEach(note)
  }
  if (words.length > 0) args.forEach(note)
}

/** `default true .Values.x`: Sprig takes `false` and 0 for not set. */
export function noteReplacement({ at, args: [, constant] }: Command, value: Reading | undefined, { tree, isTaken }: Around): void {
  const isTruth = constant?.kind === 'bool' ? constant.value : constant?.kind === 'number' && constant.asFloat !== 0
  if (isTaken || constant === undefined || !isTruth || value?.kind !== 'values') return
  for (const shape of value.shapes) shape.replacements.push({ instead: nodeText(constant), tree, at })
}
