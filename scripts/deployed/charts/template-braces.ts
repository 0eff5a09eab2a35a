// Which actions of a Helm template were written for Argo CD, so that Helm evaluates what it does not have?
import { BudgetExceeded, templateBudget } from '../../go-template/budget.ts'
import { ParseError } from '../../go-template/go-error.ts'
import { lex } from '../../go-template/go-lex.ts'
import { parseTemplate } from '../../go-template/go-parse.ts'
import { nodeText } from '../../go-template/go-tree.ts'
import type { Command, Operand, Pipe, Template, TemplateList, TemplateNode } from '../../go-template/go-tree.ts'
import { helmFunctions } from '../../helm/functions.ts'
import type { HelmGeneration } from '../../values/merge.ts'
import type { Span } from '../../values/value.ts'

/** One `{{ … }}` that Helm evaluates, and Argo CD never sees. */
export interface ConsumedAction {
  readonly span: Span
  /** what is between the braces */
  readonly action: string
  /** it prints something: without it the rest of the text can be judged */
  readonly prints: boolean
}

/** What Helm's root has; everything else that is read there is a parameter of a set. */
const roots: ReadonlySet<string> = new Set(['Values', 'Release', 'Chart', 'Capabilities', 'Files', 'Template', 'Subcharts'])

/** Functions that Argo CD has and Helm does not. */
const argoFunctions: ReadonlySet<string> = new Set(['normalize', 'slugify'])

/** More unreadable actions than this are no template of a set. */
const mostRepairs = 200

/** The actions, in the order of the text; none where it is no template at all, which Helm reports. */
export function consumedActions(source: string, helm: HelmGeneration): ConsumedAction[] {
  const unreadable: ConsumedAction[] = []
  let text = source
  for (let repairs = 0; repairs <= mostRepairs; repairs++) {
    const last = lex(text).at(-1)
    if (last?.kind !== 'error') break
    // `{{ path[0] }}`, a parameter without goTemplate, has characters that no action has
    const span = bracesAround(text, last.at)
    const action = span === undefined ? '' : innerText(text, span)
    if (span === undefined || !/^[a-z]\w*(?:\.\w+)*\[\d+\]/.test(action)) return unreadable
    unreadable.push({ span, action, prints: true })
    text = text.slice(0, span.start) + ' '.repeat(span.end - span.start) + text.slice(span.end)
  }
  const template = parsed(text)
  if (template === undefined) return unreadable
  const known = helmFunctions(helm)
  const isHelms = (name: string): boolean => Object.hasOwn(known, name)
  const found = [...actionsIn(template.tree.root, { isRoot: true, hasRoot: true, isHelms })].flatMap(({ at, prints }) => {
    const span = bracesAround(text, at)
    if (span === undefined) return []
    const action = innerText(text, span)
    return isHarmless(text, span.start, action) ? [] : [{ span, action, prints }]
  })
  return [...unreadable, ...found].sort((a, b) => a.span.start - b.span.start)
}

function parsed(text: string): Template | undefined {
  try {
    return parseTemplate(text, { isFunction: () => true, budget: templateBudget() })
  } catch (error) {
    if (error instanceof ParseError || error instanceof BudgetExceeded) return undefined
    throw error
  }
}

function bracesAround(text: string, at: number): Span | undefined {
  const start = text.lastIndexOf('{{', at)
  const close = text.indexOf('}}', at)
  return start < 0 || close < 0 ? undefined : { start, end: close + 2 }
}

function innerText(text: string, { start, end }: Span): string {
  return text
    .slice(start + 2, end - 2)
    .replace(/^-\s/, ' ')
    .replace(/\s-$/, ' ')
    .trim()
}

/** In a comment an absent field prints nothing, and nobody misses it; a field of an absent field stops the render there, too. */
function isHarmless(text: string, start: number, action: string): boolean {
  const line = text.slice(text.lastIndexOf('\n', start) + 1, start)
  return /^[ \t]*#/.test(line) && /^\$?\.[A-Za-z_]\w*$/.test(action)
}

interface Scope {
  /** the dot is Helm's root: outside of `range`, `with` and `define` */
  readonly isRoot: boolean
  /** `$` is */
  readonly hasRoot: boolean
  readonly isHelms: (name: string) => boolean
}

function* actionsIn(list: TemplateList, scope: Scope): Iterable<{ readonly at: number; readonly prints: boolean }> {
  for (const node of list) yield* actionsAt(node, scope)
}

function* actionsAt(node: TemplateNode, scope: Scope): Iterable<{ readonly at: number; readonly prints: boolean }> {
  switch (node.kind) {
    case 'action':
      if (isForArgo(node.pipe, scope)) yield { at: node.at, prints: node.pipe.declares.length === 0 }
      return
    case 'if':
    case 'with':
    case 'range': {
      if (isForArgo(node.pipe, scope)) yield { at: node.at, prints: false }
      yield* actionsIn(node.list, node.kind === 'if' ? scope : { ...scope, isRoot: false })
      yield* actionsIn(node.otherwise, scope)
      return
    }
    default:
  }
}

