// Is a text that is no YAML a template of a Helm chart, which has to be rendered before it is judged?
import { phrase } from '../../findings/message.ts'
import type { LocatedFinding } from '../../findings/spot.ts'
import { lineStart } from '../../values/trim.ts'

/** What only a chart says: the objects of Helm, and words of text/template that no value begins with. */
const action =
  /\{\{-? *(?:\/\*|\.(?:Values|Release|Chart|Capabilities|Files|Template)\b|\$\.Values\b|(?:if|range|with|define|include|template) |end\b)/

/** The mistake of a template is not the brace where the parser stops: to close or quote that would break the chart. */
export function templatesNamed(findings: readonly LocatedFinding[]): LocatedFinding[] {
  return findings.map((finding) => (isTemplate(finding) ? { ...finding, message: unrendered, help: render, fix: undefined } : finding))
}

const unrendered = phrase`this is a template of a Helm chart, but must be YAML`
const render = phrase`render it first: helm template DIR | cnpg-values admit -, where DIR is the folder of the chart`

function isTemplate({ rule, at: { file, span } }: LocatedFinding): boolean {
  if (rule !== 'yaml/syntax') return false
  const start = lineStart(file.text, span.start)
  const end = file.text.indexOf('\n', start)
  return action.test(file.text.slice(start, end < 0 ? undefined : end))
}
