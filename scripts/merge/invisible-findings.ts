// Which values and keys of a layer hold characters that nobody sees?
import { fieldAt, keyName, phrase } from '../findings/message.ts'
import { holdsInvisible, invisibleHelp, invisibleIn } from '../findings/invisible.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { spotOf } from '../findings/spot.ts'
import type { Message } from '../findings/finding.ts'
import { once } from '../values/once.ts'
import type { MapValue, SourceFile, Value } from '../values/value.ts'

const files = new WeakMap<SourceFile, () => boolean>()

/** Whether any text of a file may hold one; most hold none, and nobody looks further. */
function mayHold(file: SourceFile): boolean {
  const known = files.get(file) ?? once(() => /[\u00a0\u00ad\u200b\u202f\u2060\u3000]|(?!^)\ufeff|\\[uUx_]/.test(file.text))
  files.set(file, known)
  return known()
}

/** Zero-width characters anywhere, and no-break spaces around a text. */
export function* invisibleFindings(root: MapValue): Iterable<LocatedFinding> {
  if (root.origin.file.builtin === true || !mayHold(root.origin.file)) return
  const open: Value[] = [root]
  for (const value of open) {
    if (value.kind === 'list') for (const item of value.items) open.push(item)
    if (value.kind === 'map')
      for (const [key, entry] of value.entries) {
        open.push(entry)
        if (holdsInvisible(key)) yield* findingOf(entry, { on: 'key', text: key, what: phrase`the key \`${keyName(key)}\`` })
      }
    if (value.kind === 'scalar' && typeof value.value === 'string' && holdsInvisible(value.value))
      yield* findingOf(value, { on: 'value', text: value.value, what: phrase`${fieldAt(value.origin.path)}` })
  }
}

interface Held {
  readonly on: 'key' | 'value'
  readonly text: string
  readonly what: Message
}

function* findingOf(value: Value, { on, text, what }: Held): Iterable<LocatedFinding> {
  const at = spotOf(value, on)
  if (at === undefined) return
  const message = phrase`${what} holds a ${invisibleIn(text)}, which nobody sees`
  yield { rule: 'yaml/visible-characters', severity: 'warning', message, at, help: invisibleHelp(text) }
}
