// `admit`: would the API server and the operator accept these manifests?
import { named, phrase, takesPart } from '../../findings/message.ts'
import { visible } from '../../values/untrusted.ts'
import { codeOf } from '../../values/printed.ts'
import { resolve } from 'node:path'
import { admit } from '../../admit/admit.ts'
import type { AdmitResult } from '../../admit/admit.ts'
import { examine, isMisspelt } from '../../admit/examine.ts'
import { withoutPlaceholders } from '../../admit/placeholders.ts'
import { isOwnGroup, loadKind } from '../../kubernetes/load.ts'
import { readRelease } from '../../discover/release-flag.ts'
import { judgedAs, unknownOperator } from '../../operator/known.ts'
import { isKnownMinor, knownOperators } from '../../operator/version.ts'
import { diagnose } from '../../report/diagnose.ts'
import { isSameSpot, isError, locate } from '../../findings/spot.ts'
import type { LocatedFinding, Spot } from '../../findings/spot.ts'
import { writeGithub } from '../../emit/formats/github.ts'
import { diagnosticsToJson } from '../../emit/formats/json.ts'
import { count, formatDiagnostic, plural } from '../../emit/formats/text.ts'
import { parsePath } from '../../explain/path-text.ts'
import { judgeChanges, judgeAsMeant, judgeClustersTogether, judgeNames, judgeServer, judgeSqlOf } from '../../policy/manifests.ts'
import type { ManifestFinding } from '../../policy/manifests.ts'
import { readManifests } from '../../yaml/manifests.ts'
import type { Manifest } from '../../yaml/manifests.ts'
import type { Diagnostic, Place, RuledFinding } from '../../findings/finding.ts'
import type { JsonMap, SourceFile, Value } from '../../values/value.ts'
import { formatPath } from '../../values/path.ts'
import { maskMessage } from '../../secret/message.ts'
import type { Terminal } from '../../emit/terminal.ts'
import { readNamed } from '../../repository/named-file.ts'
import { decodeText } from '../../repository/tree.ts'
import { isHolder } from '../../operator/objects.ts'
import { deepestAt } from '../../values/value.ts'
import { UsageError } from '../../repository/workspace.ts'
import { withoutPatches } from './admit-patches.ts'
import { templatesNamed } from './admit-templates.ts'

export interface AdmitFlags {
  readonly before?: string | undefined
  readonly operator?: string | undefined
  readonly policies?: boolean | undefined
  readonly strict?: boolean | undefined
  readonly format?: 'pretty' | 'json' | 'github' | undefined
}

interface Judged {
  readonly manifest: Manifest
  readonly result: AdmitResult
  readonly findings: readonly LocatedFinding[]
  readonly refusals: readonly RuledFinding[]
}

/**
 * Judges every object of the files (`-`: standard input) as the API server with the operator's webhooks would, as a create,
 * or as an update where `--before` has an object of the same kind, namespace and name. Exit code 1 when one is refused.
 */
export async function admitFiles(flags: AdmitFlags, paths: readonly string[], terminal: Terminal): Promise<number> {
  if (paths.length === 0) throw new UsageError('no file is named; `-` reads standard input')
  const format = flags.format ?? 'pretty'
  const operator = readOperator(flags.operator, terminal)
  const files = withoutPatches(paths, terminal).map((path) => readFile(path, terminal))
  const earlier = flags.before === undefined ? [] : readManifests(readFile(flags.before, terminal)).manifests
  const before = byIdentity(earlier)
  const read = files.map((file) => readManifests(file))
  const manifests = read.flatMap((one) => one.manifests)
  sayEmpty(
    files.filter((_file, index) => isEmpty(read[index])),
    read.every(isEmpty),
    terminal,
  )
  const known = manifests.filter((manifest) => isJudged(manifest, operator))
  const judged = known.map((manifest) => judge(manifest, before.get(identity(manifest)), operator))
  const withHolders = [...known, ...manifests.filter(({ plain }) => isHolder(plain))]
  const policies = [
    ...(flags.policies === true
      ? [
          ...judged.flatMap((one) => objectionsBeside(one, operator)),
          ...judgeAsMeant(withHolders, { operator, refusals: new Map(judged.map(({ manifest, refusals }) => [manifest, refusals])) }),
          ...judgeNames(known),
          ...(await judgeSqlOf(withHolders, operator)),
        ]
      : []),
    ...judgeChanges({ now: known, before: earlier, all: flags.policies === true }, operator),
  ].map(locatePolicy)
  const together = flags.policies === true ? judgeClustersTogether(known) : []
  const found = [...judged.flatMap((one) => one.findings), ...policies, ...together]
  const kept = withoutPlaceholders(
    found,
    known.map(({ value }) => value),
  )
  const diagnostics = diagnose([...read.flatMap((one) => templatesNamed(one.findings)), ...kept])
  if (format === 'json') terminal.stdout(writeReport(judged, diagnostics))
  else if (format === 'github') terminal.stdout(writeGithub(diagnostics), 'commands')
  else writePretty(diagnostics, files, terminal)
  const left = new Set(kept)
  const unknown = judged.filter(
    ({ findings }) => findings.some((one) => !left.has(one)) && !findings.some((one) => isError(one) && left.has(one)),
  )
  const refused = judged.filter((one) => isRefused(one, operator) && !unknown.includes(one)).length
  const skipped = manifests.length - known.length
  if (flags.before !== undefined) for (const manifest of known) sayCreated(manifest, { before, file: flags.before, terminal })
  const chosen = flags.operator === undefined ? ' (the newest known; --operator takes another)' : ''
  const others = skipped === 0 ? '' : `, ${plural(skipped, 'object')} of other kinds skipped`
  const open = unknown.length === 0 ? '' : `, ${unknown.length} with placeholders not decided`
  terminal.stderr(
    `${plural(judged.length, 'object')} checked against CloudNativePG ${judgedAs(operator)}${chosen}: ${judged.length - refused - unknown.length} accepted, ${refused} rejected${open}${others}\n`,
  )
  const { errors, warnings } = count(diagnostics)
  return refused > 0 || errors > 0 || (flags.strict === true && warnings > 0) ? 1 : 0
}

