// What becomes of the databases of hand-written sets and Applications when a branch changes them?
import { split } from '../../../values/append.ts'
import { named, phrase } from '../../../findings/message.ts'
import { printed } from '../../../values/printed.ts'
import type { LocatedFinding } from '../../../findings/spot.ts'
import type { JsonMap } from '../../../values/value.ts'
import { splitOptions } from '../../../applicationset/sync-options.ts'
import { generatedMakers, makerOf } from '../application/application-once.ts'
import { renameFindings, renamedApplications } from './application-identity.ts'
import { guardOptions } from '../../../deployed/values/application-values.ts'
import { changeApplications } from '../../../applicationset/changes.ts'
import type { ApplicationChange, ChangeResult } from '../../../applicationset/changes.ts'
import { goneSpot, namesOf, partlyKept, reporterOf, retiredGoes, sharedGoes } from './gone-applications.ts'
import { guardFindings } from './guard-changes.ts'
import { ignoredChanges } from './ignored-changes.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { ownFiles } from '../../../deployed/sets/git-files.ts'
import { applicationKey, applicationName } from '../../../deployed/manifests.ts'
import type { Manifest, ManifestFile, Surroundings } from '../../../deployed/manifests.ts'
import type { ManifestChange } from '../manifest-rule.ts'
import { isHidden, pairManifests } from './manifest-pairs.ts'
import { at, gitGenerators, guardStrength, holds, isDatabase } from '../../../deployed/manifest-parts.ts'
import { canonical } from '../../../applicationset/reconcile.ts'
import { replacedNames } from './replaced-names.ts'

/**
 * Plays the controller for each set that deployed databases at the base, and reports what it does to them: one finding a set
 * and result. `deleted`: keys of the Applications that Argo CD deletes together with their databases.
 */
export function judgeSetChanges(
  before: readonly ManifestFile[],
  after: readonly ManifestFile[],
  now: Surroundings & Known,
): { readonly findings: readonly LocatedFinding[]; readonly deleted: ReadonlySet<string> } {
  const deleted = new Set<string>()
  const present = after.flatMap(({ manifests }) => manifests)
  const makers = new Map([...generatedMakers(now)].map(([key, { what }]) => [key, what]))
  const generated = new Set(
    now.databases.map(({ environment }) => `${now.settings.argocd.namespace}/postgres-clusters-${environment.name}`),
  )
  for (const manifest of present)
    for (const application of manifest.applications ?? [])
      makers.set(applicationKey(manifest, applicationName(application)), makerOf(manifest))
  const findings = pairManifests(before, present, now.isOneArgoCd).flatMap((change) => {
    const { before: old, after: next } = change
    if (next === undefined && isHidden(old, after)) return []
    const takerOf: TakerOf = (name) => makers.get(applicationKey(old, name))
    const isRetired = (name: string): boolean => now.retired.has(applicationKey(old, name))
    const isReported = (name: string): boolean => now.replaced.has(applicationKey(old, name))
    const ownerOf = (name: string): string | undefined => now.owners.get(applicationKey(old, name))
    const watch: Watch = { takerOf, isRetired, isReported, ownerOf, onDeleted: (name) => deleted.add(applicationKey(old, name)) }
    if (next === undefined && generated.has(old.key)) return replacedFindings(change, takerOf)
    if (next !== undefined && (next.isConsumed || next.applications === undefined)) return []
    if (next !== undefined && isUncertain(old, next)) return []
    return old.kind === 'Application' ? applicationFindings(change, watch) : setFindings(change, watch)
  })
  return { findings, deleted }
}

/** What is known of the base. */
export interface Known {
  /** keys of the Applications whose databases were retired, which may go */
  readonly retired: ReadonlySet<string>
  /** keys of the Applications whose Cluster another one deploys on both sides, and that one */
  readonly owners: ReadonlyMap<string, string>
  readonly isOneArgoCd: (one: Manifest, other: Manifest) => boolean
  /** keys of the Applications in whose place their set makes others, which is reported */
  readonly replaced: ReadonlySet<string>
}

interface Watch {
  readonly takerOf: TakerOf
  readonly isRetired: (name: string) => boolean
  readonly isReported: (name: string) => boolean
  /** who else deploys its Cluster, before and after */
  readonly ownerOf: (name: string) => string | undefined
  /** called with each Application that goes together with its database */
  readonly onDeleted: (name: string) => void
}

/** Who else makes an Application of this name now. */
type TakerOf = (name: string) => string | undefined

