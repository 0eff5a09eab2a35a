// Where in a set's `templatePatch` is a parameter of Helm, which the template itself does not have?
import type { Span } from '../../values/value.ts'
import type { Spot } from '../../findings/spot.ts'
import { at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'

/** The name and the value of a parameter; undefined: the patch does not name it, or not once. */
export function patchedParameter(manifest: Manifest, name: string): { readonly name: Spot; readonly value: Spot } | undefined {
  const patch = manifest.kind === 'ApplicationSet' ? at(manifest.plain, 'spec', 'templatePatch') : undefined
  if (typeof patch !== 'string' || name === '') return undefined
  const [start, ...others] = [...patch.matchAll(/\bname:[ \t]*["']?([^\s"'#,}]+)/g)].flatMap((match) =>
    match[1] === name ? [match.index + match[0].length - name.length] : [],
  )
  const inText = manifest.inText(['spec', 'templatePatch'])
  if (start === undefined || others.length > 0 || inText === undefined) return undefined
  const written = { start, end: start + name.length }
  return { name: inText(written), value: inText(valueBeside(patch, written) ?? written) }
}

/** The value of the item of a list that a name is in: before it or after it. */
function valueBeside(patch: string, { start, end }: Span): Span | undefined {
  const from = startOfItem(patch, start)
  const next = /\n[ \t]*-[ \t]/.exec(patch.slice(end))
  const item = patch.slice(from, next === null ? patch.length : end + next.index)
  const value = /\bvalue:[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s"'][^\n]*)/.exec(item)
  const [all = '', text = ''] = value ?? []
  if (value === null) return undefined
  const inner = item.trimStart().replace(/^-/, '').trimStart()
  const isInBraces = inner.startsWith('{') && !inner.startsWith('{{')
  const plain = isInBraces && !/^["']/.test(text) ? text.split(/,|\}[ \t]*$/, 1)[0] : text
  const at = from + value.index + all.length - text.length
  return { start: at, end: at + (plain ?? text).trimEnd().length }
}

/** The dash that begins the item around an offset. */
function startOfItem(patch: string, offset: number): number {
  let from = patch.lastIndexOf('\n', offset) + 1
  while (from > 0 && !/^[ \t]*-[ \t]/.test(patch.slice(from, from + 200))) from = patch.lastIndexOf('\n', from - 2) + 1
  return from
}
