// What does a values string become if the chart runs it as a template?
import type { Value } from '../values/value.ts'
import type { Names } from './names.ts'
import { chartVersion } from './names.ts'
import type { Chart } from './print.ts'
import { field, goText, isTrue, pathText, printed, stringArgument, TemplateFault } from './template.ts'

/** Longer actions are no business of a values file. */
const longestAction = 1_000
/** No name or number in an object is nearly as long; each `quote` and each `replace` may multiply its text. */
const longestText = 100_000

/**
 * sprig's `tpl` for the templates that values hold in practice: `.Values`, `.Release` and `.Chart` fields, literals, and
 * a pipeline of plain text functions. Anything else stops with class `tpl`; Helm may know more than this program.
 */
export function runTemplate(chart: Chart, names: Names, template: Value): string {
  const text = stringArgument(template)
  if (!text.includes('{{')) return text
  try {
    return replaceActions({ chart, names, template }, text)
  } catch (error) {
    // Helm reports whatever stops an inner template as a failure of `tpl`
    if (error instanceof TemplateFault) throw new TemplateFault('tpl', error.message, template)
    throw error
  }
}

/** `{{- ` takes the blanks before an action with it, ` -}}` those behind. */
function replaceActions(scope: Scope, text: string): string {
  let output = ''
  let position = 0
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', position)) {
    const end = text.indexOf('}}', start)
    if (end < 0) throw new TemplateFault('tpl', `${pathText(scope.template)} has \`{{\` without \`}}\``, scope.template)
    const before = text.slice(position, start)
    const code = text.slice(start + 2, end)
    if (code.length > longestAction) unsupported(scope, `${code.slice(0, 20)}…`)
    const [trimsLeft, trimsRight] = [/^-\s/.test(code), /\s-$/.test(code)]
    if (output.length > longestText) unsupported(scope, `${code.slice(0, 20)}…`)
    output += (trimsLeft ? before.trimEnd() : before) + actionText(scope, code.slice(trimsLeft ? 1 : 0, trimsRight ? -1 : undefined).trim())
    position = end + 2
    if (trimsRight) position += /^\s*/.exec(text.slice(position))?.[0].length ?? 0
  }
  return output + text.slice(position)
}

function actionText(scope: Scope, code: string): string {
  return code.startsWith('/*') && code.endsWith('*/') ? '' : printed(runPipeline(scope, code))
}

interface Scope {
  readonly chart: Chart
  readonly names: Names
  readonly template: Value
}

function runPipeline(scope: Scope, code: string): Value {
  const stages = code.split('|').map((stage) => stage.match(/"(?:[^"\\]|\\.)*"|`[^`]*`|\S+/g) ?? [])
  let value: Value | undefined
  for (const stage of stages) {
    value = runStage(scope, stage, value)
    if (value.kind === 'scalar' && typeof value.value === 'string' && value.value.length > longestText)
      unsupported(scope, `${code.slice(0, 20)}…`)
  }
  return value ?? text(scope, '')
}

function runStage(scope: Scope, words: readonly string[], piped: Value | undefined): Value {
  const [first = '', ...rest] = words
  if (piped === undefined && rest.length === 0) return operand(scope, first)
  if (piped === undefined && first === 'include') return include(scope, rest)
  const values = rest.map((word) => operand(scope, word))
  if (piped !== undefined) values.push(piped)
  return call(scope, first, values)
}

function include(scope: Scope, words: readonly string[]): Value {
  if (words[0] === '"cluster.fullname"') return text(scope, scope.names.fullnameText)
  if (words[0] === '"cluster.name"') return text(scope, scope.names.nameText)
  return unsupported(scope, `include ${words[0] ?? ''}`)
}

function call(scope: Scope, name: string, values: readonly Value[]): Value {
  const last = values.at(-1) ?? text(scope, '')
  const [first = last, second = last] = values
  switch (name) {
    case 'default':
      return isTrue(last) ? last : first
    case 'quote':
      return text(scope, JSON.stringify(goText(last)))
    case 'squote':
      return text(scope, `'${goText(last)}'`)
    case 'toString':
      return text(scope, goText(last))
    case 'upper':
      return text(scope, stringArgument(last).toUpperCase())
    case 'lower':
      return text(scope, stringArgument(last).toLowerCase())
    case 'trim':
      return text(scope, stringArgument(last).trim())
    case 'trunc':
      return text(scope, stringArgument(last).slice(0, Number(goText(first))))
    case 'trimSuffix':
      return text(scope, withoutSuffix(stringArgument(last), stringArgument(first)))
    case 'replace':
      return text(scope, replaceAll(scope, stringArgument(last), { from: stringArgument(first), to: stringArgument(second) }))
    default:
      return unsupported(scope, name)
  }
}

function replaceAll(scope: Scope, whole: string, { from, to }: { readonly from: string; readonly to: string }): string {
  const pieces = from === '' ? whole.length + 2 : whole.split(from).length
  if (whole.length + pieces * to.length > longestText) unsupported(scope, 'replace')
  // a function: as a text `$&` would have a meaning of its own
  return whole.replaceAll(from, () => to)
}

function withoutSuffix(whole: string, suffix: string): string {
  return whole.endsWith(suffix) ? whole.slice(0, whole.length - suffix.length) : whole
}

function operand(scope: Scope, word: string): Value {
  if (/^"(?:[^"\\]|\\.)*"$/.test(word)) return text(scope, JSON.parse(word) as string)
  if (/^`[^`]*`$/.test(word)) return text(scope, word.slice(1, -1))
  if (/^-?[0-9]+$/.test(word)) return { ...text(scope, ''), value: Number(word) } as Value
  const path = /^\$?\.((?:[A-Za-z_][A-Za-z0-9_]*\.)*(?:[A-Za-z_][A-Za-z0-9_]*)?)$/.exec(word)?.[1]?.split('.') ?? []
  const [root, ...keys] = path
  if (root === 'Values' && !keys.includes('')) return field(scope.chart.values, ...keys)
  if (root === 'Release' && keys[0] === 'Name') return text(scope, scope.chart.release)
  if (root === 'Release' && keys[0] === 'Namespace') return text(scope, scope.chart.namespace)
  if (root === 'Release' && keys[0] === 'Service') return text(scope, 'Helm')
  if (root === 'Chart' && keys[0] === 'Name') return text(scope, 'cluster')
  if (root === 'Chart' && keys[0] === 'Version') return text(scope, chartVersion)
  return unsupported(scope, word)
}

function text(scope: Scope, value: string): Value {
  return { kind: 'scalar', origin: scope.template.origin, overrides: [], value }
}

function unsupported(scope: Scope, word: string): never {
  throw new TemplateFault('tpl', `${pathText(scope.template)} uses \`${word}\` in a template, which is not known here`, scope.template)
}
