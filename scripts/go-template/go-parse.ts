// What does a Go template say, as a tree?
import type { Budget } from './budget.ts'
import { lex } from './go-lex.ts'
import type { Token, TokenKind } from './go-lex.ts'
import { parseNumber, unquoteCharacter, unquoteText } from './go-literal.ts'
import { TemplateError } from './go-value.ts'
import type { Operand, Pipe, Template, TemplateList, TemplateNode } from './go-tree.ts'

interface Reader {
  readonly tokens: readonly Token[]
  at: number
  /** variables in scope, `$` first */
  variables: string[]
  rangeDepth: number
  readonly isFunction: (name: string) => boolean
  readonly budget: Budget
  readonly defined: Map<string, TemplateList>
}

/** Reproduces `text/template/parse.Parse`; an unknown function is refused here, before anything runs. */
export function parseTemplate(text: string, given: { isFunction: (name: string) => boolean; budget: Budget }): Template {
  given.budget.steps(text.length / 4)
  const reader: Reader = { tokens: lex(text), at: 0, variables: ['$'], rangeDepth: 0, ...given, defined: new Map() }
  const { list, end } = readList(reader, true)
  if (end !== 'eof') fail(`unexpected {{${end}}}`)
  addTree(reader, 'base', list)
  return { root: reader.defined.get('base') ?? list, defined: reader.defined }
}

/** `Tree.add`: blanks do not replace what stands there, and two bodies are one too many. The text itself is `base`. */
function addTree(reader: Reader, name: string, list: TemplateList): void {
  const isEmpty = (body: TemplateList): boolean => body.every((node) => node.kind === 'text' && !/\P{White_Space}/u.test(node.text))
  const present = reader.defined.get(name)
  if (present === undefined || isEmpty(present)) reader.defined.set(name, list)
  else if (!isEmpty(list)) fail(`multiple definition of template "${name}"`)
}

function fail(message: string): never {
  throw new TemplateError(message)
}

function peek(reader: Reader): Token {
  return reader.tokens[reader.at] ?? { kind: 'eof', text: '' }
}
function next(reader: Reader): Token {
  const token = peek(reader)
  reader.at++
  return token
}
function skipSpace(reader: Reader): void {
  while (peek(reader).kind === 'space') reader.at++
}
function peekWord(reader: Reader): Token {
  skipSpace(reader)
  return peek(reader)
}
function expect(reader: Reader, kind: TokenKind, context: string): Token {
  const token = peekWord(reader)
  if (token.kind !== kind) fail(`unexpected ${token.kind} in ${context}`)
  return next(reader)
}

type ListEnd = 'end' | 'else' | 'eof'

/** Text and actions up to `{{end}}`, `{{else}}` (whose words after `else` are left) or the end of the text. */
function readList(reader: Reader, top: boolean): { list: TemplateNode[]; end: ListEnd } {
  const list: TemplateNode[] = []
  for (;;) {
    const token = next(reader)
    if (token.kind === 'eof') return { list, end: 'eof' }
    if (token.kind === 'text') {
      list.push({ kind: 'text', text: token.text })
      continue
    }
    const word = peekWord(reader)
    if (word.kind !== 'keyword') {
      list.push({ kind: 'action', pipe: readPipe(reader, 'right', 'command') })
      continue
    }
    reader.at++
    if (word.text === 'end') {
      expect(reader, 'right', 'end')
      return { list, end: 'end' }
    }
    if (word.text === 'else') return { list, end: 'else' }
    if (word.text === 'define') {
      if (!top) fail('unexpected {{define}}')
      readDefinition(reader)
    } else list.push(readKeyword(reader, word.text))
  }
}

function readKeyword(reader: Reader, word: string): TemplateNode {
  switch (word) {
    case 'if':
    case 'with':
    case 'range':
      return readControl(reader, word)
    case 'template':
      return readCall(reader)
    case 'block':
      return readBlock(reader)
    case 'break':
    case 'continue':
      if (reader.rangeDepth === 0) fail(`{{${word}}} outside {{range}}`)
      expect(reader, 'right', word)
      return { kind: word }
    default:
      return fail(`unexpected ${word}`)
  }
}

function readControl(reader: Reader, kind: 'if' | 'with' | 'range'): TemplateNode {
  const scope = reader.variables.length
  const pipe = readPipe(reader, 'right', kind)
  if (kind === 'range') reader.rangeDepth++
  const { list, end } = reader.budget.nested(() => readList(reader, false))
  if (kind === 'range') reader.rangeDepth--
  if (end === 'eof') fail('unexpected EOF')
  const otherwise = end === 'else' ? readElse(reader, kind) : []
  reader.variables.length = scope
  return { kind, pipe, list, otherwise }
}

