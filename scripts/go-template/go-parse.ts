// What does a Go template say, as a tree?
import type { Budget } from './budget.ts'
import { ParseError, lineAt } from './go-error.ts'
import { lex } from './go-lex.ts'
import type { Token, TokenKind } from './go-lex.ts'
import { parseNumber, unquoteCharacter, unquoteText } from './go-literal.ts'
import { isEmptyTree, nodeText } from './go-tree.ts'
import type { Command, Operand, Pipe, Template, TemplateList, TemplateNode, TemplateTree } from './go-tree.ts'
import { TemplateError } from './go-value.ts'

interface Reader {
  readonly name: string
  readonly text: string
  readonly tokens: readonly Token[]
  at: number
  /** the furthest token looked at: Go's errors stand there */
  far: number
  /** where the action at hand began */
  action: Token | undefined
  /** variables in scope, `$` first */
  variables: string[]
  rangeDepth: number
  readonly isFunction: (name: string) => boolean
  readonly budget: Budget
  readonly defined: Map<string, TemplateTree>
}

/** Reproduces `text/template/parse.Parse`; an unknown function is refused here, before anything runs. */
export function parseTemplate(
  text: string,
  given: { readonly name?: string; readonly isFunction: (name: string) => boolean; readonly budget: Budget },
): Template {
  const { name = 'base', isFunction, budget } = given
  budget.steps(text.length / 4)
  const reader: Reader = {
    ...{ name, text, isFunction, budget },
    ...{ tokens: lex(text), at: 0, far: 0, action: undefined, variables: ['$'], rangeDepth: 0, defined: new Map() },
  }
  const { list, end } = readList(reader, 'top')
  if (end.kind !== 'eof') fail(reader, `unexpected {{${end.text}}}`)
  const tree: TemplateTree = { name, parseName: name, text, root: list }
  addTree(reader, tree)
  return { tree, defined: reader.defined }
}

/** `Tree.add`: blanks do not replace what stands there, and two bodies are one too many. */
function addTree(reader: Reader, tree: TemplateTree): void {
  const present = reader.defined.get(tree.name)
  if (present === undefined || isEmptyTree(present.root)) reader.defined.set(tree.name, tree)
  else if (!isEmptyTree(tree.root)) fail(reader, `template: multiple definition of template ${JSON.stringify(tree.name)}`)
}

function fail(reader: Reader, reason: string): never {
  throw new ParseError(reader.name, lineAt(reader.text, reader.tokens[Math.min(reader.far, reader.tokens.length - 1)]?.at ?? 0), reason)
}

function peek(reader: Reader): Token {
  if (reader.at > reader.far) reader.far = reader.at
  return reader.tokens[reader.at] ?? (reader.tokens.at(-1) as Token)
}
function next(reader: Reader): Token {
  const token = peek(reader)
  reader.at++
  return token
}
function peekWord(reader: Reader): Token {
  while (peek(reader).kind === 'space') reader.at++
  return peek(reader)
}
function nextWord(reader: Reader): Token {
  const token = peekWord(reader)
  reader.at++
  return token
}
function expect(reader: Reader, kind: TokenKind, context: string): Token {
  const token = nextWord(reader)
  return token.kind === kind ? token : unexpected(reader, token, context)
}

/** `item.String`. */
function shown(token: Token): string {
  if (token.kind === 'eof') return 'EOF'
  if (['keyword', 'dot', 'nil'].includes(token.kind)) return `<${token.text}>`
  return token.text.length > 10 ? `${JSON.stringify(token.text.slice(0, 10))}...` : JSON.stringify(token.text)
}

function unexpected(reader: Reader, token: Token, context: string): never {
  if (token.kind !== 'error') return fail(reader, `unexpected ${shown(token)} in ${context}`)
  const line = lineAt(reader.text, reader.action?.at ?? 0)
  if (reader.action === undefined || line === lineAt(reader.text, token.at)) return fail(reader, token.text)
  const extra = ` in action started at ${reader.name}:${line}`
  return fail(reader, token.text + (token.text.endsWith(' action') ? extra.slice(' in action'.length) : extra))
}

interface ListEnd {
  readonly kind: 'end' | 'else' | 'eof'
  readonly text: string
}