/** Whether an action reads what only Argo CD has, and nothing that only Helm has. */
function isForArgo(pipe: Pipe, scope: Scope): boolean {
  const operands = [...operandsOf(pipe)]
  const names = operands.flatMap((operand) => (operand.kind === 'function' ? [operand.name] : []))
  if (names.some((name) => argoFunctions.has(name))) return true
  if (names.some((name) => ['include', 'tpl', 'lookup'].includes(name)) || operands.some((operand) => isOfHelm(operand, scope)))
    return false
  return (
    operands.some((operand) => isParameter(operand, scope)) || isLoneName(pipe, scope) || callsOf(pipe).some((call) => looksUp(call, scope))
  )
}

function isOfHelm(operand: Operand, { isRoot, hasRoot }: Scope): boolean {
  if (operand.kind === 'field') return isRoot && roots.has(operand.names[0] ?? '')
  return operand.kind === 'variable' && (operand.name !== '$' || (hasRoot && roots.has(operand.names[0] ?? '')))
}

function isParameter(operand: Operand, { isRoot, hasRoot }: Scope): boolean {
  if (operand.kind === 'field') return isRoot && !roots.has(operand.names[0] ?? '')
  return operand.kind === 'variable' && operand.name === '$' && hasRoot && operand.names[0] !== undefined && !roots.has(operand.names[0])
}

/** `{{ service }}`, `{{ path.basename }}`: parameters of sets without goTemplate. */
function isLoneName({ commands }: Pipe, { isHelms }: Scope): boolean {
  const [command, ...more] = commands
  if (command === undefined || more.length > 0 || command.rest.length > 0) return false
  const [only] = command.args
  const name = only.kind === 'chain' ? only.of : only
  return name.kind === 'function' && !isHelms(name.name) && /^[a-z]/.test(nodeText(name))
}

/** `index . "service"`, `get . "service"`, `dig "a" "b" "" .`: a key of the root that Helm does not have. */
function looksUp({ args: [first, ...rest] }: Command, scope: Scope): boolean {
  if (first.kind !== 'function' || !['index', 'get', 'hasKey', 'dig'].includes(first.name)) return false
  const isRoot = (operand: Operand | undefined): boolean =>
    (operand?.kind === 'dot' && scope.isRoot) ||
    (operand?.kind === 'variable' && operand.name === '$' && operand.names.length === 0 && scope.hasRoot)
  const [map, key] = first.name === 'dig' ? [rest.at(-1), rest[0]] : rest
  return isRoot(map) && key?.kind === 'text' && !roots.has(key.value)
}

function callsOf(pipe: Pipe): Command[] {
  return pipe.commands.flatMap((command) => [
    command,
    ...command.args.flatMap((operand) => (operand.kind === 'pipe' ? callsOf(operand) : [])),
  ])
}

function* operandsOf(pipe: Pipe): Iterable<Operand> {
  for (const { args } of pipe.commands)
    for (const operand of args) {
      const own = operand.kind === 'chain' ? operand.of : operand
      if (own.kind === 'pipe') yield* operandsOf(own)
      else yield own
    }
}

/** A text in which each printing action of others is a text that nobody knows, and the way back to the offsets of the source. */
export interface Readable {
  readonly text: string
  readonly toFile: (offset: number) => number
}

/** The source with `unknown` in the place of what Helm would blank, so that the rest can be judged. */
export function withUnknowns(source: string, consumed: readonly ConsumedAction[], unknown: string): Readable {
  const edits: { readonly at: number; readonly length: number; readonly span: Span }[] = []
  let text = ''
  let from = 0
  for (const { span, prints } of consumed) {
    if (!prints || span.start < from) continue
    const [before, after] = [
      /^\{\{-\s/.test(source.slice(span.start, span.start + 4)),
      /\s-\}\}$/.test(source.slice(span.end - 4, span.end)),
    ]
    const action = `{{${before ? '- ' : ''}"${unknown}"${after ? ' -' : ''}}}`
    text += source.slice(from, span.start)
    edits.push({ at: text.length, length: action.length, span })
    text += action
    from = span.end
  }
  if (edits.length === 0) return { text: source, toFile: (offset) => offset }
  text += source.slice(from)
  const toFile = (offset: number): number => {
    const last = edits.findLast(({ at }) => at <= offset)
    if (last === undefined) return offset
    return offset < last.at + last.length ? last.span.start : last.span.end + offset - last.at - last.length
  }
  return { text, toFile }
}
