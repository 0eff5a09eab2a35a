// What does each template of a chart print?
import { BudgetExceeded } from '../go-template/budget.ts'
import type { Budget } from '../go-template/budget.ts'
import { ExecError, ParseError, WrappedError, fullText } from '../go-template/go-error.ts'
import { executeTree } from '../go-template/go-exec.ts'
import { parseTemplate } from '../go-template/go-parse.ts'
import { isEmptyTree } from '../go-template/go-tree.ts'
import type { Template, TemplateTree } from '../go-template/go-tree.ts'
import { GoPanic, TemplateError, compareText } from '../go-template/go-value.ts'
import type { HelmGeneration } from '../values/merge.ts'
import { asValues } from './context.ts'
import type { Renderable, TemplateFile } from './context.ts'
import { HelmRefusal } from './error.ts'
import type { RefusalClass } from './error.ts'
import { failText, helmFunctions } from './functions.ts'
import { once } from '../values/once.ts'
import { flat } from './pieces.ts'
import type { Piece, Pieces } from './pieces.ts'
import type { Recorder } from './recorder.ts'

export interface Printed {
  readonly source: Renderable
  readonly text: string
  /** where its parts come from, where somebody watched */
  readonly pieces: Pieces
}

interface Rendering {
  readonly helm: HelmGeneration
  /** the root chart's name, which begins every path */
  readonly root: string
  readonly budget: Budget
  readonly recorder?: Recorder | undefined
  /** the one template that is run, by its full path */
  readonly only?: string | undefined
  /** called with what one template fails with, in the place of a failure of all */
  readonly onRefusal?: ((refusal: HelmRefusal) => void) | undefined
}

/** `Engine.render`: all templates are parsed, then all but partials are run. Throws HelmRefusal. */
export function renderTemplates(templates: readonly Renderable[], rendering: Rendering): Printed[] {
  const { ordered, trees } = setOf(templates, rendering)
  const functions = helmFunctions(rendering.helm)
  const printed: Printed[] = []
  for (const source of ordered) {
    if (/(?:^|\/)_[^/]*$/.test(source.name) || (rendering.only !== undefined && source.name !== rendering.only)) continue
    source.data.set(
      'Template',
      asValues(
        new Map([
          ['Name', source.name],
          ['BasePath', source.basePath],
        ]),
        rendering.helm,
      ),
    )
    rendering.recorder?.open()
    const tree = trees.get(source.name) as TemplateTree
    const { budget, recorder: watcher } = rendering
    const run = (): string => executeTree(tree, source.data, { trees, functions, missingKey: 'zero', budget, watcher })
    const text = tolerated(rendering, () => guarded(source, rendering, run))
    if (text === undefined) continue
    const final = text.includes('<no value>') ? text.replaceAll('<no value>', '') : text
    const pieces = rendering.recorder?.take() ?? []
    printed.push({ source, text: final, pieces: once(() => withoutMarks(flat(pieces), text)) })
  }
  return printed
}

/** Undefined: the template failed, and the others go on without it. */
export function tolerated<T>({ onRefusal }: Pick<Rendering, 'onRefusal'>, body: () => T): T | undefined {
  if (onRefusal === undefined) return body()
  try {
    return body()
  } catch (error) {
    if (!(error instanceof HelmRefusal)) throw error
    onRefusal(error)
    return undefined
  }
}

interface TemplateSet {
  readonly helm: HelmGeneration
  /** in the order of execution, as places among the templates that were given */
  readonly order: readonly number[]
  readonly trees: ReadonlyMap<string, TemplateTree>
}
/** By the first template: releases of one chart mostly have the same ones. */
const sets = new WeakMap<TemplateFile['source'], readonly (TemplateSet & { readonly of: readonly TemplateFile[] })[]>()

function setOf(
  templates: readonly Renderable[],
  rendering: Rendering,
): { ordered: Renderable[]; trees: ReadonlyMap<string, TemplateTree> } {
  const [first] = templates
  const known = first === undefined ? [] : (sets.get(first.source) ?? [])
  const isSame = ({ of, helm }: (typeof known)[number]): boolean =>
    helm === rendering.helm &&
    of.length === templates.length &&
    of.every(({ name, source }, at) => source === templates[at]?.source && name === templates[at].name)
  let set = known.find(isSame)
  if (set === undefined) {
    const order = [...templates.keys()].sort((a, b) => compareDepth(templates[a] as Renderable, templates[b] as Renderable))
    set = {
      helm: rendering.helm,
      of: templates.map(({ name, source }) => ({ name, source })),
      order,
      trees: parsedTrees(templates, rendering),
    }
    if (first !== undefined) sets.set(first.source, [...known.slice(-3), set])
  }
  return { ordered: set.order.map((at) => templates[at] as Renderable), trees: set.trees }
}

/** The one set of definitions of all templates: the last one counts, but an empty one replaces none. */
export function parsedTrees(templates: readonly TemplateFile[], rendering: Rendering): Map<string, TemplateTree> {
  const trees = new Map<string, TemplateTree>()
  for (const source of [...templates].sort(compareDepth)) {
    const template = parseOnce(source, rendering)
    for (const [name, tree] of template.defined) if (!trees.has(name) || !isEmptyTree(tree.root)) trees.set(name, tree)
  }
  return trees
}