/** Text and actions up to `{{end}}`, `{{else}}` (whose words after `else` are left) or, at the top, the end of the text. */
function readList(reader: Reader, level: 'top' | 'inner'): { list: TemplateNode[]; end: ListEnd } {
  const list: TemplateNode[] = []
  for (;;) {
    const token = next(reader)
    if (token.kind === 'eof') return level === 'top' ? { list, end: { kind: 'eof', text: '' } } : fail(reader, 'unexpected EOF')
    if (token.kind === 'text') {
      list.push({ kind: 'text', text: token.text, at: token.at })
      continue
    }
    if (token.kind !== 'left') unexpected(reader, token, 'input')
    reader.action = token
    const word = peekWord(reader)
    if (word.kind !== 'keyword') {
      list.push({ kind: 'action', pipe: readPipe(reader, 'right', 'command'), at: word.at })
    } else {
      reader.at++
      if (word.text === 'end') {
        expect(reader, 'right', 'end')
        reader.action = undefined
        return { list, end: { kind: 'end', text: 'end' } }
      }
      if (word.text === 'else') {
        const following = peekWord(reader)
        if (following.kind !== 'keyword' || !['if', 'with'].includes(following.text)) expect(reader, 'right', 'else')
        reader.action = undefined
        return { list, end: { kind: 'else', text: 'else' } }
      }
      if (word.text === 'define' && level === 'top') readDefinition(reader)
      else list.push(readKeyword(reader, word))
    }
    reader.action = undefined
  }
}

function readKeyword(reader: Reader, word: Token): TemplateNode {
  switch (word.text) {
    case 'if':
    case 'with':
    case 'range':
      return readControl(reader, word.text)
    case 'template':
      return readCall(reader)
    case 'block':
      return readBlock(reader)
    case 'break':
    case 'continue':
      expect(reader, 'right', `{{${word.text}}}`)
      if (reader.rangeDepth === 0) fail(reader, `{{${word.text}}} outside {{range}}`)
      return { kind: word.text, at: word.at }
    default:
      return unexpected(reader, word, 'command')
  }
}

function readControl(reader: Reader, kind: 'if' | 'with' | 'range'): TemplateNode {
  const scope = reader.variables.length
  const pipe = readPipe(reader, 'right', kind)
  if (kind === 'range') reader.rangeDepth++
  const { list, end } = reader.budget.nested(() => readList(reader, 'inner'))
  if (kind === 'range') reader.rangeDepth--
  const otherwise = end.kind === 'else' ? readElse(reader, kind) : []
  reader.variables.length = scope
  return { kind, pipe, list, otherwise, at: pipe.at }
}

/** `{{else}}…{{end}}`, or `{{else if}}`, `{{else with}}`, which share the one `{{end}}`. */
function readElse(reader: Reader, kind: 'if' | 'with' | 'range'): TemplateList {
  const word = peek(reader)
  if (word.kind === 'keyword' && word.text === kind && kind !== 'range') {
    reader.at++
    return [reader.budget.nested(() => readControl(reader, kind))]
  }
  const { list, end } = readList(reader, 'inner')
  if (end.kind !== 'end') fail(reader, `expected end; found {{${end.text}}}`)
  return list
}

/** Go's own words for a text or number that is none. */
function checked<T>(reader: Reader, read: () => T): T {
  try {
    return read()
  } catch (error) {
    return error instanceof TemplateError ? fail(reader, error.message) : fail(reader, String(error))
  }
}

function readName(reader: Reader, context: string): Token & { readonly value: string } {
  const token = nextWord(reader)
  if (token.kind !== 'string' && token.kind !== 'raw-string') return unexpected(reader, token, context)
  return { ...token, value: checked(reader, () => unquoteText(token.text)) }
}

function readCall(reader: Reader): TemplateNode {
  const name = readName(reader, 'template clause')
  let pipe: Pipe | undefined
  if (peekWord(reader).kind === 'right') reader.at++
  else pipe = readPipe(reader, 'right', 'template clause')
  return { kind: 'template', name: name.value, pipe, at: name.at }
}

function readBody(reader: Reader, name: string, context: string): void {
  const outer = { variables: reader.variables, depth: reader.rangeDepth, action: reader.action }
  reader.variables = ['$']
  reader.rangeDepth = 0
  reader.action = undefined
  const { list, end } = reader.budget.nested(() => readList(reader, 'inner'))
  if (end.kind !== 'end') fail(reader, `unexpected {{${end.text}}} in ${context}`)
  reader.variables = outer.variables
  reader.rangeDepth = outer.depth
  reader.action = outer.action
  addTree(reader, { name, parseName: reader.name, text: reader.text, root: list })
}

function readDefinition(reader: Reader): void {
  const name = readName(reader, 'define clause')
  expect(reader, 'right', 'define clause')
  readBody(reader, name.value, 'define clause')
}

