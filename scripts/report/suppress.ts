// What is not reported, because another finding already covers it?
import { textOf } from '../findings/message.ts'
import { locate } from '../findings/spot.ts'
import type { Consequence, LocatedFinding, Spot } from '../findings/spot.ts'
import { besides, ofOneValue, placeOf, places } from './suppress-one-value.ts'
import type { Surroundings, Suppression } from './suppress-one-value.ts'

export type { Surroundings } from './suppress-one-value.ts'

const lineOf = (at: Spot): string => `${at.file.path}\0${locate(at).line}`
const lineText = (at: Spot): string => at.file.text.split('\n', locate(at).line).at(-1) ?? ''
const fileOf = ({ file }: Spot): string => `${file.revision ?? ''}\0${file.path}`
const isOfCluster = (object: string | undefined): boolean => object?.startsWith('Cluster/') === true
const filesOf = (findings: readonly LocatedFinding[], fits: (finding: LocatedFinding) => boolean): Set<string> =>
  new Set(findings.filter(fits).map(({ at }) => fileOf(at)))

/** A change that removed something covers the policy that misses it; a value that must be removed need not name anything. */
const spokenFor = new Map<string, string | readonly string[]>([
  ['policy/backups-enabled', 'changes/backups-stay'],
  ['policy/backups-scheduled', 'changes/backups-stay'],
  // a recovery that lacks its source has not run yet
  ['policy/recovery-left-on', 'schema/zero-value'],
  ['policy/schedule-has-method', 'policy/chart-plugin-name'],
  ['replica/self-known', 'policy/chart-promotion'],
  ['replica/promotion-of-primary-only', 'policy/chart-promotion'],
  ['replica/promotion-token-format', 'policy/chart-promotion'],
  ['changes/no-major-downgrade', 'image/major-supported'],
  ['parameters/minimal-wal-no-senders', 'parameters/wal-level-enough'],
  ['replica/primary-known', ['replica/enabled-without-primary', 'policy/chart-promotion']],
  ['replica/enabled-without-primary', 'policy/chart-promotion'],
  ['argocd/path-exists', 'changes/database-stays'],
  ['resources/memory-request-within-limit', 'policy/amount-has-unit'],
  ['resources/memory-fits-shared-buffers', 'policy/amount-has-unit'],
  ['policy/shared-memory-fits', 'resources/memory-fits-shared-buffers'],
  ['pooler/no-auth-query-secret', 'pooler/automated-integration'],
])

const identities = /^changes\/(?:(?:application-name|cluster-name|namespace)-stays|application-taken|no-rename)$/

const aboutBackups = new Set([
  'changes/backups-stay',
  'policy/backups-enabled',
  'policy/backups-scheduled',
  'policy/schedule-has-method',
  'policy/default-schedule-has-method',
  'policy/retention-deletes',
])

const isAbsent: ReadonlySet<string> = new Set([
  'values/known-keys',
  'argocd/value-file-exists',
  'argocd/repository-known',
  // what has no room for a parameter
  'values/chart-schema',
  'chart/needs-value',
])

/** A finding that was marked where it was found: all that is needed to know it was there. */
const follows =
  (consequence: Consequence): Suppression['silences'] =>
  () =>
  (finding) =>
    finding.follows === consequence