const isEmpty = (one: ReturnType<typeof readManifests> | undefined): boolean => one?.manifests.length === 0 && one.findings.length === 0

/** As kubectl: a file of comments beside others is nothing to apply, but nothing at all is a mistake. */
function sayEmpty(empty: readonly SourceFile[], isAll: boolean, terminal: Terminal): void {
  const [first] = empty
  if (isAll && first !== undefined) throw new UsageError(`${first.path} holds no object`)
  for (const { path } of empty) terminal.stderr(`${path} holds no object\n`)
}

/** What house rules say; none of it makes the server refuse an object. */
function locatePolicy({ rule, severity, finding: { object, places, message, help }, word }: ManifestFinding): LocatedFinding {
  const written = places.filter(({ isOptional, path }) => isOptional !== true || deepestAt(object.value, path).depth === path.length)
  const [first = places[0], ...others] = written
  const at = word ?? spotAt(object.value, first)
  return {
    rule,
    severity,
    message,
    at,
    related: others
      .map((other) => ({ ...spotAt(object.value, other), message: other.label ?? takesPart }))
      .filter((other) => !isSameSpot(other, at)),
    help,
    object: `${object.kind}/${object.name}`,
    path: formatPath(first.path),
  }
}

/** For a release whose minor is unknown, only what every release refuses counts. */
function isRefused({ result, findings }: Judged, operator: string): boolean {
  return result.verdict === 'rejected' && (isKnownMinor(operator) || findings.some(({ severity }) => severity === 'error'))
}

/** Objects of other programs are left alone; one without a kind, or with a kind that the operator's groups lack, is refused everywhere. */
function isJudged({ apiVersion, kind }: Manifest, operator: string): boolean {
  return apiVersion === '' || kind === '' || isOwnGroup(apiVersion) || loadKind(apiVersion, kind, operator) !== undefined
}

function sayCreated(
  manifest: Manifest,
  { before, file, terminal }: { before: ReadonlyMap<string, Manifest>; file: string; terminal: Terminal },
): void {
  if (before.has(identity(manifest))) return
  terminal.stderr(
    `${visible(`${manifest.kind}/${manifest.name} is not in ${file === '-' ? '<stdin>' : file}`)}, so it was judged as a create\n`,
  )
}

function readOperator(flag: string | undefined, terminal: Terminal): string {
  const operator = readRelease('operator', flag ?? knownOperators.last)
  const unknown = unknownOperator(operator)
  if (unknown !== undefined) terminal.stderr(`${unknown}\n`)
  return operator
}

function readFile(path: string, terminal: Terminal): SourceFile {
  const shown = path === '-' ? '<stdin>' : path
  let bytes: Buffer
  try {
    bytes = readNamed(path === '-' ? 0 : resolve(terminal.cwd, path))
  } catch (error) {
    throw new UsageError(`${shown} can't be read (${codeOf(error)})`)
  }
  const text = decodeText(bytes)
  if (!text.ok) throw new UsageError(`${shown} ${text.message}`)
  return { path: shown, text: text.text }
}

function identity({ apiVersion, kind, namespace, name }: Manifest): string {
  return [apiVersion.split('/')[0], kind, namespace || 'default', name].join('\0')
}

function byIdentity(manifests: readonly Manifest[]): Map<string, Manifest> {
  return new Map(manifests.map((manifest) => [identity(manifest), manifest]))
}

