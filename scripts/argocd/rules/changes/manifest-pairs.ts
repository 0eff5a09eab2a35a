// Which manifest of the branch continues which one of the base?
import { canonical } from '../../../applicationset/reconcile.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { Manifest, ManifestFile } from '../../../deployed/manifests.ts'
import { isDatabase } from '../../../deployed/manifest-parts.ts'
import type { ManifestChange } from '../manifest-rule.ts'

/** The manifests of the base that deploy databases, each with the one of its name in the branch, or the one that took its place in the file. */
export function pairManifests(
  before: readonly ManifestFile[],
  present: readonly Manifest[],
  isOneArgoCd: (one: Manifest, other: Manifest) => boolean,
): ManifestChange[] {
  const old = before.flatMap(({ manifests }) => manifests)
  const id = ({ kind, key }: Manifest): string => `${kind} ${key}`
  const known = new Set(old.map(id))
  const place = (manifest: Manifest): string => `${id(manifest)} ${manifest.file.path} ${manifest.release ?? ''}`
  const places = new Set(old.map(place))
  // one that was there before, too, as in the folder of another Argo CD, goes on from itself
  const moved = present.filter((manifest) => !places.has(place(manifest)))
  const byId = new Map(moved.toReversed().map((manifest) => [id(manifest), manifest]))
  const byPlace = new Map(present.map((manifest) => [place(manifest), manifest]))
  // one that two places define for one Argo CD goes on from the other
  const isDouble = (manifest: Manifest, other: Manifest): boolean => id(other) === id(manifest) && isOneArgoCd(other, manifest)
  const fresh = new Set(present.filter((manifest) => !known.has(id(manifest))))
  return old.flatMap((manifest) => {
    const { applications, settings, kind } = manifest
    if (manifest.isConsumed || applications?.some((application) => isDatabase(application, settings)) !== true) return []
    const same = byPlace.get(place(manifest)) ?? byId.get(id(manifest)) ?? present.find((other) => isDouble(manifest, other))
    const match = same ?? [...fresh].find((other) => other.kind === kind && hasSameShape(manifest, other))
    if (match !== undefined) fresh.delete(match)
    return [{ before: manifest, ...(match === undefined ? {} : { after: match }) }]
  })
}

/** Another name for the same: the rest is equal, or the file. */
function hasSameShape(before: Manifest, after: Manifest): boolean {
  const rest = ({ plain }: Manifest): string => canonical(plain['spec'] ?? null)
  return before.file.path === after.file.path || rest(before) === rest(after)
}

/** Whether a manifest may be in a template that can't be read. */
export function isHidden({ plain }: Manifest, after: readonly ManifestFile[]): boolean {
  const name = applicationName(plain)
  return after.some(({ file, isUnread }) => isUnread && file.text.includes(name))
}
