// How is a Go template parsed into a tree?
import type { Budget } from './budget.ts'
import { lex } from './go-lex.ts'
import type { Token } from './go-lex.ts'
import { unquoteText } from './go-literal.ts'
import { readPipe } from './go-pipeline.ts'
import { checked, expect, fail, next, nextWord, peek, peekWord, unexpected } from './go-reader.ts'
import type { Reader } from './go-reader.ts'
import { isEmptyTree } from './go-tree.ts'
import type { Pipe, Template, TemplateList, TemplateNode, TemplateTree } from './go-tree.ts'

/** Reproduces `text/template/parse.Parse`; an unknown function is refused here, before anything runs. */
export function parseTemplate(
  text: string,
  given: { readonly name?: string; readonly isFunction: (name: string) => boolean; readonly budget: Budget },
): Template {
  const { name = 'base', isFunction, budget } = given
  budget.steps(text.length / 4)
  const fresh = { at: 0, far: 0, action: undefined, variables: ['$'], rangeDepth: 0 }
  const reader: Reader = { name, text, isFunction, budget, tokens: lex(text), defined: new Map(), ...fresh }
  const { list, end } = readList(reader, 'top')
  if (end.kind !== 'eof') fail(reader, `unexpected {{${end.text}}}`)
  const tree: TemplateTree = { name, parseName: name, text, root: list }
  addTree(reader, tree)
  return { tree, defined: reader.defined }
}

/** `Tree.add`: blanks do not replace an existing definition, and two bodies are an error. */
function addTree(reader: Reader, tree: TemplateTree): void {
  const present = reader.defined.get(tree.name)
  if (present === undefined || isEmptyTree(present.root)) reader.defined.set(tree.name, tree)
  else if (!isEmptyTree(tree.root)) fail(reader, `template: multiple definition of template ${JSON.stringify(tree.name)}`)
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