function readBlock(reader: Reader): TemplateNode {
  const name = readName(reader, 'block clause')
  const pipe = readPipe(reader, 'right', 'block clause')
  readBody(reader, name.value, 'block clause')
  return { kind: 'template', name: name.value, pipe, at: name.at }
}

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...(['bool', 'character', 'dot', 'field', 'identifier', 'number', 'nil', 'raw-string', 'string', 'variable', 'paren-left'] as const),
])

function readPipe(reader: Reader, end: 'right' | 'paren-right', context: string): Pipe {
  const { at } = peekWord(reader)
  const { declares, assigns } = readDeclarations(reader, context)
  const commands: Command[] = []
  for (let token = nextWord(reader); token.kind !== end; token = nextWord(reader)) {
    if (!operandKinds.has(token.kind)) unexpected(reader, token, context)
    reader.at--
    commands.push(readCommand(reader))
  }
  if (commands.length === 0) fail(reader, `missing value for ${context}`)
  for (const [index, command] of commands.entries())
    if (index > 0 && ['bool', 'text', 'number', 'dot', 'nil'].includes(command.args[0].kind))
      fail(reader, `non executable command in pipeline stage ${index + 1}`)
  return { kind: 'pipe', declares, assigns, commands, at }
}

function readDeclarations(reader: Reader, context: string): { declares: string[]; assigns: boolean } {
  const declares: string[] = []
  while (peekWord(reader).kind === 'variable') {
    const start = reader.at
    const name = next(reader).text
    const token = peekWord(reader)
    if (token.kind === 'assign' || token.kind === 'declare') {
      reader.at++
      declares.push(name)
      reader.variables.push(name)
      return { declares, assigns: token.kind === 'assign' }
    }
    if (token.kind !== 'char' || token.text !== ',') {
      reader.at = start
      break
    }
    reader.at++
    declares.push(name)
    reader.variables.push(name)
    if (context !== 'range' || declares.length > 1) fail(reader, `too many declarations in ${context}`)
    if (!['variable', 'right', 'paren-right'].includes(peekWord(reader).kind)) fail(reader, 'range can only initialize variables')
  }
  return { declares, assigns: false }
}

function readCommand(reader: Reader): Command {
  const { at } = peekWord(reader)
  const operands: Operand[] = []
  for (;;) {
    peekWord(reader)
    const operand = readOperand(reader)
    if (operand !== undefined) operands.push(operand)
    const token = next(reader)
    if (token.kind === 'space') continue
    if (token.kind === 'right' || token.kind === 'paren-right') reader.at--
    else if (token.kind !== 'pipe') unexpected(reader, token, 'operand')
    break
  }
  const [first, ...rest] = operands
  return first === undefined ? fail(reader, 'empty command') : { kind: 'command', args: [first, ...rest], at }
}

function readOperand(reader: Reader): Operand | undefined {
  const term = readTerm(reader)
  const { kind, at } = peek(reader)
  if (term === undefined || kind !== 'field') return term
  const names: string[] = []
  while (peek(reader).kind === 'field') names.push(next(reader).text.slice(1))
  // Go's place of a chain is its second part
  if (term.kind === 'field') return { kind: 'field', names: [...term.names, ...names], at }
  if (term.kind === 'variable') return { ...term, names: [...term.names, ...names], at }
  if (term.kind === 'function' || term.kind === 'pipe') return { kind: 'chain', of: term, names, at }
  return fail(reader, `unexpected . after term ${JSON.stringify(nodeText(term))}`)
}

function readTerm(reader: Reader): Operand | undefined {
  const token = nextWord(reader)
  const { at, text } = token
  switch (token.kind) {
    case 'identifier':
      if (!reader.isFunction(text)) fail(reader, `function ${JSON.stringify(text)} not defined`)
      return { kind: 'function', name: text, at }
    case 'dot':
    case 'nil':
      return { kind: token.kind, at }
    case 'variable':
      reader.budget.steps(reader.variables.length / 32)
      if (!reader.variables.includes(text)) fail(reader, `undefined variable ${JSON.stringify(text)}`)
      return { kind: 'variable', name: text, names: [], at }
    case 'field':
      return { kind: 'field', names: [text.slice(1)], at }
    case 'bool':
      return { kind: 'bool', value: text === 'true', at }
    case 'character':
    case 'number':
      return { kind: 'number', ...checked(reader, () => (token.kind === 'number' ? parseNumber(text) : unquoteCharacter(text))), source: text, at }
    case 'paren-left':
      return reader.budget.nested(() => readPipe(reader, 'paren-right', 'parenthesized pipeline'))
    case 'string':
    case 'raw-string':
      return { kind: 'text', value: checked(reader, () => unquoteText(text)), source: text, at }
    default:
      reader.at--
      return undefined
  }
}
