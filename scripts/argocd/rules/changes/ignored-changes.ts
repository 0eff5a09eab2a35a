// Which changes of a set never reach its Applications, because the set ignores them?
import { canonical } from '../../../applicationset/reconcile.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import { at, textItems } from '../../../deployed/manifest-parts.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { named, phrase } from '../../../findings/message.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import { isJsonMap, jsonAt } from '../../../values/value.ts'
import type { Json, JsonMap, Path } from '../../../values/value.ts'
import type { ManifestChange } from '../manifest-rule.ts'

interface Ignored {
  /** of the entry, in the set */
  readonly place: Path
  readonly text: string
  /** below the Application */
  readonly path: Path
  /** the only Application that it is about */
  readonly name: Json | undefined
}

/** `changes/ignored-field-arrives`: one for each entry that hides a change, at the entry. */
export function ignoredChanges({ before, after }: ManifestChange): LocatedFinding[] {
  if (after === undefined || after.kind !== 'ApplicationSet' || before.key !== after.key) return []
  const list = at(after.plain, 'spec', 'ignoreApplicationDifferences')
  if (!Array.isArray(list)) return []
  const old = new Map((before.applications ?? []).map((application) => [applicationName(application), application]))
  return list.flatMap(ignoredBy).flatMap(({ place, text, path, name }): LocatedFinding[] => {
    const changed = (after.applications ?? []).filter((application) => {
      const live = old.get(applicationName(application))
      const isMeant = name === undefined || name === '' || name === applicationName(application)
      return live !== undefined && isMeant && isChanged(live, application, path)
    })
    const [first] = changed
    if (first === undefined) return []
    const more = changed.length === 1 ? '' : ` (and ${changed.length - 1} more)`
    return [
      {
        rule: 'changes/ignored-field-arrives',
        severity: 'warning',
        message: phrase`${named(text)} of Application ${named(applicationName(first))}${more} changes, but the set ignores it, and nothing happens`,
        at: after.spotOf(place),
        related: [{ ...after.spotOf([...after.base, ...path]), message: phrase`this change never arrives` }],
        help: phrase`remove ${named(text)} from ignoreApplicationDifferences in the same change, or change the Applications by hand, too`,
      },
    ]
  })
}

function isChanged(live: JsonMap, wanted: JsonMap, path: Path): boolean {
  const [was, is] = [live, wanted].map((application) => canonical(jsonAt(application, path) ?? null)) as [string, string]
  return was !== is && !was.includes(unknownText) && !is.includes(unknownText)
}

/** Pointers, and expressions of jq that are nothing but a path. */
function ignoredBy(entry: Json, index: number): Ignored[] {
  const holder: Path = ['spec', 'ignoreApplicationDifferences', index]
  const name = isJsonMap(entry) ? entry['name'] : undefined
  const pointers = textItems(at(entry, 'jsonPointers')).map(({ index: nth, text }) => ({
    place: [...holder, 'jsonPointers', nth],
    text,
    path: stepsOf(text.split('/').slice(1)),
    name,
  }))
  const expressions = textItems(at(entry, 'jqPathExpressions')).flatMap(({ index: nth, text }) =>
    /^(?:\.[A-Za-z_]\w*)+$/.test(text)
      ? [{ place: [...holder, 'jqPathExpressions', nth], text, path: stepsOf(text.split('.').slice(1)), name }]
      : [],
  )
  return [...pointers, ...expressions]
}

function stepsOf(parts: readonly string[]): Path {
  return parts.map((part) => {
    const text = part.replaceAll('~1', '/').replaceAll('~0', '~')
    return /^\d+$/.test(text) ? Number(text) : text
  })
}
