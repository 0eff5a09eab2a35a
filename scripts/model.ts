// What do the stages hand to each other? Types only; the one file that everybody imports.

/** Keys and indexes from a root to a node, as the author typed them. */
export type Path = readonly (string | number)[]

/** Plain JSON, as the API server or Helm's templates see it. */
export type Json = null | boolean | number | string | Json[] | JsonMap
export interface JsonMap {
  [key: string]: Json
}

/** One rung of precedence, lowest first in this list. */
export type LayerName = 'chart' | 'environment' | 'service' | 'service-environment' | 'generator' | 'operator'

/** A text that values were read from. `builtin`: it is part of this program (chart defaults), nobody can edit it. */
export interface SourceFile {
  /** '/'-separated, from the repository root */
  readonly path: string
  readonly text: string
  readonly builtin?: true
  /** the path by the layout, where the file lies in another checkout and is shown under another one */
  readonly layoutPath?: string
  /** git's id of the content, where it is known without reading */
  readonly blob?: string
  /** the commit, where the text was read at the base of a change */
  readonly revision?: string
}

/** Half-open range of UTF-16 offsets in a file's text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Where one value was written. */
export interface Origin {
  readonly layer: LayerName
  readonly file: SourceFile
  /** path inside the values, as the author typed it */
  readonly path: Path
  /** the key that holds the value; null for list items and roots */
  readonly key: Span | null
  readonly value: Span
}

/** Nodes are written with their members in this order, then the content: with other orders V8 would take them for other types. */
interface Node {
  readonly origin: Origin
  /** lower layers' values that this one replaced, nearest first */
  readonly overrides: readonly Value[]
}
export interface MapValue extends Node {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, Value>
}
export interface ListValue extends Node {
  readonly kind: 'list'
  readonly items: readonly Value[]
}
export interface ScalarValue extends Node {
  readonly kind: 'scalar'
  readonly value: string | number | boolean
  /** the chart's own text; its origin is only what made the chart print it */
  readonly constant?: true
}
/** A null is a value with a birthplace: the file that switched something off must be nameable. */
export interface NullValue extends Node {
  readonly kind: 'null'
}
export type Value = MapValue | ListValue | ScalarValue | NullValue

export type Severity = 'error' | 'warning' | 'info'

/**
 * A piece of a message: words of the rule, a value or a name of somebody else (shortened where it is long, masked where it is
 * secret), or a field (shown as its author typed it; `as`: how it is called where nobody typed it).
 */
export type Part = string | ShownPart | FieldPart | HerePart
export interface ShownPart {
  readonly shown: string
  /** of the value in the subject of the rule; absent: it is at the first place of the finding */
  readonly path?: Path
  /** which part is kept if it is too long: the end says more than the beginning */
  readonly keep?: 'end'
  /** a name, which is no secret wherever it is: the key of a value, not the value */
  readonly isName?: true
}
/** The field at the first place of the finding; `here`: how it is called where nobody typed it. */
export interface HerePart {
  readonly here: string
}
export interface FieldPart {
  readonly field: Path
  readonly as?: string
  /** instead of the path where a message has no room for it */
  readonly short?: string
}
/** The message of a finding, as parts: only the report turns it into text. */
export type Message = readonly Part[]

/** The one change that a mistake leaves no doubt about: how the value at its place must be written, or what its key can have been. */
export type Fix =
  | { readonly write: 'text' | 'number' | 'boolean' | 'quantity' | 'schedule' | 'one of two' }
  /** `ofText`: its items are plain text, or those of this field are asked for */
  | { readonly write: 'list'; readonly ofText: boolean | { readonly kind: string; readonly path: Path } }
  | { /** all known words that are near */ readonly rename: readonly string[] }

/** A labelled path in the subject of a rule; the engine finds file and line. */
export interface Place {
  readonly path: Path
  readonly label?: Message
  /** point at the key (unknown or unwanted key) and not at the value */
  readonly on?: 'key' | 'value'
}

/** What a rule yields: paths, no locations. */
export interface Finding {
  readonly message: Message
  readonly places: readonly [Place, ...Place[]]
  readonly help?: Message
  readonly fix?: Fix
  /** the literal Kubernetes field path that the API server or the operator reports */
  readonly field?: string
  /** the field.Error type that they report */
  readonly type?: FieldErrorType
}

