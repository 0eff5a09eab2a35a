// How are Applications reported that a change removes, and at which line?
import { lookup } from '../../../values/lookup.ts'
import { named, phrase } from '../../../findings/message.ts'
import type { LocatedFinding, Spot } from '../../../findings/spot.ts'
import type { Message, Severity } from '../../../findings/finding.ts'
import { changedSelector } from './changed-selector.ts'
import type { ApplicationChange } from '../../../applicationset/changes.ts'
import { unknownText } from '../../../deployed/sets/unknown-text.ts'
import { elementFiles, elementSpot, sameValue } from '../../../deployed/sets/element-files.ts'
import { applicationName } from '../../../deployed/manifests.ts'
import type { SourceFile, Span } from '../../../values/value.ts'
import type { ManifestChange } from '../manifest-rule.ts'

export interface FateReport {
  readonly severity: Severity
  /** the message after the name of the Application */
  readonly message: string
  readonly help: string
}

const retireFirst =
  'bring it back; to remove it, first retire it in a change of its own: `retired: {ID: {reason: …, since: …}}` in the settings'

const fateReports: Readonly<Record<string, FateReport>> = lookup({
  'changes/database-stays': {
    severity: 'error',
    message: 'would be deleted with its database, but no change may delete one',
    help: retireFirst,
  },
  'changes/application-stays': {
    severity: 'warning',
    message: 'is no longer wanted, but its database lives on unmanaged',
    help: retireFirst,
  },
  'changes/application-updates': {
    severity: 'warning',
    message: 'would differ, but applicationsSync of the set never updates an Application',
    help: 'set spec.syncPolicy.applicationsSync: create-update',
  },
  'changes/application-taken': {
    severity: 'error',
    message: 'would be written, but another set owns it',
    help: 'keep the name of the set, or remove the old set first and keep its Applications',
  },
})

/** A guard on the Cluster spares it alone. */
export const partlyKept: FateReport = {
  severity: 'warning',
  message: 'would be deleted: its guarded Cluster stays, but poolers, scheduled backups and ObjectStores go',
  help: 'bring it back, or first set applicationsSync: create-update and preserveResourcesOnDeletion: true',
}

/** Another Application deploys the same Cluster, and goes on to. */
export const sharedGoes: FateReport = {
  severity: 'error',
  message: 'would be deleted with a Cluster that another Application deploys, too',
  help: 'first let it go without its objects, in a change of its own: remove its finalizer, or set preserveResourcesOnDeletion: true',
}

/** It was retired, so that this is meant; nobody can undo it. */
export const retiredGoes: FateReport = {
  severity: 'warning',
  message: 'is retired, and is deleted with its database and the volumes',
  help: 'take a last backup before the merge; to delete by hand later, first set preserveResourcesOnDeletion: true or remove the finalizer',
}

/** `Application orders-dev (and 2 more)` */
export function namesOf(first: ApplicationChange, others: readonly ApplicationChange[]): Message {
  return phrase`Application ${named(first.name)}${others.length === 0 ? '' : ` (and ${others.length} more)`}`
}

/** Reports Applications that share a fate, in one finding. */
export function reporterOf(
  change: ManifestChange,
): (rule: string, gone: readonly ApplicationChange[], words?: FateReport) => LocatedFinding[] {
  return (rule, all, fateReport = fateReports[rule]) => {
    const gone = all.filter(({ name }) => !name.includes(unknownText))
    const [first, ...others] = gone
    if (first === undefined || fateReport === undefined) return []
    const names = namesOf(first, others)
    const { severity, message, help } = fateReport
    const { at, related } = goneSpot(change, first.name)
    return [{ rule, severity, message: phrase`${names} ${message}`, at, related, help: phrase`${help.replace('ID', first.name)}` }]
  }
}

/** The list that lost an element, or the template; the file of the base where the set itself is gone. */
export function goneSpot({ before, after }: ManifestChange, name: string): { at: Spot; related: (Spot & { message: Message })[] } {
  const element = before.elements().find(({ applications }) => applications.some((made) => applicationName(made) === name))
  const was = before.spotOf(element?.path ?? ['metadata', 'name'])
  if (after === undefined) return { at: before.spotOf(['metadata', 'name']), related: [] }
  const related = [{ ...was, message: phrase`${named(name)} came from here` }]
  const own = element === undefined && before.key === after.key ? elementFiles(before).get(name) : undefined
  if (own !== undefined) {
    const made = { ...after.spotOf(['spec', 'generators'], 'key'), message: phrase`${named(name)} was made here` }
    // a generator's file that is gone took the Application along
    if (after.tree.read(own.path) === undefined) return { at: { file: own.file, span: firstIn(own.file) }, related: [made] }
    const application = before.applications?.find((one) => applicationName(one) === name)
    const spot = application && elementSpot(before, application, name)
    const now = spot && sameValue(spot, own.path, after)
    if (spot !== undefined && now !== undefined && now.file.text !== spot.file.text)
      return { at: now, related: [{ ...spot, message: phrase`${named(name)} came from here` }] }
  }
  if (before.key !== after.key) return { at: after.spotOf(['metadata', 'name']), related }
  const selector = changedSelector(before.plain, after.plain)
  if (selector !== undefined) return { at: after.spotOf(selector, 'key'), related }
  return { at: after.spotOf(element?.path.slice(0, -1) ?? ['spec', 'generators'], 'key'), related }
}

/** The first line of a file that says something. */
function firstIn({ text }: SourceFile): Span {
  const start = Math.max(0, text.search(/\S/))
  const end = text.indexOf('\n', start)
  return { start, end: end < 0 ? text.length : end }
}
