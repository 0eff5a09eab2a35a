// How is a pipeline of a template parsed into a tree?
import { parseNumber, unquoteCharacter, unquoteText } from './go-literal.ts'
import type { TokenKind } from './go-lex.ts'
import { checked, fail, next, nextWord, peek, peekWord, unexpected } from './go-reader.ts'
import type { Reader } from './go-reader.ts'
import { nodeText } from './go-tree.ts'
import type { Command, Operand, Pipe } from './go-tree.ts'

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'character',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'paren-left',
] as const)

export function readPipe(reader: Reader, end: 'right' | 'paren-right', context: string): Pipe {
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
  return first === undefined ? fail(reader, 'empty command') : { kind: 'command', args: [first, ...rest], rest, at }
}

function readOperand(reader: Reader): Operand | undefined {
  const term = readTerm(reader)
  const { kind, at } = peek(reader)
  if (term === undefined || kind !== 'field') return term
  const names: string[] = []
  while (peek(reader).kind === 'field') names.push(next(reader).text.slice(1))
  // Go places a chain at its second part
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
      return {
        kind: 'number',
        ...checked(reader, () => (token.kind === 'number' ? parseNumber(text) : unquoteCharacter(text))),
        source: text,
        at,
      }
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