/** The pieces of a text after Helm cut `<no value>` out of it. */
function withoutMarks(pieces: readonly Piece[], text: string): readonly Piece[] {
  const mark = '<no value>'
  if (pieces.length === 0 || !text.includes(mark)) return pieces
  const cuts: number[] = []
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) cuts.push(at)
  const moved = (offset: number): number => offset - cuts.reduce((sum, cut) => sum + Math.min(Math.max(offset - cut, 0), mark.length), 0)
  return pieces.map((piece) => ({ ...piece, start: moved(piece.start), end: moved(piece.end) }))
}

/** `sortTemplates`: deeper paths first, then names descending, so that parent charts override. */
function compareDepth(a: TemplateFile, b: TemplateFile): number {
  const depth = (name: string): number => name.split('/').length
  return depth(b.name) - depth(a.name) || compareText(b.name, a.name)
}

/** The same text under the same name is the same tree, whatever the values. */
const parsed = new WeakMap<Renderable['source'], Map<string, Template>>()

function parseOnce(source: TemplateFile, rendering: Rendering): Template {
  const key = `${rendering.helm} ${source.name}`
  const known = parsed.get(source.source)?.get(key)
  if (known !== undefined) return known
  const functions = helmFunctions(rendering.helm)
  const isFunction = (name: string): boolean => name in functions
  const template = guarded(source, rendering, () =>
    parseTemplate(source.source.text, { name: source.name, isFunction, budget: rendering.budget }),
  )
  const all = parsed.get(source.source) ?? new Map<string, Template>()
  parsed.set(source.source, all.set(key, template))
  return template
}

function guarded<T>(source: TemplateFile, rendering: Rendering, body: () => T): T {
  try {
    return body()
  } catch (error) {
    const place = (name: string, line?: number, column?: number) => ({ template: withoutRoot(name, rendering.root), line, column })
    if (error instanceof ParseError) {
      const { name, line } = error.place
      const reason = error.message.split(': ').at(-1) ?? ''
      throw new HelmRefusal('parse', `parse error at (${name}:${line}): ${reason}`, { ...place(name, line), reason })
    }
    if (error instanceof ExecError) throw refusalOf(error, rendering)
    if (error instanceof TemplateError) throw new HelmRefusal('type', error.message, place(source.name))
    if (error instanceof GoPanic) throw new HelmRefusal('call', `rendering template failed: ${error.message}`, place(source.name))
    if (error instanceof BudgetExceeded)
      throw new HelmRefusal(/levels/.test(error.message) ? 'recursion' : 'budget', error.message, place(source.name))
    if (error instanceof RangeError) throw new HelmRefusal('recursion', 'templates nest too deeply', place(source.name))
    throw error
  }
}

function withoutRoot(name: string, root: string): string {
  return name.startsWith(`${root}/`) ? name.slice(root.length + 1) : name
}

/** `reformatExecErrorMsg`. */
function refusalOf(error: ExecError, rendering: Rendering): HelmRefusal {
  const { name, line, column } = error.place
  const location = `${name}:${line}:${column}`
  const place = { template: withoutRoot(name, rendering.root), line, column }
  const whole = fullText(error)
  const failure = failText(whole)
  if (failure !== undefined)
    return new HelmRefusal('fail', `execution error at (${location}): ${failure}`.trimEnd(), { ...place, reason: failure })
  return new HelmRefusal(classOf(whole), rendering.helm === '4.2' ? (linesOf(error) ?? whole) : whole, {
    ...place,
    reason: innermost(error),
  })
}

/** The text of the last error of a chain, without its places. */
function innermost(error: ExecError): string {
  let current: Error = error
  while ((current instanceof ExecError || current instanceof WrappedError) && current.inner !== undefined) current = current.inner
  return current instanceof ExecError ? current.reason : current.message
}

function classOf(message: string): RefusalClass {
  if (message.includes('rendering template has a nested reference name')) return 'recursion'
  if (/no template "/.test(message)) return 'no-template'
  if (message.includes('error calling tpl:')) return 'tpl'
  if (/nil pointer evaluating|invalid value; expected|value is nil;/.test(message)) return 'nil'
  return /error calling (?!include:)/.test(message) ? 'call' : 'type'
}

/** Three lines for each place, if Helm can parse every message of the chain. */
function linesOf(error: ExecError): string | undefined {
  const parts: string[] = []
  let current: Error | undefined = error
  while (current instanceof ExecError) {
    const { name, line, column } = current.place
    const full: string = fullText(current)
    const executing = full.slice(full.indexOf(': executing ') + 2, full.indexOf('>: ') + 2)
    const reason = current.inner === undefined ? current.reason : current.reason.trimEnd()
    parts.push(`${name}:${line}:${column}\n  ${executing}\n    ${reason}\n`)
    current = current.inner
  }
  if (current instanceof WrappedError) return undefined
  if (current !== undefined) {
    if (!current.message.startsWith('template: no template ')) return undefined
    parts.push(`${current.message}\n`)
  }
  return parts.join('').trim()
}
