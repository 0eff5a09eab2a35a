// Which rules does the operator run on an object, and in which order?
import type { Rule } from '../findings/finding.ts'
import { annotations, bypass, probes } from './cluster/annotations.ts'
import { backupObject, scheduledBackup } from './backups.ts'
import { objectStore, plugins } from './cluster/backup.ts'
import { bootstrap, bootstrapMethod } from './cluster/bootstrap.ts'
import { certificates } from './cluster/certificates.ts'
import { clusterChanges } from './changes.ts'
import { clusterName, image, updateStrategy } from './cluster/cluster-image.ts'
import { database } from './database.ts'
import { extensions } from './cluster/extensions.ts'
import { externalClusters } from './cluster/external-clusters.ts'
import { imports } from './cluster/import.ts'
import { ldap } from './cluster/ldap.ts'
import { lease } from './cluster/lease.ts'
import { managedRoles, managedServices } from './cluster/managed.ts'
import { parameters } from './cluster/parameters.ts'
import { podSelectors } from './cluster/pod-selectors.ts'
import { pooler, poolerWarnings } from './pooler.ts'
import { recoverySource } from './cluster/recovery.ts'
import { recoveryTarget } from './cluster/recovery-target.ts'
import { promotion, replicaMode } from './cluster/replica.ts'
import { legacySynchronous, replication } from './cluster/replication.ts'
import { resources } from './cluster/resources.ts'
import { antiAffinity, environment, serviceAccount, tolerationRules } from './cluster/scheduling.ts'
import { failoverSlots, slotRules } from './cluster/slots.ts'
import { storage } from './cluster/storage.ts'
import type { OperatorSubject } from './subject.ts'
import { tablespaceNames, tablespaceSnapshots } from './cluster/tablespaces.ts'
import { isKnownOperator, reached } from './version.ts'
import { warnings } from './cluster/warnings.ts'

export { isKnownOperator }
export { validationBypass } from './cluster/annotations.ts'

/** The rules about the switch `cnpg.io/validation`; they run even when it is off, except for a ScheduledBackup. */
export const bypassRules: readonly Rule<OperatorSubject>[] = bypass

/** Most Clusters leave out most stanzas: their rules are then skipped. */
function within(needs: readonly string[], rules: readonly Rule<OperatorSubject>[]): Rule<OperatorSubject>[] {
  return rules.map((rule) => ({ ...rule, needs }))
}

const cluster: readonly Rule<OperatorSubject>[] = [
  ...bootstrap,
  ...within(['spec', 'bootstrap', 'initdb', 'import'], imports),
  ...certificates,
  ...bootstrapMethod.slice(0, 1),
  ...image,
  ...within(['spec', 'bootstrap', 'recovery', 'recoveryTarget'], recoveryTarget),
  ...updateStrategy,
  ...legacySynchronous,
  ...storage,
  ...clusterName,
  ...within(['spec', 'tablespaces'], tablespaceNames),
  ...bootstrapMethod.slice(1),
  ...within(['spec', 'backup'], tablespaceSnapshots),
  ...within(['spec', 'bootstrap', 'recovery'], recoverySource),
  ...within(['spec', 'externalClusters'], externalClusters),
  ...within(['spec', 'affinity', 'tolerations'], tolerationRules),
  ...antiAffinity,
  ...within(['spec', 'replica'], replicaMode),
  ...within(['spec', 'backup'], objectStore),
  ...parameters,
  ...replication,
  ...within(['spec', 'postgresql', 'ldap'], ldap),
  ...slotRules,
  ...within(['spec', 'env'], environment),
  ...within(['spec', 'managed', 'services'], managedServices),
  ...within(['spec', 'managed', 'roles'], managedRoles),
  ...failoverSlots,
  ...within(['spec', 'resources'], resources),
  ...annotations,
  ...within(['spec', 'replica'], promotion),
  ...within(['spec', 'plugins'], plugins),
  ...probes,
  ...podSelectors,
  ...within(['spec', 'postgresql', 'extensions'], extensions),
  ...serviceAccount,
  ...within(['spec', 'primaryLease'], lease),
  ...warnings,
]

const byKind = new Map<string, readonly Rule<OperatorSubject>[]>([
  ['Cluster', cluster],
  ['Pooler', [...pooler, ...poolerWarnings]],
  ['ScheduledBackup', scheduledBackup],
  ['Backup', backupObject],
  ['Database', database],
])

/** The create-time rules of a kind in the operator's order, errors before warnings; empty: it has no webhook. */
export function rulesFor(kind: string): readonly Rule<OperatorSubject>[] {
  return byKind.get(kind) ?? []
}

/** The rules that compare an object with its old state; without one they report nothing. */
export function changeRulesFor(kind: string): readonly Rule<OperatorSubject>[] {
  return kind === 'Cluster' ? clusterChanges : []
}

/** Whether an operator release has a rule. */
export function ruleApplies(rule: Pick<Rule<OperatorSubject>, 'since' | 'until'>, operator: string): boolean {
  if (rule.since && !reached(operator, rule.since)) return false
  return !(rule.until && reached(operator, rule.until))
}

/** Every rule with its kind, for documentation and tests. */
export function allRules(): readonly { readonly title: string; readonly rules: readonly Rule<OperatorSubject>[] }[] {
  const kinds = [...byKind.keys()].map((kind) => ({ title: kind, rules: rulesFor(kind) }))
  return [{ title: 'Every kind', rules: bypass }, ...kinds, { title: 'Changes of a Cluster', rules: clusterChanges }]
}
