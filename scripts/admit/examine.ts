// Which real mistakes does an object have, all at once and each once?
import { fieldAt, keyName, named, phrase } from '../findings/message.ts'
import { printed } from '../values/printed.ts'
import type { Finding, Place, RuledFinding } from '../findings/finding.ts'
import type { JsonMap, Path } from '../values/value.ts'
import { commonWords, allNear, nearest } from '../values/path.ts'
import { issueRule, operatorSubject, type AdmitOptions } from './admit.ts'
import { checkCel } from '../kubernetes/cel.ts'
import { kubePath, sentence, type Issue } from '../kubernetes/issue.ts'
import { compareVersions, loadKind, schemaVersions } from '../kubernetes/load.ts'
import type { ServedKind } from '../kubernetes/load.ts'
import { isKnownMinor } from '../operator/version.ts'
import { copyJson } from '../kubernetes/prepare.ts'
import { checkSchema } from '../kubernetes/schema.ts'
import { hasMutatingWebhook, lastIssues, mutateObject, replaceStatus, schemaIssues, storedObject, undecodableLater } from './stages.ts'
import { decodeObject, type Decoded } from '../kubernetes/decode.ts'
import { memberSchema, type Structural } from '../kubernetes/structural.ts'
import { webhookFindings } from './webhook.ts'
import { isJsonMap, jsonAt } from '../values/value.ts'

/**
 * Every mistake in an object: later stages see failed members as absent, and a finding that only repeats an earlier one
 * is left out. Unknown members are errors. What the server accepts only because the operator writes a zero value back is a warning.
 */
export function examine(input: JsonMap, options: AdmitOptions): RuledFinding[] {
  const { operator } = options
  const old = options.old && storedObject(options.old, operator)
  const decoded = decodeObject(input, operator, old)
  if ('issues' in decoded) return decoded.issues.map(toFinding)
  const { kind, unknown } = decoded
  const { errors, candidates, stored } = structuralMistakes(decoded, old, operator)
  const blamed = [...errors.map((issue) => issue.path), ...unknown]
  const isAlreadyReported = ({ places: [{ path }] }: Finding): boolean => isMisspelt(path, unknown, decoded.object)
  const rules = webhookFindings(kind.kind, operatorSubject(stored, old, options)).filter(
    (finding) => finding.isFormal !== true && !isConsequence(finding, blamed),
  )
  const kept = [...celFindings(stored, old, decoded, blamed), ...rules].filter((finding) => !isAlreadyReported(finding))
  const refused = new Set(
    candidates.filter(({ path }) => kept.some((finding) => finding.severity === 'error' && isWithin(finding.places[0].path, path))),
  )
  const found = [
    ...unknown.filter((path) => !isInWrongType(path, errors) && !isFurtherAmount(path, unknown)).map((path) => unknownMember(path, kind)),
    ...[...errors, ...refused].map(toFinding),
    ...candidates.filter((issue) => !refused.has(issue)).map((issue) => zeroWarning(issue, kind)),
    ...kept.filter((finding) => ![...refused].some(({ path }) => isWithin(finding.places[0].path, path))),
  ]
  return isKnownMinor(operator) ? found : found.map(asUncertain)
}

/** What another minor may know, allow or no longer require is not an error if the nearest known release judged; types and names are. */
function asUncertain(finding: RuledFinding): RuledFinding {
  const isCertain = finding.rule.startsWith('schema/') && finding.rule !== 'schema/unknown-field'
  return isCertain || finding.severity !== 'error' ? finding : { ...finding, severity: 'warning' }
}

/** The object without the status, which no request can set. */
function ownPart({ kind, object }: Decoded): JsonMap {
  return replaceStatus(object, kind, undefined)
}

interface StructuralMistakes {
  readonly errors: readonly Issue[]
  /** missing members and nulls that the server takes because the operator's type writes a zero value; later rules may refuse it */
  readonly candidates: readonly Issue[]
  /** the defaulted object without the members that failed */
  readonly stored: JsonMap
}

