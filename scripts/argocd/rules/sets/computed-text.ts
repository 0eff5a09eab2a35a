// How is a computed text shown without the secrets of the file that it was computed from?
import type { SourceFile } from '../../../values/value.ts'
import { textsMask } from '../../../secret/message.ts'
import { secretsOf } from '../../../secret/source.ts'

const masks = new WeakMap<SourceFile, (text: string) => string>()

/** The text without the secrets of the whole file: a template may combine values far from the line that is blamed. */
export function computedText(text: string, file: SourceFile): string {
  const known = masks.get(file)
  if (known !== undefined) return known(text)
  const { spans, texts } = secretsOf(file.text)
  const found = textsMask(spans.flatMap(({ start, end }) => texts.get(start) ?? [file.text.slice(start, end)]))
  masks.set(file, found)
  return found(text)
}
