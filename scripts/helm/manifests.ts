// Which objects do printed templates make, and in which order?
import { goYamlMessage } from '../go-template/go-yaml-error.ts'
import { compareText } from '../go-template/go-value.ts'
import { textOf } from '../findings/message.ts'
import type { HelmGeneration } from '../values/merge.ts'
import type { SourceFile, Value } from '../values/value.ts'
import { parseFirstDocument } from '../yaml/parse.ts'
import type { YamlProblem } from '../yaml/parse.ts'
import { PrintedRefused } from './error.ts'
import { fieldOf, textIn } from './metadata.ts'
import { readPlainDocument } from '../yaml/plain.ts'

/** One document of a printed template. */
export interface Document {
  /** full path of the template */
  readonly path: string
  readonly text: string
  /** where the document begins in what the template printed */
  readonly start: number
  readonly kind: string
  readonly value: Value
  /** the events of `helm.sh/hook`; undefined: not a hook */
  readonly hook: readonly string[] | undefined
  /** keys that come twice in a map, of which the last one counts */
  readonly repeated: readonly YamlProblem[]
}

const space = new Set('\t\n\f\r ')
const isBlank = (character: string): boolean => /\p{White_Space}/u.test(character)

/** `strings.TrimRightFunc(unicode.IsSpace)`; a pattern for the end alone would try each run of blanks in the middle. */
export function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && isBlank(text[end - 1] as string)) end--
  return text.slice(0, end)
}
export function trimStart(text: string): string {
  let start = 0
  while (start < text.length && isBlank(text[start] as string)) start++
  return text.slice(start)
}

/** `SplitManifests`: pieces between lines that begin with `---`, blank ones left out. */
export function splitManifests(text: string, helm: HelmGeneration): { start: number; text: string }[] {
  const pieces: { start: number; text: string }[] = []
  const lead = text.length - trimStart(text).length
  let from = lead
  const add = (to: number): void => {
    const piece = text.slice(from, to)
    if (!/\P{White_Space}/u.test(piece)) return
    const body = trimStart(piece)
    pieces.push({ start: from + piece.length - body.length, text: helm === '4.2' ? body : trimEnd(body) })
  }
  for (let at = text.indexOf('---', lead); at >= 0; at = text.indexOf('---', at)) {
    // the line break before it must not belong to the separator before
    if (at !== lead && !(text[at - 1] === '\n' && at - 1 >= from)) {
      at++
      continue
    }
    let end = at
    while (end > from && space.has(text[end - 1] as string)) end--
    add(end)
    at += 3
    while (at < text.length && space.has(text[at] as string)) at++
    from = at
  }
  add(text.length)
  return pieces
}

