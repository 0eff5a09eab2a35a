// Does a hand-written Application go on deploying the same database after a change?
import type { LocatedFinding } from '../../findings/spot.ts'
import type { JsonMap, Path } from '../../model.ts'
import { identityOf } from './application-values.ts'
import type { Identity } from './application-values.ts'
import { unknownText } from './helm-text.ts'
import { applicationName } from './manifest-files.ts'
import type { Manifest } from './manifest-files.ts'
import { at, isDatabase, releasePath } from './manifest-parts.ts'
import { canonical } from '../../applicationset/reconcile.ts'
import type { ManifestChange } from './manifest-files.ts'

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

/** Names, namespaces and destinations that change: one finding for each, at the template or at what decides it. */
export function identityFindings(
  { before, after }: ManifestChange,
  renamed: ReadonlyMap<string, string>,
  written: ReadonlySet<string>,
): LocatedFinding[] {
  if (after === undefined) return []
  const next = new Map((after.applications ?? []).map((application) => [applicationName(application), application]))
  const found = new Map<string, LocatedFinding>()
  const tell = (finding: Omit<LocatedFinding, 'at' | 'related'>, place: { path: Path; was: string; old: Path }): void => {
    if (found.has(finding.rule)) return
    const related = [{ ...before.spotOf(place.old), message: `${place.was} before this change` }]
    found.set(finding.rule, { ...finding, message: finding.message.slice(0, 120), at: after.spotOf(place.path), related })
  }
  for (const application of before.applications ?? []) {
    if (!isDatabase(application, before.settings)) continue
    const name = applicationName(application)
    const newName = renamed.get(name)
    if (newName !== undefined) {
      // braces that are left over are the mistake of the template, and told as that
      if (isUnknown(name) || isUnknown(newName) || newName.includes('{{')) continue
      const message = `Application ${name} becomes ${newName}, but a renamed one is new, and the old one lives on beside it`
      const help = `name it ${name} again; a database is moved by hand`
      const path = [...after.base, 'metadata', 'name']
      tell({ rule: 'changes/application-name-stays', severity: 'error', message, help }, { path, was: name, old: path })
      continue
    }
    const now = next.get(name)
    if (now === undefined || !written.has(name)) continue
    for (const [rule, what, field] of identityFields) {
      const was = what(application, before)
      const is = what(now, after)
      // what is not written is told as that
      if (was === undefined || is === undefined || was === is || was === '' || is === '') continue
      // what only the parent's values tell may be the same
      if (isUnknown(name) || isUnknown(was) || isUnknown(is)) continue
      const isMove = field === 'destination'
      const message = `${field} of ${name} goes from ${was} to ${is}, but ${isMove ? 'the database stays where it is' : 'that is a new, empty database'}`
      const help = isMove ? 'move the database by hand: dump and restore, or a replica cluster' : `restore ${was}`
      const severity = isMove ? 'warning' : 'error'
      tell({ rule, severity, message, help }, { path: placeOf(after, field), was, old: placeOf(before, field) })
    }
  }
  return [...found.values()]
}

const isUnknown = (text: string): boolean => text.includes(unknownText)

type Read = (application: JsonMap, manifest: Manifest) => string | undefined
const read =
  (key: keyof Identity): Read =>
  (application, manifest) =>
    identityOf(application, manifest)[key]
/** The Cluster's own name where the values tell it, else the release that it follows. */
const clusterName: Read = (application, manifest) => identityOf(application, manifest).cluster
const identityFields: readonly (readonly [string, Read, 'cluster' | 'namespace' | 'destination'])[] = [
  ['changes/cluster-name-stays', clusterName, 'cluster'],
  ['changes/namespace-stays', read('namespace'), 'namespace'],
  ['changes/destination-stays', read('destination'), 'destination'],
]

function placeOf({ plain, base }: Manifest, field: 'cluster' | 'namespace' | 'destination'): Path {
  const spec = [...base, 'spec']
  if (field === 'destination')
    return [...spec, 'destination', at(plain, ...spec, 'destination', 'server') === undefined ? 'name' : 'server']
  if (field === 'namespace') return [...spec, 'destination', 'namespace']
  return releasePath({ plain, base })
}
