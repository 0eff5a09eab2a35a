// What does go-yaml say about a text that it refuses (parserc.go, and the anchors of decode.go)?
import { GoSyntaxError, newScanner } from './go-characters.ts'
import type { Scanner, Token, TokenType } from './go-characters.ts'
import { peek, take } from './go-tokens.ts'

interface Parser {
  readonly scanner: Scanner
  readonly anchors: Set<string>
}

// eslint-disable-next-line no-control-regex
const controls = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]/

/** go-yaml's words for the first mistake of the first document, after `yaml: `; undefined: its scanner and parser find none. */
export function goYamlMistake(text: string): string | undefined {
  if (controls.test(text)) return 'control characters are not allowed'
  try {
    parseDocument({ scanner: newScanner(text), anchors: new Set() })
    return undefined
  } catch (error) {
    if (error instanceof GoSyntaxError) return error.message
    // nested deeper than a stack is high
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function refuse({ line }: Token, problem: string): never {
  throw new GoSyntaxError(line === 0 ? problem : `line ${line}: ${problem}`)
}

function next({ scanner }: Parser): Token {
  take(scanner)
  return peek(scanner)
}

const isOneOf = ({ type }: Token, ...types: readonly TokenType[]): boolean => types.includes(type)

function parseDocument(parser: Parser): void {
  let token = peek(parser.scanner)
  let isExplicit = false
  while (token.type === 'directive') {
    token = next(parser)
    isExplicit = true
  }
  if (token.type === '---') {
    token = next(parser)
    if (isOneOf(token, 'directive', '---', '...', 'stream-end')) return
  } else if (isExplicit) refuse(token, 'did not find expected <document start>')
  else if (token.type === 'stream-end') return
  parseNode(parser, 'block')
  peek(parser.scanner)
}

/** `parse_node`; `indentless`: in a block where a list may begin at the column of its key. */
function parseNode(parser: Parser, where: 'block' | 'indentless' | 'flow'): void {
  const { scanner, anchors } = parser
  let token = peek(scanner)
  if (token.type === '*') {
    if (!anchors.has(token.name ?? '')) throw new GoSyntaxError(`unknown anchor '${token.name}' referenced`)
    return take(scanner)
  }
  const first = token
  if (isOneOf(token, '&', '!')) {
    if (token.type === '&') anchors.add(token.name ?? '')
    token = next(parser)
    if (isOneOf(token, '&', '!') && token.type !== first.type) {
      if (token.type === '&') anchors.add(token.name ?? '')
      token = next(parser)
    }
  }
  if (where === 'indentless' && token.type === '-') return parseIndentless(parser)
  if (token.type === 'scalar') return take(scanner)
  if (token.type === '[') return parseFlowList(parser)
  if (token.type === '{') return parseFlowMap(parser)
  if (where !== 'flow' && token.type === 'block-sequence') return parseBlockList(parser)
  if (where !== 'flow' && token.type === 'block-mapping') return parseBlockMap(parser)
  if (first === token) refuse(token, 'did not find expected node content')
}

function parseBlockList(parser: Parser): void {
  let token = next(parser)
  while (token.type === '-') {
    token = next(parser)
    if (isOneOf(token, '-', 'block-end')) continue
    parseNode(parser, 'block')
    token = peek(parser.scanner)
  }
  if (token.type !== 'block-end') refuse(token, "did not find expected '-' indicator")
  take(parser.scanner)
}

function parseIndentless(parser: Parser): void {
  let token = peek(parser.scanner)
  while (token.type === '-') {
    token = next(parser)
    if (isOneOf(token, '-', '?', ':', 'block-end')) continue
    parseNode(parser, 'block')
    token = peek(parser.scanner)
  }
}

function parseBlockMap(parser: Parser): void {
  let token = next(parser)
  while (token.type === '?') {
    for (const indicator of ['?', ':']) {
      if (token.type !== indicator) continue
      token = next(parser)
      if (isOneOf(token, '?', ':', 'block-end')) continue
      parseNode(parser, 'indentless')
      token = peek(parser.scanner)
    }
  }
  if (token.type !== 'block-end') refuse(token, 'did not find expected key')
  take(parser.scanner)
}

function parseFlowList(parser: Parser): void {
  let token = next(parser)
  for (let isFirst = true; token.type !== ']'; isFirst = false) {
    if (!isFirst) {
      if (token.type !== ',') refuse(token, "did not find expected ',' or ']'")
      token = next(parser)
    }
    if (token.type === '?') {
      token = next(parser)
      if (isOneOf(token, ':', ',', ']')) {
        // the empty key takes what follows it
        token = next(parser)
      } else {
        parseNode(parser, 'flow')
        token = peek(parser.scanner)
      }
      token = parseFlowValue(parser, ']')
    } else if (token.type !== ']') {
      parseNode(parser, 'flow')
      token = peek(parser.scanner)
    }
  }
  take(parser.scanner)
}

function parseFlowValue(parser: Parser, end: ']' | '}'): Token {
  let token = peek(parser.scanner)
  if (token.type !== ':') return token
  token = next(parser)
  if (isOneOf(token, ',', end)) return token
  parseNode(parser, 'flow')
  return peek(parser.scanner)
}

function parseFlowMap(parser: Parser): void {
  let token = next(parser)
  for (let isFirst = true; token.type !== '}'; isFirst = false) {
    if (!isFirst) {
      if (token.type !== ',') refuse(token, "did not find expected ',' or '}'")
      token = next(parser)
    }
    if (token.type === '?') {
      token = next(parser)
      if (!isOneOf(token, ':', ',', '}')) parseNode(parser, 'flow')
      token = parseFlowValue(parser, '}')
    } else if (token.type !== '}') {
      parseNode(parser, 'flow')
      token = peek(parser.scanner)
    }
  }
  take(parser.scanner)
}
