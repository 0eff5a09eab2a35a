// How do diagnostics look to code scanning (SARIF 2.1.0)?
import type { Diagnostic, RelatedLocation, Severity, SourceLocation } from '../../findings/finding.ts'
import { byCodeUnit } from '../../values/path.ts'
import { reachInBrackets } from './text.ts'
import { fingerprints } from '../../report/fingerprint.ts'

export interface SarifOptions {
  /** version of this program */
  readonly version: string
  /** where the project is on the web */
  readonly home: string
  /** the page of a rule, from the top of the project */
  readonly pageOf: (rule: string) => string
  /** one sentence about a rule, where it has one */
  readonly summaryOf: (rule: string) => string | undefined
}

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

/** A SARIF 2.1.0 log with one run; columns count UTF-16 units and `endColumn` is the one after the last, as in our own model. */
export function writeSarif(diagnostics: readonly Diagnostic[], options: SarifOptions): string {
  const ids = [...new Set(diagnostics.map(({ rule }) => rule))].sort(byCodeUnit)
  const indexes = new Map(ids.map((id, index) => [id, index]))
  const prints = fingerprints(diagnostics)
  const driver = {
    name: 'cnpg-values',
    semanticVersion: options.version,
    informationUri: options.home,
    rules: ids.map((id) => sarifRule(id, diagnostics, options)),
  }
  const run = {
    tool: { driver },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'the root of the repository' } } },
    results: diagnostics.map((diagnostic, index) => result(diagnostic, indexes.get(diagnostic.rule) as number, prints[index] as string)),
  }
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }
  return `${JSON.stringify(log, null, 2)}\n`
}

function sarifRule(id: string, diagnostics: readonly Diagnostic[], options: SarifOptions): object {
  const own = diagnostics.filter(({ rule }) => rule === id)
  const summary = options.summaryOf(id) ?? id.replace('/', ': ').replaceAll('-', ' ')
  const helps = [...new Set(own.flatMap(({ help }) => (help === undefined ? [] : [help])))].sort(byCodeUnit).slice(0, 8)
  const text = [`${summary}.`, ...helps, `\`cnpg-values rules ${id}\` shows an example.`].join('\n')
  return {
    id,
    name: id
      .split(/[/-]/)
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(''),
    shortDescription: { text: summary },
    helpUri: `${options.home}/blob/main/${options.pageOf(id)}`,
    help: { text },
    defaultConfiguration: { level: levels[own[0]?.severity ?? 'error'] },
    properties: { tags: ['cloudnative-pg', id.split('/')[0]] },
  }
}

function result(diagnostic: Diagnostic, ruleIndex: number, fingerprint: string): object {
  const { rule, severity, message, help, at, related, databases, object, path } = diagnostic
  const reach = reachInBrackets(diagnostic)
  return {
    ruleId: rule,
    ruleIndex,
    level: levels[severity],
    message: { text: `${message}${reach}${help === undefined ? '' : `\nhelp: ${help}`}` },
    locations: [{ physicalLocation: physical(at), ...(object === undefined ? {} : { logicalLocations: [logical(object, path)] }) }],
    ...(related.length === 0 ? {} : { relatedLocations: related.map(relatedLocation) }),
    // code scanning reads the first name only
    partialFingerprints: { primaryLocationLineHash: fingerprint, 'cnpgValues/v1': fingerprint },
    properties: { databases },
  }
}

function logical(object: string, path: string | undefined): object {
  return { name: path ?? object, fullyQualifiedName: path === undefined ? object : `${object}:${path}`, kind: 'object' }
}

function relatedLocation(location: RelatedLocation, index: number): object {
  const when = location.revision === undefined ? '' : ` (at ${location.revision})`
  return { id: index + 1, physicalLocation: physical(location), message: { text: `${location.message}${when}` } }
}

function physical({ file, line, column, endLine, endColumn }: SourceLocation): object {
  // a region that ends where it starts would mark nothing: it then means the line
  const empty = endLine === line && endColumn === column
  return {
    artifactLocation: file.startsWith('/') ? { uri: `file://${uri(file)}` } : { uri: uri(file), uriBaseId: '%SRCROOT%' },
    region: empty ? { startLine: line } : { startLine: line, startColumn: column, endLine, endColumn },
  }
}

/** A path as a relative URI: each segment escaped, and no first segment that could be taken for a scheme. */
function uri(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/')
}