function judge(manifest: Manifest, old: Manifest | undefined, operator: string): Judged {
  const options = { operator, ...(old === undefined ? {} : { old: old.plain }) }
  const result = admit(manifest.plain, options)
  const found = examine(manifest.plain, options)
  const findings = found.map((finding) => place(finding, manifest, result))
  if (result.verdict === 'rejected' && isKnownMinor(operator) && !findings.some((finding) => finding.severity === 'error'))
    for (const error of result.errors) {
      const path = parsePath(error.field) ?? []
      findings.push({
        rule: error.rule,
        severity: 'error',
        message: phrase`${named(error.field)}: ${named(error.message)}`,
        at: spotAt(manifest.value, { path }),
        object: `${manifest.kind}/${manifest.name}`,
        path: formatPath(path),
      })
    }
  return { manifest, result, findings, refusals: found }
}

/** Whether the server misses what a dropped field was meant to be: then the misspelling is why it refuses. */
function isMissed({ rule, places: [{ path }] }: RuledFinding, { errors }: AdmitResult, object: JsonMap): boolean {
  return rule === 'schema/unknown-field' && errors.some(({ field }) => isMisspelt(parsePath(field) ?? [], [path], object))
}

/** What PostgreSQL and PgBouncer would refuse, but for what the API server refuses already. */
function objectionsBeside({ manifest, findings }: Judged, operator: string): ManifestFinding[] {
  const refused = new Set(findings.flatMap(({ severity, path }) => (severity === 'error' ? [path] : [])))
  return judgeServer(manifest, operator).filter(({ finding }) => !refused.has(formatPath(finding.places[0].path)))
}

/** What the server only drops (an unknown field) does not make it refuse, so here it is a warning. */
function place(finding: RuledFinding, manifest: Manifest, result: AdmitResult): LocatedFinding {
  const [first, ...others] = finding.places
  const dropped = (finding.rule === 'schema/unknown-field' && !isMissed(finding, result, manifest.plain)) || result.verdict === 'accepted'
  return {
    rule: finding.rule,
    severity: dropped && finding.severity === 'error' ? 'warning' : finding.severity,
    message: finding.message,
    at: spotAt(manifest.value, first),
    related: others.map((other) => ({ ...spotAt(manifest.value, other), message: other.label ?? takesPart })),
    help: finding.help,
    object: `${manifest.kind}/${manifest.name}`,
    path: formatPath(first.path),
  }
}

/** The deepest node on the way to a place; its key if the path ends early. */
function spotAt(root: Value, place: Place): Spot {
  const { node, depth } = deepestAt(root, place.path)
  const { file, key, value } = node.origin
  const wanted = depth === place.path.length ? place.on : 'key'
  if (key !== null && (wanted === 'key' || node.kind === 'map' || node.kind === 'list' || value.end <= value.start))
    return { file, span: key }
  if (node.kind !== 'map') return { file, span: value }
  const first = [...node.entries.values()][0]?.origin.key
  return { file, span: first ?? value }
}

function writePretty(diagnostics: readonly Diagnostic[], files: readonly SourceFile[], terminal: Terminal): void {
  const source = (path: string): string | undefined => files.find((file) => file.path === path)?.text
  terminal.stdout(diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic, { color: terminal.color, source })}\n`).join('\n'))
  if (diagnostics.length > 0) terminal.stderr('\n')
}

/** The server's own words, without the secrets that they repeat. */
function shownVerdict({ errors, warnings, pruned }: AdmitResult, root: Value): Pick<AdmitResult, 'errors' | 'warnings' | 'pruned'> {
  const clean = (text: string, field: string): string => {
    const spot = spotAt(root, { path: parsePath(field) ?? [] })
    return maskMessage(text, [{ ...locate(spot), text: spot.file.text }])
  }
  return {
    errors: errors.map((error) => ({ ...error, field: clean(error.field, error.field), message: clean(error.message, error.field) })),
    warnings: warnings.map((warning) => clean(warning, warning)),
    pruned: pruned.map((field) => clean(field, field)),
  }
}

function writeReport(judged: readonly Judged[], diagnostics: readonly Diagnostic[]): string {
  const objects = judged.map(({ manifest, result }) => ({
    apiVersion: manifest.apiVersion,
    kind: manifest.kind,
    namespace: manifest.namespace,
    name: manifest.name,
    verdict: result.verdict,
    stage: result.stage,
    ...shownVerdict(result, manifest.value),
  }))
  const { errors, warnings, files } = count(diagnostics)
  return `${JSON.stringify({ version: 1, summary: { errors, warnings, objects: objects.length, files }, diagnostics: diagnosticsToJson(diagnostics), objects }, null, 2)}\n`
}
