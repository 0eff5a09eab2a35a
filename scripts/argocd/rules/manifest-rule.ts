// What is a rule about a hand-written manifest, and what is a change of one?
import type { Manifest } from '../../deployed/manifests.ts'
import type { Rule } from '../../findings/finding.ts'

/** A rule about one of them. */
export interface ManifestRule extends Rule<Manifest> {
  /** it misses something: where parts of a template may or may not be printed, this is unknown */
  readonly whole?: true
}

/** A manifest at the base, and what replaces it in the branch; `after` is absent if nothing does. */
export interface ManifestChange {
  readonly before: Manifest
  readonly after?: Manifest
}