/** Names that only the parent's values define: what seems to be lost, or renamed, may be one of them. */
function isUncertain(before: Manifest, after: Manifest): boolean {
  if (before.key === after.key && canonical(before.plain) === canonical(after.plain)) return false
  const names = (after.applications ?? []).map(applicationName)
  return [before.key, after.key, ...names].some((name) => name.includes(unknownText))
}

function setFindings(change: ManifestChange, { takerOf, isRetired, isReported, ownerOf, onDeleted }: Watch): LocatedFinding[] {
  const { before, after } = change
  const { settings, tree } = after ?? before
  const isKept = after === undefined ? ownGuard(before) > 0 : before.key !== after.key && ownGuard(before) > 0
  const gitFiles = after === undefined ? undefined : ownFiles(after.plain, after)
  const played =
    isKept || (after !== undefined && canonical(before.plain) === canonical(after.plain) && gitFiles === undefined)
      ? []
      : changeApplications(before.plain, after?.plain ?? null, {
          argocd: settings.argocd.version,
          propagation: 'foreground',
          ...(gitFiles === undefined ? {} : { gitFiles }),
          // what the set made is known, and its generators may need files that are gone
          ...(gitFiles === undefined && gitGenerators(before.plain['spec'] ?? null).length === 0
            ? {}
            : { live: (before.applications ?? []).map((application) => ({ application: structuredClone(application) })) }),
        })
  const databases = new Map((before.applications ?? []).map((application) => [applicationName(application), application]))
  const renamed = after === undefined ? new Map<string, string>() : renamedApplications(before, after)
  const isLost = played.some(({ result }) => result === 'deleted' || result === 'kept-orphan')
  const replaced = after === undefined || !isLost ? new Set<string>() : replacedNames(before, after)
  // a set that has become empty is reported as such
  const isEmpty = after?.applications?.length === 0
  const known = played.filter(({ name }) => {
    const application = databases.get(name)
    return application !== undefined && !name.includes(unknownText) && isDatabase(application, before.settings)
  })
  const relevant = isEmpty ? [] : known.filter(({ name }) => !renamed.has(name) && !replaced.has(name))
  const find = (...results: ChangeResult[]): ApplicationChange[] => relevant.filter(({ result }) => results.includes(result))
  const fate = ({ name, cluster }: ApplicationChange): boolean =>
    cluster === 'deleted' && !isGuarded(databases.get(name) as JsonMap, before, tree)
  const made = new Map((after?.applications ?? []).map((application) => [applicationName(application), application]))
  const isPartlyUnknown = (name: string): boolean =>
    JSON.stringify([databases.get(name) ?? null, made.get(name) ?? null]).includes(unknownText)
  for (const one of known) if (one.result === 'deleted' && fate(one)) onDeleted(one.name)
  const deleted = find('deleted')
  const lost = deleted.filter(fate)
  const [meant, unexpected] = split(lost, ({ name }) => isRetired(name))
  const [shared, alone] = split(unexpected, ({ name }) => ownerOf(name) !== undefined)
  const isLeftOver = ({ name }: ApplicationChange): boolean =>
    takerOf(name) === undefined && !isRetired(name) && !isReported(name) && ownerOf(name) === undefined
  const kept = lost.length > 0 ? [] : deleted.filter(isLeftOver)
  // what deletes everything else spares a guarded Cluster
  const isLeft = ({ cluster }: ApplicationChange): boolean => cluster !== 'deleted'
  const orphans = find('kept-orphan')
  const report = reporterOf(change)
  const findings = [
    ...report('changes/database-stays', alone),
    ...report('changes/database-stays', shared, sharedGoes),
    ...report('changes/database-stays', meant, retiredGoes),
    ...report('changes/application-stays', [...kept.filter(isLeft), ...orphans.filter(isLeftOver)]),
    ...report(
      'changes/application-stays',
      kept.filter((one) => !isLeft(one)),
      partlyKept,
    ),
    ...handedOver(change, orphans, takerOf),
    ...report(
      'changes/application-updates',
      find('stale').filter(({ name }) => !isPartlyUnknown(name)),
    ),
    ...report('changes/application-taken', after?.refusals.length === 0 ? find('rejected', 'frozen') : []),
  ]
  if (isKept && !before.key.includes(unknownText)) findings.push(keptSet(change, takerOf))
  if (after === undefined) return findings
  return [...findings, ...renameFindings(change, renamed), ...guardFindings(change), ...ignoredChanges(change)]
}

/** The set's own guard against a parent that prunes it: 2 for `false`, 1 for `confirm`. */
function ownGuard({ plain }: Manifest): number {
  return guardStrength(splitOptions(printed(at(plain, 'metadata', 'annotations', 'argocd.argoproj.io/sync-options') ?? '')), 'Prune')
}

