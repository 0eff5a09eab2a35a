// What is wrong with the settings, once the databases are known?
import { operatorPins } from './argocd/rules/operator-pins.ts'
import { judgeSettings } from './argocd/rules/settings.ts'
import { chartFindings } from './changes/pins.ts'
import { retirementFindings } from './changes/retirement.ts'
import { draftedIn } from './deployed/sets/drafts.ts'
import type { Draft } from './deployed/sets/drafts.ts'
import type { LocatedFinding } from './findings/spot.ts'
import { kubernetesFindings } from './policy/versions/kubernetes.ts'
import { operatorsOutOfSupport } from './policy/versions/lifecycle.ts'
import type { Database, Settings } from './model.ts'
import { append } from './values/append.ts'

/** Pins that contradict each other, names that can't be, and levels of rules that nothing has. */
export async function settingsFindings(
  settings: Settings,
  {
    generated,
    databases,
    drafts,
    skipped,
    today,
  }: {
    readonly generated: readonly Database[]
    readonly databases: readonly Database[]
    readonly drafts: readonly Draft[]
    readonly skipped: readonly unknown[]
    readonly today?: string | undefined
  },
): Promise<LocatedFinding[]> {
  const own = settings.generate ? [...operatorPins(settings), ...chartFindings(settings), ...judgeSettings(settings, generated)] : []
  append(own, retirementFindings(settings, { databases, skipped }))
  if (today !== undefined) append(own, operatorsOutOfSupport(settings, today))
  append(own, kubernetesFindings(settings, databases, today))
  if (settings.policies.length === 0 && settings.budgets === undefined) return own
  // the list of all rules takes long to load
  return [...own, ...(await import('./rules/policy-settings.ts')).judgePolicySettings(settings, [...databases, ...draftedIn(drafts)])]
}
