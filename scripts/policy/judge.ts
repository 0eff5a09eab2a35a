// Is this a database that we want in its environment?
import type { Severity } from '../findings/finding.ts'
import type { LocatedFinding } from '../findings/spot.ts'
import { levelsOf, severityOf } from '../report/levels.ts'
import type { Levels } from '../report/levels.ts'
import { deletion } from './sync/deletion.ts'
import { neededBy, ofHolders, ofValues, policies, withoutChart } from './rules.ts'
import type { Needed } from './rules.ts'
import { chartBelow, isOfChart, locatePolicy, saidBelow } from './subject.ts'
import type { PolicyRule, PolicySubject } from './subject.ts'
import { lifecycle } from './versions/lifecycle.ts'

/** With the Secrets and ConfigMaps that a person wrote beside a database. */
export function withHolders(subject: PolicySubject): PolicySubject {
  const { holders = [] } = subject.database.written ?? {}
  return holders.length === 0 ? subject : { ...subject, objects: [...subject.objects, ...holders] }
}

interface Asked {
  readonly rule: PolicyRule
  readonly severity: Severity
  /** compares with what is beside the operator's objects */
  readonly looksBeside: boolean
}

/** Rules that follow each other in a list, and say nothing without the same object: where there is none, none is looked at. */
interface Area {
  readonly isNeeded: Needed | undefined
  readonly rules: Asked[]
}

const askedAt = new WeakMap<Levels, Map<readonly PolicyRule[], readonly Area[]>>()

/** The rules of a list that are not off. */
function asked(list: readonly PolicyRule[], levels: Levels): readonly Area[] {
  let known = askedAt.get(levels)
  if (known === undefined) askedAt.set(levels, (known = new Map()))
  let found = known.get(list)
  if (found === undefined) known.set(list, (found = areasOf(list, levels)))
  return found
}

function areasOf(list: readonly PolicyRule[], levels: Levels): Area[] {
  const areas: Area[] = []
  for (const rule of list) {
    const severity = severityOf(rule, levels)
    if (severity === undefined) continue
    const isNeeded = neededBy.get(rule.id)
    const last = areas.at(-1)
    const asked = { rule, severity, looksBeside: ofHolders.has(rule.id) }
    if (last !== undefined && last.isNeeded === isNeeded) last.rules.push(asked)
    else areas.push({ isNeeded, rules: [asked] })
  }
  return areas
}

/** Runs the policies; without objects little is left to judge: the chart or Helm refused the values, or took all objects for unknown hooks. */
export function judgeDatabase(subject: PolicySubject): LocatedFinding[] {
  const below = subject.objects.length === 0 ? undefined : chartBelow(subject)
  const list = subject.objects.length === 0 ? deletion : isOfChart(subject) || below !== undefined ? policies : withoutChart
  const findings: LocatedFinding[] = []
  const beside = withHolders(subject)
  const there = new Map<Needed, boolean>()
  const isThere = (isNeeded: Needed): boolean => {
    const known = there.get(isNeeded) ?? beside.objects.some(isNeeded)
    there.set(isNeeded, known)
    return known
  }
  const areas = asked(list, levelsOf(subject.settings, subject.database)).filter(
    ({ isNeeded }) => isNeeded === undefined || isThere(isNeeded),
  )
  for (const { rule, severity, looksBeside } of areas.flatMap(({ rules }) => rules)) {
    const isBelow = below !== undefined && ofValues.has(rule.id)
    for (const finding of rule.check(isBelow ? below.subject : looksBeside ? beside : subject)) {
      const isOfValues = isBelow && finding.object === undefined
      const said = isBelow ? saidBelow(finding, below.above) : finding
      findings.push(locatePolicy({ id: rule.id, severity }, said, isOfValues ? below.subject : subject))
    }
  }
  return findings
}

/** What is out of support on a day (`YYYY-MM-DD`), or soon will be. */
export function judgeLifecycle(subject: PolicySubject, today: string): LocatedFinding[] {
  const levels = levelsOf(subject.settings, subject.database)
  return lifecycle.flatMap((rule) => {
    const severity = severityOf(rule, levels)
    if (severity === undefined) return []
    return [...rule.check({ ...subject, today })].map((finding) => locatePolicy({ id: rule.id, severity }, finding, subject))
  })
}
