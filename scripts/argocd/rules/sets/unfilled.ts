// What is to be written in place of a placeholder that nothing fills in?
import type { GenerateError } from '../../../applicationset/generate.ts'
import { nearest } from '../../../values/path.ts'
import { isJsonMap } from '../../../values/value.ts'
import { at } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'

/** What `path` holds of a git generator, without Go's templates. */
const ofPaths = ['path', 'path.basename', 'path.basenameNormalized', 'path.filename', 'path.filenameNormalized']

/** What to write in place of a placeholder that nothing fills in. */
export function unfilledHelp(written: string, { plain, elements }: Pick<Manifest, 'plain' | 'elements'>): string {
  if (written.startsWith('.') && at(plain, 'spec', 'goTemplate') !== true)
    return `set goTemplate: true with goTemplateOptions: ["missingkey=error"], or write {{${written.slice(1)}}}`
  const all = elements().map(({ plain: element }) => (isJsonMap(element) ? Object.keys(element) : []))
  const lacking = all.find((one) => !one.includes(written))
  const wrong = lacking !== undefined && lacking.length < all.flat().length ? nearest(written, lacking) : undefined
  if (wrong !== undefined && all.some((one) => one.includes(written))) return `write \`${written}\` in place of \`${wrong}\` in the element`
  const keys = all.flat()
  const isOfPath = JSON.stringify(at(plain, 'spec', 'generators') ?? null).includes('"git"')
  const guess = isOfPath && written === 'path.path' ? 'path' : nearest(written, new Set([...keys, ...(isOfPath ? ofPaths : [])]))
  return guess === undefined ? `add \`${written}\` to every element` : `did you mean \`${guess}\`?`
}

/** A name with a placeholder in it, which nothing fills in. */
export function unfilledIn({ message }: GenerateError, manifest: Manifest): string | undefined {
  const word = at(manifest.plain, 'spec', 'goTemplate') === true ? undefined : /\{\{([^{}]{1,100})\}\}/.exec(message)?.[1]
  return word === undefined ? undefined : unfilledHelp(word.trim(), manifest)
}