function structuralMistakes(decoded: Decoded, old: JsonMap | undefined, operator: string): StructuralMistakes {
  const { kind, unknown } = decoded
  const sent = ownPart(decoded)
  const first = mutateObject({ ...decoded, object: sent }, operator)
  const broken = distinct([...first.undecodable, ...undecodableLater(sent, decoded)])
  const brokenPaths = broken.map((issue) => issue.path)
  const without = (paths: readonly Path[]): JsonMap =>
    replaceStatus(mutateObject({ ...decoded, object: withoutFailed(sent, paths) }, operator).object, kind, old?.['status'])
  const mutated = broken.length > 0 ? without(brokenPaths) : replaceStatus(first.object, kind, old?.['status'])
  const isFresh = (issue: Issue): boolean =>
    !isMisspelt(issue.path, unknown, sent) && !brokenPaths.some((path) => isWithin(issue.path, path))
  const refused = distinct([...schemaIssues(mutated, old, kind, operator), ...lastIssues(mutated, old, kind)])
    .map((issue) => asWritten(issue, sent))
    .filter(isFresh)
  // the check of the Go types finds whatever this one could: mostly nothing
  const absent =
    hasMutatingWebhook(kind) && !first.isWhole
      ? distinct(checkSchema(sent, kind.schema, { integerRange: false })).filter((issue) => isAbsent(issue, sent) && isFresh(issue))
      : []
  const isRefused = (issue: Issue): boolean => refused.some((other) => isWithin(other.path, issue.path))
  const missing = absent.filter(isRefused)
  // in the place of a map or a list of another kind nothing is an amount
  const isInside = ({ path }: Issue): boolean =>
    [...broken, ...refused].some((one) => one.keyword === 'type' && one.path.length < path.length && isWithin(path, one.path))
  const errors = [
    ...broken.filter((issue) => !isInside(issue)),
    ...missing,
    ...refused.filter((issue) => !missing.some((other) => isWithin(issue.path, other.path))),
  ]
  const failed = errors.filter((issue) => issue.keyword !== 'required').map((issue) => issue.path)
  return { errors, candidates: absent.filter((issue) => !isRefused(issue)), stored: failed.length > 0 ? without(failed) : mutated }
}

/** A null that the author never wrote is a missing member to them. */
function asWritten(issue: Issue, sent: JsonMap): Issue {
  if (issue.keyword !== 'type' || jsonAt(sent, issue.path) !== undefined) return issue
  return {
    ...issue,
    keyword: 'required',
    message: issue.message.map((part) => (typeof part === 'object' && 'shown' in part && part.shown === 'null' ? 'not set' : part)),
    help: phrase`set ${named(issue.path.at(-1))}`,
  }
}

/** A member that is required and not there, or a null where the schema has none. */
function isAbsent(issue: Issue, object: JsonMap): boolean {
  if (issue.path[0] === 'metadata') return false
  return issue.keyword === 'required' || (issue.keyword === 'type' && jsonAt(object, issue.path) === null)
}

function celFindings(stored: JsonMap, old: JsonMap | undefined, { kind }: Decoded, blamed: readonly Path[]): RuledFinding[] {
  if (!kind.schema.hasRules) return []
  const issues = checkCel(stored, kind.schema, old)
  // an expression about a member that failed says nothing new
  const isAbout = (issue: Issue, path: Path): boolean =>
    isWithin(issue.path, path) ||
    (isWithin(path, issue.path) &&
      (issue.keyword === 'cel-unreadable' || issue.expression?.includes(printed(path[issue.path.length])) === true))
  return issues.filter((issue) => !blamed.some((path) => isAbout(issue, path))).map(toFinding)
}

function toFinding(issue: Issue): RuledFinding {
  return {
    rule: issueRule(issue),
    severity: 'error',
    message: issue.message,
    places: [{ path: issue.path, ...(isAboutKey(issue) && { on: 'key' as const }) }],
    ...(issue.help !== undefined && { help: issue.help }),
    ...(issue.fix !== undefined && { fix: issue.fix }),
    field: issue.field,
    type: issue.type,
  }
}

/** Whether a label or an annotation is wrong by its key: otherwise the message shows the value. */
function isAboutKey({ keyword, path, message }: Issue): boolean {
  return keyword === 'metadata' && path.length === 3 && !message.some((part) => typeof part === 'object' && 'shown' in part)
}

/** One issue per place: the first, except that a better placed one replaces the server's unplaced one. */
function distinct(issues: readonly Issue[]): Issue[] {
  const byPath = new Map<string, Issue>()
  for (const issue of issues) {
    const path = kubePath(issue.path)
    const known = byPath.get(path)
    if (!known || known.field.startsWith('.') || known.field === '<nil>' || (known.keyword === 'enum' && issue.keyword === 'type'))
      byPath.set(path, issue)
  }
  return [...byPath.values()]
}

/** Whether an unknown member of a similar name is where a missing one, or a map above it, should be: then that is the mistake to report. */
export function isMisspelt(missing: Path, unknown: readonly Path[], object: JsonMap): boolean {
  return unknown.some((path) => {
    const wanted = missing.slice(0, path.length)
    if (wanted.length < path.length || !isWithin(wanted, path.slice(0, -1)) || jsonAt(object, wanted) !== undefined) return false
    const [name, written] = [printed(wanted.at(-1)), printed(path.at(-1))]
    // `storageSize` for `size`, `meta` for `metadata`
    const [short, long] = [name.toLowerCase(), written.toLowerCase()].sort((a, b) => a.length - b.length) as [string, string]
    return nearest(written, [name]) !== undefined || long.endsWith(short) || (short.length > 2 && long.startsWith(short))
  })
}

/** `cpu` and `memory` in `resources` itself, where `requests` and `limits` belong. */
function isAmount(path: Path): boolean {
  return path.at(-2) === 'resources' && /^(?:cpu|memory|ephemeral-storage|hugepages-.*)$/.test(printed(path.at(-1)))
}

