// What does a rule yield, and what does a person read of it?
import type { Path } from '../values/value.ts'

export type Severity = 'error' | 'warning' | 'info'

/**
 * A piece of a message: words of the rule, a value or a name of somebody else (shortened where it is long, masked where it is
 * secret), or a field (shown as its author typed it; `as`: how it is called where nobody typed it).
 */
export type Part = string | ShownPart | FieldPart | HerePart

/** A value or a name from the input; a value is that of the finding's first place, and masked where that is secret. */
export interface ShownPart {
  readonly shown: string
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
  /** counts only where somebody wrote it, be it as null */
  readonly isOptional?: true
}

/** What a rule yields: paths, no locations. */
export interface Finding {
  readonly message: Message
  readonly places: readonly [Place, ...Place[]]
  readonly help?: Message
  readonly fix?: Fix
  /** what is meant of the text at the first place */
  readonly part?: string
  /** the literal Kubernetes field path that the API server or the operator reports */
  readonly field?: string
  /** a Cluster of this name, wherever in the repository it is, makes it right */
  readonly unlessCluster?: string
  /** a ScheduledBackup of the Cluster of this name, wherever in the repository it is, makes it right */
  readonly unlessScheduled?: string
  /** two Applications have this name, so that whatever they make is made twice */
  readonly isShared?: true
  /** what they say belongs to their verdict, but nothing is wrong: nobody need read it */
  readonly isFormal?: true
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
  /** a house rule, whose level the settings may change (`policies`); never what Helm, the API server or the operator refuse */
  readonly configurable?: true
  /** the only preset that has it; absent: all do */
  readonly preset?: 'production'
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
