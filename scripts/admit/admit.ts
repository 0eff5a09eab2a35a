// Would the API server and the operator's webhooks take an object?
import { textOf } from '../findings/message.ts'
import type { FieldErrorType } from '../findings/finding.ts'
import type { JsonMap } from '../values/value.ts'
import { defaultCluster } from '../operator/defaults.ts'
import { kubePath, type Issue } from '../kubernetes/issue.ts'
import type { OperatorSubject } from '../operator/subject.ts'
import { copyJson } from '../kubernetes/prepare.ts'
import { changedOnly } from '../kubernetes/ratchet.ts'
import { lastIssues, mutateObject, replaceStatus, schemaIssues, storedObject, undecodableLater } from './stages.ts'
import { decodeObject, type Decoded } from '../kubernetes/decode.ts'
import { blocksCel, celIssues } from '../kubernetes/cel.ts'
import { webhookFindings } from './webhook.ts'

export interface AdmitOptions {
  /** release of the operator, `1.30.0` */
  readonly operator: string
  /** the object before an update */
  readonly old?: JsonMap
  readonly env?: { readonly volumeSnapshot?: boolean }
}

export type AdmitStage = '' | 'decode' | 'schema' | 'cel' | 'webhook' | 'webhook-decode'

export interface AdmitError {
  /** the Kubernetes field path */
  readonly field: string
  readonly type: FieldErrorType
  readonly message: string
  readonly rule: string
}

export interface AdmitResult {
  readonly verdict: 'accepted' | 'rejected'
  /** where the object was refused; empty: it was accepted */
  readonly stage: AdmitStage
  readonly errors: readonly AdmitError[]
  readonly warnings: readonly string[]
  /** paths of the members that the server drops silently, sorted */
  readonly pruned: readonly string[]
  /** the object as the server would store it, when accepted */
  readonly defaulted?: JsonMap
}

/** The rule id of an issue: `cel/unchanged` for expressions about the old object, `cel/expression` for others, else `schema/<keyword>`. */
export function issueRule(issue: Issue): string {
  if (issue.keyword === 'cel-change') return 'cel/unchanged'
  if (issue.keyword.startsWith('cel')) return 'cel/expression'
  return `schema/${issue.keyword === 'anyOf' ? 'type' : issue.keyword}`
}

function toError(issue: Issue): AdmitError {
  return { field: issue.field, type: issue.type, message: textOf(issue.message), rule: issueRule(issue) }
}

/**
 * The server's verdict on an object, create or (with `old`) update; an earlier stage hides the later ones.
 * Neither argument is changed. Only the schemas of this package are read.
 */
export function admit(object: JsonMap, options: AdmitOptions): AdmitResult {
  const { operator } = options
  const old = options.old && storedObject(options.old, operator)
  const decoded = decodeObject(object, operator, old)
  if ('issues' in decoded) return rejected('decode', decoded.issues.map(toError), [])
  const { kind } = decoded
  const pruned = decoded.unknown.map(kubePath).sort()
  if (options.old && (old?.['kind'] !== kind.kind || old['apiVersion'] !== kind.apiVersion))
    return rejected(
      'decode',
      [
        {
          field: 'kind',
          type: 'FieldValueInvalid',
          message: 'kind is different from before, but must stay the same',
          rule: 'schema/kind',
        },
      ],
      pruned,
    )

  const mutated = mutateObject(decoded, operator)
  if (mutated.undecodable.length > 0) {
    const friendly = registryIssues(decoded.object, old, decoded, operator).issues
    return rejected('webhook-decode', (friendly.length > 0 ? friendly : mutated.undecodable).map(toError), pruned)
  }
  const stored = replaceStatus(mutated.object, kind, old?.['status'])
  const { stage, issues } = registryIssues(stored, old, decoded, operator)
  if (issues.length > 0) return rejected(stage, issues.map(toError), pruned)

  const unread = undecodableLater(stored, decoded)
  if (unread.length > 0) return rejected('webhook-decode', unread.map(toError), pruned)
  const found = webhookFindings(kind.kind, operatorSubject(stored, old, options))
  // a failing webhook hides everything else
  const crash = found.find((finding) => finding.type === 'Denied')
  const findings = crash ? [crash] : found
  const errors = findings
    .filter((finding) => finding.severity === 'error')
    .map((finding): AdmitError => ({
      field: finding.field ?? kubePath(finding.places[0].path),
      type: finding.type ?? 'FieldValueInvalid',
      message: textOf(finding.message),
      rule: finding.rule,
    }))
  // the Pooler's webhook returns only errors when it refuses a creation; the warning about the switch comes before
  const silent = kind.kind === 'Pooler' && old === undefined && errors.length > 0
  const heard = findings.filter(({ severity, rule }) => severity !== 'error' && (!silent || rule.startsWith('annotations/')))
  const warnings = heard.map((finding) => textOf(finding.message))
  if (errors.length > 0) return rejected('webhook', errors, pruned, warnings)
  return { verdict: 'accepted', stage: '', errors: [], warnings, pruned, defaulted: stored }
}

/** The API server's own objections to an object, and their stage. */
function registryIssues(
  object: JsonMap,
  old: JsonMap | undefined,
  { kind }: Decoded,
  operator: string,
): { readonly stage: 'schema' | 'cel'; readonly issues: readonly Issue[] } {
  const ratcheted = (found: Issue[]): Issue[] => (old ? changedOnly(found, object, old, kind.schema) : found)
  const issues = ratcheted(schemaIssues(object, old, kind, operator))
  const violations = blocksCel(issues) ? [] : ratcheted(celIssues(object, old, kind))
  if (issues.length + violations.length === 0) return { stage: 'schema', issues: lastIssues(object, old, kind) }
  return { stage: issues.length > 0 ? 'schema' : 'cel', issues: [...issues, ...violations] }
}

function rejected(
  stage: AdmitStage,
  errors: readonly AdmitError[],
  pruned: readonly string[],
  warnings: readonly string[] = [],
): AdmitResult {
  return { verdict: 'rejected', stage, errors, warnings, pruned }
}

/** What the webhook rules see: the stored object, and the old one as the operator defaults it in memory. */
export function operatorSubject(object: JsonMap, old: JsonMap | undefined, options: AdmitOptions): OperatorSubject {
  const { operator, env } = options
  const subject = { object, operator, env: { volumeSnapshot: env?.volumeSnapshot ?? true } }
  if (!old) return subject
  if (old['kind'] !== 'Cluster') return { ...subject, old }
  const before = copyJson(old)
  defaultCluster(before, { operator, fixedParameters: 'drop' })
  return { ...subject, old: before }
}