/** `{{else}}…{{end}}`, or `{{else if}}`, `{{else with}}`, which share the one `{{end}}`. */
function readElse(reader: Reader, kind: 'if' | 'with' | 'range'): TemplateList {
  const word = peekWord(reader)
  if (word.kind === 'keyword' && word.text === kind && kind !== 'range') {
    reader.at++
    return [reader.budget.nested(() => readControl(reader, kind))]
  }
  expect(reader, 'right', 'else')
  const { list, end } = readList(reader, false)
  if (end !== 'end') fail('expected end')
  return list
}

function readName(reader: Reader, context: string): string {
  const token = peekWord(reader)
  if (token.kind !== 'string' && token.kind !== 'raw-string') fail(`unexpected ${token.kind} in ${context}`)
  return unquoteText(next(reader).text)
}

function readCall(reader: Reader): TemplateNode {
  const name = readName(reader, 'template clause')
  if (peekWord(reader).kind === 'right') {
    reader.at++
    return { kind: 'template', name, pipe: undefined }
  }
  return { kind: 'template', name, pipe: readPipe(reader, 'right', 'template clause') }
}

function readBody(reader: Reader, name: string): void {
  const outer = { variables: reader.variables, depth: reader.rangeDepth }
  reader.variables = ['$']
  reader.rangeDepth = 0
  const { list, end } = reader.budget.nested(() => readList(reader, false))
  if (end !== 'end') fail('unexpected EOF')
  reader.variables = outer.variables
  reader.rangeDepth = outer.depth
  addTree(reader, name, list)
}

function readDefinition(reader: Reader): void {
  const name = readName(reader, 'define clause')
  expect(reader, 'right', 'define clause')
  readBody(reader, name)
}

function readBlock(reader: Reader): TemplateNode {
  const name = readName(reader, 'block clause')
  const pipe = readPipe(reader, 'right', 'block clause')
  readBody(reader, name)
  return { kind: 'template', name, pipe }
}

function readPipe(reader: Reader, end: 'right' | 'paren-right', context: string): Pipe {
  const { declares, assigns } = readDeclarations(reader, context)
  const commands: [Operand, ...Operand[]][] = []
  while (peekWord(reader).kind !== end) commands.push(readCommand(reader))
  reader.at++
  if (commands.length === 0) fail(`missing value for ${context}`)
  for (const [first] of commands.slice(1))
    if (['bool', 'text', 'number', 'dot', 'nil'].includes(first.kind)) fail('non executable command in pipeline')
  return { declares, assigns, commands }
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
    if (context !== 'range' || declares.length > 1) fail(`too many declarations in ${context}`)
    if (!['variable', 'right', 'paren-right'].includes(peekWord(reader).kind)) fail('range can only initialize variables')
  }
  return { declares, assigns: false }
}

function readCommand(reader: Reader): [Operand, ...Operand[]] {
  const operands: Operand[] = []
  for (;;) {
    skipSpace(reader)
    const operand = readOperand(reader)
    if (operand !== undefined) operands.push(operand)
    const token = peek(reader)
    if (token.kind === 'space') continue
    if (token.kind === 'pipe') reader.at++
    else if (token.kind !== 'right' && token.kind !== 'paren-right') fail(`unexpected ${token.kind} in operand`)
    break
  }
  const [first, ...rest] = operands
  return first === undefined ? fail('empty command') : [first, ...rest]
}

function readOperand(reader: Reader): Operand | undefined {
  const term = readTerm(reader)
  if (term === undefined || peek(reader).kind !== 'field') return term
  const names: string[] = []
  while (peek(reader).kind === 'field') names.push(next(reader).text.slice(1))
  if (term.kind === 'field') return { kind: 'field', names: [...term.names, ...names] }
  if (term.kind === 'variable') return { ...term, names: [...term.names, ...names] }
  if (term.kind === 'function' || term.kind === 'pipe' || term.kind === 'chain') return { kind: 'chain', of: term, names }
  return fail('unexpected . after term')
}

function readTerm(reader: Reader): Operand | undefined {
  const token = peekWord(reader)
  reader.at++
  switch (token.kind) {
    case 'identifier':
      if (!reader.isFunction(token.text)) fail(`function "${token.text}" not defined`)
      return { kind: 'function', name: token.text }
    case 'dot':
      return { kind: 'dot' }
    case 'nil':
      return { kind: 'nil' }
    case 'variable':
      reader.budget.steps(reader.variables.length / 32)
      if (!reader.variables.includes(token.text)) fail(`undefined variable "${token.text}"`)
      return { kind: 'variable', name: token.text, names: [] }
    case 'field':
      return { kind: 'field', names: [token.text.slice(1)] }
    case 'bool':
      return { kind: 'bool', value: token.text === 'true' }
    case 'character':
      return { kind: 'number', ...unquoteCharacter(token.text) }
    case 'number':
      return { kind: 'number', ...parseNumber(token.text) }
    case 'paren-left':
      return { kind: 'pipe', pipe: reader.budget.nested(() => readPipe(reader, 'paren-right', 'parenthesized pipeline')) }
    case 'string':
    case 'raw-string':
      return { kind: 'text', value: unquoteText(token.text) }
    default:
      reader.at--
      return undefined
  }
}
