// Which values of a tree are secret, and how is plain JSON shown without them?
import { printed } from '../values/printed.ts'
import type { Json, Path, Value } from '../values/value.ts'
import { isSecretName, isSecretPath, mask, shownPath } from './names.ts'
import { textsMask } from './message.ts'
import { isPlaceholder, maskInText, maskSpans } from './shapes.ts'
import { secretNodes, textSecrets } from './walk.ts'
import type { Tree } from './walk.ts'

export const valueTree: Tree<Value> = {
  text: (value) => (value.kind === 'scalar' && typeof value.value !== 'boolean' ? String(value.value) : undefined),
  items: (value) => (value.kind === 'list' ? value.items : undefined),
  entries: (value) => (value.kind === 'map' ? value.entries : undefined),
}

/** A secret's text in a tree; `texts`: what of it must not appear in any output. */
export interface SecretLiteral {
  readonly node: Value
  readonly texts: readonly string[]
  /** the whole text is secret, not only parts of it */
  readonly isWhole: boolean
  /** where it is, also if an alias put it there */
  readonly path: Path
}

const literals = new WeakMap<Value, readonly SecretLiteral[]>()

/** The literal texts of secrets in a tree. */
export function secretLiterals(root: Value): readonly SecretLiteral[] {
  const known = literals.get(root)
  if (known !== undefined) return known
  const found: SecretLiteral[] = []
  for (const { node, spans, key, path } of secretNodes(root, valueTree)) {
    if (key !== undefined) continue
    const text = valueTree.text(node) as string
    found.push({
      node,
      path: [...root.origin.path, ...path],
      isWhole: spans === 'whole',
      texts: spans === 'whole' ? [text] : spans.map(({ start, end }) => text.slice(start, end)),
    })
  }
  literals.set(root, found)
  return found
}

/** Where a value was written, as one text: a value that an alias repeats elsewhere was written at its anchor. */
export function birthplace({ origin }: Value): string {
  return `${origin.file.path}\0${origin.file.revision ?? ''}\0${origin.value.start}`
}

/** A text as it may be shown: parts that are secret by their shape as `***`. */
export function shownText(text: string): string {
  const spans = textSecrets(text)
  return spans === 'whole' ? mask : spans.length === 0 ? text : maskSpans(text, spans)
}

/** Plain JSON as it may be shown; `path`: where it is. */
export function maskInJson(plain: Json, path: Path): Json {
  if (plain === null || typeof plain === 'boolean') return plain
  if (typeof plain !== 'object') {
    if (plain !== '' && isSecretPath(path) && !isPlaceholder(String(plain))) return mask
    return typeof plain === 'string' ? shownText(plain) : plain
  }
  if (Array.isArray(plain)) return plain.map((item, index) => maskInJson(item, [...path, index]))
  const isNamed = typeof plain['name'] === 'string' && isSecretName(plain['name'])
  return Object.fromEntries(
    Object.entries(plain).map(([key, entry]) => [
      shownPath([...path, key]).at(-1) as string,
      isNamed && key === 'value' && entry !== null && entry !== '' && !isPlaceholder(printed(entry))
        ? mask
        : maskInJson(entry, [...path, key]),
    ]),
  )
}

/** Replaces the texts of the secrets in some trees wherever they were copied, also in base64, as in a Secret's data. */
export function literalsMask(trees: readonly Value[]): (plain: Json) => Json {
  const texts = [...new Set(trees.flatMap((tree) => secretLiterals(tree).flatMap((literal) => literal.texts)))].filter(
    (text) => text.length > 3,
  )
  if (texts.length === 0) return (plain) => plain
  const without = textsMask(texts)
  const own = new Set(texts.flatMap((text) => [text, Buffer.from(text).toString('base64')]))
  const clean = (plain: Json): Json => {
    if (Array.isArray(plain)) return plain.map(clean)
    // a short secret that is an ordinary word may also be another value: only its own places are hidden
    if (typeof plain === 'string') return own.has(plain) && !/^[a-z]{1,7}$/i.test(plain) ? mask : without(plain)
    if (plain === null || typeof plain !== 'object') return plain
    return Object.fromEntries(Object.entries(plain).map(([key, entry]) => [key, clean(entry)]))
  }
  return clean
}

/** A sentence of another program (helm, Argo CD, a parser) without the secrets of the trees that it read. */
export function maskSentence(sentence: string, trees: readonly Value[]): string {
  const texts = trees.flatMap((tree) => secretLiterals(tree).flatMap((literal) => literal.texts))
  return maskInText(textsMask(texts)(sentence), { isMessage: true })
}