/** In the order in which they are asked. */
export const suppressions: readonly Suppression[] = [
  {
    id: 'reported-value',
    reason: 'what the API server says of a field follows from a value that the chart refuses, or that a misspelt key left out',
    silences: follows('reported-value'),
  },
  {
    id: 'settings-namespace',
    reason: 'a namespace that Kubernetes refuses is reported once, at the setting that makes it',
    silences: follows('settings-namespace'),
  },
  {
    id: 'missing-defaults',
    reason: 'nobody knows what a database should have if the defaults of its environment are missing, which is reported',
    silences: follows('missing-defaults'),
  },
  {
    id: 'refused-parameter',
    reason: 'PostgreSQL never sees a parameter that the operator refuses',
    silences: follows('refused-parameter'),
  },
  {
    id: 'error-first',
    reason: 'a warning at the place of an error waits until that is fixed',
    silences: (all) => {
      const wrong = places(all.filter(({ severity }) => severity === 'error'))
      return ({ severity, at }) => severity !== 'error' && wrong.has(placeOf(at))
    },
  },
  {
    id: 'encrypted',
    reason: 'what SOPS encrypted, and what it writes beside, is decrypted before anybody applies it',
    silences:
      () =>
      ({ rule, at }) => {
        const text = at.file.text.slice(at.span.start, at.span.start + 20)
        return rule === 'schema/unknown-field' ? /^sops\b/.test(text) : rule !== 'schema/filled-in' && /^["']?ENC\[AES256_GCM,/.test(text)
      },
  },
  {
    id: 'misspelt-condition',
    reason: 'a value that no template reads is what a misspelt condition of a dependency is about',
    silences: besides('argocd/condition-leads', (rule) => rule === 'values/known-keys'),
  },
  {
    id: 'name-for-a-reference',
    reason: 'a text where a reference to a Secret belongs is refused, and most likely the name of that Secret',
    silences: (all) => {
      // text in the place of a number is a secret all the same
      const refused = all.filter(
        ({ rule, message }) => (rule === 'schema/type' || rule === 'values/chart-schema') && textOf(message).endsWith(' a map'),
      )
      // the key is what holds a secret, and the value is what is refused
      const isValueOf = (key: Spot, { file, span }: Spot): boolean =>
        file.path === key.file.path && key.span.end < span.start && /^["']?[ \t]*:\s+$/.test(file.text.slice(key.span.end, span.start))
      return ({ rule, at }) => rule === 'policy/secret-in-values' && refused.some((other) => isValueOf(at, other.at))
    },
  },
  {
    id: 'impossible-namespace',
    reason: 'a project need not permit a namespace that can not exist, which is reported',
    silences: (all) => {
      const impossible = places(all.filter(({ rule }) => rule === 'argocd/destination-namespace'))
      return ({ rule, at }) => rule === 'argocd/project-permits' && impossible.has(placeOf(at))
    },
  },
  {
    id: 'invisible-character',
    reason: 'a character that nobody sees is named in the help for the value or the key that it spoils',
    silences: (all) => {
      const known = places(all.filter(({ rule }) => rule !== 'yaml/visible-characters'))
      return ({ rule, at }) => rule === 'yaml/visible-characters' && known.has(placeOf(at))
    },
  },
  {
    id: 'refused-set',
    reason:
      'a set that Argo CD refuses, or a template that Helm can not print, is reported as such, and what it makes is not computed for that reason',
    silences: (all) => {
      const refused = filesOf(
        all,
        ({ rule, severity }) => severity === 'error' && (rule === 'argocd/set-generates' || rule === 'argocd/helm-braces'),
      )
      const isOpen = (at: Spot): boolean => /\{\{/.test(lineText(at))
      return ({ rule, at }) => (rule === 'argocd/not-computed' || (rule === 'yaml/syntax' && isOpen(at))) && refused.has(fileOf(at))
    },
  },
  {
    id: 'refused-release',
    reason:
      'a name of a release that Argo CD refuses need not be one that Helm refuses, too, nor a parameter that nothing fills in, and what a set makes twice shares everything',
    silences: (all) => {
      const refused = places(all.filter(({ rule }) => rule === 'argocd/set-generates'))
      const files = filesOf(all, ({ isShared }) => isShared === true)
      const open = all.filter(({ rule }) => rule === 'argocd/placeholder-filled')
      const unfilled = places(open.flatMap(({ at, related = [] }) => [{ at }, ...related.map((one) => ({ at: one }))]))
      return ({ rule, at }) =>
        (rule === 'chart/release-name' && refused.has(placeOf(at))) ||
        (rule === 'argocd/parameter' && unfilled.has(placeOf(at))) ||
        (rule === 'policy/own-archive' && files.has(fileOf(at)))
    },
  },
  {
    id: 'nothing-deployed',
    reason: 'a set or an Application that Argo CD refuses explains why nothing here deploys a database',
    silences: (all) => {
      const isRefused = all.some(({ rule, severity }) => severity === 'error' && rule.startsWith('argocd/'))
      return ({ rule }) => rule === 'discover/any-database' && isRefused
    },
  },
  {
    id: 'judged-name',
    reason: 'a name that the operator refuses is the name that an Application gives to its Cluster',
    silences: (all) => {
      const judged = filesOf(all, ({ rule }) => rule.startsWith('cluster-name/'))
      const refused = all.filter(({ rule, path, object }) => rule === 'schema/metadata' && path === 'metadata.name' && isOfCluster(object))
      const names = new Set(refused.map(({ object = '' }) => object.slice('Cluster/'.length)))
      const isNamed = ({ message }: LocatedFinding): boolean =>
        message.some((part) => typeof part === 'object' && 'shown' in part && names.has(part.shown))
      return (finding) => finding.rule === 'argocd/cluster-name' && (judged.has(fileOf(finding.at)) || isNamed(finding))
    },
  },
  {
    id: 'unknown-key',
    reason:
      'a key that no template reads, a value of another type, or a file or an address that is not there, explains what is missing because of it',
    silences: (all) => {
      const unknown = places(all.filter(({ rule }) => isAbsent.has(rule)))
      return ({ unless }) => unless !== undefined && unknown.has(placeOf(unless))
    },
  },
  {
    id: 'ignored-source-field',
    reason: 'an unknown field of `helm` in an Application may be what would have given a database other values',
    silences: (all) => {
      const ignored = filesOf(all, ({ rule, message }) => rule === 'argocd/known-fields' && /\.helm(?:`|$)/.test(textOf(message)))
      return ({ severity, database, at }) => severity !== 'error' && database !== undefined && ignored.has(fileOf(at))
    },
  },
  {
    id: 'mistyped-source',
    reason: 'a list at `source` or a map at `sources` has no repoURL',
    silences: (all) => {
      const mistyped = filesOf(all, ({ rule, message }) => rule === 'argocd/manifest-schema' && /\.sources? is /.test(textOf(message)))
      return ({ rule, message, at }) =>
        rule === 'argocd/set-generates' && mistyped.has(fileOf(at)) && textOf(message).startsWith('a source has repoURL not set')
    },
  },
  {
    id: 'generated-key',
    reason: 'a label or an annotation that must not be set by hand need not be a valid one',
    silences: (all) => {
      const lines = new Set(all.filter(({ rule }) => rule === 'values/generated-key').map(({ at }) => lineOf(at)))
      return ({ rule, at }) => rule === 'schema/metadata' && lines.has(lineOf(at))
    },
  },
  {
    id: 'undecided-method',
    reason: 'backups with an unknown method are none, and the method is what is reported',
    silences: (all) => {
      const methods = all.filter(({ rule, path }) => rule === 'values/known-choice' && path?.startsWith('backups.') === true)
      const undecided = new Set(methods.map(({ database }) => database))
      return ({ rule, database }) => aboutBackups.has(rule) && undecided.has(database)
    },
  },
  {
    id: 'new-database',
    reason: 'a database that the change creates is meant to be restored first',
    silences:
      (_all, around) =>
      ({ rule, database }) =>
        rule === 'policy/recovery-left-on' && database !== undefined && around.isNew?.(database) === true,
  },
  {
    id: 'spoken-for',
    reason: 'a change that removes something, or a value that must be removed, covers the rule that misses it',
    silences: (all) => {
      const subjectOf = ({ database, at, object }: LocatedFinding): string => database ?? `${at.file.path} ${object}`
      const reported = new Set(all.map((finding) => `${finding.rule} ${subjectOf(finding)}`))
      return (finding) => {
        const speakers = [spokenFor.get(finding.rule) ?? []].flat()
        return speakers.some((speaker) => reported.has(`${speaker} ${subjectOf(finding)}`))
      }
    },
  },
  {
    id: 'refused-as-it-is',
    reason: 'what Argo CD refuses never becomes another database: a new identity is reported where nothing else is wrong',
    silences: (all) => {
      const errors = all.filter(({ rule, severity }) => severity === 'error' && !rule.startsWith('changes/'))
      const lines = new Set(errors.map(({ at }) => lineOf(at)))
      const doubled = new Set(errors.filter(({ rule }) => rule === 'argocd/cluster-once').map(({ at }) => at.file.path))
      return ({ rule, at }) => identities.test(rule) && (doubled.has(at.file.path) || lines.has(lineOf(at)))
    },
  },
  {
    id: 'in-place-of-generated',
    reason: 'a file by hand in the place of a generated one makes the same things twice, which is that one mistake',
    silences: (all) => {
      const foreign = new Set(all.filter(({ rule }) => rule === 'emit/foreign-file').map(({ at }) => at.file.path))
      return ({ rule, at }) => /^argocd\/(?:application|cluster|manifest)-once$/.test(rule) && foreign.has(at.file.path)
    },
  },
  {
    id: 'left-out-of-take-over',
    reason: 'an Application that a take-over leaves out is reported as that, not as one that is no longer wanted',
    silences: (all) => {
      const left = places(all.filter(({ rule }) => rule === 'changes/take-over-complete'))
      return ({ rule, at }) => rule === 'changes/application-stays' && left.has(placeOf(at))
    },
  },
  {
    id: 'upgrade-covers-it',
    reason: 'what an upgrade does to a parameter is more than what PostgreSQL says about it',
    silences: (all) => {
      const key = ({ database, at }: LocatedFinding): string => `${database}\0${placeOf(at)}`
      const upgraded = new Set(all.filter(({ rule }) => rule.startsWith('upgrade/parameter-')).map(key))
      return (finding) => finding.rule.startsWith('postgres/') && upgraded.has(key(finding))
    },
  },
  ...ofOneValue,
]

/** One mistake, one finding: those that none of the reasons suppresses. */
export function suppress(findings: readonly LocatedFinding[], around: Surroundings = {}): LocatedFinding[] {
  const silent = suppressions.map(({ silences }) => silences(findings, around))
  return findings.filter((finding) => !silent.some((isSilent) => isSilent(finding)))
}
