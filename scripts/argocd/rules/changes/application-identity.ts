// Which Applications of a hand-written set does a change rename, while their elements stay as they are?
import { named, phrase } from '../../../findings/message.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { Manifest } from '../../../deployed/manifests.ts'
import type { ManifestChange } from '../manifest-rule.ts'
import { isDatabase } from '../../../deployed/manifest-parts.ts'
import { canonical } from '../../../applicationset/reconcile.ts'

/** Old name → new name of the Applications whose element stayed as it was, so that the template renamed them. */
export function renamedApplications(before: Manifest, after: Manifest): Map<string, string> {
  const renamed = new Map<string, string>()
  const present = new Set((after.applications ?? []).map(applicationName))
  const now = new Map(after.elements().map((element) => [canonical(element.plain), element]))
  for (const element of before.elements()) {
    const [old, ...others] = element.applications
    const [next] = now.get(canonical(element.plain))?.applications ?? []
    if (old === undefined || next === undefined || others.length > 0) continue
    if (!present.has(applicationName(old))) renamed.set(applicationName(old), applicationName(next))
  }
  return renamed
}

/** One finding for all Applications that the template renames. */
export function renameFindings({ before, after }: ManifestChange, renamed: ReadonlyMap<string, string>): LocatedFinding[] {
  if (after === undefined) return []
  const pairs = (before.applications ?? []).flatMap((application): [string, string][] => {
    const name = applicationName(application)
    const next = renamed.get(name)
    if (next === undefined || !isDatabase(application, before.settings)) return []
    // leftover braces are a mistake in the template, and reported as such
    return isUnknown(name) || isUnknown(next) || next.includes('{{') ? [] : [[name, next]]
  })
  const [first, ...others] = pairs
  if (first === undefined) return []
  const [name, next] = first
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  const path = [...after.base, 'metadata', 'name']
  return [
    {
      rule: 'changes/application-name-stays',
      severity: 'error',
      message: phrase`Application ${named(name)} becomes ${named(next)}, but a renamed one is new, and the old one lives on next to it${more}`,
      at: after.spotOf(path),
      related: [{ ...before.spotOf(path), message: phrase`${named(name)} before this change` }],
      help: phrase`name it ${named(name)} again; a database is moved by hand`,
    },
  ]
}

const isUnknown = (text: string): boolean => text.includes(unknownText)