/** The head of a document as Helm reads it; throws HelmRefusal where it isn't one. */
export function readDocument(file: SourceFile, piece: { path: string; start: number; text: string; template: string }): Document {
  const refuse = (detail: string, at?: number, reason = detail): never => {
    const offset = at === undefined ? undefined : piece.start + at
    throw new PrintedRefused(`YAML parse error on ${piece.path}: ${detail}`, { template: piece.template, path: piece.path, reason, offset })
  }
  const plainly = readPlainDocument(file)
  const { documents, problems } = plainly === undefined ? parseFirstDocument(file, 'chart') : { documents: [plainly], problems: [] }
  const fatal = problems.find((problem) => problem.fatal)
  if (fatal !== undefined) {
    const words = goYamlMessage(piece.text, { message: textOf(fatal.message), span: fatal.span })
    refuse(`error converting YAML to JSON: ${words}`, fatal.span.start, textOf(fatal.message))
  }
  const value = documents[0] as Value
  const repeated = problems.filter(({ rule }) => rule === 'yaml/duplicate-key')
  const decoding = 'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal'
  if (plainly === undefined && /\p{Cs}/u.test(piece.text)) refuse('error converting YAML to JSON: yaml: invalid leading UTF-8 octet')
  if (holdsInfinity(value)) refuse('error converting YAML to JSON: json: unsupported value')
  if (value.kind === 'null') return { ...piece, kind: '', value, hook: undefined, repeated }
  if (value.kind !== 'map') return refuse(`${decoding} ${jsonKind(value)} into Go value of type util.SimpleHead`)
  const text = (from: Value | undefined, name: string): string =>
    textIn(from) ?? refuse(`${decoding} ${jsonKind(from)} into Go struct field ${name} of type string`, from?.origin.value.start)
  text(fieldOf(value, 'apiVersion'), 'SimpleHead.apiVersion')
  const kind = text(fieldOf(value, 'kind'), 'SimpleHead.kind')
  const metadata = fieldOf(value, 'metadata')
  if (metadata === undefined || metadata.kind === 'null') return { ...piece, kind, value, hook: undefined, repeated }
  if (metadata.kind !== 'map')
    return refuse(
      `${decoding} ${jsonKind(metadata)} into Go struct field SimpleHead.metadata of type ${metadataType}`,
      metadata.origin.value.start,
    )
  text(fieldOf(metadata, 'name'), '.metadata.name')
  const annotations = fieldOf(metadata, 'annotations')
  if (annotations === undefined || annotations.kind === 'null') return { ...piece, kind, value, hook: undefined, repeated }
  if (annotations.kind !== 'map')
    return refuse(
      `${decoding} ${jsonKind(annotations)} into Go struct field .metadata.annotations of type map[string]string`,
      annotations.origin.value.start,
    )
  for (const annotation of annotations.entries.values()) text(annotation, '.metadata.annotations')
  const hook = annotations.entries.get('helm.sh/hook')
  return {
    ...piece,
    kind,
    value,
    repeated,
    hook: hook === undefined ? undefined : (textIn(hook) ?? '').split(',').map((event) => event.trim().toLowerCase()),
  }
}

const metadataType = 'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }'

/** What encoding/json calls it. */
function jsonKind(value: Value | undefined): string {
  if (value?.kind === 'map') return 'object'
  if (value?.kind !== 'scalar') return 'array'
  return typeof value.value === 'boolean' ? 'bool' : typeof value.value
}

function holdsInfinity(value: Value): boolean {
  if (value.kind === 'scalar') return typeof value.value === 'number' && !Number.isFinite(value.value)
  if (value.kind === 'list') return value.items.some(holdsInfinity)
  return value.kind === 'map' && [...value.entries.values()].some(holdsInfinity)
}

const installOrder =
  'PriorityClass Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ServiceAccount Secret SecretList ConfigMap StorageClass PersistentVolume PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleList ClusterRoleBinding ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service DaemonSet Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler StatefulSet Job CronJob IngressClass Ingress APIService'
const ranks = new Map(installOrder.split(' ').map((kind, index) => [kind, index]))
const webhooks = new Map(
  ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((kind, index) => [kind, ranks.size + index]),
)

/** `InstallOrder`: known kinds first, the others by name. */
function compareKinds(helm: HelmGeneration): (a: Document, b: Document) => number {
  const rank = (kind: string): number | undefined => ranks.get(kind) ?? (helm === '4.2' ? webhooks.get(kind) : undefined)
  return (a, b) => {
    const [left, right] = [rank(a.kind), rank(b.kind)]
    if (left === undefined && right === undefined) return compareText(a.kind, b.kind)
    if (left === undefined || right === undefined) return left === undefined ? 1 : -1
    return left - right
  }
}

const events = new Set(
  'pre-install post-install pre-delete post-delete pre-upgrade post-upgrade pre-rollback post-rollback test test-success'.split(' '),
)

/** `SortManifests`: plain documents, then hooks; what names an unknown event is dropped. */
export function sortDocuments(
  documents: readonly Document[],
  helm: HelmGeneration,
  withTests: boolean,
): { plain: Document[]; hooks: Document[] } {
  const order = compareKinds(helm)
  const isTest = (hook: readonly string[]): boolean => hook.some((event) => event === 'test' || event === 'test-success')
  const plain = documents.filter(({ hook }) => hook === undefined)
  const hooks = documents.filter(
    ({ hook }) => hook !== undefined && hook.every((event) => events.has(event)) && (withTests || !isTest(hook)),
  )
  return { plain: plain.sort(order), hooks: hooks.sort(order) }
}