/** Whether the amount before this one is reported: all of them are one level too high. */
function isFurtherAmount(path: Path, unknown: readonly Path[]): boolean {
  if (!isAmount(path)) return false
  const beside = unknown.filter((other) => isAmount(other) && other.length === path.length && isWithin(other, path.slice(0, -1)))
  return beside[0] !== path
}

/** The first later release whose schema has a field; one between the two may have it, too. */
function laterRelease(path: Path, { apiVersion, kind, product, version }: ServedKind): string | undefined {
  if (product !== 'cloudnative-pg' || path[0] === 'metadata') return undefined
  return schemaVersions(product).find((later) => {
    const served = compareVersions(later, version) > 0 ? loadKind(apiVersion, kind, later) : undefined
    return served !== undefined && schemaAt(served.schema, path) !== undefined
  })
}

function unknownMember(path: Path, kind: ServedKind): RuledFinding {
  const name = printed(path.at(-1))
  const schema = path[0] === 'metadata' ? undefined : schemaAt(kind.schema, path.slice(0, -1))
  const known = [...(schema?.properties?.keys() ?? [])]
  const later = laterRelease(path, kind)
  const guess = later === undefined ? nearest(name, known) : undefined
  const holder = path.length > 1 ? fieldAt(path.slice(0, -1)) : kind.kind
  const homes = commonWords.has(name) ? [] : [...(schema?.properties ?? [])].filter(([, child]) => child.properties?.has(name) === true)
  const help =
    later !== undefined
      ? phrase`operator ${later} has it, ${kind.version} does not: raise the operator, or remove it`
      : guess !== undefined
        ? phrase`did you mean \`${guess}\`?`
        : isAmount(path)
          ? phrase`write it below \`requests:\`, \`limits:\` or both, with what is beside it`
          : homes.length === 1
            ? phrase`\`${keyName(name)}\` belongs in \`${fieldAt([...path.slice(0, -1), homes[0]?.[0] ?? ''])}\``
            : known.length > 0 && known.length <= 8
              ? phrase`known here: ${known.sort().join(', ')}`
              : undefined
  return {
    rule: 'schema/unknown-field',
    severity: 'error',
    message: phrase`unknown field \`${keyName(name)}\` in \`${holder}\``,
    places: [{ path, on: 'key' }],
    ...(help !== undefined && { help }),
    fix: { rename: later === undefined ? allNear(name, known) : [] },
    field: kubePath(path),
  }
}

/** The schema at a path; undefined where the schema does not know it. */
export function schemaAt(root: Structural, path: Path): Structural | undefined {
  let schema: Structural | true | undefined = root
  for (const step of path) {
    if (schema === undefined || schema === true) return undefined
    schema = typeof step === 'number' ? schema.items : memberSchema(schema, step)
  }
  return schema === true ? undefined : schema
}

/** A copy without the failed members; a list with a failed item is removed whole, since indexes must stay. */
function withoutFailed(object: JsonMap, failed: readonly Path[]): JsonMap {
  if (failed.length === 0) return object
  const kept = copyJson(object)
  for (const path of failed) {
    let end = path.length
    while (end > 0 && typeof path[end - 1] === 'number') end--
    const holder = jsonAt(kept, path.slice(0, end - 1))
    // kind, name and namespace identify the object; rules need them even when they are odd
    if (end > 0 && path[0] !== 'metadata' && isJsonMap(holder)) delete holder[path[end - 1] as string]
  }
  return kept
}

function zeroWarning(issue: Issue, kind: ServedKind): RuledFinding {
  const { type: _type, field: _field, ...finding } = toFinding(issue)
  const is = issue.keyword === 'required' ? 'not set' : 'null'
  const message = sentence(issue.path, phrase`is ${is}, but must be set: the ${kind.kind} would get an empty value`)
  return { ...finding, rule: 'schema/zero-value', severity: 'warning', message }
}

function isWithin(path: Path, ancestor: Path): boolean {
  return path.length >= ancestor.length && ancestor.every((step, index) => path[index] === step)
}

/** Whether a member is unknown only because there is a map in the place of a list or a text. */
function isInWrongType(path: Path, errors: readonly Issue[]): boolean {
  return errors.some((issue) => !sizes.has(issue.keyword) && path.length > issue.path.length && isWithin(path, issue.path))
}

/** The keywords that a map itself can violate; its members are judged nevertheless. */
const sizes: ReadonlySet<string> = new Set(['required', 'min-properties', 'max-properties'])

/** Whether a finding only repeats a failed member: it is at that place, or is about the map that now lacks the member. */
function isConsequence(finding: Finding, blamed: readonly Path[]): boolean {
  const at = finding.places[0].path
  return blamed.some(
    (path) =>
      finding.places.some((place: Place) => isWithin(place.path, path)) ||
      (path.length === at.length + 1 && path.length > 2 && isWithin(path, at)),
  )
}
