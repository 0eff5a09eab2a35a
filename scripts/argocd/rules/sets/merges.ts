// Does what a merge generator overrides exist, and does anything read what it overrides with?
import { named, phrase } from '../../../findings/message.ts'
import type { Finding } from '../../../findings/finding.ts'
import { at, texts } from '../../../deployed/manifest-parts.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import { misspelt } from '../../../values/misspelt.ts'
import { nearest } from '../../../values/path.ts'
import { printed } from '../../../values/printed.ts'
import type { JsonMap, Path } from '../../../values/value.ts'
import { isJsonMap } from '../../../values/value.ts'
import type { ManifestRule } from '../manifest-rule.ts'

export const mergeRules: readonly ManifestRule[] = [
  {
    // `getParamSetsByMergeKey`, `MergeGenerator.GenerateParams`: what matches nothing of the first generator is left out (argo-cd#12849)
    id: 'argocd/merge-matches',
    severity: 'warning',
    upstream: 'MergeGenerator.GenerateParams',
    summary: 'what a merge generator overrides is there to be overridden',
    *check(manifest) {
      for (const merge of mergesOf(manifest)) {
        const missing = missingKey(merge)
        if (missing === undefined) {
          yield* unmatched(merge)
          yield* unreadKeys(merge, manifest)
        }
        // elements that nothing tells apart are refused
        else if (!manifest.refusals.some(isOfMergeKeys)) yield missing
      }
    },
  },
]

/** Whether a set is refused since elements of a merge are the same in all its keys. */
export const isOfMergeKeys = ({ message }: { readonly message: string }): boolean => message.endsWith('unique by the given mergeKeys')

/** The first key of a merge that no element of its first generator has. */
export function missingMergeKey(manifest: Manifest): Finding | undefined {
  return mergesOf(manifest).flatMap((merge) => missingKey(merge) ?? [])[0]
}

/** A merge of list generators: elements of others hang on what is elsewhere. */
interface Merge {
  readonly path: Path
  readonly keys: readonly string[]
  readonly base: readonly JsonMap[]
  /** with their places; those of a generator of another kind are left out */
  readonly over: readonly { readonly element: JsonMap; readonly path: Path }[]
}

function mergesOf({ plain }: Manifest): Merge[] {
  const generators = at(plain, 'spec', 'generators')
  return (Array.isArray(generators) ? generators : []).flatMap((generator, index): Merge[] => {
    const path = ['spec', 'generators', index, 'merge']
    const [keys, children] = [texts(at(generator, 'merge', 'mergeKeys')), at(generator, 'merge', 'generators')]
    if (keys.length === 0 || !Array.isArray(children) || keys.some((key) => key.includes('.'))) return []
    const [base, ...others] = children.map((child) => at(child, 'list', 'elements'))
    if (!Array.isArray(base) || !base.every(isJsonMap) || isTemplate(base)) return []
    const over = others.flatMap((list, nth) =>
      (Array.isArray(list) ? list : []).flatMap((element, at) =>
        isJsonMap(element) && !isTemplate(element) ? [{ element, path: [...path, 'generators', nth + 1, 'list', 'elements', at] }] : [],
      ),
    )
    return [{ path, keys, base, over }]
  })
}

const isTemplate = (value: JsonMap | readonly JsonMap[]): boolean => JSON.stringify(value).includes('{{')

function missingKey({ path, keys, base }: Merge): Finding | undefined {
  const missing = keys.findIndex((key) => base.length > 0 && base.every((element) => element[key] === undefined))
  const key = keys[missing]
  if (key === undefined) return undefined
  const meant = nearest(key, Object.keys(base[0] ?? {}))
  return {
    places: [{ path: [...path, 'mergeKeys', missing] }],
    message: phrase`mergeKeys hold ${named(key)}, but no element of the first generator has that key`,
    help: meant === undefined ? phrase`name a key of its elements` : phrase`did you mean ${named(meant)}?`,
  }
}

function* unmatched({ keys, base, over }: Merge): Iterable<Finding> {
  const keyOf = (element: JsonMap): string => JSON.stringify(keys.map((key) => element[key] ?? null))
  const known = new Set(base.map(keyOf))
  for (const { element, path } of over) {
    if (known.has(keyOf(element))) continue
    const key = keys.find((one) => !base.some((other) => other[one] === element[one])) ?? keys[0] ?? ''
    yield {
      message: phrase`${named(key)} is ${named(printed(element[key] ?? 'not set'))}, but no element of the first generator has that: this one overrides nothing`,
      places: [{ path: [...path, ...(element[key] === undefined ? [] : [key])] }],
      help: phrase`correct it, or add such an element to the first generator`,
    }
  }
}

/** Keys that no placeholder has, nearly spelt as one that the element could override and does not. */
function* unreadKeys({ keys, base, over }: Merge, { plain }: Manifest): Iterable<Finding> {
  const known = [...new Set(base.flatMap((element) => Object.keys(element)))].filter((key) => !keys.includes(key))
  const isRead = readerOf(plain)
  const seen = new Map<string, string | undefined>(known.map((key) => [key, undefined]))
  for (const { element, path } of over)
    for (const key of Object.keys(element)) {
      if (!seen.has(key)) seen.set(key, isRead(key) ? undefined : misspelt(key, known))
      const meant = seen.get(key)
      if (meant === undefined || element[meant] !== undefined) continue
      yield {
        message: phrase`${named(key)} overrides nothing: no element of the first generator has that key, and no placeholder reads it`,
        places: [{ path: [...path, key], on: 'key' }],
        help: phrase`did you mean ${named(meant)}?`,
      }
    }
}

/** Whether placeholders read a key: one names it, or reads all there is, as {{ toJson . }} and a loop do. */
function readerOf(plain: JsonMap): (key: string) => boolean {
  const { generators: _, ...rest } = isJsonMap(plain['spec']) ? plain['spec'] : {}
  const text = JSON.stringify(rest)
  const isWhole = (action: string): boolean =>
    /\b(?:range|toJson|toPrettyJson|toYaml)\b/.test(action) && /[\s(][.$](?:[\s)|]|$)/.test(action)
  const [, ...parts] = text.split('{{')
  const readsAll = parts.some((part) => isWhole(part.split('}}', 1)[0] ?? ''))
  return (key) => readsAll || text.includes(key)
}