/** Whether options on the Cluster itself keep it from going with its Application. */
function isGuarded(application: JsonMap, { settings, tree }: Manifest, present: Surroundings['tree']): boolean {
  const read = (path: string): ReturnType<typeof tree.read> => tree.read(path) ?? present.read(path)
  const options = guardOptions(application, { settings, tree: { ...tree, read } })
  return options !== undefined && holds(options, 'Delete')
}

/** Applications that other sets want now, and that this one goes on owning: its policy forbids to let them go. */
function handedOver(change: ManifestChange, gone: readonly ApplicationChange[], takerOf: TakerOf): LocatedFinding[] {
  const found = new Map<string, ApplicationChange[]>()
  for (const one of gone) {
    const taker = one.owned ? takerOf(one.name) : undefined
    if (taker !== undefined) found.set(taker, [...(found.get(taker) ?? []), one])
  }
  const owner = applicationName((change.after ?? change.before).plain)
  const drop = `--type json -p '[{"op":"remove","path":"/metadata/ownerReferences"}]'`
  return [...found].flatMap(([taker, [first, ...others]]) => {
    if (first === undefined) return []
    const names = namesOf(first, others)
    return {
      rule: 'changes/application-stays',
      severity: 'warning',
      message: phrase`${names} is wanted by ${named(taker)}, but ${named(owner)} owns it`,
      ...goneSpot(change, first.name),
      help: phrase`after the merge: kubectl patch application -n ${(change.after ?? change.before).key.split('/')[0] ?? ''} ${first.name} ${drop}`,
    } as const
  })
}

/** A set that its guard keeps in the cluster although it left the repository. */
function keptSet({ before, after }: ManifestChange, takerOf: TakerOf): LocatedFinding {
  const name = applicationName(before.plain)
  const count = before.applications?.length ?? 0
  if (after !== undefined)
    return {
      rule: 'changes/application-taken',
      severity: 'error',
      message: phrase`set is renamed from ${named(name)}, but that one stays (Prune=false) and owns the ${named(count)} Applications`,
      at: after.spotOf(['metadata', 'name']),
      related: [{ ...before.spotOf(['metadata', 'name']), message: phrase`${named(name)} before this change` }],
      help: phrase`name it ${named(name)} again`,
    }
  const isHandedOver = before.applications?.some((application) => takerOf(applicationName(application)) !== undefined) === true
  const what = isHandedOver ? 'it owns Applications that other sets want' : `its ${count} Applications live on unmanaged`
  return {
    rule: 'changes/application-stays',
    severity: 'warning',
    message: phrase`set ${named(name)} is gone here, but its guard keeps it, and ${what}`,
    at: before.spotOf(['metadata', 'name']),
    help: phrase`bring it back, or after the merge: kubectl delete applicationset ${named(name)} --cascade=orphan`,
  }
}

/** A generated set took the place of one that was written by hand: what it does not want is kept by its policy. */
function replacedFindings(change: ManifestChange, takerOf: TakerOf): LocatedFinding[] {
  const { applications, settings } = change.before
  const gone = (applications ?? []).filter((application) => isDatabase(application, settings)).map(applicationName)
  const kept = gone
    .filter((name) => takerOf(name) === undefined)
    .map((name) => ({ name, result: 'kept-orphan', cascade: false, owned: true }) as const)
  return reporterOf(change)('changes/application-stays', kept)
}

/** An Application that a parent applies: gone from the repository, it is pruned with what it deployed. */
function applicationFindings(change: ManifestChange, { takerOf, isRetired, ownerOf, onDeleted }: Watch): LocatedFinding[] {
  const { before, after } = change
  const name = applicationName(before.plain)
  if (after !== undefined && before.key === after.key) return guardFindings(change)
  if (after !== undefined) return renameFindings(change, new Map([[name, applicationName(after.plain)]]))
  const cascades = JSON.stringify(at(before.plain, 'metadata', 'finalizers') ?? null).includes('resources-finalizer.argocd.argoproj.io')
  const goes = cascades && ownGuard(before) === 0 && !isGuarded(before.plain, before, before.tree)
  if (!goes && takerOf(name) !== undefined) return []
  if (goes) onDeleted(name)
  const gone = { name, result: 'deleted', cascade: cascades, owned: false } as const
  if (isRetired(name)) return goes ? reporterOf(change)('changes/database-stays', [gone], retiredGoes) : []
  if (ownerOf(name) !== undefined) return goes ? reporterOf(change)('changes/database-stays', [gone], sharedGoes) : []
  return reporterOf(change)(goes ? 'changes/database-stays' : 'changes/application-stays', [gone])
}
