// Which keys of a set's `templatePatch` are no fields of an Application, so that what is below them does nothing?
import { applicationObjectShape } from '../../../applicationset/application-object.ts'
import type { Shape } from '../../../applicationset/application-type.ts'
import { nearest } from '../../../values/path.ts'
import type { Value } from '../../../values/value.ts'
import { parseFirstDocument } from '../../../yaml/parse.ts'

export interface PatchField {
  readonly key: string
  /** as it is written, with what follows it in its line */
  readonly written: string
  /** a field that has a name like it */
  readonly near: string | undefined
}

/** `applyTemplatePatch` decodes the patch without strictness (`json.Unmarshal`), whose names fit in any case. */
export function unknownInPatch(patch: string): PatchField[] {
  // each action keeps its room, so that the rest is where it was
  const plain = patch
    .replaceAll(/^[ \t]*\{\{[^{}\n]*\}\}[ \t]*$/gm, (line) => ' '.repeat(line.length))
    .replaceAll(/\{\{[^{}\n]*\}\}/g, placeholder)
  if (plain.includes('{{')) return []
  const { documents, problems } = parseFirstDocument({ path: 'templatePatch', text: plain }, 'service')
  const [root] = documents
  return root === undefined || problems.some(({ fatal }) => fatal) ? [] : [...strange(root, applicationObjectShape, patch)]
}

const placeholder = (action: string): string => 'x'.repeat(action.length)

function* strange(value: Value, shape: Shape, patch: string): Iterable<PatchField> {
  if (value.kind === 'list' && shape.kind === 'list') for (const item of value.items) yield* strange(item, shape.of, patch)
  if (value.kind !== 'map' || shape.kind !== 'struct') return
  const names = shape.fields.map(([name]) => name)
  for (const [key, node] of value.entries) {
    const field = shape.fields.find(([name]) => name.toLowerCase() === key.toLowerCase())
    if (field !== undefined) {
      yield* strange(node, field[1].shape, patch)
      continue
    }
    const start = node.origin.key?.start ?? 0
    const written = patch.slice(start).split('\n', 1)[0] ?? ''
    // the directives of a strategic merge begin with a dollar, and what an action prints is not known
    if (/^[A-Za-z]\w*$/.test(key) && written.startsWith(key)) yield { key, written, near: nearest(key, names) }
  }
}
