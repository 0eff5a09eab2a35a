// What is gathered while the databases of Applications are looked for?
import type { Charts } from '../charts/find.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import type { AsWritten, ChartPin, Database, Environment, Settings } from '../model.ts'
import type { Clusterless } from './folders/clusterless.ts'
import type { HeldElsewhere } from './folders/held-elsewhere.ts'
import type { Draft } from './sets/drafts.ts'
import type { JsonMap } from '../values/value.ts'
import { environmentOf } from './environment-of.ts'
import { filledAt } from './sets/filled-in.ts'
import { applicationKey, applicationName } from './manifests.ts'
import type { Manifest } from './manifests.ts'
import type { Skipped } from './skipped.ts'
import { argocdSettings } from './operators/argocd-settings.ts'
import { isMisspelt } from './unknown-fields.ts'
import { helmPathOf } from './values/value-layers.ts'
import type { SourceOf } from './values/value-layers.ts'
import type { Versions } from './operators/versions.ts'

export interface Looking {
  readonly settings: Settings
  readonly charts: Charts
  readonly versions: Versions
  readonly environments: Map<string, Environment>
  readonly skipped: Skipped[]
  /** folders of what is not run here, and files of kustomizations */
  readonly unread: string[]
  readonly findings: LocatedFinding[]
  /** folders that are not there, one for each source */
  readonly missing: LocatedFinding[]
  readonly clusterless: Clusterless[]
  readonly drafts: Draft[]
  readonly heldElsewhere: HeldElsewhere
  /** whether several Applications deploy the folder of a source */
  readonly isShared: (source: JsonMap) => boolean
}

/** What is the same whatever deploys it. */
export function baseOf(
  of: SourceOf,
  looking: Looking,
  chart: ChartPin,
): Pick<Database, 'id' | 'service' | 'environment' | 'application' | 'rendered'> {
  const { application } = of
  const name = applicationName(application)
  return { id: name, service: name, environment: environmentOf(application, looking, chart), application: name, rendered: '' }
}

export function writtenBase({ manifest, application }: SourceOf): Omit<AsWritten, 'chartAt' | 'fingerprint' | 'helm' | 'release'> {
  const { base } = manifest
  return {
    application,
    maker: { plain: manifest.plain, applications: manifest.applications ?? [] },
    ...(manifest.kind === 'ApplicationSet' && {
      set: applicationName(manifest.plain),
      filledAt: (spot) => filledAt(spot, manifest, application),
    }),
    ignoredKinds: () => argocdSettings(manifest.tree).ignoredKinds,
    key: applicationKey(manifest, applicationName(application)),
    at: manifest.spotOf([...base, 'metadata', 'name']),
    namespaceAt: manifest.spotOf([...base, 'spec', 'destination', 'namespace']),
  }
}

/** A database, or an Application, that can't be looked at. */
export function skip(looking: Looking, manifest: Manifest, why: Omit<Skipped, 'name' | 'others'>): void {
  looking.skipped.push({ name: applicationName(manifest.plain), ...why, ...(isMisspelt(manifest) && { isExplained: true as const }) })
}

/** That a chart is taken from an address which nobody knows, unless that is misspelt. */
export function unknownAddress(of: SourceOf): Omit<Skipped, 'name' | 'others'> {
  const application = applicationName(of.application)
  const at = of.manifest.spotOf([...helmPathOf(of).slice(0, -1), 'repoURL'])
  const reason = `${application} takes a chart \`cluster\` of an address that is not known, and it is not here`
  return { application, reason, at, unless: at }
}
