// What is a rule about a hand-written manifest, and what is a change of one?
import type { Manifest } from '../../deployed/manifests.ts'
import type { Rule } from '../../findings/finding.ts'

/** A rule about one of them. */
export type ManifestRule = Rule<Manifest>

/** A manifest at the base, and what replaces it in the branch; `after` is absent if nothing does. */
export interface ManifestChange {
  readonly before: Manifest
  readonly after?: Manifest
}
