// Which state does reading a YAML text keep, and what does it return?
import { textOf } from '../findings/message.ts'
import type { Event } from 'js-yaml'
import type { Fix, Message } from '../findings/finding.ts'
import type { LayerName, SourceFile, Span, Value } from '../values/value.ts'

/** Something wrong with the text itself. `fatal`: Helm refuses the file; otherwise Helm accepts it, but it should be corrected. */
export interface YamlProblem {
  readonly rule: 'yaml/syntax' | 'yaml/duplicate-key' | 'yaml/merge-key' | 'yaml/encoding' | 'yaml/nesting' | 'yaml/aliases'
  readonly fatal: boolean
  readonly message: Message
  readonly span: Span
  readonly related?: { readonly span: Span; readonly message: Message }
  readonly help?: Message
  readonly fix?: Fix
}
export interface ParsedYaml {
  /** one root a document; a document that is empty or only comments is null */
  readonly documents: readonly Value[]
  readonly problems: readonly YamlProblem[]
}

/** The state of reading one text. */
export interface Reading {
  readonly file: SourceFile
  readonly layer: LayerName
  /** which program reads the text, for messages: `Helm` */
  readonly reader: string
  readonly base: number
  readonly text: string
  readonly events: readonly Event[]
  /** where the text ends, if it lacks a last line break; undefined: it has one, or the reader adds one */
  readonly openEnd: number | undefined
  index: number
  readonly problems: YamlProblem[]
  anchors: Map<string, Value | 'open'>
  /** decoded nodes below an anchor, for the limit on aliases */
  readonly sizes: Map<Value, number>
  decoded: number
  aliased: number
}

/** What go-yaml refuses after the text has parsed; caught by the parser and reported as a problem. */
export class Refusal extends Error {
  readonly rule: YamlProblem['rule']
  readonly offset: number
  readonly said: Message
  readonly help: Message | undefined
  constructor(rule: YamlProblem['rule'], message: Message, offset: number, help?: Message) {
    super(textOf(message))
    this.said = message
    this.rule = rule
    this.offset = offset
    this.help = help
  }
}

/** decode.go `allowedAliasRatio`: aliases may make up 99 % of a small document, 10 % of a very large one. */
export function allowedAliasRatio(decoded: number): number {
  if (decoded <= 400_000) return 0.99
  if (decoded >= 4_000_000) return 0.1
  return 0.99 - 0.89 * ((decoded - 400_000) / 3_600_000)
}