/** `field.ErrorType` of k8s.io/apimachinery, as the vectors print it. */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError'
  /** the operator refuses without an error of a field: its webhook crashed */
  | 'Denied'

/** A rule: a small plain object in a list. It reads and it yields; no I/O, no clock, no formatting. */
export interface Rule<Subject> {
  /** `area/requirement`, kebab-case, never renumbered */
  readonly id: string
  readonly severity: Severity
  readonly summary: string
  /** the upstream function that it reproduces */
  readonly upstream?: string
  /** first patch release per minor, lowest first (`['1.28.3', '1.29.1', '1.30.0']`); absent: all */
  readonly since?: readonly string[]
  /** first patch release per minor that no longer has it; absent: never removed */
  readonly until?: readonly string[]
  /** the stanza that the rule is about; if it is absent, the rule is not run */
  readonly needs?: Path
  check(subject: Subject): Iterable<Finding>
}

/** A finding with its rule, as the admission stage hands it on. */
export interface RuledFinding extends Finding {
  readonly rule: string
  readonly severity: Severity
}

/** A place in a file, 1-based lines and columns (UTF-16 units). */
export interface SourceLocation {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  readonly revision?: string
  /** the repository of the file, where it is not the root's */
  readonly repository?: string
}
export interface RelatedLocation extends SourceLocation {
  readonly message: string
}

/** What is reported: nothing half-located. */
export interface Diagnostic {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly at: SourceLocation
  readonly related: readonly RelatedLocation[]
  readonly help?: string
  readonly fix?: Fix
  /** ids of the databases that it touches, sorted */
  readonly databases: readonly string[]
  /** `Cluster/orders-db-prd` */
  readonly object?: string
  /** path in that object, `spec.storage.size` */
  readonly path?: string
}

export interface ChartPin {
  readonly repository: string
  readonly name: string
  readonly version: string
}
export interface Destination {
  readonly server?: string
  readonly name?: string
}
export type Guard = 'never' | 'confirm' | 'none'

export interface Environment {
  readonly name: string
  readonly destination: Destination
  /** pattern with {service}, {name}, {env} */
  readonly namespace: string
  readonly guard: Guard
  readonly autoSync: boolean
  readonly operator: { readonly version: string; readonly namespace: string; readonly chart: ChartPin }
  readonly clusterChart: ChartPin & { readonly engine: 'builtin' | 'helm' }
}

/** `postgres` of apps/values.yaml, defaults filled in. */
export interface Settings {
  readonly argocd: {
    readonly version: string
    readonly namespace: string
    readonly project: string
    readonly manageProject: boolean
  }
  /** whether the Application of the operator is generated; false: somebody else installs it */
  readonly manageOperator: boolean
  readonly repository: { readonly url: string; readonly revision: string; readonly path: string }
  /** in the order of the file */
  readonly environments: readonly Environment[]
  readonly ownKeys: readonly string[]
  /** folders of the repository that charts are looked for in, beside `charts/` */
  readonly charts: readonly string[]
  readonly layout: {
    readonly databases: string
    readonly overrides: string
    readonly cluster: string
    readonly application: string
  }
  /** the parsed `postgres` map, for places */
  readonly origin: MapValue
}

/** One service in one environment. */
export interface Database {
  /** `<service>/<env>` or `<service>/<name>/<env>` */
  readonly id: string
  readonly service: string
  readonly name?: string
  readonly environment: Environment
  readonly namespace: string
  /** the Cluster's name, the release name */
  readonly cluster: string
  readonly application: string
  readonly owner?: string
  readonly retired?: { readonly reason: string; readonly since: string }
  /** the parsed service.yaml, for places; absent: there is none, or it is empty */
  readonly description?: MapValue
  /** path of the rendered values file */
  readonly rendered: string
  /** hand-written layers that exist, lowest first */
  readonly layers: readonly { readonly layer: LayerName; readonly file: SourceFile }[]
}

/** A Kubernetes object that the chart prints, each node with the origin of the value that made it. */
export interface RenderedObject {
  readonly kind: string
  readonly name: string
  readonly value: MapValue
  readonly plain: JsonMap
  /** a Helm hook (annotation helm.sh/hook) */
  readonly hook: boolean
}
