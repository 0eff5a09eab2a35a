// Where in a set's `templatePatch` is a parameter of Helm, which the template itself does not have?
import type { Spot } from '../../findings/spot.ts'
import { at } from '../manifest-parts.ts'
import type { Manifest } from '../manifests.ts'

/** The name and the value of a parameter; undefined: the patch does not name it, or not once. */
export function patchedParameter(manifest: Manifest, name: string): { readonly name: Spot; readonly value: Spot } | undefined {
  const patch = manifest.kind === 'ApplicationSet' ? at(manifest.plain, 'spec', 'templatePatch') : undefined
  if (typeof patch !== 'string' || name === '') return undefined
  const starts = [...patch.matchAll(/\bname:[ \t]*["']?([^\s"'#,}]+)/g)].flatMap((match) =>
    match[1] === name ? [match.index + match[0].length - name.length] : [],
  )
  const [start, ...others] = starts
  const inText = manifest.inText(['spec', 'templatePatch'])
  if (start === undefined || others.length > 0 || inText === undefined) return undefined
  const end = start + name.length
  const [next = ''] = patch.slice(end).split(/\bname:/, 1)
  const value = /\bvalue:[ \t]*(\S[^\n]*)/.exec(next)
  const from = value === null ? start : end + value.index + value[0].length - (value[1] ?? '').length
  const until = value === null ? end : from + (value[1] ?? '').trimEnd().length
  return { name: inText({ start, end }), value: inText({ start: from, end: until }) }
}
